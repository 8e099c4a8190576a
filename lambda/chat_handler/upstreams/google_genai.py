"""Google's Gemini API, through LangChain's ChatGoogleGenerativeAI.

In and out: see `langchain.py`. Separate as every vendor is. The key goes out in a header, never in the URL. The finish
reasons are `FinishReason` of google-genai 2.34.0, the arguments its `GenerateContentConfig`, both read 2026-11-22.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from chat_handler.errors import UpstreamError
from chat_handler.upstreams import langchain_wire
from chat_handler.upstreams.base import JsonObject, Provider
from chat_handler.upstreams.chat_terms import Choice, Takes, Wants
from chat_handler.upstreams.chat_turns import Turn
from chat_handler.upstreams.langchain import Vendor, build

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

_FINISH_REASONS = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "LANGUAGE": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
}
_MALFORMED_REASONS = ("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS")
_BROKEN_OFF_REASONS = ("OTHER", "IMAGE_OTHER", "NO_IMAGE", "FINISH_REASON_UNSPECIFIED")
_RENAMED = {"max_tokens": "max_output_tokens"}
_MODES: dict[Choice, str] = {"none": "NONE", "required": "ANY", "named": "ANY"}


def _model(name: str, key: str, base_url: str, timeout_s: float) -> BaseChatModel:
    from langchain_google_genai import ChatGoogleGenerativeAI
    from pydantic import SecretStr

    model = ChatGoogleGenerativeAI(
        model=name,
        google_api_key=SecretStr(key),
        base_url=base_url,
        timeout=timeout_s,
        max_retries=1,  # attempts, not retries: 0 means its SDK's own default
        client_args={"follow_redirects": False},  # they would take the key along
    )
    # Its SDK would take aiohttp where that is installed, and with it every redirect. There is no option for it that
    # keeps the proxies of the environment.
    client: Any = model.client
    client._api_client._use_aiohttp = lambda: False
    return model


async def _close(model: Any) -> None:
    await model.aclose()


def _messages(turns: list[Turn]) -> list[BaseMessage]:
    return langchain_wire.messages_of(
        replace(turn, parts=_result(turn)) if turn.role == "tool" else turn for turn in turns
    )


def _result(turn: Turn) -> tuple[str]:
    """A tool's result as the JSON object that Google wants. LangChain reads numbers and lists out of other texts."""
    try:
        result = json.loads(turn.text, parse_constant=_refuse_constant)
    except ValueError:
        result = None
    return (json.dumps(result if isinstance(result, dict) else {"output": turn.text}, ensure_ascii=False),)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and the like: no JSON, and httpx would not send it


def _arguments(wants: Wants, _: list[Turn]) -> JsonObject:
    arguments = {_RENAMED.get(name, name): value for name, value in wants.parameters.items()}
    if wants.tools:
        arguments["tools"] = [_declared(wants)]
    if (mode := _mode(wants)) is not None:
        allowed = {} if wants.tool_name is None else {"allowed_function_names": [wants.tool_name]}
        arguments["tool_config"] = {"function_calling_config": {"mode": mode, **allowed}}
    if wants.output is not None:
        arguments["response_mime_type"] = "application/json"
        if (schema := wants.output.described_schema) is not None:
            arguments["response_json_schema"] = schema
    if wants.effort is not None:
        arguments["reasoning_effort"] = wants.effort
    return arguments


def _mode(wants: Wants) -> str | None:
    if wants.tool_choice is not None:
        return _MODES[wants.tool_choice]
    # Strictness is for all tools: "Model ensures function schema adherence"; with ANY it does in any case.
    # https://ai.google.dev/gemini-api/docs/function-calling, quoted in public code, read 2026-11-22.
    return "VALIDATED" if any(tool.is_strict for tool in wants.tools) else None


def _declared(wants: Wants) -> Any:
    """The tools for Google, with their schemas as they are: LangChain would leave out what it does not know."""
    from google.genai.types import FunctionDeclaration, Tool

    declarations = [
        FunctionDeclaration(name=tool.name, description=tool.description, parameters_json_schema=tool.parameters)
        for tool in wants.tools
    ]
    return Tool(function_declarations=declarations)


def _errors() -> tuple[type[Exception], ...]:
    import httpx
    import httpx2
    from google.genai.errors import APIError
    from langchain_google_genai._common import GoogleGenerativeAIError

    return (APIError, GoogleGenerativeAIError, httpx.HTTPError, httpx2.HTTPError)


def _finish_reason_of(metadata: Mapping[str, Any]) -> str | None:
    """The finish reason.

    Raises:
        UpstreamError: Google says that it broke off, or that the model called tools in a way that cannot be read.

    """
    if (metadata.get("prompt_feedback") or {}).get("block_reason"):
        return "content_filter"  # the prompt was refused, and there is no answer that could have a reason
    reason = metadata.get("finish_reason")
    if reason in _MALFORMED_REASONS:
        raise UpstreamError(f"the model's output was malformed ({reason}); ask again", retryable=True)
    if reason in _BROKEN_OFF_REASONS:
        raise UpstreamError(f"Google stopped in the middle of the answer ({reason}); ask again", retryable=True)
    return langchain_wire.finish_reason(reason, _FINISH_REASONS, "Google")


VENDOR = Vendor(
    name="google_genai",
    title="Google",
    base_url="https://generativelanguage.googleapis.com",
    key_name="GOOGLE_API_KEY",
    module="langchain_google_genai",
    takes=Takes(
        parameters=frozenset(
            {"temperature", "top_p", "max_tokens", "stop", "seed", "frequency_penalty", "presence_penalty"}
        ),
        tool_choices=frozenset({"auto", "none", "required", "named"}),
        formats=frozenset({"json_object", "json_schema"}),
        has_model_efforts=True,
        image_types=("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"),
    ),
    model=_model,
    close=_close,
    arguments=_arguments,
    messages=_messages,
    errors=_errors,
    finish_reason_of=_finish_reason_of,
)
PROVIDER = Provider(VENDOR.name, partial(build, VENDOR))
