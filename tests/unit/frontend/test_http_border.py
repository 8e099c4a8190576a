"""Which requests the page answers, and what its replies carry; each over a real ASGI call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from frontend import oidc
from frontend.http_border import OwnSite, Replies, security_headers
from frontend.oidc import Oidc
from tests.unit.frontend.test_access import COMPLETE

HOSTED = oidc.from_environment(COMPLETE)
assert HOSTED is not None
LOCAL_HOSTED = replace(HOSTED, redirect_uri="http://localhost:8501/oauth2callback")
PATHS = ("/", "/_stcore/health", "/_stcore/metrics", "/_stcore/upload_file/1", "/login")


async def page(_: Request) -> Response:
    return PlainTextResponse("the page")


async def sets_cookies(_: Request) -> Response:
    response = RedirectResponse("/")
    response.set_cookie("_streamlit_user", "signed", httponly=True)
    response.set_cookie("_streamlit_session", "signed")
    return response


async def gives_up(_: Request) -> Response:
    response = RedirectResponse("/")
    response.delete_cookie("_streamlit_user")
    return response


async def cannot_reach_the_issuer(_: Request) -> Response:
    return PlainTextResponse("Authentication error", 400)


async def signs_out(_: Request) -> Response:
    return RedirectResponse("https://issuer.example.com/logout?client_id=c&post_logout_redirect_uri=https%3A%2F%2Fx%2F")


async def talks(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("hello")


def client(issuer: Oidc | None, address: str = "127.0.0.1", callback: object = sets_cookies) -> TestClient:
    app = Starlette(
        routes=[
            *(Route(path, page, methods=["GET", "PUT"]) for path in PATHS),
            Route("/oauth2callback", callback),  # type: ignore[arg-type]  # one of the endpoints above
            Route("/auth/login", cannot_reach_the_issuer),
            Route("/auth/logout", signs_out),
            WebSocketRoute("/_stcore/stream", talks),
        ],
        middleware=[
            Middleware(
                Replies,
                issuer=issuer,
                headers=security_headers(["'sha256-x'"], is_https=issuer is not None and issuer.is_https),
            ),
            Middleware(OwnSite, issuer=issuer),
        ],
    )
    return TestClient(app, "http://localhost:8501", follow_redirects=False, client=(address, 1))


def is_answered(asked: TestClient, headers: Mapping[str, str]) -> bool:
    """Whether the page and its websocket answer; they must agree."""
    got = asked.put("/_stcore/upload_file/1", headers=headers).status_code == 200
    try:
        with asked.websocket_connect("/_stcore/stream", headers=dict(headers)) as websocket:
            talked = websocket.receive_text() == "hello"
    except WebSocketDisconnect:
        talked = False
    assert got == talked
    return got


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost:8501"},
        {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:8501"},
        {"host": "[::1]:8501", "origin": "http://[::1]:8501"},
    ],
)
def test_the_page_of_one_user_answers_itself(headers: dict[str, str]) -> None:
    assert is_answered(client(None), headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example.com:8501", "origin": "http://evil.example.com:8501"},  # DNS rebinding
        {"host": "localhost:8501", "origin": "https://evil.example.com"},
        {"host": "localhost:8501", "origin": "http://localhost:3000"},  # another program's page on this machine
        {"host": "localhost:8501", "origin": "null"},
        {"host": "localhost.evil.example.com"},
        {"host": "192.168.1.2:8501"},
        {"host": "[not-an-address"},
        {"host": ""},
    ],
)
def test_the_page_of_one_user_does_not_answer_other_sites(headers: dict[str, str]) -> None:
    assert not is_answered(client(None), headers)


def test_the_page_of_one_user_does_not_answer_other_machines() -> None:
    assert not is_answered(client(None, "192.168.1.9"), {"host": "localhost:8501"})


@pytest.mark.parametrize(
    ("headers", "answered"),
    [
        ({"host": "chat.example.com"}, True),
        ({"host": "Chat.example.com:443", "origin": "https://chat.example.com"}, True),
        ({"host": "chat.example.com:8501"}, False),
        ({"host": "10.0.0.7"}, False),
        ({"host": "chat.example.com", "origin": "http://chat.example.com"}, False),
        ({"host": "chat.example.com", "origin": "https://evil.example.com"}, False),
    ],
)
def test_a_hosted_page_answers_under_its_own_name(headers: dict[str, str], answered: bool) -> None:
    assert is_answered(client(HOSTED, "10.0.0.1"), headers) is answered


def test_health_is_for_everyone_and_metrics_are_for_nobody_outside() -> None:
    asked = client(HOSTED, "10.0.0.1")

    assert asked.get("/_stcore/health", headers={"host": "10.0.0.7:8501"}).text == "the page"
    assert asked.get("/_stcore/metrics", headers={"host": "chat.example.com"}).status_code == 403
    assert client(None).get("/_stcore/metrics").status_code == 200


@pytest.mark.parametrize("host", ["localhost:8501", "evil.example.com"])
def test_every_reply_carries_the_policy(host: str) -> None:
    headers = client(None).get("/", headers={"host": host}).headers

    assert "script-src 'self' 'sha256-x';" in headers["content-security-policy"]
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize(
    ("issuer", "host", "is_secure"),
    [(HOSTED, "chat.example.com", True), (LOCAL_HOSTED, "localhost:8501", False)],
)
def test_cookies_and_the_page_stay_on_https_where_it_is_served_so(issuer: Oidc, host: str, is_secure: bool) -> None:
    reply = client(issuer).get("/oauth2callback?code=1&state=2", headers={"host": host})

    cookies = reply.headers.get_list("set-cookie")
    assert reply.headers["location"] == "/"
    assert len(cookies) == 2
    assert all(("; Secure" in cookie) is is_secure for cookie in cookies)
    assert ("strict-transport-security" in reply.headers) is is_secure


@pytest.mark.parametrize("query", ["code=1&state=2", "error=access_denied", "state=2"])
def test_a_sign_in_that_was_given_up_is_told(query: str) -> None:
    reply = client(LOCAL_HOSTED, callback=gives_up).get(f"/oauth2callback?{query}")

    assert (reply.status_code, reply.headers["location"]) == (302, "/?sign_in=failed")


def test_an_issuer_that_cannot_be_reached_is_told_on_the_page() -> None:
    reply = client(LOCAL_HOSTED).get("/auth/login?provider=x")

    assert (reply.status_code, reply.headers["location"]) == (302, "/?sign_in=failed")


def test_coming_back_from_signing_out_is_no_failure() -> None:
    assert client(LOCAL_HOSTED, callback=gives_up).get("/oauth2callback").headers["location"] == "/"


def test_signing_out_says_where_to_go_in_cognitos_words_too() -> None:
    location = client(LOCAL_HOSTED).get("/auth/logout").headers["location"]

    assert location.endswith("?client_id=c&post_logout_redirect_uri=https%3A%2F%2Fx%2F&logout_uri=https%3A%2F%2Fx%2F")
