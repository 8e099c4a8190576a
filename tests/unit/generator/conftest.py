"""What every test of the generator ends with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.generator.aws_answers import check_all_was_asked


@pytest.fixture(autouse=True)
def _every_prepared_answer_is_asked_for() -> Iterator[None]:
    """A call that a test expects and that is never made is a failure, whatever else the test looks at."""
    yield
    check_all_was_asked()
