"""Whether the endpoints that entries name, and the deployment does not create, are there and answer.

In: SageMaker in each entry's region. Out: a finding for each such entry. They stop no deployment: without its
endpoint a model is deployed, and cannot be asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from generator.aws_calls import calling
from generator.catalog import ExistingEndpointEntry
from generator.errors import AwsError
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene

_SERVES = frozenset({"InService", "Updating", "SystemUpdating"})
_COMING = frozenset({"Creating", "RollingBack"})


def checks(scene: Scene) -> Iterator[Check]:
    """One check for each entry with an endpoint that exists already."""
    for entry in scene.catalog.models:
        if isinstance(entry, ExistingEndpointEntry):
            yield Check(
                f"endpoint/{entry.id}",
                f"the endpoint of {entry.id!r}",
                partial(_examine, scene, entry),
                models=(entry.id,),
            )


def _examine(scene: Scene, entry: ExistingEndpointEntry) -> Iterator[Finding]:
    region = entry.region or scene.region
    status, failure = _status(scene, entry.endpoint, region)
    verdict, reason, fix = _judged(entry.endpoint, region, status, failure)
    yield Finding(
        f"endpoint/{entry.id}",
        f"the endpoint of {entry.id!r}",
        verdict,
        reason,
        asked=f"sagemaker DescribeEndpoint, {region}",
        value=status or "none",
        fix=fix,
        models=(entry.id,),
        blocks="answers",
    )


def _status(scene: Scene, name: str, region: str) -> tuple[str, str]:
    """The endpoint's status and why it failed; both empty where there is none. Raises AwsError."""
    sagemaker = scene.aws.client("sagemaker", region)
    try:
        with calling(f"DescribeEndpoint of {name!r}"):
            found = sagemaker.describe_endpoint(EndpointName=name)
    except AwsError as error:
        # SageMaker has no code of its own for it: "ValidationException: Could not find endpoint ...".
        if error.code == "ResourceNotFound" or "could not find" in error.message.lower():
            return "", ""
        raise
    return found["EndpointStatus"], found.get("FailureReason", "")


def _judged(name: str, region: str, status: str, failure: str) -> tuple[Verdict, str, str]:
    named = f"The endpoint {name!r} in {region}"
    if status in _SERVES:
        return Verdict.OK, f"{named} is {status}, and answers.", ""
    if status in _COMING:
        return Verdict.WARN, f"{named} is {status}: it answers when it is InService.", "Wait for it."
    if not status:
        reason = f"There is no endpoint {name!r} in {region}."
        return Verdict.BLOCKED, reason, "Create it, or correct the entry's 'endpoint' or 'region' in the catalog."
    why = f": {failure}" if failure else ""
    return Verdict.BLOCKED, f"{named} is {status}{why}.", "Mend or replace it in the SageMaker console."
