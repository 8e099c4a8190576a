"""The catalog's models as Python sees them, the names made of ids, and the words that messages are made of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import boto3
import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from generator.catalog import (
    ENTRY_CLASSES,
    Backend,
    BedrockSettings,
    Catalog,
    CreatedSecret,
    Defaults,
    Guardrail,
    HandlerSettings,
    HistorySettings,
    HostingOidc,
    HostingSettings,
    HostingSubnets,
    HostingTasks,
    HuggingFaceSource,
    Instances,
    JumpStartSource,
    MonitoringSettings,
    OpenAIEntry,
    OwnImage,
    Price,
    S3Backend,
    S3Source,
    Schedule,
    Section,
    Timeouts,
    TokenSecret,
)
from generator.catalog.aws_types import LOG_RETENTION_DAYS
from generator.catalog.echoing import quoted, secret_kind
from generator.catalog.value_types import THIRD_PARTY_PROVIDERS
from generator.families.instance_types import NEWER_TYPES, PROVIDER_TYPES
from generator.families.regions import NEWER_REGIONS, PROVIDER_REGIONS
from generator.naming import MODEL_ID, Collision, aws_name, collisions, terraform_name
from generator.suggesting import nearest

REFERENCE = Path(__file__).parents[3] / "docs" / "catalog.md"
SECTIONS: tuple[type[Section], ...] = (
    Catalog,
    TokenSecret,
    CreatedSecret,
    BedrockSettings,
    Guardrail,
    HandlerSettings,
    Backend,
    S3Backend,
    Defaults,
    MonitoringSettings,
    Price,
    Timeouts,
    HuggingFaceSource,
    JumpStartSource,
    S3Source,
    OwnImage,
    Instances,
    Schedule,
    HistorySettings,
    HostingSettings,
    HostingSubnets,
    HostingOidc,
    HostingTasks,
    *ENTRY_CLASSES.values(),
)
IDS = st.from_regex(MODEL_ID, fullmatch=True)


# What every entry may say of its model, and says of none by itself.
UNSAID: dict[str, Any] = {
    "defaults": None,
    "fallback": (),
    "unsupported_parameters": "refuse",
    "modalities": None,
    "context_tokens": None,
    "price": None,
    "timeouts": None,
}


def document(**keys: Any) -> dict[str, Any]:
    entries = [{"id": "gpt", "provider": "openai", "model": "gpt-4o"}]
    return {"version": 1, "deployment": "demo", "region": "us-east-1", "models": entries, **keys}


def sagemaker(**keys: Any) -> dict[str, Any]:
    source = {"huggingface": "org/name"}
    return {"id": "llm", "provider": "sagemaker", "source": source, "instance_type": "ml.g5.xlarge", **keys}


def test_every_default() -> None:
    catalog = Catalog.model_validate(document(models=[sagemaker()]))

    assert catalog.model_dump() == {
        "version": 1,
        "deployment": "demo",
        "region": "us-east-1",
        "tags": {},
        "backend": None,
        "huggingface": None,
        "api_keys": None,
        "bedrock": {"region": None, "role_arn": None, "guardrail": None},
        "handler": {
            "memory_mib": 1024,
            "timeout_s": 900,
            "log_retention_days": 14,
            "architecture": "x86_64",
            "log_prompts": False,
            "snap_start": False,
            "provisioned_concurrency": None,
            "byte_code": False,
        },
        "monitoring": {"metrics": True, "dashboard": True, "alarms": True, "topic": None},
        "history": {"retention_days": None},
        "hosting": None,
        "defaults": {"temperature": None, "top_p": None, "max_tokens": None},
        "models": (
            {
                "id": "llm",
                **UNSAID,
                "provider": "sagemaker",
                "source": {"huggingface": "org/name", "revision": None},
                "container": None,
                "instance_type": "ml.g5.xlarge",
                "instances": {"min": 1, "max": None, "target_concurrency": 8},
                "schedule": None,
                "update": "blue_green",
                "environment": {},
                "startup_timeout_s": None,
                "volume_gib": None,
                "inference_ami_version": None,
                "stopped": False,
            },
        ),
    }


@pytest.mark.parametrize(
    "keys",
    [
        {"handler": {"memory_mib": 128, "timeout_s": 30, "log_retention_days": 1}},
        {"handler": {"memory_mib": 10240, "timeout_s": 900, "log_retention_days": 3653}},
        {"defaults": {"temperature": 0, "top_p": 1, "max_tokens": 1}},
        {"defaults": {"temperature": 2, "top_p": 1e-9, "max_tokens": 10_000_000}},
        {"deployment": "ab", "tags": {"k" * 128: "v" * 256, "aws": ""}},
        {"deployment": "a-name-of-20-letters", "tags": {f"tag {index}": "x" for index in range(40)}},
        {"models": [sagemaker(instances={"min": 100}, startup_timeout_s=60, id="x" * 32)]},
        {"models": [sagemaker(startup_timeout_s=3600, environment={"_": "v" * 1024, "A" * 1024: ""})]},
        {"models": [sagemaker(environment={f"V{index}": "" for index in range(90)})]},
        {"region": "sa-east-1", "bedrock": {"region": "sa-west-1"}},
        {"models": [sagemaker(instance_type="ml.p3.2xlarge", volume_gib=512, instances={"min": 2}, update="rolling")]},
        {"models": [sagemaker(instances={"min": 99, "max": 100, "target_concurrency": 1000})]},
        {"models": [sagemaker(price={"input": 0, "output": 100_000}, context_tokens=100_000_000)]},
        {"models": [sagemaker(timeouts={"first_token_s": 1, "between_tokens_s": 899}, modalities=["image", "text"])]},
        {"handler": {"provisioned_concurrency": 1000, "log_prompts": True, "byte_code": True}},
        {"handler": {"snap_start": True}, "monitoring": {"topic": "arn:aws:sns:us-east-1:123456789012:on-call"}},
    ],
    ids=" ".join,
)
def test_bounds_are_inside(keys: dict[str, Any]) -> None:
    catalog = Catalog.model_validate(document(**keys))

    assert Catalog.model_validate(catalog.model_dump()) == catalog


@pytest.mark.parametrize(
    "model",
    [
        "amazon.nova-micro-v1:0",
        "us.amazon.nova-micro-v1:0",
        "us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0",
        "global.anthropic.claude-sonnet-4-20250514-v1:0",
        "meta.llama3-1-8b-instruct-v1:0:128k",
        "zai.glm-4.7",
        "deepseek.r1-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-micro-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6",
        "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/a1b2c3d4e5f6",
    ],
)
def test_bedrock_models_of_every_form(model: str) -> None:
    region = "us-gov-west-1" if model.startswith("us-gov.") else "us-east-1"
    entry = {"id": "a", "provider": "bedrock", "model": model}

    assert Catalog.model_validate(document(region=region, models=[entry])).models[0].model_dump() == {
        **entry,
        **UNSAID,
        "region": None,
        "role_arn": None,
        "guardrail": None,
    }


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"handler": {"memory_mib": True}}, "expected a whole number from 128 to 10240 MiB, got True"),
        ({"handler": {"memory_mib": "1024"}}, 'got the quoted text "1024"; remove the quotes'),
        ({"handler": {"timeout_s": 60.0}}, "expected a whole number from 30 to 900 seconds, got 60.0"),
        ({"defaults": {"temperature": float("nan")}}, "expected a number from 0 to 2, got nan"),
        ({"version": True}, "expected the number 1, without quotes"),
        (
            {"models": [sagemaker(), sagemaker()]},
            r"the id 'llm' is taken by another entry; ids must differ \(see models\[0\]\)",
        ),
    ],
    ids=["bool", "quoted", "float", "nan", "version", "duplicate id"],
)
def test_python_callers_meet_the_same_rules(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Catalog.model_validate(document(**keys))


def test_catalog_is_frozen() -> None:
    entry = OpenAIEntry(id="gpt", provider="openai", model="gpt-4o")

    with pytest.raises(ValidationError, match="frozen"):
        entry.model = "gpt-5"


def test_providers_are_shared_out_among_the_classes() -> None:
    declared: dict[str, Any] = {
        kind: entry.model_fields["provider"].annotation for kind, entry in ENTRY_CLASSES.items()
    }

    assert {kind: get_args(annotation) for kind, annotation in declared.items() if kind != "third party"} == {
        "sagemaker": ("sagemaker",),
        "sagemaker endpoint": ("sagemaker",),
        "bedrock": ("bedrock",),
        "openai": ("openai",),
        "azure_openai": ("azure_openai",),
    }
    assert {"anthropic", "cohere", "mistralai", "xai"} <= set(THIRD_PARTY_PROVIDERS)
    assert {"openai", "azure_openai", "bedrock", "google_vertexai"}.isdisjoint(THIRD_PARTY_PROVIDERS)


@pytest.mark.parametrize(
    ("model_id", "on_aws", "in_terraform"),
    [
        ("gpt", "gpt", "gpt"),
        ("Mistral-7B_v0.3", "Mistral-7B-v0-3", "mistral_7b_v0_3"),
        ("a._-b", "a-b", "a___b"),
    ],
)
def test_names_of_an_id(model_id: str, on_aws: str, in_terraform: str) -> None:
    assert (aws_name(model_id), terraform_name(model_id)) == (on_aws, in_terraform)


@given(model_id=IDS)
def test_names_are_what_aws_and_terraform_take(model_id: str) -> None:
    endpoint = f"terrachat-{'d' * 20}-{aws_name(model_id)}"

    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", endpoint)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", terraform_name(model_id))


def test_collisions_name_the_first_holder() -> None:
    assert list(collisions(["a-b", None, "A.B", "c", "a_b", "c"])) == [
        Collision(2, 0, "a-b"),
        Collision(4, 0, "a-b"),
        Collision(5, 3, "c"),
    ]


@given(ids=st.lists(IDS, max_size=6))
def test_ids_without_collision_have_names_of_their_own(ids: list[str]) -> None:
    colliding = {collision.index for collision in collisions(ids)}
    kept = [model_id for index, model_id in enumerate(ids) if index not in colliding]

    assert len({terraform_name(model_id) for model_id in kept}) == len(kept)
    assert len({aws_name(model_id).casefold() for model_id in kept}) == len(kept)


@pytest.mark.parametrize(
    ("word", "candidates", "expected"),
    [
        ("instance_typ", ("instance_type", "instances"), "instance_type"),
        ("INSTANCE-TYPE", ("instance_type", "instances"), "instance_type"),
        ("g5.xlarge", PROVIDER_TYPES, "ml.g5.xlarge"),
        ("useast1", PROVIDER_REGIONS, "us-east-1"),
        ("potato", PROVIDER_TYPES, None),
        ("x" * 100_000, PROVIDER_TYPES, None),
        ("", PROVIDER_TYPES, None),
    ],
    ids=["typo", "case and hyphen", "prefix", "hyphens", "nothing near", "a page", "empty"],
)
def test_nearest_spelling(word: str, candidates: tuple[str, ...], expected: str | None) -> None:
    assert nearest(word, candidates) == expected


@pytest.mark.parametrize(
    "text",
    [
        "risk-aware-model-for-long-documents",
        "mistralai/Mistral-7B-Instruct-v0.3",
        "us.amazon.nova-micro-v1:0",
        "hf_transfer",
        "a3f5c9d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b2",
        "ask-me-anything-about-terraform",
    ],
)
def test_ordinary_values_are_no_secrets(text: str) -> None:
    assert secret_kind(text) is None


def test_long_values_are_shortened_in_messages() -> None:
    assert quoted("x" * 61) == f"'{'x' * 60}'... (61 characters)"


def test_instance_types_are_sagemakers() -> None:
    shape: Any = (
        botocore.session.get_session().get_service_model("sagemaker").shape_for("ProductionVariantInstanceType")
    )
    known = set(shape.enum)

    assert len(PROVIDER_TYPES) == 224
    assert set(PROVIDER_TYPES).isdisjoint(NEWER_TYPES)
    assert known.issuperset(PROVIDER_TYPES + NEWER_TYPES)


def test_regions_are_aws_regions() -> None:
    session = boto3.Session()
    known = {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ec2", partition)
    }

    assert set(PROVIDER_REGIONS).isdisjoint(NEWER_REGIONS)
    assert known.issubset(PROVIDER_REGIONS + NEWER_REGIONS)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_reference_has_every_key(section: type[Section]) -> None:
    """docs/catalog.md has a row for each key."""
    text = REFERENCE.read_text(encoding="utf-8")

    assert [key for key in section.model_fields if f"`{key}`" not in text] == []


def test_reference_states_the_retention_that_cloudwatch_takes() -> None:
    assert ", ".join(map(str, LOG_RETENTION_DAYS)) in REFERENCE.read_text(encoding="utf-8")
