"""One local target with the demo applied to it, shared by all tests that need a whole deployment.

Everything goes through the command line, as a user's would, in a folder of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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
class Ran:
    """A finished command."""

    exit_code: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        return json.loads(self.stdout)


@dataclass(frozen=True)
class CommandLine:
    """`terrachat` in a folder, without the AWS settings of whoever runs the tests."""

    folder: Path

    def __call__(self, *arguments: str, stdin: str = "", timeout_s: float = 200) -> Ran:
        done = subprocess.run(
            self.argv(*arguments),
            cwd=self.folder,
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str, stdin: str = "") -> Ran:
        """Run, and expect it to succeed."""
        ran = self(*arguments, stdin=stdin)
        assert ran.exit_code == 0, f"terrachat {' '.join(arguments)}: {ran.exit_code}\n{ran.stdout}\n{ran.stderr}"
        return ran

    def argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "generator.cli", *arguments]

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "OPENAI_"))}
        return {**kept, "PYTHONPATH": str(Path(__file__).parents[2])}


@dataclass(frozen=True)
class Deployed:
    """The demo, applied to a running local target."""

    terrachat: CommandLine
    apply: Ran
    handler_url: str
    target: dict[str, Any]

    def aws(self, region: str = "us-east-1") -> dict[str, Any]:
        """Arguments with which any boto3 client talks to this target's control plane."""
        return {
            "endpoint_url": self.target["control_url"],
            "region_name": region,
            "aws_access_key_id": "local",
            "aws_secret_access_key": "local",
        }


@pytest.fixture(scope="session")
def zips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of handler zips for all folders: building one takes seconds, and test_packaging.py does it anyway."""
    return tmp_path_factory.mktemp("zips")


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
def deployed(tmp_path_factory: pytest.TempPathFactory, zips: Path) -> Iterator[Deployed]:
    """The demo's three providers, up for the whole session."""
    command_line = CommandLine(tmp_path_factory.mktemp("deployed"))
    _share(zips, command_line.folder)
    # YAML takes JSON, and JSON leaves no doubt about the hostile values.
    catalog = json.dumps(CATALOG, ensure_ascii=False, indent=1)
    (command_line.folder / "catalog.yaml").write_text(catalog, encoding="utf-8")
    command_line.ok("local", "up")
    try:
        applied = command_line.ok("apply", "--local", "--yes", "--json")
        target = json.loads((command_line.folder / ".terrachat/local/target.json").read_text())
        yield Deployed(command_line, applied, applied.json()["outputs"]["handler_url"], target)
    finally:
        command_line("local", "down")
