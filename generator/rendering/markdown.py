"""Text from a catalog -> Markdown and Mermaid that show exactly that text. Pure.

Separate from hcl.py because a module's README is read by people and renderers, whose special characters are
others than Terraform's.
"""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&$])")
_BREAK = re.compile(r"\s+")


class Markdown(str):
    """Text that is Markdown already."""

    __slots__ = ()


def md(value: str) -> Markdown:
    """`value` as running text on one line, in a table cell too."""
    return Markdown(_SPECIAL.sub(r"\\\1", _BREAK.sub(" ", value)))


def code(value: str) -> Markdown:
    """`value` as a code span on one line, in a table cell too."""
    text = _BREAK.sub(" ", value).replace("|", r"\|")  # GitHub's tables end a cell at any other bar
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return Markdown(f"{fence}{space}{text}{space}{fence}")


def label(value: str) -> Markdown:
    """`value` as a quoted label of a Mermaid diagram; what Mermaid would read as its own is written as a code."""
    return Markdown('"' + "".join(c if c.isalnum() or c in " ._/-," else f"#{ord(c)};" for c in value) + '"')
