"""Which models are deployed, and what answers for each.

In: a function that reads every model parameter under the deployment's SSM path, and what providers find by themselves.
Out: models by id, at most 15 s old; an id that is not known is looked for again at once, so that a model works as soon
as `apply` has ended. Separate from the routes, which know nothing of SSM, and from the upstreams, which know one model
each. A parameter that cannot be used costs one model and a line in the log, never the list; a source that fails or
hangs costs what is new in it, and `sources` names it. Where a catalog and a provider name the same model, the catalog's
entry wins.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from chat_handler import threads
from chat_handler.errors import ChatError, ModelNotFoundError, UpstreamError
from chat_handler.sources import KEYS, MODELS, Source
from chat_handler.upstreams.base import Discovered, ModelRecord, Provider, RecordError, Services, Upstream

log = logging.getLogger(__name__)

VERSION = 1
FRESH_S = 15.0
# Requests for ids that do not exist must not use up SSM's rate for the account.
FORCED_REFRESH_GAP_S = 1.0
# A list does not wait longer for SSM, or for what providers find by themselves; the last known is used.
DISCOVERY_LIMIT_S = 3.0
# Where nothing is known yet, a second attempt at SSM is worth waiting for.
FIRST_READ_LIMIT_S = 8.0


@dataclass(frozen=True)
class Parameter:
    """One SSM parameter: its full name, and its JSON text."""

    name: str
    text: str


@dataclass(frozen=True)
class Model:
    """One deployed model and what answers for it."""

    record: ModelRecord
    upstream: Upstream


class Registry:
    """The deployed models. `read_parameters` blocks; it is called in a thread, one call at a time."""

    def __init__(
        self,
        read_parameters: Callable[[], Sequence[Parameter]],
        providers: Mapping[str, Provider],
        services: Services,
        *,
        now: Callable[[], float] = time.monotonic,
        discovery_limit_s: float = DISCOVERY_LIMIT_S,
    ) -> None:
        self._read_parameters = read_parameters
        self._providers = providers
        self._finders = [one.discovery(services) for one in providers.values() if one.discovery is not None]
        self._services = services
        self._now = now
        self._limit_s = discovery_limit_s
        self._models: dict[str, Model] | None = None
        self._tried_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._reading_since = 0.0
        self._failure: ChatError | None = None
        self._told = set[str]()
        self._discovered = dict[str, Model]()
        self._parameters = Source(MODELS, None)
        self._found_at: Source | None = None

    async def models(self) -> list[Model]:
        """Every deployed model, ordered by id.

        Raises:
            ChatError: SSM cannot be read, and never could be before, and providers have no models of their own.

        """
        models = await self._all()
        return [models[model_id] for model_id in sorted(models)]

    def sources(self) -> list[Source]:
        """Where the models were looked for, as of the last look."""
        return [self._parameters, *([] if self._found_at is None else [self._found_at])]

    def expire(self) -> None:
        """Read everything anew for the next request: time has passed that no clock of this process has seen."""
        self._tried_at = float("-inf")

    async def model(self, model_id: str) -> Model:
        """The model with this id.

        Raises:
            ModelNotFoundError: there is none; the message names near ids.
            ChatError: SSM cannot be read, and never could be before.

        """
        models = await self._all(wanted=model_id)
        if model_id not in models:
            models = models | await self._fresh(FORCED_REFRESH_GAP_S)
        if (model := models.get(model_id)) is None:
            raise _not_found(model_id, sorted(models))
        return model

    async def _all(self, wanted: str | None = None) -> dict[str, Model]:
        """The catalog's models and, unless `wanted` is among those, what providers find beside them."""
        try:
            models = await self._fresh(FRESH_S)
        except ChatError:
            if not (found := await self._found({})):
                raise
            return found
        return models if wanted in models else models | await self._found(models)

    async def _fresh(self, max_age_s: float) -> dict[str, Model]:
        """The catalog's models, read at most `max_age_s` ago, or the last known where SSM takes its time.

        The read is nobody's own: whoever waits for it may leave.
        """
        is_old = self._models is None or self._now() - self._tried_at >= max_age_s
        if self._reading is None and is_old:
            self._tried_at = self._reading_since = self._now()
            self._failure = None
            self._reading = asyncio.create_task(self._read(), name="models in SSM")
        if (reading := self._reading) is not None:
            limit_s = FIRST_READ_LIMIT_S if self._models is None else self._limit_s
            waited_s = self._now() - self._reading_since
            await asyncio.wait([reading], timeout=max(0.0, limit_s - waited_s))
            if not reading.done():
                self._parameters = replace(self._parameters, problem=f"SSM did not answer within {limit_s:g} s")
        if self._models is None:
            raise self._failure or UpstreamError("the deployed models could not be read in time", retryable=True)
        return self._models

    async def _read(self) -> None:
        try:
            parameters = await threads.call(self._read_parameters)
            models = [model for parameter in parameters if (model := self._model(parameter)) is not None]
            self._models = {model.record.id: model for model in models}
            self._parameters = Source(MODELS, datetime.now(UTC))
        except ChatError as error:
            self._failure = error
            self._parameters = replace(self._parameters, problem=error.message)
            log.warning("the deployed models cannot be read, so the last known ones are kept: %s", error)
        finally:
            self._reading = None

    async def _found(self, models: Mapping[str, Model]) -> dict[str, Model]:
        """What providers find beside `models`, which are the catalog's."""
        taken = {(model.record.provider, model.record.fields.get("model")) for model in models.values()}
        found = dict[str, Model]()
        for finder in self._finders:
            for record in await self._told_by(finder):
                if record.id not in models and (record.provider, record.fields.get("model")) not in taken:
                    found[record.id] = self._built(record, self._discovered.get(record.id))
        self._discovered = found
        return found

    async def _told_by(self, finder: Callable[[], Awaitable[Discovered]]) -> Sequence[ModelRecord]:
        known = [model.record for model in self._discovered.values()]
        try:
            discovered = await asyncio.wait_for(finder(), self._limit_s)
        except TimeoutError:
            checked_at = None if self._found_at is None else self._found_at.checked_at
            problem = f"Secrets Manager did not answer within {self._limit_s:g} s"
            self._found_at = Source(KEYS, checked_at, problem)
            return known
        self._found_at = discovered.source
        for problem in discovered.problems:
            self._warn(problem)
        return known if discovered.records is None else discovered.records

    def _model(self, parameter: Parameter) -> Model | None:
        try:
            record = parse_record(parameter.text)
            return self._built(record, (self._models or {}).get(record.id))
        except RecordError as exc:
            problem = str(exc)
        except Exception as exc:  # noqa: BLE001 - a defect with one record costs its model, and not the others
            problem = f"nothing can be made to answer for it ({type(exc).__name__})"
        self._warn(f"parameter {parameter.name!r} is left out: {problem}")
        return None

    def _built(self, record: ModelRecord, known: Model | None) -> Model:
        if known is not None and known.record == record:
            return known  # its upstream holds clients and caches that are worth keeping
        return Model(record, self._provider(record).build(record, self._services))

    def _provider(self, record: ModelRecord) -> Provider:
        if (provider := self._providers.get(record.provider)) is None:
            known = ", ".join(sorted(self._providers))
            raise RecordError(f"provider {record.provider!r} is not known; this handler knows {known}")
        return provider

    def _warn(self, problem: str) -> None:
        if problem not in self._told:  # once, and not every 15 s
            self._told.add(problem)
            log.warning("%s", problem)


