"""Fixtures for every folder of tests, and which tests stay together when two processes share the work."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest
from hypothesis import settings

from generator import packaging
from generator.families.lambda_runtime import on_this_machine
from generator.local import aws_descriptions

pytest_plugins = ["tests.browser.chromium"]

# Hypothesis's 200 ms for an example say how busy the machine is, and nothing of ours.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")

# Each boto3 session reads AWS's descriptions of its services anew, for a fifth of a second, and nobody changes them.
aws_descriptions.read_once()

# Session fixtures that cost minutes: all tests that use one run in one process, so that it is made once.
_SHARED = ("deployed",)
# Modules of half a minute and more of processor time.
_LONG = {"test_packaging", "test_lifecycle", "test_golden_modules", "test_checkov"}


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under pytest-xdist (`make test`), keep together what shares something expensive, and start with the longest.

    What takes long by itself would otherwise begin last, and be waited for while the other processes are done.
    Elsewhere a module's tests stay together, as they share its fixtures. The order is the same in each process.
    """
    if not hasattr(config, "workerinput"):
        return
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=_begins_after)


def _begins_after(item: pytest.Item) -> int:
    """How soon a test begins: the stages of Terraform, the browser, modules that take half a minute, the rest."""
    if item.get_closest_marker("local"):
        return 0
    if item.get_closest_marker("browser"):
        return 1
    return 2 if item.path.stem in _LONG else 3


def _group(item: pytest.Item) -> str:
    names = getattr(item, "fixturenames", ())
    return next((name for name in _SHARED if name in names), f"{item.path.parent.name}/{item.path.stem}")


@pytest.fixture(scope="session")
def zips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of handler zips for all folders and processes, and in it the two that most tests deploy."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # each process has a folder of its own below it
    cache = folder / "zips"
    cache.mkdir(exist_ok=True)
    with (folder / "zips.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for packages in (frozenset[str](), frozenset({"bedrock"})):
            packaging.build(on_this_machine(), cache, packages=packages)
    return cache
