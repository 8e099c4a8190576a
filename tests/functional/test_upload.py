"""A handler's zip that is too large to be sent to Lambda, on its way through S3."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from generator import module_dir, packaging
from generator.families.lambda_runtime import on_this_machine
from generator.loading import load_catalog
from generator.module_dir import Archive
from generator.module_dir.identity import ModuleIdentity
from generator.planning import plan_deployment
from generator.rendering import render
from generator.terraform import Terraform
from tests.functional.conftest import Deployed

pytestmark = pytest.mark.local


def test_a_zip_that_went_through_a_bucket_runs(deployed: Deployed, zips: Path) -> None:
    story = deployed.deployment("upload")
    story.write({"id": "nova", "provider": "bedrock", "model": "us.amazon.nova-micro-v1:0"})
    catalog, runtime = load_catalog(story.catalog), on_this_machine()
    archive = packaging.build(runtime, zips, packages=packaging.packages_for(catalog))
    plan = plan_deployment(catalog, runtime, local_endpoint=deployed.target["control_url"], upload="s3")
    identity = ModuleIdentity(catalog.deployment, catalog.region, "local")

    module_dir.write(story.module, render(plan), Archive(archive.path.name, "s3", archive.path), identity)
    terraform = _terraform(deployed, story.module)
    terraform.init()
    terraform.apply_unasked()

    function = deployed.client("lambda").get_function_url_config(FunctionName="terrachat-upload-handler")
    objects = [name for name in deployed.everything() if name.startswith("s3: terrachat-upload")]
    assert len(objects) == 1
    assert httpx2.get(f"{function['FunctionUrl']}health", timeout=30).status_code == 200
    assert terraform.plan().is_empty


def _terraform(deployed: Deployed, module: Path) -> Terraform:
    """Terraform itself: the command line sends small zips directly."""
    there = {"AWS_ENDPOINT_URL": deployed.target["control_url"], "AWS_EC2_METADATA_DISABLED": "true"}
    there.update(deployed.terrachat.provider.for_module(module))
    return Terraform(module, cli_folder=deployed.terrachat.folder / ".terrachat/terraform", environment=there)
