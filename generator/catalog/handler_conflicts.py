"""The settings of the handler and of its monitoring that cannot stand together, or not in this region. Pure.

Separate from conflicts.py, which is about entries; each rule is Lambda's or CloudWatch's, with its source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.catalog.conflict import Conflict, mapping, region, whole
from generator.families.lambda_runtime import why_no_snap_start

_LONGEST_ANSWER_S = 900


def handler_conflicts(document: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> Iterator[Conflict]:
    """Yield the conflicts about the handler's settings."""
    handler = mapping(document.get("handler"))
    yield from _start(handler, region(document.get("region")))
    yield from _monitoring(mapping(document.get("monitoring")))
    longest = whole(handler.get("timeout_s", _LONGEST_ANSWER_S)) or _LONGEST_ANSWER_S
    for index, entry in enumerate(entries):
        for name, given in mapping(entry.get("timeouts")).items():
            seconds = whole(given)
            if name in ("first_token_s", "between_tokens_s") and seconds is not None and seconds >= longest:
                words = (
                    f"Lambda ends every answer after {longest} s (timeout_s of 'handler'), so that these {seconds} s"
                )
                yield Conflict(("models", index, "timeouts", name), f"{words} never pass; write less")


def _start(handler: Mapping[str, Any], here: str | None) -> Iterator[Conflict]:
    if not _is_true(handler.get("snap_start")):
        return
    # Lambda developer guide, "Improving startup performance with Lambda SnapStart"; read on 2026-11-22.
    if handler.get("provisioned_concurrency") is not None:
        words = "Lambda takes either SnapStart or provisioned concurrency; remove this, or 'snap_start'"
        yield Conflict(("handler", "provisioned_concurrency"), words)
    if here and (why_not := why_no_snap_start(here)):
        words = f"{why_not}; remove it, or keep an instance started with provisioned_concurrency: 1"
        yield Conflict(("handler", "snap_start"), words)


def _monitoring(monitoring: Mapping[str, Any]) -> Iterator[Conflict]:
    if _is_false(monitoring.get("metrics")):
        for name, what in (("dashboard", "the dashboard shows"), ("alarms", "the alarms watch")):
            if _is_true(monitoring.get(name)):
                words = f"{what} the handler's metrics, and 'metrics' is false; remove one of the two"
                yield Conflict(("monitoring", name), words)
    if monitoring.get("topic") is not None and (
        _is_false(monitoring.get("alarms")) or (_is_false(monitoring.get("metrics")) and "alarms" not in monitoring)
    ):
        yield Conflict(("monitoring", "topic"), "without alarms the topic hears of nothing; remove it")


def _is_true(value: Any) -> bool:
    return value is True or value == "true"


def _is_false(value: Any) -> bool:
    return value is False or value == "false"
