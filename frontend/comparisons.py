"""One question to several models at once: asking, asking on, and what came of it. No Streamlit.

In: an owner's chats, models and questions. Out: comparisons, whose every pane is a conversation of its own, and the
texts of all answers as they grow. Separate from `chat.py`, which knows one conversation at a time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal

from frontend.chat import Chat, Question, QuestionTooLongError
from frontend.history.comparisons import Comparison, ComparisonStore, Pane
from frontend.history.conversations import ConversationGoneError
from frontend.history.records import MAX_QUESTION_BYTES, ChatSettings, TurnRecord
from frontend.history.table import HistoryError
from frontend.turn import Turn, TurnBusyError
from frontend.turns import TooManyTurnsError
from frontend.wire import ModelInfo

FEWEST, MOST = 2, 4
Models = Mapping[str, ModelInfo]

# What may keep one pane from being asked while the others are.
_REFUSALS = (TurnBusyError, TooManyTurnsError, ConversationGoneError, HistoryError)
_IDLE_S = 1.0


class NobodyToAskError(Exception):
    """None of the models can be asked now."""


class ComparisonGoneError(Exception):
    """There is no such comparison (any more), or nothing to do this with in it."""


@dataclass(frozen=True)
class Round:
    """A question, and each pane's answer to it; None where it was not asked, or where its answer was deleted."""

    question: str
    answers: tuple[TurnRecord | None, ...]


