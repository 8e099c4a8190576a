"""The account that the local target plays, as boto3 sees it: what its file says, and what is written back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from generator.local.account.account_file import AccountFile
from tests.contract.local_clients import Running

G5 = "L-1928E07B"
USER = "arn:aws:iam::123456789012:user/moto"


def say(account: AccountFile, text: str) -> None:
    """What a person does with an editor."""
    account.path.write_text(text, encoding="utf-8")


def refused(call: Any, code: str) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["Error"]["Code"] == code
    return str(caught.value.response["Error"]["Message"])


def rows(client: Any, operation: str, key: str, **asked: Any) -> list[dict[str, Any]]:
    return [row for page in client.get_paginator(operation).paginate(**asked) for row in page[key]]


# ---- quotas


def quotas(local: Running, operation: str = "list_service_quotas", **asked: Any) -> dict[str, float]:
    found = rows(local.client("service-quotas"), operation, "Quotas", ServiceCode="sagemaker", **asked)
    return {row["QuotaName"]: row["Value"] for row in found}


def test_applied_quotas_are_listed_by_name(local: Running, account: AccountFile) -> None:
    say(account, "quotas: {default: 100, ml.g5.xlarge: 0, ml.p5.48xlarge: not_applied}")

    found = quotas(local)

    assert found["ml.g5.xlarge for endpoint usage"] == 0
    assert found["ml.g6.xlarge for endpoint usage"] == 100
    assert "ml.p5.48xlarge for endpoint usage" not in found
    assert len(found) > 200
    assert quotas(local, QuotaCode=G5) == {"ml.g5.xlarge for endpoint usage": 0}


def test_defaults_are_zero_for_gpus_whatever_is_applied(local: Running, account: AccountFile) -> None:
    found = quotas(local, "list_aws_default_service_quotas")

    assert found["ml.g5.xlarge for endpoint usage"] == found["ml.inf2.xlarge for endpoint usage"] == 0
    assert found["ml.m5.large for endpoint usage"] > 0
    assert "ml.g5.xlarge for training job usage" in found


def test_lists_come_in_pages_as_small_as_asked(local: Running, account: AccountFile) -> None:
    client = local.client("service-quotas")

    page = client.list_service_quotas(ServiceCode="sagemaker", MaxResults=3)
    rest = client.list_service_quotas(ServiceCode="sagemaker", NextToken=page["NextToken"])

    assert (len(page["Quotas"]), len(rest["Quotas"])) == (3, 100)
    assert page["Quotas"][-1]["QuotaName"] < rest["Quotas"][0]["QuotaName"]
    refused(
        lambda: client.list_service_quotas(ServiceCode="sagemaker", NextToken="x"), "InvalidPaginationTokenException"
    )


def test_one_quota_is_told_by_its_code_where_it_was_applied(local: Running, account: AccountFile) -> None:
    client = local.client("service-quotas", "eu-west-1")
    asked = {"ServiceCode": "sagemaker", "QuotaCode": G5}

    quota = client.get_service_quota(**asked)["Quota"]
    assert (quota["Value"], quota["Adjustable"], quota["GlobalQuota"]) == (100, True, False)
    assert quota["QuotaArn"] == f"arn:aws:servicequotas:eu-west-1:123456789012:sagemaker/{G5}"

    say(account, "quotas: {default: not_applied}")
    refused(lambda: client.get_service_quota(**asked), "NoSuchResourceException")
    assert client.get_aws_default_service_quota(**asked)["Quota"]["Value"] == 0


def test_other_services_quotas_are_as_emulated(local: Running, account: AccountFile) -> None:
    client = local.client("service-quotas")

    assert client.list_aws_default_service_quotas(ServiceCode="vpc")["Quotas"]
    for call in (client.list_service_quotas, client.list_aws_default_service_quotas):
        refused(lambda call=call: call(ServiceCode="none"), "NoSuchResourceException")
    asked = {"ServiceCode": "none", "QuotaCode": G5}
    refused(lambda: client.get_aws_default_service_quota(**asked), "NoSuchResourceException")
    refused(lambda: client.request_service_quota_increase(**asked, DesiredValue=1), "NoSuchResourceException")


def requests(local: Running, region: str = "us-east-1", **asked: Any) -> list[dict[str, Any]]:
    client = local.client("service-quotas", region)
    return rows(client, "list_requested_service_quota_change_history", "RequestedQuotas", **asked)


def test_a_request_that_is_approved_at_once_raises_the_quota(local: Running, account: AccountFile) -> None:
    say(account, "quotas: {ml.g5.xlarge: 0}  # too few\nquota_requests: {approve: at_once}\n")
    client = local.client("service-quotas")
    asked = {"ServiceCode": "sagemaker", "QuotaCode": G5}

    made = client.request_service_quota_increase(**asked, DesiredValue=4)["RequestedQuota"]

    assert (made["Status"], made["DesiredValue"]) == ("PENDING", 4)
    assert client.get_service_quota(**asked)["Quota"]["Value"] == 4
    found = rows(client, "list_requested_service_quota_change_history_by_quota", "RequestedQuotas", **asked)
    assert [(each["Id"], each["Status"]) for each in found] == [(made["Id"], "APPROVED")]
    assert requests(local, Status="PENDING") == requests(local, "eu-west-1") == requests(local, ServiceCode="vpc") == []
    assert "# too few" in account.path.read_text(encoding="utf-8")
    assert account.read().quota_requests.requested[0].region == "us-east-1"


def test_a_request_may_stay_pending_and_only_one_is_taken(local: Running, account: AccountFile) -> None:
    say(account, "quotas: {default: not_applied}\nquota_requests: {approve: never}\n")
    client = local.client("service-quotas")
    asked = {"ServiceCode": "sagemaker", "QuotaCode": G5}

    client.request_service_quota_increase(**asked, DesiredValue=2)

    assert [each["QuotaName"] for each in requests(local, Status="PENDING")] == ["ml.g5.xlarge for endpoint usage"]
    assert account.read().quota("ml.g5.xlarge") is None
    again = refused(
        lambda: client.request_service_quota_increase(**asked, DesiredValue=3), "ResourceAlreadyExistsException"
    )
    assert "Only one open service quota increase request" in again


def test_a_request_must_ask_for_more_than_there_is(local: Running, account: AccountFile) -> None:
    client = local.client("service-quotas")
    asked = {"ServiceCode": "sagemaker", "QuotaCode": G5}

    said = refused(lambda: client.request_service_quota_increase(**asked, DesiredValue=100), "IllegalArgumentException")

    assert "greater than the current quota value of 100" in said


def test_requests_can_be_written_by_hand(local: Running, account: AccountFile) -> None:
    say(account, "quota_requests: {requested: [{type: ml.g5.xlarge, value: 8, status: CASE_OPENED}]}")

    found = requests(local, ServiceCode="sagemaker")
    assert [(each["QuotaCode"], each["DesiredValue"], each["Status"]) for each in found] == [(G5, 8, "CASE_OPENED")]
    assert [each["Id"] for each in requests(local)] == [found[0]["Id"]]

    say(account, "quota_requests: {requested: [{type: ml.g5.xlarge, value: 8, requested_at: 2026-11-20T10:00:00Z}]}")
    assert requests(local)[0]["Created"].isoformat().startswith("2026-11-20")


def test_a_type_that_the_file_names_has_a_quota(local: Running, account: AccountFile) -> None:
    say(account, "quotas: {ml.g99.xlarge: 3}")

    assert quotas(local)["ml.g99.xlarge for endpoint usage"] == 3


# ---- Bedrock


def test_models_are_listed_with_how_they_can_be_called(local: Running, account: AccountFile) -> None:
    client = local.client("bedrock", "us-west-2")

    found = {row["modelId"]: row for row in client.list_foundation_models()["modelSummaries"]}

    assert found["amazon.nova-micro-v1:0"]["inferenceTypesSupported"] == ["ON_DEMAND", "INFERENCE_PROFILE"]
    assert found["anthropic.claude-sonnet-4-6"]["inferenceTypesSupported"] == ["INFERENCE_PROFILE"]
    assert found["openai.gpt-oss-120b-1:0"]["inferenceTypesSupported"] == ["ON_DEMAND"]
    assert found["amazon.titan-embed-text-v2:0"]["outputModalities"] == ["EMBEDDING"]
    assert len(found) >= 15


@pytest.mark.parametrize(
    ("asked", "has", "lacks"),
    [
        ({"byProvider": "meta"}, "meta.llama3-3-70b-instruct-v1:0", "amazon.nova-micro-v1:0"),
        ({"byOutputModality": "EMBEDDING"}, "amazon.titan-embed-text-v2:0", "amazon.nova-micro-v1:0"),
        ({"byInferenceType": "ON_DEMAND"}, "amazon.nova-micro-v1:0", "anthropic.claude-sonnet-4-6"),
    ],
)
def test_models_are_filtered(local: Running, account: AccountFile, asked: dict[str, str], has: str, lacks: str) -> None:
    found = {row["modelId"] for row in local.client("bedrock").list_foundation_models(**asked)["modelSummaries"]}

    assert (has in found, lacks in found) == (True, False)


def test_what_the_file_says_of_a_model_is_told(local: Running, account: AccountFile) -> None:
    say(
        account,
        """\
