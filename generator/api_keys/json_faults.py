"""What is wrong where a JSON parser gave up, in words and without a word of the text. Pure.

In: the text and the json module's error. Out: a sentence with line and column. Separate from shapes.py because the
parser's own messages differ from one Python to the next, and its errors hold the whole text.
"""

from __future__ import annotations

import json

_TYPOGRAPHIC = "“”„«»‘’‚"


def fault(text: str, error: Exception, offset: int = 0) -> str:
    """`line 3, column 5: single quotes; write "`. Of what nests without an end there is no place.

    The parser was given `text` from `offset` on.
    """
    if not isinstance(error, json.JSONDecodeError):
        return "it is nested too deeply"
    position = offset + error.pos
    comma = _last_comma(text, position)
    if comma is not None:
        return f"{place(text, comma)}: a comma before the closing brace"
    return f"{place(text, position)}: {_wrong(text, position, error.msg)}"


def place(text: str, position: int) -> str:
    """`line 3, column 5`, both counted from 1."""
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"


def _last_comma(text: str, position: int) -> int | None:
    """Where a comma too many stands. Python 3.13 points to it, earlier ones to the brace behind it."""
    comma = position if text[position : position + 1] == "," else len(text[:position].rstrip()) - 1
    is_last = text[comma : comma + 1] == "," and text[comma + 1 :].lstrip().startswith(("}", "]"))
    return comma if comma >= 0 and is_last else None


def _wrong(text: str, position: int, message: str) -> str:
    here = text[position : position + 1]
    if not here:
        return "it ends in the middle; a quote or a brace is missing"
    if here in _TYPOGRAPHIC:
        return 'typographic quotes; write "'
    if here == "'":
        return 'single quotes; write "'
    return _by_message(message)


def _by_message(message: str) -> str:
    told = {
        "Extra data": "there is more text behind its end",
        "Invalid control character": "a line break or another control character inside a value",
        "Unterminated string": "a quote is missing",
        "Expecting ',' delimiter": "a comma is missing before this, or a quote",
        "Expecting ':' delimiter": "a colon is missing before this",
        "Expecting property name": "a name in double quotes is expected here",
        "Invalid \\": "a backslash that JSON does not know",
    }
    return next((words for start, words in told.items() if message.startswith(start)), "a value is expected here")
