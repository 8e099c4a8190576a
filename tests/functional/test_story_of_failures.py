"""What goes wrong on AWS, rehearsed: a model that does not start, an update that is rolled back, a killed apply."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import psutil
import pytest

from tests.functional.shared_provider import OWN_PROVIDER
from tests.functional.stage import Stage, endpoint_entry
from tests.unit.generator.local.waiting import until

pytestmark = [pytest.mark.local, pytest.mark.timeout(600)]  # several runs of Terraform each
NOVA = {"id": "nova", "provider": "bedrock", "model": "us.amazon.nova-micro-v1:0"}


def test_a_model_that_fails_is_told_and_the_others_answer(stage: Stage) -> None:
    story = stage.deployment("broken")
    story.write(endpoint_entry("good"), endpoint_entry("bad"), NOVA)
    reason = "The primary container for production variant AllTraffic did not pass the ping health check."
    stage.rehearse(kind="fail", name="terrachat-broken-bad", reason=reason, log=["Loading", "CUDA out of memory"])

    failed = story.run("apply", "--yes")

    assert failed.exit_code == 3
    for said in ("bad: the endpoint 'terrachat-broken-bad' is Failed", reason, "CUDA out of memory", "good, nova"):
        assert said in failed.stderr
    assert "good: the endpoint" not in failed.stderr
    for model in ("good", "nova"):
        assert story.ok("ask", model, "What is the capital of France?", "--json").json()["text"]

    story.ok("apply", "--yes")

    assert story.ok("ask", "bad", "Hello", "--json").json()["text"]
    assert story.changes() == []


def test_an_update_that_was_rolled_back_is_no_success(stage: Stage) -> None:
    story = stage.deployment("broken")
    story.write(endpoint_entry("good", "ml.g5.2xlarge"), endpoint_entry("bad"), NOVA)
    stage.rehearse(kind="roll_back", name="terrachat-broken-good", reason="Unable to provision requested ML capacity")

    failed = story.run("apply", "--yes")

    assert failed.exit_code == 3
    for said in ("terrachat-broken-good", "rolled the update back", "Unable to provision requested ML capacity"):
        assert said in failed.stderr
    assert story.ok("ask", "good", "Hello", "--json").json()["text"]


def test_an_apply_that_was_killed_is_gone_on_with(stage: Stage) -> None:
    """While an endpoint is being created; by then Terraform's state holds nothing of it."""
    stage = replace(stage, terrachat=replace(stage.terrachat, provider=OWN_PROVIDER))  # its provider is killed, too
    story = stage.deployment("killed")
    story.write(endpoint_entry("slow"), NOVA)
    stage.rehearse(kind="slow", name="terrachat-killed-slow", seconds=3600)
    applying = subprocess.Popen(
        stage.terrachat.argv("apply", "--yes", "--local", "--catalog", story.catalog.name),
        cwd=stage.terrachat.folder,
        env=stage.terrachat.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # All but the endpoint is there then, so that it is always the same work that is cut short.
    until(lambda: _is_waiting_for_its_endpoint(stage) or applying.poll() is not None, seconds=120)
    assert applying.poll() is None

    for process in [*psutil.Process(applying.pid).children(recursive=True), psutil.Process(applying.pid)]:
        process.kill()
    applying.wait()
    stage.end_rehearsals()
    story.ok("apply", "--yes")

    assert story.ok("ask", "slow", "Hello", "--json").json()["text"]
    assert story.changes() == []


def _is_waiting_for_its_endpoint(stage: Stage) -> bool:
    listed = stage.client("ssm").get_parameters(Names=["/terrachat/killed/handler"])["Parameters"]
    return bool(listed) and stage.endpoint("terrachat-killed-slow") is not None
