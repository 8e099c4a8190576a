"""Cohere's own API, through LangChain's ChatCohere.

In and out: see `langchain.py`. Separate as every vendor is. The finish reasons are `ChatFinishReason` of cohere 5.21.1,
read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from chat_handler.errors import UpstreamError
from chat_handler.upstreams.base import JsonObject, Provider
from chat_handler.upstreams.langchain import Vendor, build

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_FINISH_REASONS = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
}
_FAILURES = ("ERROR", "TIMEOUT")


def _model(name: str, key: str, base_url: str, timeout_s: float) -> BaseChatModel:
    from langchain_cohere import ChatCohere
    from pydantic import SecretStr

    model = ChatCohere(model=name, cohere_api_key=SecretStr(key), base_url=base_url, timeout_seconds=timeout_s)
    # A redirect would take the prompt along. LangChain has no option for it.
    model.async_client._client_wrapper.httpx_client.httpx_client.follow_redirects = False
    return model


def _arguments(parameters: JsonObject) -> JsonObject:
    """Cohere calls `top_p` `p`."""
    renamed = {"p" if name == "top_p" else name: value for name, value in parameters.items()}
    # Its SDK retries twice by itself unless each call forbids it.
    return {**renamed, "request_options": {"max_retries": 0}}


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
        raise UpstreamError(f"Cohere stopped in the middle of the answer ({reason}); ask again")
    return None if reason is None else _FINISH_REASONS.get(reason, "stop")


VENDOR = Vendor(
    name="cohere",
    title="Cohere",
    base_url="https://api.cohere.com",
    key_name="COHERE_API_KEY",
    module="langchain_cohere",
    model=_model,
    arguments=_arguments,
    errors=_errors,
    finish_reason_of=_finish_reason_of,
)
PROVIDER = Provider(VENDOR.name, partial(build, VENDOR))
