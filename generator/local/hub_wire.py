"""The Hugging Face Hub, as far as a model's prerequisites go: who a token is, what a model is, who may read it.

In: the account file. Out: routes below `/hub`, which is `HF_ENDPOINT` for whoever uses the local target; they answer
as the Hub does to huggingface_hub 2.4 (its `hf_raise_for_status` reads `X-Error-Code`, `X-Error-Message` and the
status). A model that the file does not name exists and is open. Nothing can be downloaded: there are no weights.

A model's page is here too, with the button that a person presses on the real Hub: it accepts the licence in the file.
"""

from __future__ import annotations

import asyncio
import html
import time
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from generator.local.account.account import HUB, Account, HubModel, Refusal
from generator.local.account.account_file import AccountFile, BrokenAccountError
from generator.local.account.edits import Put
from generator.local.hub_documents import listed_files, model_document, refs_document, whoami_document
from generator.local.refusals import SLOW_S
from generator.local.streams import while_wanted

_POLL_S = 0.1
_BAD_TOKEN = "Invalid credentials in Authorization header"  # noqa: S105 - the Hub's words
_GATED_PERMISSION = (
    "Please enable access to public gated repositories in your fine-grained token settings to view this repository."
)
_REFUSALS: dict[Refusal, tuple[int, str]] = {
    "AccessDeniedException": (403, "Access to this resource is forbidden."),
    "ThrottlingException": (429, "We had to rate limit you. To continue using our service, try again later."),
    "ExpiredTokenException": (401, _BAD_TOKEN),
}

_Answer = Callable[[Request, Account, str | None], Response]


class _RefusedError(Exception):
    def __init__(self, status: int, said: str, code: str | None = None) -> None:
        super().__init__(said)
        self.status, self.said, self.code = status, said, code


def hub_routes(account: AccountFile, slow_s: float = SLOW_S) -> list[Route]:
    """All that is answered below `/hub`. Names come with or without an organisation, as in gpt2.

    `slow_s` is how long the Hub takes where it is slow.
    """
    models = "/hub/api/models/{model:path}"
    answers: dict[str, _Answer] = {
        "/hub/api/whoami-v2": _whoami,
        f"{models}/auth-check": _auth_check,
        f"{models}/refs": _refs,
        f"{models}/revision/{{revision:path}}": _model,
        f"{models}/tree/{{revision:path}}": _tree,
        models: _model,
        "/hub/{model:path}/tree/{revision:path}": _page,
        "/hub/{model:path}": _page,
    }
    routes = [Route(path, _endpoint(account, slow_s, answer), methods=["GET"]) for path, answer in answers.items()]
    asking = _endpoint(account, slow_s, _asking(account))
    return [Route("/hub/{model:path}/ask-access", asking, methods=["POST"]), *routes]


def _endpoint(account: AccountFile, slow_s: float, answer: _Answer) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request, _body: bytes) -> Response:
        try:
            played = await _let_in(account, slow_s, is_signed="Authorization" in request.headers)
            return answer(request, played, _token(request, played))
        except _RefusedError as refused:
            return _refusal(refused)
        except BrokenAccountError as broken:
            return _refusal(_RefusedError(400, str(broken)))

    return while_wanted(answered)


async def _let_in(account: AccountFile, slow_s: float, *, is_signed: bool) -> Account:
    """The account, unless the Hub refuses everything; late where it is slow. Nobody's token cannot have expired."""
    deadline = time.monotonic() + slow_s
    while (refusal := (played := account.read()).refusal(HUB)) == "slow" and time.monotonic() < deadline:
        await asyncio.sleep(_POLL_S)
    if refusal in _REFUSALS and (is_signed or refusal != "ExpiredTokenException"):
        raise _RefusedError(*_REFUSALS[refusal])
    return played


def _refusal(refused: _RefusedError) -> Response:
    first_line = refused.said.splitlines()[0].encode("ascii", "replace").decode()
    headers = {"X-Error-Message": first_line, **({"X-Error-Code": refused.code} if refused.code else {})}
    return JSONResponse({"error": refused.said}, refused.status, headers)


