"""A command that is told as the next step works on the same catalog, target and directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.commands.context import CATALOG, Work
from generator.deployment.targets import Target
from tests.unit.generator.preflight.played_scenes import LOCAL, catalog


@pytest.mark.parametrize(
    ("target", "directory", "file", "options"),
    [
        (Target(), "deployments/demo", CATALOG, ""),
        (Target(LOCAL), ".terrachat/local/deployments/demo", CATALOG, " --local"),
        (Target(), "deployments/demo", Path("my files/other.yaml"), " --catalog 'my files/other.yaml'"),
        (Target(), "elsewhere", CATALOG, " -o elsewhere"),
    ],
    ids=["as usual", "local", "another catalog", "another directory"],
)
def test_options_of_a_next_step(target: Target, directory: str, file: Path, options: str) -> None:
    assert Work(catalog(), target, Path(directory), file).options == options
