"""The command line `terrachat`: parse, call one function, print.

The only place that prints, prompts or chooses an exit code: 0 ok, 1 what the user gave is wrong, 2 usage, 3 Terraform
or AWS failed, 4 declined, 130 stopped with Ctrl-C. Results go to stdout; progress and errors go to stderr.
"""

from __future__ import annotations

import json
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from generator import deployment
from generator.catalog import Catalog
from generator.deployment import LOCAL_FOLDER, Target
from generator.errors import LocalTargetError, TerrachatError
from generator.loading import load_catalog
from generator.local import target as local_target
from generator.progress import Progress, changes_as_text

if TYPE_CHECKING:
    from generator.asking import Answer

# What talks to AWS and to models (boto3, openai) takes a second to import: the commands that need it import it
# themselves, so that `validate` and `generate` stay quick.

app = typer.Typer(
    name="terrachat",
    help="One YAML catalog of models in, a multi-model chatbot on your own AWS account out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
local_app = typer.Typer(help="The local target: AWS and a language model on this machine.", no_args_is_help=True)
app.add_typer(local_app, name="local")


class TargetName(StrEnum):
    """Where a deployment lives."""

    AWS = "aws"
    LOCAL = "local"


CatalogOption = Annotated[Path, typer.Option("--catalog", help="The catalog.", metavar="FILE")]
TargetOption = Annotated[TargetName, typer.Option("--target", help="Where to deploy.")]
LocalOption = Annotated[bool, typer.Option("--local", help="Short for --target local.")]
DirectoryOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="The module directory.", metavar="DIR", show_default=False),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
PortOption = Annotated[int | None, typer.Option("--port", help="Port of the chat page.", show_default="a free one")]
ModelFileOption = Annotated[
    Path | None,
    typer.Option("--model-file", help="A GGUF file to answer with.", metavar="FILE", exists=True, dir_okay=False),
]
ModelUrlOption = Annotated[
    str | None, typer.Option("--model-url", help="An OpenAI-compatible server to answer with.", metavar="URL")
]
CATALOG = Path("catalog.yaml")


def main() -> None:
    """Run the command line: every error becomes one message and an exit code."""
    # A polite kill ends work as Ctrl-C does: Terraform saves its state, and nothing is left running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except TerrachatError as error:
        _print_error(error)
        sys.exit(error.exit_code)
    except Exception:  # noqa: BLE001 - the outermost border: a defect of ours must not show a traceback
        sys.exit(_report_defect())


@dataclass(frozen=True)
class Work:
    """What most commands need: the catalog, where it is deployed, and its module directory."""

    catalog: Catalog
    target: Target
    directory: Path


def _work(catalog: Path, name: TargetName, local: bool, directory: Path | None) -> Work:
    loaded = load_catalog(catalog)
    target = Target(_running_local_target()) if local or name is TargetName.LOCAL else Target()
    target.enter(loaded.region)
    return Work(loaded, target, directory or target.module_directory(loaded.deployment))


def _running_local_target() -> local_target.LocalTarget:
    found = local_target.find(LOCAL_FOLDER)
    if found is None:
        raise LocalTargetError("the local target is not running", hint="Start it: terrachat local up")
    return found


@app.command()
def validate(catalog: CatalogOption = CATALOG) -> None:
    """Check the catalog; problems go to stderr, one a line."""
    loaded = load_catalog(catalog)
    print(f"{catalog}: ok, {len(loaded.models)} models")


