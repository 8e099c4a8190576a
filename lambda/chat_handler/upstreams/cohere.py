"""Cohere's own API, through LangChain's ChatCohere.

In and out: see `langchain.py`. Separate as every vendor is. The finish reasons are `ChatFinishReason` of cohere 5.21.1,
the arguments those of its `AsyncV2Client.chat`, both read 2026-11-22.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from chat_handler.errors import UpstreamError
from chat_handler.upstreams import langchain_wire
from chat_handler.upstreams.base import JsonObject, Provider
from chat_handler.upstreams.chat_terms import Takes, Tool, Wants
from chat_handler.upstreams.chat_turns import Image, Turn
from chat_handler.upstreams.langchain import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, Vendor, build

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

_FINISH_REASONS = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
}
_FAILURES = ("ERROR", "TIMEOUT")
# The events that hold something of the answer; Cohere has others, and may have more.
_EVENTS = {
    "content-delta",
    "tool-plan-delta",
    "tool-call-start",
    "tool-call-delta",
    "tool-call-end",
    "message-end",
}


def _model(name: str, key: str, base_url: str, timeout_s: float) -> BaseChatModel:
    from cohere.core.pydantic_utilities import parse_sse_obj
    from cohere.v2 import raw_client
    from langchain_cohere import ChatCohere
    from pydantic import SecretStr

    sdk: Any = raw_client
    sdk.parse_sse_obj = partial(_event, parse_sse_obj)
    # What it skips because it cannot read it, it logs here, with the answer's text.
    sdk.warning = sdk.error = _refuse_event

    class WholeAnswers(ChatCohere):
        """LangChain's class, which keeps only the last of an answer's texts, and fails where a stream has no usage."""

        def _extract_content_and_thinking(self, response: Any, generation_info: Any) -> Any:
            del generation_info
            return [_block(part) for part in response.message.content or ()]

        def _get_stream_info_v2(self, final_delta: Any, documents: Any = None, tool_calls: Any = None) -> Any:
            del documents, tool_calls
            return {"finish_reason": final_delta.finish_reason, "token_count": _token_count(final_delta.usage)}

    model = WholeAnswers(model=name, cohere_api_key=SecretStr(key), base_url=base_url, timeout_seconds=timeout_s)
    # A redirect would take the prompt along. LangChain has no option for it.
    _http(model.async_client).follow_redirects = False
    return model


def _event(parse: Callable[..., Any], *, sse: Any, type_: Any) -> Any:
    """An event of a stream. The SDK makes an empty one of what is no JSON, which LangChain would skip."""
    kind = json.loads(sse.data)["type"]
    return parse(sse=sse, type_=type_) if kind in _EVENTS else SimpleNamespace(type=kind)


def _refuse_event(_: str) -> None:
    raise ValueError("an event of the stream cannot be read") from None


def _token_count(usage: Any) -> JsonObject | None:
    """LangChain's count of a stream's tokens, of the same two numbers that it counts in a whole answer."""
    counted = usage and (usage.tokens or usage.billed_units)
    if not counted:
        return None
    read, written = counted.input_tokens or 0, counted.output_tokens or 0
    return {"input_tokens": read, "output_tokens": written, "total_tokens": read + written}


def _block(part: Any) -> JsonObject:
    """A part of Cohere's answer as LangChain's block."""
    if part.type == "thinking":
        return {"type": "thinking", "thinking": part.thinking}
    return {"type": part.type, "text": getattr(part, "text", None)}


async def _close(model: Any) -> None:
    _http(model.client).close()
    await _http(model.async_client).aclose()


def _http(client: Any) -> Any:
    """The httpx client under one of Cohere's."""
    return client._client_wrapper.httpx_client.httpx_client


def _messages(turns: list[Turn]) -> list[BaseMessage]:
    """The last word alone, for LangChain's own checks: the conversation goes along in the arguments."""
    from langchain_core.messages import HumanMessage

    return [HumanMessage(turns[-1].text)]


def _arguments(wants: Wants, turns: list[Turn]) -> JsonObject:
    import httpx

    arguments = {"p" if name == "top_p" else name: value for name, value in wants.parameters.items()}
    if wants.tools:
        arguments["tools"] = [_tool(tool) for tool in wants.tools]
        if any(tool.is_strict for tool in wants.tools):
            arguments["strict_tools"] = True
    if wants.tool_choice is not None:
        arguments["tool_choice"] = wants.tool_choice.upper()
    if wants.output is not None:
        schema = wants.output.described_schema
        arguments["response_format"] = {"type": "json_object"} | ({} if schema is None else {"json_schema": schema})
    if wants.effort is not None:
        arguments["thinking"] = {"type": "disabled"}
    options = {
        "max_retries": 0,  # its SDK retries twice by itself unless each call forbids it
        "timeout_in_seconds": httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        # They take the place of LangChain's: its 0.6.0 writes a sentence of its own ("I will assist you …") into each
        # earlier answer that only calls tools, and drops images that it does not know.
        "additional_body_parameters": {"messages": [_message(turn) for turn in turns]},
    }
    return {**arguments, "request_options": options}


def _tool(tool: Tool) -> JsonObject:
    described = {} if tool.description is None else {"description": tool.description}
    return {"type": "function", "function": {"name": tool.name, **described, "parameters": tool.parameters}}


def _message(turn: Turn) -> JsonObject:
    """A turn in Cohere's words, which are OpenAI's but for the text beside a tool call."""
    if turn.role == "tool":
        return {"role": "tool", "tool_call_id": turn.tool_call_id, "content": turn.text}
    if not turn.tool_calls:
        return {"role": turn.role, "content": _content(turn.parts)}
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": json.dumps(call.arguments)}}
        for call in turn.tool_calls
    ]
    return {"role": "assistant", "tool_calls": calls} | ({"tool_plan": turn.text} if turn.text else {})


def _content(parts: tuple[str | Image, ...]) -> str | list[JsonObject]:
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    return [{"type": "text", "text": part} if isinstance(part, str) else _image(part) for part in parts]


def _image(image: Image) -> JsonObject:
    url = image.url or f"data:{image.media_type};base64,{image.data}"
    return {"type": "image_url", "image_url": {"url": url}}


def _errors() -> tuple[type[Exception], ...]:
    import httpx
    from cohere.core import ApiError

    return (ApiError, httpx.HTTPError)


def _finish_reason_of(metadata: Mapping[str, Any]) -> str | None:
    """The finish reason.

    Raises:
        UpstreamError: Cohere says that it failed.

    """
    reason = metadata.get("finish_reason")
    if reason in _FAILURES:
        raise UpstreamError(f"Cohere stopped in the middle of the answer ({reason}); ask again", retryable=True)
    return langchain_wire.finish_reason(reason, _FINISH_REASONS, "Cohere")


VENDOR = Vendor(
    name="cohere",
    title="Cohere",
    base_url="https://api.cohere.com",
    key_name="COHERE_API_KEY",
    module="langchain_cohere",
    takes=Takes(
        parameters=frozenset(
            {"temperature", "top_p", "max_tokens", "stop", "seed", "frequency_penalty", "presence_penalty"}
        ),
        tool_choices=frozenset({"auto", "none", "required"}),
        formats=frozenset({"json_object", "json_schema"}),
        # `Thinking` has no levels beside a number of tokens: "enabled by default for models that support it".
        efforts=("none",),
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        image_urls=True,
    ),
    model=_model,
    close=_close,
    arguments=_arguments,
    messages=_messages,
    errors=_errors,
    finish_reason_of=_finish_reason_of,
)
PROVIDER = Provider(VENDOR.name, partial(build, VENDOR))
