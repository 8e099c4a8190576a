"""What the page Compare remembers: choice and open comparison in the URL, settings in the tab. No Streamlit.

In: a tab's `PageState`. Out: values. Separate because the page draws it and its wishes change it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from frontend.comparisons import FEWEST, MOST
from frontend.history.comparisons import Comparison
from frontend.history.records import ChatSettings
from frontend.parameters import PARAMETERS, Parameter
from frontend.state import PageState
from frontend.wire import ModelInfo

MODELS_KEY = "compared"  # the choice's widget key
PROMPT_KEY = "compare_prompt"


def open_run(state: PageState) -> str | None:
    return state.query.get("run") or None


def show(state: PageState, comparison_id: str | None) -> None:
    """Show this comparison, or the choice of models for None."""
    state.put("run", comparison_id)


def choose(state: PageState, models: Sequence[ModelInfo]) -> tuple[ModelInfo, ...]:
    """The models of the choice: the widget's, else the URL's, else the first that are ready.

    What the URL names and is not deployed, or too many, leaves a notice.
    """
    by_id = {model.id: model for model in models}
    if MODELS_KEY not in state.session:
        asked = [name for name in state.query.get("m", "").split(",") if name]
        unknown = [name for name in asked if name not in by_id]
        if unknown:
            state.notify("compare.unknown", models=", ".join(unknown))
        ready = [model.id for model in models if model.is_ready]
        known = list(dict.fromkeys(name for name in asked or ready[:FEWEST] if name in by_id))
        if len(known) > MOST:
            state.notify("compare.too_many", most=str(MOST), models=", ".join(known[MOST:]))
        state.session[MODELS_KEY] = known
    chosen = [name for name in state.session[MODELS_KEY] if name in by_id][:MOST]
    state.session[MODELS_KEY] = chosen
    state.put("m", ",".join(chosen))
    return tuple(by_id[name] for name in chosen)


def key_of(parameter: Parameter) -> str:
    """The form field's widget key."""
    return f"compare_{parameter.name}"


def fill_form(state: PageState, shown: str | None, settings: Callable[[], ChatSettings]) -> None:
    """Let the form say `settings` where it was drawn for another comparison, or not at all, in the run before."""
    if state.session.get("compare_form") == (shown,) and PROMPT_KEY in state.session:
        return
    state.session["compare_form"] = (shown,)
    told = settings()
    state.session[PROMPT_KEY] = told.system_prompt
    for parameter in PARAMETERS:
        state.session[key_of(parameter)] = told.parameters.get(parameter.name)


def settings_of(state: PageState) -> ChatSettings:
    """What the form says."""
    given = {parameter.name: state.session.get(key_of(parameter)) for parameter in PARAMETERS}
    parameters = {name: value for name, value in given.items() if value is not None}
    return ChatSettings((state.session.get(PROMPT_KEY) or "").strip(), parameters)


def has_seen_begin(state: PageState, comparison: Comparison, *, is_live: bool) -> bool:
    """Whether this tab has followed the last round from when it was live: only then its end is news."""
    followed = (comparison.id, len(comparison.rounds))
    if is_live:
        state.session["compare_followed"] = followed
    return bool(state.session.get("compare_followed") == followed)


def side_of_page(state: PageState) -> int:
    """0 or 1, the other one each time another comparison is shown than in the run before."""
    before, side = state.session.get("compare_drawn", (None, 0))
    side = side if before == open_run(state) else 1 - side
    state.session["compare_drawn"] = (open_run(state), side)
    return int(side)
