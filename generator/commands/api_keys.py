"""secrets list, set, unset, repair: the deployment's API keys. Values are never printed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from generator.commands.context import (
    CATALOG,
    CatalogOption,
    JsonOption,
    LocalOption,
    TargetName,
    TargetOption,
    Work,
    YesOption,
    confirmation,
    print_json,
    print_table,
    work_on,
)
from generator.commands.key_secret import key_secret, malformed
from generator.errors import AwsError, DeclinedError, TerrachatError

if TYPE_CHECKING:
    from generator.api_keys.history import KeyChange
    from generator.api_keys.shapes import Shape
    from generator.api_keys.store import ApiKeySecret

NameArgument = Annotated[str, typer.Argument(help="The key's name, such as OPENAI_API_KEY.", metavar="NAME")]
NamesArgument = Annotated[list[str], typer.Argument(help="The keys' names.", metavar="NAME...")]


def list_keys(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the names of the keys, whose they are, and when each last changed. Values are not shown."""
    from generator.api_keys.entries import plain_name
    from generator.api_keys.names import provider_of

    work = work_on(catalog, target, local)
    secret = key_secret(work)
    shape = secret.read()
    if shape.values is None:
        raise malformed(secret, shape, work)
    rows = [(plain_name(each.name), provider_of(work.catalog, each.name), each) for each in _changes(secret, shape)]
    if as_json:
        keys = [
            {"name": name, "provider": provider, "changed": _moment(change), "exact": change.is_exact}
            for name, provider, change in rows
        ]
        print_json({"secret": secret.id, "keys": keys, "problems": [*shape.problems, *shape.remarks]})
        return
    if rows:
        print_table(
            ("NAME", "PROVIDER", "LAST CHANGE"), [(name, provider, _date(each)) for name, provider, each in rows]
        )
    else:
        typer.echo(f"There are no keys in {secret.id}. Set one: terrachat secrets set NAME{work.options}", err=True)
    for said in (*shape.problems, *shape.remarks):
        typer.echo(f"{said}.", err=True)
    if shape.repaired is not None:
        typer.echo(f"Mend it: terrachat secrets repair{work.options}", err=True)


def set_key(
    name: NameArgument,
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
) -> None:
    """Set a key, also before the first apply.

    Its value is asked for without showing it, or read from standard input.
    """
    from generator.api_keys.entries import shown_name
    from generator.api_keys.names import NAME_FORM, value_problem

    if not NAME_FORM.fullmatch(name):
        raise TerrachatError(
            f"{shown_name(name)} is no name that a key can have",
            hint="It has letters, digits, '_', '.' and '-', and begins with a letter or '_': OPENAI_API_KEY.",
        )
    work = work_on(catalog, target, local)
    value = _value(name)
    if problem := value_problem(name, value):
        hint = (
            f"To remove a key: terrachat secrets unset {name}" if not value else "Copy the key once more, and only it."
        )
        raise TerrachatError(f"{name}: the value {problem}", hint=hint)
    secret = key_secret(work)
    secret.put({name: value})
    for warning in _warnings(work, name, value):
        typer.echo(warning, err=True)
    if secret.was_created:
        apply = f"terrachat apply{work.options}"
        print(f"{name} is set, in the secret {secret.id}, which is created; {apply} takes it over.")
    else:
        print(f"{name} is set; the handler uses it within a minute.")


def unset_key(
    names: NamesArgument,
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
) -> None:
    """Remove keys."""
    removed = key_secret(work_on(catalog, target, local)).remove(names)
    for name in dict.fromkeys(names):
        print(f"{name} is removed." if name in removed else f"{name} was not set.")


def repair(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    yes: YesOption = False,
) -> None:
    """Make a JSON object of strings of a secret that is none. Its former version can be brought back."""
    work = work_on(catalog, target, local)
    secret = key_secret(work)
    shape = secret.read()
    if shape.repaired is None:
        for said in (*shape.problems, *shape.remarks):
            typer.echo(f"{said}.", err=True)
        print(f"There is nothing to repair in {secret.id}.")
        return
    proposal = "\n".join(_proposal(secret, shape))
    if yes:
        typer.echo(proposal, err=True)
    elif not confirmation()(proposal):
        raise DeclinedError("nothing was changed")
    done = secret.repair(shape)
    print(f"{secret.id} is repaired: {len(done.kept)} {'key' if len(done.kept) == 1 else 'keys'} in it.")
    if done.undo:
        print(f"To bring its former version back: {done.undo}")


def _value(name: str) -> str:
    if sys.stdin.isatty():
        text = str(typer.prompt(name, hide_input=True, err=True))
    else:
        try:
            text = sys.stdin.read()
        except UnicodeDecodeError:
            hint = "Keys are letters and digits."
            raise TerrachatError(f"{name}: the value is not text in UTF-8", hint=hint) from None
    # The line's own end, and the blanks that are copied with a key; a second line is part of the value.
    return re.sub(r"\r?\n\Z", "", text).strip(" \t")


def _warnings(work: Work, name: str, value: str) -> Iterator[str]:
    from generator.api_keys.names import known_names, meant
    from generator.preflight.key_suspicions import suspicion_of

    if name not in known_names(work.catalog):
        near = meant(work.catalog, name)
        yield f"No entry of the catalog uses {name}{f': did you mean {near}?' if near else '.'} It is set all the same."
    if suspicion := suspicion_of(value):
        yield f"{name} {suspicion.reason}. It is set all the same."


def _changes(secret: ApiKeySecret, shape: Shape) -> tuple[KeyChange, ...]:
    """The keys with their dates; without dates, and why, where the versions cannot be looked at."""
    from generator.api_keys.history import KeyChange

    try:
        return secret.names_with_changes()
    except AwsError as error:
        typer.echo(f"When they changed is not known: {error.message}", err=True)
        return tuple(KeyChange(name, None, is_exact=False) for name in shape.names)


def _proposal(secret: ApiKeySecret, shape: Shape) -> Iterator[str]:
    from generator.api_keys.entries import plain_name

    yield f"The secret {secret.id} is not as it should be:"
    yield from (f"  {said}" for said in (*shape.problems, *shape.remarks))
    kept = ", ".join(plain_name(name) for name in sorted(shape.repaired or {}))
    yield f"It would be a JSON object of strings with {f'these keys: {kept}' if kept else 'no keys'}."
    if shape.lost:
        yield f"It would lose {'; '.join(shape.lost)}."
    yield "The version that it is now is kept beside it, and can be brought back."


def _date(change: KeyChange) -> str:
    if change.changed is None:
        return "not known"
    date = f"{change.changed:%Y-%m-%d}"
    return date if change.is_exact else f"{date} or before"


def _moment(change: KeyChange) -> str | None:
    return None if change.changed is None else f"{change.changed:%Y-%m-%dT%H:%M:%SZ}"
