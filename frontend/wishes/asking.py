"""Asking, asking again, and asking in other words.

In: wishes `ask`, `regenerate`, `edit` and `configure`. Out: a turn that is being answered, or the question back in the
composer and a notice why not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from frontend.chat import Question, QuestionTooLongError, TurnGoneError
from frontend.history.conversations import ConversationGoneError
from frontend.history.table import HistoryError
from frontend.images import MAX_PICTURES, PictureRefusedError, prepared
from frontend.page import Page
from frontend.reading import Reading
from frontend.state import Wish
from frontend.turn import TurnBusyError
from frontend.turns import TooManyTurnsError
from frontend.wire import Image, ModelInfo
from frontend.wishes.action import Action

_DOUBLE_CLICK = timedelta(seconds=1)


class _NotReadyError(Exception):
    """The page disables the composer, but a page is no border, and its last look at the model may be old."""


_NOTICES: Mapping[type[Exception], str] = {
    TurnBusyError: "notice.busy",
    TooManyTurnsError: "notice.full",
    QuestionTooLongError: "error.too_long.hint",
    ConversationGoneError: "notice.gone",
    TurnGoneError: "notice.not_found",
    _NotReadyError: "notice.not_asked",
}


def _ask(page: Page, wish: Wish) -> None:
    """`text`, optionally with `files`, the bytes of pictures, behind the last turn that is shown.

    Pictures that were kept from a question that could not be asked go with it.
    """
    reading, text = Reading(page.state), wish.arguments["text"]
    if _is_second_click(page, text, page.model):
        return
    images = _pictures(page, wish.arguments.get("files", ()))
    if images is None or (images and not text):
        if not text:
            page.state.notify("picture.no_words")
        page.state.give_back(text)
        return
    if not _keep_settings(page):
        page.state.give_back(text)
        return
    question = Question(text, images=images, versions=page.state.versions, settings=reading.settings)
    is_asked = _answer(page, question, page.model)
    reading.attach(() if is_asked else images)
    if not is_asked:
        page.state.give_back(text)


def _regenerate(page: Page, wish: Wish) -> None:
    """The question of the turn `number` again, by the model `model` if one is named."""
    wanted = wish.arguments.get("model")
    model = next((each for each in page.models if each.id == wanted), None) if wanted else page.model
    _ask_anew(page, wish, None, model)


def _edit(page: Page, wish: Wish) -> None:
    """`text` in the place of the question of the turn `number`, with the pictures that it had.

    What could not be asked stays where it is being written.
    """
    text: str = wish.arguments["text"]
    if text and _ask_anew(page, wish, text, page.model):
        Reading(page.state).close_panel()


def _ask_anew(page: Page, wish: Wish, text: str | None, model: ModelInfo | None) -> bool:
    """Whether `text`, or the same question for None, is being answered in the place of the turn `number`."""
    number: int = wish.arguments["number"]
    if page.state.conversation_id is None:
        page.state.notify("notice.not_found")
        return False
    if _is_second_click(page, text, model, number):
        return True
    return _keep_settings(page) and _answer(page, Question(text, instead_of=number), model)


def _configure(page: Page, _: Wish) -> None:
    """What was chosen for the open conversation; for one that has not begun it waits for the first question."""
    _keep_settings(page)


def _keep_settings(page: Page) -> bool:
    """Whether what was chosen can be asked with. What cannot be kept stays where it was written, with a notice."""
    reading, conversation_id = Reading(page.state), page.state.conversation_id
    if reading.settings is not None and reading.settings.is_too_long:
        page.state.notify("error.prompt_too_long.hint")
        return False
    if reading.settings is None or conversation_id is None:
        return True
    if not page.chat.store.configure(page.owner, conversation_id, reading.settings):
        page.state.notify("notice.not_found")
    reading.choose(None)
    return True


def _pictures(page: Page, files: Sequence[bytes]) -> tuple[Image, ...] | None:
    """What is attached, and `files` made fit to be sent. None, and all that can be sent attached, if one cannot."""
    reading = Reading(page.state)
    images, refused = list(reading.attached), False
    for data in files:
        try:
            images.append(prepared(data))
        except PictureRefusedError as exc:
            page.state.notify(f"picture.{exc.reason}")
            refused = True
    if len(images) > MAX_PICTURES:
        page.state.notify("picture.too_many", most=str(MAX_PICTURES))
        images, refused = images[:MAX_PICTURES], True
    reading.attach(images)
    return None if refused else tuple(images)


def _answer(page: Page, question: Question, model: ModelInfo | None) -> bool:
    """Whether it is being answered; if not, a notice says why."""
    state = page.state
    try:
        if model is None or not model.can_be_asked:
            raise _NotReadyError
        state.open(page.chat.ask(state.conversation_id, model, question))
        asked = page.chat.latest(state.conversation_id or "")
        if asked is not None:
            state.show_version(asked.parent, None)
    except HistoryError as exc:
        state.notify(f"error.{exc.code}.hint")
        return False
    except tuple(_NOTICES) as exc:
        if isinstance(exc, ConversationGoneError):
            state.open(None)
        state.notify(_NOTICES[type(exc)])
        return False
    return True


def _is_second_click(page: Page, text: str | None, model: ModelInfo | None, instead_of: int | None = None) -> bool:
    """Whether just this was asked a moment ago, as the second half of a double click would ask it again.

    It may have been answered since. What was asked in the place of the turn `instead_of` follows an earlier one than
    that, and with a `text` of None has its question.
    """
    asked = page.chat.latest(page.state.conversation_id) if page.state.conversation_id else None
    return (
        asked is not None
        and model is not None
        and asked.model == model.id
        and (text is None or asked.question == text)
        and (instead_of is None or asked.parent < instead_of < asked.number)
        and page.table.clock() - asked.started_at < _DOUBLE_CLICK
    )


ACTIONS: Mapping[str, Action] = {"ask": _ask, "regenerate": _regenerate, "edit": _edit, "configure": _configure}
