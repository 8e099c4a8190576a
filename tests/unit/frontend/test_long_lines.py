r"""However long a line is, and whatever it is made of, it takes the server no more than moments.

A model may write minified JSON, or what an attacker told it to. One regular expression that looks for its end from
every character on would hold up everybody's page for minutes: 90,000 characters took 70 s.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from frontend.markdown_safe import inert
from frontend.segments import segments

LENGTH = 30_000
LIMIT_S = 1.0  # what costs the square of the length takes 2 s and more, all else a few hundredths
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
FRAMES = ("{}", "`]({}`", "-{}x", "a\\(b\\) {}", "{}\\)", "{}\\]", "$](x {}$", "|{}|x", "```{}", "- {}")


@pytest.mark.parametrize("function", [inert, segments], ids=lambda function: function.__name__)
@pytest.mark.parametrize("frame", FRAMES)
def test_a_long_text_takes_moments(function: Callable[[str], object], frame: str) -> None:
    for unit in (*UNITS, *MORE_UNITS):
        text = frame.replace("{}", unit * (LENGTH // len(unit)))
        began = time.process_time()

        function(text)

        assert time.process_time() - began < LIMIT_S, (frame, unit)
