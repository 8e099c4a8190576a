r"""Makes text of a model or a user inert before Streamlit renders it as Markdown. Pure.

In: any text, complete or cut anywhere (it is also called while an answer streams in). Out: Markdown in which no image
is loaded, links lead to http(s) or mail, and none of Streamlit's own directives (`:red[..]`,
`:material/..:`) works; `\(x\)` and `\[x\]` become the math that Streamlit knows. Raw HTML and `javascript:` links
Streamlit makes inert itself. Separate because what a model writes is hostile input, and this is the whole answer to it.

How it can be sure without being the same parser as the browser's: only code blocks that begin in the first column are
left as they are, and only while nothing was seen that two Markdown parsers could read differently. Elsewhere an image
is broken even where it looks like code. When in doubt the doubt lasts to the end of the text; all that costs is looks.
"""

from __future__ import annotations

import re

from frontend.markdown_blocks import Blocks

# A block of raw HTML would hide a fence from the browser's parser, so no line may begin one.
_HTML_BLOCK = re.compile(r"([\s>*+\-\d.)]*)<(?=[A-Za-z/!?])")
_CODE_OR_MATH = re.compile(r"(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)|\$\$?[^$\n]+\$\$?")
_ACTIVE = re.compile(
    r"(?P<escaped>\\[^\w\s!])"
    r"|(?P<image>!\[)"
    r"|(?P<link>\]\((?!<?(?:https?://|mailto:)))"
    r"|(?P<definition>\]:)"
    r"|(?P<shortcode>:(?=[\w+/-]+:))"
    r"|(?P<directive>:(?=[A-Za-z:]))",
    re.IGNORECASE,
)
_SCRIPT_LINK = re.compile(r"\]\((?=\s*+<?\s*+(?:javascript|vbscript|data|file):)", re.IGNORECASE)
# The row that makes a table of the line above it: nothing in it can do anything.
_TABLE_ROW = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+$")
_INLINE_MATH = re.compile(r"\\\((.+?)\\\)")
_DISPLAY_MATH = re.compile(r"\\\[(.+?)\\\]")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_DOLLAR = re.compile(r"(?<!\\)\$")
_JOINER = "\u2060"  # no width, no break: `!` and `[` look as before and are no image


def inert(text: str) -> str:
    """`text` as Markdown that shows and does nothing else. Never fails; does not cost the square of its length."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_Reader(lines).read())


def plain(text: str) -> str:
    """`text` so that Markdown shows it letter by letter, with its line breaks and indentation; blank ends are cut."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip().split("\n")
    lines = lines[next((number for number, line in enumerate(lines) if line.strip()), len(lines) - 1) :]
    return "\\\n".join(_plain_line(line) for line in lines)


def _plain_line(line: str) -> str:
    body = line.lstrip(" \t").rstrip()
    indent = "\u00a0" * len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(4))
    return indent + _PUNCTUATION.sub(r"\\\1", body) or "\u00a0"


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._blocks = Blocks()
        self._images = _may_hold_images(lines)

    def read(self) -> list[str]:
        return [self._line(line, images) for line, images in zip(self._lines, self._images, strict=True)]

    def _line(self, line: str, images: bool) -> str:
        before = self._blocks.open
        line, block = self._blocks.read(line)
        if block is None:
            return _active_line(line, images)
        if before is None:
            is_code = not block.is_math
        else:
            is_code = self._blocks.open is None or (block.indent == 0 and not block.is_math)
        return line if is_code else _quiet(line, images)


def _may_hold_images(lines: list[str]) -> list[bool]:
    """For each line whether `![` in it could be an image: its paragraph has `](` behind, or there are definitions."""
    if any("]:" in line for line in lines):
        return [True] * len(lines)
    found, below = [], False
    for line in reversed(lines):
        below = "](" in line or (below and bool(line.strip()))
        found.append(below)
    return found[::-1]


def _active_line(line: str, images: bool) -> str:
    """A line outside code, every active construct broken."""
    if _TABLE_ROW.match(line):
        return line
    line = _HTML_BLOCK.sub(r"\1\\<", line, count=1) if _HTML_BLOCK.match(line) else line
    if _replaced(_INLINE_MATH, "", r"\)", line) != line:  # who writes math like this means money by a dollar
        line = _DOLLAR.sub(r"\\$", line)
    line = _replaced(_DISPLAY_MATH, r"$$\1$$", r"\]", _replaced(_INLINE_MATH, r"$\1$", r"\)", line))
    done, pieces = 0, []
    for code in _CODE_OR_MATH.finditer(line):
        pieces += [_break(line[done : code.start()], images), _quiet(code[0], images)]
        done = code.end()
    return "".join([*pieces, _break(line[done:], images)])


def _replaced(math: re.Pattern[str], by: str, closing: str, line: str) -> str:
    """`line` with its `math` written otherwise; not looked for where none can end, which would cost a square."""
    end = line.rfind(closing) + len(closing)
    return line if end < len(closing) else math.sub(by, line[:end]) + line[end:]


def _break(text: str, images: bool) -> str:
    def replacement(match: re.Match[str]) -> str:
        found = match[0]
        match match.lastgroup:
            case "escaped":
                return found
            case "image":
                return "↗ [" if images else found
            case "shortcode":  # Streamlit replaces these after parsing, where no backslash is left
                return f":{_JOINER}"
            case "directive":
                return r"\:"
        return f"]\\{found[1]}"

    return _ACTIVE.sub(replacement, text)


def _quiet(code: str, images: bool) -> str:
    """What looks like code or math: as it is, but neither image nor script even if the browser reads it otherwise."""
    code = code.replace("![", f"!{_JOINER}[") if images else code
    return _SCRIPT_LINK.sub(f"]{_JOINER}(", code)
