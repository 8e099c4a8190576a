"""A GenerateContent request of Google's Gemini API, as the chat completion request that means the same. Pure.

In: the body, checked as the API checks it. Out: the request for the model server. Shapes: google-genai 2.34.0,
`types.py` and the `_to_mldev` converters of `models.py`, read 2026-11-22.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from generator.local.wires import chat_requests
from generator.local.wires.chat_requests import InvalidQuestionError, JsonObject, first_problem, streamed

_MODES = {"AUTO": "auto", "ANY": "required", "NONE": "none", "MODE_UNSPECIFIED": "auto", "VALIDATED": "auto"}
# The API's names, as pydantic has them, and OpenAI's.
_PARAMETERS = {
    "max_output_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "seed": "seed",
    "stop_sequences": "stop",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Blob(_Shape):
    mime_type: str
    data: str


class FunctionCall(_Shape):
    id: str | None = None
    name: str
    args: JsonObject = {}


class FunctionResponse(_Shape):
    id: str | None = None
    name: str
    response: JsonObject = {}


class Part(_Shape):
    """One piece of a turn. Files in Google's storage are refused: nobody here can fetch them."""

    text: str | None = None
    thought: bool = False  # what the model thought earlier; it is not sent again
    inline_data: Blob | None = None
    function_call: FunctionCall | None = None
    function_response: FunctionResponse | None = None
    file_data: None = None


class Content(_Shape):
    role: Literal["user", "model", "function"] = "user"
    parts: list[Part] = Field(min_length=1)


class SystemInstruction(_Shape):
    parts: list[Part]


class GenerationConfig(_Shape):
    candidate_count: int = Field(default=1, ge=1, le=1)
    max_output_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: float | None = None
    seed: int | None = None
    stop_sequences: list[str] | None = Field(default=None, max_length=5)
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    response_mime_type: str | None = None
    response_schema: JsonObject | None = None
    response_json_schema: JsonObject | None = None


class FunctionDeclaration(_Shape):
    name: str
    description: str = ""
    parameters: JsonObject | None = None
    parameters_json_schema: JsonObject | None = None


class Tool(_Shape):
    """The caller's functions; tools of Google's own have no effect here."""

    function_declarations: list[FunctionDeclaration] = []


class FunctionCallingConfig(_Shape):
    mode: Literal["AUTO", "ANY", "NONE", "MODE_UNSPECIFIED", "VALIDATED"] = "AUTO"
    allowed_function_names: list[str] = []


class ToolConfig(_Shape):
    function_calling_config: FunctionCallingConfig = FunctionCallingConfig()


class GenerateContentRequest(_Shape):
    """The members that a model without extras uses; others are taken and have no effect."""

    contents: list[Content] = Field(min_length=1)
    system_instruction: SystemInstruction | None = None
    generation_config: GenerationConfig = GenerationConfig()
    tools: list[Tool] = []
    tool_config: ToolConfig | None = None


def parse(body: bytes) -> GenerateContentRequest:
    """The request in `body`.

    Raises:
        InvalidQuestionError: it is not one of GenerateContent's.

    """
    try:
        return GenerateContentRequest.model_validate_json(body)
    except ValidationError as exc:
        raise InvalidQuestionError(f"Invalid JSON payload received. {first_problem(exc)}") from exc


def chat_request(asked: GenerateContentRequest, *, stream: bool) -> JsonObject:
    """The chat completion request that means the same."""
    config = asked.generation_config
    system = "".join(part.text or "" for part in asked.system_instruction.parts) if asked.system_instruction else ""
    chat = {
        "messages": [*([{"role": "system", "content": system}] if system else []), *_Turns(asked.contents).messages()],
        **{ours: value for name, ours in _PARAMETERS.items() if (value := getattr(config, name)) is not None},
        **_tools(asked),
        **_response_format(config),
    }
    return streamed(chat) if stream else chat


class _Turns:
    """A conversation. Function calls need not have an id here; a response without one answers the oldest open call."""

    def __init__(self, contents: list[Content]) -> None:
        self._contents = contents
        self._open: list[tuple[str, str]] = []  # name and id of the calls that nobody answered yet
        self._calls = 0

    def messages(self) -> Iterator[JsonObject]:
        for content in self._contents:
            parts = [part for part in content.parts if not part.thought]
            responses = [part.function_response for part in parts if part.function_response]
            yield from map(self._result, responses)
            calls = [self._called(part.function_call) for part in parts if part.function_call]
            said = chat_requests.content(map(_said, parts))
            if calls:
                yield chat_requests.assistant_calls(said, calls)
            elif said or not responses:
                yield {"role": "assistant" if content.role == "model" else "user", "content": said}

    def _called(self, call: FunctionCall) -> JsonObject:
        self._calls += 1
        call_id = call.id or f"call_{self._calls}"
        self._open.append((call.name, call_id))
        return chat_requests.call(call_id, call.name, call.args)

    def _result(self, response: FunctionResponse) -> JsonObject:
        asked = next((one for one in self._open if response.id == one[1] or response.name == one[0]), None)
        if asked is not None:
            self._open.remove(asked)
        call_id = response.id or (asked[1] if asked else response.name)
        return chat_requests.result(call_id, json.dumps(response.response, ensure_ascii=False))


def _said(part: Part) -> chat_requests.Said:
    blob = part.inline_data
    return part.text, None if blob is None else chat_requests.image_url(blob.mime_type, blob.data)


def _tools(asked: GenerateContentRequest) -> JsonObject:
    declared = [one for tool in asked.tools for one in tool.function_declarations]
    if not declared:
        return {}
    config = asked.tool_config.function_calling_config if asked.tool_config else None
    allowed = config.allowed_function_names if config else []
    functions = [_function(one) for one in declared if not allowed or one.name in allowed]
    return {"tools": functions, **({"tool_choice": _MODES[config.mode]} if config else {})}


def _function(declared: FunctionDeclaration) -> JsonObject:
    schema = declared.parameters_json_schema or _json_schema(declared.parameters or {"type": "object"})
    return chat_requests.function(declared.name, declared.description, schema)


def _json_schema(schema: Any) -> Any:
    """Google's own schemas are OpenAPI's with types in capitals."""
    if isinstance(schema, list):
        return [_json_schema(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: value.lower() if name == "type" and isinstance(value, str) else _json_schema(value)
        for name, value in schema.items()
    }


def _response_format(config: GenerationConfig) -> JsonObject:
    if config.response_mime_type != "application/json":
        return {}
    schema = config.response_json_schema or _json_schema(config.response_schema)
    if schema is None:
        return {"response_format": {"type": "json_object"}}
    return chat_requests.schema_format(schema)
