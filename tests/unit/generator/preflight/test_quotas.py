"""SageMaker's quotas against what the deployment takes and what runs already."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.model import OperationModel

from generator.errors import AwsError
from generator.preflight.findings import Finding, Offer, Verdict
from generator.preflight.quotas import checks
from generator.preflight.running_instances import running_instances
from generator.preflight.scene import Scene
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.played_scenes import (
    SELF_HOSTED,
    THIRD_PARTY,
    finding,
    findings,
    refused,
    scene,
)

TYPE, OTHER = "ml.g5.xlarge", "ml.g6.xlarge"
CODES = {TYPE: "L-1928E07B", OTHER: "L-D470D954"}
NO_ENDPOINTS = (Answer("list_endpoints", {"Endpoints": []}),)
NOW = "2026-11-22T00:00:00Z"


def quota(value: float, type_: str = TYPE, *, adjustable: bool = True) -> dict[str, Any]:
    name = f"{type_} for endpoint usage"
    return {"QuotaName": name, "QuotaCode": CODES[type_], "Value": value, "Adjustable": adjustable}


def listed(*quotas: dict[str, Any], more: bool = False) -> Answer:
    return Answer("list_service_quotas", {"Quotas": list(quotas), **({"NextToken": "next"} if more else {})})


def defaults(*quotas: dict[str, Any]) -> Answer:
    return Answer("list_aws_default_service_quotas", {"Quotas": list(quotas)}, given={"ServiceCode": "sagemaker"})


def requested(*requests: tuple[str, float, int]) -> Answer:
    """The requests of a quota: status, value, day of November."""
    found = [
        {"Status": status, "DesiredValue": value, "Created": datetime(2026, 11, day, tzinfo=UTC)}
        for status, value, day in requests
    ]
    given = {"ServiceCode": "sagemaker", "QuotaCode": CODES[TYPE]}
    return Answer("list_requested_service_quota_change_history_by_quota", {"RequestedQuotas": found}, given=given)


def played(
    *quotas: Answer,
    models: tuple[dict[str, Any], ...] = (),
    running: tuple[Answer, ...] = NO_ENDPOINTS,
    **settings: Any,
) -> Scene:
    return scene(*models, aws={"service-quotas": quotas, "sagemaker": running}, **settings)


def examined(
    *quotas: Answer,
    models: tuple[dict[str, Any], ...] = (),
    running: tuple[Answer, ...] = NO_ENDPOINTS,
    **settings: Any,
) -> Finding:
    return finding(checks, played(*quotas, models=models, running=running, **settings))


def described(name: str, *counts: int, type_: str = TYPE, status: str = "InService") -> tuple[Answer, Answer]:
    """An endpoint with so many instances in each of its variants, and its configuration."""
    common = {"EndpointName": name, "EndpointArn": f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name}"}
    variants = [
        {"VariantName": f"v{number}", "CurrentInstanceCount": count, "DesiredInstanceCount": count}
        for number, count in enumerate(counts)
    ]
    return (
        Answer(
            "describe_endpoint",
            {
                **common,
                "EndpointConfigName": f"{name}-config",
                "EndpointStatus": status,
                "CreationTime": NOW,
                "LastModifiedTime": NOW,
                "ProductionVariants": variants,
            },
            given={"EndpointName": name},
        ),
        config(f"{name}-config", *({"VariantName": each["VariantName"], "InstanceType": type_} for each in variants)),
    )


def config(name: str, *variants: dict[str, Any], shadows: tuple[dict[str, Any], ...] = ()) -> Answer:
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/{name}"
    found = {"EndpointConfigName": name, "EndpointConfigArn": arn, "CreationTime": NOW}
    shadow = {"ShadowProductionVariants": list(shadows)} if shadows else {}
    given = {"EndpointConfigName": name}
    return Answer("describe_endpoint_config", {**found, "ProductionVariants": list(variants), **shadow}, given=given)


def endpoints(*named: tuple[str, str]) -> Answer:
    """The endpoints of the region: name and status."""
    rows = [
        {
            "EndpointName": name,
            "EndpointArn": f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name}",
            "CreationTime": NOW,
            "LastModifiedTime": NOW,
            "EndpointStatus": status,
        }
        for name, status in named
    ]
    return Answer("list_endpoints", {"Endpoints": rows})


def test_quota_for_everything_is_ok() -> None:
    found = examined(listed(quota(2)))

    assert (found.id, found.verdict, found.value) == (f"quota/{TYPE}", Verdict.OK, "2 (applied)")
    assert found.reason == "The quota is 2; the deployment takes 1, and never more than 2."
    assert found.asked == "service-quotas ListServiceQuotas, sagemaker ListEndpoints, us-east-1"
    assert (found.models, found.fix, found.offer) == (("m",), "", None)


def test_quota_of_nothing_blocks_and_is_offered_to_be_raised() -> None:
    found = examined(listed(quota(0)), requested())

    assert (found.verdict, found.blocks, found.value) == (Verdict.BLOCKED, "deployment", "0 (applied)")
    assert found.reason == "The quota is 0, and the deployment needs 1: 1 for 'm'."
    assert found.fix == (
        "terrachat doctor --fix, or:\n  aws service-quotas request-service-quota-increase --service-code sagemaker "
        "--quota-code L-1928E07B --desired-value 2 --region us-east-1"
    )
    assert offered(found).title == "Request 2 x 'ml.g5.xlarge for endpoint usage' in us-east-1"


def offered(found: Finding) -> Offer:
    assert found.offer is not None
    return found.offer


def test_offer_requests_what_also_updates_take_and_is_seen_afterwards() -> None:
    request = {"ServiceCode": "sagemaker", "QuotaCode": CODES[TYPE], "DesiredValue": 2.0}
    made = Answer("request_service_quota_increase", {"RequestedQuota": {"Status": "PENDING"}}, given=request)
    there = played(
        listed(quota(0)),
        requested(),
        made,
        listed(quota(0)),
        requested(("PENDING", 2, 22)),
        listed(quota(2)),
        running=NO_ENDPOINTS * 3,
    )

    said = offered(finding(checks, there)).make({})
    pending = finding(checks, there)

    assert said == "Requested; AWS says PENDING. Ask again later: terrachat doctor"
    assert (pending.verdict, pending.offer) == (Verdict.BLOCKED, None)
    assert pending.reason.endswith("1 for 'm'. An increase to 2 was requested on 2026-11-22 and is PENDING.")
    assert pending.fix.startswith("Wait for AWS;")
    assert finding(checks, there).verdict is Verdict.OK


def test_offer_that_aws_refuses_says_why() -> None:
    there = played(listed(quota(0)), requested(), refused("request_service_quota_increase", "QuotaExceededException"))

    with pytest.raises(AwsError, match=r"RequestServiceQuotaIncrease of .* failed: QuotaExceededException"):
        offered(finding(checks, there)).make({})


def test_smaller_request_that_is_open_stands_in_the_way() -> None:
    """AWS takes one request at a time for a quota."""
    found = examined(listed(quota(0)), requested(("CASE_OPENED", 1, 20), ("DENIED", 9, 21)))

    assert found.offer is None
    assert "An increase to 1 was requested on 2026-11-20 and is CASE_OPENED." in found.reason
    assert found.fix.endswith("for its case, and ask for 2 there.")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("DENIED", "requested on 2026-11-20, was not granted (DENIED)."),
        ("NOT_APPROVED", "requested on 2026-11-20, was not granted (NOT_APPROVED)."),
        ("INVALID_REQUEST", "requested on 2026-11-20, was not granted (INVALID_REQUEST)."),
        ("CASE_CLOSED", "AWS closed the case of an increase to 2, requested on 2026-11-20; it says why."),
        ("APPROVED", "An increase to 2 was granted on request of 2026-11-20."),
    ],
)
def test_request_that_ended_is_told_and_another_offered(status: str, words: str) -> None:
    found = examined(listed(quota(0)), requested((status, 2, 20)))

    assert found.reason.endswith(words)
    assert found.offer is not None


def test_requests_that_may_not_be_read_change_no_verdict() -> None:
    found = examined(listed(quota(0)), refused("list_requested_service_quota_change_history_by_quota"))

    assert (found.verdict, found.reason) == (
        Verdict.BLOCKED,
        "The quota is 0, and the deployment needs 1: 1 for 'm'.",
    )


def test_quota_that_stops_updates_is_a_warning() -> None:
    found = examined(listed(quota(1)), requested())

    assert found.verdict is Verdict.WARN
    assert found.reason == (
        "The quota is 1: it deploys (1), and a later change of all endpoints at once is refused: new instances start "
        "beside the old ones, 2 in all."
    )
    assert offered(found).title.startswith("Request 2 x")


def test_quota_that_stops_scaling_is_a_warning() -> None:
    scaled = {**SELF_HOSTED, "instances": {"min": 1, "max": 4}}

    found = examined(listed(quota(3)), requested(), models=(scaled,))

    assert found.verdict is Verdict.WARN
    assert found.reason == (
        "The quota is 3: it deploys (1), and scaling stops early: 'm' may grow to 4, and all together take 4."
    )
    assert offered(found).title.startswith("Request 5 x")


def test_other_endpoints_are_counted_and_told() -> None:
    running = (
        endpoints(("theirs", "InService"), ("broken", "Failed"), ("going", "Deleting")),
        *described("theirs", 2, 1),
    )

    found = examined(listed(quota(3)), requested(), running=running)

    assert found.verdict is Verdict.BLOCKED
    assert found.reason == "The quota is 3, and the deployment needs 4: 1 for 'm', 3 run in other endpoints."


def test_own_endpoint_that_runs_is_not_counted_twice() -> None:
    running = (endpoints(("terrachat-demo-m", "InService")), *described("terrachat-demo-m", 1))

    assert examined(listed(quota(2)), running=running).verdict is Verdict.OK


def test_own_endpoint_on_its_way_to_another_type_is_told() -> None:
    moving = {**SELF_HOSTED, "instance_type": OTHER}
    running = (endpoints(("terrachat-demo-m", "InService")), *described("terrachat-demo-m", 1))
    models = (moving, {**SELF_HOSTED, "id": "n"})

    both = findings(checks, played(listed(quota(9, OTHER), quota(1)), requested(), models=models, running=running))

    assert [each.verdict for each in both] == [Verdict.OK, Verdict.BLOCKED]
    assert both[1].reason.endswith("needs 2: 1 for 'n', 1 in endpoints that the catalog moves or stops.")


def test_serverless_and_shadow_variants() -> None:
    endpoint = {
        "EndpointName": "mixed",
        "EndpointArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/mixed",
        "EndpointConfigName": "c",
        "EndpointStatus": "InService",
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
        "ProductionVariants": [{"VariantName": "serverless"}, {"VariantName": "main", "CurrentInstanceCount": 2}],
        "ShadowProductionVariants": [{"VariantName": "shadow", "DesiredInstanceCount": 1}],
    }
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 1}
    running = (
        endpoints(("mixed", "Updating")),
        Answer("describe_endpoint", endpoint),
        config(
            "c",
            {"VariantName": "serverless", "ServerlessConfig": serverless},
            {"VariantName": "main", "InstanceType": TYPE},
            shadows=({"VariantName": "shadow", "InstanceType": TYPE},),
        ),
    )

    assert "3 run in other endpoints" in examined(listed(quota(0)), requested(), running=running).reason


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFound"])
def test_endpoint_that_is_gone_meanwhile_is_left_out(code: str) -> None:
    gone = Answer("describe_endpoint", error=(code, "Could not find endpoint"))

    assert examined(listed(quota(2)), running=(endpoints(("gone", "InService")), gone)).verdict is Verdict.OK


def test_endpoint_that_only_begins_is_left_out() -> None:
    beginning = {
        "EndpointName": "new",
        "EndpointArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/new",
        "EndpointStatus": "Creating",
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
    }
    running = (
        endpoints(("new", "Creating")),
        Answer("describe_endpoint", beginning),
    )

    assert examined(listed(quota(2)), running=running).verdict is Verdict.OK


def test_endpoints_are_asked_several_at_a_time() -> None:
    """Each of four goes on only when all have been asked, which they never would one by one."""
    meeting = threading.Barrier(4, timeout=30)
    names = [f"theirs-{number}" for number in range(8)]

    def describe(params: dict[str, Any]) -> dict[str, Any]:
        meeting.wait()
        name = json.loads(params["body"])["EndpointName"]
        return {"EndpointConfigName": name, "ProductionVariants": [{"VariantName": "a", "CurrentInstanceCount": 1}]}

    sagemaker: Any = boto3.client("sagemaker", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "ListEndpoints": lambda _: {
            "Endpoints": [{"EndpointName": each, "EndpointStatus": "InService"} for each in names]
        },
        "DescribeEndpoint": describe,
        "DescribeEndpointConfig": lambda _: {"ProductionVariants": [{"VariantName": "a", "InstanceType": TYPE}]},
    }

    # botocore's stubber has one order of answers; these come in any.
    def answer(model: OperationModel, params: dict[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        return AWSResponse("", 200, HTTPHeaders(), None), answers[model.name](params)

    sagemaker.meta.events.register_first("before-call.sagemaker", answer)

    assert sorted(each.name for each in running_instances(sagemaker)) == names


def test_what_runs_may_not_be_asked_and_the_quota_is_told() -> None:
    found = examined(listed(quota(5)), running=(refused("list_endpoints"),))

    assert found.verdict is Verdict.UNKNOWN
    assert found.reason.startswith("The quota is 5, enough for 1 for 'm'; what else runs is not known: ListEndpoints")
    assert "sagemaker:ListEndpoints" in found.fix


def test_quota_of_nothing_blocks_whatever_else_runs() -> None:
    found = examined(listed(quota(0)), requested(), running=(refused("list_endpoints"),))

    assert found.verdict is Verdict.BLOCKED


def test_endpoint_that_may_not_be_described_is_unknown_too() -> None:
    running = (endpoints(("theirs", "InService")), refused("describe_endpoint"))

    assert examined(listed(quota(5)), running=running).verdict is Verdict.UNKNOWN


def test_quota_that_was_never_applied_is_awss_default() -> None:
    found = examined(listed(quota(7, OTHER)), defaults(quota(0)), requested())

    assert (found.verdict, found.value) == (Verdict.BLOCKED, "0 (AWS's default)")


def test_lists_are_read_no_further_than_needed() -> None:
    """The stubbed service has no answer for a third page."""
    pages = (listed(quota(1, OTHER), more=True), listed(quota(2), more=True))

    assert examined(*pages).verdict is Verdict.OK


def test_type_without_a_quota_is_not_offered() -> None:
    found = examined(listed(), defaults())

    assert (found.verdict, found.value, found.offer) == (Verdict.BLOCKED, "none", None)
    assert found.reason == (
        "us-east-1 has no quota named 'ml.g5.xlarge for endpoint usage': SageMaker hosts nothing on it there."
    )


def test_quota_that_is_fixed_is_not_offered_to_be_raised() -> None:
    found = examined(listed(quota(0, adjustable=False)), requested())

    assert (found.offer, found.fix) == (
        None,
        "AWS does not raise this quota: choose another instance type, or fewer instances.",
    )


def test_each_type_has_its_finding() -> None:
    models = (SELF_HOSTED, {**SELF_HOSTED, "id": "n", "instance_type": OTHER})

    found = findings(checks, played(listed(quota(2), quota(2, OTHER)), models=models))

    assert [(each.id, each.models) for each in found] == [(f"quota/{TYPE}", ("m",)), (f"quota/{OTHER}", ("n",))]


def test_nothing_is_asked_where_nothing_is_hosted() -> None:
    assert list(checks(scene(THIRD_PARTY))) == []
    assert list(checks(scene({**SELF_HOSTED, "stopped": True}))) == []


@pytest.mark.parametrize("code", ["AccessDeniedException", "TooManyRequestsException"])
def test_service_quotas_that_refuse_are_unknown(code: str) -> None:
    found = examined(refused("list_service_quotas", code))

    assert (found.id, found.verdict, found.models) == ("quota", Verdict.UNKNOWN, ("m",))
    assert found.reason == f"ListServiceQuotas failed: {code}: no"


def test_next_steps_stay_on_the_local_target() -> None:
    found = examined(listed(quota(0)), requested(), is_local=True)

    assert found.fix == "terrachat doctor --fix --local"
