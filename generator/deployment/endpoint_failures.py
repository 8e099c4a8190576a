"""A failed apply -> what became of each model, and what to do about it.

In: Terraform's diagnostics and live AWS. Out: an error whose text names each failed endpoint with AWS's reason, its
container's last words and a next step, and what is deployed all the same. Separate because Terraform knows an address
and a message, and a person needs the model, its log, and what to try next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.deployment.endpoint_hints import next_step
from generator.deployment.live_endpoints import LiveEndpoints, log_group
from generator.deployment.plan_summary import owner
from generator.errors import AwsError, TerraformError
from generator.planning import DeploymentPlan, EndpointPlan
from generator.terraform import TerraformRunError
from generator.terraform.events import Diagnostic

_ABOUT_ENDPOINTS = (
    "aws_cloudformation_stack.",
    "aws_sagemaker_endpoint.",
    "aws_sagemaker_endpoint_configuration.",
    "aws_sagemaker_model.",
)


@dataclass(frozen=True)
class EndpointFailure:
    """One endpoint that did not come up. `log` are its container's last lines, the newest last; `status` AWS's."""

    model_id: str
    endpoint: str
    status: str
    reason: str
    log: tuple[str, ...]
    next_step: str

    def __str__(self) -> str:
        lines = [f"{self.model_id}: the endpoint {self.endpoint!r} {self.status}: {self.reason}"]
        if self.log:
            lines += [f"  last lines of {log_group(self.endpoint)}:", *(f"    {line}" for line in self.log)]
        return "\n".join([*lines, f"  {self.next_step}"])


def failed_endpoints(
    diagnostics: Iterable[Diagnostic], endpoints: Iterable[EndpointPlan], live: LiveEndpoints
) -> tuple[EndpointFailure, ...]:
    """Look at each endpoint that Terraform failed at, in the order in which it said so."""
    by_address = {endpoint.address: endpoint for endpoint in endpoints}
    said = {
        diagnostic.address.rsplit(".", 1)[-1]: diagnostic
        for diagnostic in diagnostics
        if diagnostic.address.startswith(_ABOUT_ENDPOINTS)
    }
    return tuple(look_at(by_address[name], _said(said[name]), live) for name in said if name in by_address)


def look_at(endpoint: EndpointPlan, said: str, live: LiveEndpoints) -> EndpointFailure:
    """What AWS knows of an endpoint that failed; `said` is what is known already, for where AWS knows nothing."""
    try:
        found = live.find(endpoint.name)
        log = live.log_tail(endpoint.name) if found else ()
    except AwsError as error:  # the failure itself is told, whatever else cannot be
        return EndpointFailure(endpoint.model_id, endpoint.name, "failed", said, (), str(error.hint or error.message))
    reason = (found.failure if found else None) or said
    status = f"is {found.status}" if found else "was not created"
    return EndpointFailure(endpoint.model_id, endpoint.name, status, reason, log, next_step(f"{reason}\n{said}", log))


def explain(
    error: TerraformRunError, plan: DeploymentPlan, live: LiveEndpoints, ready: Sequence[str]
) -> TerraformError:
    """The error to show instead of Terraform's own; where no endpoint failed, Terraform's own and what answers.

    `ready` are the ids of the models that are deployed and answer.
    """
    answering = f"These models are deployed and answer: {', '.join(ready)}." if ready else "No model answers yet."
    failures = failed_endpoints(error.diagnostics, plan.endpoints, live)
    if not failures:
        return TerraformError(f"{error.message}\n{answering}", hint=error.hint)
    told = {failure.model_id for failure in failures}
    names = {entry.address: entry.model_id for entry in plan.discovery}
    others = [str(each) for each in error.diagnostics if owner(each.address, names) not in told]
    count = "one endpoint" if len(failures) == 1 else f"{len(failures)} endpoints"
    head = f"{count} did not come up{'' if others else '; everything else was applied'}."
    return TerraformError(
        "\n".join([head, *map(str, failures), *others, answering]),
        hint="What was created is kept: mend the cause and run the same command again.",
    )


def _said(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.summary} {diagnostic.detail}".strip()
