"""Which models are deployed, and what answers for each.

In: a function that reads every model parameter under the deployment's SSM path, and what providers find by themselves.
Out: models by id, at most 15 s old; an id that is not known is looked for again at once, so that a model works as soon
as `apply` has ended. Separate from the routes, which know nothing of SSM, and from the upstreams, which know one model
each. A parameter that cannot be used costs one model and a line in the log, never the list. Where a catalog and a
provider name the same model, the catalog's entry wins.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat_handler import threads
from chat_handler.errors import ChatError, ModelNotFoundError
from chat_handler.upstreams.base import Discovered, ModelRecord, Provider, RecordError, Services, Upstream

log = logging.getLogger(__name__)

VERSION = 1
FRESH_S = 15.0
# Requests for ids that do not exist must not use up SSM's rate for the account.
FORCED_REFRESH_GAP_S = 1.0
# A list does not wait longer for what providers find by themselves; the last known is used.
DISCOVERY_LIMIT_S = 3.0


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
        self._discovery_limit_s = discovery_limit_s
        self._models: dict[str, Model] | None = None
        self._tried_at = float("-inf")
        self._lock = asyncio.Lock()
        self._told = set[str]()
        self._discovered = dict[str, Model]()

    async def models(self) -> list[Model]:
        """Every deployed model, ordered by id.

        Raises:
            ChatError: SSM cannot be read, and never could be before.

        """
        models = await self._fresh(FRESH_S)
        models = models | await self._found(models)
        return [models[model_id] for model_id in sorted(models)]

    def expire(self) -> None:
        """Read everything anew for the next request: time has passed that no clock of this process has seen."""
        self._tried_at = float("-inf")

    async def model(self, model_id: str) -> Model:
        """The model with this id.

        Raises:
            ModelNotFoundError: there is none; the message names near ids.
            ChatError: SSM cannot be read, and never could be before.

        """
        models = await self._fresh(FRESH_S)
        if model_id not in models:
            models = models | await self._found(models)
        if model_id not in models:
            models = models | await self._fresh(FORCED_REFRESH_GAP_S)
        if (model := models.get(model_id)) is None:
            raise _not_found(model_id, sorted(models))
        return model

    async def _fresh(self, max_age_s: float) -> dict[str, Model]:
        async with self._lock:
            if self._models is None or self._now() - self._tried_at >= max_age_s:
                self._tried_at = self._now()
                try:
                    self._models = await self._read()
                except BaseException:
                    self.expire()  # whoever began this read has left, and others wait for its result
                    raise
            return self._models

    async def _read(self) -> dict[str, Model]:
        try:
            parameters = await threads.call(self._read_parameters)
        except ChatError as error:
            if self._models is None:
                raise
            log.warning("the deployed models cannot be read, so the last known ones are kept: %s", error)
            return self._models
        models = [model for parameter in parameters if (model := self._model(parameter)) is not None]
        return {model.record.id: model for model in models}

    async def _found(self, models: Mapping[str, Model]) -> dict[str, Model]:
        """What providers find beside `models`, which are the catalog's."""
        taken = {(model.record.provider, model.record.fields.get("model")) for model in models.values()}
        found = dict[str, Model]()
        for finder in self._finders:
            for record in await self._asked(finder):
                if record.id not in models and (record.provider, record.fields.get("model")) not in taken:
                    found[record.id] = self._built(record, self._discovered.get(record.id))
        self._discovered = found
        return found

    async def _asked(self, finder: Callable[[], Awaitable[Discovered]]) -> Sequence[ModelRecord]:
        try:
            discovered = await asyncio.wait_for(finder(), self._discovery_limit_s)
        except TimeoutError:
            return [model.record for model in self._discovered.values()]
        for problem in discovered.problems:
            self._warn(problem)
        return discovered.records

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
