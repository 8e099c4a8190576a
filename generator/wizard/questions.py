"""Questions to a person, asked until the answer is one that is taken.

In: a terminal, as a protocol of three verbs. Out: texts, choices, yes or no. Everything is a line of plain text with
the default in it, so that it can be read aloud, needs no colour and scrolls by like any other output.

Separate from what is asked, so that asking is the same everywhere, and from typer, so that it is tried without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

Problem = Callable[[str], str | None]
"""What is wrong with an answer, or None where nothing is."""

_YES_NO = {"y": True, "yes": True, "n": False, "no": False}


class Terminal(Protocol):
    """Somebody to talk to. Asking raises what its own command line takes for an end: Ctrl-C, or the end of input."""

    def say(self, text: str) -> None:
        """Show a line, or several."""

    def ask(self, prompt: str) -> str:
        """The line that is typed; empty for Enter alone."""

    def ask_hidden(self, prompt: str) -> str:
        """The line that is typed, without showing it."""


class Questions:
    """Asks a person at `terminal`."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def text(self, question: str, problem: Problem, default: str = "") -> str:
        """A text; Enter takes `default`, if there is one."""
        return self._asked(f"{question} [{default}]: " if default else f"{question}: ", problem, default)

    def optional(self, question: str, problem: Problem, nothing: str = "none") -> str:
        """A text, or nothing for Enter alone, which the prompt calls `nothing`."""
        return self._asked(f"{question} [Enter: {nothing}]: ", _or_nothing(problem))

    def hidden(self, question: str, problem: Problem, nothing: str = "") -> str:
        """A secret, or with `nothing` also none, as in `optional`. Nothing that is typed is shown or repeated."""
        if nothing:
            question, problem = f"{question} [Enter: {nothing}]", _or_nothing(problem)
        return self._asked(f"{question} (what you type is not shown): ", problem, is_hidden=True)

    def yes(self, question: str, *, default: bool) -> bool:
        """Yes or no."""
        typed = self.text(f"{question} y or n", _no_yes_or_no, "y" if default else "n")
        return _YES_NO[typed.casefold()]

    def one(self, question: str, options: Sequence[str], default: int) -> int:
        """The index of one of `options`; `default` is an index too."""
        self._list(options)

        def problem(typed: str) -> str | None:
            return None if _index(typed, options) is not None else _which(options)

        return int(self.text(question, problem, str(default + 1))) - 1

    def several(
        self, question: str, options: Sequence[str], default: str = "", *, other: Problem | None = None
    ) -> tuple[int | str, ...]:
        """The indexes of some of `options`; with `other`, also texts that are none of them. Enter takes `default`."""
        self._list(options)

        def problem(typed: str) -> str | None:
            return next((wrong for part in _parts(typed) if (wrong := _wrong(part))), None)

        def _wrong(part: str) -> str | None:
            if _index(part, options) is not None:
                return None
            return _which(options) if other is None or part.isdecimal() else other(part)

        prompt = f"{question}, several as {'1,3' if options else 'a,b'} [{default or 'Enter: none'}]: "
        parts = _parts(self._asked(prompt, problem, default))
        chosen = [(_index(part, options), part) for part in parts]
        return tuple(dict.fromkeys(part if index is None else index for index, part in chosen))

    def _list(self, options: Sequence[str]) -> None:
        if not options:
            return
        width = len(str(len(options)))
        self._terminal.say("\n".join(f"  {number:>{width}}  {each}" for number, each in enumerate(options, 1)))

    def _asked(self, prompt: str, problem: Problem, default: str = "", *, is_hidden: bool = False) -> str:
        ask = self._terminal.ask_hidden if is_hidden else self._terminal.ask
        while True:
            typed = ask(prompt).strip() or default
            wrong = problem(typed)
            if wrong is None:
                return typed
            self._terminal.say(f"  That is not taken: {wrong}.")


def _or_nothing(problem: Problem) -> Problem:
    return lambda typed: problem(typed) if typed else None


def _no_yes_or_no(typed: str) -> str | None:
    return None if typed.casefold() in _YES_NO else "answer y or n"


def _parts(typed: str) -> list[str]:
    return typed.replace(",", " ").split()


def _index(part: str, options: Sequence[str]) -> int | None:
    """The index that `part`, a number from 1, stands for."""
    if part.isascii() and part.isdecimal() and 1 <= int(part[:9]) <= len(options):
        return int(part) - 1
    return None


def _which(options: Sequence[str]) -> str:
    if not options:
        return "there is no list to give a number of"
    return (
        "give the number of one of the lines above" if len(options) == 1 else f"give a number from 1 to {len(options)}"
    )
