"""Anthropic's own API, through LangChain's ChatAnthropic.

In and out: see `langchain.py`. Separate as every vendor is. The finish reasons are `StopReason` of anthropic 2.12.0,
the arguments its `MessageCreateParams`, both read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from chat_handler.upstreams import langchain_wire
from chat_handler.upstreams.base import JsonObject, Provider
from chat_handler.upstreams.chat_terms import Choice, Takes, Tool, Wants
from chat_handler.upstreams.chat_turns import Turn
from chat_handler.upstreams.langchain import CONNECT_TIMEOUT_S, Vendor, build

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_FINISH_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_CHOICES: dict[Choice | None, str] = {None: "auto", "none": "none", "required": "any", "named": "tool"}


def _model(name: str, key: str, base_url: str, timeout_s: float) -> BaseChatModel:
    import httpx2
    from langchain_anthropic import ChatAnthropic
    from pydantic import SecretStr

    model = ChatAnthropic(
        model_name=name, api_key=SecretStr(key), base_url=base_url, timeout=timeout_s, stop=None, max_retries=0
    )
    # A redirect would take the key along: httpx takes off only `authorization`. LangChain has no option for it, nor
    # for a time limit of its own for the connection.
    model._async_client._client.follow_redirects = False
    model._async_client.timeout = httpx2.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S)
    return model


async def _close(_: BaseChatModel) -> None:
    """Nothing: LangChain has one pool of connections for an address, without any key, which all its models share."""


def _arguments(wants: Wants, _: list[Turn]) -> JsonObject:
    arguments = dict(wants.parameters)
    if wants.tools:
        arguments["tools"] = [_tool(tool) for tool in wants.tools]
    if (choice := _tool_choice(wants)) is not None:
        arguments["tool_choice"] = choice
    if wants.output is not None:
        # Not as `response_format`: LangChain would rewrite the schema.
        schema = {"type": "json_schema", "schema": wants.output.described_schema}
        arguments["output_config"] = {"format": schema}
    if wants.effort is not None:
        arguments["reasoning_effort"] = wants.effort
    return arguments


def _tool(tool: Tool) -> JsonObject:
    """A tool in Anthropic's words: LangChain would drop one whose schema it takes for unsupported."""
    described = {} if tool.description is None else {"description": tool.description}
    strict = {"strict": True} if tool.is_strict else {}
    return {"name": tool.name, **described, "input_schema": tool.parameters, **strict}


def _tool_choice(wants: Wants) -> JsonObject | None:
    if wants.tool_choice is None and wants.has_parallel_calls:
        return None
    choice: JsonObject = {"type": _CHOICES[wants.tool_choice]}
    if wants.tool_name is not None:
        choice["name"] = wants.tool_name
    if not wants.has_parallel_calls and wants.tool_choice != "none":
        choice["disable_parallel_tool_use"] = True
    return choice


def _errors() -> tuple[type[Exception], ...]:
    import anthropic
    import httpx2

    return (anthropic.AnthropicError, httpx2.HTTPError)


def _finish_reason_of(metadata: Mapping[str, Any]) -> str | None:
    return langchain_wire.finish_reason(metadata.get("stop_reason"), _FINISH_REASONS, "Anthropic")


VENDOR = Vendor(
    name="anthropic",
    title="Anthropic",
    base_url="https://api.anthropic.com",
    key_name="ANTHROPIC_API_KEY",
    module="langchain_anthropic",
    takes=Takes(
        parameters=frozenset({"temperature", "top_p", "max_tokens", "stop"}),
        takes_both=False,
        tool_choices=frozenset({"auto", "none", "required", "named"}),
        parallel_tool_calls=True,
        formats=frozenset({"json_schema"}),
        has_model_efforts=True,
        image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
        image_urls=True,
    ),
    model=_model,
    close=_close,
    arguments=_arguments,
    errors=_errors,
    finish_reason_of=_finish_reason_of,
)
PROVIDER = Provider(VENDOR.name, partial(build, VENDOR))
