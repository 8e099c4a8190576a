"""The emulated control plane, where moto is amended."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from botocore.exceptions import ClientError

from tests.contract.local_clients import (
    Running,
    create_endpoint_config,
)

ROLE = "arn:aws:iam::123456789012:role/demo"


def test_what_the_emulator_cannot_do_is_said_at_once_and_logged(local: Running) -> None:
    with pytest.raises(ClientError, match="the local target's emulator cannot do sagemaker ListEdgePackaging"):
        local.client("sagemaker").list_edge_packaging_jobs()

    assert local.logged("control plane: sagemaker ListEdgePackagingJobs: NotImplementedError")


def test_what_an_sdk_repeats_is_done_once(local: Running) -> None:
    """It repeats what it got no answer to, under the same id."""
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=local/20261122/us-east-1/ssm/aws4_request, Signature=0",
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "AmazonSSM.PutParameter",
        "Amz-Sdk-Invocation-Id": "5b0d6f3e-0000-4000-8000-000000000001",
    }
    parameter = {"Name": "/asked/twice", "Type": "String", "Value": "v"}

    first, again = (
        httpx2.post(local.target.control_url, headers={**headers, "Amz-Sdk-Request": attempt}, json=parameter)
        for attempt in ("attempt=1; max=2", "attempt=2; max=2")
    )
    other = httpx2.post(local.target.control_url, headers={**headers, "Amz-Sdk-Invocation-Id": "5"}, json=parameter)

    assert (again.status_code, again.content) == (first.status_code, first.content) == (200, first.content)
    assert (other.status_code, other.json()["__type"]) == (400, "ParameterAlreadyExists")
    assert local.logged("control plane: ssm PutParameter: asked again, and answered as the first time")


def test_an_unknown_instance_type_is_refused(local: Running) -> None:
    with pytest.raises(ClientError, match=r"Value 'ml\.none\.large' at 'instanceType'"):
        create_endpoint_config(local.client("sagemaker"), "bad", "ml.none.large")


def test_unset_fields_are_left_out(local: Running) -> None:
    config = local.client("sagemaker").describe_endpoint_config(EndpointConfigName="demo")

    assert sorted(set(config) - {"ResponseMetadata"}) == [
        "CreationTime",
        "EndpointConfigArn",
        "EndpointConfigName",
        "ProductionVariants",
    ]


def test_a_secrets_first_version_keeps_its_own_label(local: Running) -> None:
    secrets = local.client("secretsmanager")
    first = secrets.create_secret(Name="labelled", SecretString="{}")["VersionId"]
    secrets.update_secret_version_stage(SecretId="labelled", VersionStage="OURS", MoveToVersionId=first)

    for value in ("one", "two"):
        secrets.put_secret_value(SecretId="labelled", SecretString=value)

    kept = secrets.get_secret_value(SecretId="labelled", VersionId=first)
    assert (kept["SecretString"], kept["VersionStages"]) == ("{}", ["OURS"])


def test_a_label_is_on_one_version_and_the_current_one_only_moves(local: Running) -> None:
    secrets = local.client("secretsmanager")
    first = secrets.create_secret(Name="moved", SecretString="0")["VersionId"]

    aside = secrets.put_secret_value(SecretId="moved", SecretString="1", VersionStages=["OURS"])["VersionId"]
    current = secrets.put_secret_value(SecretId="moved", SecretString="2", VersionStages=["AWSCURRENT", "OURS"])

    labels = secrets.describe_secret(SecretId="moved")["VersionIdsToStages"]
    assert {version: sorted(each) for version, each in labels.items()} == {
        first: ["AWSPREVIOUS"],
        current["VersionId"]: ["AWSCURRENT", "OURS"],
    }
    listed = secrets.list_secret_version_ids(SecretId="moved", IncludeDeprecated=True)["Versions"]
    assert aside in {each["VersionId"] for each in listed}
    with pytest.raises(ClientError, match="can't be completely removed"):
        secrets.update_secret_version_stage(
            SecretId="moved", VersionStage="AWSCURRENT", RemoveFromVersionId=current["VersionId"]
        )


def test_a_reference_to_a_secret_reaches_the_model_and_not_the_template(local: Running) -> None:
    secret = local.client("secretsmanager").create_secret(Name="token", SecretString="hf_planted")["ARN"]
    reference = f"{{{{resolve:secretsmanager:{secret}:SecretString}}}}"
    stacks, sagemaker = local.client("cloudformation"), local.client("sagemaker")

    stacks.create_stack(StackName="gated", TemplateBody=json.dumps(gated_model(reference)))

    stack = stacks.describe_stacks(StackName="gated")["Stacks"][0]
    model = sagemaker.describe_model(ModelName="gated-model")
    template = stacks.get_template(StackName="gated")["TemplateBody"]
    assert stack["Outputs"] == [{"OutputKey": "Name", "OutputValue": "gated-model"}]
    assert model["PrimaryContainer"]["Environment"] == {"HF_TOKEN": "hf_planted", "OTHER": "x"}
    assert template["Resources"]["Model"]["Properties"]["PrimaryContainer"]["Environment"]["HF_TOKEN"] == reference
    stacks.delete_stack(StackName="gated")
    with pytest.raises(ClientError, match="Could not find model"):
        sagemaker.describe_model(ModelName="gated-model")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        pytest.param("{{resolve:secretsmanager:keys:SecretString:one}}", "first", id="key"),
        pytest.param("{{resolve:secretsmanager:keys:SecretString:one:AWSCURRENT}}", "first", id="key and stage"),
        pytest.param("{{resolve:secretsmanager:keys}}", '{"one": "first"}', id="whole"),
    ],
)
def test_references_are_resolved_in_all_their_forms(local: Running, keys: str, reference: str, expected: str) -> None:
    stacks = local.client("cloudformation")

    stacks.create_stack(StackName="forms", TemplateBody=json.dumps(gated_model(reference)))

    model = local.client("sagemaker").describe_model(ModelName="gated-model")
    stacks.delete_stack(StackName="forms")
    assert model["PrimaryContainer"]["Environment"]["HF_TOKEN"] == expected


@pytest.mark.parametrize(
    "reference",
    [
        "{{resolve:secretsmanager:nobody}}",
        "{{resolve:secretsmanager:keys:SecretString:two}}",
        "{{resolve:secretsmanager:keys:SecretString::OURS}}",
    ],
    ids=["secret", "key", "stage"],
)
def test_a_reference_to_nothing_is_refused_without_any_value(local: Running, keys: str, reference: str) -> None:
    with pytest.raises(ClientError, match="Could not resolve the dynamic reference") as caught:
        local.client("cloudformation").create_stack(
            StackName="nothing", TemplateBody=json.dumps(gated_model(reference))
        )

    assert "first" not in str(caught.value)


def test_a_scalable_targets_tags_are_kept(local: Running) -> None:
    scaling = local.client("application-autoscaling")
    arn = scaling.register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId="endpoint/tagged/variant/main",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        MinCapacity=1,
        MaxCapacity=2,
        Tags={"team": "ml", "old": "yes"},
    )["ScalableTargetARN"]

    scaling.tag_resource(ResourceARN=arn, Tags={"more": "yes"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["old"])

    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"team": "ml", "more": "yes"}


def test_a_bucket_that_refuses_plain_http_takes_objects_here(local: Running) -> None:
    s3 = local.client("s3")
    s3.create_bucket(Bucket="code")
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::code", "arn:aws:s3:::code/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket="code", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))

    s3.put_object(Bucket="code", Key="k", Body=b"zip")

    assert s3.get_object(Bucket="code", Key="k")["Body"].read() == b"zip"


def test_a_jumpstart_model_has_a_document(local: Running) -> None:
    content = local.client("sagemaker").describe_hub_content(
        HubName="SageMakerPublicHub",
        HubContentType="Model",
        HubContentName="huggingface-llm-mistral-7b-instruct",
        HubContentVersion="3.0.0",
    )

    document = json.loads(content["HubContentDocument"])
    assert (content["HubContentName"], content["HubContentVersion"]) == ("huggingface-llm-mistral-7b-instruct", "3.0.0")
    assert document["HostingArtifactUri"].startswith("s3://jumpstart-cache-prod-us-east-1/")
    assert {each["Name"] for each in document["InferenceEnvironmentVariables"]} >= {"HF_MODEL_ID"}


def test_no_other_hub_has_models(local: Running) -> None:
    with pytest.raises(ClientError, match="does not exist in the hub mine"):
        local.client("sagemaker").describe_hub_content(HubName="mine", HubContentType="Model", HubContentName="any")


def test_network_isolation_is_kept(local: Running) -> None:
    sagemaker = local.client("sagemaker")
    sagemaker.create_model(ModelName="isolated", ExecutionRoleArn=ROLE, EnableNetworkIsolation=True)

    assert sagemaker.describe_model(ModelName="isolated")["EnableNetworkIsolation"] is True


def test_tagged_resources_are_listed_by_their_arns(local: Running) -> None:
    sagemaker = local.client("sagemaker")
    tags = [{"Key": "deployment", "Value": "tagged"}]
    sagemaker.create_model(ModelName="tagged", ExecutionRoleArn=ROLE, Tags=tags)
    sagemaker.create_endpoint_config(
        EndpointConfigName="tagged",
        ProductionVariants=[{"VariantName": "v", "ModelName": "tagged", "InstanceType": "ml.g5.xlarge"}],
        Tags=tags,
    )

    found = local.client("resourcegroupstaggingapi").get_resources(
        TagFilters=[{"Key": "deployment", "Values": ["tagged"]}]
    )

    assert sorted(each["ResourceARN"] for each in found["ResourceTagMappingList"]) == [
        "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/tagged",
        "arn:aws:sagemaker:us-east-1:123456789012:model/tagged",
    ]


@pytest.fixture(scope="session")
def keys(local_target: Running) -> str:
    """A secret of several keys, as JSON."""
    local_target.client("secretsmanager").create_secret(Name="keys", SecretString='{"one": "first"}')
    return "keys"


def gated_model(token: str) -> dict[str, Any]:
    """A template with a model whose environment has `token`."""
    container = {"Image": "any", "Environment": {"HF_TOKEN": token, "OTHER": "x"}}
    properties = {"ModelName": "gated-model", "ExecutionRoleArn": ROLE, "PrimaryContainer": container}
    return {
        "Resources": {"Model": {"Type": "AWS::SageMaker::Model", "Properties": properties}},
        "Outputs": {"Name": {"Value": {"Fn::GetAtt": ["Model", "ModelName"]}}},
    }
