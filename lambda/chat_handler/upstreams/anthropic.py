"""Anthropic's own API, through LangChain's ChatAnthropic.

In and out: see `langchain.py`. Separate as every vendor is. The finish reasons are `StopReason` of anthropic 2.12.0,
read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from chat_handler.upstreams.base import JsonObject, Provider
from chat_handler.upstreams.langchain import Vendor, build

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


def _model(name: str, key: str, base_url: str, timeout_s: float) -> BaseChatModel:
    from langchain_anthropic import ChatAnthropic
    from pydantic import SecretStr

    model = ChatAnthropic(
        model_name=name, api_key=SecretStr(key), base_url=base_url, timeout=timeout_s, stop=None, max_retries=0
    )
    # A redirect would take the key along: httpx takes off only `authorization`. LangChain has no option for it.
    model._async_client._client.follow_redirects = False
    return model


def _arguments(parameters: JsonObject) -> JsonObject:
    return parameters


def _errors() -> tuple[type[Exception], ...]:
    import anthropic
    import httpx2

    return (anthropic.AnthropicError, httpx2.HTTPError)


def _finish_reason_of(metadata: Mapping[str, Any]) -> str | None:
    reason = metadata.get("stop_reason")
    return None if reason is None else _FINISH_REASONS.get(reason, "stop")


VENDOR = Vendor(
    name="anthropic",
    title="Anthropic",
    base_url="https://api.anthropic.com",
    key_name="ANTHROPIC_API_KEY",
    module="langchain_anthropic",
    takes_both=False,
    model=_model,
    arguments=_arguments,
    errors=_errors,
    finish_reason_of=_finish_reason_of,
)
PROVIDER = Provider(VENDOR.name, partial(build, VENDOR))
