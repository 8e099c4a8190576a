"""Which requests the page answers, and what every reply carries. Plain ASGI; no Streamlit.

In: how people sign in (`Oidc`, or None in single-user mode) and the policy's script hashes. Out: two middlewares for
`asgi.py`. `OwnSite` answers the page's own site only: a web site that the user visits can send requests to this
machine, even under a name of its own that points here (DNS rebinding). `Replies` lets the browser load nothing from
anywhere else, whatever a model writes, and mends what Streamlit's sign-in leaves open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from starlette.datastructures import URL, Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontend.oidc import CALLBACK, Oidc, is_loopback

# What a load balancer asks, under whatever name it has for this task.
_HEALTH = frozenset({"/_stcore/health", "/healthz"})
_METRICS = "/_stcore/metrics"
_LOGIN = "/auth/login"
_LOGOUT = "/auth/logout"
_USER_COOKIE = "_streamlit_user="  # Streamlit 1.67; empty where it is taken away
FAILED_SIGN_IN = "/?sign_in=failed"

_NO_DEVICES = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()"


def security_headers(script_hashes: Iterable[str], *, is_https: bool) -> Mapping[str, str]:
    """What every reply carries. Scripts are Streamlit's own files, and by hash those inside its pages."""
    policy = [
        "default-src 'self'",
        " ".join(["script-src 'self'", *script_hashes]),
        "style-src 'self' 'unsafe-inline'",  # how Streamlit styles its elements (emotion)
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    headers = {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": _NO_DEVICES,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    if is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


class OwnSite:
    """Refuses what another web site, or in single-user mode another machine, sends. Health checks are for everyone."""

    def __init__(self, app: ASGIApp, issuer: Oidc | None) -> None:
        self._app = app
        self._issuer = issuer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] in _HEALTH or self._is_own(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the browser gets a 403
        else:
            await PlainTextResponse("This address is not the page's own.", 403)(scope, receive, send)

    def _is_own(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if self._issuer is not None:
            own = self._issuer.origin
            # What is counted is for whoever runs the page, and has no login of its own.
            return _netloc(host, own) and origin in (None, own) and scope["path"] != _METRICS
        client = scope.get("client")
        return (
            (client is None or is_loopback(client[0]))
            and is_loopback(_hostname(host))
            and (origin is None or urlsplit(origin).netloc == host)
        )


class Replies:
    """Adds the security headers to every reply, and mends the replies of Streamlit's sign-in."""

    def __init__(self, app: ASGIApp, issuer: Oidc | None, headers: Mapping[str, str]) -> None:
        self._app = app
        self._issuer = issuer
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_mended(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                if self._issuer is not None:
                    _mend_sign_in(scope, message, headers)
                    if self._issuer.is_https:
                        _make_cookies_secure(message)
            await send(message)

        await self._app(scope, receive, send_mended if scope["type"] == "http" else send)


def _mend_sign_in(scope: Scope, message: Message, headers: MutableHeaders) -> None:
    if scope["path"] == _LOGOUT and "location" in headers:
        headers["location"] = _for_cognito(headers["location"])
    elif _is_failed_sign_in(scope, message, headers):
        message["status"] = 302
        headers["location"] = FAILED_SIGN_IN


def _make_cookies_secure(message: Message) -> None:
    """Streamlit leaves `Secure` out (1.67): behind a load balancer it does not see that it is served over https."""
    message["headers"] = [
        (name, value + b"; Secure" if name.lower() == b"set-cookie" else value) for name, value in message["headers"]
    ]


def _for_cognito(location: str) -> str:
    """Where to sign out at the issuer, with Cognito's own name for where to go afterwards.

    Cognito lists its `/logout` as end_session_endpoint, wants `logout_uri` there, and fails without it (Streamlit issue
    14601, 2026-04). Other issuers pass over what they do not know.
    """
    url = urlsplit(location)
    query = dict(parse_qsl(url.query))
    if "post_logout_redirect_uri" not in query:
        return location
    query["logout_uri"] = query["post_logout_redirect_uri"]
    return url._replace(query=urlencode(query)).geturl()


def _is_failed_sign_in(scope: Scope, message: Message, headers: MutableHeaders) -> bool:
    """Whether Streamlit gave up on a sign-in: it shows two words in English, or nothing of it at all (1.67)."""
    if scope["path"] == _LOGIN:
        return int(message["status"]) >= 400
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    if scope["path"] != CALLBACK or not asked.keys() & {"code", "error", "state"}:
        return False
    return not any(re.match(rf'{_USER_COOKIE}[^";]', cookie) for cookie in headers.getlist("set-cookie"))


def _netloc(host: str, origin: str) -> bool:
    """Whether the header `Host` means `origin`, whose port need not be said where it is the scheme's own."""
    own = URL(origin)
    port = own.port or {"https": 443, "http": 80}[own.scheme]
    return host.lower() in {own.netloc.lower(), f"{own.hostname}:{port}"}


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
