"""The page's image, without Docker: what its Dockerfile copies is enough, and what it starts answers.

The lines of the Dockerfile are followed in a folder: COPY from the project, as far as Dockerfile.dockerignore lets it
be seen, ENV, and CMD. What this does not show is the base image and the installation of the requirements.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import httpx2
import pytest

PROJECT = Path(__file__).parents[3]
DOCKERFILE = PROJECT / "frontend/Dockerfile"
IGNORED = DOCKERFILE.with_name("Dockerfile.dockerignore").read_text().splitlines()
PAGE = PROJECT / "requirements/page.txt"
SIGN_IN = {
    "TERRACHAT_OIDC_METADATA_URL": "https://login.example.com/.well-known/openid-configuration",
    "TERRACHAT_OIDC_CLIENT_ID": "terrachat",
    "TERRACHAT_OIDC_CLIENT_SECRET": "not-a-secret",
    "TERRACHAT_OIDC_COOKIE_SECRET": "not-a-secret-but-as-long-as-one-must-be",
    "TERRACHAT_OIDC_REDIRECT_URI": "https://chat.example.com/oauth2callback",
}


def instructions(kind: str) -> list[str]:
    """The arguments of all instructions of a kind, each as one line."""
    text = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", DOCKERFILE.read_text()))
    return [line.partition(" ")[2] for line in text.splitlines() if line.partition(" ")[0] == kind]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in instructions("ENV") for pair in line.split())


def is_sent(path: Path) -> bool:
    """Whether Docker gets to see a file: the last line of the ignore file that fits decides."""
    sent = True
    names = [str(path), *map(str, path.parents)][:-1]
    for line in IGNORED:
        pattern = line.removeprefix("!").removeprefix("**/")
        if line and not line.startswith("#") and any(fnmatch(name, pattern) for name in (*names, *path.parts)):
            sent = line.startswith("!")
    return sent


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the build copies from the project, at its places."""
    root = tmp_path_factory.mktemp("image")
    for source, target in (line.split() for line in instructions("COPY") if not line.startswith("--from")):
        for file in [PROJECT / source] if (PROJECT / source).is_file() else sorted((PROJECT / source).rglob("*")):
            if file.is_file() and is_sent(file.relative_to(PROJECT)):
                below = file.relative_to(PROJECT / source)
                place = root / target.lstrip("/") / below if below.parts else root / target.lstrip("/")
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, place)
    return root


def test_image_holds_the_page_and_nothing_else(image: Path) -> None:
    held = {str(path.relative_to(image)) for path in image.rglob("*") if path.is_file()}

    assert {"build/page.txt", "app/frontend/asgi.py", "app/frontend/.streamlit/config.toml"} <= held
    assert {name for name in held if not name.startswith("app/frontend/")} == {"build/page.txt"}
    assert [name for name in held if "__pycache__" in name or "Dockerfile" in name] == []


def test_everything_that_the_page_imports_is_among_its_requirements() -> None:
    distributions = packages_distributions()
    pinned = {line.split("==")[0] for line in PAGE.read_text().splitlines() if "==" in line}
    needed = {
        re.sub(r"[-_.]+", "-", distributions[name][0]).lower()
        for file in (PROJECT / "frontend").rglob("*.py")
        for name in imports(ast.parse(file.read_text()))
        if name not in sys.stdlib_module_names and name != "frontend"
    }

    assert {"streamlit", "openai", "boto3"} <= needed
    assert needed - pinned == set()


def imports(tree: ast.AST) -> Iterator[str]:
    """The first names of all modules that are imported at run time."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]
        else:
            yield from imports(node)


def test_requirements_are_those_that_the_tests_run_with() -> None:
    def pins(path: Path) -> set[str]:
        return {line.partition(" ")[0] for line in path.read_text().splitlines() if "==" in line}

    assert pins(PAGE) <= pins(PROJECT / "requirements/run.txt")


def test_container_and_health_checks_speak_of_the_same_port(image: Path) -> None:
    (health,) = instructions("HEALTHCHECK")
    task = (PROJECT / "terraform_templates/hosting.tf.j2").read_text()

    assert instructions("EXPOSE") == ["8501"]
    assert instructions("USER") == ["1000:1000"]
    assert 'user      = "1000:1000"' in task
    assert health.partition("CMD ")[2] == '["' + '", "'.join(json.loads(health.partition("CMD ")[2])) + '"]'
    assert json.dumps(["CMD", *json.loads(health.partition("CMD ")[2])]) in task


def test_what_is_started_answers(image: Path) -> None:
    with started(image, SIGN_IN) as url:
        health = httpx2.get(f"{url}/_stcore/health")
        other_site = httpx2.get(f"{url}/")

    assert (health.status_code, health.text) == (200, "ok")
    assert other_site.status_code >= 400  # it is asked by another host name than that of the redirect URI


def test_without_sign_in_nothing_is_served(image: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        done = run(image, free.getsockname()[1], {})
    said = done.communicate(timeout=60)[0]

    assert done.returncode != 0
    assert "nobody has to sign in" in said


@contextmanager
def started(image: Path, more: dict[str, str]) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = run(image, port, more)
    try:
        yield _when_it_listens(process, port)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _when_it_listens(process: subprocess.Popen[str], port: int) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return f"http://127.0.0.1:{port}"
        time.sleep(0.1)
    raise AssertionError("the page does not listen")


def run(image: Path, port: int, more: dict[str, str]) -> subprocess.Popen[str]:
    """Do what CMD does, where WORKDIR says, with ENV; on a port that is free."""
    (command,) = instructions("CMD")
    (folder,) = instructions("WORKDIR")
    name, *arguments = (str(port) if each == "8501" else each for each in json.loads(command))
    given: dict[str, Any] = {
        **environment(),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(image / environment()["PYTHONPATH"].lstrip("/")),
        "HOME": str(image),
        "AWS_REGION": "us-east-1",
        "TERRACHAT_DEPLOYMENT": "demo",
        **more,
    }
    return subprocess.Popen(
        [str(Path(sys.executable).with_name(name)), *arguments],
        cwd=image / folder.lstrip("/"),
        env=given,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
