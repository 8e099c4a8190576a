"""One house for each module of tests: every family, every scenario, one handler."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.families import families
from tests.contract.families.house import House, running


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("house"), families.parameters(), families.keys()) as made:
        yield made
