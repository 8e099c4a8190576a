"""The pieces of a chat completion request, as the model server takes them. Pure.

In: what a vendor's request says. Out: OpenAI's form of it. Separate from the vendors' modules, which only know how
their own requests look.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeAlias

from pydantic import ValidationError

JsonObject: TypeAlias = dict[str, Any]
Said: TypeAlias = tuple[str | None, str | None]
"""A text or the URL of an image."""


class InvalidQuestionError(Exception):
    """The vendor would refuse this request; the text says why."""


def first_problem(exc: ValidationError) -> str:
    """Where a request is not of the API, and why."""
    first = exc.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "body"
    return f"{place}: {first['msg']}"


def streamed(chat: JsonObject) -> JsonObject:
    """`chat` as a request whose answer the model server streams, and counts."""
    return {**chat, "stream": True, "stream_options": {"include_usage": True}}


def content(parts: Iterable[Said]) -> str | list[JsonObject]:
    """Text as a string, which every model server takes; as parts only where there is an image among it."""
    told = [(text, image) for text, image in parts if text or image]
    if not any(image for _, image in told):
        return "".join(text or "" for text, _ in told)
    return [
        {"type": "image_url", "image_url": {"url": image}} if image else {"type": "text", "text": text}
        for text, image in told
    ]


def image_url(media_type: str, base64: str) -> str:
    return f"data:{media_type};base64,{base64}"


def call(call_id: str, name: str, arguments: JsonObject | str) -> JsonObject:
    """A tool call in the history."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": text}}


def assistant_calls(said: str | list[JsonObject], calls: list[JsonObject]) -> JsonObject:
    """The turn of a model that called tools."""
    return {"role": "assistant", "content": said or None, "tool_calls": calls}


def result(call_id: str, said: str | list[JsonObject]) -> JsonObject:
    """What a tool answered."""
    return {"role": "tool", "tool_call_id": call_id, "content": said}


def function(name: str, description: str, parameters: JsonObject) -> JsonObject:
    """A tool that the model may call."""
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def named_choice(name: str) -> JsonObject:
    """The choice of one tool, which the model has to call."""
    return {"type": "function", "function": {"name": name}}


def schema_format(schema: JsonObject, name: str = "answer") -> JsonObject:
    """The field that makes the model answer with JSON of `schema`."""
    return {"response_format": {"type": "json_schema", "json_schema": {"name": name, "schema": schema}}}
