from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_handler.cron import next_firing

SAIGON = "Asia/Ho_Chi_Minh"
# Half-hour and reversed daylight saving, a day that a zone left out, and zones without any.
ZONES = ("UTC", SAIGON, "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu")


def firing(expression: str, after: str, zone: str = "UTC") -> str | None:
    """The next firing on the clocks of `zone`, `after` being on them too."""
    place = ZoneInfo(zone)
    found = next_firing(expression, zone, datetime.fromisoformat(after).replace(tzinfo=place))
    return None if found is None else found.astimezone(place).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        # AWS's own examples: Amazon EventBridge user guide, "Cron expressions reference", read 2026-11-22.
        pytest.param("0 10 * * ? *", "2026-11-22 10:00", "2026-11-23 10:00", id="10:00 every day"),
        pytest.param("15 12 * * ? *", "2026-11-22 10:00", "2026-11-22 12:15", id="12:15 every day"),
        pytest.param("0 18 ? * MON-FRI *", "2026-11-20 18:00", "2026-11-23 18:00", id="18:00 on working days"),
        pytest.param("0 8 1 * ? *", "2026-11-22 10:00", "2026-12-01 08:00", id="the 1st of the month"),
        pytest.param("0/15 * * * ? *", "2026-11-22 10:46", "2026-11-22 11:00", id="every quarter of an hour"),
        pytest.param("0/5 8-17 ? * MON-FRI *", "2026-11-20 17:55", "2026-11-23 08:00", id="in working hours"),
        pytest.param("0 9 ? * 2#1 *", "2026-11-22 10:00", "2026-12-07 09:00", id="the first Monday"),
        # The other wildcards.
        pytest.param("0 9 ? * MON#1 *", "2026-11-22 10:00", "2026-12-07 09:00", id="the first Monday by name"),
        pytest.param("0 9 L * ? *", "2028-02-01 00:00", "2028-02-29 09:00", id="the last day of a leap February"),
        pytest.param("0 9 LW * ? *", "2026-01-15 00:00", "2026-01-30 09:00", id="the last weekday"),
        pytest.param("0 9 15W * ? *", "2026-11-01 00:00", "2026-11-16 09:00", id="a Sunday's nearest weekday"),
        pytest.param("0 9 1W * ? *", "2026-08-01 00:00", "2026-08-03 09:00", id="not in the month before"),
        pytest.param("0 9 31W * ? *", "2026-05-15 00:00", "2026-05-29 09:00", id="not in the month after"),
        pytest.param("0 9 ? * 6L *", "2026-11-01 00:00", "2026-11-27 09:00", id="the last Friday"),
        pytest.param("0 9 ? * FRIL *", "2026-11-27 09:00", "2026-12-25 09:00", id="the last Friday by name"),
        pytest.param("0 9 ? * L *", "2026-11-22 00:00", "2026-11-28 09:00", id="the week's last day"),
        pytest.param("0 9 ? * 1 *", "2026-11-22 00:00", "2026-11-22 09:00", id="1 is Sunday"),
        pytest.param("0 9 ? JAN,JUL MON 2027", "2026-11-22 00:00", "2027-01-04 09:00", id="months by name and a year"),
        pytest.param("30 6 1-10/3 * ? *", "2026-11-05 00:00", "2026-11-07 06:30", id="a step in a range"),
        pytest.param("0 0 29 2 ? *", "2097-01-01 00:00", "2104-02-29 00:00", id="over a century that has no leap day"),
        pytest.param("0 0 ? * 3#5 *", "2026-02-01 00:00", "2026-03-31 00:00", id="a month without a fifth Tuesday"),
        pytest.param("0 9 * * ? 2027/2", "2027-12-31 10:00", "2029-01-01 09:00", id="every other year"),
        pytest.param("0 9 * * ? 2025", "2026-01-01 00:00", None, id="a year that is over"),
        pytest.param("0 9 30 2 ? *", "2026-01-01 00:00", None, id="a day that there never is"),
    ],
)
def test_an_expression_fires_next(expression: str, after: str, expected: str | None) -> None:
    assert firing(expression, after) == expected


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        pytest.param("30 2 * * ? *", "2027-03-13 12:00", "2027-03-15 02:30", id="a time that does not exist"),
        pytest.param("0 3 * * ? *", "2027-03-13 12:00", "2027-03-14 03:00", id="the first that exists again"),
        pytest.param("30 1 * * ? *", "2026-10-31 12:00", "2026-11-01 01:30", id="a time that there is twice"),
        pytest.param("0 2 * * ? *", "2026-11-01 01:45", "2026-11-01 02:00", id="after the hour that there is twice"),
    ],
)
def test_clocks_that_are_set_skip_and_do_not_repeat(expression: str, after: str, expected: str) -> None:
    assert firing(expression, after, "America/New_York") == expected


