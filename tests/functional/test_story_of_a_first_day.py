"""A first day at a terminal: init, doctor, secrets set, apply, ask; and the README shows it as it is.

The account is as AWS gives it to somebody new: no quota for instances with a GPU, no licence accepted, no secret.
"""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
import pytest
import yaml

from tests.functional.stage import CommandLine

pytestmark = [pytest.mark.local, pytest.mark.timeout(600)]

README = Path(__file__).parents[2] / "README.md"
MODEL = "meta-llama/Llama-3.1-8B-Instruct"
TOKEN, KEY = "hf_" + "planted" * 5, "sk-proj-" + "planted" * 6
ACCOUNT = """\
quotas: {default: 100, ml.g5.2xlarge: 0}
hub: {models: {meta-llama/Llama-3.1-8B-Instruct: {gated: manual, licence_accepted: false}}}
"""
LEFT_OUT = "[...]"
_CLEANED = (
    (re.compile(r"\r"), ""),
    (re.compile(r" +\d+\.\d s$", re.MULTILINE), ""),  # how long a phase took
    (re.compile(r"created in \d+ s"), "created"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://127.0.0.1:PORT"),
)


@dataclass
class Session:
    """A person at a terminal of 80 columns, in a folder of their own. `shown` is what they have seen so far."""

    command_line: CommandLine
    shown: list[str] = field(default_factory=list)
    _screen: io.StringIO = field(default_factory=io.StringIO)

    @property
    def account(self) -> Path:
        return self.command_line.folder / ".terrachat/local/account.yaml"

    def run(self, command: str, *answers: tuple[str, str], exits: int = 0) -> str:
        """Type `command` and answer its questions, each told by its end. What was shown meanwhile."""
        talk = self.begin(command)
        for question, answer in answers:
            talk.expect_exact(question)
            talk.sendline(answer)
        return self.end(talk, exits)

    def begin(self, command: str) -> pexpect.spawn[str]:
        program, *arguments = self.command_line.argv(*shlex.split(command)[1:])
        talk = pexpect.spawn(
            program,
            arguments,
            cwd=str(self.command_line.folder),
            env={**self.command_line.environment(), "TERM": "dumb"},
            encoding="utf-8",
            timeout=120,
            dimensions=(50, 80),
        )
        talk.logfile_read = self._screen = io.StringIO()
        self.shown.append(f"$ {command}")
        return talk

    def end(self, talk: pexpect.spawn[str], exits: int = 0) -> str:
        talk.expect(pexpect.EOF)
        talk.close()
        seen = self._screen.getvalue()
        for pattern, instead in _CLEANED:
            seen = pattern.sub(instead, seen)
        self.shown += [line.rstrip() for line in seen.splitlines()]
        assert talk.exitstatus == exits, seen
        return seen


@pytest.fixture
def session(tmp_path: Path, zips: Path) -> Iterator[Session]:
    folder = tmp_path / "chatbot"
    (folder / ".terrachat").mkdir(parents=True)
    (folder / ".terrachat/cache").symlink_to(zips)
    session = Session(CommandLine(folder))
    session.command_line.ok("local", "up")
    session.account.write_text(ACCOUNT, encoding="utf-8")
    try:
        yield session
    finally:
        session.command_line("local", "down")


def test_from_an_empty_folder_to_an_answer(session: Session) -> None:
    asked = session.run(
        "terrachat init --local",
        ("The deployment's name [chatbot]:", ""),
        ("AWS region [us-east-1]:", ""),
        ("Which, several as 1,3 [2]:", "1,3"),
        ("Which, by number, or another one's name on the Hugging Face Hub", MODEL),
        ("[ml.g5.2xlarge]:", ""),
        ("The token [1]:", "2"),
        ("(what you type is not shown):", TOKEN),
        ("Which, several as 1,3 [Enter: none]:", "1"),
        ("Models of openai", "gpt-4o-mini"),
        ("Write catalog.yaml? y or n [y]:", ""),
    )
    assert "catalog.yaml is written." in asked
    assert "terrachat doctor --local" in asked
    catalog = yaml.safe_load((session.command_line.folder / "catalog.yaml").read_text(encoding="utf-8"))
    assert catalog["huggingface"]["token_secret"].startswith("arn:aws:secretsmanager:us-east-1:")
    assert [each["id"] for each in catalog["models"]] == ["llama-3.1-8b-instruct", "gpt-4o-mini"]

    report = session.run("terrachat doctor --local", exits=5)
    assert "blocked  quota of ml.g5.2xlarge in us-east-1" in report
    assert f"blocked  {MODEL} on the Hugging Face Hub" in report
    assert "warn     OPENAI_API_KEY" in report

    fixing = session.begin("terrachat doctor --fix --local")
    fixing.expect_exact("Request 2 x 'ml.g5.2xlarge for endpoint usage' in us-east-1.")
    fixing.expect_exact("Do this? [y/N]:")
    fixing.sendline("y")
    fixing.expect_exact("Accept the licence of")
    fixing.expect_exact("Enter when it is done, s to skip it:")
    account = session.account.read_text(encoding="utf-8")
    session.account.write_text(account.replace("licence_accepted: false", "licence_accepted: true"), encoding="utf-8")
    fixing.sendline("")
    session.end(fixing)

    assert "OPENAI_API_KEY is set" in session.run(
        "terrachat secrets set OPENAI_API_KEY --local", ("OPENAI_API_KEY:", KEY)
    )
    assert re.search(r"^\d+ ok\.$", session.run("terrachat doctor --local"), re.MULTILINE)

    applied = session.run("terrachat apply --local", ("Go on? [y/N]:", "y"))
    assert "Preflight: " in applied
    assert "The handler: http://127.0.0.1:PORT" in applied

    answered = session.run('terrachat ask gpt-4o-mini "What is the capital of France?" --local')
    assert "[gpt-4o-mini: first token " in answered

    for secret in (TOKEN, KEY):
        assert secret not in "\n".join(session.shown)
    _assert_readme_shows(session.shown)


def _assert_readme_shows(shown: list[str]) -> None:
    """Each line of the README's session was shown, and where it leaves nothing out, nothing stood between."""
    section = README.read_text(encoding="utf-8").split("## The first day")[1].split("\n## ")[0]
    lines = [line.removeprefix("    ") for line in section.splitlines() if line.startswith("    ") or not line]
    told = [line for line in "\n".join(lines).strip().splitlines() if line]
    told = told[: _answer(told)]
    shown = [line for line in shown if line]
    place, is_gap = 0, False
    for line in told:
        if line == LEFT_OUT:
            is_gap = True
            continue
        found = shown.index(line, place)
        assert is_gap or found == place, f"README leaves something out before {line!r}"
        place, is_gap = found + 1, False


def _answer(told: list[str]) -> int:
    """Where the model's answer begins, which is another one each time."""
    return next(number for number, line in enumerate(told) if line.startswith("$ terrachat ask ")) + 1
