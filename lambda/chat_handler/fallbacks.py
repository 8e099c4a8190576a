"""Goes through a model and its fallbacks until one of them begins to answer.

In: a request, and how one model is asked. Out: what the first model that answered gave, and who that was. Separate
from `attempts.py`, which asks one model again, because the two together are the whole budget of a request: the model
that was asked for is asked at most twice, each fallback once, the last of them twice, and the time that is left is
shared out among those that have not been asked yet. Only a record's own list counts, so records cannot form a loop.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from chat_handler.attempts import MOST_ATTEMPTS, Pauses, Sleep, first_success
from chat_handler.breaker import Breaker, Breakers
from chat_handler.deadline import Deadline
from chat_handler.errors import (
    AllFallbacksFailedError,
    ChatError,
    CircuitOpenError,
    ContentFilterError,
    ContextLengthError,
    DeadlineExceededError,
    InternalError,
    ModelNotFoundError,
)
from chat_handler.observed import Attempt, Observed
from chat_handler.registry import Model, Registry
from chat_handler.upstreams.base import ChatRequest
from chat_handler.upstreams.model_facts import facts_of

T = TypeVar("T")
# Asks one model: the request is this attempt's own, and the seconds are all that it may take, None for no limit.
Begin = Callable[[Model, ChatRequest, float | None], Awaitable[T]]

# What an attempt is called whose client left, or whose request had no time left.
CANCELLED = "cancelled"
# The catalog allows as many; a record that was written by hand gets no more.
MOST_FALLBACKS = 5


@dataclass(frozen=True)
class Begun(Generic[T]):
    """What `model` gave for `request`. `passed_over` are the ids that were to answer before it."""

    value: T
    model: Model
    request: ChatRequest
    breaker: Breaker
    passed_over: tuple[str, ...]


class Fallbacks:
    """The models of `registry`, each behind its circuit breaker. `sleep` pauses before a second attempt."""

    def __init__(self, registry: Registry, breakers: Breakers, sleep: Sleep) -> None:
        self._registry = registry
        self._breakers = breakers
        self._sleep = sleep

    async def first(self, asked: ChatRequest, noted: Observed, until: Deadline, begin: Begin[T]) -> Begun[T]:
        """What `begin` gives for the model that was asked for, or for its first fallback that can answer.

        Raises:
            ChatError: no model answers; the error of the one that was asked for where there was no other to ask.

        """
        model = await self._registry.model(asked.model_id)
        noted.provider = model.record.provider
        ids = _fallback_ids(model)
        turn = _Turn(asked, noted, until)
        try:
            return await self._begun(turn, model, begin, (), len(ids))
        except ChatError as error:
            models = await self._others(ids, noted, model, error)
            if not models:
                raise
            errors = [error]
        passed_over = [model.record.id]
        for followers, fallback in zip(range(len(models) - 1, -1, -1), models, strict=True):
            try:
                return await self._begun(turn, fallback, begin, tuple(passed_over), followers)
            except (DeadlineExceededError, ContentFilterError):
                raise
            except ChatError as error:
                errors.append(error)
                passed_over.append(fallback.record.id)
        raise _all_failed(noted, errors)

    async def _others(self, ids: tuple[str, ...], noted: Observed, failed: Model, error: ChatError) -> list[Model]:
        """Those of `ids` that may answer where `failed` had `error`."""
        if not error.falls_back and not isinstance(error, ContextLengthError):
            return []
        models = []
        for model_id in ids:
            try:
                models.append(await self._registry.model(model_id))
            except ModelNotFoundError as exc:
                noted.attempts.append(Attempt(model_id, exc.code, 0))
        return [one for one in models if _is_enough(one, failed, error)]

    async def _begun(
        self, turn: _Turn, model: Model, begin: Begin[T], passed_over: tuple[str, ...], followers: int
    ) -> Begun[T]:
        breaker = self._breakers.of(model.record)

        async def attempt() -> Begun[T]:
            request = dataclasses.replace(turn.asked, model_id=model.record.id, warnings=[])
            within_s = turn.until.remaining_s() / (followers + 1) if followers else None
            with _noted(turn.noted, model.record.id):
                value = await begin(model, request, within_s)
            return Begun(value, model, request, breaker, passed_over)

        try:
            with breaker.begun() as is_probe:
                most = 1 if is_probe or (passed_over and followers) else MOST_ATTEMPTS
                pauses = Pauses(most, has_fallback=followers > 0)
                return await first_success(attempt, turn.until, self._sleep, pauses)
        except CircuitOpenError as error:
            turn.noted.attempts.append(Attempt(model.record.id, error.code, 0))
            raise


@dataclass(frozen=True)
class _Turn:
    asked: ChatRequest
    noted: Observed
    until: Deadline


@contextlib.contextmanager
def _noted(noted: Observed, model_id: str) -> Iterator[None]:
    began_at = time.monotonic()
    code: str | None = CANCELLED
    try:
        yield
        code = None
    except ChatError as error:
        code = error.code
        raise
    except Exception:
        code = InternalError.code
        raise
    finally:
        noted.attempts.append(Attempt(model_id, code, round((time.monotonic() - began_at) * 1000)))


def _fallback_ids(model: Model) -> tuple[str, ...]:
    ids = dict.fromkeys(one for one in model.record.fallback if one != model.record.id)
    return tuple(ids)[:MOST_FALLBACKS]


def _is_enough(fallback: Model, failed: Model, error: ChatError) -> bool:
    """Whether `fallback` is known to read more than `failed`, where that is what it takes."""
    if not isinstance(error, ContextLengthError):
        return True
    window, larger = (facts_of(one.record).context_tokens for one in (failed, fallback))
    return window is not None and larger is not None and larger > window


def _all_failed(noted: Observed, errors: list[ChatError]) -> AllFallbacksFailedError:
    tried = "; ".join(f"{one.model}: {one.code} after {one.ms} ms" for one in noted.attempts)
    waits = [one.retry_after_s for one in errors if one.retryable and one.retry_after_s]
    return AllFallbacksFailedError(
        f"neither the model nor its fallbacks answered ({tried}); the first said: {errors[0].message}",
        retryable=any(one.retryable for one in errors),
        retry_after_s=min(waits, default=None),
    )
