"""What runs the chat page for a team, decided: a class that planning fills and that templates and checks read.

Data only, frozen, no IO. Separate from plans.py because all of it belongs to one switch of the catalog.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.catalog import HostingOidc, HostingTasks
from generator.permissions import Arn


@dataclass(frozen=True)
class HostingPlan:
    """The chat page on ECS Fargate, behind a load balancer.

    `allowed` are IPv4 ranges, by the part that they have in a resource's address. `max_tasks` None: nothing is scaled.
    """

    image: str
    domain: str
    certificate: str
    vpc: str
    load_balancer_subnets: tuple[str, ...]
    task_subnets: tuple[str, ...]
    oidc: HostingOidc
    is_internal: bool
    allowed: Mapping[str, str]
    allow_start: bool
    tasks: HostingTasks
    log_group: str

    @property
    def image_repository_arn(self) -> Arn:
        return Arn.of_image(self.image)

    @property
    def is_scaled(self) -> bool:
        return self.tasks.max is not None and self.tasks.max > self.tasks.min

    @property
    def cpu_architecture(self) -> str:
        """As ECS calls it."""
        return {"x86_64": "X86_64", "arm64": "ARM64"}[self.tasks.architecture]
