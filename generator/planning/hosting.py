"""A catalog's `hosting` -> HostingPlan: what runs the chat page for a team. Pure.

Separate because it is a switch of its own: nothing else of a deployment depends on it.
"""

from __future__ import annotations

from generator.catalog import Catalog
from generator.planning.hosting_plan import HostingPlan

_EVERY_ADDRESS = "0.0.0.0/0"


def plan_hosting(catalog: Catalog, name: str) -> HostingPlan | None:
    """What runs the page of the deployment whose resources are called `name`; None where nothing does."""
    hosting = catalog.hosting
    if hosting is None:
        return None
    return HostingPlan(
        image=hosting.image,
        domain=hosting.domain,
        certificate=hosting.certificate,
        vpc=hosting.vpc,
        load_balancer_subnets=hosting.subnets.load_balancer,
        task_subnets=hosting.subnets.tasks,
        oidc=hosting.oidc,
        is_internal=hosting.internal,
        allowed=_by_label(hosting.allowed_cidrs or (_EVERY_ADDRESS,)),
        allow_start=hosting.allow_start,
        tasks=hosting.tasks,
        log_group=f"/ecs/{name}-chat-page",
    )


def _by_label(ranges: tuple[str, ...]) -> dict[str, str]:
    """Each range by its part of an address: that of one never depends on another, nor on their order."""
    return {cidr.replace(".", "_").replace("/", "_"): cidr for cidr in ranges}