@app.command()
def generate(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the Terraform module, and the handler's zip beside it."""
    work = _work(catalog, target, local, output)
    with _progress() as progress:
        generated = deployment.generate(work.catalog, work.target, work.directory, progress)
    diff = generated.diff
    if as_json:
        _print_json({**asdict(diff), "directory": str(diff.directory)})
        return
    for sign, names in (("+", diff.added), ("~", diff.changed), ("-", diff.removed)):
        for name in names:
            print(f"{sign} {diff.directory / name}")
    if diff.is_empty:
        print(f"{diff.directory}: nothing to change")


@app.command()
def plan(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what apply would change."""
    work = _work(catalog, target, local, output)
    with _progress() as progress:
        planned = deployment.plan(work.catalog, work.target, work.directory, progress)
    planned.file.unlink(missing_ok=True)
    if as_json:
        _print_json({"changes": [asdict(change) for change in planned.changes]})
    elif planned.is_empty:
        print("Nothing to change: what is deployed is what the catalog says.")
    else:
        print(f"{len(planned.changes)} changes:\n{changes_as_text(planned.changes)}")


@app.command()
def apply(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Create or change the deployment so that it is what the catalog says."""
    work = _work(catalog, target, local, output)
    with _progress() as progress:
        result = deployment.apply(
            work.catalog, work.target, work.directory, progress, None if yes else _confirm(progress)
        )
    if as_json:
        _print_json({"changes": result.num_changes, "outputs": dict(result.outputs)})
    else:
        print(f"{result.num_changes} changes made. The handler: {result.outputs['handler_url']}")


@app.command()
def destroy(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    output: DirectoryOption = None,
    yes: YesOption = False,
) -> None:
    """Destroy the deployment: endpoints, keys and conversations included."""
    work = _work(catalog, target, local, output)
    with _progress() as progress:
        destroyed = deployment.destroy(
            work.catalog, work.target, work.directory, progress, None if yes else _confirm(progress)
        )
    print("Destroyed." if destroyed else "There was nothing to destroy.")


@app.command()
def status(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show what is planned, what is deployed and what is live."""
    from generator.status import read_status

    work = _work(catalog, target, local, None)
    found = read_status(work.catalog, work.target.name)
    if as_json:
        document = asdict(found)
        _print_json({key: document[key] for key in ("deployment", "target", "handler_url", "models")})
        return
    print(f"{found.deployment} ({found.target}): {found.handler_url or 'not deployed'}")
    if found.reason:
        typer.echo(found.reason, err=True)
    rows = [
        (row.id, row.provider, _yes(row.planned), _yes(row.deployed), row.live or "-", row.reason or "")
        for row in found.models
    ]
    _print_table(("model", "provider", "planned", "deployed", "live", "reason"), rows)


@app.command()
def models(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the deployed models, as the handler does."""
    from generator.asking import connect, list_models

    work = _work(catalog, target, local, None)
    found = list_models(connect(work.catalog.deployment, work.catalog.region))
    if as_json:
        _print_json([model.model_dump() for model in found])
    else:
        rows = [(model.id, model.provider, model.status, model.reason or "") for model in found]
        _print_table(("model", "provider", "status", "reason"), rows)


@app.command("ask")
def ask_command(
    model: Annotated[str, typer.Argument(help="The model's id.")],
    prompt: Annotated[str, typer.Argument(help="The question.")],
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put one question to a deployed model and stream the answer."""
    from generator.asking import ask, choose, connect, list_models

    work = _work(catalog, target, local, None)
    client = connect(work.catalog.deployment, work.catalog.region)
    chosen = choose(list_models(client), model)
    answer = ask(client, chosen.id, prompt, _discard if as_json else _print_piece)
    _print_answer(answer, as_json)


@app.command()
def chat(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    port: PortOption = None,
) -> None:
    """Serve the chat page for a deployment, on this machine only, until Ctrl-C."""
    from generator import demo
    from generator.asking import connect

    work = _work(catalog, target, local, None)
    connect(work.catalog.deployment, work.catalog.region)
    with _progress() as progress:
        demo.serve_page(work.catalog, work.target, progress, port, _announce)


@app.command("demo")
def demo_command(
    question: Annotated[
        str | None,
        typer.Option("--ask", help="Put one question, print the answer and end.", metavar="PROMPT"),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="The model to ask.", metavar="ID")] = None,
    catalog: CatalogOption = CATALOG,
    port: PortOption = None,
    model_file: ModelFileOption = None,
    model_url: ModelUrlOption = None,
) -> None:
    """Run the whole product on this machine: local target up, apply, chat."""
    from generator import demo

    loaded = load_catalog(catalog)
    local_model = demo.LocalModel(model_file, model_url)
    with _progress() as progress:
        if question is None:
            demo.serve_chat(loaded, local_model, progress, port, _announce)
        else:
            answer = demo.answer_once(loaded, local_model, progress, question, model, _print_piece)
            _print_answer(answer, as_json=False)
            typer.echo(demo.timing(progress.seconds, answer), err=True)


@local_app.command("up")
def local_up(model_file: ModelFileOption = None, model_url: ModelUrlOption = None) -> None:
    """Start the local target in the background."""
    from generator.local import lifecycle

    with _progress() as progress, progress.phase("Start the local AWS and the model"):
        started = lifecycle.start(LOCAL_FOLDER, model_file=model_file, model_url=model_url, on_phase=progress.say)
    print(f"{'Running' if started.started else 'It was already running'}: {started.target.control_url}")


@local_app.command("down")
def local_down() -> None:
    """Stop the local target. What was applied to it goes with it."""
    from generator.local import lifecycle

    print("Stopped." if lifecycle.stop(LOCAL_FOLDER) else "It was not running.")


@local_app.command("status")
def local_status(as_json: JsonOption = False) -> None:
    """Show whether each part of the local target answers."""
    from generator.local import lifecycle

    parts = lifecycle.part_status(_running_local_target())
    if as_json:
        _print_json([asdict(part) for part in parts])
    else:
        _print_table(("part", "state", "detail"), [(part.part, part.state, part.detail) for part in parts])


@local_app.command("logs")
def local_logs(
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on printing until Ctrl-C.")] = False,
) -> None:
    """Print the local target's log, the deployed handler's own lines included."""
    from generator.local import lifecycle

    for line in lifecycle.log_lines(LOCAL_FOLDER, follow=follow):
        print(line, flush=True)


def _announce(url: str) -> None:
    print(f"\nChat: {url}\nCtrl-C ends it.", flush=True)


def _print_piece(text: str) -> None:
    print(text, end="", flush=True)


def _discard(_: str) -> None:
    """For an answer that is printed when it is whole."""


def _print_answer(answer: Answer, as_json: bool) -> None:
    if as_json:
        _print_json(asdict(answer))
        return
    print()
    tokens = "" if answer.completion_tokens is None else f", {answer.prompt_tokens} + {answer.completion_tokens} tokens"
    typer.echo(
        f"[{answer.model}: first token {answer.first_token_s:.2f} s, whole {answer.elapsed_s:.2f} s{tokens}]",
        err=True,
    )


def _print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _confirm(progress: Progress) -> deployment.Confirm:
    def ask(text: str) -> bool:
        if not sys.stdin.isatty():
            raise TerrachatError("this asks before it changes anything, and there is nobody to ask", hint="Pass --yes.")
        with progress.paused():
            typer.echo(text, err=True)
            return typer.confirm("Go on?", err=True)

    return ask


@contextmanager
def _progress() -> Iterator[Progress]:
    """Progress on stderr; Ctrl-C inside it ends with a word on how to go on."""
    try:
        with Progress() as progress:
            yield progress
    except KeyboardInterrupt:
        typer.echo("\nStopped. What was done is kept: run the same command again to go on.", err=True)
        raise typer.Exit(130) from None


def _print_json(document: object) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False))


def _print_error(error: TerrachatError) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(error.message, markup=False)
    if error.hint:
        console.print(error.hint, markup=False, style="dim")


def _report_defect() -> int:
    """Keep the traceback in a file for a bug report, and say so in one line."""
    path = Path(".terrachat/defect.log")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(traceback.format_exc(), encoding="utf-8")
    path.chmod(0o600)
    error = sys.exception()
    typer.echo(
        f"terrachat has a defect: {type(error).__name__}. The details are in {path}; please report it.",
        err=True,
    )
    return 70  # EX_SOFTWARE


if __name__ == "__main__":
    main()
