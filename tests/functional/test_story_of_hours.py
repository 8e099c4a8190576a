"""A gated model, one that scales and one that keeps office hours: what Terraform owns of each, and what it must not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.terraform import Terraform
from tests.functional.stage import Deployment, Stage, endpoint_entry

pytestmark = [pytest.mark.local, pytest.mark.timeout(600)]  # several runs of Terraform each
TOKEN = "hf_planted5b1f8e27d3"
# Hours that do not come while the test runs: it says itself when it is morning and when it is evening.
HOURS = {"start": "0 8 ? * MON-FRI 2199", "stop": "0 18 ? * MON-FRI 2199", "timezone": "Asia/Ho_Chi_Minh"}
GATED = endpoint_entry("gated")
SCALED = endpoint_entry(
    "scaled", source={"s3": "s3://weights/scaled/"}, instances={"min": 1, "max": 3, "target_concurrency": 4}
)
NIGHTLY = endpoint_entry("nightly", source={"s3": "s3://weights/nightly/"}, schedule=HOURS)


def test_a_token_reaches_the_model_and_nothing_else_and_hours_do_not_disturb_a_plan(stage: Stage) -> None:
    secrets = stage.client("secretsmanager")
    secret = secrets.create_secret(Name="huggingface", SecretString=TOKEN)["ARN"]
    story = stage.deployment("hours")
    story.write(GATED, SCALED, NIGHTLY, huggingface={"token_secret": secret})
    empty = stage.everything()

    story.ok("generate")
    planned, described = _plan(story)
    story.ok("apply", "--yes")
    stage_files = dict(_files(stage.terrachat.folder))

    # The token is in the container's environment, as SageMaker has it, and nowhere else.
    assert _model_of(stage, "terrachat-hours-gated")["PrimaryContainer"]["Environment"]["HF_TOKEN"] == TOKEN
    assert len(planned) > 1
    assert "aws_cloudformation_stack" in described
    assert {"terraform.tfstate", "local.log", "chat_handler.zip: run.sh"} <= {
        name.rpartition("/")[2] for name in stage_files
    }
    kept = {**planned, **stage_files, "show -json": described.encode()}
    assert [name for name, content in kept.items() if TOKEN.encode() in content] == []

    # By night there is no endpoint, by day there is one, and Terraform has nothing to say to either.
    assert stage.endpoint("terrachat-hours-nightly") is None
    assert story.changes() == []
    stage.run_schedule("terrachat-hours", "nightly-start")
    assert stage.endpoint("terrachat-hours-nightly") is not None
    assert story.changes() == []

    # Stopped and started by hand, outside of its hours.
    story.ok("stop", "nightly", "--yes")
    assert stage.endpoint("terrachat-hours-nightly") is None
    story.ok("start", "nightly", "--yes")
    assert stage.endpoint("terrachat-hours-nightly") is not None
    stage.run_schedule("terrachat-hours", "nightly-stop")
    assert stage.endpoint("terrachat-hours-nightly") is None

    # The scaled one changes its machine: SageMaker refuses that while autoscaling watches it.
    larger = {**SCALED, "instance_type": "ml.g5.2xlarge"}
    story.write(GATED, larger, NIGHTLY, huggingface={"token_secret": secret})
    changed = story.ok("apply", "--yes")
    assert stage.instance_type("terrachat-hours-scaled") == "ml.g5.2xlarge"
    assert {address.rpartition(".")[2] for address in changed.touched} == {"scaled"}

    stage.run_schedule("terrachat-hours", "nightly-start")
    assert story.ok("destroy", "--yes", "--json").json() == {"destroyed": True, "remains": []}
    assert stage.everything() == empty


def _plan(story: Deployment) -> tuple[dict[str, bytes], str]:
    """The files in a saved plan of everything, and the plan as `terraform show -json` tells it."""
    target = story.stage.target
    terraform = Terraform(
        story.module,
        cli_folder=story.stage.terrachat.folder / ".terrachat/terraform",
        environment={
            "AWS_ENDPOINT_URL": target["control_url"],
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_REGION": "us-east-1",
            **story.stage.terrachat.provider.for_module(story.module),
        },
    )
    terraform.init()
    saved = terraform.plan()
    try:
        return dict(_contents("plan", saved.file.read_bytes())), str(terraform.describe(saved))
    finally:
        saved.file.unlink()


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """What lies in a folder, and in the zips in it; without the provider, which is not ours."""
    for path in folder.rglob("*"):
        if path.is_file() and "providers" not in path.parts:
            yield from _contents(str(path), path.read_bytes())


def _contents(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from ((f"{name}: {each}", archive.read(each)) for each in archive.namelist())


def _model_of(stage: Stage, endpoint: str) -> dict[str, Any]:
    sagemaker = stage.client("sagemaker")
    config = sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    variant = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"][0]
    model: dict[str, Any] = sagemaker.describe_model(ModelName=variant["ModelName"])
    return model
