"""The terms in which upstreams that translate speak of a request: what an API takes, and what a caller wants of it.

In: nothing. Out: types. Separate because two readers make them (`chat_turns.py`, `chat_wants.py`) and every vendor's
module uses them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chat_handler.upstreams.base import JsonObject

Choice = Literal["auto", "none", "required", "named"]
Format = Literal["json_object", "json_schema"]

LIMITS = ("max_tokens", "max_completion_tokens")


@dataclass(frozen=True)
class Takes:
    """What a vendor's API has words for.

    Attributes:
        parameters: which of `temperature`, `top_p`, `max_tokens`, `stop`, `seed`, `frequency_penalty` and
            `presence_penalty`.
        takes_both: whether a request may have both `temperature` and `top_p` of the catalog's.
        tool_choices: which of OpenAI's; none of them: there are no tools.
        parallel_tool_calls: whether parallel calls can be forbidden.
        formats: which of OpenAI's `response_format`.
        efforts: which values of `reasoning_effort`, for every model.
        has_model_efforts: whether some models take values of their own.
        image_types: the media types of images that a message may hold.
        image_urls: whether the vendor itself fetches images from https: URLs.
        last_roles: who may have the last word.
        system_anywhere: whether a system message may come after others.

    """

    parameters: frozenset[str]
    takes_both: bool = True
    tool_choices: frozenset[Choice] = frozenset()
    parallel_tool_calls: bool = False
    formats: frozenset[Format] = frozenset()
    efforts: tuple[str, ...] = ()
    has_model_efforts: bool = False
    image_types: tuple[str, ...] = ()
    image_urls: bool = False
    last_roles: tuple[str, ...] = ("user", "tool")
    system_anywhere: bool = False

    @property
    def takes_tools(self) -> bool:
        """Whether there are tools."""
        return bool(self.tool_choices)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of OpenAI's fields that can be used, for the list of models."""
        names = {*self.parameters, *(LIMITS if "max_tokens" in self.parameters else ())}
        names |= {"tools", "tool_choice"} if self.takes_tools else set()
        names |= {"parallel_tool_calls"} if self.parallel_tool_calls else set()
        names |= {"response_format"} if self.formats else set()
        names |= {"reasoning_effort"} if self.efforts or self.has_model_efforts else set()
        return tuple(sorted(names))


@dataclass(frozen=True)
class Tool:
    """One function that the model may call; `parameters` is a JSON schema."""

    name: str
    description: str | None
    parameters: JsonObject
    is_strict: bool


@dataclass(frozen=True)
class OutputFormat:
    """How the answer is to look: any JSON object where `schema` is None."""

    schema: JsonObject | None = None
    name: str = "answer"
    description: str | None = None

    @property
    def described_schema(self) -> JsonObject | None:
        """The schema with the description in it, for APIs that have no other place for one."""
        if self.schema is None or self.description is None:
            return self.schema
        return {"description": self.description, **self.schema}


@dataclass(frozen=True)
class Wants:
    """What is asked for, under OpenAI's names.

    Attributes:
        parameters: the simple ones; the limit is always `max_tokens`, and `stop` a list.
        tool_choice: None where the model decides.
        tool_name: the tool of a `named` choice.
        has_parallel_calls: false where they are forbidden.

    """

    parameters: JsonObject
    tools: tuple[Tool, ...] = ()
    tool_choice: Choice | None = None
    tool_name: str | None = None
    has_parallel_calls: bool = True
    output: OutputFormat | None = None
    effort: str | None = None
