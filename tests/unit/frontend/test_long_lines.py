r"""However long a line is, and whatever it is made of, it takes the server no more than moments.

A model may write minified JSON, or what an attacker told it to. One regular expression that looks for its end from
every character on would hold up everybody's page for minutes: 90,000 characters took 70 s.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from frontend.markdown_safe import inert, plain
from frontend.segments import segments

LENGTH = 60_000
# What costs the square of the length takes half a minute for one unit; all units together take a second.
pytestmark = pytest.mark.timeout(25)
UNITS = (
    "x",
    "word ",
    "- ",
    "> ",
    "1.",
    " ",
    "\t",
    "$a ",
    "`a ",
    "`",
    "``",
    "[",
    "](",
    "![",
    "\\(",
    "\\[",
    "|-",
    "| ",
    "-",
)
MORE_UNITS = (
    ":a",
    ":",
    "<",
    "</a",
    "*",
    "_a",
    "#",
    "~",
    "$",
    "\\",
    "\n",
    "\n ",
    "a\n",
    "\r",
    "![a](b)\n",
    "> - 1.",
    "```\n",
    "$$\n",
)
FRAMES = ("{}", "`]({}`", "-{}x", "{}\\)", "{}\\]", "$](x {}$", "|{}|x")


@pytest.mark.parametrize(("function", "frame"), [*product((inert, segments), FRAMES), (plain, "{}")])
def test_a_long_text_takes_moments(function: Callable[[str], object], frame: str) -> None:
    """It fails by the time limit above."""
    for unit in (*UNITS, *MORE_UNITS):
        function(frame.replace("{}", unit * (LENGTH // len(unit))))
