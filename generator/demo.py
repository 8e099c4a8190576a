"""The whole product on this machine in one command: local target up, catalog applied, chat.

What is started here ends here: the local target and the page run on leashes that this process holds. A local target
that was already running is used, and left running.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from generator.asking import Answer, ask, choose, connect, list_models
from generator.catalog import Catalog
from generator.chat_page import ChatPage, free_port
from generator.deployment import steps
from generator.deployment.targets import LOCAL_FOLDER, Target
from generator.errors import LocalTargetError, TerrachatError
from generator.local import lifecycle
from generator.local.target import find
from generator.progress import Progress

_PAGE_LOG = LOCAL_FOLDER / "chat.log"
_LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class LocalModel:
    """What answers in the local target: a GGUF file, an OpenAI-compatible server, or (neither) the packaged model."""

    file: Path | None = None
    url: str | None = None


@contextmanager
def deployed(catalog: Catalog, model: LocalModel, progress: Progress) -> Iterator[Target]:
    """The local target with `catalog` applied to it, until the block ends."""
    with progress.phase("Start the local AWS and the model"):
        running = lifecycle.start(
            LOCAL_FOLDER, model_file=model.file, model_url=model.url, leashed=True, on_phase=progress.say
        )
    try:
        target = Target(running.target)
        target.enter(catalog.region)
        steps.apply(catalog, target, target.module_directory(catalog.deployment), progress)
        yield target
    finally:
        running.close()


def answer_once(
    catalog: Catalog,
    model: LocalModel,
    progress: Progress,
    prompt: str,
    model_id: str | None,
    on_text: Callable[[str], None],
) -> Answer:
    """Deploy, put one question, and take everything down.

    Raises NoAnswerError where no model really answered.
    """
    with deployed(catalog, model, progress):
        with progress.phase("Find the deployed models"):
            client = connect(catalog.deployment, catalog.region)
            order = [entry.id for entry in catalog.models]
            chosen = choose(sorted(list_models(client), key=lambda model: order.index(model.id)), model_id)
            progress.conclude(chosen.id)
        return ask(client, chosen.id, prompt, on_text)


def serve_chat(
    catalog: Catalog, model: LocalModel, progress: Progress, port: int | None, on_ready: Callable[[str], None]
) -> None:
    """Deploy and serve the chat page until Ctrl-C, then take everything down."""
    free_port(port)  # a port that is taken is better said now than after the deployment
    with deployed(catalog, model, progress) as target:
        serve_page(catalog, target, progress, port, on_ready)


def serve_page(
    catalog: Catalog, target: Target, progress: Progress, port: int | None, on_ready: Callable[[str], None]
) -> None:
    """Serve the chat page for what is deployed until Ctrl-C, which is how one ends it.

    Raises TerrachatError where the page does not come up, or ends by itself, and LocalTargetError where the local
    target ends.
    """
    with progress.phase("Start the chat page"):
        page = ChatPage.start(page_environment(catalog, target), _PAGE_LOG, port)
    with closing(page):
        on_ready(page.url)
        try:
            while not page.has_ended(within_s=_LOOK_EVERY_S):
                _require_running(target)
        except KeyboardInterrupt:
            return
    raise TerrachatError("the chat page ended by itself", hint=f"Its output is in {_PAGE_LOG}")


def _require_running(target: Target) -> None:
    """Raise LocalTargetError where the local target that the page shows is gone; another one would be unknown to it."""
    if target.local is not None and find(LOCAL_FOLDER) != target.local:
        raise LocalTargetError("the local target ended, and the page with it", hint="Why: terrachat local logs")


def timing(seconds: Mapping[str, float], answer: Answer) -> str:
    """Where the demo's time went, one line."""
    phases = ", ".join(f"{name.lower()} {spent:.1f} s" for name, spent in seconds.items())
    return f"[{phases}; first token {answer.first_token_s:.2f} s]"


def page_environment(catalog: Catalog, target: Target) -> dict[str, str]:
    """What the page needs to find the deployment."""
    return {**target.environment(catalog.region), "TERRACHAT_DEPLOYMENT": catalog.deployment}
