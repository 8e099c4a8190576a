"""models, ask, chat, demo: talking to what is deployed.

What talks to AWS and to models (boto3, openai) takes a second to import: commands import it when they run, so that
`validate` and `generate` stay quick.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from generator.commands.context import (
    CATALOG,
    CatalogOption,
    JsonOption,
    LocalOption,
    ModelFileOption,
    ModelUrlOption,
    PortOption,
    TargetName,
    TargetOption,
    Work,
    print_json,
    print_table,
    shown_progress,
    work_on,
)
from generator.deployment.targets import LOCAL_FOLDER
from generator.loading import load_catalog
from generator.local.target import find

if TYPE_CHECKING:
    from frontend.client import ChatClient
    from generator.asking import Answer


def models(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the deployed models, as the handler does."""
    from generator.asking import list_models

    work = work_on(catalog, target, local, None)
    found = list_models(_connect(work))
    if as_json:
        print_json([model.model_dump(mode="json", exclude_unset=True) for model in found])
    else:
        rows = [(model.id, model.provider, model.status, model.reason or "") for model in found]
        print_table(("model", "provider", "status", "reason"), rows)


def ask_model(
    model: Annotated[str, typer.Argument(help="The model's id.", metavar="ID")],
    prompt: Annotated[str, typer.Argument(help="The question.", metavar="PROMPT")],
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put one question to a deployed model and stream the answer."""
    from generator.asking import ask, choose, list_models

    work = work_on(catalog, target, local, None)
    client = _connect(work)
    chosen = choose(list_models(client), model)
    answer = ask(client, chosen.id, prompt, _discard if as_json else _print_piece)
    _print_answer(answer, as_json)


def chat(
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    port: PortOption = None,
) -> None:
    """Serve the chat page on this machine until Ctrl-C."""
    from generator import demo

    work = work_on(catalog, target, local, None)
    _connect(work)
    with shown_progress("The deployment is as it was.") as progress:
        demo.serve_page(work.catalog, work.target, progress, port, _announcing(work))


def run_demo(
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
    """Run the whole product on this machine.

    Starts the local target, applies the catalog to it and serves the chat page; Ctrl-C ends it all.
    """
    from generator import demo

    loaded = load_catalog(catalog)
    local_model = demo.LocalModel(model_file, model_url)
    # A local target of somebody else's is used and not ended.
    left = "The local target ran before and runs on." if find(LOCAL_FOLDER) else "Nothing is left running."
    with shown_progress(left) as progress:
        if question is None:
            demo.serve_chat(loaded, local_model, progress, port, _announce)
            typer.echo(f"\nEnded. {left}", err=True)
        else:
            answer = demo.answer_once(loaded, local_model, progress, question, model, _print_piece)
            _print_answer(answer, as_json=False)
            typer.echo(demo.timing(progress.seconds, answer), err=True)


def _connect(work: Work) -> ChatClient:
    from generator.asking import connect

    return connect(work.catalog.deployment, work.catalog.region, local=work.target.local is not None)


def _announcing(work: Work) -> Callable[[str], None]:
    """Tells whose page it is: without a sign-in, whoever is at this machine uses the deployment as its user."""
    where = "the local target" if work.target.local is not None else work.catalog.region

    def announce(url: str) -> None:
        print(f"\nChat with {work.catalog.deployment} ({where}), for you on this machine only:", end="", flush=True)
        _announce(url)

    return announce


def _announce(url: str) -> None:
    print(f"\nChat: {url}\nCtrl-C ends it.", flush=True)


def _print_piece(text: str) -> None:
    print(text, end="", flush=True)


def _discard(_: str) -> None:
    """For an answer that is printed when it is whole."""


def _print_answer(answer: Answer, as_json: bool) -> None:
    if as_json:
        print_json(asdict(answer))
        return
    from generator.asking import in_a_line

    print()
    typer.echo(f"[{in_a_line(answer)}]", err=True)
