"""DeploymentPlan -> what the module's README says of its models: the rows of a table and the nodes of a diagram. Pure.

Separate from planning because this is for people only: nothing that is deployed depends on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.planning import DeploymentPlan, DiscoveryPlan, EndpointPlan

_MOST_NODES = 24  # more could not be read


@dataclass(frozen=True)
class ModelRow:
    """One model: `what` it is, `where` it runs, and what it costs, if that is known."""

    model_id: str
    provider: str
    what: str
    where: str
    cost: str | None


@dataclass(frozen=True)
class Node:
    """A box of the diagram. `name` is Mermaid's, without special characters; `is_hosted` puts it on SageMaker."""

    name: str
    text: str
    is_hosted: bool


def model_rows(plan: DeploymentPlan, costs: Mapping[str, str] | None) -> tuple[ModelRow, ...]:
    """The models in the catalog's order. `costs` are lines for people, by model id."""
    endpoints = {endpoint.model_id: endpoint for endpoint in plan.endpoints}
    return tuple(_row(entry, endpoints.get(entry.model_id), costs or {}) for entry in plan.discovery)


def diagram_nodes(plan: DeploymentPlan) -> tuple[Node, ...]:
    """A node a model; with many models, a node a provider that says how many."""
    if len(plan.discovery) > _MOST_NODES:
        return tuple(_provider_nodes(plan))
    return tuple(
        Node(f"model_{entry.address}", entry.model_id, entry.document["provider"] == "sagemaker")
        for entry in plan.discovery
    )


def _provider_nodes(plan: DeploymentPlan) -> Iterator[Node]:
    for provider, number in Counter(entry.document["provider"] for entry in plan.discovery).items():
        text = f"{provider}, {number} model{'s' if number > 1 else ''}"
        yield Node(f"provider_{provider}", text, provider == "sagemaker")


def _row(entry: DiscoveryPlan, endpoint: EndpointPlan | None, costs: Mapping[str, str]) -> ModelRow:
    document = entry.document
    what = endpoint.source if endpoint else document.get("model") or document["endpoint"]
    return ModelRow(entry.model_id, document["provider"], what, _where(entry, endpoint), costs.get(entry.model_id))


def _where(entry: DiscoveryPlan, endpoint: EndpointPlan | None) -> str:
    if endpoint is None:
        place = entry.document.get("base_url") or entry.document.get("region")
        elsewhere = "Azure" if entry.document["provider"] == "azure_openai" else "the provider's own API"
        return str(place or elsewhere)
    number = str(endpoint.instance_count)
    if endpoint.scaling:
        number = f"{endpoint.scaling.min_count} to {endpoint.scaling.max_count}"
    return f"{number} x {endpoint.instance_type}{_when(endpoint)}"


def _when(endpoint: EndpointPlan) -> str:
    if endpoint.is_stopped:
        return ", stopped"
    schedule = endpoint.schedule
    return f", from {schedule.start} to {schedule.stop} ({schedule.timezone})" if schedule else ""
