"""secrets huggingface: the Hugging Face token, into the secret that the endpoints get it from.

The token is asked for without showing it, or read from standard input, and printed nowhere.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from generator.commands.context import (
    CATALOG,
    CatalogOption,
    LocalOption,
    TargetName,
    TargetOption,
    Work,
    YesOption,
    ask_token,
    confirmation,
    work_on,
)
from generator.errors import TerrachatError

if TYPE_CHECKING:
    from generator.hub import HubAccount

ArnOption = Annotated[
    str | None,
    typer.Option("--arn", help="The secret, where it is not the one that the catalog names.", metavar="ARN"),
]
_OF_OLD_MODELS = """\
Models that are deployed already keep the token that they were created with. To give one the new token, change something
in its entry that makes a new model, such as environment: {CHANGED: "1"}, and: terrachat apply"""


def huggingface(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    arn: ArnOption = None,
    yes: YesOption = False,
) -> None:
    """Set the Hugging Face token that gated models are fetched with.

    It is asked for without showing it, or read from standard input, checked with the Hub, and written into the secret
    that the catalog names. Without one, a secret is made and, if you agree, written into the catalog.
    """
    from generator import huggingface_secret as secrets

    work = work_on(catalog, target, local)
    place = _place(work, arn)
    token = _token()
    _check(token)
    if place.secret is None:
        written, is_new = secrets.create_or_put(
            secrets.SHARED_NAME, token, secrets.SHARED_TAGS, work.catalog.region, place.client
        )
        done = f"Made the secret {secrets.SHARED_NAME}." if is_new else _put_words(secrets.SHARED_NAME)
        typer.echo(done, err=True)
    else:
        secrets.put(place.secret, token, place.client)
        written = place.secret
        typer.echo(_put_words(secrets.name_of(written)), err=True)
    print(written)
    if place.is_to_be_named:
        _name_in_catalog(work, written, yes=yes)
    else:
        typer.echo(f"{_OF_OLD_MODELS}{work.options}", err=True)


@dataclass(frozen=True)
class _Place:
    """Where the token goes: a secret that exists, or None for one that is to be made.

    `is_to_be_named` says that the catalog does not name it yet.
    """

    client: Any
    secret: str | None
    is_to_be_named: bool


def _place(work: Work, arn: str | None) -> _Place:
    """Where the token goes. Raises TerrachatError where it cannot go there, before anybody has typed it."""
    from generator.aws_calls import client
    from generator.catalog.sections import TokenSecret
    from generator.huggingface_secret import find
    from generator.naming import huggingface_secret_name

    settings, region = work.catalog.huggingface, work.catalog.region
    asked = client("secretsmanager", region)
    named = settings.token_secret if isinstance(settings, TokenSecret) else None
    if arn:
        _check_arn(arn, region)
        if find(arn, asked) is None:
            raise TerrachatError(f"there is no secret {arn}", hint="Without --arn, this makes one.")
        return _Place(asked, arn, is_to_be_named=arn != named)
    if named:
        if find(named, asked):
            return _Place(asked, named, is_to_be_named=False)
        typer.echo(f"The secret that the catalog names does not exist: {named}", err=True)
        return _shared_place(asked)
    if settings is None:
        return _shared_place(asked)
    created = huggingface_secret_name(work.catalog.deployment)
    if find(created, asked) is None:
        raise TerrachatError(
            f"the catalog leaves the secret {created!r} to Terraform, which has not created it yet",
            hint=f"The first apply asks for the token, or takes it from HF_TOKEN: terrachat apply{work.options}",
        )
    return _Place(asked, created, is_to_be_named=False)


def _shared_place(asked: Any) -> _Place:
    """The secret that deployments share. That it is there already is said before anybody types: others may use it."""
    from generator.huggingface_secret import SHARED_NAME, find

    if find(SHARED_NAME, asked):
        words = f"The secret {SHARED_NAME} is there already: this replaces its token for every catalog that names it."
        typer.echo(words, err=True)
    return _Place(asked, None, is_to_be_named=True)


def _put_words(name: str) -> str:
    return f"Put it into the secret {name}. The token before is kept as AWSPREVIOUS."


def _check_arn(arn: str, region: str) -> None:
    from generator.catalog.partitions import parsed_arn

    parsed = parsed_arn(arn)
    if parsed is None or parsed.service != "secretsmanager":
        raise typer.BadParameter("it is no ARN of a secret", param_hint="--arn")
    if parsed.region != region:
        words = f"it is in {parsed.region}, and the endpoints' models take it from the deployment's region, {region}"
        raise typer.BadParameter(words, param_hint="--arn")


def _token() -> str:
    from generator.huggingface_secret import problem_of

    try:
        text = ask_token() if sys.stdin.isatty() else sys.stdin.read()
    except UnicodeDecodeError:
        text = "\ufffd"
    if problem := problem_of(text):
        raise TerrachatError(
            f"this cannot be the token: {problem}", hint="Copy it from https://huggingface.co/settings/tokens: hf_..."
        )
    return text.strip()


def _check(token: str) -> None:
    """Tell whose token it is. Raises HubError where the Hub does not accept it."""
    from generator.errors import HubError
    from generator.hub import GATED_PERMISSION, Hub

    try:
        account: HubAccount = Hub(token, os.environ.get("HF_ENDPOINT")).account()
    except HubError as error:
        if error.kind == "unauthorized":
            raise
        typer.echo(f"Whose token it is could not be asked: {error.message}.", err=True)
        return
    typer.echo(f"It is the token of {account.name}.", err=True)
    if not account.may_read:
        typer.echo(f"It may read public models only; for gated ones tick '{GATED_PERMISSION}'.", err=True)


def _name_in_catalog(work: Work, arn: str, *, yes: bool) -> None:
    from generator.catalog.sections import CreatedSecret
    from generator.editing import set_key

    line = f"huggingface: {{token_secret: {arn}}}"
    if not yes and not sys.stdin.isatty():
        typer.echo(f"Write it into {work.file}, or pass --yes to have it written: {line}", err=True)
        return
    if not yes and not confirmation()(f"This writes into {work.file}: {line}"):
        typer.echo("The catalog was left as it is.", err=True)
        return
    if isinstance(work.catalog.huggingface, CreatedSecret):
        set_key(work.file, ("huggingface",), {"token_secret": arn})
    else:
        set_key(work.file, ("huggingface", "token_secret"), arn)
    words = f"Written into {work.file}; the next apply makes new models with it: terrachat apply{work.options}"
    typer.echo(words, err=True)
