"""What is wrong with the subnets that a catalog gives the chat page, as AWS describes them. Pure.

In: the subnets, the route tables of their VPC, and what the catalog asks of both. Out: problems, each with its next
step. Separate from hosting_network.py, which asks AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.catalog import HostingSettings
from generator.preflight.findings import Verdict

# "Not enough IP space available in subnet-…. ELB requires at least 8 free IP addresses in each subnet." Source: what
# AWS answers to CreateLoadBalancer as people quote it (qiita.com/motani/items/9a4cadad1f570f4b3921), and the user guide
# for Application Load Balancers, "Subnets for your load balancer"; read on 2026-11-23.
LEAST_FREE = 8

_EVERYWHERE = "0.0.0.0/0"
_HALVES = ("0.0.0.0/1", "128.0.0.0/1")  # both together are everywhere, too
_INTERNET_GATEWAY = "igw-"
# A load balancer may be behind a firewall: its subnets' default route leads to an endpoint of that, the firewall's own
# to the internet gateway. Source: AWS Network Firewall developer guide, "VPC route table configuration"; read on
# 2026-11-23.
_FIREWALL = "vpce-"
_ANOTHER = "something else"
# What a route may lead to. Source: botocore 1.44.5, ec2, Route; read on 2026-11-23.
_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "InstanceId",
    "NetworkInterfaceId",
    "VpcPeeringConnectionId",
    "CarrierGatewayId",
    "LocalGatewayId",
    "CoreNetworkArn",
)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, as a sentence without its full stop, and what to do about it."""

    verdict: Verdict
    words: str
    fix: str


@dataclass(frozen=True)
class Subnet:
    """A subnet as EC2 describes it. `free` is how many addresses it has left."""

    id: str
    vpc: str
    zone: str
    free: int


@dataclass(frozen=True)
class WayOut:
    """Where a subnet's default route leads: an id, or nothing where it has none. What is gone takes no packets."""

    target: str = ""
    is_gone: bool = False

    @property
    def is_internet(self) -> bool:
        """Whether it leads out by public addresses."""
        return self.target.startswith(_INTERNET_GATEWAY) and not self.is_gone

    @property
    def is_firewall(self) -> bool:
        return self.target.startswith(_FIREWALL) and not self.is_gone


@dataclass(frozen=True)
class Network:
    """What EC2 describes of what a catalog names: those of the subnets that exist, and the VPC's route tables."""

    subnets: Mapping[str, Subnet]
    tables: Sequence[Mapping[str, Any]]

    def way_out(self, subnet: str) -> WayOut | None:
        """Where a subnet's default route leads; None where its route table is not shown.

        "If a subnet is not explicitly associated with any route table, it is implicitly associated with the main route
        table." Source: EC2 API reference, DescribeRouteTables; read on 2026-11-23.
        """
        own = self._table(lambda association: association.get("SubnetId") == subnet)
        table = own or self._table(lambda association: bool(association.get("Main")))
        return None if table is None else _default_route(table)

    def _table(self, is_meant: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any] | None:
        return next((each for each in self.tables if any(map(is_meant, each.get("Associations", ())))), None)


def problems(network: Network, hosting: HostingSettings, crowded: Sequence[str]) -> Iterator[Problem]:
    """What is wrong. `crowded` are the load balancer's subnets that have no room for it."""
    balancer, tasks = hosting.subnets.load_balancer, hosting.subnets.tasks
    named = tuple(dict.fromkeys((*balancer, *tasks)))
    yield from _missing([each for each in named if each not in network.subnets])
    known = [network.subnets[each] for each in named if each in network.subnets]
    yield from _elsewhere([each for each in known if each.vpc != hosting.vpc], hosting.vpc)
    usable = {each.id for each in known if each.vpc == hosting.vpc}
    of_balancer = [network.subnets[each] for each in balancer if each in usable]
    yield from _same_zone(of_balancer)
    yield from _full(crowded)
    ways = {each: network.way_out(each) for each in named if each in usable}
    yield from _unknown_ways([each for each, way in ways.items() if way is None])
    if not hosting.internal:
        yield from _closed({each.id: way for each in of_balancer if (way := ways[each.id])})
    yield from _without_way_out(
        {each: way for each in tasks if (way := ways.get(each))}, has_public_ip=hosting.tasks.public_ip
    )


def _missing(ids: Sequence[str]) -> Iterator[Problem]:
    if ids:
        words = f"there is no {_listed(ids, 'or')}, or it is another account's"
        yield Problem(Verdict.BLOCKED, words, "Write subnets that are there to the catalog, in hosting.subnets.")


