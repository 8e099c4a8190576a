"""The page as it is served: run with `streamlit run frontend/asgi.py`.

In: `app.py`, the environment, and the address that Streamlit is to be served at. Out: an ASGI application with sign-in,
with `http_border.py` around it; or the end of the process, with a message, where it would be served to people who have
not signed in. `app.py` alone works the same without this second wall. Separate because Streamlit wants the script and
the application in two files.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config

from frontend import access, browser_scripts, settings
from frontend.http_border import OwnSite, Replies, security_headers
from frontend.oidc import Oidc, SettingsError
from frontend.views import script_failure

_INLINE_SCRIPT = re.compile(rb"<script(?:\s+type=\"text/javascript\")?>(.*?)</script>", re.DOTALL)


def _script_hashes() -> tuple[str, ...]:
    """Of the scripts inside Streamlit's index page, and of our own."""
    index = (Path(st.__file__).parent / "static" / "index.html").read_bytes()
    return (*map(browser_scripts.hash_of, _INLINE_SCRIPT.findall(index)), *browser_scripts.hashes())


def _how_to_sign_in() -> Oidc | None:
    """The issuer, or None for this machine's own user. Ends the process where the page must not be served so."""
    try:
        issuer = settings.from_environment().oidc
    except SettingsError as exc:
        sys.exit(f"The chat page does not start: {exc}.")
    exposed = access.exposed(issuer, config.get_option("server.address"))
    if exposed:
        sys.exit(f"The chat page does not start: {exposed}.")
    return issuer


def _where(issuer: Oidc | None) -> str:
    if issuer is not None:
        return f"The chat page is at {issuer.origin}/, for who signs in."
    address = config.get_option("server.address")
    host = f"[{address}]" if ":" in address else address
    return f"The chat page is at http://{host}:{config.get_option('server.port')}/, for this machine's user alone."


_issuer = _how_to_sign_in()
if _issuer is not None:
    # Streamlit signs what it remembers of a sign-in under way with this: another task may have to read it.
    config.set_option("server.cookieSecret", _issuer.cookie_secret)
print(_where(_issuer), flush=True)

app = st.App(
    Path(__file__).with_name("app.py"),
    secrets=_issuer.streamlit_secrets() if _issuer is not None else None,
    middleware=[
        Middleware(
            Replies,
            issuer=_issuer,
            headers=security_headers(_script_hashes(), is_https=_issuer is not None and _issuer.is_https),
        ),
        Middleware(OwnSite, issuer=_issuer),
    ],
    on_script_error=script_failure.show,
)
