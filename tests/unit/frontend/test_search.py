"""What a search finds, and how it shows why."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from frontend.history.records import Conversation, TurnRecord
from frontend.history.search import SEARCHED, Remembered, by_message, by_title
from frontend.search import Piece, query

NOW = datetime(2026, 11, 22, tzinfo=UTC)
# Every Vietnamese letter, with every tone.
LETTERS = "aáàảãạ ăắằẳẵặ âấầẩẫậ eéèẻẽẹ êếềểễệ iíìỉĩị oóòỏõọ ôốồổỗộ ơớờởỡợ uúùủũụ ưứừửữự yýỳỷỹỵ đ"


def conversation(number: int, title: str = "Untitled") -> Conversation:
    return Conversation(f"{number:022d}", title, NOW, NOW - timedelta(minutes=number))


def turn(question: str, answer: str, status: str = "done") -> TurnRecord:
    return TurnRecord(1, question, "echo", started_at=NOW, heartbeat_at=NOW, answer=answer, status=status)


@pytest.mark.parametrize(
    "typed", ["đà nẵng", "Đà Nẵng", "da nang", "DA NANG", "nẵng đà", unicodedata.normalize("NFD", "đà nẵng")]
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_case_marks_and_their_form_make_no_difference(typed: str, form: str) -> None:
    assert query(typed).matches(unicodedata.normalize(form, "Ba ngày ở Đà Nẵng"))  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_vietnamese_letter_is_found_by_the_plain_one_and_by_itself(form: str) -> None:
    text = unicodedata.normalize(form, LETTERS)  # type: ignore[arg-type]

    assert query("aaaaaa eeeeee iiiiii oooooo uuuuuu yyyyyy d").matches(text, text.upper())
    assert query(LETTERS).matches(text.upper())


def test_every_word_must_be_there_in_whichever_text() -> None:
    assert query("sky blue").matches("Why is it blue?", "The sky scatters.")
    assert not query("sky green").matches("The sky is blue.")
    assert not query("  ").matches("anything")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_what_matches_is_marked_where_it_stands(form: str) -> None:
    text = unicodedata.normalize(form, "Ở Đà Nẵng, đà nẵng!")  # type: ignore[arg-type]

    assert query("NANG đa").mark(text) == (
        Piece("Ở "),
        Piece("Đà", is_match=True),
        Piece(" "),
        Piece("Nẵng", is_match=True),
        Piece(", "),
        Piece("đà", is_match=True),
        Piece(" "),
        Piece("nẵng", is_match=True),
        Piece("!"),
    )


def test_words_that_overlap_are_marked_once() -> None:
    assert query("stream reams").mark("streams") == (Piece("streams", is_match=True),)


def test_an_excerpt_is_the_neighbourhood_of_the_first_match_on_one_line() -> None:
    text = "Nothing here.\n" + "word " * 20 + "the *needle*\tin it " + "word " * 40

    pieces = query("needle").excerpt(text)

    shown = "".join(piece.text for piece in pieces)
    assert shown.startswith("…word word") and shown.endswith("…")
    assert "the *needle* in it" in shown
    assert len(shown) < 90
    assert [piece.text for piece in pieces if piece.is_match] == ["needle"]
    assert query("needle").excerpt("hay") == ()


def test_titles_are_searched_in_all_and_messages_in_the_most_recent_conversations() -> None:
    all_of_them = [conversation(number, "old needle" if number == 60 else f"chat {number}") for number in range(61)]
    asked: list[str] = []

    def read(conversation_id: str) -> tuple[TurnRecord, ...]:
        asked.append(conversation_id)
        return (turn("Where?", "The needle." if conversation_id == all_of_them[3].id else "The hay."),)

    remembered = Remembered(query("needle"), {})
    hits = by_message(all_of_them, query("needle"), read, remembered)

    assert [hit.conversation.title for hit in by_title(all_of_them, query("needle"))] == ["old needle"]
    assert [hit.conversation.title for hit in hits] == ["chat 3"]
    assert [piece.text for piece in hits[0].excerpt] == ["The ", "needle", "."]
    assert len(asked) == SEARCHED

    assert by_message(all_of_them, query("needle"), read, remembered) == hits
    assert len(asked) == SEARCHED, "what was read once is not read again"


def test_what_is_still_being_answered_is_read_again() -> None:
    answers = iter(["hay", "hay and needle"])
    remembered = Remembered(query("needle"), {})

    def read(conversation_id: str) -> tuple[TurnRecord, ...]:
        return (turn("Where?", next(answers), "streaming"),)

    assert by_message([conversation(1)], query("needle"), read, remembered) == ()
    assert len(by_message([conversation(1)], query("needle"), read, remembered)) == 1


def test_what_did_not_match_is_not_read_again_while_a_word_grows() -> None:
    asked: list[str] = []

    def read(conversation_id: str) -> tuple[TurnRecord, ...]:
        asked.append(conversation_id)
        return (turn("a needle" if conversation_id.endswith("1") else "hay", ""),)

    both, remembered = [conversation(1), conversation(2)], Remembered(query("ne"), {})
    by_message(both, query("ne"), read, remembered)
    asked.clear()

    grown = remembered.narrowed(query("needle a"))
    hits = by_message(both, query("needle a"), read, grown)
    assert ([hit.conversation for hit in hits], asked) == ([both[0]], [both[0].id])

    by_message(both, query("hay"), read, grown.narrowed(query("hay")))
    assert sorted(asked[1:]) == sorted(each.id for each in both)