@dataclass(frozen=True)
class Comparisons:
    """The comparisons of one owner. Methods raise `HistoryError` when the table cannot be used."""

    chat: Chat

    @property
    def store(self) -> ComparisonStore:
        return ComparisonStore(self.chat.table)

    def find(self, comparison_id: str) -> Comparison | None:
        return self.store.find(self.chat.owner, comparison_id)

    def list_comparisons(self) -> tuple[Comparison, ...]:
        """The newest first."""
        return self.store.list_comparisons(self.chat.owner)

    def begin(self, text: str, models: Sequence[ModelInfo], settings: ChatSettings) -> str:
        """Ask `models`, each in a pane of its own; the id of the new comparison.

        A model that cannot be asked now has an empty pane. Raises `QuestionTooLongError`, `NobodyToAskError`,
        `TooManyTurnsError`.
        """
        _check(text)
        if not any(model.can_be_asked for model in models):
            raise NobodyToAskError
        self.chat.turns.ensure_free(self.chat.owner)
        create = self.chat.store.create
        panes: list[Pane] = []
        try:
            for model in models:
                panes.append(Pane(model.id, create(self.chat.owner, text, "compare", settings).id))
            comparison = self.store.new(text, panes)
            self._ask(comparison, text, {model.id: model for model in models})
        except _REFUSALS:
            for pane in panes:  # no comparison has them, so that nobody would ever see or delete them
                with suppress(HistoryError):
                    self.chat.delete(pane.conversation_id)
            raise
        return comparison.id

    def ask(self, comparison_id: str, text: str, models: Models, settings: ChatSettings) -> None:
        """Ask all panes on, those excepted that go on as chats, from now on with `settings`.

        Raises `QuestionTooLongError`, `NobodyToAskError`, `TurnBusyError`, `TooManyTurnsError`, `ComparisonGoneError`.
        """
        _check(text)
        comparison = self._existing(comparison_id)
        if self.live(comparison):
            raise TurnBusyError
        if settings != self.settings(comparison):
            for pane in comparison.panes:
                self.chat.store.configure(self.chat.owner, pane.conversation_id, settings)
        self._ask(comparison, text, models)

    def retry(self, comparison_id: str, conversation_id: str, models: Models) -> None:
        """Ask one pane the last question again, or for the first time if it was left out.

        Raises what `ask` does.
        """
        comparison = self._existing(comparison_id)
        index, rounds = comparison.index_of(conversation_id), self.rounds(comparison)
        model = models.get(comparison.panes[index].model) if index is not None else None
        if index is None or not rounds or not rounds[-1].question:
            raise ComparisonGoneError
        if model is None or not model.can_be_asked:
            raise NobodyToAskError
        parent = comparison.last_number(index, before=-1)
        numbers = list(comparison.rounds[-1])
        numbers[index] = comparison.next_number(index)
        begun = comparison.with_last_round(numbers)
        self._keep_rounds(begun)
        try:
            number = self._ask_pane(
                comparison.panes[index], model, Question(rounds[-1].question, parent, kind="compare")
            )
        except _REFUSALS:
            self._take_back(comparison)
            raise
        self._correct(begun, [*numbers[:index], number, *numbers[index + 1 :]])

    def rounds(self, comparison: Comparison) -> tuple[Round, ...]:
        """Every question with its answers, as far as they have come."""
        with ThreadPoolExecutor(MOST) as pool:
            turns = list(pool.map(self._turns, comparison.panes))
        found = []
        for numbers in comparison.rounds:
            answers = tuple(known.get(number) for known, number in zip(turns, numbers, strict=True))
            found.append(Round(next((turn.question for turn in answers if turn is not None), ""), answers))
        return tuple(found)

    def live(self, comparison: Comparison) -> Mapping[int, Turn]:
        """What this process is answering, by pane."""
        found = {index: self.chat.live(pane.conversation_id) for index, pane in enumerate(comparison.panes)}
        return {index: turn for index, turn in found.items() if turn is not None}

    def settings(self, comparison: Comparison) -> ChatSettings:
        """What the next questions are asked with."""
        found = self.chat.find(comparison.panes[0].conversation_id)
        return found.settings if found is not None else ChatSettings()

    def vote(self, comparison_id: str, conversation_id: str | None) -> None:
        """Remember whose answers were the best; None takes it back. Raises `ComparisonGoneError`."""
        comparison = self._existing(comparison_id)
        if conversation_id is not None and comparison.index_of(conversation_id) is None:
            raise ComparisonGoneError
        self.store.vote(self.chat.owner, comparison_id, conversation_id)

    def continue_with(self, comparison_id: str, conversation_id: str) -> Pane:
        """Make a chat of one pane, and ask it no more from here. Raises `ComparisonGoneError`."""
        comparison = self._existing(comparison_id)
        index = comparison.index_of(conversation_id)
        if index is None or not self.chat.store.adopt(self.chat.owner, conversation_id):
            raise ComparisonGoneError
        self.store.mark_continued(self.chat.owner, comparison, conversation_id)
        return comparison.panes[index]

    def delete(self, comparison_id: str) -> None:
        """Remove a comparison with its conversations, those excepted that have become chats.

        Its own item goes last: if this is broken off, it is still listed and can be deleted again.
        """
        comparison = self.find(comparison_id)
        for pane in comparison.panes if comparison is not None else ():
            conversation = self.chat.find(pane.conversation_id)
            if conversation is not None and conversation.kind == "compare":
                self.chat.delete(pane.conversation_id)
        self.store.delete(self.chat.owner, comparison_id)

    def _existing(self, comparison_id: str) -> Comparison:
        found = self.find(comparison_id)
        if found is None:
            raise ComparisonGoneError
        return found

    def _turns(self, pane: Pane) -> Mapping[int, TurnRecord]:
        return {turn.number: turn for turn in self.chat.read(pane.conversation_id)}

    def _ask(self, comparison: Comparison, text: str, models: Models) -> None:
        """Ask every pane that can be asked. The round is written first: an answer that nobody finds costs, too."""
        asked = {
            index: models[pane.model]
            for index, pane in enumerate(comparison.panes)
            if not pane.continued and pane.model in models and models[pane.model].can_be_asked
        }
        if not asked:
            raise NobodyToAskError
        expected = [comparison.next_number(index) if index in asked else 0 for index in range(len(comparison.panes))]
        begun = replace(comparison, rounds=(*comparison.rounds, tuple(expected)))
        if comparison.rounds:
            self._keep_rounds(begun)
        else:
            self.store.put(self.chat.owner, begun)

        def ask(index: int) -> int | Exception:
            question = Question(text, comparison.last_number(index), kind="compare")
            try:
                return self._ask_pane(comparison.panes[index], asked[index], question)
            except _REFUSALS as exc:
                return exc

        with ThreadPoolExecutor(MOST) as pool:  # one after the other, the last would begin seconds after the first
            outcomes = dict(zip(asked, pool.map(ask, asked), strict=True))
        numbers = [
            outcome if isinstance(outcome := outcomes.get(index, 0), int) else 0 for index in range(len(expected))
        ]
        if not any(numbers):
            self._take_back(comparison)
            raise next(outcome for outcome in outcomes.values() if isinstance(outcome, Exception))
        self._correct(begun, numbers)

    def _keep_rounds(self, comparison: Comparison) -> None:
        if not self.store.put_rounds(self.chat.owner, comparison):
            raise ComparisonGoneError

    def _correct(self, begun: Comparison, numbers: Sequence[int]) -> None:
        """Let the last round say what was asked in the end, where that is not what it was to be."""
        if tuple(numbers) != begun.rounds[-1]:
            with suppress(HistoryError):  # what is being answered goes on, and a pane without its turn says so
                self.store.put_rounds(self.chat.owner, begun.with_last_round(numbers))

    def _take_back(self, comparison: Comparison) -> None:
        """Let it be as it was before a question that nobody was asked."""
        with suppress(HistoryError):  # what refused the question may refuse this
            if comparison.rounds:
                self.store.put_rounds(self.chat.owner, comparison)
            else:
                self.store.delete(self.chat.owner, comparison.id)

    def _ask_pane(self, pane: Pane, model: ModelInfo, question: Question) -> int:
        """The number of the new turn."""
        self.chat.ask(pane.conversation_id, model, question)
        turn = self.chat.latest(pane.conversation_id)
        return turn.number if turn is not None else 0


