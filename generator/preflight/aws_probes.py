"""One small question to a SageMaker endpoint or to a model of Bedrock, as the chat handler would put it.

In: a scene and an entry. Out: the finding. It is asked by whoever runs this: that AWS does not let them says nothing of
the handler's role, and stays an AwsError, which is `unknown`. Separate from probes.py because nothing here has a key.
"""

from __future__ import annotations

import json
import time
from functools import partial
from typing import Any

from generator.aws_calls import calling
from generator.catalog import BedrockEntry, ExistingEndpointEntry, SageMakerEntry
from generator.deployment.live_endpoints import LiveEndpoints
from generator.errors import AwsError
from generator.planning.discovery import bedrock_guardrail, bedrock_region, bedrock_role
from generator.preflight.findings import Finding, Verdict
from generator.preflight.scene import Scene
from generator.probing import PROMPT

_THROTTLED = frozenset({"ThrottlingException", "ServiceQuotaExceededException"})
# Not IAM's "... is not authorized to perform ...", which is about who asks. andrewyng/aisuite #174, read on 2026-11-22.
_NO_ACCESS = "don't have access to the model"
# "The provided model identifier is invalid." and "Invocation of model ID ... with on-demand throughput isn't supported.
# Retry your request with the ID or ARN of an inference profile": strands-agents/harness-sdk #38, read on 2026-11-22.
_WRONG_MODEL = ("model identifier", "on-demand throughput", "inference profile")
_BODIES: dict[str, dict[str, Any]] = {
    "messages": {"messages": [{"role": "user", "content": PROMPT}], "max_tokens": 1},
    "generate": {"inputs": PROMPT, "parameters": {"max_new_tokens": 1}},
}
# What a container answers to a request that it does not understand.
_NOT_UNDERSTOOD = frozenset({400, 404, 405, 415, 422})


def probe_bedrock(scene: Scene, entry: BedrockEntry, found: partial[Finding]) -> Finding:
    """Ask the model through Converse, with its guardrail and in its role. Raises AwsError."""
    region = bedrock_region(scene.catalog, entry)
    known = partial(found, asked=f"bedrock-runtime Converse, {region}")
    guardrail = bedrock_guardrail(scene.catalog, entry)
    checked = {"guardrailIdentifier": guardrail.id, "guardrailVersion": guardrail.version} if guardrail else None
    client = scene.aws.client("bedrock-runtime", region, bedrock_role(scene.catalog, entry))
    began = time.monotonic()
    try:
        with calling(f"Converse with {entry.model!r} in {region}"):
            client.converse(
                modelId=entry.model,
                messages=[{"role": "user", "content": [{"text": PROMPT}]}],
                inferenceConfig={"maxTokens": 1},
                **({"guardrailConfig": checked} if checked else {}),
            )
    except AwsError as error:
        return _refused_by_bedrock(scene, entry, error, known)
    return known(Verdict.OK, "it answered", value=_took(began))


def _refused_by_bedrock(scene: Scene, entry: BedrockEntry, error: AwsError, found: partial[Finding]) -> Finding:
    """What a refusal says of the model. Raises `error` where it says nothing."""
    known = partial(found, value=error.code)
    ask_doctor = f"terrachat doctor --only bedrock{scene.option}"
    if error.code in _THROTTLED:
        return known(Verdict.WARN, f"Bedrock asks to slow down with {entry.model!r}", fix="Run it again in a minute.")
    if error.code == "AccessDeniedException" and _NO_ACCESS in error.message:
        return known(Verdict.BLOCKED, f"the account has no access to {entry.model!r}", fix=ask_doctor)
    if error.code == "FTUFormNotFilled":
        return known(Verdict.BLOCKED, "Anthropic's use-case form has not been sent for this account", fix=ask_doctor)
    if error.code == "ResourceNotFoundException":
        return known(Verdict.BLOCKED, error.message, fix=ask_doctor)
    if error.code == "ValidationException" and any(words in error.message for words in _WRONG_MODEL):
        return known(Verdict.BLOCKED, error.message, fix=f"Correct 'model' of {entry.id!r} in the catalog.")
    raise error


def probe_endpoint(scene: Scene, entry: SageMakerEntry | ExistingEndpointEntry, found: partial[Finding]) -> Finding:
    """Ask the endpoint, if it is one that answers now. Raises AwsError."""
    document = next(each.document for each in scene.plan.discovery if each.model_id == entry.id)
    name, region, wire = (str(document[key]) for key in ("endpoint", "region", "wire"))
    live = LiveEndpoints(region, {"sagemaker": scene.aws.client("sagemaker", region)}).find(name)
    if live is None or not live.serves:
        state = f"is {live.status}" if live else "does not exist now"
        asked = f"sagemaker DescribeEndpoint, {region}"
        return found(Verdict.UNKNOWN, f"it was not asked: the endpoint {name!r} {state}", asked=asked)
    known = partial(found, asked=f"sagemaker-runtime InvokeEndpoint, {region}")
    client = scene.aws.client("sagemaker-runtime", region)
    began = time.monotonic()
    try:
        with calling(f"InvokeEndpoint of {name!r}"):
            reply = client.invoke_endpoint(
                EndpointName=name,
                ContentType="application/json",
                Accept="application/json",
                Body=json.dumps(_BODIES[wire]).encode(),
            )
            reply["Body"].read()
    except AwsError as error:
        status = _status_of_container(error)
        if status not in _NOT_UNDERSTOOD:
            raise
        reason = f"the container of {name!r} does not understand the wire {wire!r}, or not this question"
        return known(Verdict.BLOCKED, reason, value=f"HTTP {status}", fix=_correct_wire(entry))
    return known(Verdict.OK, "it answered", value=_took(began))


def _correct_wire(entry: SageMakerEntry | ExistingEndpointEntry) -> str:
    key = "wire" if isinstance(entry, ExistingEndpointEntry) else "container"
    return f"Correct {key!r} of {entry.id!r} in the catalog; the container's log says more."


def _status_of_container(error: AwsError) -> int | None:
    """The HTTP status that a container answered, where the error is its own."""
    response = getattr(error.__cause__, "response", {})
    status = response.get("OriginalStatusCode")
    return status if error.code == "ModelError" and isinstance(status, int) else None


def _took(began: float) -> str:
    return f"answered in {time.monotonic() - began:.1f} s"
