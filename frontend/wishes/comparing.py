"""What is done on the page Compare.

In: wishes whose names begin with `compare_`. Out: turns that are being answered, a changed comparison, or a notice why
not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from frontend import compare_state
from frontend.chat import QuestionTooLongError
from frontend.comparisons import FEWEST, ComparisonGoneError, Comparisons, NobodyToAskError
from frontend.history.conversations import ConversationGoneError
from frontend.history.table import HistoryError
from frontend.page import Page
from frontend.state import MODEL_KEY, Wish
from frontend.turn import TurnBusyError
from frontend.turns import TooManyTurnsError
from frontend.wishes.action import Action

_NOTICES: Mapping[type[Exception], str] = {
    TurnBusyError: "compare.busy",
    TooManyTurnsError: "notice.full",
    QuestionTooLongError: "error.too_long.hint",
    ConversationGoneError: "compare.not_found",
    ComparisonGoneError: "compare.not_found",
    NobodyToAskError: "compare.nobody",
}


def _show(page: Page, wish: Wish) -> None:
    """Show `comparison`, the choice of models for None, after what was asked for before."""
    compare_state.show(page.state, wish.arguments["comparison"])


def _ask(page: Page, wish: Wish) -> None:
    """`text` to all panes of the open comparison, or to the chosen models in a new one."""
    text: str = wish.arguments["text"]
    comparisons, run = Comparisons(page.chat), compare_state.open_run(page.state)
    settings = compare_state.settings_of(page.state)
    if settings.is_too_long:
        page.state.notify("error.prompt_too_long.hint")
        page.state.give_back(text)
        return

    def ask() -> None:
        if run is not None:
            comparisons.ask(run, text, {model.id: model for model in page.models}, settings)
            return
        models = compare_state.choose(page.state, page.models)
        if len(models) < FEWEST:
            raise NobodyToAskError
        compare_state.show(page.state, comparisons.begin(text, models, settings))

    if not _done(page, ask):
        page.state.give_back(text)


def _retry(page: Page, wish: Wish) -> None:
    """The last question to the pane `conversation` of `comparison` again."""
    models = {model.id: model for model in page.models}
    retry = Comparisons(page.chat).retry
    _done(page, lambda: retry(wish.arguments["comparison"], wish.arguments["conversation"], models))


def _vote(page: Page, wish: Wish) -> None:
    """`conversation` has the best answers of `comparison`; None takes it back."""
    vote = Comparisons(page.chat).vote
    _done(page, lambda: vote(wish.arguments["comparison"], wish.arguments["conversation"]))


def _continue(page: Page, wish: Wish) -> None:
    """Open the pane `conversation` of `comparison` as a chat, with its model."""

    def go_on() -> None:
        comparisons = Comparisons(page.chat)
        pane = comparisons.continue_with(wish.arguments["comparison"], wish.arguments["conversation"])
        page.state.open(pane.conversation_id)
        page.state.session[MODEL_KEY] = pane.model
        page.state.put("model", pane.model)
        page.state.go("chat")

    _done(page, go_on)


def _delete(page: Page, wish: Wish) -> None:
    """`comparison` for good."""
    Comparisons(page.chat).delete(wish.arguments["comparison"])
    if compare_state.open_run(page.state) == wish.arguments["comparison"]:
        compare_state.show(page.state, None)
    page.state.notify("compare.deleted")


def _done(page: Page, action: Callable[[], None]) -> bool:
    """Whether `action` could be done; where it could not, there is a notice."""
    try:
        action()
    except HistoryError as exc:
        page.state.notify(f"error.{exc.code}.hint")
    except tuple(_NOTICES) as exc:
        page.state.notify(_NOTICES[type(exc)])
    else:
        return True
    return False


ACTIONS: Mapping[str, Action] = {
    "compare_show": _show,
    "compare_ask": _ask,
    "compare_retry": _retry,
    "compare_vote": _vote,
    "compare_continue": _continue,
    "compare_delete": _delete,
}
