"""Fixtures for every folder of tests, and which tests stay together when two processes share the work."""

from __future__ import annotations

import pytest
from hypothesis import settings

pytest_plugins = ["tests.browser.chromium"]

# Hypothesis's 200 ms for an example say how busy the machine is, and nothing of ours.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")

# Session fixtures that cost minutes: all tests that use one run in one process, so that it is made once.
_SHARED = ("deployed",)


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under pytest-xdist (`make test`), keep together what shares something expensive, and start with the longest.

    Elsewhere a module's tests stay together, as they share its fixtures. The order is the same in each process.
    """
    if not hasattr(config, "workerinput"):
        return
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: item.get_closest_marker("local") is None)


def _group(item: pytest.Item) -> str:
    names = getattr(item, "fixturenames", ())
    return next((name for name in _SHARED if name in names), f"{item.path.parent.name}/{item.path.stem}")
