"""Conversations as files: Markdown to read, JSON to keep, a zip of everything. Pure.

In: a conversation, its turns and its pictures. Out: text or bytes, and a safe name for the file. Separate because what
leaves the page must be the same wherever it is downloaded: no key of the table, no request id, nothing of another user.
The JSON's shape is in docs/contracts.md, section 5.
"""

from __future__ import annotations

import base64
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import tzinfo
from typing import Any

from frontend import branches
from frontend.footer import footer
from frontend.history.ratings import Rating
from frontend.history.records import ChatSettings, Conversation, TurnRecord, write_time
from frontend.i18n import Translator
from frontend.wire import Image

VERSION = 1
_LONGEST_NAME = 80
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')  # by Windows; `/` by everyone
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")


@dataclass(frozen=True)
class Told:
    """A conversation with all its turns; `pictures` are those of its questions, by their ids.

    `ratings` are what its owner thinks of its answers, by the number of the turn.
    """

    conversation: Conversation
    turns: tuple[TurnRecord, ...]
    pictures: Mapping[str, Image] = field(default_factory=dict)
    ratings: Mapping[int, Rating] = field(default_factory=dict)


def file_name(title: str, untitled: str, extension: str, number: int | None = None) -> str:
    """A name that every system takes, in the title's own letters; `number` keeps names apart and in order."""
    text = unicodedata.normalize("NFC", title)
    visible = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    name = " ".join(_FORBIDDEN.sub(" ", visible).split())[:_LONGEST_NAME].strip(". ") or untitled
    name = f"_{name}" if _RESERVED.match(name) else name
    return f"{name}.{extension}" if number is None else f"{number:04d} {name}.{extension}"


def to_markdown(t: Translator, told: Told, chosen: Mapping[int, int], zone: tzinfo) -> str:
    """The line of turns that the page shows, where `chosen` says which versions.

    Questions are quoted, so that nothing in them can look like an answer, and blocks of code are closed, so that
    nothing runs into the next turn.
    """
    conversation = told.conversation
    parts = [
        f"# {_on_one_line(conversation.title)}",
        t("export.begun", when=t.moment(conversation.created_at.astimezone(zone))),
    ]
    if conversation.settings.system_prompt:
        parts += [f"## {t('export.system_prompt')}", _quoted(conversation.settings.system_prompt)]
    for shown in branches.line(told.turns, chosen):
        parts += _turn(t, shown.turn, zone)
    return "\n\n".join(parts) + "\n"


def to_json(told: Told) -> str:
    """Everything that was said, the versions that the page does not show included."""
    return json.dumps(_document(told), ensure_ascii=False, indent=2) + "\n"


def to_zip(untitled: str, conversations: Iterable[Told], others: Mapping[str, bytes]) -> bytes:
    """Every conversation as JSON, and the files `others` beside them."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, told in enumerate(conversations, 1):
            name = file_name(told.conversation.title, untitled, "json", number)
            archive.writestr(f"conversations/{name}", to_json(told))
        for name, data in others.items():
            archive.writestr(name, data)
    return content.getvalue()


def _turn(t: Translator, turn: TurnRecord, zone: tzinfo) -> list[str]:
    parts = [f"## {t('export.question')} · {t.moment(turn.started_at.astimezone(zone))}", _quoted(turn.question)]
    if turn.images:
        parts.append(f"*{t.count('export.pictures', len(turn.images))}*")
    parts.append(f"## {_on_one_line(turn.speaker)}")
    if turn.answer:
        parts.append(_closed(turn.answer))
    if t.has(f"export.ended.{turn.status}"):
        parts.append(f"*{t(f'export.ended.{turn.status}')}*")
    return [*parts, f"*{_on_one_line(footer(t, turn))}*"]


def _on_one_line(text: str) -> str:
    """As text, where Markdown could take it for something else."""
    return re.sub(r"([\\`*_\[\]<>#~|$])", r"\\\1", " ".join(text.split()))


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def _closed(text: str) -> str:
    """`text` with an end to a block of code that has none."""
    mark: str | None = None
    for line in text.splitlines():
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if mark is None:
            mark = fence[1]
        elif fence[1].startswith(mark) and not fence[2].strip():
            mark = None
    return text.strip("\n") if mark is None else f"{text.rstrip()}\n{mark}"


def _document(told: Told) -> dict[str, Any]:
    conversation = told.conversation
    shown = {each.turn.number for each in branches.line(told.turns, {})}
    return {
        "format": "terrachat-conversation",
        "version": VERSION,
        "title": conversation.title,
        "kind": conversation.kind,
        "pinned": conversation.pinned,
        "created_at": write_time(conversation.created_at),
        "updated_at": write_time(conversation.updated_at),
        "settings": _settings(conversation.settings),
        "turns": [_turn_document(told, turn, turn.number in shown) for turn in told.turns],
    }


def _settings(settings: ChatSettings) -> dict[str, Any]:
    return {"system_prompt": settings.system_prompt, "parameters": dict(settings.parameters)}


def _turn_document(told: Told, turn: TurnRecord, is_newest: bool) -> dict[str, Any]:
    usage, pictures, rating = turn.usage, told.pictures, told.ratings.get(turn.number)
    return {
        "number": turn.number,
        "follows": turn.parent,
        "newest_version": is_newest,
        "asked_at": write_time(turn.started_at),
        "question": turn.question,
        "pictures": [_picture(pictures[each]) for each in turn.images if each in pictures],
        "settings": _settings(turn.settings),
        "earlier_turns_left_out": turn.left_out,
        "model": turn.model,
        "answered_by": turn.speaker,
        "answer": turn.answer,
        "status": turn.status,
        "finish_reason": turn.finish_reason,
        "error": turn.error_code,
        "prompt_tokens": usage.prompt_tokens if usage else None,
        "completion_tokens": usage.completion_tokens if usage else None,
        "tokens_are_estimated": turn.estimated,
        "cost_usd": f"{turn.cost_usd:f}" if turn.cost_usd is not None else None,
        "first_token_ms": turn.first_token_ms,
        "elapsed_ms": turn.elapsed_ms,
        "rating": asdict(rating) if rating else None,
    }


def _picture(image: Image) -> str:
    return f"data:{image.media_type};base64,{base64.b64encode(image.data).decode()}"
