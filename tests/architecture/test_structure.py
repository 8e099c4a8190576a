"""The house rules that a machine can hold: who imports whom, what starts light, what is never committed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (ROOT / "generator", ROOT / "frontend", ROOT / "lambda/chat_handler")
MODULES = [path for package in PACKAGES for path in sorted(package.rglob("*.py"))]


def test_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("generator.cli", {"boto3", "openai", "moto", "streamlit", "xllamacpp"}),
        ("generator.loading", {"boto3", "openai", "jinja2", "python_terraform"}),
        ("chat_handler.app", {"boto3", "langchain_core", "langchain_aws", "httpx2"}),
        ("frontend.client", {"streamlit"}),
    ],
)
def test_import_stays_light(module: str, unwanted: set[str]) -> None:
    """What a command or a cold start does not need is not loaded by it."""
    program = f"import sys, {module}; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'lambda'}"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert unwanted.intersection(done.stdout.split()) == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_stays_one_idea(path: Path) -> None:
    """At most 300 lines, and no function over 60: longer ones want to be two."""
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    assert text.count("\n") <= 300
    assert [f.name for f in functions if (f.end_lineno or f.lineno) - f.lineno > 60] == []
    assert path.stem not in {"utils", "helpers", "manager", "common", "misc"}


def test_lambda_folder_is_no_package() -> None:
    """`lambda` is a keyword: the folder is a source root, and its package is imported as chat_handler."""
    assert not (ROOT / "lambda/__init__.py").exists()


def test_requirements_are_pinned_hashed_and_without_an_index() -> None:
    for path in [*ROOT.glob("requirements/*.txt"), ROOT / "lambda/requirements.txt"]:
        if path.name == "overrides.txt":
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        requirements = [line for line in lines if line and not line.startswith((" ", "#"))]

        assert requirements
        assert [line for line in requirements if "==" not in line or not line.endswith("\\")] == [], path.name
        assert [line for line in lines if "://" in line or line.startswith("-")] == [], path.name