def _elsewhere(subnets: Sequence[Subnet], vpc: str) -> Iterator[Problem]:
    for each in subnets:
        words = f"{each.id} is in {each.vpc} and not in {vpc}"
        yield Problem(Verdict.BLOCKED, words, "Write subnets of one VPC, and that VPC, to the catalog, in hosting.")


def _same_zone(subnets: Sequence[Subnet]) -> Iterator[Problem]:
    """A load balancer has one subnet in each zone. Source: botocore 1.44.5, elbv2, CreateLoadBalancer, Subnets."""
    by_zone: dict[str, list[str]] = {}
    for each in subnets:
        by_zone.setdefault(each.zone, []).append(each.id)
    for zone, ids in by_zone.items():
        if len(ids) > 1:
            words = f"{_listed(ids)} are both in {zone}" if len(ids) == 2 else f"{_listed(ids)} are all in {zone}"
            fix = "Write one subnet of each zone to hosting.subnets.load_balancer, of two zones or more."
            yield Problem(Verdict.BLOCKED, f"{words}, and a load balancer takes one subnet a zone", fix)


def _full(ids: Sequence[str]) -> Iterator[Problem]:
    if ids:
        words = f"{_listed(ids)} {_have(ids)} fewer than {LEAST_FREE} free addresses, which a new load balancer needs"
        yield Problem(Verdict.BLOCKED, words, "Free some addresses, or name larger subnets for the load balancer.")


def _unknown_ways(ids: Sequence[str]) -> Iterator[Problem]:
    if ids:
        words = f"the route table of {_listed(ids)} is not shown, as that of a VPC that another account shares may be"
        yield Problem(Verdict.UNKNOWN, words, "Have whoever owns the VPC look at their default routes.")


def _closed(ways: Mapping[str, WayOut]) -> Iterator[Problem]:
    hidden = [each for each, way in ways.items() if way.is_firewall]
    if hidden:
        words = f"the default route of {_listed(hidden)} leads to a firewall, and what is behind that is not looked at"
        yield Problem(Verdict.UNKNOWN, words, "Have whoever owns the firewall look for its way to the internet.")
    closed = [each for each, way in ways.items() if not (way.is_internet or way.is_firewall)]
    if closed:
        words = (
            f"{_listed(closed)} {_have(closed)} no default route to an internet gateway, and nobody outside reaches "
        )
        words += "the load balancer there"
        fix = "Name public subnets in hosting.subnets.load_balancer; for a page of your own networks, internal: true."
        yield Problem(Verdict.BLOCKED, words, fix)


def _without_way_out(ways: Mapping[str, WayOut], *, has_public_ip: bool) -> Iterator[Problem]:
    """Tasks fetch their image and their secret, and sign people in, by the default route."""
    shut = [each for each, way in ways.items() if not way.target]
    if shut:
        words = f"{_listed(shut)} {_have(shut)} no default route, and tasks there reach neither AWS nor the provider"
        fix = f"Add the route {_EVERYWHERE} to a NAT gateway, or name other subnets in hosting.subnets.tasks."
        yield Problem(Verdict.BLOCKED, words, fix)
    for each, way in ways.items():
        if way.is_gone:
            words = f"the default route of {each} leads to {way.target}, which is not there any more"
            yield Problem(Verdict.BLOCKED, words, f"Let the route {_EVERYWHERE} lead to a NAT gateway that is there.")
    public = [each for each, way in ways.items() if way.is_internet]
    if public and not has_public_ip:
        words = (
            f"the default route of {_listed(public)} leads to an internet gateway, which takes public addresses only"
        )
        fix = "Write to the catalog, in hosting.tasks: public_ip: true. Or name subnets with a NAT gateway."
        yield Problem(Verdict.BLOCKED, words, fix)


def _default_route(table: Mapping[str, Any]) -> WayOut:
    routes: Mapping[str, Mapping[str, Any]] = {
        each["DestinationCidrBlock"]: each for each in table.get("Routes", ()) if "DestinationCidrBlock" in each
    }
    halves = [routes[half] for half in _HALVES if half in routes]
    route = routes.get(_EVERYWHERE) or (halves[0] if len(halves) == len(_HALVES) else None)
    if route is None:
        return WayOut()
    target = next((str(route[key]) for key in _TARGETS if route.get(key)), _ANOTHER)
    return WayOut(target, is_gone=route.get("State") == "blackhole")


def _have(ids: Sequence[str]) -> str:
    return "has" if len(ids) == 1 else "have"


def _listed(ids: Iterable[str], last_word: str = "and") -> str:
    *first, last = ids
    return f"{', '.join(first)} {last_word} {last}" if first else last
