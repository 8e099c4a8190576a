"""What a catalog becomes: names, permissions, machines and discovery documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generator.catalog import Catalog
from generator.errors import PlanningError
from generator.families.jumpstart import JumpStartModel
from generator.families.lambda_runtime import ON_AWS, ON_AWS_ARM, LambdaRuntime
from generator.permissions import Arn
from generator.planning import (
    BackendPlan,
    DeploymentPlan,
    EndpointPlan,
    HuggingFaceSecret,
    MonitoringPlan,
    ScalingPlan,
    SchedulePlan,
    plan_deployment,
)

SELF_HOSTED: dict[str, Any] = {
    "id": "m",
    "provider": "sagemaker",
    "source": {"huggingface": "org/m"},
    "instance_type": "ml.g5.xlarge",
}
IN_S3 = {**SELF_HOSTED, "source": {"s3": "s3://bucket/weights/"}}
OWN_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/llm"
OFFICE_HOURS = {"start": "0 8 ? * MON-FRI *", "stop": "0 18 ? * MON-FRI *", "timezone": "Europe/Dublin"}
THIRD_PARTY = {"id": "g", "provider": "openai", "model": "gpt-4o"}
TOKEN_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:token-a1b2c3"


def catalog(*models: dict[str, Any], **settings: Any) -> Catalog:
    document = {"version": 1, "deployment": "demo", "region": "us-east-1", "models": models, **settings}
    return Catalog.model_validate(document)


def planned(*models: dict[str, Any], **settings: Any) -> DeploymentPlan:
    return plan_deployment(catalog(*models, **settings), ON_AWS)


def endpoint(*, of: dict[str, Any] = SELF_HOSTED, **changes: Any) -> EndpointPlan:
    return planned({**of, **changes}).endpoints[0]


def document(entry: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """An entry's discovery document without what all have in common."""
    other = {"id": "other", "provider": "openai", "model": "gpt-4o"}
    found = dict(planned(entry, other, **settings).discovery[0].document)
    return {key: value for key, value in found.items() if key not in {"version", "id", "provider", "defaults"}}


def bedrock(model: str, **settings: Any) -> dict[str, Any]:
    return {"id": "m", "provider": "bedrock", "model": model, **settings}


def test_bedrock_region_comes_from_the_entry_then_the_catalog_then_the_deployment() -> None:
    entries = [{**bedrock("amazon.titan-text-lite-v1"), "id": f"m{n}"} for n in range(2)]
    entries[0]["region"] = "eu-west-1"

    documents = [entry.document for entry in planned(*entries, bedrock={"region": "us-west-2"}).discovery]

    assert [document["region"] for document in documents] == ["eu-west-1", "us-west-2"]


def test_defaults_of_an_entry_win_over_the_catalogs() -> None:
    entry = {"id": "g", "provider": "openai", "model": "gpt-4o", "defaults": {"temperature": 0.1}}

    plan = planned(entry, defaults={"temperature": 0.9, "max_tokens": 5})

    assert plan.discovery[0].document == {
        "version": 1,
        "id": "g",
        "provider": "openai",
        "model": "gpt-4o",
        "defaults": {"temperature": 0.1, "max_tokens": 5},
    }


