"""SageMaker endpoints that take their time, fail and roll back as AWS's do.

Moto 5.2.5 knows one state, InService at once, and has no UpdateEndpoint. In: the operations, and what is rehearsed of
them. Out: endpoints that are Creating or Updating for a moment (the provider's waiter really polls) and then what the
rehearsal says. An endpoint moves on when somebody looks at it, so there is no thread.
"""

from __future__ import annotations

import functools
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.logs.exceptions import ResourceAlreadyExistsException
from moto.logs.models import logs_backends
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpoint, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from generator.local.moto_amendments.replacing import replace, without_empty
from generator.local.moto_amendments.sagemaker import already_exists, refusal
from generator.local.rehearsals import Operation, Rehearsal, Rehearsals

# The provider's waiter asks at once and again after 0.2 s (seen with 5.100): that is what an endpoint costs an apply.
SETTLE_S = 0.05
_NO_REHEARSAL = Rehearsal(kind="slow", seconds=SETTLE_S)
_LOG_STREAM = "AllTraffic/i-0rehearsal0000000"


@dataclass(frozen=True)
class _Change:
    """What an endpoint is in the middle of. `act` is the rehearsals' when it began."""

    ends_at: float
    act: int
    end: Callable[[], None]


class _Changes:
    """The endpoints that are in the middle of a change."""

    def __init__(self, rehearsals: Rehearsals) -> None:
        self._rehearsals = rehearsals
        self._of: weakref.WeakKeyDictionary[FakeEndpoint, _Change] = weakref.WeakKeyDictionary()

    def begin(self, endpoint: FakeEndpoint, status: str, rehearsal: Rehearsal, end: Callable[[], None]) -> None:
        seconds = max(rehearsal.seconds, SETTLE_S)
        endpoint.endpoint_status = status
        endpoint.failure_reason = None
        self._of[endpoint] = _Change(time.monotonic() + seconds, self._rehearsals.act, end)

    def settle(self, endpoint: FakeEndpoint) -> None:
        """Let a change end whose time is over."""
        change = self._of.get(endpoint)
        if change is None or (time.monotonic() < change.ends_at and change.act == self._rehearsals.act):
            return
        del self._of[endpoint]
        change.end()
        endpoint.last_modified_time = utcnow()


def amend(rehearsals: Rehearsals) -> None:
    changes = _Changes(rehearsals)
    _settle_before_anybody_looks(changes)
    _describe_as_aws_does()
    _create(changes, rehearsals)
    _update(changes, rehearsals)
    _delete(rehearsals)


def _settle_before_anybody_looks(changes: _Changes) -> None:
    describe, list_all = SageMakerModelBackend.describe_endpoint, SageMakerModelBackend.list_endpoints

    @functools.wraps(describe)
    def describe_endpoint(self: SageMakerModelBackend, endpoint_name: str) -> Any:
        if endpoint_name in self.endpoints:
            changes.settle(self.endpoints[endpoint_name])
        return describe(self, endpoint_name)

    @functools.wraps(list_all)
    def list_endpoints(self: SageMakerModelBackend, **filters: Any) -> Any:
        for endpoint in list(self.endpoints.values()):
            changes.settle(endpoint)
        return list_all(self, **filters)

    replace(SageMakerModelBackend, "describe_endpoint", describe_endpoint)
    replace(SageMakerModelBackend, "list_endpoints", list_endpoints)


def _describe_as_aws_does() -> None:
    """Moto answers with empty fields and with tags, which AWS does not tell here."""
    original = SageMakerResponse.describe_endpoint

    @functools.wraps(original)
    def describe_endpoint(self: SageMakerResponse) -> ActionResult:
        told = without_empty(original(self).result)
        return ActionResult({key: value for key, value in told.items() if key != "Tags"})

    replace(SageMakerResponse, "describe_endpoint", describe_endpoint)


def _create(changes: _Changes, rehearsals: Rehearsals) -> None:
    """Moto creates a second endpoint of the same name, in service at once, and forgets its DeploymentConfig."""

    def create_endpoint(self: SageMakerResponse) -> ActionResult:
        backend, name = self.sagemaker_backend, self._get_param("EndpointName")
        config = self._get_param("EndpointConfigName")
        if name in backend.endpoints:
            raise already_exists("endpoint", "endpoint", name, backend)
        backend.describe_endpoint_config(config)  # raises as AWS does where there is none
        rehearsal = _rehearse(rehearsals, "CreateEndpoint", name, config, backend)
        endpoint: Any = backend.create_endpoint(name, config, self._get_param("Tags"))
        endpoint.last_deployment_config = self._get_param("DeploymentConfig")

        def end() -> None:
            failed = rehearsal.kind == "fail"
            endpoint.endpoint_status = "Failed" if failed else "InService"
            endpoint.failure_reason = rehearsal.failure_reason if failed else None

        changes.begin(endpoint, "Creating", rehearsal, end)
        return ActionResult({"EndpointArn": endpoint.arn})

    replace(SageMakerResponse, "create_endpoint", create_endpoint)


