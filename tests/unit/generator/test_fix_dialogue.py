"""What a person at a terminal is asked before a fix, and what is shown of what they type."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

SECRET = "sk-planted-secret"
# A finding with one offer, fixed as doctor does it; what was given is told at the end, but for the secret's value.
_PROGRAM = """
from generator.commands.context import shown_progress
from generator.commands.fix_dialogue import AtTerminal
from generator.preflight.examining import ask_all
from generator.preflight.findings import Check, Finding, Input, Offer, Verdict
from generator.preflight.fixing import fix

given = []

def make(values):
    given.append(values)
    return "It is set."

def examine():
    offer = Offer("Set the key", "The handler uses it at once.", make, ({inputs}), by_hand={by_hand})
    verdict = Verdict.OK if given else Verdict.BLOCKED
    return [Finding("test/key", "the key", verdict, "it is missing", fix="Go to https://example.com.", offer=offer)]

def build():
    return [Check("test/key", "the key", examine)]

with shown_progress("What was fixed is kept.") as progress:
    fix(ask_all(build()), build, ask_all, AtTerminal(progress))
print("LENGTHS", [len(value) for values in given for value in values.values()], "TIMES", len(given))
"""
_INPUT = (
    "Input('key', 'The key', 'A_KEY', hidden=True, problem=lambda text: None if text.startswith('sk-') else 'no key'),"
)

Dialogue = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def dialogue() -> Dialogue:
    def begin(inputs: str = "", *, by_hand: bool = False) -> pexpect.spawn[str]:
        program = _PROGRAM.replace("{inputs}", inputs).replace("{by_hand}", str(by_hand))
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "TERM": "dumb"}
        return pexpect.spawn(
            sys.executable,
            ["-c", program],
            env=environment,
            encoding="utf-8",
            timeout=30,
            dimensions=(40, 80),
        )

    return begin


def rest(talk: pexpect.spawn[str]) -> str:
    """What is said until the end."""
    talk.expect(pexpect.EOF)
    talk.close()
    return str(talk.before)


def test_offer_is_told_with_its_consequence_and_a_yes_makes_it(dialogue: Dialogue) -> None:
    talk = dialogue()

    talk.expect_exact("Do this? [y/N]:")
    assert str(talk.before).splitlines() == [
        "",
        "  blocked  the key",
        "           it is missing",
        "           next   Go to https://example.com.",
        "",
        "Set the key.",
        "The handler uses it at once.",
    ]
    talk.sendline("y")

    said = rest(talk)
    assert "It is set." in said
    assert "ok       the key" in said
    assert "TIMES 1" in said


@pytest.mark.parametrize("typed", ["n", "", "what"])
def test_anything_but_a_yes_is_a_no(dialogue: Dialogue, typed: str) -> None:
    talk = dialogue()

    talk.expect_exact("Do this? [y/N]:")
    talk.sendline(typed)

    assert "TIMES 0" in rest(talk)


def test_secret_is_not_shown_and_asked_for_again_when_it_is_none(dialogue: Dialogue) -> None:
    talk = dialogue(_INPUT)

    talk.expect_exact("Do this? [y/N]:")
    talk.sendline("y")
    talk.expect_exact("The key:")
    talk.waitnoecho()
    talk.sendline("planted-but-wrong")
    talk.expect_exact("key: no key")
    talk.expect_exact("The key:")
    talk.waitnoecho()
    talk.sendline(SECRET)

    said = rest(talk)
    assert "planted" not in said
    assert f"LENGTHS [{len(SECRET)}] TIMES 1" in said


def test_a_value_that_is_never_given_skips_the_fix(dialogue: Dialogue) -> None:
    talk = dialogue(_INPUT)

    talk.expect_exact("Do this? [y/N]:")
    talk.sendline("y")
    for _ in range(3):
        talk.expect_exact("The key:")
        talk.waitnoecho()
        talk.sendline("")

    said = rest(talk)
    assert "Skipped." in said
    assert "TIMES 0" in said


@pytest.mark.parametrize(("typed", "times"), [("", 1), ("s", 0)], ids=["done", "skipped"])
def test_what_only_a_person_can_do_is_waited_for(dialogue: Dialogue, typed: str, times: int) -> None:
    talk = dialogue(by_hand=True)

    talk.expect_exact("Enter when it is done, s to skip it:")
    assert "next   Go to https://example.com." in str(talk.before)
    talk.sendline(typed)

    assert f"TIMES {times}" in rest(talk)


@pytest.mark.parametrize("key", ["c", "d"])
def test_ctrl_c_and_the_end_of_input_stop_the_run(dialogue: Dialogue, key: str) -> None:
    talk = dialogue()

    talk.expect_exact("Do this? [y/N]:")
    talk.sendcontrol(key)

    said = rest(talk)
    assert "Stopped. What was fixed is kept." in said
    assert "TIMES" not in said
