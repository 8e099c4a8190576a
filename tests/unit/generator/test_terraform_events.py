"""Terraform's `-json` lines as typed events. The samples are Terraform 1.11.4's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.terraform.events import (
    ChangeSummary,
    Diagnostic,
    Event,
    EventLog,
    Outputs,
    PlannedChange,
    ResourceProgress,
    parse,
)

_RESOURCE = '"resource":{"addr":"aws_iam_role.handler","module":"","resource":"aws_iam_role.handler"}'
_SAMPLES: dict[str, tuple[str, Event | None]] = {
    "version is not shown": ('{"@level":"info","terraform":"1.11.4","type":"version","ui":"1.2"}', None),
    "planned change": (
        f'{{"type":"planned_change","change":{{{_RESOURCE},"action":"create"}}}}',
        PlannedChange("aws_iam_role.handler", "create"),
    ),
    "start": (
        f'{{"type":"apply_start","hook":{{{_RESOURCE},"action":"create"}}}}',
        ResourceProgress("start", "aws_iam_role.handler", "create", 0),
    ),
    "progress": (
        f'{{"type":"apply_progress","hook":{{{_RESOURCE},"action":"create","elapsed_seconds":10}}}}',
        ResourceProgress("progress", "aws_iam_role.handler", "create", 10),
    ),
    "errored": (
        f'{{"type":"apply_errored","hook":{{{_RESOURCE},"action":"create","elapsed_seconds":3}}}}',
        ResourceProgress("errored", "aws_iam_role.handler", "create", 3),
    ),
    "summary": (
        '{"type":"change_summary","changes":{"add":2,"change":1,"import":0,"remove":3,"operation":"apply"}}',
        ChangeSummary("apply", 2, 1, 3),
    ),
    "outputs, the sensitive one without a value": (
        '{"type":"outputs","outputs":{"url":{"sensitive":false,"type":"string","value":"u"},"s":{"sensitive":true}}}',
        Outputs({"url": "u"}),
    ),
    "diagnostic": (
        '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"No","detail":"why","address":"a.b",'
        '"range":{"filename":"x.tf","start":{"line":7,"column":1,"byte":0},"end":{"line":7,"column":2,"byte":1}}}}',
        Diagnostic("error", "No", "why", "a.b", "x.tf", 7),
    ),
    "unknown type": ('{"type":"something_new","x":1}', None),
    "empty line": ("\n", None),
    "not JSON": ("panic: oh no\n", Diagnostic("error", "panic: oh no")),
}


@pytest.mark.parametrize(("line", "event"), _SAMPLES.values(), ids=_SAMPLES.keys())
def test_line_becomes_its_event(line: str, event: Event | None) -> None:
    assert parse(line) == event


@given(st.text())
def test_a_line_that_is_no_event_never_raises(line: str) -> None:
    assert parse(line) is None or isinstance(parse(line), Diagnostic)


def test_diagnostic_names_its_place() -> None:
    shown = str(Diagnostic("error", "No", " why\n", "aws_x.y", "x.tf", 7))

    assert shown == "x.tf:7: aws_x.y: No\nwhy"


def test_log_keeps_what_a_result_is_made_of() -> None:
    log = EventLog()
    for line, _ in _SAMPLES.values():
        event = parse(line)
        if event is not None:
            log.add(event)

    assert log.planned == [PlannedChange("aws_iam_role.handler", "create")]
    assert [error.summary for error in log.errors] == ["No", "panic: oh no"]
    assert (dict(log.outputs), log.summary) == ({"url": "u"}, ChangeSummary("apply", 2, 1, 3))
