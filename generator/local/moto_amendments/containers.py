"""ECS: what moto 5.2.5 does otherwise than AWS. No task runs here; a service says that as many run as it wants."""

from __future__ import annotations

import functools
from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.models import Service
from moto.ecs.responses import EC2ContainerServiceResponse

from generator.local.moto_amendments.replacing import replace

# What a service is created with and moto forgets; the provider would want to set it again in every plan.
_KEPT = {
    "availabilityZoneRebalancing": "availability_zone_rebalancing",
    "deploymentConfiguration": "deployment_configuration",
    "enableECSManagedTags": "enable_ecs_managed_tags",
    "enableExecuteCommand": "enable_execute_command",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
}


def amend() -> None:
    _services_run()


def _services_run() -> None:
    """Moto's tasks stay pending for ever, and Terraform waits for those that run."""
    for operation in ("create_service", "update_service"):
        _run_after(operation)


def _run_after(operation: str) -> None:
    original = getattr(EC2ContainerServiceResponse, operation)

    @functools.wraps(original)
    def answered(self: EC2ContainerServiceResponse) -> ActionResult:
        answer: ActionResult = original(self)
        told: Any = answer.result
        _run(told["service"], self._get_params())
        return answer

    replace(EC2ContainerServiceResponse, operation, answered)


def _run(service: Service, asked: dict[str, Any]) -> None:
    for name, attribute in _KEPT.items():
        if name in asked:
            setattr(service, attribute, asked[name])
    service.running_count, service.pending_count = service.desired_count, 0
    for deployment in service.deployments:
        deployment |= {
            "desiredCount": service.desired_count,
            "runningCount": service.desired_count,
            "pendingCount": 0,
            "rolloutState": "COMPLETED",
            "taskDefinition": service.task_definition,
        }
