"""The request fields that a user may set for a conversation. Pure.

In: a model, and values from a form. Out: which fields it takes, and `ChatSettings`. Separate because the page Chat and
the page Compare offer the same, and the form must know what the request may hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from frontend.history.records import ChatSettings
from frontend.wire import ModelInfo


@dataclass(frozen=True)
class Parameter:
    """One of OpenAI's request fields, with the bounds that its API reference gives it (2026-11).

    `step` is an int for a field of whole numbers.
    """

    name: str
    least: float | int
    most: float | int
    step: float | int

    @property
    def is_whole(self) -> bool:
        return isinstance(self.step, int)


PARAMETERS = (
    Parameter("temperature", 0.0, 2.0, 0.1),
    Parameter("top_p", 0.0, 1.0, 0.05),
    Parameter("max_tokens", 1, 1_000_000, 1),
    Parameter("frequency_penalty", -2.0, 2.0, 0.1),
    Parameter("presence_penalty", -2.0, 2.0, 0.1),
    Parameter("seed", 0, 2_147_483_647, 1),
)


def offered(models: Iterable[ModelInfo]) -> tuple[Parameter, ...]:
    """The fields that at least one of `models` takes."""
    known = tuple(models)
    return tuple(each for each in PARAMETERS if any(model.takes(each.name) for model in known))


def not_taken(settings: ChatSettings, model: ModelInfo) -> tuple[str, ...]:
    """The fields that were chosen for another model, and are not sent to this one."""
    return tuple(name for name in settings.parameters if not model.takes(name))


def chosen(
    before: ChatSettings, system_prompt: str, values: Mapping[str, float | int | None], shown: Sequence[Parameter]
) -> ChatSettings:
    """`before` with what a form says of the fields that it showed: None is no value. The others stay as they are."""
    names = {parameter.name for parameter in shown}
    hidden = {name: value for name, value in before.parameters.items() if name not in names}
    told = {name: value for name, value in values.items() if name in names and value is not None}
    return ChatSettings(system_prompt.strip(), {**hidden, **told})
