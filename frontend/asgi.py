"""The page with its security headers: run with `streamlit run frontend/asgi.py`.

In: `app.py`. Out: an ASGI application whose replies tell the browser to load nothing from anywhere else, whatever a
model writes. `app.py` alone works the same without this second wall. Separate because Streamlit wants the script and
the application in two files.
"""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontend import announcement

_INLINE_SCRIPT = re.compile(rb"<script(?:\s+type=\"text/javascript\")?>(.*?)</script>", re.DOTALL)


def security_headers() -> dict[str, str]:
    """What every reply carries. Scripts are Streamlit's own files, and by hash those in its index page and our one."""
    index = (Path(st.__file__).parent / "static" / "index.html").read_bytes()
    scripts = [*_INLINE_SCRIPT.findall(index), announcement.SCRIPT.encode()]
    hashes = [base64.b64encode(sha256(script).digest()).decode() for script in scripts]
    policy = [
        "default-src 'self'",
        " ".join(["script-src 'self'", *(f"'sha256-{value}'" for value in hashes)]),
        "style-src 'self' 'unsafe-inline'",  # how Streamlit styles its elements (emotion)
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


class SecurityHeaders:
    """Adds `security_headers()` to every HTTP reply."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = security_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


app = st.App(Path(__file__).with_name("app.py"), middleware=[Middleware(SecurityHeaders)])
