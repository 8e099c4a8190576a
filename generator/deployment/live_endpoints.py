"""The SageMaker endpoints that exist now: what they run, how they are, what their containers last said.

In: the AWS that the environment names. Out: `LiveEndpoint`s; every failure is an AwsError. Separate from Terraform's
view on purpose: its state says what was asked for, this says what came of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.aws_calls import calling, client, error_code
from generator.catalog.echoing import without_secrets

SERVES = frozenset({"InService", "Updating", "SystemUpdating"})
"""The states in which an endpoint answers: an update leaves the old variant serving until the new one is ready."""

LOG_LINES = 20
LOG_LINE_LENGTH = 300


@dataclass(frozen=True)
class LiveEndpoint:
    """One endpoint as DescribeEndpoint tells it. `failure` is AWS's FailureReason, or None."""

    name: str
    status: str
    config: str
    failure: str | None = None
    arn: str = ""

    @property
    def serves(self) -> bool:
        """Whether requests are answered now."""
        return self.status in SERVES


@dataclass(frozen=True)
class EndpointConfig:
    """What an endpoint configuration names: the SageMaker model, the machine and how many of them."""

    name: str
    model: str
    instance_type: str
    instance_count: int


class LiveEndpoints:
    """Questions and orders to SageMaker, and to the log groups of its endpoints, in one region.

    All methods raise AwsError where AWS cannot be asked or refuses. `clients` are boto3 clients by service; one that is
    not given is made when it is first needed.
    """

    def __init__(self, region: str, clients: Mapping[str, Any] | None = None) -> None:
        self._region = region
        self._clients: dict[str, Any] = dict(clients or {})

    def find(self, name: str) -> LiveEndpoint | None:
        """The endpoint of this name, or None."""
        with calling(f"DescribeEndpoint of {name!r}"):
            try:
                found = self._sagemaker.describe_endpoint(EndpointName=name)
            except self._sagemaker.exceptions.ClientError as error:
                if _is_missing(error):
                    return None
                raise
        return LiveEndpoint(
            name=found["EndpointName"],
            status=found["EndpointStatus"],
            # Absent while the first creation is on its way, as the API has it.
            config=found.get("EndpointConfigName", ""),
            failure=found.get("FailureReason"),
            arn=found.get("EndpointArn", ""),
        )

    def named(self, part: str) -> Mapping[str, str]:
        """Status by name of every endpoint whose name contains `part`."""
        with calling(f"ListEndpoints of {part!r}"):
            pages = self._sagemaker.get_paginator("list_endpoints").paginate(NameContains=part)
            return {each["EndpointName"]: each["EndpointStatus"] for page in pages for each in page["Endpoints"]}

    def configs_named(self, part: str) -> tuple[str, ...]:
        """The names of the endpoint configurations that contain `part`, the newest first."""
        with calling(f"ListEndpointConfigs of {part!r}"):
            pages = self._sagemaker.get_paginator("list_endpoint_configs").paginate(NameContains=part)
            found = [config for page in pages for config in page["EndpointConfigs"]]
        found.sort(key=lambda config: config["CreationTime"], reverse=True)
        return tuple(config["EndpointConfigName"] for config in found)

    def config(self, name: str) -> EndpointConfig | None:
        """The endpoint configuration of this name, or None."""
        with calling(f"DescribeEndpointConfig of {name!r}"):
            try:
                found = self._sagemaker.describe_endpoint_config(EndpointConfigName=name)
            except self._sagemaker.exceptions.ClientError as error:
                if _is_missing(error):
                    return None
                raise
        variant = found["ProductionVariants"][0]
        return EndpointConfig(
            name=name,
            model=variant.get("ModelName", ""),
            instance_type=variant.get("InstanceType", ""),
            instance_count=variant.get("InitialInstanceCount", 0),
        )

    def tags(self, arn: str) -> Mapping[str, str]:
        """The tags of a SageMaker resource."""
        with calling(f"ListTags of {arn!r}"):
            return {tag["Key"]: tag["Value"] for tag in self._sagemaker.list_tags(ResourceArn=arn)["Tags"]}

    def create(self, name: str, config: str, tags: Mapping[str, str]) -> None:
        """Begin to create an endpoint; it serves minutes later."""
        with calling(f"CreateEndpoint of {name!r}"):
            self._sagemaker.create_endpoint(
                EndpointName=name,
                EndpointConfigName=config,
                Tags=[{"Key": key, "Value": value} for key, value in sorted(tags.items())],
            )

    def update(self, name: str, config: str) -> None:
        """Begin to move an endpoint to another configuration; it serves all the while."""
        with calling(f"UpdateEndpoint of {name!r}"):
            self._sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=config)

    def delete(self, name: str) -> None:
        """Begin to delete an endpoint. AWS refuses while it is being created."""
        with calling(f"DeleteEndpoint of {name!r}"):
            self._sagemaker.delete_endpoint(EndpointName=name)

    def wait_until_gone(self, name: str) -> None:
        """Wait until a deletion has ended: some minutes, 10 at most."""
        with calling(f"waiting for the end of {name!r}"):
            waiter = self._sagemaker.get_waiter("endpoint_deleted")
            waiter.wait(EndpointName=name, WaiterConfig={"Delay": 5, "MaxAttempts": 120})

    def log_tail(self, name: str, lines: int = LOG_LINES) -> tuple[str, ...]:
        """The last lines that the endpoint's newest container wrote, each cut to 300 characters; none without a log."""
        group = log_group(name)
        with calling(f"reading the log group {group!r}"):
            try:
                streams = self._logs.describe_log_streams(
                    logGroupName=group, orderBy="LastEventTime", descending=True, limit=1
                )["logStreams"]
                if not streams:
                    return ()
                events = self._logs.get_log_events(
                    logGroupName=group, logStreamName=streams[0]["logStreamName"], limit=lines, startFromHead=False
                )["events"]
            except self._logs.exceptions.ResourceNotFoundException:
                return ()
        return tuple(_one_line(event["message"]) for event in events[-lines:])

    @property
    def _sagemaker(self) -> Any:
        return self._client("sagemaker")

    @property
    def _logs(self) -> Any:
        return self._client("logs")

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = client(service, self._region)
        return self._clients[service]


def is_generated(name: str, prefix: str) -> bool:
    """Whether Terraform made `name` from `prefix`: it adds 26 characters, the time and a counter in hexadecimal."""
    return re.fullmatch(re.escape(prefix) + "[0-9a-f]{26}", name) is not None


def log_group(endpoint: str) -> str:
    """Where SageMaker writes what an endpoint's containers print."""
    return f"/aws/sagemaker/Endpoints/{endpoint}"


def _is_missing(error: Exception) -> bool:
    # SageMaker has no code of its own for it: "ValidationException: Could not find endpoint ...".
    return error_code(error) == "ResourceNotFound" or "could not find" in str(error).lower()


def _one_line(message: str) -> str:
    """A container's line, without what could move the cursor of the terminal that shows it, and without keys.

    A container has the Hugging Face token in its environment, and some print that when they fail.
    """
    text = without_secrets("".join(letter if letter.isprintable() else " " for letter in message.strip()))
    return text if len(text) <= LOG_LINE_LENGTH else f"{text[: LOG_LINE_LENGTH - 1]}…"
