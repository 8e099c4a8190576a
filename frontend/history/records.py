"""Conversations and turns as they are kept, and their DynamoDB items (docs/contracts.md, section 5).

In: values. Out: items, and back. Pure. Separate from `conversations.py` so that the shape of the table can be read, and
tested, without a table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from frontend.wire import AT_FAULT, Usage

INTERRUPTED_AFTER = timedelta(seconds=30)

# An item holds at most 400 KB, attribute names and UTF-8 included (AWS, DynamoDB quotas, 2026-11). Longer answers are
# refused and not split: 300 kB are some 75,000 tokens, more than any deployed model writes in one answer, and one turn
# stays one item that one conditional write replaces.
MAX_ANSWER_BYTES = 300_000
MAX_QUESTION_BYTES = 90_000
MAX_SYSTEM_PROMPT_BYTES = 8_000

_CONVERSATION_ID = re.compile(r"[A-Za-z0-9_-]{22}")


Kind = Literal["chat", "compare"]


@dataclass(frozen=True)
class ChatSettings:
    """What a conversation's next questions are asked with.

    `parameters` are OpenAI's request fields with the values that the user chose; the others are the deployment's.
    """

    system_prompt: str = ""
    parameters: Mapping[str, float | int] = field(default_factory=dict)

    @property
    def is_too_long(self) -> bool:
        """Whether the system prompt does not fit beside a turn's question and answer."""
        return len(self.system_prompt.encode()) > MAX_SYSTEM_PROMPT_BYTES


@dataclass(frozen=True)
class Conversation:
    """`title` is the first question, cut, or the user's own. Times are UTC.

    One of the kind `compare` is a pane of the page Compare, and not listed among the chats.
    """

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    pinned: bool = False
    kind: Kind = "chat"
    settings: ChatSettings = field(default_factory=ChatSettings)


@dataclass(frozen=True)
class TurnRecord:
    """One question and its answer, as far as it has come.

    `parent` is the number of the turn that this one follows, 0 for none: turns with the same parent are versions of one
    another. `images` are ids of pictures in the question. `settings` is what it was asked with, and `left_out` how many
    earlier turns did not fit into what the model was sent.
    `status` is `streaming | done | stopped | error | interrupted`. `error_*` are set for `error` only.
    `answered_by` is the fallback that answered in the place of `model`; `finish_reason`, OpenAI's, says why the answer
    ended; `warnings` are the handler's. `cost_usd` is what usage and price come to; `estimated` says that the model did
    not count its tokens, and `usage` is our guess. Durations are in milliseconds since `started_at`. What is not known
    (yet) is None.
    """

    number: int
    question: str
    model: str
    started_at: datetime
    heartbeat_at: datetime
    answer: str = ""
    status: str = "streaming"
    error_code: str | None = None
    error_message: str | None = None
    request_id: str | None = None
    answered_by: str | None = None
    finish_reason: str | None = None
    usage: Usage | None = None
    first_token_ms: int | None = None
    elapsed_ms: int | None = None
    parent: int = 0
    images: tuple[str, ...] = ()
    settings: ChatSettings = field(default_factory=ChatSettings)
    left_out: int = 0
    warnings: tuple[str, ...] = ()
    retryable: bool = True
    cost_usd: Decimal | None = None
    estimated: bool = False

    @property
    def is_live(self) -> bool:
        return self.status == "streaming"

    @property
    def is_cut_short(self) -> bool:
        return self.status in {"error", "interrupted", "stopped"}

    @property
    def can_be_tried_again(self) -> bool:
        """Whether the same question may come to another end: at once, or when what it needs is mended."""
        return self.is_cut_short and (self.retryable or self.error_code not in AT_FAULT)

    @property
    def speaker(self) -> str:
        """The model whose words the answer is."""
        return self.answered_by or self.model


def is_conversation_id(text: str) -> bool:
    return _CONVERSATION_ID.fullmatch(text) is not None


def conversation_key(owner: str, conversation_id: str) -> dict[str, str]:
    return {"pk": owner, "sk": f"conversation#{conversation_id}"}


def conversation_partition(owner: str, conversation_id: str) -> str:
    """The partition of all that is within a conversation: its turns, pictures and ratings."""
    return f"{owner}#{conversation_id}"


def turn_key(owner: str, conversation_id: str, number: int) -> dict[str, str]:
    return {"pk": conversation_partition(owner, conversation_id), "sk": f"turn#{number:06d}"}