def test_what_falls_on_an_hour_that_there_is_twice_runs_once() -> None:
    first = next_firing("30 1 * * ? *", "America/New_York", datetime(2026, 11, 1, tzinfo=UTC))
    assert first == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    second = next_firing("30 1 * * ? *", "America/New_York", first)
    assert second == datetime(2026, 11, 2, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    ["", "* * * * *", "60 * * * ? *", "0 24 * * ? *", "x * * * ? *", "0 0 0W * ? *", "0 0 ? * 8 *", "5-1 * * * ? *"],
)
def test_what_is_no_expression_is_an_error(expression: str) -> None:
    with pytest.raises(ValueError):
        next_firing(expression, "UTC", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("zone", ["Asia/Hanoi", "", "../../etc/passwd", "Asia"])
def test_what_is_no_zone_is_an_error(zone: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        next_firing("0 0 * * ? *", zone, datetime(2026, 1, 1, tzinfo=UTC))


# --- Against brute force: every minute of a fortnight, asked one by one ---------------------------------------------


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    value = st.integers(low, high)
    spans = st.tuples(value, value).map(lambda ends: f"{min(ends)}-{max(ends)}")
    stepped = st.tuples(st.one_of(st.just("*"), value.map(str), spans), st.integers(1, 20)).map(
        lambda parts: f"{parts[0]}/{parts[1]}"
    )
    item = st.one_of(st.just("*"), value.map(str), spans, stepped)
    return st.lists(item, min_size=1, max_size=3).map(",".join)


MONTH_DAYS = st.one_of(numbers(1, 31), st.sampled_from(["L", "LW"]), st.integers(1, 31).map(lambda day: f"{day}W"))
WEEKDAYS = st.one_of(
    st.lists(st.integers(1, 7).map(str), min_size=1, max_size=3).map(",".join),
    st.just("L"),
    st.integers(1, 7).map(lambda day: f"{day}L"),
    st.tuples(st.integers(1, 7), st.integers(1, 5)).map(lambda parts: f"{parts[0]}#{parts[1]}"),
)
DAYS = st.one_of(MONTH_DAYS.map(lambda days: (days, "?")), WEEKDAYS.map(lambda days: ("?", days)))
EXPRESSIONS = st.tuples(numbers(0, 59), numbers(0, 23), DAYS, numbers(1, 12), st.just("*")).map(
    lambda parts: f"{parts[0]} {parts[1]} {parts[2][0]} {parts[3]} {parts[2][1]} {parts[4]}"
)
MOMENTS = st.datetimes(datetime(2011, 1, 1), datetime(2035, 1, 1))


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS, st.sampled_from(ZONES), MOMENTS)
def test_it_is_the_first_minute_that_fits(expression: str, zone: str, moment: datetime) -> None:
    after = moment.replace(tzinfo=UTC)
    found = next_firing(expression, zone, after)

    assert found is None or found > after
    expected = first_of_every_minute(expression, zone, after, days=14)
    if expected is not None or (found is not None and found <= after + timedelta(days=13)):
        assert found == expected


def first_of_every_minute(expression: str, zone: str, after: datetime, days: int) -> datetime | None:
    place, fields = ZoneInfo(zone), expression.split()
    minutes, hours, months = (
        set(expanded(fields[at], *ends)) for at, ends in ((0, (0, 59)), (1, (0, 23)), (3, (1, 12)))
    )
    moment = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while moment <= after + timedelta(days=days):
        local = moment.astimezone(place)
        if local.month not in months or not fits_day(fields[2], fields[4], local.date()):
            # To the next day, and never over its beginning: no zone sets its clocks by more than this.
            left = timedelta(hours=23 - local.hour, minutes=59 - local.minute) - timedelta(hours=1)
            moment += max(timedelta(minutes=1), left)
            continue
        if local.minute in minutes and local.hour in hours and local.fold == 0:
            return moment
        moment += timedelta(minutes=1)
    return None


def fits_day(month_days: str, weekdays: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    month = [date(day.year, day.month, number) for number in range(1, last + 1)]
    if weekdays == "?":
        return fits_month_day(month_days, day, month)
    same = [one for one in month if one.weekday() == day.weekday()]
    number = (day.weekday() + 1) % 7 + 1
    if weekdays == "L":
        return number == 7
    if weekdays.endswith("L"):
        return number == int(weekdays[:-1]) and day == same[-1]
    if "#" in weekdays:
        wanted_day, nth = map(int, weekdays.split("#"))
        return number == wanted_day and same.index(day) + 1 == nth
    return number in expanded(weekdays, 1, 7)


def fits_month_day(month_days: str, day: date, month: list[date]) -> bool:
    if month_days == "L":
        return day == month[-1]
    if month_days.endswith("W"):
        wanted = month[-1] if month_days == "LW" else month[min(int(month_days[:-1]), len(month)) - 1]
        return day == min((one for one in month if one.weekday() < 5), key=lambda one: abs((one - wanted).days))
    return day.day in expanded(month_days, 1, 31)


def expanded(field: str, low: int, high: int) -> list[int]:
    found: list[int] = []
    for item in field.split(","):
        bounds, _, step = item.partition("/")
        if bounds == "*":
            ends = (low, high)
        elif "-" in bounds:
            ends = (int(bounds.split("-")[0]), int(bounds.split("-")[1]))
        else:
            ends = (int(bounds), high if step else int(bounds))
        found += range(ends[0], ends[1] + 1, int(step or 1))
    return found
