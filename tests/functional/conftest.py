"""Local targets: one with the demo applied to it, shared by all tests that need a whole deployment, and empty ones.

Everything goes through the command line, as a user's would, in a folder of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.functional.shared_provider import Provider, shared_provider
from tests.functional.stage import CommandLine, Ran, Stage

HOSTILE_TAGS = {
    "interpolation": '${path.root} ${file("/etc/passwd")} $${x}',
    "directive": "%{ if true }yes%{ endif }",
    "quotes": "\"double\" 'single' C:\\new",
    "newline": "two\nlines\tand a tab",
    "emoji": "🚀 👩‍👩‍👧",
    "vietnamese": "Tiếng Việt: ạ ả ấ ầ ẩ ẫ ậ",
}
CATALOG: dict[str, Any] = {
    "version": 1,
    "deployment": "demo",
    "region": "us-east-1",
    "tags": HOSTILE_TAGS,
    "defaults": {"temperature": 0, "max_tokens": 256},
    "models": [
        {
            "id": "smollm2",
            "provider": "sagemaker",
            "source": {"huggingface": "HuggingFaceTB/SmolLM2-135M-Instruct"},
            "container": "vllm",
            "instance_type": "ml.g5.xlarge",
            "environment": HOSTILE_TAGS,
        },
        {"id": "nova-micro", "provider": "bedrock", "model": "us.amazon.nova-micro-v1:0"},
        {"id": "gpt", "provider": "openai", "model": "gpt-4o-mini"},
    ],
}
MODEL_IDS = ("smollm2", "nova-micro", "gpt")


@dataclass(frozen=True)
class Deployed(Stage):
    """The demo, applied to a running local target."""

    apply: Ran
    handler_url: str


def _share(zips: Path, folder: Path) -> None:
    (folder / ".terrachat").mkdir()
    (folder / ".terrachat/cache").symlink_to(zips)


@pytest.fixture
def shared_zips(tmp_path: Path, zips: Path) -> None:
    """For tests that build a handler zip in `terrachat`'s folder."""
    _share(zips, tmp_path)


@pytest.fixture
def terrachat(tmp_path: Path) -> CommandLine:
    """The command line in an empty folder."""
    return CommandLine(tmp_path)


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """One AWS provider for Terraform on all stages. `terrachat` in an empty folder goes without, as users do."""
    with shared_provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory, zips: Path, provider: Provider) -> Iterator[Deployed]:
    """The demo's three providers, up for the whole session."""
    command_line = CommandLine(tmp_path_factory.mktemp("deployed"), provider)
    _share(zips, command_line.folder)
    # YAML takes JSON, and JSON leaves no doubt about the hostile values.
    catalog = json.dumps(CATALOG, ensure_ascii=False, indent=1)
    (command_line.folder / "catalog.yaml").write_text(catalog, encoding="utf-8")
    with _local_target(command_line) as target:
        applied = command_line.ok("apply", "--local", "--yes", "--json")
        yield Deployed(command_line, target, applied, applied.json()["outputs"]["handler_url"])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, zips: Path, provider: Provider) -> Iterator[Stage]:
    """A local target to which nothing is applied yet, for the stories of one module."""
    command_line = CommandLine(tmp_path_factory.mktemp("stage"), provider)
    _share(zips, command_line.folder)
    with _local_target(command_line) as target:
        yield Stage(command_line, target)


@contextmanager
def _local_target(command_line: CommandLine) -> Iterator[dict[str, Any]]:
    command_line.ok("local", "up")
    try:
        yield json.loads((command_line.folder / ".terrachat/local/target.json").read_text())
    finally:
        command_line("local", "down")
