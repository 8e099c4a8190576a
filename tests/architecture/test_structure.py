"""The house rules that a machine can hold: who imports whom, what starts light, what is never committed."""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (ROOT / "generator", ROOT / "frontend", ROOT / "lambda/chat_handler")
MODULES = [path for package in PACKAGES for path in sorted(package.rglob("*.py"))]
# A foreign library's ways and exceptions stay in the modules, or the folders, that are named here.
LIVES_IN = {
    "huggingface_hub": ("generator/hub.py",),
    "jinja2": ("generator/rendering/__init__.py",),
    "langchain_anthropic": ("lambda/chat_handler/upstreams/anthropic.py",),
    "langchain_aws": ("lambda/chat_handler/upstreams/bedrock.py", "lambda/chat_handler/upstreams/converse.py"),
    "moto": ("generator/local/control_plane.py", "generator/local/moto_amendments/"),
    "openai": ("frontend/client.py",),
    "python_terraform": ("generator/terraform/__init__.py",),
    "ruamel": ("generator/local/account/document.py", "generator/local/account/problems.py"),
    "uv": ("generator/packaging/__init__.py", "generator/packaging/byte_code.py"),
    "uvicorn": ("generator/local/data_plane.py",),
    "xllamacpp": ("generator/local/model_server.py",),
    "yaml": ("generator/loading/yaml_spans.py", "generator/loading/yaml_tree.py"),
}
# The one place where what is pure meets the disk: the catalog's own file.
READS_THE_CATALOG = "generator.loading.catalog_file"


def test_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("library", LIVES_IN)
def test_library_lives_behind_its_module(library: str) -> None:
    importing = {path.relative_to(ROOT).as_posix() for path in MODULES if library in _imported(path)}

    assert importing
    assert [name for name in importing if not name.startswith(LIVES_IN[library])] == []


def test_what_decides_touches_no_file_no_clock_and_no_environment() -> None:
    """The import contract `generator-pure` cannot see what needs no import of a library."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    named = contracts["importlinter:contract:generator-pure"]["source_modules"].split()
    touching = {_name(path): found for path in MODULES if (found := sorted(_touched(path)))}

    assert set(named) <= {_name(path) for path in MODULES}
    assert {name for name in touching if _is_within(name, named)} == {READS_THE_CATALOG}


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


def test_consoles_leave_an_arn_as_it_is() -> None:
    """Rich takes the `:secret:` of an ARN for an emoji unless it is told not to."""
    calls = [
        (str(path.relative_to(ROOT)), {keyword.arg for keyword in node.keywords})
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Console"
    ]

    assert calls
    assert [name for name, keywords in calls if "emoji" not in keywords] == []


def test_lambda_folder_is_no_package() -> None:
    """`lambda` is a keyword: the folder is a source root, and its package is imported as chat_handler."""
    assert not (ROOT / "lambda/__init__.py").exists()


def test_requirements_are_pinned_hashed_and_without_an_index() -> None:
    for path in [*ROOT.glob("requirements/*.txt"), *ROOT.glob("lambda/requirements/*.txt")]:
        if path.name == "overrides.txt":
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        requirements = [line for line in lines if line and not line.startswith((" ", "#"))]

        assert requirements
        assert [line for line in requirements if "==" not in line or not line.endswith("\\")] == [], path.name
        assert [line for line in lines if "://" in line or line.startswith("-")] == [], path.name


def _imported(path: Path) -> set[str]:
    """The first part of each name that a module imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in names}


def _touched(path: Path) -> Iterator[str]:
    """By what names a module reads or changes the world."""
    methods = {"iterdir", "mkdir", "open", "read_bytes", "read_text", "unlink", "write_bytes", "write_text"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in methods | {"environ", "now", "today", "monotonic"}:
            yield node.attr
        elif isinstance(node, ast.Name) and node.id == "open":
            yield node.id


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_within(name: str, packages: list[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)
