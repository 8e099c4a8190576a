"""The environment, read once into a frozen object.

In: `TERRACHAT_DEPLOYMENT`, `TERRACHAT_OWNER`, `AWS_REGION` (or `AWS_DEFAULT_REGION`), `AWS_ENDPOINT_URL`.
Out: `Settings`.
Separate so that nothing else in the frontend reads `os.environ`: tests and the page get their settings as a value.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What the launcher tells the page.

    `deployment` and `region` are None when they are not set; the page says so rather than guess. `owner` is whose
    conversations are shown. `endpoint_url` is the emulated AWS of the local target, None on AWS.
    """

    deployment: str | None
    region: str | None
    owner: str
    endpoint_url: str | None


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in `environment`; an empty variable counts as one that is not set."""
    return Settings(
        deployment=environment.get("TERRACHAT_DEPLOYMENT") or None,
        region=environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or None,
        owner=_owner(environment.get("TERRACHAT_OWNER") or _os_user()),
        endpoint_url=environment.get("AWS_ENDPOINT_URL") or None,
    )


def _owner(name: str) -> str:
    # `#` separates owner and conversation in the table's keys (docs/contracts.md, section 5).
    return name.replace("#", "_")


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a user id that has no name
        return "local"