@pytest.mark.parametrize(
    ("entry", "settings", "expected"),
    [
        (SELF_HOSTED, {}, {"region": "us-east-1", "endpoint": "terrachat-demo-m", "wire": "messages"}),
        (
            {**SELF_HOSTED, "stopped": True},
            {},
            {"region": "us-east-1", "endpoint": "terrachat-demo-m", "wire": "messages", "stopped": True},
        ),
        (
            {**SELF_HOSTED, "schedule": OFFICE_HOURS},
            {},
            {"region": "us-east-1", "endpoint": "terrachat-demo-m", "wire": "messages", "schedule": OFFICE_HOURS},
        ),
        (
            {"id": "m", "provider": "sagemaker", "endpoint": "Search", "wire": "generate", "region": "eu-west-1"},
            {},
            {"region": "eu-west-1", "endpoint": "Search", "wire": "generate"},
        ),
        (
            bedrock("amazon.nova-micro-v1:0"),
            {"bedrock": {"role_arn": "arn:aws:iam::210987654321:role/r", "guardrail": {"id": "gr1", "version": "2"}}},
            {
                "region": "us-east-1",
                "model": "amazon.nova-micro-v1:0",
                "role_arn": "arn:aws:iam::210987654321:role/r",
                "guardrail": {"id": "gr1", "version": "2"},
            },
        ),
        ({"id": "m", "provider": "cohere", "model": "command-r"}, {}, {"model": "command-r"}),
        (
            {"id": "m", "provider": "cohere", "model": "command-r", "key_name": "TEAM_KEY"},
            {},
            {"model": "command-r", "key_name": "TEAM_KEY"},
        ),
        (
            {**THIRD_PARTY, "base_url": "http://10.0.0.1/v1", "key_name": None},
            {},
            {"model": "gpt-4o", "base_url": "http://10.0.0.1/v1", "key_name": None},
        ),
        ({"id": "Model1", "provider": "azure_openai"}, {}, {"model": "Model1"}),
        ({"id": "gpt", "provider": "azure_openai", "model": "Model2"}, {}, {"model": "Model2"}),
        (
            {
                **SELF_HOSTED,
                "fallback": ["other"],
                "unsupported_parameters": "drop",
                "modalities": ["text", "image"],
                "context_tokens": 8192,
                "price": {"input": 0, "output": 0.5},
                "timeouts": {"first_token_s": 30},
            },
            {},
            {
                "region": "us-east-1",
                "endpoint": "terrachat-demo-m",
                "wire": "messages",
                "fallback": ["other"],
                "unsupported_parameters": "drop",
                "modalities": ["text", "image"],
                "context_tokens": 8192,
                "price": {"input": 0.0, "output": 0.5},
                "timeouts": {"first_token_s": 30},
            },
        ),
        (
            {**THIRD_PARTY, "fallback": [], "unsupported_parameters": "refuse", "timeouts": {}},
            {},
            {"model": "gpt-4o"},
        ),
    ],
    ids=[
        "own endpoint",
        "stopped",
        "scheduled",
        "existing endpoint",
        "bedrock with the catalog's settings",
        "third party",
        "third party with another key",
        "server without a key",
        "azure by its id",
        "azure by an identifier",
        "everything about a model",
        "nothing about a model",
    ],
)
def test_discovery_document_says_how_to_reach_the_model(
    entry: dict[str, Any], settings: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert document(entry, **settings) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (SELF_HOSTED, ("aws_sagemaker_endpoint.m", "aws_iam_role_policy.handler_sagemaker")),
        (
            {**SELF_HOSTED, "stopped": True},
            ("aws_sagemaker_endpoint_configuration.m", "aws_iam_role_policy.handler_sagemaker"),
        ),
        (
            {**SELF_HOSTED, "schedule": OFFICE_HOURS},
            (
                "aws_scheduler_schedule.m_start",
                "aws_scheduler_schedule.m_stop",
                "aws_iam_role_policy.handler_sagemaker",
            ),
        ),
        (
            {"id": "m", "provider": "sagemaker", "endpoint": "search"},
            ("aws_iam_role_policy.handler_sagemaker",),
        ),
        (bedrock("amazon.nova-micro-v1:0"), ("aws_iam_role_policy.handler_bedrock",)),
        (THIRD_PARTY, ()),
    ],
    ids=["own endpoint", "stopped", "scheduled", "existing endpoint", "bedrock", "third party"],
)
def test_what_is_listed_exists(entry: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert planned(entry).discovery[0].depends_on == expected


def test_container_environment_is_the_familys_and_the_owners_the_owner_winning() -> None:
    found = endpoint(
        source={"huggingface": "org/m", "revision": "v1"},
        environment={"SM_VLLM_HOST": "::", "SM_VLLM_MAX_MODEL_LEN": "8192"},
    )

    assert found.environment == {
        "SM_VLLM_HOST": "::",
        "SM_VLLM_MAX_MODEL_LEN": "8192",
        "SM_VLLM_MODEL": "org/m",
        "SM_VLLM_REVISION": "v1",
    }


def test_model_is_spread_over_all_gpus_of_the_instance() -> None:
    assert endpoint(instance_type="ml.g5.12xlarge").environment["SM_VLLM_TENSOR_PARALLEL_SIZE"] == "4"


@pytest.mark.parametrize(
    ("container", "model", "revision"),
    [
        ("lmi", "HF_MODEL_ID", "OPTION_REVISION"),
        ("sglang", "SM_SGLANG_MODEL_PATH", "SM_SGLANG_REVISION"),
        ("tgi", "HF_MODEL_ID", "HF_MODEL_REVISION"),
        ({"image": f"{OWN_IMAGE}:1"}, "HF_MODEL_ID", "HF_MODEL_REVISION"),
    ],
    ids=["lmi", "sglang", "tgi", "own image"],
)
def test_container_is_told_the_model_in_its_own_words(container: Any, model: str, revision: str) -> None:
    found = endpoint(container=container, source={"huggingface": "org/m", "revision": "v1"}).environment

    assert (found[model], found[revision]) == ("org/m", "v1")


def test_weights_from_s3_need_no_network_and_time_to_arrive() -> None:
    found = endpoint(of=IN_S3)

    assert (found.weights, found.weights_are_archive) == ("s3://bucket/weights/", False)
    assert (found.network_isolation, found.download_timeout_s) == (True, 1800)
    assert found.environment["SM_VLLM_MODEL"] == "/opt/ml/model"


def test_own_image_keeps_its_network_and_its_wire() -> None:
    found = endpoint(of=IN_S3, container={"image": f"{OWN_IMAGE}@sha256:{'0' * 64}", "wire": "generate"})

    assert (found.network_isolation, found.wire, found.environment) == (False, "generate", {})
    assert found.image_repository_arn == Arn("ecr", "repository/team/llm", "us-east-1", "123456789012")


def test_own_image_needs_no_source() -> None:
    image = f"{OWN_IMAGE}:1.0"

    found = endpoint(of={**SELF_HOSTED, "source": None, "container": {"image": image}})

    assert (found.image, found.source, found.weights) == (image, image, None)


JUMPSTART = JumpStartModel(
    model_id="llama",
    version="2.0.0",
    image="763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.31.0-lmi13.0.0-cu124",
    artifact="s3://jumpstart/llama/artifacts",
    is_compressed=False,
    environment={"HF_MODEL_ID": "/opt/ml/model"},
    instance_types=("ml.g5.xlarge",),
    network_isolation=True,
    needs_eula=True,
    startup_timeout_s=1200,
    download_timeout_s=600,
    inference_ami_version="al2-ami-sagemaker-inference-gpu-2",
)
FROM_JUMPSTART = {**SELF_HOSTED, "source": {"jumpstart": "llama", "version": "2.0.0", "accept_eula": True}}


def test_jumpstart_says_everything_about_its_model() -> None:
    plan = plan_deployment(catalog(FROM_JUMPSTART), ON_AWS, jumpstart={("llama", "2.0.0"): JUMPSTART})
    found = plan.endpoints[0]

    assert (found.image, found.environment) == (JUMPSTART.image, JUMPSTART.environment)
    assert (found.weights, found.accepts_eula) == ("s3://jumpstart/llama/artifacts/", True)
    assert (found.startup_timeout_s, found.download_timeout_s) == (1200, 600)
    assert (found.inference_ami_version, found.network_isolation) == ("al2-ami-sagemaker-inference-gpu-2", True)


def test_jumpstart_model_that_nothing_is_known_of_is_named() -> None:
    with pytest.raises(PlanningError, match=r"models\.m: nothing is known of version '2\.0\.0' of the JumpStart model"):
        plan_deployment(catalog(FROM_JUMPSTART), ON_AWS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"source": {"jumpstart": "llama", "version": "2.0.0"}},
            "models.m.source: 'llama' comes with a licence that must be accepted",
        ),
        (
            {"instance_type": "ml.g5.2xlarge"},
            "models.m.instance_type: JumpStart does not run 'llama' on 'ml.g5.2xlarge'",
        ),
    ],
    ids=["licence that nobody accepted", "instance type that JumpStart does not support"],
)
def test_jumpstart_model_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PlanningError) as caught:
        plan_deployment(catalog({**FROM_JUMPSTART, **changes}), ON_AWS, jumpstart={("llama", "2.0.0"): JUMPSTART})

    assert caught.value.message == message