def conversation_item(owner: str, conversation: Conversation) -> dict[str, Any]:
    attributes = {
        "title": conversation.title,
        "created_at": write_time(conversation.created_at),
        "updated_at": write_time(conversation.updated_at),
        "pinned": conversation.pinned or None,
        "kind": None if conversation.kind == "chat" else conversation.kind,
        "settings": settings_item(conversation.settings),
    }
    return conversation_key(owner, conversation.id) | _present(attributes)


def read_conversation(item: Mapping[str, Any]) -> Conversation:
    return Conversation(
        id=item["sk"].removeprefix("conversation#"),
        title=item["title"],
        created_at=_read_time(item["created_at"]),
        updated_at=_read_time(item["updated_at"]),
        pinned=bool(item.get("pinned")),
        kind="compare" if item.get("kind") == "compare" else "chat",
        settings=_read_settings(item.get("settings")),
    )


def settings_item(settings: ChatSettings) -> dict[str, Any] | None:
    """None for settings that change nothing."""
    parameters = {
        name: Decimal(repr(value)) if isinstance(value, float) else value for name, value in settings.parameters.items()
    }
    return _present({"system_prompt": settings.system_prompt or None, "parameters": parameters or None}) or None


def _read_settings(item: Mapping[str, Any] | None) -> ChatSettings:
    kept = item or {}
    parameters = {
        name: int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)
        for name, value in kept.get("parameters", {}).items()
    }
    return ChatSettings(kept.get("system_prompt", ""), parameters)


def turn_item(owner: str, conversation_id: str, turn: TurnRecord) -> dict[str, Any]:
    usage = turn.usage
    attributes = {
        "question": turn.question,
        "answer": turn.answer,
        "model": turn.model,
        "status": turn.status,
        "error_code": turn.error_code,
        "error_message": turn.error_message,
        "request_id": turn.request_id,
        "answered_by": turn.answered_by,
        "finish_reason": turn.finish_reason,
        "usage": usage and {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens},
        "started_at": write_time(turn.started_at),
        "heartbeat_at": write_time(turn.heartbeat_at),
        "first_token_ms": turn.first_token_ms,
        "elapsed_ms": turn.elapsed_ms,
        "parent": turn.parent,
        "images": list(turn.images) or None,
        "settings": settings_item(turn.settings),
        "left_out": turn.left_out or None,
        "warnings": list(turn.warnings) or None,
        "retryable": None if turn.retryable else False,
        "cost_usd": turn.cost_usd,
        "estimated": turn.estimated or None,
    }
    return turn_key(owner, conversation_id, turn.number) | _present(attributes)


def _present(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


def read_turn(item: Mapping[str, Any], now: datetime) -> TurnRecord:
    """The turn in `item`. One that is streaming without a sign of life for 30 s before `now` reads as interrupted."""
    heartbeat = _read_time(item["heartbeat_at"])
    status = item["status"]
    if status == "streaming" and now - heartbeat > INTERRUPTED_AFTER:
        status = "interrupted"
    usage = item.get("usage")
    number = int(item["sk"].removeprefix("turn#"))
    return TurnRecord(
        number=number,
        question=item["question"],
        model=item["model"],
        started_at=_read_time(item["started_at"]),
        heartbeat_at=heartbeat,
        answer=item.get("answer", ""),
        status=status,
        error_code=item.get("error_code"),
        error_message=item.get("error_message"),
        request_id=item.get("request_id"),
        answered_by=item.get("answered_by"),
        finish_reason=item.get("finish_reason"),
        usage=Usage(int(usage["prompt_tokens"]), int(usage["completion_tokens"])) if usage else None,
        first_token_ms=_read_number(item.get("first_token_ms")),
        elapsed_ms=_read_number(item.get("elapsed_ms")),
        parent=int(item.get("parent", number - 1)),  # turns of before there were versions follow one another
        images=tuple(item.get("images", ())),
        settings=_read_settings(item.get("settings")),
        left_out=int(item.get("left_out", 0)),
        warnings=tuple(item.get("warnings", ())),
        retryable=bool(item.get("retryable", True)),
        cost_usd=item.get("cost_usd"),
        estimated=bool(item.get("estimated")),
    )


def write_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _read_number(value: Any) -> int | None:
    return None if value is None else int(value)  # DynamoDB's numbers arrive as Decimal
