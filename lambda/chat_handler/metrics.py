"""CloudWatch metrics, embedded in the log line of a request: CloudWatch Logs extracts them, nothing is called.

In: how a request ended. Out: the fields that make its log line a document of CloudWatch's embedded metric format
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html,
read 2026-11-22). Separate because its names are a contract: the dashboard and the alarms of the Terraform read them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chat_handler.outcomes import Outcome

# The metrics of each model, and their units. Every one is a custom metric, which costs money.
UNITS = {
    "Requests": "Count",
    "Errors": "Count",
    "ClientErrors": "Count",
    "Throttles": "Count",
    "Fallbacks": "Count",
    "InputTokens": "Count",
    "OutputTokens": "Count",
    "FirstTokenLatency": "Milliseconds",
    "Latency": "Milliseconds",
}
# Those of the deployment as a whole: what its alarms need.
OF_DEPLOYMENT = ("Requests", "Errors", "Throttles", "FirstTokenLatency")


@dataclass(frozen=True)
class Metrics:
    """Where the metrics of a deployment go."""

    namespace: str
    deployment: str

    def of(self, outcome: Outcome, now_ms: int) -> dict[str, Any]:
        """The fields that make a log line carry the metrics of `outcome`; none where no model was to be asked.

        The dimension `Model` is for deployed models only: what a caller may type must not make metrics.
        """
        if not outcome.is_chat:
            return {}
        values = _values(outcome)
        dimensions = {"Deployment": self.deployment}
        directives = [self._directive(dimensions, [name for name in OF_DEPLOYMENT if name in values])]
        if (model := outcome.deployed_model) is not None:
            dimensions["Model"] = model
            directives.append(self._directive(dimensions, values))
        return {"_aws": {"Timestamp": now_ms, "CloudWatchMetrics": directives}, **dimensions, **values}

    def _directive(self, dimensions: Iterable[str], names: Iterable[str]) -> dict[str, Any]:
        metrics = [{"Name": name, "Unit": UNITS[name]} for name in names]
        return {"Namespace": self.namespace, "Dimensions": [list(dimensions)], "Metrics": metrics}


def _values(outcome: Outcome) -> dict[str, int]:
    # Zeros are written too, so that a rate is arithmetic over data points that exist.
    values = {
        "Requests": 1,
        "Errors": int(outcome.fault == "failure"),
        "ClientErrors": int(outcome.fault == "caller"),
        "Throttles": int(outcome.fault == "throttle"),
        "Fallbacks": int(outcome.is_fallback),
        "InputTokens": outcome.tokens.input,
        "OutputTokens": outcome.tokens.output,
        "FirstTokenLatency": outcome.first_token_ms,
        # How fast a refusal was says nothing about how fast the models are.
        "Latency": outcome.exchange.ms if outcome.fault == "none" else None,
    }
    return {name: value for name, value in values.items() if value is not None}
