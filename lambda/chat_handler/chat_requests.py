"""Reads and checks what a client sends to `POST /v1/chat/completions`.

In: the HTTP request. Out: a `ChatRequest` whose body holds every field that the client sent, known here or not: most
upstreams understand more of OpenAI's API than the handler does. Checked is only what the handler itself relies on.
Separate from the routes because each refusal names its field.
"""

from __future__ import annotations

import json
import math
from typing import Any

from starlette.requests import Request

from chat_handler.errors import InvalidRequestError, RequestTooLargeError
from chat_handler.upstreams.base import ChatRequest, JsonObject

# Lambda takes no larger request: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, 2026-11-22.
LARGEST_BODY_BYTES = 6 * 1024 * 1024
# No client comes near them; what does is a mistake or an attempt to use up the handler's time.
MOST_MESSAGES = 10_000
DEEPEST_NESTING = 64
# The id goes into error messages and into the log; no id that a catalog takes is nearly as long.
LONGEST_MODEL_ID = 256


async def chat_request(request: Request) -> ChatRequest:
    """The chat request in `request`.

    Raises:
        InvalidRequestError: it is too large, not JSON, or lacks what every chat request has; `param` names the field.

    """
    return parse_chat_request(await _body(request))


def parse_chat_request(raw: bytes) -> ChatRequest:
    """The chat request in the bytes of a body.

    Raises:
        InvalidRequestError: it is not JSON, or lacks what every chat request has; `param` names the field.

    """
    body = _json(raw)
    if not isinstance(body, dict):
        raise InvalidRequestError("the body must be a JSON object")
    if raw.count(b"[") + raw.count(b"{") > DEEPEST_NESTING:  # fewer cannot be nested deeper
        _check_nesting(body)
    if not isinstance(body.get("model"), str) or not 0 < len(body["model"]) <= LONGEST_MODEL_ID:
        raise InvalidRequestError(
            "'model' must be the id of a deployed model; GET /v1/models lists them", param="model"
        )
    _check_messages(body.get("messages"))
    _check_stream(body)
    _check_parameters(body)
    return ChatRequest(body["model"], body)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY_BYTES:
            raise RequestTooLargeError(
                f"the body is larger than {LARGEST_BODY_BYTES} bytes; send fewer messages or smaller images"
            )
    return bytes(body)


def _json(raw: bytes) -> Any:
    """What JSON in UTF-8 stands for. Python's parser takes more than JSON has, and every upstream would choke on it."""
    try:
        body = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant, parse_float=_finite)
        if b"\\u" in raw:  # the only way to write half of a surrogate pair, which is no character
            json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError as exc:
        raise InvalidRequestError("the body holds half of a surrogate pair (\\ud800 to \\udfff alone)") from exc
    except (ValueError, RecursionError) as exc:
        raise InvalidRequestError("the body is not JSON") from exc
    return body


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN, Infinity, -Infinity


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):  # 1e999 is JSON, and no number that could be sent on
        raise ValueError(text)
    return value


def _check_nesting(body: JsonObject) -> None:
    level: list[Any] = [body]
    for _ in range(DEEPEST_NESTING):
        inner = (value for one in level for value in (one.values() if isinstance(one, dict) else one))
        level = [value for value in inner if isinstance(value, dict | list)]
    if level:
        raise InvalidRequestError(f"the body is nested more than {DEEPEST_NESTING} levels deep")


def _check_messages(messages: Any) -> None:
    if not isinstance(messages, list) or not messages:
        raise InvalidRequestError("'messages' must be a list of at least one message", param="messages")
    if len(messages) > MOST_MESSAGES:
        raise InvalidRequestError(
            f"'messages' has {len(messages)} messages; send at most {MOST_MESSAGES}", param="messages"
        )
    for number, message in enumerate(messages):
        _check_message(message, f"messages[{number}]")


def _check_message(message: Any, place: str) -> None:
    if not isinstance(message, dict):
        raise InvalidRequestError("a message must be an object", param=place)
    if not isinstance(message.get("role"), str):
        raise InvalidRequestError("a message's 'role' must be a string", param=f"{place}.role")
    content = message.get("content")
    if not isinstance(content, str | None):
        _check_objects(content, "a message's 'content' must be a string or a list of parts", f"{place}.content")
    if "tool_calls" in message:
        _check_objects(message["tool_calls"], "a message's 'tool_calls' must be a list of calls", f"{place}.tool_calls")
    if not isinstance(message.get("tool_call_id"), str | None):
        raise InvalidRequestError("'tool_call_id' must be a string", param=f"{place}.tool_call_id")


def _check_objects(value: Any, expected: str, place: str) -> None:
    if not isinstance(value, list | None):
        raise InvalidRequestError(expected, param=place)
    for number, one in enumerate(value or ()):
        if not isinstance(one, dict):
            raise InvalidRequestError(f"{expected}, each of them an object", param=f"{place}[{number}]")


def _check_parameters(body: JsonObject) -> None:
    """Check the parameters that have a form of their own. What is in them is for the upstream to know."""
    n = body.get("n")
    if n is not None and (isinstance(n, bool) or n != 1):
        raise InvalidRequestError("'n' must be 1: an answer is one; ask again for another", param="n")
    _check_objects(body.get("tools"), "'tools' must be a list of tools", "tools")
    if not isinstance(body.get("tool_choice"), str | dict | None):
        raise InvalidRequestError("'tool_choice' must be a string or an object", param="tool_choice")
    response_format = body.get("response_format")
    if not isinstance(response_format, dict | None) or (
        response_format and not isinstance(response_format.get("type"), str)
    ):
        raise InvalidRequestError("'response_format' must be an object with a 'type'", param="response_format")


def _check_stream(body: JsonObject) -> None:
    if not isinstance(body.get("stream"), bool | None):
        raise InvalidRequestError("'stream' must be true or false", param="stream")
    options = body.get("stream_options")
    if not isinstance(options, dict | None):
        raise InvalidRequestError("'stream_options' must be an object", param="stream_options")
    if options is not None and not body.get("stream"):
        raise InvalidRequestError("'stream_options' is only for \"stream\": true", param="stream_options")
    if not isinstance((options or {}).get("include_usage"), bool | None):
        raise InvalidRequestError("'include_usage' must be true or false", param="stream_options.include_usage")