def grown(turns: Sequence[Turn], every: float = 0.1) -> Iterator[Mapping[int, str]]:
    """The whole texts of those of `turns` that have grown, by their index, until one of them ends.

    At most one text per `every` seconds over all of them, and fewer when they are long, for the reason that
    `Turn.deltas` gives. Without news there is an empty mapping about every second.
    """
    seen: dict[int, int] = {}
    told_at = time.monotonic()
    while True:
        live = all(turn.is_live for turn in turns)
        texts = {index: turn.snapshot().answer for index, turn in enumerate(turns)}
        news = {index: text for index, text in texts.items() if len(text) > seen.get(index, 0)}
        if news or time.monotonic() - told_at > _IDLE_S:
            yield news
            told_at = time.monotonic()
            seen |= {index: len(text) for index, text in news.items()}
        if not live:
            return
        time.sleep(max(every * max(1, len(news)), sum(map(len, news.values())) / 200_000))


def best(turns: Sequence[TurnRecord | None]) -> Mapping[str, frozenset[int]]:
    """Which of the whole answers need least, by measure: `first_token_ms`, `elapsed_ms`, `tokens` and `cost_usd`.

    Of a measure that fewer than two of them have, or that is the same for all, none is the best.
    """
    measures = {
        "first_token_ms": [_whole(turn, turn.first_token_ms if turn else None) for turn in turns],
        "elapsed_ms": [_whole(turn, turn.elapsed_ms if turn else None) for turn in turns],
        "tokens": [_whole(turn, turn.usage.completion_tokens if turn and turn.usage else None) for turn in turns],
        "cost_usd": [_whole(turn, turn.cost_usd if turn else None) for turn in turns],
    }
    return {name: _least(values) for name, values in measures.items()}


def _whole(turn: TurnRecord | None, value: Decimal | int | None) -> Decimal | int | None:
    return value if turn is not None and turn.status == "done" else None


def _least(values: Sequence[Decimal | int | None]) -> frozenset[int]:
    known = [value for value in values if value is not None]
    if len(set(known)) < FEWEST:
        return frozenset()
    return frozenset(index for index, value in enumerate(values) if value == min(known))


def _check(text: str) -> None:
    if len(text.encode()) > MAX_QUESTION_BYTES:
        raise QuestionTooLongError
