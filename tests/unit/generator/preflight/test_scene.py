"""What all checks of a run share."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.aws_clients import AwsClients
from generator.catalog import Catalog
from generator.deployment.targets import Target
from generator.errors import PlanningError
from generator.preflight.scene import Scene

NOT_PLANNABLE = {
    "version": 1,
    "deployment": "demo",
    "region": "cn-north-1",
    "handler": {"architecture": "arm64"},
    "models": [{"id": "gpt", "provider": "openai", "model": "gpt-4o"}],
}


def test_a_plan_that_cannot_be_made_is_tried_once_for_all_checks() -> None:
    """JumpStart that does not answer takes a minute to say so, and every check that looks at the plan waits for it."""
    scene = Scene(Catalog.model_validate(NOT_PLANNABLE), Target(), Path(), AwsClients({}))

    with pytest.raises(PlanningError) as first:
        _ = scene.plan
    with pytest.raises(PlanningError) as second:
        _ = scene.plan

    assert first.value is second.value
