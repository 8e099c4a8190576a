"""The environment, read once into a frozen object.

In: `TERRACHAT_DEPLOYMENT`, `TERRACHAT_OWNER`, `TERRACHAT_MAY_START`, `TERRACHAT_OIDC_…` (`oidc.py`), `AWS_REGION` (or
`AWS_DEFAULT_REGION`), `AWS_ENDPOINT_URL`. Out: `Settings`.
Separate so that nothing else in the frontend reads `os.environ`: tests and the page get their settings as a value.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass

from frontend import oidc
from frontend.oidc import Oidc, SettingsError

MAY_START = "TERRACHAT_MAY_START"


@dataclass(frozen=True)
class Settings:
    """What the launcher tells the page.

    `deployment` and `region` are None when they are not set; the page says so rather than guess. `owner` is whose
    conversations are shown where nobody signs in. `endpoint_url` is the emulated AWS of the local target, None on AWS.
    `oidc` is who signs people in, None in single-user mode. `may_start` is whether the page offers to start a model.
    """

    deployment: str | None
    region: str | None
    owner: str
    endpoint_url: str | None
    oidc: Oidc | None = None
    may_start: bool = True


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in `environment`; an empty variable counts as one that is not set. Raises SettingsError."""
    issuer = oidc.from_environment(environment)
    return Settings(
        deployment=environment.get("TERRACHAT_DEPLOYMENT") or None,
        region=environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or None,
        owner=_owner(environment.get("TERRACHAT_OWNER") or _os_user()),
        endpoint_url=environment.get("AWS_ENDPOINT_URL") or None,
        oidc=issuer,
        may_start=_flag(MAY_START, environment.get(MAY_START, ""), default=issuer is None),
    )


def _flag(name: str, text: str, *, default: bool) -> bool:
    known = {"": default, "true": True, "false": False}
    try:
        return known[text.strip().lower()]
    except KeyError:
        raise SettingsError(f'{name} must be "true" or "false"') from None


def _owner(name: str) -> str:
    # `#` separates owner and conversation in the table's keys (docs/contracts.md, section 5).
    return name.replace("#", "_")


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a user id that has no name
        return "local"
