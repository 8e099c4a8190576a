"""An answer in pieces: the same text, the same looks, and pieces that never change again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from frontend.markdown_safe import inert
from frontend.segments import SIZE, Segments, segments
from tests.browser.fake_models import TORTURE, long_text
from tests.unit.frontend.test_markdown_safe import HOSTILE, dangers_in

FILLER = "Nothing in particular is said here. " * 30
# Blocks that are cut between, blocks that are not, and pieces of Markdown that belong nowhere.
BLOCKS = [
    f"{FILLER}\n\n",
    f"{FILLER}\r\n\r\n",
    "- one\n\n- two\n\n  more of it\n\n",
    "1. one\n\n   ```\n   code\n\n   code\n   ```\n\n2. two\n\n",
    "```python\n\n\nx = 1\n\ny = 2\n```\n\n",
    "~~~\n\nnever closed\n\n",
    "$$\n\nx\n\n$$\n\n",
    "\\[\n\nx\n\n\\]\n\n",
    "> quoted\n>\n> more\n\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
    "    indented\n\n    code\n\n",
    "# heading\n\n",
    "---\n\n",
    "- ```\n  in doubt\n\n",
    "\n\n\n",
    "word",
    *HOSTILE,
]
texts = st.lists(st.sampled_from(BLOCKS), max_size=30).map("".join)


def shown(markdown: str) -> str:
    """What a reader sees, without the mark of a broken image: whether one might be an image, each piece says alone."""
    rendered: str = MarkdownIt("commonmark").enable("table").render(markdown)
    return rendered.replace("↗ [", "![").replace("!\u2060[", "![")


@given(texts)
def test_the_pieces_are_the_text_and_look_like_it(text: str) -> None:
    pieces = segments(text)

    assert "".join(pieces) == text
    assert "".join(shown(inert(piece)) for piece in pieces) == shown(inert(text))


@given(texts)
def test_no_piece_does_anything(text: str) -> None:
    assert [
        danger for piece in segments(f"{text}\n\n{FILLER * 2}\n\n{TORTURE}") for danger in dangers_in(inert(piece))
    ] == []


@given(texts, st.integers(1, 500))
def test_a_growing_text_is_cut_where_the_whole_one_is(text: str, step: int) -> None:
    growing, before = Segments(), 0
    for start in range(0, len(text), step):
        growing.add(text[start : start + step])
        assert len(growing.finished) >= before
        before = len(growing.finished)

    assert (*growing.finished, growing.tail) == segments(text)


def test_a_long_answer_has_pieces_of_some_paragraphs() -> None:
    pieces = segments(long_text(150_000))

    assert max(map(len, pieces)) < 3 * SIZE
    assert min(map(len, pieces[:-1])) >= SIZE


@pytest.mark.parametrize(
    "block",
    [
        pytest.param("```\n" + "x = 1\n\n" * 1000 + "```", id="one block of code"),
        pytest.param("- point\n\n" * 1000, id="one list"),
        pytest.param("- ```\n\n" + f"{FILLER}\n\n" * 5, id="nobody knows whether the code has ended"),
    ],
)
def test_what_belongs_together_is_not_cut(block: str) -> None:
    assert segments(block) == (block,)