def parse_record(text: str) -> ModelRecord:
    """The record in a parameter's text. Keys that are not known are kept and ignored.

    Raises:
        RecordError: it is no record, or one of a newer version.

    """
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise RecordError("it is not JSON") from exc
    if not isinstance(fields, dict):
        raise RecordError("it is not a JSON object")
    _check_version(fields.get("version"))
    for name in ("id", "provider"):
        if not isinstance(fields.get(name), str) or not fields[name]:
            raise RecordError(f"{name!r} must be a non-empty string")
    defaults = fields.get("defaults", {})
    if not isinstance(defaults, dict):
        raise RecordError("'defaults' must be an object")
    return ModelRecord(fields["id"], fields["provider"], defaults, fields)


def _check_version(version: Any) -> None:
    if not isinstance(version, int) or version < 1:
        raise RecordError("'version' must be a positive whole number")
    if version > VERSION:
        raise RecordError(f"its version {version} is newer than this handler's {VERSION}; apply the module again")


def _not_found(model_id: str, known: Sequence[str]) -> ModelNotFoundError:
    near = difflib.get_close_matches(model_id, known, n=3, cutoff=0.5)
    if near:
        advice = f"did you mean {' or '.join(map(repr, near))}?"
    elif known:
        advice = "GET /v1/models lists the ids"
    else:
        advice = "no model is deployed"
    return ModelNotFoundError(f"no deployed model has the id {model_id!r}; {advice}", param="model")
