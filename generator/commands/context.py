"""What the commands share: options, what they work on, asking, and the shapes in which they print."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from generator.catalog import Catalog
from generator.deployment.targets import LOCAL_FOLDER, Target
from generator.errors import LocalTargetError, TerrachatError
from generator.loading import load_catalog
from generator.local import target as local_target

if TYPE_CHECKING:
    from generator.deployment.consent import Confirm
    from generator.progress import Progress


class TargetName(StrEnum):
    """Where a deployment lives."""

    AWS = "aws"
    LOCAL = "local"


CatalogOption = Annotated[Path, typer.Option("--catalog", help="The catalog.", metavar="FILE")]
TargetOption = Annotated[TargetName, typer.Option("--target", help="Where the deployment lives.")]
LocalOption = Annotated[bool, typer.Option("--local", help="Short for --target local.")]
DirectoryOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="The module directory.", metavar="DIR", show_default=False),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DowntimeOption = Annotated[
    bool,
    typer.Option("--allow-downtime", help="Go on although endpoints that answer now are deleted or created anew."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
PortOption = Annotated[
    int | None,
    typer.Option("--port", help="Port of the chat page.", show_default="a free one", min=1, max=65535),
]
ModelFileOption = Annotated[
    Path | None,
    typer.Option("--model-file", help="A GGUF file to answer with.", metavar="FILE", exists=True, dir_okay=False),
]
ModelUrlOption = Annotated[
    str | None, typer.Option("--model-url", help="An OpenAI-compatible server to answer with.", metavar="URL")
]
CATALOG = Path("catalog.yaml")


@dataclass(frozen=True)
class Work:
    """What most commands need: the catalog and its file, where it is deployed, and its module directory."""

    catalog: Catalog
    target: Target
    directory: Path
    file: Path

    @property
    def catalog_option(self) -> str:
        """What a command needs to find the same catalog: " --catalog other.yaml", or nothing."""
        return "" if self.file == CATALOG else f" --catalog {shlex.quote(str(self.file))}"

    @property
    def options(self) -> str:
        """What a command needs to deploy the same in the same place: " --local -o module", or nothing."""
        local = " --local" if self.target.local else ""
        is_usual = self.directory == self.target.module_directory(self.catalog.deployment)
        return f"{local}{self.catalog_option}{'' if is_usual else f' -o {shlex.quote(str(self.directory))}'}"


def work_on(catalog: Path, name: TargetName, local: bool, directory: Path | None = None) -> Work:
    """Load the catalog and enter the target.

    Raises CatalogError, and LocalTargetError where the local target is asked for and does not run.
    """
    loaded = load_catalog(catalog)
    target = Target(running_local_target()) if local or name is TargetName.LOCAL else Target()
    target.enter(loaded.region)
    return Work(loaded, target, directory or target.module_directory(loaded.deployment), catalog)


def running_local_target() -> local_target.LocalTarget:
    """The local target of this folder. Raises LocalTargetError where none runs."""
    found = local_target.find(LOCAL_FOLDER)
    if found is None:
        raise LocalTargetError("the local target is not running", hint="Start it: terrachat local up")
    return found


def somebody_to_ask() -> None:
    """Refuse to go on without a terminal."""
    if not sys.stdin.isatty():
        raise TerrachatError("this asks before it changes anything, and there is nobody to ask", hint="Pass --yes.")


def confirmation() -> Confirm:
    """Asks on the terminal. Without one it refuses, instead of taking silence for a yes; Ctrl-C is a no."""

    def ask(text: str) -> bool:
        somebody_to_ask()
        typer.echo(text, err=True)
        try:
            return typer.confirm("Go on?", err=True)
        except typer.Abort:
            typer.echo(err=True)
            return False

    return ask


def ask_token() -> str:
    """Ask for the Hugging Face token without showing it; nothing where there is nobody to ask."""
    if not sys.stdin.isatty():
        return ""
    return str(typer.prompt("Hugging Face token", hide_input=True, err=True))


@contextmanager
def shown_progress(
    when_stopped: str = "What was done is kept: run the same command again to go on.",
) -> Iterator[Progress]:
    """Progress on stderr. Ctrl-C inside it ends with a word on how things stand, and exit code 130."""
    from generator.progress import Progress

    try:
        yield Progress()
    except KeyboardInterrupt:
        typer.echo(f"\nStopped. {when_stopped}", err=True)
        raise typer.Exit(130) from None


def print_json(document: object) -> None:
    """A result for scripts, on stdout."""
    print(json.dumps(document, indent=2, ensure_ascii=False))


def print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Aligned columns, on stdout."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
