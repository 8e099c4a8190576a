"""A request of Anthropic's Messages API, as the chat completion request that means the same. Pure.

In: the body, checked as the API checks it. Out: the request for the model server. Shapes: anthropic 2.12.0,
`types/message_create_params.py`, read 2026-11-22.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generator.local.wires import chat_requests
from generator.local.wires.chat_requests import InvalidQuestionError, JsonObject, first_problem, streamed

_TOOL_CHOICES = {"auto": "auto", "any": "required", "none": "none"}


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class TextBlock(_Shape):
    type: Literal["text"]
    text: str = Field(min_length=1)


class Base64Source(_Shape):
    type: Literal["base64"]
    media_type: Literal["image/jpeg", "image/png", "image/gif", "image/webp"]
    data: str


class UrlSource(_Shape):
    type: Literal["url"]
    url: str


class ImageBlock(_Shape):
    type: Literal["image"]
    source: Annotated[Base64Source | UrlSource, Field(discriminator="type")]


class ToolUseBlock(_Shape):
    type: Literal["tool_use"]
    id: str
    name: str
    input: JsonObject


class ToolResultBlock(_Shape):
    type: Literal["tool_result"]
    tool_use_id: str
    content: str | list[Annotated[TextBlock | ImageBlock, Field(discriminator="type")]] = ""


class ThinkingBlock(_Shape):
    """What the model thought earlier; it is not sent again."""

    type: Literal["thinking", "redacted_thinking"]


Block: TypeAlias = Annotated[
    TextBlock | ImageBlock | ToolUseBlock | ToolResultBlock | ThinkingBlock, Field(discriminator="type")
]


class Message(_Shape):
    role: Literal["user", "assistant"]
    content: str | list[Block]

    @property
    def blocks(self) -> list[Any]:
        return [TextBlock(type="text", text=self.content)] if isinstance(self.content, str) else self.content


class Tool(_Shape):
    """A tool of the caller's; those of Anthropic's own have no `input_schema` and are refused."""

    name: str
    description: str | None = None
    input_schema: JsonObject


class ToolChoice(_Shape):
    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool = False


class OutputFormat(_Shape):
    type: Literal["json_schema"]
    schema_: JsonObject = Field(alias="schema")


class OutputConfig(_Shape):
    format: OutputFormat | None = None


class MessagesRequest(_Shape):
    """The members that a model without extras uses; others are taken and have no effect."""

    model: str
    max_tokens: int = Field(ge=1)
    messages: list[Message] = Field(min_length=1)
    system: str | list[TextBlock] = ""
    temperature: float | None = Field(default=None, ge=0, le=1)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = None
    stop_sequences: list[str] = []
    tools: list[Tool] = []
    tool_choice: ToolChoice | None = None
    output_config: OutputConfig = OutputConfig()
    stream: bool = False


def parse(body: bytes) -> MessagesRequest:
    """The request in `body`.

    Raises:
        InvalidQuestionError: it is not one of the Messages API's.

    """
    try:
        return MessagesRequest.model_validate_json(body)
    except ValidationError as exc:
        raise InvalidQuestionError(first_problem(exc)) from exc


def chat_request(asked: MessagesRequest) -> JsonObject:
    """The chat completion request that means the same."""
    optional = {"temperature": asked.temperature, "top_p": asked.top_p, "top_k": asked.top_k}
    chat = {
        "messages": [*_system(asked.system), *(one for message in asked.messages for one in _messages(message))],
        "max_tokens": asked.max_tokens,
        **{name: value for name, value in optional.items() if value is not None},
        **({"stop": asked.stop_sequences} if asked.stop_sequences else {}),
        **_tools(asked.tools, asked.tool_choice),
        **(chat_requests.schema_format(wanted.schema_) if (wanted := asked.output_config.format) else {}),
    }
    return streamed(chat) if asked.stream else chat


def _system(system: str | list[TextBlock]) -> list[JsonObject]:
    text = system if isinstance(system, str) else "\n".join(block.text for block in system)
    return [{"role": "system", "content": text}] if text else []


def _messages(message: Message) -> list[JsonObject]:
    """One turn. Tool results are messages of their own to OpenAI, and come before what the user says beside them."""
    results = [
        chat_requests.result(block.tool_use_id, _content(block.content))
        for block in message.blocks
        if isinstance(block, ToolResultBlock)
    ]
    calls = [
        chat_requests.call(block.id, block.name, block.input)
        for block in message.blocks
        if isinstance(block, ToolUseBlock)
    ]
    said = _content([block for block in message.blocks if isinstance(block, TextBlock | ImageBlock)])
    if calls:
        return [chat_requests.assistant_calls(said, calls)]
    return [*results, *([{"role": message.role, "content": said}] if said or not results else [])]


def _content(blocks: str | list[TextBlock | ImageBlock]) -> str | list[JsonObject]:
    if isinstance(blocks, str):
        return blocks
    return chat_requests.content(
        (block.text, None) if isinstance(block, TextBlock) else (None, _url(block.source)) for block in blocks
    )


def _url(source: Base64Source | UrlSource) -> str:
    if isinstance(source, UrlSource):
        return source.url
    return chat_requests.image_url(source.media_type, source.data)


def _tools(tools: list[Tool], choice: ToolChoice | None) -> JsonObject:
    if not tools:
        return {}
    functions = [chat_requests.function(tool.name, tool.description or "", tool.input_schema) for tool in tools]
    if choice is None:
        return {"tools": functions}
    chosen = chat_requests.named_choice(choice.name or "") if choice.type == "tool" else _TOOL_CHOICES[choice.type]
    single = {"parallel_tool_calls": False} if choice.disable_parallel_tool_use else {}
    return {"tools": functions, "tool_choice": chosen, **single}
