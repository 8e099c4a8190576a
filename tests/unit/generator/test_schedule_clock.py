"""AWS's cron expressions against a clock: whether a scheduled endpoint should exist now."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.deployment.schedule_clock import is_due, last_firing

SUNDAY = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
START, STOP = "0 8 ? * MON-FRI *", "0 18 ? * MON-FRI *"


@pytest.mark.parametrize(
    ("now", "timezone", "expected"),
    [
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), "UTC", False),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "UTC", True),
        (datetime(2026, 11, 23, 17, 59, tzinfo=UTC), "UTC", True),
        (datetime(2026, 11, 23, 18, 0, tzinfo=UTC), "UTC", False),
        (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), "Asia/Ho_Chi_Minh", True),
        (SUNDAY, "UTC", False),
        (SUNDAY, "Nowhere/Else", False),
    ],
    ids=["before", "at the start", "within", "at the stop", "another zone", "weekend", "unknown zone"],
)
def test_office_hours(now: datetime, timezone: str, expected: bool) -> None:
    assert is_due(START, STOP, timezone, now) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 8 ? * MON-FRI *", datetime(2026, 11, 20, 8, 0)),
        ("0/15 * * * ? *", datetime(2026, 11, 22, 14, 30)),
        ("45 9-17/2 * * ? *", datetime(2026, 11, 22, 13, 45)),
        ("0 0 1,15 * ? *", datetime(2026, 11, 15, 0, 0)),
        ("0 0 L * ? *", datetime(2026, 10, 31, 0, 0)),
        ("0 0 LW * ? *", datetime(2026, 10, 30, 0, 0)),
        ("0 0 1W * ? *", datetime(2026, 11, 2, 0, 0)),
        ("0 0 15W * ? *", datetime(2026, 11, 16, 0, 0)),
        ("0 0 ? * FRIL *", datetime(2026, 10, 30, 0, 0)),
        ("0 0 ? * 2#3 *", datetime(2026, 11, 16, 0, 0)),
        ("0 0 ? * L *", datetime(2026, 11, 21, 0, 0)),
        ("0 0 1 JAN,JUL ? *", datetime(2026, 7, 1, 0, 0)),
        ("0 0 1 1 ? 2020", None),
    ],
)
def test_last_firing(expression: str, expected: datetime | None) -> None:
    """Sunday, 22 November 2026, 14:30; checked by hand against the calendar."""
    assert last_firing(expression, SUNDAY) == (expected.replace(tzinfo=UTC) if expected else None)


@pytest.mark.parametrize("expression", ["", "0 8 * * *", "61 8 ? * MON *", "a 8 ? * MON *", "5-1 8 ? * MON *"])
def test_what_cannot_be_read_is_never_due(expression: str) -> None:
    assert is_due(expression, STOP, "UTC", SUNDAY) is False


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1)), st.integers(0, 23))
def test_daily_firing_is_within_the_last_day(moment: datetime, hour: int) -> None:
    now = moment.replace(tzinfo=UTC)

    fired = last_firing(f"0 {hour} * * ? *", now)

    assert fired is not None
    assert fired.hour == hour
    assert 0 <= (now - fired).total_seconds() < 24 * 3600


def test_firing_is_on_the_clock_of_the_zone() -> None:
    now = SUNDAY.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))

    assert last_firing("0 21 * * ? *", now) == datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
