"""What was used, added up."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest

from frontend.history.usage import DayOfUse
from frontend.usage_report import COLUMNS, PERIODS, first_day, report, to_csv

TODAY = date(2026, 11, 22)  # a Sunday


def used(day: date, model: str = "echo", cost: str = "0.5", **changes: int) -> DayOfUse:
    counts = {"answers": 2, "prompt_tokens": 100, "completion_tokens": 10, "unpriced": 0, "estimated": 0} | changes
    return DayOfUse(day=day, model=model, cost_usd=Decimal(cost), **counts)


def test_sums_are_the_same_by_day_by_model_and_in_all() -> None:
    days = [used(TODAY), used(TODAY, "other", "0", unpriced=2, estimated=1), used(TODAY - timedelta(days=3))]

    found = report(days, first_day("7", TODAY), TODAY)

    assert (found.total.answers, found.total.tokens, found.total.cost_usd) == (6, 330, Decimal("1.0"))
    assert (found.total.unpriced, found.total.estimated, found.total.has_cost) == (2, 1, True)
    assert sum(step.sums.tokens for step in found.steps) == 330
    assert [(name, sums.answers, sums.has_cost) for name, sums in found.models] == [
        ("echo", 4, True),
        ("other", 2, False),
    ]


@pytest.mark.parametrize(
    ("period", "name", "steps", "first"),
    [
        ("7", "day", 7, date(2026, 11, 16)),
        ("30", "day", 30, date(2026, 10, 24)),
        ("90", "week", 13, date(2026, 8, 24)),
        ("365", "month", 13, date(2025, 11, 1)),
    ],
)
def test_a_period_has_all_its_steps_also_the_empty_ones(period: str, name: str, steps: int, first: date) -> None:
    found = report([used(TODAY)], first_day(period, TODAY), TODAY)

    assert (found.step_name, len(found.steps), found.steps[0].begin) == (name, steps, first)
    assert [step.sums.answers for step in found.steps] == [*[0] * (steps - 1), 2]


def test_a_period_begins_so_many_days_ago_today_included() -> None:
    assert {name: (TODAY - first_day(name, TODAY)).days + 1 for name in PERIODS} == PERIODS


def test_the_csv_reads_in_programs_and_runs_in_no_spreadsheet() -> None:
    data = to_csv([used(TODAY, "mô-hình", "0.000001"), used(TODAY, '=HYPERLINK("x")')])

    assert data.startswith(b"\xef\xbb\xbfday,model,")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["day"], rows[0]["model"], rows[0]["cost_usd"]) == ("2026-11-22", "mô-hình", "0.000001")
    assert rows[1]["model"] == '\'=HYPERLINK("x")'
