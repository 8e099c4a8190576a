"""What a request asks for beside its messages, checked, for models that are not asked in OpenAI's own words.

In: a chat request, and which of OpenAI's parameters a vendor's API has words for. Out: `Wants`, from which each
vendor's module makes its own arguments. What cannot be carried is refused by name, or dropped with a warning where the
catalog says so: a parameter that is dropped in silence is a wrong answer. Of the catalog's defaults it is left out
without a word. Pure, and shared by every upstream that translates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chat_handler.errors import InvalidRequestError
from chat_handler.upstreams.base import ChatRequest, JsonObject, ModelRecord
from chat_handler.upstreams.chat_terms import LIMITS, Choice, OutputFormat, Takes, Tool, Wants
from chat_handler.upstreams.model_facts import facts_of
from chat_handler.upstreams.model_rules import SAMPLING, ModelFacts
from chat_handler.upstreams.request_shape import asks_for

_NUMBERS = ("temperature", "top_p", "frequency_penalty", "presence_penalty")
# Fields that the routes and the translations use themselves; everything else is a parameter of the model.
_OWN_FIELDS = {"model", "messages", "stream", "stream_options"}
# Values with which a parameter asks for what happens anyway, beside null, false, 0 and what is empty.
_NEUTRAL_VALUES: Mapping[str, Any] = {
    "n": 1,
    "response_format": {"type": "text"},
    "tool_choice": "auto",
    "parallel_tool_calls": True,
    "modalities": ["text"],
    "service_tier": "auto",
}


@dataclass(frozen=True)
class _Asking:
    """One request to one model, while it is being read."""

    request: ChatRequest
    record: ModelRecord
    takes: Takes
    subject: str
    efforts: Sequence[str]
    facts: ModelFacts
    merged: JsonObject = field(repr=False)

    def leave_out(self, name: str, what: str | None = None) -> None:
        """Refuse the caller's own parameter `name`, or drop it; `what` says which value where only that is not taken.

        One of the catalog's defaults is left out without a word.
        """
        if asks_for_something(name, self.request.body.get(name)):
            why = f"{self.subject} cannot be asked with {what or repr(name)} through this API"
            self.request.leave_out(self.record, name, why)


def wants_of(
    request: ChatRequest,
    record: ModelRecord,
    takes: Takes,
    subject: str,
    *,
    efforts: Sequence[str] = (),
    takes_sampling: bool = True,
) -> Wants:
    """What `request` asks for. `efforts` and `takes_sampling` are what else is known of this one model.

    Raises:
        InvalidRequestError: it asks for something that `subject` does not take, or in a way that cannot be used;
            `param` names it.

    """
    merged = request.merged(record.defaults)
    asking = _Asking(request, record, takes, subject, (*takes.efforts, *efforts), facts_of(record), merged)
    _leave_out_unknown(asking)
    tools = tuple(_tools(asking))
    tool_choice, tool_name = _tool_choice(asking, tools)
    return Wants(
        parameters=_parameters(asking, takes_sampling=takes_sampling and asking.facts.takes_sampling),
        tools=tools,
        tool_choice=tool_choice,
        tool_name=tool_name,
        has_parallel_calls=_has_parallel_calls(asking),
        output=_output(asking),
        effort=_effort(asking),
    )


def stops_of(body: Mapping[str, Any]) -> list[str]:
    """The texts that end an answer.

    Raises:
        InvalidRequestError: they are something else than texts.

    """
    value = body.get("stop")
    if not value:
        return []
    stops = [value] if isinstance(value, str) else value
    if not isinstance(stops, list) or not all(isinstance(stop, str) and stop for stop in stops):
        raise InvalidRequestError("'stop' must be a string or a list of strings, none of them empty", param="stop")
    return stops


def asks_for_something(name: str, value: Any) -> bool:
    """Whether a parameter with this value asks for anything: null, empty lists and the like do not."""
    if name == "parallel_tool_calls":
        return value is False
    return value != _NEUTRAL_VALUES.get(name) and asks_for(name, value)


def _leave_out_unknown(asking: _Asking) -> None:
    known = {*asking.takes.parameters, *LIMITS, *_OWN_FIELDS}
    known |= {"tools", "tool_choice", "parallel_tool_calls", "response_format", "reasoning_effort"}
    for name in asking.request.body:
        if name not in known:
            asking.leave_out(name)


def _parameters(asking: _Asking, *, takes_sampling: bool) -> JsonObject:
    taken = set(asking.takes.parameters) - asking.facts.not_taken(_text(asking.merged.get("reasoning_effort")))
    taken -= set() if takes_sampling else SAMPLING
    for name in sorted(asking.takes.parameters - taken):
        asking.leave_out(name)
    values = asking.merged
    if not (asking.takes.takes_both and asking.facts.takes_both):
        values = _with_one_sampling(values, asking.request.body)
    found: JsonObject = {name: _number(values, name) for name in _NUMBERS}
    found |= {"max_tokens": _limit(values), "stop": stops_of(values) or None, "seed": _whole_number(values, "seed")}
    return {name: value for name, value in found.items() if name in taken and value is not None}


def _with_one_sampling(merged: JsonObject, own: Mapping[str, Any]) -> JsonObject:
    """A model that takes `temperature` or `top_p`, but not both, gets both only from a caller who asks for both."""
    if any(merged.get(name) is None for name in SAMPLING) or all(own.get(name) is not None for name in SAMPLING):
        return merged
    dropped = "temperature" if own.get("top_p") is not None else "top_p"
    return {name: value for name, value in merged.items() if name != dropped}


def _number(body: Mapping[str, Any], name: str) -> float | None:
    value = body.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise InvalidRequestError(f"{name!r} must be a number", param=name)
    return value


def _whole_number(body: Mapping[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise InvalidRequestError(f"{name!r} must be a whole number", param=name)
    return value


def _limit(body: Mapping[str, Any]) -> int | None:
    name = "max_completion_tokens" if body.get("max_completion_tokens") is not None else "max_tokens"
    value = body.get(name)
    # LangChain takes 0 for "no limit".
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise InvalidRequestError(f"{name!r} must be a whole number of at least 1", param=name)
    return value


def _tools(asking: _Asking) -> Iterator[Tool]:
    tools = asking.request.body.get("tools")
    if not tools:
        return
    if not asking.takes.takes_tools:
        asking.leave_out("tools")
        return
    if not isinstance(tools, list):
        raise InvalidRequestError("'tools' must be a list", param="tools")
    for number, tool in enumerate(tools):
        yield _tool(tool, f"tools[{number}]")


def _tool(tool: Any, place: str) -> Tool:
    function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str) or not function["name"]:
        raise InvalidRequestError(
            'a tool for this model must be {"type": "function", "function": {"name", …}}', param=place
        )
    description = function.get("description")
    if not isinstance(description, str | None):
        raise InvalidRequestError("a tool's 'description' must be a string", param=f"{place}.function.description")
    parameters = function.get("parameters")
    if not isinstance(parameters, dict | None):
        raise InvalidRequestError("a tool's 'parameters' must be a JSON schema", param=f"{place}.function.parameters")
    schema = parameters or {"type": "object", "properties": {}}
    return Tool(function["name"], description or None, schema, function.get("strict") is True)


def _tool_choice(asking: _Asking, tools: tuple[Tool, ...]) -> tuple[Choice | None, str | None]:
    choice = asking.request.body.get("tool_choice")
    if choice is None or choice == "auto" or (choice == "none" and not tools):
        return None, None
    kind, name = _read_choice(choice)
    if not asking.takes.takes_tools:
        asking.leave_out("tool_choice")
        return None, None
    if not tools or (name is not None and name not in {tool.name for tool in tools}):
        raise InvalidRequestError("'tool_choice' asks for a tool that is not in 'tools'", param="tool_choice")
    if kind not in asking.takes.tool_choices:
        asking.leave_out("tool_choice", f"the 'tool_choice' {kind!r}")
        return None, None
    return kind, name


def _read_choice(choice: Any) -> tuple[Choice, str | None]:
    if choice in ("none", "required"):
        return choice, None
    function = choice.get("function") if isinstance(choice, dict) and choice.get("type") == "function" else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise InvalidRequestError(
            '\'tool_choice\' must be "none", "auto", "required" or a function\'s name in its object',
            param="tool_choice",
        )
    return "named", function["name"]


def _has_parallel_calls(asking: _Asking) -> bool:
    value = asking.request.body.get("parallel_tool_calls")
    if not isinstance(value, bool | None):
        raise InvalidRequestError("'parallel_tool_calls' must be true or false", param="parallel_tool_calls")
    if value is not False or not asking.request.body.get("tools"):
        return True
    if not asking.takes.parallel_tool_calls:
        asking.leave_out("parallel_tool_calls")
        return True
    return False


def _output(asking: _Asking) -> OutputFormat | None:
    wanted = asking.request.body.get("response_format")
    if wanted is None or not asks_for_something("response_format", wanted):
        return None
    kind = wanted["type"]
    if kind not in asking.takes.formats:
        asking.leave_out("response_format", f"the 'response_format' {kind!r}")
        return None
    if kind == "json_object":
        return OutputFormat()
    named = wanted.get("json_schema")
    schema = named.get("schema") if isinstance(named, dict) else None
    if not isinstance(schema, dict):
        raise InvalidRequestError("'json_schema' must have a 'schema'", param="response_format.json_schema.schema")
    return OutputFormat(schema, _text(named.get("name")) or "answer", _text(named.get("description")))


def _effort(asking: _Asking) -> str | None:
    effort = asking.request.body.get("reasoning_effort")
    if effort is None:
        return None
    if effort not in asking.efforts:
        known = f"; it takes {', '.join(asking.efforts)}" if asking.efforts else ""
        asking.leave_out("reasoning_effort", f"the 'reasoning_effort' {effort!r}{known}")
        return None
    return str(effort)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
