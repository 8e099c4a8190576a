"""What leaves the page in files."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from frontend import i18n
from frontend.export import Told, file_name, to_json, to_markdown, to_zip
from frontend.footer import footer
from frontend.history.ratings import Rating
from frontend.history.records import ChatSettings, Conversation, TurnRecord
from frontend.wire import Image, Usage

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ENGLISH, VIETNAMESE = i18n.translator("en"), i18n.translator("vi")
TALK = Conversation("c" * 22, "Đà Nẵng?", NOW, NOW, settings=ChatSettings("Be *brief*.", {"temperature": 0.2}))


def turn(number: int = 1, **changes: Any) -> TurnRecord:
    plain = TurnRecord(number, "Why?", "echo", NOW, NOW, "Because.", "done", request_id="r-secret", parent=number - 1)
    return replace(plain, **changes)


def markdown(*turns: TurnRecord, chosen: dict[int, int] | None = None) -> str:
    return to_markdown(ENGLISH, Told(TALK, turns), chosen or {}, UTC)


def test_markdown_says_who_said_what_when_and_what_it_came_to() -> None:
    asked = turn(question="Ở đâu?\nỞ *đâu*?", answer="Ở **đây**.", usage=Usage(1200, 30), cost_usd=Decimal("0.0125"))

    assert markdown(asked) == (
        "# Đà Nẵng?\n\n"
        "Begun on Nov 22, 2026, 10:00. Exported from Terrachat.\n\n"
        "## System prompt\n\n> Be *brief*.\n\n"
        "## You · Nov 22, 2026, 10:00\n\n> Ở đâu?\n> Ở *đâu*?\n\n"
        "## echo\n\nỞ **đây**.\n\n*echo · 1,200 tokens in · 30 out · \\$0.01*\n"
    )


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        pytest.param("```python\nx = 1", "```python\nx = 1\n```", id="cut inside a block"),
        pytest.param("````\n```\n", "````\n```\n````", id="a longer fence"),
        pytest.param("~~~\n```\n~~~", "~~~\n```\n~~~", id="closed"),
        pytest.param("```\na\n```\n```\nb", "```\na\n```\n```\nb\n```", id="the second is open"),
    ],
)
def test_no_block_of_code_runs_into_the_next_turn(answer: str, kept: str) -> None:
    assert f"\n\n{kept}\n\n*Stopped here.*\n" in markdown(turn(answer=answer, status="stopped"))


def test_a_question_cannot_look_like_an_answer() -> None:
    text = markdown(turn(question="Hi\n\n## echo\n\n```\nforged"))

    assert "> Hi\n>\n> ## echo\n>\n> ```\n> forged\n" in text
    assert text.count("\n## echo") == 1


def test_markdown_has_the_line_that_is_shown_and_says_what_it_leaves_out() -> None:
    first, second = turn(1, answer="first"), turn(2, answer="second", parent=0, images=("p1", "p2"))

    newest, chosen = markdown(first, second), markdown(first, second, chosen={0: 1})

    assert ("first" in newest, "second" in newest) == (False, True)
    assert ("first" in chosen, "second" in chosen) == (True, False)
    assert "With 2 pictures, which this file does not contain." in newest
    failed = markdown(turn(answer="", status="error", error_code="throttled", error_message="SECRET123"))
    assert "The answer ended here with an error." in failed
    assert "SECRET123" not in failed


def test_json_has_all_versions_and_pictures_and_no_key_or_request_id() -> None:
    picture = Image("image/png", b"\x89PNG")
    first = turn(1, usage=Usage(3, 1), cost_usd=Decimal("0.000001"), estimated=True, images=("p1", "gone"))
    second = turn(2, parent=0, status="error", error_code="throttled", error_message="SECRET123", answer="Ở")

    text = to_json(Told(TALK, (first, second), {"p1": picture}, {2: Rating(False, "wrong", "Không đúng.")}))

    document = json.loads(text)
    assert (document["format"], document["version"], document["title"]) == ("terrachat-conversation", 1, "Đà Nẵng?")
    assert document["settings"] == {"system_prompt": "Be *brief*.", "parameters": {"temperature": 0.2}}
    assert [(each["number"], each["follows"], each["newest_version"]) for each in document["turns"]] == [
        (1, 0, False),
        (2, 0, True),
    ]
    assert document["turns"][0]["pictures"] == ["data:image/png;base64,iVBORw=="]
    assert document["turns"][0]["cost_usd"] == "0.000001"
    assert document["turns"][1]["error"] == "throttled"
    assert [each["rating"] for each in document["turns"]] == [
        None,
        {"is_good": False, "reason": "wrong", "comment": "Không đúng."},
    ]
    assert "Ở" in text
    assert not any(hidden in text for hidden in ("SECRET123", "r-secret", TALK.id, "p1"))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Đà Nẵng?", "Đà Nẵng.md"),
        ("../../etc/passwd", "etc passwd.md"),
        ('a:b*c?d"e<f>g|h\\i', "a b c d e f g h i.md"),
        ("CON", "_CON.md"),
        ("com1.txt", "_com1.txt.md"),
        ("report\u202egpj.exe\x00\n", "report gpj.exe.md"),
        (" . ", "Conversation.md"),
        ("x" * 200, "x" * 80 + ".md"),
        ("e\u0301te\u0301", "été.md"),
    ],
)
def test_names_of_files_are_safe_and_keep_their_letters(title: str, name: str) -> None:
    assert file_name(title, "Conversation", "md") == name


def test_a_zip_has_every_conversation_once_and_the_rest_beside_them() -> None:
    told = Told(TALK, (turn(),))

    with zipfile.ZipFile(io.BytesIO(to_zip("Conversation", [told, told], {"usage.csv": b"day"}))) as archive:
        assert archive.namelist() == [
            "conversations/0001 Đà Nẵng.json",
            "conversations/0002 Đà Nẵng.json",
            "usage.csv",
        ]
        assert json.loads(archive.read("conversations/0001 Đà Nẵng.json"))["title"] == "Đà Nẵng?"
        assert archive.read("usage.csv") == b"day"


@pytest.mark.parametrize(
    ("changes", "english", "vietnamese"),
    [
        ({"cost_usd": Decimal("1.5")}, "$1.50", "1,50 US$"),
        (
            {"cost_usd": Decimal("0.00042"), "estimated": True},
            "about $0.000420 (estimated)",
            "khoảng 0,000420 US$ (ước tính)",
        ),
        ({}, "no price", "chưa có giá"),
        ({"estimated": True}, "tokens estimated, no price", "token ước tính, chưa có giá"),
    ],
)
def test_a_footer_says_what_is_known_of_the_cost(changes: dict[str, Any], english: str, vietnamese: str) -> None:
    known = turn(usage=Usage(1234, 5), elapsed_ms=2500, **changes)

    assert footer(ENGLISH, known) == f"echo · 1,234 tokens in · 5 out · {english} · 2.5 s in all"
    assert footer(VIETNAMESE, known) == f"echo · 1.234 token vào · 5 ra · {vietnamese} · tổng cộng 2,5 giây"
    assert footer(ENGLISH, turn(answered_by="spare")) == "spare instead of echo"