bedrock:
  models:
    amazon.nova-micro-v1:0: {on_demand: false, lifecycle: LEGACY}
    mistral.new-model: {agreement: ERROR, authorized: false, entitled: false}
    qwen.qwen3-32b-v1:0: {offered: [us-east-1]}
    deepseek.v3-v1:0: {offered: false}
""",
    )
    client = local.client("bedrock", "us-west-2")

    model = client.get_foundation_model(modelIdentifier="amazon.nova-micro-v1:0")["modelDetails"]
    assert (model["inferenceTypesSupported"], model["modelLifecycle"]) == (["INFERENCE_PROFILE"], {"status": "LEGACY"})
    found = client.get_foundation_model_availability(modelId="mistral.new-model")
    assert found["agreementAvailability"]["status"] == "ERROR"
    assert found["agreementAvailability"]["errorMessage"]
    assert (found["authorizationStatus"], found["entitlementAvailability"]) == ("NOT_AUTHORIZED", "NOT_AVAILABLE")
    assert found["regionAvailability"] == "AVAILABLE"
    listed = {row["modelId"] for row in client.list_foundation_models()["modelSummaries"]}
    assert listed.isdisjoint({"deepseek.v3-v1:0", "qwen.qwen3-32b-v1:0"})
    assert "mistral.new-model" in listed
    for region, is_there in (("us-west-2", False), ("us-east-1", True)):
        asked = local.client("bedrock", region).get_foundation_model_availability(modelId="qwen.qwen3-32b-v1:0")
        assert asked["regionAvailability"] == ("AVAILABLE" if is_there else "NOT_AVAILABLE")
    said = refused(lambda: client.get_foundation_model(modelIdentifier="deepseek.v3-v1:0"), "ResourceNotFoundException")
    assert said == "Could not resolve the foundation model from the provided model identifier."


def test_a_model_that_nobody_names_is_as_it_should_be(local: Running, account: AccountFile) -> None:
    client = local.client("bedrock")
    arn = "arn:aws:bedrock:us-east-1::foundation-model/acme.model-v9:0"

    found = client.get_foundation_model_availability(modelId="acme.model-v9:0")

    assert found["agreementAvailability"] == {"status": "AVAILABLE"}
    assert (found["authorizationStatus"], found["regionAvailability"]) == ("AUTHORIZED", "AVAILABLE")
    assert client.get_foundation_model(modelIdentifier=arn)["modelDetails"]["modelArn"] == arn


@pytest.mark.parametrize("id", ["us.amazon.nova-micro-v1:0", "nonsense"])
def test_models_are_asked_for_by_their_own_id_only(local: Running, account: AccountFile, id: str) -> None:
    client = local.client("bedrock")

    refused(lambda: client.get_foundation_model(modelIdentifier=id), "ValidationException")
    if id != "nonsense":  # which botocore itself refuses
        refused(lambda: client.get_foundation_model_availability(modelId=id), "ValidationException")


def test_profiles_lead_to_the_regions_of_their_geography(local: Running, account: AccountFile) -> None:
    client = local.client("bedrock", "eu-central-1")

    profile = client.get_inference_profile(inferenceProfileIdentifier="eu.amazon.nova-micro-v1:0")

    model = "foundation-model/amazon.nova-micro-v1:0"
    assert f"arn:aws:bedrock:eu-west-1::{model}" in [each["modelArn"] for each in profile["models"]]
    assert profile["inferenceProfileArn"].startswith("arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.")
    by_arn = client.get_inference_profile(inferenceProfileIdentifier=profile["inferenceProfileArn"])
    assert by_arn["inferenceProfileId"] == "eu.amazon.nova-micro-v1:0"
    for other in ("us.amazon.nova-micro-v1:0", "amazon.nova-micro-v1:0"):
        refused(
            lambda other=other: client.get_inference_profile(inferenceProfileIdentifier=other),
            "ResourceNotFoundException",
        )


@pytest.mark.parametrize(
    ("geography", "here", "there"),
    [
        ("us", "us-west-2", "ap-south-1"),
        ("us", "ca-central-1", "us-gov-west-1"),
        ("us-gov", "us-gov-west-1", "us-east-1"),
        ("apac", "ap-south-1", "eu-west-1"),
        ("jp", "ap-northeast-3", "ap-northeast-2"),
        ("au", "ap-southeast-4", "ap-southeast-1"),
        ("ca", "ca-central-1", "us-east-1"),
    ],
)
def test_a_profile_is_called_from_its_geography_only(
    local: Running, account: AccountFile, geography: str, here: str, there: str
) -> None:
    asked = {"inferenceProfileIdentifier": f"{geography}.acme.model"}

    models = local.client("bedrock", here).get_inference_profile(**asked)["models"]

    assert len(models) > 1
    refused(lambda: local.client("bedrock", there).get_inference_profile(**asked), "ResourceNotFoundException")


def test_a_global_profile_leads_to_no_region_in_particular(local: Running, account: AccountFile) -> None:
    client = local.client("bedrock", "ap-southeast-1")

    profile = client.get_inference_profile(inferenceProfileIdentifier="global.anthropic.claude-sonnet-4-6")

    model = "foundation-model/anthropic.claude-sonnet-4-6"
    assert [each["modelArn"] for each in profile["models"]] == [
        f"arn:aws:bedrock:ap-southeast-1::{model}",
        f"arn:aws:bedrock:::{model}",
    ]


def test_profiles_are_listed_for_the_region_in_pages(local: Running, account: AccountFile) -> None:
    say(account, "bedrock: {models: {anthropic.claude-sonnet-4-6: {offered: false}}}")
    client = local.client("bedrock", "us-west-2")
    system = {"typeEquals": "SYSTEM_DEFINED"}

    found = rows(
        client, "list_inference_profiles", "inferenceProfileSummaries", **system, PaginationConfig={"PageSize": 4}
    )

    ids = [row["inferenceProfileId"] for row in found]
    assert "us.amazon.nova-micro-v1:0" in ids
    assert {each.partition(".")[0] for each in ids} == {"us", "global"}
    assert "us.anthropic.claude-sonnet-4-6" not in ids
    assert len(ids) == len(set(ids)) > 4
    assert client.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"] == []


def test_an_agreement_that_is_made_is_written_into_the_file(local: Running, account: AccountFile) -> None:
    say(account, "bedrock: {models: {us.mistral.x: {agreement: NOT_AVAILABLE}}}  # ours\n")
    client = local.client("bedrock")
    offer = client.list_foundation_model_agreement_offers(modelId="mistral.x")["offers"][0]

    refused(
        lambda: client.create_foundation_model_agreement(modelId="mistral.x", offerToken="other"), "ValidationException"
    )
    client.create_foundation_model_agreement(modelId="mistral.x", offerToken=offer["offerToken"])

    found = client.get_foundation_model_availability(modelId="mistral.x")
    assert found["agreementAvailability"]["status"] == "AVAILABLE"
    said, comment = account.path.read_text(encoding="utf-8").split("#")
    assert (said.strip(), comment) == ("bedrock: {models: {us.mistral.x: {agreement: AVAILABLE}}}", " ours\n")
    refused(
        lambda: client.create_foundation_model_agreement(modelId="mistral.x", offerToken=offer["offerToken"]),
        "ConflictException",
    )


def test_anthropics_form_comes_before_an_agreement(local: Running, account: AccountFile) -> None:
    model = "anthropic.claude-sonnet-4-6"
    say(account, f"bedrock: {{use_case_form: false, models: {{{model}: {{agreement: NOT_AVAILABLE}}}}}}")
    client = local.client("bedrock")
    token = client.list_foundation_model_agreement_offers(modelId=model)["offers"][0]["offerToken"]

    refused(client.get_use_case_for_model_access, "ResourceNotFoundException")
    said = refused(
        lambda: client.create_foundation_model_agreement(modelId=model, offerToken=token), "ResourceNotFoundException"
    )
    assert "Fill out the Anthropic use case details form" in said
    refused(lambda: client.put_use_case_for_model_access(formData=b"no form at all"), "ValidationException")
    refused(lambda: client.put_use_case_for_model_access(formData=b'["no", "form"]'), "ValidationException")
    client.put_use_case_for_model_access(formData=json.dumps({"companyName": "Acme"}).encode())

    assert account.read().bedrock.use_case_form
    assert json.loads(client.get_use_case_for_model_access()["formData"])
    client.create_foundation_model_agreement(modelId=model, offerToken=token)


def test_guardrails_exist_unless_the_file_says_otherwise(local: Running, account: AccountFile) -> None:
    say(account, "bedrock: {guardrails: {missing: [gone, 'kept:7']}}")
    client = local.client("bedrock")

    kept = client.get_guardrail(guardrailIdentifier="kept", guardrailVersion="1")
    by_arn = client.get_guardrail(guardrailIdentifier=kept["guardrailArn"])

    assert (kept["status"], kept["version"], by_arn["version"]) == ("READY", "1", "DRAFT")
    for asked in ({"guardrailIdentifier": "gone"}, {"guardrailIdentifier": "kept", "guardrailVersion": "7"}):
        refused(lambda asked=asked: client.get_guardrail(**asked), "ResourceNotFoundException")
    versions = client.list_guardrails(guardrailIdentifier="kept")["guardrails"]
    assert [each["version"] for each in versions] == ["DRAFT", "1"]
    assert client.list_guardrails()["guardrails"] == []


# ---- who one is and what one may do


def test_the_caller_is_a_user_that_iam_could_know(local: Running, account: AccountFile) -> None:
    sts = local.client("sts")

    assert sts.get_caller_identity()["Arn"] == USER
    role = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/deployer", RoleSessionName="test")["Credentials"]
    assumed = boto3.Session(role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"], "us-east-1")
    identity = assumed.client("sts", endpoint_url=local.target.control_url).get_caller_identity()
    assert identity["Arn"] == "arn:aws:sts::123456789012:assumed-role/deployer/test"


def test_actions_are_simulated_with_each_resource(local: Running, account: AccountFile) -> None:
    say(account, "iam: {denied: ['sagemaker:Create*']}")
    asked = {
        "PolicySourceArn": USER,
        "ActionNames": ["sagemaker:CreateEndpoint", "s3:GetObject"],
        "ResourceArns": ["arn:aws:s3:::one", "*"],
    }
    client = local.client("iam")

    found = rows(client, "simulate_principal_policy", "EvaluationResults", **asked, PaginationConfig={"PageSize": 3})

    assert [(row["EvalActionName"], row["EvalResourceName"], row["EvalDecision"]) for row in found] == [
        ("sagemaker:CreateEndpoint", "arn:aws:s3:::one", "implicitDeny"),
        ("sagemaker:CreateEndpoint", "*", "implicitDeny"),
        ("s3:GetObject", "arn:aws:s3:::one", "allowed"),
        ("s3:GetObject", "*", "allowed"),
    ]
    del asked["ResourceArns"]
    anywhere = client.simulate_principal_policy(**asked)["EvaluationResults"]
    assert [row["EvalResourceName"] for row in anywhere] == ["*", "*"]


def test_simulation_may_be_denied(local: Running, account: AccountFile) -> None:
    say(account, "iam: {simulation: false}")
    asked = {"PolicySourceArn": USER, "ActionNames": ["s3:GetObject"]}

    said = refused(lambda: local.client("iam").simulate_principal_policy(**asked), "AccessDenied")

    assert said == f"User: {USER} is not authorized to perform: iam:SimulatePrincipalPolicy on resource: {USER}"


def test_a_role_may_be_refused(local: Running, account: AccountFile) -> None:
    say(account, "bedrock: {roles: {refused: ['*:role/other-*']}}")
    role = "arn:aws:iam::210987654321:role/other-account"

    said = refused(lambda: local.client("sts").assume_role(RoleArn=role, RoleSessionName="test"), "AccessDenied")

    assert said == f"User: {USER} is not authorized to perform: sts:AssumeRole on resource: {role}"


# ---- images and instance types

DLC = {"registryId": "763104351884", "repositoryName": "djl-inference"}


def test_images_exist_unless_the_file_says_otherwise(local: Running, account: AccountFile) -> None:
    say(account, "images: {missing: ['*lmi28*']}")
    ecr = local.client("ecr")
    there, gone = {"imageTag": "0.36.0-lmi20.0.0-cu128"}, {"imageTag": "0.36.0-lmi28.0.0-cu130"}

    answer = ecr.batch_get_image(**DLC, imageIds=[there, gone])

    assert [each["imageId"]["imageTag"] for each in answer["images"]] == [there["imageTag"]]
    assert [(each["imageId"], each["failureCode"]) for each in answer["failures"]] == [(gone, "ImageNotFound")]
    digest = answer["images"][0]["imageId"]["imageDigest"]
    assert ecr.describe_images(**DLC, imageIds=[there])["imageDetails"][0]["imageDigest"] == digest
    by_digest = ecr.describe_images(**DLC, imageIds=[{"imageDigest": digest}])["imageDetails"][0]
    assert by_digest["imageDigest"] == digest
    said = refused(lambda: ecr.describe_images(**DLC, imageIds=[gone]), "ImageNotFoundException")
    assert "0.36.0-lmi28.0.0-cu130" in said


def test_repositories_that_were_made_here_hold_what_was_pushed(local: Running, account: AccountFile) -> None:
    ecr = local.client("ecr")
    ecr.create_repository(repositoryName="ours")
    ecr.put_image(repositoryName="ours", imageManifest='{"mediaType": "x"}', imageTag="one")

    answer = ecr.batch_get_image(repositoryName="ours", imageIds=[{"imageTag": "one"}, {"imageTag": "two"}])

    assert (len(answer["images"]), len(answer["failures"])) == (1, 1)
    unknown = ecr.batch_get_image(repositoryName="of-another-life", imageIds=[{"imageTag": "one"}])
    assert len(unknown["images"]) == 1


def offerings(local: Running, kind: str, **filters: list[str]) -> list[tuple[str, str]]:
    asked = [{"Name": name.replace("_", "-"), "Values": values} for name, values in filters.items()]
    found = rows(
        local.client("ec2", "eu-west-1"),
        "describe_instance_type_offerings",
        "InstanceTypeOfferings",
        LocationType=kind,
        Filters=asked,
        PaginationConfig={"PageSize": 5},
    )
    return [(row["InstanceType"], row["Location"]) for row in found]


def test_instance_types_are_offered_unless_the_file_says_otherwise(local: Running, account: AccountFile) -> None:
    say(account, "instance_types: {not_offered: [ml.p5.48xlarge, 'g6.*']}")

    assert offerings(local, "region", instance_type=["g5.xlarge", "p5.48xlarge", "g6.xlarge"]) == [
        ("g5.xlarge", "eu-west-1")
    ]
    assert offerings(local, "availability-zone", instance_type=["g5.?xlarge"], location=["eu-west-1b"]) == [
        ("g5.2xlarge", "eu-west-1b"),
        ("g5.4xlarge", "eu-west-1b"),
        ("g5.8xlarge", "eu-west-1b"),
    ]
    assert len(offerings(local, "region")) > 100


# ---- refusals

CALLS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "servicequotas": ("service-quotas", lambda client: client.list_service_quotas(ServiceCode="sagemaker")),
    "bedrock": ("bedrock", lambda client: client.list_foundation_models()),
    "sts": ("sts", lambda client: client.get_caller_identity()),
    "ec2": ("ec2", lambda client: client.describe_instance_type_offerings()),
    "s3": ("s3", lambda client: client.list_buckets()),
}


@pytest.mark.parametrize(
    ("service", "refusal", "code", "said"),
    [
        (
            "servicequotas",
            "AccessDeniedException",
            "AccessDeniedException",
            f"User: {USER} is not authorized to perform",
        ),
        ("bedrock", "AccessDeniedException", "AccessDeniedException", f"User: {USER} is not authorized to perform"),
        ("sts", "AccessDeniedException", "AccessDenied", "no identity-based policy allows"),
        ("ec2", "AccessDeniedException", "UnauthorizedOperation", "no identity-based policy allows"),
        ("s3", "AccessDeniedException", "AccessDenied", "no identity-based policy allows"),
        ("servicequotas", "ThrottlingException", "ThrottlingException", "Rate exceeded"),
        ("sts", "ThrottlingException", "Throttling", "Rate exceeded"),
        ("ec2", "ThrottlingException", "RequestLimitExceeded", "Request limit exceeded"),
        ("s3", "ThrottlingException", "SlowDown", "reduce your request rate"),
        (
            "bedrock",
            "ExpiredTokenException",
            "ExpiredTokenException",
            "security token included in the request is expired",
        ),
        ("sts", "ExpiredTokenException", "ExpiredToken", "security token included in the request is expired"),
        ("ec2", "ExpiredTokenException", "RequestExpired", "Request has expired"),
        ("s3", "ExpiredTokenException", "ExpiredToken", "token has expired"),
    ],
)
def test_a_service_refuses_in_its_own_words(
    local: Running, account: AccountFile, service: str, refusal: str, code: str, said: str
) -> None:
    say(account, f"refusals: {{{service}: {refusal}}}")
    client, call = CALLS[service]

    assert said in refused(lambda: call(local.client(client)), code)

    for other, (other_client, other_call) in CALLS.items():
        if other != service:
            other_call(local.client(other_client))


def test_every_service_can_be_refused_at_once(local: Running, account: AccountFile) -> None:
    say(account, "refusals: {'*': ExpiredTokenException, s3: ThrottlingException}")

    refused(lambda: local.client("sts").get_caller_identity(), "ExpiredToken")
    refused(lambda: local.client("secretsmanager").list_secrets(), "ExpiredTokenException")
    refused(lambda: local.client("s3").list_buckets(), "SlowDown")


def test_a_slow_service_does_not_answer_until_the_file_says_so(local: Running, account: AccountFile) -> None:
    say(account, "refusals: {sts: slow}")
    hasty = boto3.Session("local", "local", region_name="us-east-1").client(
        "sts",
        endpoint_url=local.target.control_url,
        config=Config(read_timeout=0.3, retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ReadTimeoutError):
        hasty.get_caller_identity()
    answers: list[str] = []
    waiting = threading.Thread(target=lambda: answers.append(local.client("sts").get_caller_identity()["Arn"]))
    waiting.start()

    say(account, "refusals: {}")
    waiting.join()

    assert answers == [USER]


def test_whoever_asks_hears_where_a_broken_file_is_broken(local: Running, account: AccountFile) -> None:
    say(account, "quotas:\n  default: many\n")
    said = f"{account.path}:2:3: quotas.default: it should be a number of instances, or not_applied"

    for client, call in CALLS.values():
        assert refused(lambda client=client, call=call: call(local.client(client)), "BrokenAccountFile") == said

    assert local.logged(f"account: {said}")
    say(account, "quotas: {default: 3}")
    assert quotas(local, QuotaCode=G5) == {"ml.g5.xlarge for endpoint usage": 3}


# ---- versions of secrets


@pytest.fixture
def secret(local: Running, request: pytest.FixtureRequest) -> tuple[Any, str, str]:
    """A client, a secret of the test's own, and its first version."""
    client = local.client("secretsmanager")
    made = client.create_secret(Name=f"versions/{request.node.name}", SecretString="first")
    return client, made["ARN"], made["VersionId"]


