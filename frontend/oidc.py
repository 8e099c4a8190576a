"""How people sign in: the issuer, and this page as its client. No Streamlit.

In: five variables of the environment, all or none, and how long a sign-in holds. Out: `Oidc`, and the same as
Streamlit's own login wants it, without a file. Separate because these are the page's only secrets: their values are in
no `repr`, and in no message about what is wrong with them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

METADATA_URL = "TERRACHAT_OIDC_METADATA_URL"
CLIENT_ID = "TERRACHAT_OIDC_CLIENT_ID"
CLIENT_SECRET = "TERRACHAT_OIDC_CLIENT_SECRET"  # noqa: S105 the name of a variable
COOKIE_SECRET = "TERRACHAT_OIDC_COOKIE_SECRET"  # noqa: S105 the name of a variable
REDIRECT_URI = "TERRACHAT_OIDC_REDIRECT_URI"
SESSION_HOURS = "TERRACHAT_OIDC_SESSION_HOURS"
NAMES = (METADATA_URL, CLIENT_ID, CLIENT_SECRET, COOKIE_SECRET, REDIRECT_URI)

CALLBACK = "/oauth2callback"  # Streamlit's own path (1.67)
_DEFAULT_HOURS = 12.0
_MOST_HOURS = 30 * 24.0  # Streamlit's cookie lasts 30 days (1.67)
_LEAST_SECRET = 32
_VISIBLE = re.compile(r"[!-~]+")  # of other characters `urlsplit` drops some, and a browser changes some


class SettingsError(Exception):
    """What the environment says cannot be used. The message names variables, and never their values."""


@dataclass(frozen=True)
class Oidc:
    metadata_url: str
    client_id: str
    client_secret: str = field(repr=False)
    cookie_secret: str = field(repr=False)
    redirect_uri: str
    session_hours: float = _DEFAULT_HOURS

    @property
    def origin(self) -> str:
        """Where people's browsers find the page, in the browsers' own words: `https://chat.example.com`."""
        parts = urlsplit(self.redirect_uri)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        is_usual = parts.port in (None, {"https": 443, "http": 80}[parts.scheme])
        return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{parts.port}"

    @property
    def is_https(self) -> bool:
        return urlsplit(self.redirect_uri).scheme == "https"

    def streamlit_secrets(self) -> dict[str, Any]:
        """What `st.login` reads as the section `[auth]` of a `secrets.toml`."""
        return {
            "auth": {
                "redirect_uri": self.redirect_uri,
                "cookie_secret": self.cookie_secret,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "server_metadata_url": self.metadata_url,
            }
        }


def from_environment(environment: Mapping[str, str]) -> Oidc | None:
    """The issuer that `environment` names, None where it names none. Raises SettingsError."""
    values = {name: environment.get(name, "").strip() for name in NAMES}
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(NAMES):
        return None
    if missing:
        raise SettingsError(f"to sign in with OIDC, the page also needs {', '.join(missing)}; set all of them, or none")
    _url(METADATA_URL, values[METADATA_URL])
    redirect = _url(REDIRECT_URI, values[REDIRECT_URI])
    if redirect.path != CALLBACK or redirect.query or redirect.fragment:
        raise SettingsError(f"{REDIRECT_URI} must be the page's address with the path {CALLBACK}")
    if len(values[COOKIE_SECRET]) < _LEAST_SECRET:
        raise SettingsError(f"{COOKIE_SECRET} is too short: take {_LEAST_SECRET} random characters or more")
    return Oidc(
        metadata_url=values[METADATA_URL],
        client_id=values[CLIENT_ID],
        client_secret=values[CLIENT_SECRET],
        cookie_secret=values[COOKIE_SECRET],
        redirect_uri=values[REDIRECT_URI],
        session_hours=_hours(environment.get(SESSION_HOURS, "").strip()),
    )


def is_loopback(host: str | None) -> bool:
    """Whether `host`, a name or an address without its port, is this machine and no other."""
    if host is None:
        return False
    name = host.strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _url(name: str, text: str) -> SplitResult:
    """What is said to an issuer, and the cookies of the page, go over https; only this machine needs none."""
    try:
        url = urlsplit(text)
        is_plain = bool(url.hostname) and url.port != 0 and url.username is None and url.password is None
    except ValueError:  # also of the port, which is not looked at before it is asked for
        is_plain = False
    if not is_plain or not _VISIBLE.fullmatch(text):
        raise SettingsError(
            f"{name} must be a URL: https://, a host, perhaps a port, and a path; in ASCII, without a user"
        )
    if url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname)):
        return url
    raise SettingsError(f"{name} must begin with https:// (http:// only on this machine)")


def _hours(text: str) -> float:
    try:
        hours = float(text) if text else _DEFAULT_HOURS
    except ValueError:
        hours = 0.0
    if not 0 < hours <= _MOST_HOURS:
        raise SettingsError(f"{SESSION_HOURS} must be a number of hours, more than 0 and at most {_MOST_HOURS:g}")
    return hours
