"""A catalog applied to the local target with the real Terraform and the real AWS provider."""

from __future__ import annotations

import json

import boto3
import pytest

from tests.functional.conftest import CATALOG, HOSTILE_TAGS, MODEL_IDS, Deployed

pytestmark = pytest.mark.local


def test_apply_tells_the_handler_url_and_the_secrets_name(deployed: Deployed) -> None:
    outputs = deployed.apply.json()["outputs"]

    assert outputs["api_keys_secret"] == "terrachat/demo/api-keys"
    assert outputs["handler_url"] == f"{deployed.target['data_url']}/lambda-url/terrachat-demo-handler/"
    assert outputs["endpoints"] == {"smollm2": "terrachat-demo-smollm2"}


def test_second_plan_is_empty(deployed: Deployed) -> None:
    """Also after the keys in the secret changed, which is none of Terraform's business."""
    boto3.client("secretsmanager", **deployed.aws()).put_secret_value(
        SecretId="terrachat/demo/api-keys", SecretString='{"OPENAI_API_KEY": "sk-changed-by-hand"}'
    )

    assert deployed.terrachat.ok("plan", "--local", "--json").json()["changes"] == []


def test_status_and_models_agree_that_everything_is_live(deployed: Deployed) -> None:
    status = deployed.terrachat.ok("status", "--local", "--json").json()
    models = deployed.terrachat.ok("models", "--local", "--json").json()

    assert (status["deployment"], status["target"], status["handler_url"]) == ("demo", "local", deployed.handler_url)
    assert [(row["id"], row["planned"], row["deployed"], row["live"]) for row in status["models"]] == [
        (model_id, True, True, "ready") for model_id in MODEL_IDS
    ]
    assert sorted(model["id"] for model in models) == sorted(MODEL_IDS)


@pytest.mark.parametrize("arguments", [["models"], ["ask", "gpt", "Hello"], ["chat"]], ids=lambda each: each[0])
def test_what_is_not_deployed_here_is_not_sent_to_aws(deployed: Deployed, arguments: list[str]) -> None:
    other = json.dumps({**CATALOG, "deployment": "other"}, ensure_ascii=False)
    (deployed.terrachat.folder / "other.yaml").write_text(other, encoding="utf-8")

    ran = deployed.terrachat(*arguments, "--local", "--catalog", "other.yaml")

    said = "Nothing named 'other' is deployed in 'us-east-1'.\nDeploy it: terrachat apply --local\n"
    assert (ran.exit_code, ran.stderr) == (3, said)


def test_hostile_values_reach_aws_unchanged(deployed: Deployed) -> None:
    """Tags and container environment hold what Terraform, HCL and JSON would all like to interpret."""
    sagemaker = boto3.client("sagemaker", **deployed.aws())
    endpoint = sagemaker.describe_endpoint(EndpointName="terrachat-demo-smollm2")
    config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    model = sagemaker.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
    tags = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=endpoint["EndpointArn"])["Tags"]}

    environment = model["PrimaryContainer"]["Environment"]
    assert {name: environment[name] for name in HOSTILE_TAGS} == HOSTILE_TAGS
    assert {name: tags[name] for name in HOSTILE_TAGS} == HOSTILE_TAGS


def test_endpoint_is_what_the_catalog_asks_for(deployed: Deployed) -> None:
    sagemaker = boto3.client("sagemaker", **deployed.aws())
    endpoint = sagemaker.describe_endpoint(EndpointName="terrachat-demo-smollm2")
    variant = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])[
        "ProductionVariants"
    ][0]

    assert endpoint["EndpointStatus"] == "InService"
    assert (variant["InstanceType"], variant["InitialInstanceCount"]) == ("ml.g5.xlarge", 1)
    assert variant["ContainerStartupHealthCheckTimeoutInSeconds"] == 1800


def test_no_key_is_in_state_module_or_log(deployed: Deployed) -> None:
    folder = deployed.terrachat.folder / ".terrachat/local"
    planted = "sk-planted-3f9c1d77"
    boto3.client("secretsmanager", **deployed.aws()).put_secret_value(
        SecretId="terrachat/demo/api-keys", SecretString=json.dumps({"OPENAI_API_KEY": planted})
    )
    deployed.terrachat.ok("ask", "gpt", "Hello", "--local")
    deployed.terrachat.ok("apply", "--local", "--yes")

    files = [path for path in folder.rglob("*") if path.is_file() and "providers" not in path.parts]
    assert [str(path) for path in files if planted.encode() in path.read_bytes()] == []


def test_keys_are_set_listed_and_unset_by_name_only(deployed: Deployed) -> None:
    terrachat = deployed.terrachat

    said = terrachat.ok("secrets", "set", "COHERE_API_KEY", "--local", stdin="sk-planted-8d1f\n")
    listed = terrachat.ok("secrets", "list", "--local")
    removed = terrachat.ok("secrets", "unset", "COHERE_API_KEY", "--local")

    assert "COHERE_API_KEY" in {line.split("  ")[0] for line in listed.stdout.splitlines()}
    assert "sk-planted" not in said.stdout + said.stderr + listed.stdout + listed.stderr
    assert removed.stdout == "COHERE_API_KEY is removed.\n"
