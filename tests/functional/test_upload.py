"""A handler's zip that is too large to be sent to Lambda, on its way through S3."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import httpx2
import pytest

from generator import module_dir, packaging
from generator.families.lambda_runtime import on_this_machine
from generator.loading import load_catalog
from generator.module_dir import Archive
from generator.module_identity import ModuleIdentity
from generator.planning import plan_deployment
from generator.rendering import render
from generator.terraform import Terraform
from tests.functional.conftest import Deployed

pytestmark = pytest.mark.local
# Not the bucket's lifecycle rules: the provider watches those for 55 s before it believes that they are there.
WANTED = ("aws_lambda_function_url.handler", "aws_iam_role_policy.handler", "aws_ssm_parameter.handler")


def test_a_zip_that_went_through_a_bucket_runs(deployed: Deployed, zips: Path) -> None:
    story = deployed.deployment("upload")
    story.write({"id": "nova", "provider": "bedrock", "model": "us.amazon.nova-micro-v1:0"})
    catalog, runtime = load_catalog(story.catalog), on_this_machine()
    archive = packaging.build(runtime, zips, packages=packaging.packages_for(catalog))
    plan = plan_deployment(catalog, runtime, local_endpoint=deployed.target["control_url"], upload="s3")
    identity = ModuleIdentity(catalog.deployment, catalog.region, "local")

    module_dir.write(story.module, render(plan), Archive(archive.path.name, "s3", archive.path), identity)
    _apply(deployed, story.module)

    function = deployed.client("lambda").get_function_url_config(FunctionName="terrachat-upload-handler")
    objects = [name for name in deployed.everything() if name.startswith("s3: terrachat-upload")]
    assert len(objects) == 1
    assert httpx2.get(f"{function['FunctionUrl']}health", timeout=30).status_code == 200


def _apply(deployed: Deployed, module: Path) -> None:
    """Apply a part of the module, for which the command line has no word."""
    folder = deployed.terrachat.folder / ".terrachat/terraform"
    there = {"AWS_ENDPOINT_URL": deployed.target["control_url"], "AWS_EC2_METADATA_DISABLED": "true"}
    Terraform(module, cli_folder=folder, environment=there).init()
    subprocess.run(
        [
            shutil.which("terraform") or str(folder / "terraform"),
            "apply",
            "-auto-approve",
            *(f"-target={address}" for address in WANTED),
        ],
        cwd=module,
        env={**os.environ, **there, "TF_CLI_CONFIG_FILE": str(folder / "terraform.tfrc")},
        stdout=subprocess.DEVNULL,
        check=True,
    )
