"""What the documents and the messages tell people to do can be done."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from generator.cli import app

ROOT = Path(__file__).parents[2]
_SOURCES = ("generator/**/*.py", "frontend/**/*.py", "frontend/i18n/*.toml", "lambda/**/*.py", "terraform_templates/*")
TEXTS = sorted(
    path
    for pattern in (*_SOURCES, "docs/**/*.md", "README.md", "CHANGELOG.md", "DECISIONS.md", "catalog.yaml", "Makefile")
    for path in ROOT.glob(pattern)
    if path.is_file()
)
COMMANDS = typer.main.get_group(app)
_MENTION = re.compile(r"(?:`|: |\bwith |\bRun |\brun |^ {4})(?:\$ )?terrachat ((?:[a-z]+ ?)+)", re.MULTILINE)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_text_names_exists(path: Path) -> None:
    mentions = [found.split() for found in _MENTION.findall(path.read_text(encoding="utf-8"))]

    assert [words for words in mentions if not _exists(words)] == []


def _exists(words: list[str]) -> bool:
    command = COMMANDS.commands.get(words[0])
    below = getattr(command, "commands", None)
    return command is not None and (below is None or set(words[1:2]) <= set(below))


def test_some_texts_name_commands() -> None:
    """Or the test above would hold whatever the texts say."""
    assert sum(bool(_MENTION.search(path.read_text(encoding="utf-8"))) for path in TEXTS) > 5


def test_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [name for name in COMMANDS.commands if not re.search(rf"\b{name}\b", readme)] == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    inputs = [*ROOT.glob("requirements/*.in"), *ROOT.glob("lambda/requirements/*.in")]
    listed = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *(line for path in inputs for line in path.read_text(encoding="utf-8").splitlines()),
    ]
    names = {re.match(r"[\w-]+", line)[0] for line in listed if line and not line.startswith("#")}  # type: ignore[index]
    reasons = (ROOT / "DECISIONS.md").read_text(encoding="utf-8").split("## Dependencies")[1]

    stubs = {name for name in names if name.startswith("types-") or name.endswith("-stubs")}  # come with their library
    assert sorted(name for name in names - stubs if not re.search(rf"\b{re.escape(name)}\b", reasons)) == []


def test_every_option_is_documented() -> None:
    text = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
    groups = [COMMANDS, *(c for c in COMMANDS.commands.values() if isinstance(c, TyperGroup))]
    options = {
        name
        for group in groups
        for command in (group, *group.commands.values())
        for parameter in command.params
        for name in parameter.opts
        if name.startswith("-")
    }

    assert len(options) > 10
    assert sorted(option for option in options if not re.search(rf"(?<!\w){option}\b", text)) == []


def test_every_test_that_a_document_names_exists() -> None:
    """What is said to be verified is verified. A name may end in `*`."""
    files = [*(ROOT / "tests").rglob("test_*.py")]
    known = {path.name for path in files}
    known.update(*(re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8")) for path in files))
    text = (ROOT / "docs/verification.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\btest_\w+(?:\.py|\*)?", text))

    assert len(named) > 100
    assert sorted(name for name in named if not fnmatch.filter(known, name)) == []
    paths = re.findall(r"`((?:tests|generator|frontend|lambda)/[\w/.-]+)`", text)
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []
