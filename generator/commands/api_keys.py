"""secrets list, set, unset: the deployment's API keys. Values are never printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from generator.commands.context import (
    CATALOG,
    CatalogOption,
    LocalOption,
    TargetName,
    TargetOption,
    Work,
    work_on,
)
from generator.errors import TerrachatError

if TYPE_CHECKING:
    from generator.secrets import ApiKeys

NameArgument = Annotated[str, typer.Argument(help="The key's name, such as OPENAI_API_KEY.", metavar="NAME")]


def list_keys(
    catalog: CatalogOption = CATALOG, target: TargetOption = TargetName.AWS, local: LocalOption = False
) -> None:
    """List the names of the keys."""
    work = work_on(catalog, target, local)
    for name in _secrets(work).names():
        print(name)


def set_key(
    name: NameArgument,
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
) -> None:
    """Set a key.

    Its value is asked for without showing it, or read from standard input.
    """
    work = work_on(catalog, target, local)
    try:
        value = typer.prompt(name, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read()
    except UnicodeDecodeError:
        raise TerrachatError(f"{name}: the value is not text in UTF-8", hint="Keys are letters and digits.") from None
    if not value.strip():
        raise TerrachatError(f"{name}: the value is empty", hint="To remove a key: terrachat secrets unset NAME")
    _secrets(work).put({name: value.strip()})
    print(f"{name} is set; the handler uses it within a minute.")


def unset_key(
    name: NameArgument,
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
) -> None:
    """Remove a key."""
    work = work_on(catalog, target, local)
    removed = _secrets(work).remove(name)
    print(f"{name} is removed." if removed else f"{name} was not set.")


def _secrets(work: Work) -> ApiKeys:
    from generator.secrets import ApiKeys

    return ApiKeys(work.catalog.deployment, work.catalog.region)