@pytest.mark.parametrize(
    ("instance_type", "changes", "expected"),
    [
        ("ml.g5.xlarge", {}, None),
        ("ml.p3.2xlarge", {"container": {"image": f"{OWN_IMAGE}:1"}}, 64 + 16),
        ("ml.c7i.4xlarge", {"container": {"image": f"{OWN_IMAGE}:1"}}, 64),
        ("ml.c7i.4xlarge", {"container": {"image": f"{OWN_IMAGE}:1"}, "volume_gib": 100}, 100),
    ],
    ids=["disk of its own", "room for what the GPUs hold", "no accelerator", "as the owner says"],
)
def test_volume_is_for_instances_without_a_disk(
    instance_type: str, changes: dict[str, Any], expected: int | None
) -> None:
    assert endpoint(instance_type=instance_type, **changes).volume_gib == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "al2-ami-sagemaker-inference-gpu-3-1"),
        ({"inference_ami_version": "al2-ami-sagemaker-inference-gpu-2"}, "al2-ami-sagemaker-inference-gpu-2"),
        ({"container": {"image": f"{OWN_IMAGE}:1"}}, None),
        ({"container": {"image": f"{OWN_IMAGE}:1-cu124"}}, "al2-ami-sagemaker-inference-gpu-3-1"),
    ],
    ids=["the family's", "the owner's", "unknown", "by an own image's tag"],
)
def test_machine_image_fits_the_containers_cuda(changes: dict[str, Any], expected: str | None) -> None:
    assert endpoint(**changes).inference_ami_version == expected


