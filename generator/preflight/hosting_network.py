"""Whether the chat page has room and a way out where the catalog puts it: its VPC, its subnets and their routes.

In: EC2, in the deployment's region; Elastic Load Balancing where a subnet is nearly full. Out: one finding. What is
asked by a filter is answered without what does not exist, and not refused. Separate from hosting_subnets.py, which
judges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from generator.aws_calls import calling
from generator.catalog import HostingSettings
from generator.errors import AwsError
from generator.preflight.findings import Finding, Verdict
from generator.preflight.hosting_subnets import LEAST_FREE, Network, Problem, Subnet, problems
from generator.preflight.scene import Scene

# Source: botocore 1.44.5, elbv2, DescribeLoadBalancers' errors; read on 2026-11-23.
_NO_BALANCER = "LoadBalancerNotFound"


def examine(scene: Scene, hosting: HostingSettings, found: partial[Finding]) -> Iterator[Finding]:
    """Ask EC2 about the VPC and the subnets that the catalog names. Raises AwsError where it does not tell."""
    ec2 = scene.aws.client("ec2", scene.region)
    told = partial(found, asked=f"ec2 DescribeVpcs, DescribeSubnets and DescribeRouteTables, {scene.region}")
    if not _listed(ec2, "DescribeVpcs", "Vpcs", "vpc-id", [hosting.vpc]):
        reason = f"There is no {hosting.vpc} in {scene.region}, or it is another account's."
        fix = "Write the VPC that the page is to be in to the catalog, in hosting."
        yield told(verdict=Verdict.BLOCKED, reason=reason, value="no VPC", fix=fix)
        return
    network = _network(ec2, hosting)
    wrong = tuple(problems(network, hosting, _crowded(scene, hosting, network)))
    yield _told_of(wrong, told) if wrong else _as_it_should_be(network, hosting, told)


def _network(ec2: Any, hosting: HostingSettings) -> Network:
    named = sorted({*hosting.subnets.load_balancer, *hosting.subnets.tasks})
    rows = _listed(ec2, "DescribeSubnets", "Subnets", "subnet-id", named)
    subnets = [
        Subnet(each["SubnetId"], each["VpcId"], each["AvailabilityZone"], each["AvailableIpAddressCount"])
        for each in rows
    ]
    tables = _listed(ec2, "DescribeRouteTables", "RouteTables", "vpc-id", [hosting.vpc])
    return Network({each.id: each for each in subnets}, tables)


def _listed(ec2: Any, operation: str, key: str, name: str, values: Sequence[str]) -> list[dict[str, Any]]:
    """All that `operation` describes where the filter `name` is one of `values`."""
    method = {"Vpcs": "describe_vpcs", "Subnets": "describe_subnets", "RouteTables": "describe_route_tables"}[key]
    with calling(operation):
        pages = ec2.get_paginator(method).paginate(Filters=[{"Name": name, "Values": list(values)}])
        return [row for page in pages for row in page[key]]


def _crowded(scene: Scene, hosting: HostingSettings, network: Network) -> tuple[str, ...]:
    """The load balancer's subnets without room for it. Where it is already it needs none: it may be what fills them."""
    known = [network.subnets[each] for each in hosting.subnets.load_balancer if each in network.subnets]
    full = [each.id for each in known if each.free < LEAST_FREE]
    taken = _taken(scene) if full else frozenset()
    return tuple(each for each in full if each not in taken)


def _taken(scene: Scene) -> frozenset[str]:
    """The subnets of the deployment's own load balancer; none where there is none. Raises AwsError."""
    client = scene.aws.client("elbv2", scene.region)
    try:
        with calling("DescribeLoadBalancers"):
            found = client.describe_load_balancers(Names=[scene.plan.name])["LoadBalancers"]
    except AwsError as error:
        if error.code == _NO_BALANCER:
            return frozenset()
        raise
    return frozenset(zone["SubnetId"] for each in found for zone in each.get("AvailabilityZones", ()))


def _told_of(wrong: Sequence[Problem], told: partial[Finding]) -> Finding:
    is_blocked = any(each.verdict is Verdict.BLOCKED for each in wrong)
    said = "Not as the page needs it" if is_blocked else "Not all of it can be seen"
    return told(
        verdict=Verdict.BLOCKED if is_blocked else Verdict.UNKNOWN,
        reason=f"{said}: {'; '.join(each.words for each in wrong)}.",
        value="1 problem" if len(wrong) == 1 else f"{len(wrong)} problems",
        fix=" ".join(dict.fromkeys(each.fix for each in wrong)),
    )


def _as_it_should_be(network: Network, hosting: HostingSettings, told: partial[Finding]) -> Finding:
    zones = sorted({network.subnets[each].zone for each in hosting.subnets.load_balancer})
    ways = [network.way_out(each) for each in hosting.subnets.tasks]
    out = sorted({way.target for way in ways if way})
    reason = (
        f"{hosting.vpc} has all {len(network.subnets)} subnets: the load balancer's in {', '.join(zones)}, with room "
        f"for it{'' if hosting.internal else ' and public'}; the tasks' lead out by {', '.join(out)}."
    )
    return told(verdict=Verdict.OK, reason=reason, value=f"{len(network.subnets)} subnets")
