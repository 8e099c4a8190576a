"""OpenAI's chat wire on one side, LangChain's messages on the other.

In: a chat request. Out: LangChain messages, and from LangChain's answer OpenAI's completion or chunks. Pure, without
IO, and shared by every provider that goes through LangChain. What a request may hold is decided in `plain_chat.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chat_handler.upstreams import answers, plain_chat
from chat_handler.upstreams.base import JsonObject

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
    from langchain_core.messages.ai import UsageMetadata

FinishReasonOf = Callable[[Mapping[str, Any]], str | None]


def messages_of(request: Mapping[str, Any]) -> list[BaseMessage]:
    """The request's messages for LangChain.

    Raises:
        InvalidRequestError: a message holds something other than text; `param` names it.

    """
    from langchain_core.messages import convert_to_messages

    plain_chat.check_messages(request["messages"])
    return convert_to_messages([{"role": m["role"], "content": m.get("content") or ""} for m in request["messages"]])


def completion_of(message: AIMessage, model_id: str, finish_reason_of: FinishReasonOf) -> JsonObject:
    """`message` as OpenAI's `chat.completion`."""
    texts = _texts(message, empty="content")
    reason = finish_reason_of(message.response_metadata) or "stop"
    return answers.completion(model_id, texts, reason, _usage(message.usage_metadata))


class MessageChunks:
    """LangChain's chunks of one stream, each as OpenAI's. `last` gives what comes after them."""

    def __init__(self, model_id: str, finish_reason_of: FinishReasonOf, *, with_usage: bool) -> None:
        self._chunks = answers.Chunks(model_id)
        self._finish_reason_of = finish_reason_of
        self._with_usage = with_usage
        self._usage: UsageMetadata | None = None

    def of(self, message: AIMessageChunk) -> Iterator[JsonObject]:
        """`message` as OpenAI's chunks."""
        from langchain_core.messages.ai import add_usage

        if message.usage_metadata is not None:
            # What LangChain's chunks say of usage adds up; Anthropic's come in two.
            self._usage = add_usage(self._usage, message.usage_metadata)
        yield from self._chunks.of(_texts(message), self._finish_reason_of(message.response_metadata))

    def last(self) -> Iterator[JsonObject]:
        """The chunk with the usage, if it is wanted."""
        if self._with_usage:
            yield self._chunks.with_usage(_usage(self._usage))


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
    if block.get("type") == "thinking":  # Anthropic's and Google's
        return "reasoning_content", block.get("thinking") or ""
    if block.get("type") == "reasoning":  # Cohere's
        return "reasoning_content", "".join(part.get("text") or "" for part in block.get("summary") or ())
    reasoning = block.get("reasoning_content")
    if isinstance(reasoning, dict):  # Bedrock's
        return "reasoning_content", reasoning.get("text") or ""
    return "content", (block.get("text") or "") if block.get("type") == "text" else ""


def _usage(usage: UsageMetadata | None) -> JsonObject | None:
    return None if usage is None else answers.usage_of(usage["input_tokens"], usage["output_tokens"])
