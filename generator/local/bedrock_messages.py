"""What Converse says and what a chat completion says, translated into each other. Pure.

In: the body of a Converse request, checked as the service checks it. Out: a chat completion request, and the
counterparts of finish reason and usage.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "content_filtered"}


class InvalidConversationError(Exception):
    """The body does not hold a conversation that the service would take; the text says why."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Text(_Part):
    """A text block. Images, documents and tools are refused, since the local model cannot see them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(min_length=1)


class Message(_Part):
    role: Literal["user", "assistant"]
    content: list[Text] = Field(min_length=1)


class InferenceConfig(_Part):
    maxTokens: int | None = Field(default=None, ge=1)  # noqa: N815 - the wire's own name
    temperature: float | None = Field(default=None, ge=0, le=1)
    topP: float | None = Field(default=None, ge=0, le=1)  # noqa: N815
    stopSequences: list[str] = Field(default=[], max_length=4)  # noqa: N815


class ConverseRequest(_Part):
    """The members that a text model uses; others are taken and have no effect."""

    messages: list[Message]
    system: list[Text] = []
    inferenceConfig: InferenceConfig = InferenceConfig()  # noqa: N815


def parse(body: bytes) -> ConverseRequest:
    """The request in `body`.

    Raises:
        InvalidConversationError: not a Converse request of text, or messages that do not take turns.

    """
    try:
        asked = ConverseRequest.model_validate_json(body)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "body"
        raise InvalidConversationError(f"{place}: {first['msg']} (the local model takes text only)") from exc
    _check_turns(asked.messages)
    return asked


def chat_request(asked: ConverseRequest, *, stream: bool) -> dict[str, Any]:
    """The chat completion request that means the same."""
    config = asked.inferenceConfig
    optional = {"max_tokens": config.maxTokens, "temperature": config.temperature, "top_p": config.topP}
    return {
        "messages": [*_system(asked.system), *map(_message, asked.messages)],
        **{name: value for name, value in optional.items() if value is not None},
        **({"stop": config.stopSequences} if config.stopSequences else {}),
        **({"stream": True, "stream_options": {"include_usage": True}} if stream else {}),
    }


def stop_reason(finish: str | None) -> str:
    """Bedrock's word for a chat completion's finish reason."""
    return _STOP_REASONS.get(finish or "stop", "end_turn")


def usage(counted: Mapping[str, int] | None) -> dict[str, int]:
    """Bedrock's usage for a chat completion's, zeros when the model did not count."""
    counted = counted or {}
    given, made = counted.get("prompt_tokens", 0), counted.get("completion_tokens", 0)
    return {"inputTokens": given, "outputTokens": made, "totalTokens": given + made}


def _system(blocks: list[Text]) -> list[dict[str, str]]:
    return [{"role": "system", "content": "\n".join(block.text for block in blocks)}] if blocks else []


def _message(message: Message) -> dict[str, str]:
    return {"role": message.role, "content": "".join(block.text for block in message.content)}


def _check_turns(messages: list[Message]) -> None:
    if not messages or messages[0].role != "user":
        raise InvalidConversationError(
            "A conversation must start with a user message. "
            "Try again with a conversation that starts with a user message."
        )
    if any(one.role == next_.role for one, next_ in pairwise(messages)):
        raise InvalidConversationError(
            "A conversation must alternate between user and assistant roles. "
            "Make sure the conversation alternates between user and assistant roles and try again."
        )
