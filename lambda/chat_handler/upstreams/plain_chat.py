"""What a request may ask of a model that is not asked in OpenAI's own words: text, and the common parameters.

In: a chat request. Out: its texts and parameters, checked, or a refusal that names the field. Pure, and shared by every
upstream that translates: a part or a parameter that is dropped in silence is a wrong answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chat_handler.errors import InvalidRequestError
from chat_handler.upstreams.base import ChatRequest, JsonObject

PARAMETERS = ("temperature", "top_p", "max_tokens", "max_completion_tokens", "stop")
_SAMPLING = ("temperature", "top_p")
ROLES = ("system", "developer", "user", "assistant")
# Fields that `routes.py` and the translations use themselves; everything else is a parameter of the model.
_OWN_FIELDS = {"model", "messages", "stream", "stream_options"}
# Values with which a parameter asks for nothing, beside null, false, 0 and what is empty.
_NEUTRAL_VALUES: dict[str, Any] = {"n": 1, "top_p": 1, "response_format": {"type": "text"}, "tool_choice": "none"}


def check_messages(messages: Iterable[JsonObject]) -> None:
    """Check that `messages` hold text and nothing else.

    Raises:
        InvalidRequestError: one does not; `param` names it.

    """
    for number, message in enumerate(messages):
        _check_message(message, f"messages[{number}]")


def text_of(message: JsonObject) -> str:
    """The text of a message that was checked."""
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def refuse_other_parameters(request: Mapping[str, Any], subject: str, known: Iterable[str] = PARAMETERS) -> None:
    """Check that `request` asks for nothing beyond the parameters in `known`.

    Raises:
        InvalidRequestError: it does; `param` names the first such field.

    """
    for name, value in request.items():
        if name in _OWN_FIELDS or name in known or not value or value == _NEUTRAL_VALUES.get(name):
            continue
        raise InvalidRequestError(
            f"{subject} cannot be asked with {name!r} through this API; leave it out, or use another model", param=name
        )


def parameters_of(
    request: ChatRequest, defaults: Mapping[str, Any], *, takes_sampling: bool = True, takes_both: bool = True
) -> JsonObject:
    """`temperature`, `top_p`, `max_tokens` (under either of its names) and `stop` (a list) that `request` asks for.

    A model that takes no sampling parameters gets none of the catalog's; a caller's own are refused. One that takes
    `temperature` or `top_p` but not both (Claude since Opus 4.1 answers 400: litellm #15097, opencode #1644, read
    2026-11-22) gets both only from a caller who asks for both.

    Raises:
        InvalidRequestError: a value cannot be used; `param` names it.

    """
    merged = request.merged(defaults)
    if not takes_sampling:
        _refuse_sampling(request.body)
        merged = {name: value for name, value in merged.items() if name not in _SAMPLING}
    elif not takes_both:
        merged = _with_one_sampling(merged, request.body)
    limit_name = "max_completion_tokens" if merged.get("max_completion_tokens") is not None else "max_tokens"
    parameters = {
        "temperature": _number(merged, "temperature"),
        "top_p": _number(merged, "top_p"),
        "max_tokens": _token_limit(merged, limit_name),
        "stop": _stop(merged),
    }
    return {name: value for name, value in parameters.items() if value is not None}


def _check_message(message: JsonObject, place: str) -> None:
    if message["role"] not in ROLES:
        raise InvalidRequestError(
            f"role {message['role']!r} cannot be used with this model; use one of {', '.join(ROLES)}",
            param=f"{place}.role",
        )
    for name, value in message.items():
        # Null and empty fields are what OpenAI's own client sends back with an earlier answer.
        if name not in ("role", "content", "reasoning_content") and value:
            raise InvalidRequestError(f"{name!r} cannot be used with this model", param=f"{place}.{name}")
    content = message.get("content")
    for number, part in enumerate(content if isinstance(content, list) else ()):
        if not isinstance(part, dict) or part.get("type") != "text" or not isinstance(part.get("text"), str):
            raise InvalidRequestError("only text can be sent to this model here", param=f"{place}.content[{number}]")


def _refuse_sampling(body: Mapping[str, Any]) -> None:
    for name in _SAMPLING:
        if body.get(name) is not None:
            raise InvalidRequestError(f"this model takes no {name!r}; leave it out", param=name)


def _with_one_sampling(merged: JsonObject, own: Mapping[str, Any]) -> JsonObject:
    if any(merged.get(name) is None for name in _SAMPLING) or all(own.get(name) is not None for name in _SAMPLING):
        return merged
    dropped = "temperature" if own.get("top_p") is not None else "top_p"
    return {name: value for name, value in merged.items() if name != dropped}


def _number(body: Mapping[str, Any], name: str) -> float | None:
    value = body.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise InvalidRequestError(f"{name!r} must be a number", param=name)
    return value


def _token_limit(body: Mapping[str, Any], name: str) -> int | None:
    value = body.get(name)
    # LangChain takes 0 for "no limit".
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise InvalidRequestError(f"{name!r} must be a whole number of at least 1", param=name)
    return value


def _stop(body: Mapping[str, Any]) -> list[str] | None:
    value = body.get("stop")
    if not value:
        return None
    stops = [value] if isinstance(value, str) else value
    if not isinstance(stops, list) or not all(isinstance(stop, str) and stop for stop in stops):
        raise InvalidRequestError("'stop' must be a string or a list of strings, none of them empty", param="stop")
    return stops
