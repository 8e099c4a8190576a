"""The schema of `doctor --json` is the committed one, and says no less and no more than a report does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from generator.cli import app
from generator.doctor_schema import doctor_schema
from generator.preflight.findings import Finding, Offer, Report, Verdict

COMMITTED = Path(__file__).parents[3] / "docs" / "doctor.schema.json"
OFFER = Offer("Add it", "It costs nothing.", lambda _: "It is there.")
BLOCKED = Finding(
    "api-keys/OPENAI_API_KEY", "OPENAI_API_KEY", Verdict.BLOCKED, "it is missing", blocks="answers", offer=OFFER
)


def test_committed_schema_is_current() -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == doctor_schema()


def test_schema_is_one_and_can_be_printed() -> None:
    jsonschema.Draft202012Validator.check_schema(doctor_schema())

    assert json.loads(CliRunner().invoke(app, ["schema", "doctor"]).stdout) == doctor_schema()


@pytest.mark.parametrize("verdict", Verdict)
def test_every_report_is_valid(verdict: Verdict) -> None:
    found = (replace(BLOCKED, verdict=verdict, models=("gpt",)), Finding("a/b", "c", verdict, "d", offer=None))

    jsonschema.validate(Report(found).document(), doctor_schema())
    jsonschema.validate(Report(()).document(), doctor_schema())


def test_what_is_no_report_is_not_valid() -> None:
    document = Report((BLOCKED,)).document()
    validator = jsonschema.Draft202012Validator(doctor_schema())

    for wrong in (
        document | {"verdict": "perhaps"},
        document | {"more": 1},
        {"verdict": "ok"},
        document | {"findings": [document["findings"][0] | {"id": "without a kind"}]},
        document | {"findings": [document["findings"][0] | {"blocks": "something"}]},
    ):
        assert not validator.is_valid(wrong)


def test_what_is_blocked_is_said_of_blocked_findings_only() -> None:
    documents = Report((BLOCKED, replace(BLOCKED, verdict=Verdict.WARN))).document()["findings"]

    assert [each["blocks"] for each in documents] == ["answers", None]
    assert [each["fixable"] for each in documents] == [True, True]


def test_a_report_is_as_bad_as_its_worst_finding() -> None:
    findings = [replace(BLOCKED, verdict=verdict) for verdict in Verdict]

    assert [Report(tuple(findings[:count])).verdict for count in range(1, 5)] == list(Verdict)


def test_only_what_stops_a_deployment_is_a_deployment_blocker() -> None:
    deployment = replace(BLOCKED, blocks="deployment")

    assert Report((BLOCKED, deployment, replace(deployment, verdict=Verdict.WARN))).deployment_blockers == (deployment,)
