"""A Converse request, as the chat completion request that means the same. Pure.

In: the body, checked as the service checks it. Out: the request for the model server. Shapes: botocore 1.44.5,
bedrock-runtime.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Json, ValidationError, model_validator

from generator.local.wires import chat_requests
from generator.local.wires.chat_requests import InvalidQuestionError, JsonObject, first_problem, streamed


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class ImageSource(_Shape):
    bytes: str


class Image(_Shape):
    format: Literal["png", "jpeg", "gif", "webp"]
    source: ImageSource


class ToolUse(_Shape):
    toolUseId: str  # noqa: N815 - the wire's own names, here and below
    name: str
    input: JsonObject


class ResultContent(_Shape):
    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str | None = None
    json_: Any = Field(default=None, alias="json")
    image: Image | None = None


class ToolResult(_Shape):
    toolUseId: str  # noqa: N815
    content: list[ResultContent]


class _OneOf(_Shape):
    """A union of the service's: exactly one member is set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _has_one(self) -> _OneOf:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"exactly one of {', '.join(type(self).model_fields)} must be set")
        return self


class Block(_OneOf):
    """A content block. Documents, videos and audio are refused, since OpenAI's API has no place for them."""

    text: str | None = Field(default=None, min_length=1)
    image: Image | None = None
    toolUse: ToolUse | None = None  # noqa: N815
    toolResult: ToolResult | None = None  # noqa: N815
    reasoningContent: JsonObject | None = None  # noqa: N815 - what the model thought earlier; it is not sent again
    cachePoint: JsonObject | None = None  # noqa: N815 - has no effect here


class SystemBlock(_OneOf):
    text: str | None = Field(default=None, min_length=1)
    cachePoint: JsonObject | None = None  # noqa: N815


class Message(_Shape):
    role: Literal["user", "assistant"]
    content: list[Block] = Field(min_length=1)


class InferenceConfig(_Shape):
    maxTokens: int | None = Field(default=None, ge=1)  # noqa: N815
    temperature: float | None = Field(default=None, ge=0, le=1)
    topP: float | None = Field(default=None, ge=0, le=1)  # noqa: N815
    stopSequences: list[str] = Field(default=[], max_length=2500)  # noqa: N815


class InputSchema(_Shape):
    json_: JsonObject = Field(alias="json")


class ToolSpec(_Shape):
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    description: str = Field(default="", max_length=10_000)
    inputSchema: InputSchema  # noqa: N815


class Tool(_OneOf):
    toolSpec: ToolSpec | None = None  # noqa: N815
    cachePoint: JsonObject | None = None  # noqa: N815


class NamedTool(_Shape):
    name: str


class ToolChoice(_OneOf):
    auto: JsonObject | None = None
    any: JsonObject | None = None
    tool: NamedTool | None = None


class ToolConfig(_Shape):
    tools: list[Tool] = Field(min_length=1)
    toolChoice: ToolChoice | None = None  # noqa: N815


class JsonSchema(_Shape):
    schema_: Json[JsonObject] = Field(alias="schema")
    name: str = "answer"


class SchemaStructure(_Shape):
    jsonSchema: JsonSchema  # noqa: N815


class TextFormat(_Shape):
    type: Literal["json_schema"]
    structure: SchemaStructure


class OutputConfig(_Shape):
    textFormat: TextFormat | None = None  # noqa: N815


class ConverseRequest(_Shape):
    """The members that a model without extras uses; others are taken and have no effect."""

    messages: list[Message]
    system: list[SystemBlock] = []
    inferenceConfig: InferenceConfig = InferenceConfig()  # noqa: N815
    toolConfig: ToolConfig | None = None  # noqa: N815
    outputConfig: OutputConfig = OutputConfig()  # noqa: N815
    guardrailConfig: JsonObject | None = None  # noqa: N815


def parse(body: bytes) -> ConverseRequest:
    """The request in `body`.

    Raises:
        InvalidQuestionError: not a Converse request, or messages that do not take turns.

    """
    try:
        asked = ConverseRequest.model_validate_json(body)
    except ValidationError as exc:
        raise InvalidQuestionError(f"{first_problem(exc)} (the local target takes text, images and tools)") from exc
    _check_turns(asked.messages)
    if asked.toolConfig is None and any(block.toolUse or block.toolResult for block in _blocks(asked)):
        raise InvalidQuestionError(
            "The toolConfig field must be defined when using toolUse and toolResult content blocks."
        )
    return asked


def chat_request(asked: ConverseRequest, *, stream: bool) -> JsonObject:
    """The chat completion request that means the same."""
    config = asked.inferenceConfig
    optional = {"max_tokens": config.maxTokens, "temperature": config.temperature, "top_p": config.topP}
    chat = {
        "messages": [*_system(asked.system), *(one for message in asked.messages for one in _messages(message))],
        **{name: value for name, value in optional.items() if value is not None},
        **({"stop": config.stopSequences} if config.stopSequences else {}),
        **({} if asked.toolConfig is None else _tools(asked.toolConfig)),
        **_response_format(asked.outputConfig.textFormat),
    }
    return streamed(chat) if stream else chat


def _blocks(asked: ConverseRequest) -> Iterator[Block]:
    return (block for message in asked.messages for block in message.content)


def _system(blocks: list[SystemBlock]) -> list[JsonObject]:
    texts = [block.text for block in blocks if block.text]
    return [{"role": "system", "content": "\n".join(texts)}] if texts else []


def _messages(message: Message) -> list[JsonObject]:
    """One turn. Tool results are messages of their own to OpenAI, and come before what the user says beside them."""
    results = [_result(block.toolResult) for block in message.content if block.toolResult]
    used = [block.toolUse for block in message.content if block.toolUse]
    said = chat_requests.content((block.text, _url(block.image)) for block in message.content)
    if used:
        calls = [chat_requests.call(one.toolUseId, one.name, one.input) for one in used]
        return [chat_requests.assistant_calls(said, calls)]
    return [*results, *([{"role": message.role, "content": said}] if said or not results else [])]


def _result(result: ToolResult) -> JsonObject:
    told = (
        (json.dumps(one.json_, ensure_ascii=False) if "json_" in one.model_fields_set else one.text, _url(one.image))
        for one in result.content
    )
    return chat_requests.result(result.toolUseId, chat_requests.content(told))


def _url(image: Image | None) -> str | None:
    return None if image is None else chat_requests.image_url(f"image/{image.format}", image.source.bytes)


def _tools(config: ToolConfig) -> JsonObject:
    specified = [tool.toolSpec for tool in config.tools if tool.toolSpec]
    functions = [chat_requests.function(one.name, one.description, one.inputSchema.json_) for one in specified]
    choice = config.toolChoice
    if choice is None:
        return {"tools": functions}
    if choice.tool:
        return {"tools": functions, "tool_choice": chat_requests.named_choice(choice.tool.name)}
    return {"tools": functions, "tool_choice": "auto" if choice.auto is not None else "required"}


def _response_format(wanted: TextFormat | None) -> JsonObject:
    if wanted is None:
        return {}
    schema = wanted.structure.jsonSchema
    return chat_requests.schema_format(schema.schema_, schema.name)


def _check_turns(messages: list[Message]) -> None:
    if not messages or messages[0].role != "user":
        raise InvalidQuestionError(
            "A conversation must start with a user message. "
            "Try again with a conversation that starts with a user message."
        )
    if any(one.role == next_.role for one, next_ in pairwise(messages)):
        raise InvalidQuestionError(
            "A conversation must alternate between user and assistant roles. "
            "Make sure the conversation alternates between user and assistant roles and try again."
        )