def test_scaling_schedule_and_stop_are_the_catalogs() -> None:
    scaled = endpoint(instances={"min": 2, "max": 6, "target_concurrency": 4}, update="rolling")
    scheduled = endpoint(schedule=OFFICE_HOURS)
    stopped = endpoint(stopped=True)

    assert (scaled.scaling, scaled.update) == (ScalingPlan(2, 6, 4), "rolling")
    assert scheduled.schedule == SchedulePlan("0 8 ? * MON-FRI *", "0 18 ? * MON-FRI *", "Europe/Dublin")
    assert [each.is_terraform_owned for each in (scaled, scheduled, stopped)] == [True, False, False]


@pytest.mark.parametrize(
    ("instances", "expected"),
    [({"min": 2}, 1), ({"min": 12}, 3), ({"min": 5, "max": 40}, 2)],
    ids=["of two", "of twelve", "five per cent of forty"],
)
def test_rolling_update_takes_a_part_that_sagemaker_accepts(instances: dict[str, int], expected: int) -> None:
    assert endpoint(instances=instances, update="rolling").rolling_batch == expected


CHANGES_OF_A_MODEL: list[dict[str, Any]] = [
    {"environment": {"A": "1"}},
    {"source": {"huggingface": "org/other"}},
    {"source": {"huggingface": "org/m", "revision": "v2"}},
    {"source": {"s3": "s3://bucket/weights/"}},
    {"container": "lmi"},
]


@pytest.mark.parametrize("changes", CHANGES_OF_A_MODEL, ids=str)
def test_model_name_changes_with_its_content(changes: dict[str, Any]) -> None:
    assert endpoint(**changes).model_name != endpoint().model_name
    assert endpoint(**changes).name == endpoint().name == "terrachat-demo-m"


@pytest.mark.parametrize(
    "changes",
    [{"instance_type": "ml.g5.2xlarge"}, {"instances": {"min": 3}}, {"stopped": True}, {"startup_timeout_s": 600}],
    ids=str,
)
def test_model_name_does_not_change_with_anything_else(changes: dict[str, Any]) -> None:
    assert endpoint(**changes).model_name == endpoint().model_name


