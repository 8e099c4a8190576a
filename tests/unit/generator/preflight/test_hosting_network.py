"""Whether the chat page's VPC and subnets are there, and lead where a load balancer and its tasks need them to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from generator.preflight.findings import Finding, Verdict
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.hosting_scenes import BACK, FRONT_A, FRONT_B, VPC, found, hosted
from tests.unit.generator.preflight.played_scenes import refused

EVERYWHERE = "0.0.0.0/0"
INTERNET = {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1", "State": "active"}
NAT = {"DestinationCidrBlock": EVERYWHERE, "NatGatewayId": "nat-1", "State": "active"}
WITHIN = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
ELSEWHERE = "vpc-11111111"
ALL: dict[str, dict[str, Any]] = {FRONT_A: {}, FRONT_B: {"AvailabilityZone": "us-east-1b"}, BACK: {}}


def subnet(id_: str, **more: Any) -> dict[str, Any]:
    room = {"AvailabilityZone": "us-east-1a", "AvailableIpAddressCount": 8}
    return {"SubnetId": id_, "VpcId": VPC, **room, **more}


def table(*routes: dict[str, str], of: tuple[str, ...] = ()) -> dict[str, Any]:
    """A route table of these subnets; the VPC's main one without any."""
    associations = [{"Main": False, "SubnetId": each} for each in of] or [{"Main": True}]
    return {"Associations": associations, "Routes": [WITHIN, *routes]}


# The usual: the load balancer's subnets have a table of their own, the tasks' the VPC's main one.
TABLES = (table(INTERNET, of=(FRONT_A, FRONT_B)), table(NAT))


def examined(
    subnets: Mapping[str, dict[str, Any]] = ALL,
    tables: tuple[dict[str, Any], ...] = TABLES,
    balancers: tuple[Answer, ...] = (),
    **hosting: Any,
) -> Finding:
    """What is found in a VPC of these subnets and tables."""
    ec2 = (
        Answer("describe_vpcs", {"Vpcs": [{"VpcId": VPC}]}, given=filtered("vpc-id", VPC)),
        Answer("describe_subnets", {"Subnets": [subnet(id_, **more) for id_, more in subnets.items()]}),
        Answer("describe_route_tables", {"RouteTables": list(tables)}, given=filtered("vpc-id", VPC)),
    )
    aws = {"ec2": ec2, **({"elbv2": balancers} if balancers else {})}
    return found("network", hosted(aws, **hosting))


def filtered(name: str, value: str) -> dict[str, Any]:
    return {"Filters": [{"Name": name, "Values": [value]}]}


def without(id_: str) -> dict[str, dict[str, Any]]:
    return {each: more for each, more in ALL.items() if each != id_}


def test_a_network_as_it_should_be_says_what_was_found() -> None:
    told = examined()

    assert (told.verdict, told.value, told.fix) == (Verdict.OK, "3 subnets", "")
    assert told.reason == (
        f"{VPC} has all 3 subnets: the load balancer's in us-east-1a, us-east-1b, with room for it and public; the "
        "tasks' lead out by nat-1."
    )
    assert told.asked == "ec2 DescribeVpcs, DescribeSubnets and DescribeRouteTables, us-east-1"


def test_two_halves_are_a_default_route_and_one_is_none() -> None:
    lower = {**NAT, "DestinationCidrBlock": "0.0.0.0/1"}
    upper = {**NAT, "DestinationCidrBlock": "128.0.0.0/1"}
    public = table(INTERNET, of=(FRONT_A, FRONT_B))

    assert examined(tables=(public, table(lower, upper))).verdict is Verdict.OK
    assert examined(tables=(public, table(lower))).reason.startswith(
        f"Not as the page needs it: {BACK} has no default route"
    )


def test_subnets_are_asked_for_by_a_filter_each_once() -> None:
    """By their ids EC2 would refuse all of them where one does not exist."""
    asked = {"Filters": [{"Name": "subnet-id", "Values": [FRONT_A, FRONT_B]}]}
    ec2 = (
        Answer("describe_vpcs", {"Vpcs": [{"VpcId": VPC}]}),
        Answer("describe_subnets", {"Subnets": []}, given=asked),
        Answer("describe_route_tables", {"RouteTables": []}),
    )
    subnets = {"load_balancer": [FRONT_B, FRONT_A], "tasks": [FRONT_A]}

    told = found("network", hosted({"ec2": ec2}, subnets=subnets))

    assert told.reason == f"Not as the page needs it: there is no {FRONT_B} or {FRONT_A}, or it is another account's."


