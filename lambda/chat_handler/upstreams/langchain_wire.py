"""OpenAI's chat wire on one side, LangChain's messages on the other.

In: a chat request. Out: LangChain messages, and from LangChain's answer OpenAI's completion or chunks. Pure, without
IO, and shared by every provider that goes through LangChain. What a request asks for and LangChain's common interface
does not carry is refused by name: a parameter that is dropped in silence is a wrong answer.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chat_handler.errors import InvalidRequestError
from chat_handler.upstreams.base import JsonObject

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage

ROLES = ("system", "developer", "user", "assistant")
# Fields that `routes.py` and this module use themselves; everything else is a parameter of the model.
_OWN_FIELDS = {"model", "messages", "stream", "stream_options"}
# Values with which a parameter asks for nothing, beside null, false, 0 and what is empty.
_NEUTRAL_VALUES: dict[str, Any] = {"n": 1, "top_p": 1, "response_format": {"type": "text"}, "tool_choice": "none"}

FinishReasonOf = Callable[[Mapping[str, Any]], str | None]


def messages_of(request: Mapping[str, Any]) -> list[BaseMessage]:
    """The request's messages for LangChain.

    Raises:
        InvalidRequestError: a message holds something other than text; `param` names it.

    """
    from langchain_core.messages import convert_to_messages

    for number, message in enumerate(request["messages"]):
        _check_message(message, f"messages[{number}]")
    return convert_to_messages([{"role": m["role"], "content": m.get("content") or ""} for m in request["messages"]])


def refuse_other_parameters(request: Mapping[str, Any], known: Iterable[str], subject: str) -> None:
    """Check that `request` asks for nothing beyond the parameters in `known`.

    Raises:
        InvalidRequestError: it does; `param` names the first such field.

    """
    for name, value in request.items():
        if name in _OWN_FIELDS or name in known or not value or value == _NEUTRAL_VALUES.get(name):
            continue
        raise InvalidRequestError(
            f"{subject} cannot be asked with {name!r} through this API; leave it out, or use another model", param=name
        )


def completion_of(message: AIMessage, model_id: str, finish_reason_of: FinishReasonOf) -> JsonObject:
    """`message` as OpenAI's `chat.completion`."""
    return {
        **_head(model_id, "chat.completion"),
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", **_texts(message, empty="content")},
                "finish_reason": finish_reason_of(message.response_metadata) or "stop",
            }
        ],
        "usage": _usage(message),
    }


def chunks_of(
    messages: Iterable[AIMessageChunk], model_id: str, finish_reason_of: FinishReasonOf, *, with_usage: bool
) -> Iterator[JsonObject]:
    """`messages` as OpenAI's chunks: the role, the text, the finish, and the usage if it is wanted.

    No finish chunk is made up: a stream that ends without a reason from the model is seen as cut off.
    """
    head = _head(model_id, "chat.completion.chunk")
    usage: JsonObject | None = None
    has_begun = False
    for message in messages:
        if not has_begun:
            # Not before the upstream's first sign of life: until then an error can still have an HTTP status.
            yield {**head, "choices": [_choice({"role": "assistant", "content": ""})]}
            has_begun = True
        usage = _usage(message) or usage
        if delta := _texts(message):
            yield {**head, "choices": [_choice(delta)]}
        if (reason := finish_reason_of(message.response_metadata)) is not None:
            yield {**head, "choices": [_choice({}, reason)]}
    if with_usage:
        yield {**head, "choices": [], "usage": usage}


def _check_message(message: JsonObject, place: str) -> None:
    if message["role"] not in ROLES:
        raise InvalidRequestError(
            f"role {message['role']!r} cannot be used with this model; use one of {', '.join(ROLES)}",
            param=f"{place}.role",
        )
    for name, value in message.items():
        # Null and empty fields are what OpenAI's own client sends back with an earlier answer.
        if name not in ("role", "content", "reasoning_content") and value:
            raise InvalidRequestError(f"{name!r} cannot be used with this model", param=f"{place}.{name}")
    content = message.get("content")
    for number, part in enumerate(content if isinstance(content, list) else ()):
        if not isinstance(part, dict) or part.get("type") != "text" or not isinstance(part.get("text"), str):
            raise InvalidRequestError("only text can be sent to this model here", param=f"{place}.content[{number}]")


def _head(model_id: str, kind: str) -> JsonObject:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": model_id}


def _choice(delta: JsonObject, finish_reason: str | None = None) -> JsonObject:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason}


def _texts(message: AIMessage, *, empty: str | None = None) -> JsonObject:
    """The message's text, and its reasoning under the name that vLLM and others gave it."""
    texts = {} if empty is None else {empty: ""}
    for name, text in map(_text, [message.content] if isinstance(message.content, str) else message.content):
        if text:
            texts[name] = texts.get(name, "") + text
    return texts


def _text(block: str | dict[Any, Any]) -> tuple[str, str]:
    """Where a content block's text belongs, and the text; empty for a block that holds none."""
    if isinstance(block, str):
        return "content", block
    reasoning = block.get("reasoning_content")
    if isinstance(reasoning, dict):
        return "reasoning_content", reasoning.get("text") or ""
    return "content", (block.get("text") or "") if block.get("type") == "text" else ""


def _usage(message: AIMessage) -> JsonObject | None:
    usage = message.usage_metadata
    if usage is None:
        return None
    return {
        "prompt_tokens": usage["input_tokens"],
        "completion_tokens": usage["output_tokens"],
        "total_tokens": usage["total_tokens"],
    }