def test_model_name_changes_with_the_secret_that_its_token_is_in() -> None:
    plans = [
        planned(SELF_HOSTED, **settings)
        for settings in ({}, {"huggingface": {"token_secret": TOKEN_ARN}}, {"huggingface": {"create_secret": True}})
    ]

    assert len({plan.endpoints[0].model_name for plan in plans}) == 3
    assert [plan.huggingface_secret for plan in plans] == [
        None,
        HuggingFaceSecret(TOKEN_ARN, "terrachat/demo/huggingface-token"),
        HuggingFaceSecret(None, "terrachat/demo/huggingface-token"),
    ]


def test_two_entries_with_one_model_and_long_names_share_no_name() -> None:
    entries = ({**SELF_HOSTED, "id": f"mistral-7b-instruct-v0.3-{name}"} for name in ("canary", "stable"))
    first, second = planned(*entries, deployment="customer-support-eu1").endpoints

    assert first.model_name != second.model_name
    assert first.name_prefix != second.name_prefix


def test_token_goes_to_what_fetches_from_the_hub_and_to_nothing_else() -> None:
    entries = [
        SELF_HOSTED,
        {**IN_S3, "id": "s3"},
        {**SELF_HOSTED, "id": "own", "container": {"image": f"{OWN_IMAGE}:1"}},
    ]

    found = planned(*entries, huggingface={"token_secret": TOKEN_ARN}).endpoints

    assert [each.token_variables for each in found] == [("HF_TOKEN",), (), ("HF_TOKEN",)]
    assert [each.uses_token for each in found] == [True, False, True]


def test_environment_that_would_make_aws_read_a_secret_is_refused() -> None:
    entry = {**SELF_HOSTED, "environment": {"A": "{{resolve:secretsmanager:other}}"}}

    assert planned(entry).endpoints[0].environment["A"] == "{{resolve:secretsmanager:other}}"
    with pytest.raises(PlanningError, match=r"models\.m\.environment\.A: .* would make AWS read a secret"):
        planned(entry, huggingface={"token_secret": TOKEN_ARN})


def test_container_environment_of_more_than_32_kb_is_refused() -> None:
    large = {**SELF_HOSTED, "environment": {f"V{n}": "é" * 1024 for n in range(16)}}

    with pytest.raises(PlanningError, match=r"models\.m\.environment: .* 32,\d{3} bytes; SageMaker takes 32 KB"):
        planned(large)


def test_container_environment_with_jumpstarts_own_stays_within_sagemakers_limit() -> None:
    large = {**FROM_JUMPSTART, "environment": {f"V{n}": "x" for n in range(90)}}
    model = replace(JUMPSTART, environment={f"J{n}": "x" for n in range(11)})

    with pytest.raises(PlanningError, match="these are 101 variables; SageMaker takes 100"):
        plan_deployment(catalog(large), ON_AWS, jumpstart={("llama", "2.0.0"): model})


def test_longest_names_stay_within_awss_limits() -> None:
    longest = planned({**SELF_HOSTED, "id": "m" * 32}, deployment="d" * 20).endpoints[0]

    assert max(len(longest.name), len(longest.model_name)) <= 63  # botocore: ModelName, EndpointName
    assert len(longest.name_prefix) + 26 <= 63  # what Terraform adds to a prefix
    assert len(longest.name_prefix) <= 38  # IAM roles


def test_region_without_an_image_is_named() -> None:
    elsewhere = catalog(SELF_HOSTED).model_copy(update={"region": "us-gov-east-9"})

    with pytest.raises(PlanningError, match=r"models\.m: no 'vllm' image is known in the region 'us-gov-east-9'"):
        plan_deployment(elsewhere, ON_AWS)


@pytest.mark.parametrize("region", ["us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"])
def test_region_without_the_web_adapter_is_named(region: str) -> None:
    with pytest.raises(PlanningError, match=f"Lambda Web Adapter.* is not published in {region!r}"):
        planned(THIRD_PARTY, region=region)


