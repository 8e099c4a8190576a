"""The hours of a scheduled endpoint: when its schedule creates it next, and when it deletes it.

In: a model's record with its `schedule`. Out: times, or None where nobody can say. Separate from `cron.py`, which
knows no record, and from the endpoint's status: an endpoint may be there out of its hours, and missing in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chat_handler import cron
from chat_handler.upstreams.base import ModelRecord, Status
from chat_handler.upstreams.model_facts import amount


@dataclass(frozen=True)
class Hours:
    """What is known of a model's hours at one moment; a model without a schedule has none.

    Attributes:
        until: how long the status holds: a stopped endpoint's next start, any other's next end.
        stops_at: when the schedule deletes the endpoint next, whether there is one now or not.
        startable: whether the endpoint may be created now as its schedule would.
        usd_per_hour: what it costs while it is there; None where the record does not say it.

    """

    until: datetime | None = None
    stops_at: datetime | None = None
    startable: bool = False
    usd_per_hour: float | None = None


def hours_of(record: ModelRecord, status: Status, now: datetime) -> Hours:
    """The hours of the model of `record`, whose endpoint is in `status`."""
    schedule = record.fields.get("schedule")
    if not isinstance(schedule, dict) or record.fields.get("stopped") is True:
        return Hours()
    told = record.fields.get("start")
    start = told if isinstance(told, dict) else {}
    starts_at, stops_at = (_next(schedule, name, now) for name in ("start", "stop"))
    return Hours(
        until=starts_at if status.state == "stopped" else stops_at,
        stops_at=stops_at,
        startable=status.is_absent and isinstance(start.get("endpoint_config"), str),
        usd_per_hour=amount(start.get("usd_per_hour")),
    )


def _next(schedule: Mapping[str, Any], name: str, now: datetime) -> datetime | None:
    try:
        return cron.next_firing(str(schedule.get(name)), str(schedule.get("timezone")), now)
    except ValueError:  # the reason has the expression itself, so that nothing is lost
        return None
