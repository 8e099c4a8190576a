"""Asking, asking again, and asking in other words.

In: wishes `ask`, `regenerate` and `edit`. Out: a turn that is being answered, or the question back in the composer and a
notice why not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from frontend import branches
from frontend.chat import ConversationGoneError, Question, QuestionTooLongError
from frontend.history.records import TurnRecord
from frontend.history.table import HistoryError
from frontend.page import Page
from frontend.state import Wish
from frontend.turn import TurnBusyError
from frontend.turns import TooManyTurnsError
from frontend.wire import ModelInfo
from frontend.wishes.action import Action


class _NotReadyError(Exception):
    """The page disables the composer, but a page is no border, and its last look at the model may be old."""


_NOTICES: Mapping[type[Exception], str] = {
    TurnBusyError: "notice.busy",
    TooManyTurnsError: "notice.full",
    QuestionTooLongError: "error.too_long.hint",
    ConversationGoneError: "notice.gone",
    _NotReadyError: "notice.not_asked",
}


def _ask(page: Page, wish: Wish) -> None:
    """`text`, optionally `images` and `settings` of a new conversation: behind the last turn that is shown."""
    question = Question(
        wish.arguments["text"],
        images=wish.arguments.get("images", ()),
        settings=wish.arguments.get("settings"),
    )
    _answer(page, question, page.model, given_back=question.text)


def _regenerate(page: Page, wish: Wish) -> None:
    """The question of the turn `number` again, by the model `model` if one is named."""
    before = _turn(page, wish)
    wanted = wish.arguments.get("model")
    model = next((each for each in page.models if each.id == wanted), None) if wanted else page.model
    if before is not None:
        question = Question(before.question, before.parent, kept=before.images)
        _answer(page, question, model, given_back=None)


def _edit(page: Page, wish: Wish) -> None:
    """`text` in the place of the question of the turn `number`, with the pictures that it had."""
    before = _turn(page, wish)
    if before is not None:
        question = Question(wish.arguments["text"], before.parent, kept=before.images)
        _answer(page, question, page.model, given_back=question.text)


def _answer(page: Page, question: Question, model: ModelInfo | None, given_back: str | None) -> None:
    state = page.state
    try:
        if model is None or not model.can_be_asked:
            raise _NotReadyError
        parent = _last_shown(page) if question.parent is None else question.parent
        state.open(page.chat.ask(state.conversation_id, model, replace(question, parent=parent)))
        state.show_version(parent, None)
    except HistoryError as exc:
        state.notify(f"error.{exc.code}.hint")
        _give_back(page, given_back)
    except tuple(_NOTICES) as exc:
        if isinstance(exc, ConversationGoneError):
            state.open(None)
        state.notify(_NOTICES[type(exc)])
        _give_back(page, given_back)


def _give_back(page: Page, question: str | None) -> None:
    if question is not None:
        page.state.give_back(question)


def _last_shown(page: Page) -> int:
    if page.state.conversation_id is None:
        return 0
    shown = branches.line(page.chat.read(page.state.conversation_id), page.state.versions)
    return shown[-1].turn.number if shown else 0


def _turn(page: Page, wish: Wish) -> TurnRecord | None:
    """The turn `number` of the open conversation; without one a notice is left."""
    turns = page.chat.read(page.state.conversation_id) if page.state.conversation_id else ()
    found = next((turn for turn in turns if turn.number == wish.arguments["number"]), None)
    if found is None:
        page.state.notify("notice.not_found")
    return found


ACTIONS: Mapping[str, Action] = {"ask": _ask, "regenerate": _regenerate, "edit": _edit}
