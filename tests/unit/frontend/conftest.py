"""A fake handler for the client's tests, and an emulated AWS with a deployment for the page's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.fake_handler import FakeHandler
from tests.browser.stack import Stack, running_stack


@pytest.fixture
def handler() -> Iterator[FakeHandler]:
    fake = FakeHandler().start()
    yield fake
    fake.stop()


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A stack, and an environment in which any AWS SDK uses it."""
    with running_stack() as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running
