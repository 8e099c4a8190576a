"""What a catalog becomes: names, permissions and discovery documents."""

from __future__ import annotations

from typing import Any

import pytest

from generator.catalog import Catalog
from generator.errors import PlanningError
from generator.families.lambda_runtime import ON_AWS
from generator.planning import DeploymentPlan, plan_deployment

SELF_HOSTED: dict[str, Any] = {
    "id": "m",
    "provider": "sagemaker",
    "source": {"huggingface": "org/m"},
    "instance_type": "ml.g5.xlarge",
}


def planned(*models: dict[str, Any], **settings: Any) -> DeploymentPlan:
    document = {"version": 1, "deployment": "demo", "region": "us-east-1", "models": models, **settings}
    return plan_deployment(Catalog.model_validate(document), ON_AWS)


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


def test_container_environment_is_the_familys_and_the_owners_the_owner_winning() -> None:
    entry = {
        **SELF_HOSTED,
        "source": {"huggingface": "org/m", "revision": "v1"},
        "environment": {"SM_VLLM_HOST": "::", "SM_VLLM_MAX_MODEL_LEN": "8192"},
    }

    assert planned(entry).endpoints[0].environment == {
        "SM_VLLM_HOST": "::",
        "SM_VLLM_MAX_MODEL_LEN": "8192",
        "SM_VLLM_MODEL": "org/m",
        "SM_VLLM_REVISION": "v1",
    }


def test_model_name_changes_with_its_content_and_only_then() -> None:
    first = planned(SELF_HOSTED).endpoints[0]
    other_instance = planned({**SELF_HOSTED, "instance_type": "ml.g5.2xlarge"}).endpoints[0]
    other_content = planned({**SELF_HOSTED, "environment": {"A": "1"}}).endpoints[0]

    assert first.model_name == other_instance.model_name
    assert first.model_name != other_content.model_name
    assert first.name == other_content.name == "terrachat-demo-m"


def test_longest_names_stay_within_awss_limits() -> None:
    longest = planned({**SELF_HOSTED, "id": "m" * 32}, deployment="d" * 20).endpoints[0]

    assert max(len(longest.name), len(longest.model_name)) <= 63  # botocore: ModelName, EndpointName
    assert len(longest.name_prefix) + 26 <= 63  # what Terraform adds to a prefix
    assert len(longest.name_prefix) <= 38  # IAM roles


def test_region_without_an_image_is_named() -> None:
    with pytest.raises(PlanningError, match=r"models\.m: no 'vllm' image is known in the region 'us-gov-east-9'"):
        plan_deployment(
            Catalog.model_validate(
                {"version": 1, "deployment": "demo", "region": "us-east-1", "models": [SELF_HOSTED]}
            ).model_copy(update={"region": "us-gov-east-9"}),
            ON_AWS,
        )


@pytest.mark.parametrize("region", ["us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"])
def test_region_without_the_web_adapter_is_named(region: str) -> None:
    with pytest.raises(PlanningError, match=f"Lambda Web Adapter.* is not published in {region!r}"):
        planned({"id": "g", "provider": "openai", "model": "gpt-4o"}, region=region)


def test_handler_in_china_uses_chinas_own_partition_and_account() -> None:
    plan = planned({"id": "g", "provider": "openai", "model": "gpt-4o"}, region="cn-north-1")

    assert plan.handler.layer_arn.startswith("arn:aws-cn:lambda:cn-north-1:041581134020:layer:")


def test_container_environment_with_ours_stays_within_sagemakers_limit() -> None:
    most = {f"V{n}": "x" for n in range(97)}
    entry = {**SELF_HOSTED, "source": {"huggingface": "org/m", "revision": "v1"}, "environment": most}

    assert len(planned(entry).endpoints[0].environment) == 100  # botocore: EnvironmentMap


def test_owners_tags_come_beside_ours() -> None:
    assert planned(SELF_HOSTED, tags={"team": "ml"}).tags == {"terrachat:deployment": "demo", "team": "ml"}
