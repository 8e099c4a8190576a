"""A request of Cohere's chat API (v2), as the chat completion request that means the same. Pure.

In: the body, checked as the API checks it. Out: the request for the model server. Shapes: cohere 5.21.1,
`types/chat_message_v2.py` and `v2/raw_client.py`, read 2026-11-22.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generator.local.wires import chat_requests
from generator.local.wires.chat_requests import InvalidQuestionError, JsonObject, first_problem, streamed

# The API's names, and OpenAI's.
_PARAMETERS = {
    "max_tokens": "max_tokens",
    "temperature": "temperature",
    "p": "top_p",
    "k": "top_k",
    "seed": "seed",
    "stop_sequences": "stop",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class TextPart(_Shape):
    type: Literal["text"]
    text: str


class ImageUrl(_Shape):
    url: str


class ImagePart(_Shape):
    type: Literal["image_url"]
    image_url: ImageUrl


class ThinkingPart(_Shape):
    """What the model thought earlier; it is not sent again."""

    type: Literal["thinking"]


class Document(_Shape):
    data: str | JsonObject


class DocumentPart(_Shape):
    type: Literal["document"]
    document: Document


class Function(_Shape):
    name: str
    arguments: str


class ToolCall(_Shape):
    id: str
    type: Literal["function"] = "function"
    function: Function


class SystemMessage(_Shape):
    role: Literal["system"]
    content: str | list[TextPart]


class UserMessage(_Shape):
    role: Literal["user"]
    content: str | list[Annotated[TextPart | ImagePart, Field(discriminator="type")]]


class AssistantMessage(_Shape):
    role: Literal["assistant"]
    content: str | list[Annotated[TextPart | ThinkingPart, Field(discriminator="type")]] | None = None
    tool_calls: list[ToolCall] | None = None


class ToolMessage(_Shape):
    role: Literal["tool"]
    tool_call_id: str
    content: str | list[Annotated[TextPart | DocumentPart, Field(discriminator="type")]]


Message: TypeAlias = Annotated[
    SystemMessage | UserMessage | AssistantMessage | ToolMessage, Field(discriminator="role")
]


class ToolFunction(_Shape):
    name: str
    description: str = ""
    parameters: JsonObject = {}


class Tool(_Shape):
    type: Literal["function"]
    function: ToolFunction


class ResponseFormat(_Shape):
    type: Literal["text", "json_object"]
    json_schema: JsonObject | None = None


class ChatRequest(_Shape):
    """The members that a model without extras uses; others are taken and have no effect."""

    model: str
    messages: list[Message] = Field(min_length=1)
    stream: bool = False
    max_tokens: int | None = Field(default=None, ge=0)
    temperature: float | None = Field(default=None, ge=0)
    p: float | None = Field(default=None, ge=0.01, le=0.99)
    k: int | None = Field(default=None, ge=0, le=500)
    seed: int | None = None
    stop_sequences: list[str] | None = Field(default=None, max_length=5)
    frequency_penalty: float | None = Field(default=None, ge=0, le=1)
    presence_penalty: float | None = Field(default=None, ge=0, le=1)
    tools: list[Tool] | None = None
    tool_choice: Literal["REQUIRED", "NONE"] | None = None
    response_format: ResponseFormat | None = None


def parse(body: bytes) -> ChatRequest:
    """The request in `body`.

    Raises:
        InvalidQuestionError: it is not one of the chat API's.

    """
    try:
        return ChatRequest.model_validate_json(body)
    except ValidationError as exc:
        raise InvalidQuestionError(f"invalid request: {first_problem(exc)}") from exc


def chat_request(asked: ChatRequest) -> JsonObject:
    """The chat completion request that means the same."""
    chat = {
        "messages": [_message(message) for message in asked.messages],
        **{ours: value for name, ours in _PARAMETERS.items() if (value := getattr(asked, name)) is not None},
        **_tools(asked),
        **_response_format(asked.response_format),
    }
    return streamed(chat) if asked.stream else chat


def _message(message: SystemMessage | UserMessage | AssistantMessage | ToolMessage) -> JsonObject:
    if isinstance(message, ToolMessage):
        return chat_requests.result(message.tool_call_id, _content(message.content))
    said = _content(message.content or "")
    if isinstance(message, AssistantMessage) and message.tool_calls:
        called = [(call.id, call.function) for call in message.tool_calls]
        calls = [chat_requests.call(call_id, function.name, function.arguments) for call_id, function in called]
        return chat_requests.assistant_calls(said, calls)
    return {"role": message.role, "content": said}


def _content(parts: str | list[Any]) -> str | list[JsonObject]:
    return parts if isinstance(parts, str) else chat_requests.content(map(_said, parts))


def _said(part: TextPart | ImagePart | ThinkingPart | DocumentPart) -> chat_requests.Said:
    if isinstance(part, ImagePart):
        return None, part.image_url.url
    if isinstance(part, DocumentPart):
        data = part.document.data
        return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), None
    return part.text if isinstance(part, TextPart) else None, None


def _tools(asked: ChatRequest) -> JsonObject:
    if not asked.tools:
        return {}
    declared = [tool.function for tool in asked.tools]
    functions = [chat_requests.function(one.name, one.description, one.parameters) for one in declared]
    return {"tools": functions, **({"tool_choice": asked.tool_choice.lower()} if asked.tool_choice else {})}


def _response_format(wanted: ResponseFormat | None) -> JsonObject:
    if wanted is None or wanted.type == "text":
        return {}
    if wanted.json_schema is None:
        return {"response_format": {"type": "json_object"}}
    return chat_requests.schema_format(wanted.json_schema)
