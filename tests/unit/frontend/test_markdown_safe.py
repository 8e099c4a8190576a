"""What a model writes is shown, and does nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from frontend.markdown_safe import inert, plain
from tests.browser.fake_models import TORTURE

JOINER = "\u2060"
HOSTILE = [
    "![a](http://e/x.png)",
    "![a][a]",
    "![a]",
    "[a]: http://e/x.png\n",
    "[t](javascript:x)",
    "[t](data:text/html,x)",
    "[t](http://ok/)",
    "```",
    "````",
    "~~~",
    "`",
    "``",
    "$$",
    "$",
    "\n",
    "\n\n",
    "\r",
    "\t",
    " ",
    "  ",
    "    ",
    "- ",
    "1. ",
    "> ",
    "# ",
    "<div>",
    "</div>",
    "<!--",
    "-->",
    "<a title='`'>",
    "<http://e/`>",
    "http://e/`",
    "\\",
    "\\[",
    "\\(",
    "\\)",
    "|",
    "|-|-|\n",
    "]",
    "[",
    "](",
    "(",
    ")",
    "!",
    ":::",
    ":red[",
    "x",
]
hostile_text = st.lists(st.sampled_from(HOSTILE), max_size=25).map("".join)


def tokens_of(markdown: str) -> Iterator[Token]:
    """All tokens, as CommonMark with tables reads them."""
    for block in MarkdownIt("commonmark").enable("table").parse(markdown):
        yield block
        yield from block.children or ()


def dangers_in(markdown: str) -> list[str]:
    """Every image, and every link that is a program or carries a document with it."""
    found = []
    for token in tokens_of(markdown):
        if token.type == "image":
            found.append(f"image {token.attrs.get('src')}")
        href = str(token.attrs.get("href", ""))
        if href.lower().startswith(("javascript:", "vbscript:", "data:", "file:")):
            found.append(f"link {href}")
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a **b** `c` [d](https://e/)", "a **b** `c` [d](https://e/)", id="ordinary text is unchanged"),
        pytest.param("see ![cat](https://e/c.png)", "see ↗ [cat](https://e/c.png)", id="an image becomes a link"),
        pytest.param("wow![1] is fine", "wow![1] is fine", id="an exclamation mark is no image"),
        pytest.param("[x](javascript:y)", r"[x]\(javascript\:y)", id="a script link becomes text"),
        pytest.param("[x](notes.md)", r"[x]\(notes.md)", id="a relative link becomes text"),
        pytest.param("[a]: https://e/", r"[a]\: https://e/", id="a link definition becomes text"),
        pytest.param(":red[x] std::vec", r"\:red[x] std\:\:vec", id="directives become text"),
        pytest.param(":smile: 10:30", f":{JOINER}smile: 10:30", id="shortcodes become text"),
        pytest.param("<b>x</b>", r"\<b>x</b>", id="no line begins a block of HTML"),
        pytest.param(r"so \(x^2\) costs $5", r"so $x^2$ costs \$5", id="inline math"),
        pytest.param("\\[\nx\n\\]", "$$\nx\n$$", id="display math"),
        pytest.param("`vec![1]` and `a::b`", "`vec![1]` and `a::b`", id="inline code is unchanged"),
    ],
)
def test_text_is_shown_and_inert(text: str, expected: str) -> None:
    assert inert(text) == expected


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("```rust\nlet v = vec![1];\na::b[c](d);\n```", id="backticks"),
        pytest.param("~~~\n![a](http://e/)\n~~~", id="tildes"),
        pytest.param("````\n```\n:red[x]\n```\n````", id="a fence within a fence"),
        pytest.param("```\n![still streaming](http://e/", id="not yet closed"),
        pytest.param("1. Do:\n   ```sh\n   echo :a:b <x>\n   ```\n2. Done", id="inside a list"),
    ],
)
def test_code_is_shown_letter_by_letter(code: str) -> None:
    assert inert(code) == code


@given(hostile_text)
@example(TORTURE)
@example("!![a](http://e/x.png)")
@example("<div>\n```\n\n![a](http://e/x.png)")
@example("$$\n```\n$$\n![a](http://e/x.png)")
@example("- ```\n  c\n  ```\n  ![a](http://e/x.png)")
@example("`\n` ![a](http://e/x.png) `")
@example("| ` | ![a](http://e/x.png) | ` |\n|-|-|-|\n")
@example("foo\n    ```\n    ![a](http://e/x.png)")
def test_nothing_is_loaded_and_no_link_is_a_program(text: str) -> None:
    assert dangers_in(inert(text)) == []


@given(st.integers(0, len(TORTURE)))
def test_half_an_answer_is_as_inert_as_a_whole_one(length: int) -> None:
    assert dangers_in(inert(TORTURE[:length])) == []


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Zs"], include_characters="\n ")))
def test_plain_text_is_shown_letter_by_letter(text: str) -> None:
    shown = "".join(
        {"text": token.content, "text_special": token.content, "hardbreak": "\n"}.get(token.type, "")
        for token in tokens_of(plain(text))
    )
    assert shown.replace("\u00a0", " ").strip() == "\n".join(line.rstrip() for line in text.split("\n")).strip()


def test_plain_text_keeps_lines_and_indentation() -> None:
    assert plain("\n\tif x:\n\n\t  y*z\n") == "\u00a0\u00a0\u00a0\u00a0if x\\:\\\n\u00a0\\\n" + "\u00a0" * 6 + "y\\*z"
