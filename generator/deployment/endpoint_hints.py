r"""What AWS and a container say when an endpoint does not come up -> what to do next. Pure.

Separate because it is a table that grows with every puzzled user; the first row that fits is taken. A row looks either
at AWS's words (the FailureReason, or Terraform's diagnostic) or at the container's log.

Sources: AWS's texts as hashicorp/terraform-provider-aws issues and re:Post quote them; what a missing log means, from
the CUDA 13 images, which an older AMI cannot start (aws/deep-learning-containers, docs/src/data). Read 2026-11-22.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_QUOTA = re.compile(
    r"service limit '(?P<name>[^']+)' is (?P<limit>\d+) Instances?, with current utilization of (?P<used>\d+) "
    r"Instances? and a request delta of (?P<wanted>\d+)"
)

_SAID_BY_AWS = (
    (
        r"InsufficientInstanceCapacity|[Uu]nable to provision requested ML compute capacity",
        "AWS has no machine of this type free in this region now. Try again later, or choose another instance_type or "
        "region in the catalog.",
    ),
    (
        r"[Cc]ould not assume role|trust relationship policy allows|cannot be assumed by",
        "AWS takes some seconds to make a new role known everywhere: run the same command again.",
    ),
    (
        r"Could not find endpoint configuration",
        "The configuration that it runs has been deleted, and AWS does not update it. Take it down and up again (it "
        "does not answer in between): terrachat stop ID, then terrachat start ID",
    ),
    (
        r"VolumeSize parameter is not allowed",
        "This instance type has disks of its own: take volume_gib out of the entry.",
    ),
    (
        r"ECR|image .*(does not exist|not found)|repository .* not",
        "Check the container's image: that it exists in this region, and that its repository lets the role pull it.",
    ),
    (
        r"model data|ModelDataUrl|ModelDataSource|S3.*(Forbidden|Access ?Denied|404)",
        "Check the entry's source.s3: that the prefix exists in the deployment's region, and that its bucket's policy "
        "lets the execution role read it.",
    ),
)
_SAID_BY_CONTAINER = (
    (
        r"\b(401|403)\b.*(huggingface|hf\.co)|(huggingface|hf\.co).*\b(401|403)\b|[Gg]ated|GatedRepoError",
        "The Hugging Face Hub refuses the weights. Accept the model's terms on its page with the account of the token, "
        "and name the token's secret in the catalog: huggingface: {token_secret: ARN}.",
    ),
    (
        r"RepositoryNotFoundError|RevisionNotFoundError|\b404\b.*huggingface|huggingface.*\b404\b",
        "The Hugging Face Hub knows no such model or revision: check source.huggingface and source.revision.",
    ),
    (
        r"[Oo]ut ?[Oo]f ?[Mm]emory|OOM|KV cache.*(memory|larger)|No available memory for the cache blocks",
        "The model does not fit the machine. Choose a larger instance_type, or a shorter context (for vllm: "
        "environment: {SM_VLLM_MAX_MODEL_LEN: 4096}).",
    ),
    (
        r"driver.*(insufficient|too old)|CUDA.*(driver version|not compatible)",
        "The machine's driver is older than the image needs: set inference_ami_version in the entry to a newer one.",
    ),
    (
        r"No space left on device",
        "The weights do not fit the machine's disk: set volume_gib in the entry, or choose a type with a larger disk.",
    ),
    (
        r"(Connect|Read)Timeout|Temporary failure in name resolution|Network is unreachable|Max retries exceeded",
        "The container could not reach the network to fetch its weights. With a VPC it needs a way to the Hub, or "
        "weights in S3.",
    ),
)
_NO_LOGS = (
    "The container wrote no log at all, so it never started: most often the machine's AMI is too old for the image's "
    "CUDA. Set inference_ami_version in the entry, or choose another container."
)
_NOT_HEALTHY = (
    "The container did not answer /ping in time. Its log above says how far it came; if it was still at work, raise "
    "startup_timeout_s in the entry (at most 3600)."
)
_OTHERWISE = "Mend the cause, and run the same command again; what was created is kept."


def next_step(reason: str, log: Sequence[str]) -> str:
    """What to do about an endpoint of which AWS says `reason`, and whose container wrote `log`."""
    quota = _QUOTA.search(reason)
    if quota or "ResourceLimitExceeded" in reason:
        return _ask_for_quota(quota)
    found = _first(_SAID_BY_AWS, reason) or _first(_SAID_BY_CONTAINER, "\n".join(log))
    if found:
        return found
    if re.search(r"CannotStartContainer|[Cc]ontainer.*(start|/ping|health)|[Pp]ing", reason):
        return _NOT_HEALTHY if log else _NO_LOGS
    return _OTHERWISE


def _first(table: Sequence[tuple[str, str]], text: str) -> str | None:
    return next((hint for pattern, hint in table if re.search(pattern, text)), None)


def _ask_for_quota(found: re.Match[str] | None) -> str:
    if found is None:
        return "Ask for a larger quota in the Service Quotas console, then run the same command again."
    needed = int(found["used"]) + int(found["wanted"])
    return (
        f"The quota {found['name']!r} (Service Quotas, Amazon SageMaker) is {found['limit']}, {found['used']} are in "
        f"use and {found['wanted']} more were asked for. Ask for {needed}, and for twice as many where updates are "
        "blue_green; then run the same command again."
    )
