"""The serving containers that a catalog may name, by that name."""

from __future__ import annotations

from collections.abc import Mapping

from generator.families.container_family import WEIGHTS_FOLDER, ContainerFamily
from generator.families.lmi import LMI
from generator.families.registry_accounts import REGISTRY_ACCOUNTS
from generator.families.sglang import SGLANG
from generator.families.tgi import TGI
from generator.families.vllm import VLLM

__all__ = ["CONTAINERS", "DEFAULT_CONTAINER", "REGISTRY_ACCOUNTS", "WEIGHTS_FOLDER", "ContainerFamily"]

CONTAINERS: Mapping[str, ContainerFamily] = {family.name: family for family in (VLLM, LMI, SGLANG, TGI)}
DEFAULT_CONTAINER = VLLM.name