def _update(changes: _Changes, rehearsals: Rehearsals) -> None:
    """Moto has no UpdateEndpoint, which is how the provider gives an endpoint its new configuration.

    The old configuration is told until the new one serves; name, tags and creation time stay. What rolls back is in
    service again with the old configuration, which the provider takes for success
    (hashicorp/terraform-provider-aws #46663, #48997).
    """

    def update_endpoint(self: SageMakerResponse) -> ActionResult:
        backend, name = self.sagemaker_backend, self._get_param("EndpointName")
        config = self._get_param("EndpointConfigName")
        backend.describe_endpoint(name)  # raises as AWS does where there is no such endpoint
        endpoint: Any = backend.endpoints[name]
        _require_rest(endpoint, ("InService", "OutOfService"))
        # The one that it runs must exist too: where Terraform has deleted it after a silent rollback, AWS refuses every
        # further update with these words (hashicorp/terraform-provider-aws #48997, #49020).
        old = backend.describe_endpoint_config(endpoint.endpoint_config_name)
        new = backend.describe_endpoint_config(config)
        _require_no_scaling(backend, endpoint, old, new)
        rehearsal = _rehearse(rehearsals, "UpdateEndpoint", name, config, backend)
        endpoint.pending_deployment_summary = {"EndpointConfigName": config, "StartTime": utcnow()}
        deployment_config = self._get_param("DeploymentConfig")

        def end() -> None:
            endpoint.endpoint_status = "InService"
            endpoint.pending_deployment_summary = None
            if rehearsal.kind == "roll_back":
                endpoint.failure_reason = rehearsal.failure_reason
                return
            endpoint.endpoint_config_name = config
            endpoint.production_variants = endpoint._process_production_variants(new["ProductionVariants"])
            endpoint.last_deployment_config = deployment_config

        changes.begin(endpoint, "Updating", rehearsal, end)
        return ActionResult({"EndpointArn": endpoint.arn})

    replace(SageMakerResponse, "update_endpoint", update_endpoint)


def _delete(rehearsals: Rehearsals) -> None:
    """Moto deletes an endpoint in any state; AWS refuses while it is being created or updated."""

    def delete_endpoint(self: SageMakerResponse) -> EmptyResult:
        backend, name = self.sagemaker_backend, self._get_param("EndpointName")
        backend.describe_endpoint(name)
        _require_rest(backend.endpoints[name], ("InService", "OutOfService", "Failed"))
        rehearsal = rehearsals.take("DeleteEndpoint", name)
        if rehearsal is not None:
            raise refusal(rehearsal, rehearsal.failure_reason)
        backend.delete_endpoint(name)
        return EmptyResult()

    replace(SageMakerResponse, "delete_endpoint", delete_endpoint)


def _require_rest(endpoint: FakeEndpoint, states: tuple[str, ...]) -> None:
    """Refuse, as AWS does, an operation that the endpoint's state does not allow. The words are AWS's: they are also
    what aws-controllers-k8s/sagemaker-controller looks for.
    """
    if endpoint.endpoint_status not in states:
        raise ValidationError(message=f'Cannot update in-progress endpoint "{endpoint.arn}".')


def _require_no_scaling(
    backend: SageMakerModelBackend, endpoint: FakeEndpoint, old: dict[str, Any], new: dict[str, Any]
) -> None:
    """Refuse another instance type for a variant that Application Auto Scaling watches, as AWS does
    (hashicorp/terraform-provider-aws #14337).
    """
    types = {variant["VariantName"]: variant.get("InstanceType") for variant in new["ProductionVariants"]}
    scaling = applicationautoscaling_backends[backend.account_id][backend.region_name]
    targets = {target.resource_id for target in scaling.describe_scalable_targets("sagemaker", None, None)}
    held = [
        variant["VariantName"]
        for variant in old["ProductionVariants"]
        if f"endpoint/{endpoint.endpoint_name}/variant/{variant['VariantName']}" in targets
        and types.get(variant["VariantName"]) != variant.get("InstanceType")
    ]
    if held:
        raise ValidationError(
            message=f"The variant(s) {held} must be deregistered as scalable targets with AWS Auto Scaling before they "
            "can be removed or have their instance type updated."
        )


def _rehearse(
    rehearsals: Rehearsals, operation: Operation, name: str, config: str, backend: SageMakerModelBackend
) -> Rehearsal:
    """What is to happen; raises the refusal, if that is it."""
    rehearsal = rehearsals.take(operation, name) or _NO_REHEARSAL
    if rehearsal.kind == "refuse":
        raise refusal(rehearsal, rehearsal.reason or _limit_exceeded(backend, config))
    if rehearsal.log:
        _write_log(backend, name, rehearsal.log)
    return rehearsal


def _limit_exceeded(backend: SageMakerModelBackend, config: str) -> str:
    """AWS's words of an instance quota of 0 (aws-samples/aws-genai-llm-chatbot #244)."""
    variant = backend.describe_endpoint_config(config)["ProductionVariants"][0]
    return (
        f"The account-level service limit '{variant['InstanceType']} for endpoint usage' is 0 Instances, with current "
        f"utilization of 0 Instances and a request delta of {variant['InitialInstanceCount']} Instances. Please use "
        "AWS Service Quotas to request an increase for this quota."
    )


def _write_log(backend: SageMakerModelBackend, name: str, lines: tuple[str, ...]) -> None:
    """Write to the endpoint's log group, which SageMaker creates where nobody did."""
    logs = logs_backends[backend.account_id][backend.region_name]
    group = f"/aws/sagemaker/Endpoints/{name}"
    if group not in logs.groups:
        logs.create_log_group(group, {})
    with suppress(ResourceAlreadyExistsException):  # of an earlier rehearsal of the same endpoint
        logs.create_log_stream(group, _LOG_STREAM)
    now_ms = int(time.time() * 1000)
    events = [{"timestamp": now_ms + number, "message": line} for number, line in enumerate(lines)]
    logs.put_log_events(group, _LOG_STREAM, events)
