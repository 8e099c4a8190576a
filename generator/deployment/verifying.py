"""Whether live AWS runs what was applied.

In: the deployment's plan, Terraform's state after the apply, and AWS. Out: nothing, or AwsError (exit code 3) that
names what runs instead. Separate from applying because Terraform's word is not enough: where SageMaker rolls an update
back, the provider sees an endpoint that is in service again, and reports success
(hashicorp/terraform-provider-aws #46663, #48997).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from generator.deployment.live_endpoints import LiveEndpoint, LiveEndpoints
from generator.deployment.state_facts import config_names
from generator.errors import AwsError
from generator.planning import EndpointPlan


def verify(endpoints: Iterable[EndpointPlan], state: Mapping[str, Any], live: LiveEndpoints) -> int:
    """Compare each endpoint that Terraform owns with live AWS. Returns how many there are.

    Raises AwsError where one does not run what was applied, or does not serve.
    """
    configs = config_names(state)
    owned = [endpoint for endpoint in endpoints if endpoint.is_terraform_owned]
    found = [(endpoint, configs.get(endpoint.address, ""), live.find(endpoint.name)) for endpoint in owned]
    problems = {endpoint.model_id: said for endpoint, config, now in found if (said := _problem(endpoint, config, now))}
    if problems:
        first = next(iter(problems))
        raise AwsError(
            "what was applied is not what runs:\n" + "\n".join(problems.values()),
            hint="Look into the endpoint's log for why, mend the cause, and run the same command again. If AWS then "
            f"does not update the endpoint, take it down and up again: terrachat stop {first}; terrachat start {first}",
        )
    return len(owned)


def _problem(endpoint: EndpointPlan, config: str, found: LiveEndpoint | None) -> str | None:
    who = f"{endpoint.model_id}: the endpoint {endpoint.name!r}"
    if found is None:
        return f"{who} does not exist, though Terraform has applied it"
    reason = f" ({found.failure})" if found.failure else ""
    if found.config != config:
        return (
            f"{who} runs the configuration {found.config!r}; {config!r} was applied. AWS rolled the update back"
            f"{reason}; what answers is the old model"
        )
    if found.status != "InService":
        return f"{who} is {found.status}{reason}"
    return None