def labels(client: Any, secret: str) -> dict[str, str]:
    """The text of each version that has a label, by label."""
    listed = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    return {
        label: client.get_secret_value(SecretId=secret, VersionId=version)["SecretString"]
        for version, present in listed.items()
        for label in present
    }


def test_a_version_put_aside_changes_nothing_until_its_label_moves(secret: tuple[Any, str, str]) -> None:
    client, arn, first = secret

    second = client.put_secret_value(SecretId=arn, SecretString="second", VersionStages=["ASIDE"])["VersionId"]
    assert client.get_secret_value(SecretId=arn)["SecretString"] == "first"
    moved = {"RemoveFromVersionId": first, "MoveToVersionId": second}
    client.update_secret_version_stage(SecretId=arn, VersionStage="AWSCURRENT", **moved)

    assert client.get_secret_value(SecretId=arn)["SecretString"] == "second"
    assert labels(client, arn) == {"AWSCURRENT": "second", "ASIDE": "second", "AWSPREVIOUS": "first"}
    client.put_secret_value(SecretId=arn, SecretString="third")
    assert labels(client, arn) == {"AWSCURRENT": "third", "AWSPREVIOUS": "second", "ASIDE": "second"}
    assert client.get_secret_value(SecretId=arn, VersionId=first)["SecretString"] == "first"


