"""OpenAI's chat wire on one side, LangChain's messages on the other.

In: the turns of a request. Out: LangChain messages, and from LangChain's answer OpenAI's completion or chunks. Pure,
without IO, and shared by every provider that goes through LangChain. What a request may hold is decided in
`chat_turns.py` and `chat_wants.py`.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chat_handler.errors import BadUpstreamResponseError
from chat_handler.upstreams import answers
from chat_handler.upstreams.base import JsonObject
from chat_handler.upstreams.chat_turns import Image, Turn
from chat_handler.upstreams.tool_deltas import ToolDeltas

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
    from langchain_core.messages.ai import UsageMetadata

log = logging.getLogger(__name__)

FinishReasonOf = Callable[[Mapping[str, Any]], str | None]

# What LangChain, the SDKs and the code here raise where an answer is not what they expect.
_MALFORMED = (ValueError, KeyError, AttributeError, TypeError, IndexError, NameError)
# Blocks of an answer whose content is said elsewhere (tool calls), or for nobody but the vendor.
_OTHER_BLOCKS = {"tool_use", "input_json_delta", "function_call", "redacted_thinking"}


def finish_reason(reason: Any, known: Mapping[str, str], title: str) -> str | None:
    """OpenAI's word for the `reason` for which `title`'s answer ended; None where it has not."""
    if not isinstance(reason, str):
        return None
    if reason not in known:
        log.warning("%s ended an answer with %r, which is not known here; it is passed on as 'stop'", title, reason)
    return known.get(reason, "stop")


def messages_of(turns: Iterable[Turn]) -> list[BaseMessage]:
    """The conversation for LangChain."""
    return [_message(turn) for turn in turns]


@contextlib.contextmanager
def reading(subject: str) -> Iterator[None]:
    """A block that reads an answer, in which neither the SDKs nor LangChain check the kind of every value.

    Raises:
        BadUpstreamResponseError: the answer of `subject` is not what is expected.

    """
    try:
        yield
    except _MALFORMED as exc:
        name = type(exc).__name__
        raise BadUpstreamResponseError(
            f"{subject} answered something that cannot be read ({name}); ask again", retryable=True
        ) from exc


def completion_of(message: AIMessage, model_id: str, finish_reason_of: FinishReasonOf) -> JsonObject:
    """`message` as OpenAI's `chat.completion`.

    Raises:
        BadUpstreamResponseError: it does not say that it is finished, or cannot be read.

    """
    with reading("the model"):
        return _completion(message, model_id, finish_reason_of)


def _completion(message: AIMessage, model_id: str, finish_reason_of: FinishReasonOf) -> JsonObject:
    reason = finish_reason_of(message.response_metadata)
    if reason is None:
        raise BadUpstreamResponseError("the model's answer does not say why it ended; ask again", retryable=True)
    calls = _tool_calls(message)
    fields = {"content": None if calls else "", **_texts(message)}
    if calls:
        fields["tool_calls"] = calls
    return answers.completion(model_id, fields, _with_calls(reason, calls), _usage(message.usage_metadata))


class MessageChunks:
    """LangChain's chunks of one stream, each as OpenAI's. `last` gives what comes after them."""

    def __init__(self, model_id: str, finish_reason_of: FinishReasonOf, *, with_usage: bool) -> None:
        self._chunks = answers.Chunks(model_id)
        self._calls = ToolDeltas()
        self._finish_reason_of = finish_reason_of
        self._with_usage = with_usage
        self._usage: UsageMetadata | None = None

    def of(self, message: AIMessageChunk) -> Iterator[JsonObject]:
        """`message` as OpenAI's chunks.

        Raises:
            BadUpstreamResponseError: it cannot be read.

        """
        with reading("the model"):
            delta, reason = self._read(message)
        yield from self._chunks.of(delta, reason)

    def _read(self, message: AIMessageChunk) -> tuple[JsonObject, str | None]:
        from langchain_core.messages.ai import add_usage

        if message.usage_metadata is not None:
            # What LangChain's chunks say of usage adds up; Anthropic's come in two.
            self._usage = add_usage(self._usage, message.usage_metadata)
        delta = _texts(message)
        reason = self._finish_reason_of(message.response_metadata)
        calls = self._calls.of(message.tool_call_chunks)
        if reason is not None:
            calls += self._calls.last()
            reason = _with_calls(reason, self._calls)
        if calls:
            delta["tool_calls"] = calls
        return delta, reason

    def last(self) -> Iterator[JsonObject]:
        """The chunk with the usage, if there is one: it is counted also where the client does not want it."""
        if self._with_usage or self._usage is not None:
            yield self._chunks.with_usage(_usage(self._usage))


def _message(turn: Turn) -> BaseMessage:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

    match turn.role:
        case "system":
            return SystemMessage(_content(turn.parts))
        case "user":
            return HumanMessage(_content(turn.parts))
        case "tool":
            return ToolMessage(turn.text, tool_call_id=str(turn.tool_call_id))
        case "assistant":
            calls = [{"id": call.id, "name": call.name, "args": call.arguments} for call in turn.tool_calls]
            return AIMessage(turn.text, tool_calls=calls)


def _content(parts: Sequence[str | Image]) -> Any:
    """LangChain's content: a text where there is only one, else its standard blocks."""
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    return [{"type": "text", "text": part} if isinstance(part, str) else _image_block(part) for part in parts]


