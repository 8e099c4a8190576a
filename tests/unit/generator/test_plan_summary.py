"""A Terraform plan in the words of models: what is added, changed and lost, and no value that may be a secret."""

from __future__ import annotations

from typing import Any

import pytest

from generator.deployment.plan_summary import EndpointLoss, ModelChange, ResourceChange, owner, summarise

IDS = {"mistral_7b": "mistral-7b", "gpt": "gpt"}
ENDPOINT = "aws_sagemaker_endpoint.mistral_7b"
CONFIG = "aws_sagemaker_endpoint_configuration.mistral_7b"
MODEL = "aws_sagemaker_model.mistral_7b"
SECRET = "s3cr3t-in-the-state"


def change(address: str, *actions: str, before: Any = None, after: Any = None) -> dict[str, Any]:
    type_, name = address.removeprefix("data.").split(".")
    return {
        "address": address,
        "mode": "managed",
        "type": type_,
        "name": name,
        "change": {"actions": list(actions), "before": before, "after": after},
    }


def plan_of(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"resource_changes": list(changes)}


def variant(instance_type: str) -> dict[str, Any]:
    return {"production_variants": [{"instance_type": instance_type, "initial_instance_count": 1}]}


NAMED = {"name": "terrachat-demo-mistral-7b"}
STAYS = change(MODEL, "no-op", before=NAMED, after=NAMED)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([change("aws_ssm_parameter.model_gpt", "create")], "+ gpt: add"),
        ([change(ENDPOINT, "create"), change(CONFIG, "create")], "+ mistral-7b: add"),
        (
            [
                change(ENDPOINT, "update", before=NAMED),
                change(CONFIG, "create", "delete", before=variant("ml.g5.xlarge"), after=variant("ml.g5.2xlarge")),
            ],
            "~ mistral-7b: update the endpoint in place (instance_type ml.g5.xlarge -> ml.g5.2xlarge)",
        ),
        (
            [change(ENDPOINT, "delete", "create", before=NAMED)],
            "± mistral-7b: replace the endpoint: it does not answer until the new one is ready",
        ),
        ([STAYS, change(ENDPOINT, "create")], "+ mistral-7b: create the endpoint"),
        (
            [STAYS, change(ENDPOINT, "delete", before=NAMED)],
            "- mistral-7b: delete the endpoint; its model and configuration stay",
        ),
        (
            [
                change("aws_ssm_parameter.model_old", "delete", before={"name": "/terrachat/demo/models/Old.1"}),
                change("aws_sagemaker_endpoint.old", "delete", before={"name": "terrachat-demo-Old-1"}),
            ],
            "- Old.1: remove",
        ),
        (
            [
                change(
                    "aws_scheduler_schedule.start_gpt",
                    "update",
                    before={"schedule_expression": "cron(0 8 * * ? *)"},
                    after={"schedule_expression": "cron(0 9 * * ? *)"},
                )
            ],
            "~ gpt: change 1 resource: aws_scheduler_schedule "
            "(schedule_expression cron(0 8 * * ? *) -> cron(0 9 * * ? *))",
        ),
        (
            [change("aws_iam_role.handler", "create"), change("aws_iam_role_policy.handler", "create")],
            "~ shared: add 2 resources: aws_iam_role, aws_iam_role_policy",
        ),
        ([change("data.aws_partition.current", "read") | {"mode": "data"}, STAYS], ""),
    ],
    ids=[
        "third party added",
        "self-hosted added",
        "changed in place",
        "replaced",
        "started",
        "stopped",
        "removed by its own id",
        "schedule changed",
        "shared",
        "nothing",
    ],
)
def test_change_is_told_by_model(changes: list[dict[str, Any]], expected: str) -> None:
    assert str(summarise(plan_of(*changes), IDS)).strip() == expected


def test_environment_is_told_by_names_only() -> None:
    before = {"primary_container": [{"image": "x", "environment": {"KEEP": "1", "TOKEN": SECRET}}]}
    after = {"primary_container": [{"image": "x", "environment": {"KEEP": "1", "TOKEN": f"{SECRET}2", "NEW": SECRET}}]}

    told = summarise(plan_of(change(MODEL, "create", "delete", before=before, after=after)), IDS)

    assert str(told) == "  ~ mistral-7b: change 1 resource: aws_sagemaker_model (environment NEW, TOKEN)"
    assert SECRET not in repr(told)


def test_lost_endpoints_are_named_with_their_models() -> None:
    document = plan_of(
        change(ENDPOINT, "delete", "create", before=NAMED),
        change("aws_sagemaker_endpoint.gpt", "delete", before={"name": "e"}),
        change("aws_sagemaker_endpoint.other", "update", before={"name": "stays"}),
    )

    summary = summarise(document, IDS)

    assert summary.losses == (
        EndpointLoss("mistral-7b", "terrachat-demo-mistral-7b", ENDPOINT, is_replaced=True),
        EndpointLoss("gpt", "e", "aws_sagemaker_endpoint.gpt", is_replaced=False),
    )
    assert summary.endpoint_names == ("terrachat-demo-mistral-7b", "e", "stays")


def test_models_stand_in_the_catalogs_order_and_what_is_shared_last() -> None:
    document = plan_of(
        change("aws_iam_role.handler", "create"),
        change("aws_ssm_parameter.model_gpt", "create"),
        change(ENDPOINT, "create"),
    )

    models = summarise(document, IDS).models

    assert [model.id for model in models] == ["mistral-7b", "gpt", "shared"]
    assert models[1] == ModelChange("gpt", "add", "add", (ResourceChange("aws_ssm_parameter.model_gpt", "create"),))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("aws_ssm_parameter.model_gpt", "gpt"),
        ("aws_ssm_parameter.handler", "shared"),
        ("aws_scheduler_schedule.mistral_7b_stop", "mistral-7b"),
        ("aws_iam_role.model_gpt", "shared"),
        ("", "shared"),
    ],
)
def test_address_belongs_to_its_model(address: str, expected: str) -> None:
    assert owner(address, IDS) == expected
