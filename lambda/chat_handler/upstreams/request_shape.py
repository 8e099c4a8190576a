"""What a pass-through server is sent: the client's body, changed only where its model is known to take something else.

In: a chat request, and what is known of the model. Out: the body for the server. A model of which nothing is known
gets everything as it came. Separate from the upstreams that send because OpenAI's servers, Azure's and SageMaker's
containers share it. What a caller asked for and the model does not take is refused or dropped with a warning, as the
catalog says; of the catalog's own defaults it is left out without a word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from chat_handler.errors import InvalidRequestError
from chat_handler.upstreams.base import ChatRequest, JsonObject, ModelRecord
from chat_handler.upstreams.model_facts import facts_of
from chat_handler.upstreams.model_rules import SAMPLING, ModelFacts

# What asks for nothing else than what happens anyway, beside null, false, 0 and what is empty.
_NEUTRAL_VALUES: Mapping[str, Any] = {"temperature": 1, "top_p": 1}
_LIMITS = ("max_tokens", "max_completion_tokens")
_IMAGE_PARTS = ("image_url", "image", "input_image")


class RequestShape:
    """How the requests to the model of one record look."""

    def __init__(self, record: ModelRecord) -> None:
        self._record = record
        self._facts: dict[str | None, ModelFacts] = {}

    def facts(self, model: str | None = None) -> ModelFacts:
        """What is known of the model, which its provider calls `model`; None: as the record says."""
        if model not in self._facts:
            self._facts[model] = facts_of(self._record, model)
        return self._facts[model]

    def body(
        self, request: ChatRequest, model: str | None = None, unknown_fields: Collection[str] = frozenset()
    ) -> JsonObject:
        """The body for the server, which calls the model `model`; None: it is not told a model.

        `unknown_fields` are left out without a word, as `Address` says.

        Raises:
            InvalidRequestError: the request has what the model does not take; `param` names it.

        """
        facts = self.facts(model)
        body = request.merged(self._record.defaults)
        if model is None:
            del body["model"]
        else:
            body["model"] = model
        if request.is_stream:
            # The tokens of every stream are counted; a client that did not ask for them does not see the chunk.
            body["stream_options"] = {**(body.get("stream_options") or {}), "include_usage": True}
        for name in unknown_fields:
            body.pop(name, None)
        self._leave_out(body, request, facts)
        _rename(body, facts)
        body["messages"] = _messages(body["messages"], facts, self._record.id)
        return body

    def _leave_out(self, body: JsonObject, request: ChatRequest, facts: ModelFacts) -> None:
        effort = body.get("reasoning_effort")
        names = facts.not_taken(effort if isinstance(effort, str) else None)
        for name in [one for one in body if one in names]:
            del body[name]
            if asks_for(name, request.body.get(name)):
                request.leave_out(self._record, name, _why(self._record.id, name, facts))


def asks_for(name: str, value: Any) -> bool:
    """Whether the parameter `name` with this `value` asks for something: null, 0 penalties and the like do not."""
    if name in SAMPLING or name == "seed":  # 0 is a wish too
        return value is not None and value != _NEUTRAL_VALUES.get(name)
    return bool(value)


def _why(model_id: str, name: str, facts: ModelFacts) -> str:
    if facts.takes_sampling and name in SAMPLING:
        return f'model {model_id!r} takes {name!r} only with "reasoning_effort": "none"'
    return f"model {model_id!r} does not take {name!r}"


def _rename(body: JsonObject, facts: ModelFacts) -> None:
    if facts.limit_name is not None:
        other = _LIMITS[1 - _LIMITS.index(facts.limit_name)]
        if body.get(facts.limit_name) is None and body.get(other) is not None:
            body[facts.limit_name] = body.pop(other)
    if facts.seed_name != "seed" and "seed" in body:
        body.setdefault(facts.seed_name, body.pop("seed"))


def _messages(messages: list[JsonObject], facts: ModelFacts, model_id: str) -> list[JsonObject]:
    if facts.refuses_images:
        _refuse_images(messages, model_id)
    if not facts.takes_developer:
        messages = [{**one, "role": "system"} if one["role"] == "developer" else one for one in messages]
    if not facts.takes_reasoning_back:
        messages = [{k: v for k, v in one.items() if k != "reasoning_content"} for one in messages]
    return messages


def _refuse_images(messages: Iterable[JsonObject], model_id: str) -> None:
    for number, message in enumerate(messages):
        content = message.get("content")
        for place, part in enumerate(content if isinstance(content, list) else ()):
            if isinstance(part, dict) and part.get("type") in _IMAGE_PARTS:
                raise InvalidRequestError(
                    f"model {model_id!r} takes no images; leave them out, or use another model "
                    "(a catalog that knows better says so with modalities)",
                    param=f"messages[{number}].content[{place}]",
                )
