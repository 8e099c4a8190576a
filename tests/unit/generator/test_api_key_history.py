"""When a key last changed is found in the secret's versions, from the current one back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from generator.api_keys.history import KeyChange, last_changes
from generator.api_keys.versions import ListedVersion

BORN = datetime(2026, 11, 1, tzinfo=UTC)


def on(day: int) -> datetime:
    return BORN + timedelta(days=day - 1)


def versions(*documents: dict[str, str], current: int = 0) -> tuple[list[ListedVersion], dict[str, dict[str, str]]]:
    """Versions newest first, one a day, the oldest of the secret's first day."""
    last = len(documents)
    listed = [
        ListedVersion(str(index), on(last - index), ("AWSCURRENT",) if index == current else ())
        for index in range(last)
    ]
    return listed, {str(index): document for index, document in enumerate(documents)}


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param(
            [{"A": "2", "B": "1"}, {"A": "1", "B": "1"}, {"B": "1"}, {}],
            [KeyChange("A", on(4), True), KeyChange("B", on(2), True)],
            id="changed at different times",
        ),
        pytest.param(
            [{"A": "1"}, {"A": "2"}, {"A": "1"}],
            [KeyChange("A", on(3), True)],
            id="back to what it was",
        ),
        pytest.param([{"A": "1"}, {}, {"A": "1"}], [KeyChange("A", on(3), True)], id="removed and set again"),
        pytest.param([{"A": "1"}], [KeyChange("A", on(1), True)], id="since the secret's first version"),
    ],
)
def test_a_key_changed_when_its_value_did(documents: list[dict[str, str]], expected: list[KeyChange]) -> None:
    listed, values = versions(*documents)

    assert last_changes(["B", "A"][-len(expected) :], listed, lambda each: values[each.id], BORN) == tuple(expected)


def test_where_the_history_ends_the_change_was_before() -> None:
    listed, values = versions({"A": "1", "B": "2"}, {"A": "1", "B": "1"})

    found = last_changes(["A", "B"], listed, lambda each: values[each.id], BORN - timedelta(days=300))

    assert found == (KeyChange("A", on(1), False), KeyChange("B", on(2), True))


def test_no_more_versions_are_read_than_are_needed_or_allowed() -> None:
    listed, values = versions({"A": "1"}, {"A": "1"}, {"A": "1"}, {"A": "0"}, {})
    read: list[str] = []

    def reading(version: ListedVersion) -> dict[str, str]:
        read.append(version.id)
        return values[version.id]

    assert last_changes(["A"], listed, reading, BORN) == (KeyChange("A", on(3), True),)
    assert read == ["0", "1", "2", "3"]
    assert last_changes(["A"], listed, reading, BORN, most=2) == (KeyChange("A", on(4), False),)
    assert read == ["0", "1", "2", "3", "0", "1"]


def test_versions_newer_than_the_current_one_do_not_count() -> None:
    """An attempt that came too late, and whatever was rolled back."""
    listed, values = versions({"A": "3"}, {"A": "1"}, {"A": "0"}, current=1)

    assert last_changes(["A"], listed, lambda each: values[each.id], BORN) == (KeyChange("A", on(2), True),)


def test_without_a_version_nothing_is_known() -> None:
    assert last_changes(["A"], [], lambda _: {}) == (KeyChange("A", None, False),)
