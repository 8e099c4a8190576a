"""A conversation in OpenAI's words, checked: what each message holds, in the few kinds that other APIs have too.

In: a chat request. Out: its turns, or a refusal that names the message and the part. Pure, and shared by every upstream
that translates. It is stricter than OpenAI where all of the other APIs are, because their SDKs and LangChain mend such
conversations in silence: they drop empty messages and results without a call, and move late system messages to the top.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from chat_handler.errors import InvalidRequestError
from chat_handler.upstreams.base import ChatRequest, JsonObject, ModelRecord
from chat_handler.upstreams.chat_terms import Takes
from chat_handler.upstreams.model_facts import facts_of
from chat_handler.upstreams.model_rules import ModelFacts

_DATA_URL = re.compile(r"data:([a-z]+/[a-z0-9.+-]+)(?:;[^,;]*)*;base64,", re.IGNORECASE)
_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
# What a message may hold for each role. `name` of a tool's message says again which tool was called, and what an
# earlier answer had reasoned is not read again by any of these APIs.
_FIELDS = {
    "system": {"role", "content"},
    "user": {"role", "content"},
    "assistant": {"role", "content", "tool_calls", "reasoning_content", "reasoning", "reasoning_details"},
    "tool": {"role", "content", "tool_call_id", "name"},
}


@dataclass(frozen=True)
class Image:
    """One image: `data` in base64 with its `media_type`, or else the `url` that the vendor fetches it from."""

    media_type: str | None = None
    data: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ToolCall:
    """One call in an earlier answer."""

    id: str
    name: str
    arguments: JsonObject = field(repr=False)


@dataclass(frozen=True)
class Turn:
    """One message. `parts` are texts and images, none of them empty; a `tool` turn is the result of `tool_call_id`."""

    role: Literal["system", "user", "assistant", "tool"]
    parts: tuple[str | Image, ...] = field(repr=False)
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """All of its text."""
        return "".join(part for part in self.parts if isinstance(part, str))


def turns_of(request: ChatRequest, record: ModelRecord, takes: Takes, subject: str) -> list[Turn]:
    """The conversation of `request`.

    Raises:
        InvalidRequestError: it holds something that `subject` does not take; `param` names it.

    """
    reader = _Reader(request, record, takes, subject)
    turns = [turn for number, message in enumerate(request.body["messages"]) for turn in reader.turns(number, message)]
    _check_order(request.body["messages"], takes)
    _check_results(turns, request.body["messages"])
    return turns


class _Reader:
    def __init__(self, request: ChatRequest, record: ModelRecord, takes: Takes, subject: str) -> None:
        self._request = request
        self._record = record
        self._takes = takes
        self._subject = subject
        self._facts: ModelFacts = facts_of(record)

    def turns(self, number: int, message: JsonObject) -> Iterator[Turn]:
        """The turn that a message is; none for one that says nothing, or that is left out."""
        place = f"messages[{number}]"
        role = self._role(message, place)
        self._check_fields(message, role, place)
        parts = tuple(self._parts(message.get("content"), role, place))
        if role == "system":
            if not self._facts.takes_system:
                self._request.leave_out(self._record, place, f"{self._subject} takes no system messages")
            elif parts:
                yield Turn("system", parts)
        elif role == "tool":
            yield Turn("tool", parts, tool_call_id=_call_id(message, f"{place}.tool_call_id"))
        elif role == "assistant":
            calls = tuple(_calls(message.get("tool_calls"), f"{place}.tool_calls"))
            _check_not_empty(parts or calls, place)
            yield Turn("assistant", parts, calls)
        else:
            _check_not_empty(parts, place)
            yield Turn("user", parts)

    def _role(self, message: JsonObject, place: str) -> str:
        known = [name for name in _ROLES if name != "tool" or self._takes.takes_tools]
        if message["role"] not in known:
            raise InvalidRequestError(
                f"role {message['role']!r} cannot be used with this model; use one of {', '.join(known)}",
                param=f"{place}.role",
            )
        return _ROLES[message["role"]]

    def _check_fields(self, message: JsonObject, role: str, place: str) -> None:
        for name, value in message.items():
            # Null and empty fields are what OpenAI's own client sends back with an earlier answer.
            if not value or (name in _FIELDS[role] and (name != "tool_calls" or self._takes.takes_tools)):
                continue
            why = f"{name!r} of a message cannot be used with {self._subject}"
            self._request.leave_out(self._record, f"{place}.{name}", why)

    def _parts(self, content: str | list[Any] | None, role: str, place: str) -> Iterator[str | Image]:
        if isinstance(content, str):
            if content.strip():
                yield content
            return
        for number, part in enumerate(content or ()):
            kind = part.get("type") if isinstance(part, dict) else None
            where = f"{place}.content[{number}]"
            if kind == "text" and isinstance(part.get("text"), str):
                if part["text"].strip():
                    yield part["text"]
            elif kind == "image_url" and role == "user" and self._takes.image_types:
                yield self._image(part["image_url"] if isinstance(part.get("image_url"), dict) else {}, where)
            else:
                what = "text and images" if self._takes.image_types and role == "user" else "text"
                raise InvalidRequestError(f"only {what} can be sent to this model here", param=where)

    def _image(self, image: JsonObject, place: str) -> Image:
        if self._facts.refuses_images:
            raise InvalidRequestError(
                f"{self._subject} takes no images; leave them out, or use another model "
                "(a catalog that knows better says so with modalities)",
                param=place,
            )
        if image.get("detail") not in (None, "auto"):
            why = f"'detail' of an image cannot be used with {self._subject}"
            self._request.leave_out(self._record, f"{place}.image_url.detail", why)
        url = image.get("url")
        if not isinstance(url, str):
            raise InvalidRequestError("an image must have a 'url'", param=f"{place}.image_url.url")
        if (match := _DATA_URL.match(url)) is not None:
            return self._inline_image(match[1].lower(), url[match.end() :], place)
        if url.startswith("https://") and self._takes.image_urls:
            return Image(url=url)
        # The handler fetches nothing itself: what a caller names may be an address inside the account's network.
        allowed = "a data: URL in base64, or an https: URL" if self._takes.image_urls else "a data: URL in base64"
        raise InvalidRequestError(
            f"an image for this model must be {allowed}, like data:image/png;base64,iVBORw0…",
            param=f"{place}.image_url.url",
        )

    def _inline_image(self, media_type: str, data: str, place: str) -> Image:
        media_type = "image/jpeg" if media_type == "image/jpg" else media_type
        if media_type not in self._takes.image_types:
            raise InvalidRequestError(
                f"{self._subject} takes no {media_type}; use one of {', '.join(self._takes.image_types)}",
                param=f"{place}.image_url.url",
            )
        try:
            is_empty = not base64.b64decode(data, validate=True)
        except binascii.Error:
            is_empty = True
        if is_empty:
            raise InvalidRequestError("the image is not base64", param=f"{place}.image_url.url")
        return Image(media_type, data)


def _check_not_empty(what: Iterable[Any], place: str) -> None:
    if not what:
        raise InvalidRequestError("the message is empty, which this model does not take", param=f"{place}.content")


def _calls(calls: Any, place: str) -> Iterator[ToolCall]:
    if not isinstance(calls, list | None):
        raise InvalidRequestError("'tool_calls' must be a list", param=place)
    for number, call in enumerate(calls or ()):
        yield _call(call, f"{place}[{number}]")


def _call(call: Any, place: str) -> ToolCall:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str) or not function["name"]:
        raise InvalidRequestError("a tool call must have a 'function' with a 'name'", param=place)
    if not isinstance(call.get("id"), str) or not call["id"]:
        raise InvalidRequestError("a tool call must have an 'id'", param=f"{place}.id")
    return ToolCall(call["id"], function["name"], _arguments(function.get("arguments"), f"{place}.function.arguments"))


def _arguments(text: Any, place: str) -> JsonObject:
    try:
        arguments = json.loads(text or "{}", parse_constant=_refuse_constant)
    except (TypeError, ValueError):
        arguments = None
    if not isinstance(arguments, dict):
        raise InvalidRequestError("a tool call's 'arguments' must be a JSON object in a string", param=place)
    return arguments


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and the like, which are not JSON


def _call_id(message: JsonObject, place: str) -> str:
    call_id = message.get("tool_call_id")
    if not isinstance(call_id, str) or not call_id:
        raise InvalidRequestError("a tool's message must say which call it is the result of", param=place)
    return call_id


def _check_order(messages: list[JsonObject], takes: Takes) -> None:
    roles = [_ROLES[message["role"]] for message in messages]
    first = next((number for number, role in enumerate(roles) if role != "system"), len(roles))
    late = next((number for number, role in enumerate(roles) if number > first and role == "system"), None)
    if late is not None and not takes.system_anywhere:
        raise InvalidRequestError("this model takes system messages only at the beginning", param=f"messages[{late}]")
    if roles[-1] not in takes.last_roles:
        raise InvalidRequestError(
            "this model wants the user, or a tool's result, to have the last word", param=f"messages[{len(roles) - 1}]"
        )


def _check_results(turns: list[Turn], messages: list[JsonObject]) -> None:
    """Check that every call is followed by its result, and every result has its call, as OpenAI wants it too."""
    open_calls: set[str] = set()
    places = [number for number, message in enumerate(messages) if _ROLES[message["role"]] != "system"]
    for place, turn in zip(places, (turn for turn in turns if turn.role != "system"), strict=True):
        if turn.role == "tool":
            if turn.tool_call_id not in open_calls:
                raise InvalidRequestError(
                    "no call in the answer before it has this id", param=f"messages[{place}].tool_call_id"
                )
            open_calls.discard(turn.tool_call_id)
        elif open_calls:
            raise InvalidRequestError("a tool call before it has no result", param=f"messages[{place}]")
        open_calls |= {call.id for call in turn.tool_calls}
    if open_calls:
        raise InvalidRequestError("its tool calls have no results after it", param=f"messages[{len(messages) - 1}]")