def test_a_vpc_that_is_not_there_is_all_that_is_said() -> None:
    told = found("network", hosted({"ec2": (Answer("describe_vpcs", {"Vpcs": []}),)}))

    assert (told.verdict, told.value) == (Verdict.BLOCKED, "no VPC")
    assert told.reason == f"There is no {VPC} in us-east-1, or it is another account's."


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "missing": (
        {"subnets": without(BACK)},
        f"there is no {BACK}, or it is another account's.",
        "Write subnets that are there",
    ),
    "another VPC": (
        {"subnets": {**ALL, BACK: {"VpcId": ELSEWHERE}}},
        f"{BACK} is in {ELSEWHERE} and not in {VPC}.",
        "Write subnets of one VPC",
    ),
    "one zone": (
        {"subnets": {**ALL, FRONT_B: {}}},
        f"{FRONT_A} and {FRONT_B} are both in us-east-1a, and a load balancer takes one subnet a zone.",
        "Write one subnet of each zone",
    ),
    "closed by the main table": (
        {"tables": (table(NAT),)},
        f"{FRONT_A} and {FRONT_B} have no default route to an internet gateway, and nobody outside reaches the "
        "load balancer there.",
        "Name public subnets",
    ),
    "one of them closed": (
        {"tables": (table(INTERNET, of=(FRONT_A,)), table(NAT))},
        f"{FRONT_B} has no default route to an internet gateway, and nobody outside reaches the load balancer there.",
        "Name public subnets",
    ),
    "gateway that is gone": (
        {"tables": (table({**INTERNET, "State": "blackhole"}, of=(FRONT_A, FRONT_B)), table(NAT))},
        f"{FRONT_A} and {FRONT_B} have no default route to an internet gateway, and nobody outside reaches the "
        "load balancer there.",
        "Name public subnets",
    ),
    "no way out": (
        {"tables": (TABLES[0], table())},
        f"{BACK} has no default route, and tasks there reach neither AWS nor the provider.",
        "Add the route 0.0.0.0/0 to a NAT gateway",
    ),
    "way out that is gone": (
        {"tables": (TABLES[0], table({**NAT, "State": "blackhole"}))},
        f"the default route of {BACK} leads to nat-1, which is not there any more.",
        "Let the route 0.0.0.0/0 lead to a NAT gateway",
    ),
    "public without an address": (
        {"tables": (table(INTERNET),)},
        f"the default route of {BACK} leads to an internet gateway, which takes public addresses only.",
        "Write to the catalog, in hosting.tasks: public_ip: true.",
    ),
}


@pytest.mark.parametrize(("given", "reason", "fix"), WRONG.values(), ids=WRONG.keys())
def test_what_a_deployment_would_find_out_too_late_blocks(given: dict[str, Any], reason: str, fix: str) -> None:
    told = examined(**given)

    assert (told.verdict, told.value, told.blocks) == (Verdict.BLOCKED, "1 problem", "deployment")
    assert told.reason == f"Not as the page needs it: {reason}"
    assert told.fix.startswith(fix)


def test_all_that_is_wrong_is_said_at_once() -> None:
    told = examined({**ALL, FRONT_B: {}}, (table(),))

    assert (told.verdict, told.value) == (Verdict.BLOCKED, "3 problems")
    assert told.reason.count("; ") == 2
    assert "Add the route" in told.fix


RIGHT: dict[str, dict[str, Any]] = {
    "internal page": {"tables": (table(NAT),), "internal": True},
    "public tasks with addresses": {"tables": (table(INTERNET),), "tasks": {"public_ip": True}},
    "addresses behind a NAT gateway": {"tasks": {"public_ip": True}},
    **{
        key: {"tables": (TABLES[0], table({"DestinationCidrBlock": EVERYWHERE, key: "x-1"}))}
        for key in ("TransitGatewayId", "InstanceId", "NetworkInterfaceId", "CoreNetworkArn", "OdbNetworkArn")
    },
}


@pytest.mark.parametrize("given", RIGHT.values(), ids=RIGHT.keys())
def test_other_ways_out_will_do(given: dict[str, Any]) -> None:
    assert examined(**given).verdict is Verdict.OK


def test_a_table_that_is_not_shown_is_unknown() -> None:
    """A VPC that another account shares shows the tables of what it shares."""
    told = examined(tables=(table(INTERNET, of=(FRONT_A, FRONT_B)),))

    assert told.verdict is Verdict.UNKNOWN
    assert f"route table of {BACK} is not shown" in told.reason


def test_what_is_behind_a_firewall_is_unknown() -> None:
    firewall = {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "vpce-1", "State": "active"}

    told = examined(tables=(table(firewall, of=(FRONT_A, FRONT_B)), table(NAT)))

    assert told.verdict is Verdict.UNKNOWN
    assert told.reason == (
        f"Not all of it can be seen: the default route of {FRONT_A} and {FRONT_B} leads to a firewall, and what is "
        "behind that is not looked at."
    )
    assert examined(tables=(table({**firewall, "State": "blackhole"}),)).verdict is Verdict.BLOCKED


FULL = {**ALL, FRONT_A: {"AvailableIpAddressCount": 7}}


def balancer(*subnets: str) -> Answer:
    zones = [{"ZoneName": "us-east-1a", "SubnetId": each} for each in subnets]
    given = {"Names": ["terrachat-demo"]}
    return Answer("describe_load_balancers", {"LoadBalancers": [{"AvailabilityZones": zones}]}, given=given)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (refused("describe_load_balancers", "LoadBalancerNotFound"), Verdict.BLOCKED),
        (balancer(FRONT_B), Verdict.BLOCKED),
        (balancer(FRONT_A, FRONT_B), Verdict.OK),
        (refused("describe_load_balancers", "AccessDenied"), Verdict.UNKNOWN),
    ],
    ids=["none yet", "in another subnet", "in it already", "may not be asked"],
)
def test_a_full_subnet_blocks_a_load_balancer_that_is_not_in_it_yet(answer: Answer, verdict: Verdict) -> None:
    told = examined(FULL, balancers=(answer,))

    assert told.verdict is verdict
    assert ("fewer than 8 free addresses" in told.reason) == (verdict is Verdict.BLOCKED)


def test_tasks_need_no_eight_addresses() -> None:
    assert examined({**ALL, BACK: {"AvailableIpAddressCount": 1}}).verdict is Verdict.OK
