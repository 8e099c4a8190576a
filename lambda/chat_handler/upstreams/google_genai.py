"""Google's Gemini API, through LangChain's ChatGoogleGenerativeAI.

In and out: see `langchain.py`. Separate as every vendor is. The key goes out in a header, never in the URL. The finish
reasons are `FinishReason` of google-genai 2.34.0, read 2026-11-22.
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
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
}


def _model(name: str, key: str, base_url: str, timeout_s: float) -> BaseChatModel:
    from langchain_google_genai import ChatGoogleGenerativeAI
    from pydantic import SecretStr

    return ChatGoogleGenerativeAI(
        model=name,
        google_api_key=SecretStr(key),
        base_url=base_url,
        timeout=timeout_s,
        max_retries=1,  # attempts, not retries: 0 means its SDK's own default
        client_args={"follow_redirects": False},  # they would take the key along
    )


def _arguments(parameters: JsonObject) -> JsonObject:
    """Google calls `max_tokens` `max_output_tokens`."""
    return {"max_output_tokens" if name == "max_tokens" else name: value for name, value in parameters.items()}


def _errors() -> tuple[type[Exception], ...]:
    import httpx
    import httpx2
    from google.genai.errors import APIError
    from langchain_google_genai._common import GoogleGenerativeAIError

    return (APIError, GoogleGenerativeAIError, httpx.HTTPError, httpx2.HTTPError)


def _finish_reason_of(metadata: Mapping[str, Any]) -> str | None:
    if (metadata.get("prompt_feedback") or {}).get("block_reason"):
        return "content_filter"  # the prompt was refused, and there is no answer that could have a reason
    reason = metadata.get("finish_reason")
    return None if reason is None else _FINISH_REASONS.get(reason, "stop")


VENDOR = Vendor(
    name="google_genai",
    title="Google",
    base_url="https://generativelanguage.googleapis.com",
    key_name="GOOGLE_API_KEY",
    module="langchain_google_genai",
    model=_model,
    arguments=_arguments,
    errors=_errors,
    finish_reason_of=_finish_reason_of,
)
PROVIDER = Provider(VENDOR.name, partial(build, VENDOR))
