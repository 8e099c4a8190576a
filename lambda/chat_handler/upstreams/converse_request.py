"""What a request asks for, in the words of Bedrock's Converse API.

In: OpenAI's chat request, and what LangChain knows of the model. Out: its turns, and the arguments for LangChain's
class. Pure. Separate from `converse.py` because this is Bedrock's API and not LangChain: the structures are Bedrock's
own, because LangChain would change the case of names in tools' schemas, take types out of them, and leave out
parameters. Source: the service model of botocore 1.44.5, read 2026-11-22.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from chat_handler.errors import InvalidRequestError
from chat_handler.upstreams.base import ChatRequest, JsonObject, ModelRecord
from chat_handler.upstreams.chat_terms import LIMITS, OutputFormat, Takes, Tool, Wants
from chat_handler.upstreams.chat_turns import Turn, turns_of
from chat_handler.upstreams.chat_wants import wants_of

TAKES = Takes(
    parameters=frozenset({"temperature", "top_p", "max_tokens", "stop"}),
    tool_choices=frozenset({"auto", "none", "required", "named"}),
    formats=frozenset({"json_schema"}),
    has_model_efforts=True,
    image_types=("image/png", "image/jpeg", "image/gif", "image/webp"),
    last_roles=("user", "tool", "assistant"),
)
_CLAUDE_TAKES = replace(TAKES, takes_both=False)
_NAMES = {"max_tokens": "maxTokens", "temperature": "temperature", "top_p": "topP", "stop": "stopSequences"}
# Nova 2 takes no limit of the answer with its highest effort (langchain-aws 1.9.1, `_converse_params`, 2026-11-22).
_WITHOUT_LIMIT = {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "high"}}
# Bedrock takes no empty result, and a tool may well have nothing to say.
_EMPTY_RESULT = "(no output)"


@dataclass(frozen=True)
class KnownModel:
    """What LangChain knows of a model.

    Attributes:
        provider: who made it.
        takes_sampling: whether it takes `temperature` and `top_p`.
        effort_fields: for each `reasoning_effort` that it takes, the fields of its own with which Bedrock is asked.

    """

    provider: str
    takes_sampling: bool
    effort_fields: dict[str, JsonObject]


@dataclass(frozen=True)
class Asked:
    """A request to one model."""

    turns: list[Turn]
    arguments: dict[str, Any]


def asked(request: ChatRequest, record: ModelRecord, known: KnownModel, subject: str) -> Asked:
    """`request` for the model of `record`.

    Raises:
        InvalidRequestError: it asks for something that cannot be carried; `param` names it.

    """
    takes = _CLAUDE_TAKES if known.provider == "anthropic" else TAKES
    turns = turns_of(request, record, takes, subject)
    wants = wants_of(
        request, record, takes, subject, efforts=tuple(known.effort_fields), takes_sampling=known.takes_sampling
    )
    if wants.tool_choice == "none" and _has_calls(turns):
        # https://github.com/boto/boto3/issues/4687, read 2026-11-22. Without earlier calls the tools can stay away.
        why = f"{subject} cannot be kept from calling tools once the messages hold tool calls"
        request.leave_out(record, "tool_choice", why)
        wants = replace(wants, tool_choice=None)
    if not wants.tools and _has_calls(turns):
        # LangChain would rewrite the calls as text, because Bedrock refuses them without the tools.
        raise InvalidRequestError(f"the messages hold tool calls, and {subject} wants their 'tools' too", param="tools")
    if wants.effort is not None and known.effort_fields[wants.effort] == _WITHOUT_LIMIT:
        wants = _without_limit(wants, request, record, subject)
    return Asked([_with_result(turn) for turn in turns], _arguments(wants, known))


def _without_limit(wants: Wants, request: ChatRequest, record: ModelRecord, subject: str) -> Wants:
    for name in LIMITS:
        if request.body.get(name) is not None:
            why = f"{subject} takes no {name!r} with the 'reasoning_effort' {wants.effort!r}"
            request.leave_out(record, name, why)
    return replace(wants, parameters={name: value for name, value in wants.parameters.items() if name != "max_tokens"})


def _has_calls(turns: list[Turn]) -> bool:
    return any(turn.tool_calls for turn in turns)


def _with_result(turn: Turn) -> Turn:
    return replace(turn, parts=(_EMPTY_RESULT,)) if turn.role == "tool" and not turn.text else turn


def _arguments(wants: Wants, known: KnownModel) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "inferenceConfig": {_NAMES[name]: value for name, value in wants.parameters.items()},
    }
    if wants.tools and wants.tool_choice != "none":
        arguments["toolConfig"] = {"tools": [_tool(tool) for tool in wants.tools], **_choice(wants)}
    if wants.output is not None:
        arguments["outputConfig"] = {"textFormat": _text_format(wants.output)}
    if wants.effort is not None:
        arguments["additional_model_request_fields"] = known.effort_fields[wants.effort]
    return arguments


def _tool(tool: Tool) -> JsonObject:
    described = {} if tool.description is None else {"description": tool.description}
    strict = {"strict": True} if tool.is_strict else {}
    return {"toolSpec": {"name": tool.name, **described, "inputSchema": {"json": tool.parameters}, **strict}}


def _choice(wants: Wants) -> JsonObject:
    match wants.tool_choice:
        case "required":
            return {"toolChoice": {"any": {}}}
        case "named":
            return {"toolChoice": {"tool": {"name": wants.tool_name}}}
        case _:
            return {}


def _text_format(output: OutputFormat) -> JsonObject:
    described = {} if output.description is None else {"description": output.description}
    schema = {"schema": json.dumps(output.schema), "name": output.name, **described}
    return {"type": "json_schema", "structure": {"jsonSchema": schema}}
