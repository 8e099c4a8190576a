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
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running
