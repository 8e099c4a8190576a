"""What the Hugging Face Hub says of a token and of a model. The only module that imports huggingface_hub.

In: a token, or none, and the Hub's address. Out: `HubAccount` and `HubModel`; HubError with its kind where the Hub
refuses or cannot be reached. Nothing is downloaded, and no token of this machine's own is used. Separate because the
library's exceptions hold the request, and with it the token: only words of our own leave this module.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from generator.errors import HubError, HubErrorKind
from generator.hub_weights import weights_size
from generator.suggesting import nearest

PUBLIC = "https://huggingface.co"
TOKENS_PAGE = f"{PUBLIC}/settings/tokens"
GATED_PERMISSION = "Read access to contents of all public gated repos you can access"
"""The box that a fine-grained token needs for gated models, as the page of tokens calls it."""

_CONNECT_TIMEOUT_S = 5.0
_TIMEOUT_S = 10.0

# What lets a fine-grained token read what is not everybody's, beside `canReadGatedRepos`: the answers of whoami-v2 as
# other clients of the Hub keep them in their tests; read on 2026-11-22.
_READING = frozenset({"repo.content.read", "repo.write"})
# Of a request for access that is not decided, or refused: 403 with the code GatedRepo and this (issue 92 of
# prov-gigapath/prov-gigapath, and a copy of the Hub's API that was compared with it on 2026-10-05; read on 2026-11-22).
# A fine-grained token without GATED_PERMISSION gets 403 without a code, and this (the same copy's notes, and others').
_PENDING, _REJECTED, _FINE_GRAINED = "awaiting a review", "has been rejected", "fine-grained token"

T = TypeVar("T")


@dataclass(frozen=True)
class HubAccount:
    """Whose token it is. `may_read` is whether it may fetch weights that are not everybody's, gated or private ones:
    a fine-grained token may have been given less.
    """

    name: str
    may_read: bool


@dataclass(frozen=True)
class HubModel:
    """One revision of a model. `size_bytes` are its weights', None where the Hub does not say.

    `revision` is the commit that the asked revision is now.
    """

    name: str
    revision: str
    gated: Literal["auto", "manual"] | None
    size_bytes: int | None


class Hub:
    """The Hub as whoever holds `token` sees it; None is nobody. `endpoint` None is the public one.

    All methods raise HubError; a question is given up when the Hub is silent for 10 seconds.
    """

    def __init__(self, token: str | None, endpoint: str | None = None) -> None:
        self.endpoint = (endpoint or PUBLIC).rstrip("/")
        self._token: str | Literal[False] = token or False

    def account(self) -> HubAccount:
        """Whose token it is, and whether it may read."""
        if not self._token:
            raise HubError("there is no Hugging Face token", kind="unauthorized", hint=f"Make one: {TOKENS_PAGE}")
        return self._ask("", lambda api: _account(api.whoami()))

    def model(self, name: str, revision: str | None = None) -> HubModel:
        """What the Hub says of a model, whether or not its licence is accepted."""

        def question(api: Any) -> HubModel:
            # Without a limit of its own this one call waits for ever.
            return _model(api.model_info(name, revision=revision, files_metadata=True, timeout=_TIMEOUT_S))

        try:
            return self._ask(name, question)
        except HubError as error:
            if error.kind != "revision_not_found":
                raise
            words = f"{name!r} has no revision {revision!r} on the Hugging Face Hub"
            raise HubError(words, kind=error.kind, hint=self._revisions(name, revision or "")) from None

    def check_access(self, name: str) -> None:
        """Raise HubError of the kind `gated` where the licence of `name` is not accepted by the token's owner.

        Of the kind `forbidden` where the token is a fine-grained one that may not read it, whatever its owner may.
        """
        self._ask(name, lambda api: api.auth_check(name))

    def page(self, name: str) -> str:
        """Where a person reads about the model `name`, and accepts its licence."""
        return f"{self.endpoint}/{name}"

    def _revisions(self, name: str, revision: str) -> str:
        """What to write instead, as far as the Hub tells."""
        try:
            refs = self._ask(name, lambda api: api.list_repo_refs(name))
        except HubError:
            return f"See its branches and tags: {self.page(name)}/tree/main"
        names = [ref.name for ref in (*refs.branches, *refs.tags)]
        near = nearest(revision, names)
        return f"Did you mean {near!r}?" if near else f"It has {', '.join(map(repr, names[:8])) or 'none'}."

    def _ask(self, name: str, question: Callable[[Any], T]) -> T:
        """Put `question` to the library, about the model `name` or about the token, and translate what it raises.

        `from None` everywhere: what is raised there holds the token.
        """
        import httpx2  # what huggingface_hub itself asks with

        library = _library()
        self._check_token()
        try:
            return question(library.HfApi(endpoint=self.endpoint, token=self._token))
        except library.errors.OfflineModeIsEnabled:
            raise self._unreachable("HF_HUB_OFFLINE is set", "Unset HF_HUB_OFFLINE to ask the Hub.") from None
        except library.errors.HfHubHTTPError as error:
            raise self._refused(name, error) from None
        except httpx2.TimeoutException:
            raise self._unreachable(f"no answer within {_TIMEOUT_S:.0f} s", _NETWORK) from None
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise self._unreachable(str(error) or type(error).__name__, _NETWORK) from None
        except library.errors.HFValidationError:
            raise HubError(
                f"{name!r} cannot be the name of a model on the Hugging Face Hub", kind="not_found"
            ) from None
        except (OSError, ImportError) as error:  # certificates that cannot be read; a SOCKS proxy
            raise self._unreachable(f"{type(error).__name__} while connecting", _NETWORK) from None
        except (ValueError, TypeError, KeyError, AttributeError):
            raise self._unreachable("what answers there is not the Hub", _NETWORK) from None

    def _check_token(self) -> None:
        """Before the library does, which would quote it."""
        token = self._token or "-"
        if not (token.isascii() and token.isprintable() and " " not in token):
            words = "what is given as the Hugging Face token has characters that no token has"
            raise HubError(words, kind="unauthorized", hint="A token is hf_ and letters and digits, nothing else.")

    def _unreachable(self, why: str, hint: str) -> HubError:
        host = urlsplit(self.endpoint).netloc.rpartition("@")[2] or self.endpoint
        return HubError(f"the Hugging Face Hub ({host}) cannot be asked: {why}", kind="unreachable", hint=hint)

    def _refused(self, name: str, error: Any) -> HubError:
        said = str(error.server_message or error)
        kind = self._kind(error, error.response.status_code, said)
        if kind == "unreachable":
            why = f"it answered with HTTP status {error.response.status_code}"
            return self._unreachable(why, "Run the same command again in a minute.")
        message, hint = _WORDS[kind]
        if kind == "gated":
            message = _gated(said)
        page = self.page(name)
        return HubError(message.format(name=repr(name)), kind=kind, hint=hint.format(page=page))

    def _kind(self, error: Any, status: int, said: str) -> HubErrorKind:
        errors = _library().errors
        if isinstance(error, errors.GatedRepoError):
            return "gated"
        if isinstance(error, errors.RevisionNotFoundError):
            return "revision_not_found"
        # To nobody, the Hub says 401 of a model that is private or not there.
        if status == 404 or (status == 401 and not self._token):
            return "not_found"
        if status == 403 and _FINE_GRAINED in said:
            return "forbidden"
        return "unauthorized" if status == 401 else "unreachable"


_NETWORK = "Check the network, HF_ENDPOINT, and the proxy if you need one."
_WORDS: Mapping[HubErrorKind, tuple[str, str]] = {
    "unauthorized": (
        "the Hugging Face Hub does not accept the token: it is mistyped, expired or revoked",
        f"Make a new one with the role 'read': {TOKENS_PAGE}",
    ),
    "forbidden": (
        "the Hugging Face token is a fine-grained one that may not read {name}",
        f"Tick '{GATED_PERMISSION}' at {TOKENS_PAGE}, or make a token with the role 'read'.",
    ),
    "gated": ("", "Sign in as the token's owner and accept the licence: {page}"),
    "not_found": (
        "the Hugging Face Hub has no model {name}, or it is private and the token may not see it",
        "Check the spelling: {page}",
    ),
    "revision_not_found": ("{name} has no such revision on the Hugging Face Hub", "See {page}/tree/main"),
}


def _gated(said: str) -> str:
    if _PENDING in said:
        return "the request for access to {name} waits for its authors"
    if _REJECTED in said:
        return "the authors of {name} have rejected the request for access"
    return "the licence of {name} is not accepted"


def _account(found: Mapping[str, Any]) -> HubAccount:
    token = found.get("auth", {}).get("accessToken", {})
    fine = token.get("fineGrained") or {}
    given = set(fine.get("global", ())).union(*(each.get("permissions", ()) for each in fine.get("scoped", ())))
    may_read = token.get("role") != "fineGrained" or bool(fine.get("canReadGatedRepos")) or bool(given & _READING)
    return HubAccount(str(found["name"]), may_read)


def _model(found: Any) -> HubModel:
    gated = found.gated if found.gated in ("auto", "manual") else None
    files = {each.rfilename: each.size for each in found.siblings or ()}
    return HubModel(str(found.id), str(found.sha or ""), gated, weights_size(files))


_LOCK = threading.Lock()


def _library() -> ModuleType:
    """huggingface_hub, which takes a third of a second to import."""
    with _LOCK:  # setting it up again would close the connections of other threads
        return _set_up()


@cache
def _set_up() -> ModuleType:
    """The library with limits, and without what it does unasked."""
    import httpx2
    import huggingface_hub
    import huggingface_hub.constants
    import huggingface_hub.errors

    # Otherwise it fetches a list of coding agents, to tell the Hub which one it runs under.
    huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True
    logging.getLogger(huggingface_hub.__name__).setLevel(logging.ERROR)

    def refuse_offline(_request: object) -> None:
        if huggingface_hub.is_offline_mode():
            raise huggingface_hub.errors.OfflineModeIsEnabled

    def client() -> httpx2.Client:
        # The library's own waits for ever. Proxies are taken from the environment.
        limits = httpx2.Timeout(_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S)
        return httpx2.Client(event_hooks={"request": [refuse_offline]}, follow_redirects=True, timeout=limits)

    huggingface_hub.set_client_factory(client)
    return huggingface_hub