def test_handler_in_china_uses_chinas_own_partition_and_account() -> None:
    plan = planned(THIRD_PARTY, region="cn-north-1")

    assert plan.handler.layer_arn.startswith("arn:aws-cn:lambda:cn-north-1:041581134020:layer:")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, MonitoringPlan("Terrachat", "terrachat-demo-us-east-1", True, None)),
        (
            {"dashboard": False, "topic": "arn:aws:sns:us-east-1:123456789012:on-call"},
            MonitoringPlan("Terrachat", None, True, "arn:aws:sns:us-east-1:123456789012:on-call"),
        ),
        ({"alarms": False}, MonitoringPlan("Terrachat", "terrachat-demo-us-east-1", False, None)),
        ({"metrics": False}, None),
    ],
    ids=["by default", "alarms only", "dashboard only", "nothing"],
)
def test_monitoring_is_as_the_catalog_says(settings: dict[str, Any], expected: MonitoringPlan | None) -> None:
    assert planned(THIRD_PARTY, monitoring=settings).monitoring == expected


@pytest.mark.parametrize(
    ("settings", "is_published"), [({}, False), ({"snap_start": True}, True), ({"provisioned_concurrency": 1}, True)]
)
def test_what_starts_ahead_is_a_published_version(settings: dict[str, Any], *, is_published: bool) -> None:
    assert planned(THIRD_PARTY, handler=settings).handler.is_published == is_published


def test_handlers_layer_is_for_its_architecture() -> None:
    plan = plan_deployment(catalog(THIRD_PARTY, handler={"architecture": "arm64"}), ON_AWS_ARM)

    assert (plan.handler.architecture, plan.package.architecture) == ("arm64", "arm64")
    assert ":layer:LambdaAdapterLayerArm64:" in plan.handler.layer_arn


def test_handler_on_the_local_target_differs_in_the_interpreter_only() -> None:
    here = LambdaRuntime(python_version="3.11", architecture="arm64", platform=None, identifier="python3.11")
    on_aws = planned(THIRD_PARTY)

    local = plan_deployment(catalog(THIRD_PARTY), here, local_endpoint="http://127.0.0.1:1")

    assert (local.handler, local.local_runtime, local.target) == (on_aws.handler, "python3.11", "local")


def test_state_goes_to_the_catalogs_bucket_unless_another_module_keeps_it() -> None:
    shared = catalog(THIRD_PARTY, backend={"s3": {"bucket": "acme-state"}})

    root = plan_deployment(shared, ON_AWS)
    module = plan_deployment(shared, ON_AWS, form="module")

    assert root.backend == BackendPlan("acme-state", "terrachat/demo.tfstate", "us-east-1")
    assert (root.terraform_version, module.backend, module.terraform_version) == (">= 1.11", None, ">= 1.5")


def test_a_secret_that_the_catalog_names_needs_terraform_to_forget_another() -> None:
    own, named = planned(SELF_HOSTED), planned(SELF_HOSTED, api_keys={"secret": TOKEN_ARN})

    assert (own.api_keys.id, own.terraform_version) == ("terrachat/demo/api-keys", ">= 1.5")
    assert (named.api_keys.id, named.terraform_version) == (TOKEN_ARN, ">= 1.7")
    assert planned(
        SELF_HOSTED, api_keys={"secret": TOKEN_ARN}, huggingface={"create_secret": True}
    ).terraform_version == (">= 1.11")


def test_owners_tags_come_beside_ours() -> None:
    plan = planned(SELF_HOSTED, tags={"team": "ml", "terrachat:deployment": "other"})

    assert plan.tags == {"team": "ml", "terrachat:deployment": "demo"}


def test_deployments_whose_names_continue_each_other_share_no_name() -> None:
    first, second = (planned(SELF_HOSTED, deployment=name) for name in ("demo", "demo-2"))

    def names(plan: DeploymentPlan) -> set[str]:
        own = {plan.handler.name, plan.api_keys.name, plan.conversations_table, plan.handler_parameter}
        return own | {entry.parameter for entry in plan.discovery} | {each.name for each in plan.endpoints}

    assert names(first) & names(second) == set()