def _image_block(image: Image) -> JsonObject:
    if image.url is not None:
        return {"type": "image", "url": image.url}
    return {"type": "image", "base64": image.data, "mime_type": image.media_type}


def _texts(message: AIMessage) -> JsonObject:
    """The message's text, and its reasoning under the name that vLLM and others gave it."""
    texts: JsonObject = {}
    for name, text in map(_text, [message.content] if isinstance(message.content, str) else message.content):
        if text:
            texts[name] = texts.get(name, "") + text
    return texts


def _text(block: str | dict[Any, Any]) -> tuple[str, str]:
    """Where a content block's text belongs, and the text; empty for a block that holds none."""
    if isinstance(block, str):
        return "content", block
    kind = block.get("type")
    if kind == "text":
        return "content", block.get("text") or ""
    if kind == "thinking":  # Anthropic's and Google's
        return "reasoning_content", block.get("thinking") or ""
    if kind == "reasoning":  # Cohere's
        return "reasoning_content", "".join(part.get("text") or "" for part in block.get("summary") or ())
    if kind == "reasoning_content":  # Bedrock's
        return "reasoning_content", (block.get("reasoning_content") or {}).get("text") or ""
    if kind not in _OTHER_BLOCKS:
        log.warning("a part of an answer cannot be passed on: a chat completion has no place for a %s", kind)
    return "content", ""


def _tool_calls(message: AIMessage) -> list[JsonObject]:
    """OpenAI's tool calls. Arguments that are no JSON go along as the model wrote them, as they do with OpenAI."""
    valid = [(call, json.dumps(call["args"], ensure_ascii=False)) for call in message.tool_calls]
    invalid = [(call, call["args"] or "") for call in message.invalid_tool_calls]
    return [
        {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": arguments}}
        for call, arguments in [*valid, *invalid]
    ]


def _with_calls(reason: str, calls: object) -> str:
    """The finish reason of an answer with these tool calls: Google calls their end a usual one."""
    return "tool_calls" if calls and reason == "stop" else reason


def _usage(usage: UsageMetadata | None) -> JsonObject | None:
    if usage is None:
        return None
    return answers.usage_of(
        int(usage["input_tokens"]),  # Cohere's are decimals
        int(usage["output_tokens"]),
        cached_tokens=usage.get("input_token_details", {}).get("cache_read") or 0,
        reasoning_tokens=usage.get("output_token_details", {}).get("reasoning") or 0,
    )