def test_a_label_is_moved_only_from_where_it_is(secret: tuple[Any, str, str]) -> None:
    client, arn, first = secret
    second = client.put_secret_value(SecretId=arn, SecretString="second", VersionStages=["ASIDE"])["VersionId"]
    third = client.put_secret_value(SecretId=arn, SecretString="third")["VersionId"]
    before = labels(client, arn)

    for label, moved in (
        ("AWSCURRENT", {"RemoveFromVersionId": first, "MoveToVersionId": second}),
        ("AWSCURRENT", {"MoveToVersionId": second}),
        ("AWSCURRENT", {"RemoveFromVersionId": third, "MoveToVersionId": "x" * 32}),
        ("ASIDE", {"MoveToVersionId": first}),
        ("ASIDE", {"RemoveFromVersionId": first}),
        ("NOWHERE", {"RemoveFromVersionId": first}),
    ):
        refused(
            lambda label=label, moved=moved: client.update_secret_version_stage(
                SecretId=arn, VersionStage=label, **moved
            ),
            "InvalidParameterException",
        )

    assert labels(client, arn) == before
    refused(
        lambda: client.update_secret_version_stage(SecretId="none", VersionStage="X", MoveToVersionId=first),
        "ResourceNotFoundException",
    )


def test_of_many_who_move_the_current_label_one_wins(secret: tuple[Any, str, str]) -> None:
    client, arn, first = secret
    asides = [
        client.put_secret_value(SecretId=arn, SecretString=f"{number}", VersionStages=[f"N{number}"])["VersionId"]
        for number in range(6)
    ]
    won: list[str] = []

    def move(version: str) -> None:
        try:
            client.update_secret_version_stage(
                SecretId=arn, VersionStage="AWSCURRENT", RemoveFromVersionId=first, MoveToVersionId=version
            )
            won.append(version)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InvalidParameterException"

    threads = [threading.Thread(target=move, args=(version,)) for version in asides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert won == [client.get_secret_value(SecretId=arn)["VersionId"]]


def test_labels_are_added_taken_off_and_brought_along(secret: tuple[Any, str, str]) -> None:
    client, arn, first = secret
    client.update_secret_version_stage(SecretId=arn, VersionStage="OURS", MoveToVersionId=first)
    client.update_secret_version_stage(SecretId=arn, VersionStage="OURS", MoveToVersionId=first)

    client.put_secret_value(SecretId=arn, SecretString="second", VersionStages=["AWSCURRENT", "OURS"])

    assert labels(client, arn) == {"AWSCURRENT": "second", "OURS": "second", "AWSPREVIOUS": "first"}
    client.update_secret_version_stage(SecretId=arn, VersionStage="AWSPREVIOUS", RemoveFromVersionId=first)
    assert labels(client, arn) == {"AWSCURRENT": "second", "OURS": "second"}


def test_versions_are_listed_with_their_dates_in_pages(secret: tuple[Any, str, str]) -> None:
    client, arn, first = secret
    for value in ("second", "third"):
        client.put_secret_value(SecretId=arn, SecretString=value)

    asked = {"SecretId": arn, "IncludeDeprecated": True}
    every = client.list_secret_version_ids(**asked)
    page = client.list_secret_version_ids(**asked, MaxResults=2)
    rest = client.list_secret_version_ids(**asked, NextToken=page["NextToken"])

    assert (every["ARN"], len(every["Versions"])) == (arn, 3)
    assert page["Versions"] + rest["Versions"] == every["Versions"]
    dates = [each["CreatedDate"] for each in every["Versions"]]
    assert (dates, every["Versions"][0]["VersionId"]) == (sorted(dates), first)
    assert len(client.list_secret_version_ids(SecretId=arn)["Versions"]) == 2
    refused(lambda: client.list_secret_version_ids(SecretId="none"), "ResourceNotFoundException")
