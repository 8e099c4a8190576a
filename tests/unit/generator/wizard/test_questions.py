"""Questions are asked until the answer is taken, in plain lines with the default in them."""

from __future__ import annotations

import pytest

from generator.wizard.questions import Questions
from tests.unit.generator.wizard.scripted import ScriptedTerminal, ScriptEndedError


def not_x(typed: str) -> str | None:
    return None if typed and "x" not in typed else "no x"


def test_text_is_asked_until_it_is_taken() -> None:
    terminal = ScriptedTerminal(["", "x", "  yes  "])

    assert Questions(terminal).text("Name", not_x) == "yes"
    refused = "  That is not taken: no x.\n"
    assert terminal.shown == f"Name: \n{refused}Name: x\n{refused}Name:   yes  \n"


def test_enter_takes_the_default_that_the_prompt_shows() -> None:
    terminal = ScriptedTerminal([""])

    assert Questions(terminal).text("Name", not_x, "demo") == "demo"
    assert terminal.shown == "Name [demo]: \n"


def test_optional_text_may_be_nothing() -> None:
    terminal = ScriptedTerminal(["x", ""])

    assert Questions(terminal).optional("Key", not_x) == ""
    assert terminal.shown.count("Key [Enter: none]: ") == 2


def test_secret_is_asked_hidden_and_never_shown() -> None:
    terminal = ScriptedTerminal(["x-secret", "other"])

    assert Questions(terminal).hidden("Token", not_x) == "other"
    assert terminal.hidden_prompts == ["Token (what you type is not shown): "] * 2
    assert "secret" not in terminal.shown


@pytest.mark.parametrize(("typed", "expected"), [("", True), ("y", True), ("NO", False), ("No", False), ("Yes", True)])
def test_yes_or_no(typed: str, expected: bool) -> None:
    assert Questions(ScriptedTerminal([typed])).yes("Go on?", default=True) is expected


def test_anything_else_is_neither() -> None:
    terminal = ScriptedTerminal(["perhaps", "n"])

    assert Questions(terminal).yes("Go on?", default=True) is False
    assert "answer y or n" in terminal.shown


def test_choice_of_one_lists_numbers_from_one() -> None:
    terminal = ScriptedTerminal(["3", "two", "0", "2"])

    assert Questions(terminal).one("Which", ("a", "b"), 0) == 1
    assert terminal.shown.startswith("  1  a\n  2  b\nWhich [1]: 3\n")
    assert terminal.shown.count("That is not taken: give a number from 1 to 2.") == 3


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("2", (1,)), ("1,3", (0, 2)), ("3 1, 3", (2, 0)), ("", ()), ("a/b, 1", ("a/b", 0))],
)
def test_choice_of_several(typed: str, expected: tuple[int | str, ...]) -> None:
    questions = Questions(ScriptedTerminal([typed]))

    assert questions.several("Which", ("a", "b", "c"), other=lambda text: None if "/" in text else "?") == expected


def test_choice_of_several_says_how_and_what_enter_takes() -> None:
    terminal = ScriptedTerminal(["", ""])

    assert Questions(terminal).several("Which", ("a", "b")) == ()
    assert Questions(terminal).several("Which", ("a", "b"), "2") == (1,)
    assert "Which, several as 1,3 [Enter: none]: \n" in terminal.shown
    assert "Which, several as 1,3 [2]: \n" in terminal.shown


def test_what_is_no_choice_is_asked_again() -> None:
    terminal = ScriptedTerminal(["1,4", "1,b", "1"])

    assert Questions(terminal).several("Which", ("only",), "1") == (0,)
    assert terminal.shown.count("give the number of one of the lines above") == 2


def test_numbers_are_lined_up() -> None:
    terminal = ScriptedTerminal([""])

    Questions(terminal).several("Which", [str(each) for each in range(10)])

    assert terminal.shown.startswith("   1  0\n")


def test_end_of_input_ends_the_questions() -> None:
    with pytest.raises(ScriptEndedError):
        Questions(ScriptedTerminal(["x"])).text("Name", not_x)