def _token(request: Request, account: Account) -> str | None:
    """The token of the request, None where nobody signed in. One that is not valid is refused, whatever is asked."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return None
    if scheme != "Bearer" or not token.startswith("hf_") or token in account.hub.tokens.refused:
        raise _RefusedError(401, _BAD_TOKEN)
    return token


def _whoami(_request: Request, account: Account, token: str | None) -> Response:
    if token is None:
        raise _RefusedError(401, "Invalid username or password.")
    return JSONResponse(whoami_document(may_read=token not in account.hub.tokens.without_read))


def _model(request: Request, account: Account, token: str | None) -> Response:
    name, model, revision = _found(request, account, token)
    asked = request.query_params
    is_detailed = asked.get("blobs", "").casefold() == "true"
    return JSONResponse(model_document(name, model, revision, is_detailed, asked.getlist("expand")))


def _tree(request: Request, account: Account, token: str | None) -> Response:
    name, model, revision = _found(request, account, token)
    files = listed_files(name, model, revision)
    return JSONResponse([{"type": "file", **each} for each in files])


def _refs(request: Request, account: Account, token: str | None) -> Response:
    name, model, _ = _found(request, account, token)
    return JSONResponse(refs_document(name, model))


def _auth_check(request: Request, account: Account, token: str | None) -> Response:
    name, model, _ = _found(request, account, token)
    if model.gated and token is None:
        said = f"Access to model {name} is restricted. You must have access to it and be authenticated to access it."
        raise _RefusedError(401, f"{said} Please log in.", "GatedRepo")
    if model.gated and token in account.hub.tokens.without_read:
        raise _RefusedError(403, _GATED_PERMISSION)
    if model.gated and model.licence_accepted is not True:
        raise _RefusedError(403, _gate(name, model), "GatedRepo")
    return JSONResponse({})


def _gate(name: str, model: HubModel) -> str:
    if model.licence_accepted == "pending":
        return f"Your request to access model {name} is awaiting a review from the repo authors."
    if model.licence_accepted == "rejected":
        return f"Your request to access model {name} has been rejected by the repo's authors."
    return (
        f"Access to model {name} is restricted and you are not in the authorized list. Visit "
        f"https://huggingface.co/{name} to ask for access."
    )


def _found(request: Request, account: Account, token: str | None) -> tuple[str, HubModel, str]:
    """The model that is asked for, by name, and its revision. To nobody, the Hub says 401 of what is not there."""
    name, revision = request.path_params["model"], request.path_params.get("revision")
    model = account.hub.model(name)
    if not model.exists or not name or name.count("/") > 1:
        raise _RefusedError(404 if token else 401, "Repository not found", "RepoNotFound")
    if revision is not None and not model.has(revision):
        raise _RefusedError(404, f"Invalid rev id: {revision}", "RevisionNotFound")
    return name, model, revision or "main"


def _page(request: Request, account: Account, token: str | None) -> Response:
    name, model, _ = _found(request, account, token)
    shown = html.escape(name)
    stands = "This model is open to everybody."
    if model.gated:
        is_accepted = model.licence_accepted is True
        stands = "You have accepted the licence." if is_accepted else html.escape(_gate(name, model))
        if model.licence_accepted is False:
            asks = "Agree and access repository" if model.gated == "auto" else "Ask for access"
            stands += f'<form method="post" action="/hub/{shown}/ask-access"><button>{asks}</button></form>'
    page = f"<!doctype html><title>{shown}</title><h1>{shown}</h1><p>The Hub that the local target plays.</p>{stands}"
    return HTMLResponse(page)


def _asking(account: AccountFile) -> _Answer:
    """The button: the Hub opens a model that is gated automatically at once; of another, the authors decide."""

    def ask(request: Request, played: Account, token: str | None) -> Response:
        name, model, _ = _found(request, played, token)
        if model.gated and model.licence_accepted is False:
            given = True if model.gated == "auto" else "pending"
            account.change(Put(("hub", "models", name, "licence_accepted"), given))
        return RedirectResponse(f"/hub/{name}", 303)

    return ask
