"""What is done to a model: talk to it, test it, start its endpoint.

In: wishes that name a model. Out: another page, a trial in the session, or an endpoint that is being created.
"""

from __future__ import annotations

from collections.abc import Mapping

from frontend import starting
from frontend.discovery import DiscoveryError, read_models
from frontend.page import Page
from frontend.state import MODEL_KEY, Wish
from frontend.trials import Trial
from frontend.wire import ModelInfo
from frontend.wishes.action import Action

TRIALS_KEY = "trials"


def _try(page: Page, wish: Wish) -> None:
    """A new chat with `model`."""
    if (model := _model(page, wish)) is not None:
        page.state.session[MODEL_KEY] = model.id
        page.state.put("model", model.id)
        page.state.open(None)
        page.state.go("chat")


def _test(page: Page, wish: Wish) -> None:
    """One tiny request to `model`. The session keeps the last of each model."""
    if (model := _model(page, wish)) is not None:
        trials = page.state.session.setdefault(TRIALS_KEY, {})
        running = trials.get(model.id)
        if running is None or running.state != "running":
            trials[model.id] = Trial(page.chat.client, model)


def _start(page: Page, wish: Wish) -> None:
    """The endpoint of `model`, as its record says now: an apply may have changed it since the page was drawn."""
    model_id: str = wish.arguments["model"]
    problem = _problem_with_starting(page, model_id) if page.may_start else "denied"
    page.state.notify(f"start.{problem or 'begun'}", model=model_id)
    page.watch.refresh()


def _problem_with_starting(page: Page, model_id: str) -> str | None:
    deployment = page.deployment
    try:
        records = read_models(deployment.deployment, deployment.region)
        record = next((record for record in records if record.id == model_id), None)
        if record is None:
            return "not_startable"
        starting.start(record)
    except DiscoveryError as exc:
        return exc.code if exc.code == "no_credentials" else "unreachable"
    except starting.StartError as exc:
        return exc.code
    return None


def _model(page: Page, wish: Wish) -> ModelInfo | None:
    """The model that is wished for; None if it is not deployed any more, which the next list shows."""
    return next((model for model in page.models if model.id == wish.arguments["model"]), None)


ACTIONS: Mapping[str, Action] = {"try_model": _try, "test_model": _test, "start_model": _start}
