"""The VPC and the subnets that a catalog names: moto 5.2.5 refuses ids that nobody created in it.

A catalog's network is the owner's and no part of a deployment. What the local account does not know otherwise is as it
should be, so a VPC or a subnet is there as soon as it is named.
"""

from __future__ import annotations

import functools
import threading
from typing import Any

from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPC

from generator.local.moto_amendments.replacing import replace

_NETWORK = "10.0.0.0/16"
_VPC: Any = VPC  # abstract by its annotations only: moto itself makes one in the same way
_SUBNET: Any = Subnet
_named = threading.RLock()


def amend() -> None:
    _vpcs_are_there()
    _subnets_are_there()
    _rules_between_groups_are_described()


def _vpcs_are_there() -> None:
    create_security_group = EC2Backend.create_security_group

    def get_vpc(self: EC2Backend, vpc_id: str) -> VPC:
        with _named:
            if vpc_id not in self.vpcs:
                self.vpcs[vpc_id] = _VPC(self, vpc_id, _NETWORK, is_default=False)
            return self.vpcs[vpc_id]

    @functools.wraps(create_security_group)
    def in_its_vpc(self: EC2Backend, name: str, description: str, vpc_id: str | None = None, **more: Any) -> Any:
        # Moto makes a group of a VPC that it does not know without the rule that AWS gives each, and that the provider
        # takes away first.
        if vpc_id:
            self.get_vpc(vpc_id)
        return create_security_group(self, name, description, vpc_id=vpc_id, **more)

    replace(EC2Backend, "get_vpc", get_vpc)
    replace(EC2Backend, "create_security_group", in_its_vpc)


def _subnets_are_there() -> None:
    get_known = EC2Backend.get_subnet
    describe_known = EC2Backend.describe_subnets

    def get_subnet(self: EC2Backend, subnet_id: str) -> Subnet:
        with _named:
            try:
                return get_known(self, subnet_id)
            except InvalidSubnetIdError:
                return _new_subnet(self, subnet_id)

    def describe_subnets(self: EC2Backend, subnet_ids: list[str] | None = None, filters: Any = None) -> list[Subnet]:
        for subnet_id in subnet_ids or ():
            self.get_subnet(subnet_id)
        return list(describe_known(self, subnet_ids, filters))

    replace(EC2Backend, "get_subnet", get_subnet)
    replace(EC2Backend, "describe_subnets", describe_subnets)


def _rules_between_groups_are_described() -> None:
    """Moto tells the description of a rule about addresses only; of one about another group the provider misses it."""

    def description(self: SecurityGroupRule) -> str | None:
        return (self.ip_range or self.source_group).get("Description")

    replace(SecurityGroupRule, "description", property(description))


def _new_subnet(backend: EC2Backend, subnet_id: str) -> Subnet:
    """A subnet of the VPC that was named last, in the zone whose turn it is: its id tells neither."""
    zones = backend.describe_availability_zones()
    number = sum(map(len, backend.subnets.values()))
    zone = zones[number % len(zones)]
    vpc = next(reversed(backend.vpcs))
    subnet: Subnet = _SUBNET(backend, subnet_id, vpc, f"10.0.{number % 256}.0/24", None, zone, False, False)
    backend.subnets[zone.name][subnet_id] = subnet
    return subnet
