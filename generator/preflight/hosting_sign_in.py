"""Whether the chat page's sign-in provider says at its address how people sign in: its OpenID configuration.

In: the provider, over https, from where this runs and not from the tasks' network: what cannot be reached is therefore
not known to be wrong. Out: one finding. The page asks the same of it when the first person signs in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from generator.catalog import HostingSettings
from generator.errors import TerrachatError
from generator.preflight.findings import Finding, Verdict
from generator.preflight.scene import Scene

if TYPE_CHECKING:
    import httpx2

_CONNECT_TIMEOUT_S = 3.0
_TIMEOUT_S = 8.0
_MOST_BYTES = 262_144
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}
# What the page's library takes from the document, without following a redirection to it. Source: Authlib 1.9.9,
# base_client/async_app.py and async_openid.py, with httpx 0.28.1; read on 2026-11-23.
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
# Of these a provider, or a wall in front of it, refuses whoever asks or asks too much, and says nothing of the address.
_UNTOLD = frozenset({401, 403, 407, 408, 425, 429})
_CORRECT = "Correct 'metadata_url' in the catalog, in hosting.oidc: the provider's documentation names the address."


class _UnansweredError(TerrachatError):
    """Nobody answered, and the message says why."""


@dataclass(frozen=True)
class _Reply:
    """An answer: `body` is its beginning, at most one byte more than a configuration may have."""

    status: int
    location: str
    body: bytes


def examine(
    _scene: Scene, hosting: HostingSettings, found: partial[Finding], transport: httpx2.BaseTransport | None = None
) -> Iterator[Finding]:
    """Ask the provider for its configuration; `transport` is another way to it than the network."""
    url = hosting.oidc.metadata_url
    told = partial(found, asked=f"GET {url}", blocks="answers")
    try:
        reply = _fetched(url, transport)
    except _UnansweredError as error:
        reason = f"{urlsplit(url).hostname} cannot be asked from here: {error.message}."
        fix = "Look at the address in a browser. Where only the tasks' network reaches it, deploy all the same."
        yield told(verdict=Verdict.UNKNOWN, reason=reason, fix=fix)
        return
    yield _of_status(reply, told) if reply.status != 200 else _of_document(reply, told)


def _fetched(url: str, transport: httpx2.BaseTransport | None) -> _Reply:
    import httpx2  # a tenth of a second; most commands do without

    limits = httpx2.Timeout(_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S)
    try:
        with (
            httpx2.Client(timeout=limits, transport=transport, follow_redirects=False) as client,
            client.stream("GET", url, headers=_HEADERS) as reply,
        ):
            return _Reply(reply.status_code, reply.headers.get("location", ""), _beginning(reply))
    except httpx2.TimeoutException:
        raise _UnansweredError(f"no answer within {_TIMEOUT_S:g} s") from None
    except (httpx2.RequestError, httpx2.InvalidURL) as error:
        raise _UnansweredError(str(error).rstrip(".") or type(error).__name__) from None
    except (OSError, ImportError, ValueError) as error:  # certificates that cannot be read; an unusable proxy
        raise _UnansweredError(f"{type(error).__name__} while connecting") from None


def _beginning(reply: httpx2.Response) -> bytes:
    body = b""
    for piece in reply.iter_bytes():
        body += piece
        if len(body) > _MOST_BYTES:
            break
    return body[: _MOST_BYTES + 1]


def _of_status(reply: _Reply, told: partial[Finding]) -> Finding:
    status, value = reply.status, f"HTTP {reply.status}"
    if 300 <= status < 400:
        reason = f"The provider sends to another address (HTTP {status}), which the page's sign-in does not follow."
        return told(verdict=Verdict.BLOCKED, reason=reason, value=value, fix=f"{_CORRECT}{_leads_to(reply)}")
    if 400 <= status < 500 and status not in _UNTOLD:
        reason = f"The provider has no OpenID configuration there: it answers HTTP {status}."
        return told(verdict=Verdict.BLOCKED, reason=reason, value=value, fix=_CORRECT)
    reason = f"The provider answers HTTP {status}, which says nothing about the address."
    fix = "Look at the address in a browser, and run the same command again in a minute."
    return told(verdict=Verdict.UNKNOWN, reason=reason, value=value, fix=fix)


def _leads_to(reply: _Reply) -> str:
    """Where a redirection leads, as far as it could be written into the catalog."""
    try:
        parts = urlsplit(reply.location)
    except ValueError:
        return ""
    is_whole = parts.scheme == "https" and parts.hostname and parts.username is None and reply.location.isprintable()
    return f" It leads to https://{parts.netloc}{parts.path}" if is_whole else ""


def _of_document(reply: _Reply, told: partial[Finding]) -> Finding:
    wrong = partial(told, verdict=Verdict.BLOCKED, value="HTTP 200", fix=_CORRECT)
    if len(reply.body) > _MOST_BYTES:
        return wrong(reason=f"What is there is larger than {_MOST_BYTES // 1024} KiB, and no OpenID configuration.")
    document = _object(reply.body)
    if document is None:
        return wrong(reason="What is there is no JSON object, and so no OpenID configuration.")
    unusable = [name for name in _NEEDED if not _is_https(document.get(name))]
    if unusable:
        reason = f"What is there names no https address as {', '.join(unusable)}, which signing in needs."
        return wrong(reason=reason)
    return told(verdict=Verdict.OK, reason="The provider says how people sign in.", value="HTTP 200")


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _is_https(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)
