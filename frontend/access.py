"""Who uses the page: the owner of what is read and written, or why nobody is. No Streamlit.

In: the claims of a sign-in, as Streamlit verified them, and the time. Out: a `User`, or an `AccessError` with the
reason for the sign-in page. Separate because this is the page's whole idea of identity: an owner comes from the issuer
and its subject, and from nothing else that a person can choose or change.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from frontend.oidc import NAMES, Oidc, is_loopback

Reason = Literal["signed_out", "ended", "expired", "refused", "not_here"]

_NAMES = ("name", "preferred_username", "cognito:username", "email")
_MOST_OF_A_NAME = 60


@dataclass(frozen=True)
class Login:
    """One sign-in, which is over by itself at `until`, in seconds since 1970."""

    id: str
    until: float


@dataclass(frozen=True)
class User:
    """`owner` is the user's part of the table's keys. `name` is what the issuer calls them: foreign text, or None.

    `login` is this one sign-in of theirs, None in single-user mode.
    """

    owner: str
    name: str | None = None
    login: Login | None = None


class AccessError(Exception):
    """Nobody is signed in. `user` is who was, where that is known and may sign in again."""

    def __init__(self, reason: Reason, user: User | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.user = user


class SignedOut:
    """The sign-ins that ended by the word of their users, of this process.

    Other tabs keep their connection, and with it what Streamlit knew of the user when it was made: they ask here.
    Behind a load balancer all tabs of a browser are on one process, as the page's sessions need it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def add(self, login: Login, now: float) -> None:
        """Let `login` be over. What is over by itself need not be remembered."""
        with self._lock:
            self._until = {known: end for known, end in self._until.items() if end > now} | {login.id: login.until}

    def __contains__(self, login: str) -> bool:
        return login in self._until


def exposed(issuer: Oidc | None, address: str | None) -> str | None:
    """Why the page must not be served at `address`, None where it may. No address means every one to Streamlit."""
    if issuer is not None or is_loopback(address):
        return None
    return (
        f"it would be served at {address or 'every address of this machine'}, where others can reach it, and nobody "
        "has to sign in. Serve it on this machine only (--server.address 127.0.0.1), or let people sign in with OIDC: "
        f"set {', '.join(NAMES)}"
    )


def only_user(owner: str, address: object) -> User:
    """The user of a page without sign-in, who is at this machine. Raises AccessError for a visitor from elsewhere.

    `asgi.py` lets nobody else in; `app.py` without it has no other wall. Streamlit has no address for who is here.
    """
    if isinstance(address, str) and not is_loopback(address):
        raise AccessError("not_here")
    return User(owner)


def user_of(claims: Mapping[str, object], issuer: Oidc, ended: SignedOut, now: float) -> User:
    """Who the claims of an id token are about. Raises AccessError.

    A sign-in holds for the configured hours from `iat` on, when its token was made. `auth_time` would not do: at an
    issuer that remembers people it stays what it was, and signing in again would not help.
    """
    if not claims.get("is_logged_in"):
        raise AccessError("signed_out")
    iss, subject, issued = claims.get("iss"), claims.get("sub"), claims.get("iat")
    if not (isinstance(iss, str) and iss and isinstance(subject, str) and subject):
        raise AccessError("refused")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise AccessError("refused")
    login = Login(id=_digest(iss, subject, issued, claims.get("nonce")), until=issued + issuer.session_hours * 3600)
    user = User(owner=f"oidc-{_digest(iss, subject)}", name=_name(claims), login=login)
    if login.id in ended:
        raise AccessError("ended", user)
    if now >= login.until:
        raise AccessError("expired", user)
    return user


def _digest(*parts: object) -> str:
    # As JSON, so that no two lists of parts read the same; in hexadecimal, so that no `#` comes into a key.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]


def _name(claims: Mapping[str, object]) -> str | None:
    for key in _NAMES:
        value = claims.get(key)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:_MOST_OF_A_NAME]
    return None
