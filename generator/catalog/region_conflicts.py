"""What is in one region, account or partition of AWS and is used from another. Pure.

Separate from conflicts.py because all of it is one question, asked of every ARN, image and profile in a catalog.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.catalog.conflict import Conflict, Parts, mapping, region, text
from generator.catalog.echoing import quoted
from generator.catalog.partitions import DNS_SUFFIXES, parsed_arn, partition_of

# Geographies that an inference profile's prefix cannot be called from: a request stays within the geography that it
# comes from (Bedrock user guide, "Geographic cross-Region inference", read on 2026-11-22). Only pairs beyond doubt are
# listed, since that page names no complete table: Canada, say, takes part in the profiles of the US.
_FOREIGN: Mapping[str, tuple[str, ...]] = {
    "us": ("eu-", "ap-", "sa-", "cn-", "us-gov-"),
    "eu": ("us-", "ap-", "sa-", "ca-", "cn-"),
    "apac": ("us-", "eu-", "sa-", "ca-", "cn-"),
    "us-gov": ("us-east-", "us-west-", "eu-", "ap-", "sa-", "ca-", "cn-"),
}

_ECR = re.compile(r"[0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.([a-z.-]+)/")


def region_conflicts(document: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> Iterator[Conflict]:
    """Yield the conflicts about where things are. Without a region that AWS has, nothing can be said."""
    here = region(document.get("region"))
    if here is None:
        return
    bedrock = mapping(document.get("bedrock"))
    token = text(mapping(document.get("huggingface")).get("token_secret"))
    yield from _secret(token, here, ("huggingface", "token_secret"))
    yield from _api_keys(mapping(document.get("api_keys")), here)
    yield from _topic(text(mapping(document.get("monitoring")).get("topic")), here)
    yield from _hosting(mapping(document.get("hosting")), here)
    yield from _state_key(document, here)
    yield from _same_partition(bedrock, here, ("bedrock",))
    for index, entry in enumerate(entries):
        where: Parts = ("models", index)
        match text(entry.get("provider")):
            case "sagemaker":
                yield from _image(entry, here, where)
                yield from _same_partition(entry, here, where)
            case "bedrock":
                yield from _same_partition(entry, here, where)
                yield from _bedrock(entry, bedrock, here, where)


def _secret(arn: str | None, here: str, where: Parts) -> Iterator[Conflict]:
    found = parsed_arn(arn)
    if found and found.region != here:
        words = f"the secret is in {quoted(found.region)}, and it is read in the deployment's region, {quoted(here)}"
        yield Conflict(where, f"{words}; name a secret (or a replica) of that region")
    elif found and found.partition != partition_of(here):
        yield Conflict(where, _other_partition(found.partition, here))


def _api_keys(section: Mapping[str, Any], here: str) -> Iterator[Conflict]:
    yield from _secret(text(section.get("secret")), here, ("api_keys", "secret"))
    # Secrets Manager user guide, "Secret encryption and decryption": a key of the secret's region; read on 2026-11-22.
    key = parsed_arn(text(section.get("kms_key")))
    if key and key.region != here:
        words = f"the key is in {quoted(key.region)}, and the secret in {quoted(here)}"
        yield Conflict(("api_keys", "kms_key"), f"{words}; Secrets Manager wants both in one region")
    elif key and key.partition != partition_of(here):
        yield Conflict(("api_keys", "kms_key"), _other_partition(key.partition, here))


def _topic(arn: str | None, here: str) -> Iterator[Conflict]:
    # botocore 1.44.5, cloudwatch, PutMetricAlarm, AlarmActions: sns topics by `arn:aws:sns:region:...`, of the alarm's
    # own region; read on 2026-11-22.
    found = parsed_arn(arn)
    if found and found.region != here:
        words = f"the topic is in {quoted(found.region)}, and the alarms in {quoted(here)}; name one of that region"
        yield Conflict(("monitoring", "topic"), words)
    elif found and found.partition != partition_of(here):
        yield Conflict(("monitoring", "topic"), _other_partition(found.partition, here))


def _hosting(section: Mapping[str, Any], here: str) -> Iterator[Conflict]:
    # A certificate is of the load balancer's region: ALB user guide, "Create an HTTPS listener"; read on 2026-11-22.
    oidc = mapping(section.get("oidc"))
    for where, value, what in (
        (("hosting", "certificate"), section.get("certificate"), "certificate"),
        (("hosting", "oidc", "secret"), oidc.get("secret"), "secret"),
        (("hosting", "oidc", "kms_key"), oidc.get("kms_key"), "key"),
    ):
        found = parsed_arn(text(value))
        if found and found.region != here:
            words = (
                f"the {what} is in {quoted(found.region)}, and the chat page in the deployment's region, {quoted(here)}"
            )
            yield Conflict(where, f"{words}; name a {what} of that region")
        elif found and found.partition != partition_of(here):
            yield Conflict(where, _other_partition(found.partition, here))
    # Fargate fetches images from other regions too, but not from other partitions: it could not sign in there.
    image = _ECR.match(text(section.get("image")) or "")
    if image and image[2] != DNS_SUFFIXES[partition_of(here)]:
        words = f"hosts in {quoted(here)} end in {DNS_SUFFIXES[partition_of(here)]!r}, got {quoted(image[2])}"
        yield Conflict(("hosting", "image"), words)


def _state_key(document: Mapping[str, Any], here: str) -> Iterator[Conflict]:
    # Amazon S3 user guide, SSE-KMS: the key must be in the same region as the bucket; read on 2026-11-22.
    bucket = mapping(mapping(document.get("backend")).get("s3"))
    arn, there = parsed_arn(text(bucket.get("kms_key_id"))), region(bucket.get("region") or here)
    if arn and there and arn.region != there:
        words = f"the key is in {quoted(arn.region)}, and the bucket in {quoted(there)}; S3 wants both in one region"
        yield Conflict(("backend", "s3", "kms_key_id"), words)


def _image(entry: Mapping[str, Any], here: str, where: Parts) -> Iterator[Conflict]:
    # botocore 1.44.5, sagemaker, ContainerDefinition.Image: the image "must be in the same region"; read on 2026-11-22.
    found = _ECR.match(text(mapping(entry.get("container")).get("image")) or "")
    if found and found[1] != here:
        words = f"the image is in {quoted(found[1])}, and SageMaker takes it from the endpoint's region, {quoted(here)}"
        yield Conflict((*where, "container", "image"), f"{words}, only; push it there")
    elif found and found[2] != DNS_SUFFIXES[partition_of(here)]:
        words = f"hosts in {quoted(here)} end in {DNS_SUFFIXES[partition_of(here)]!r}, got {quoted(found[2])}"
        yield Conflict((*where, "container", "image"), words)


def _same_partition(section: Mapping[str, Any], here: str, where: Parts) -> Iterator[Conflict]:
    """A deployment's credentials are worth nothing in another partition."""
    there, role = region(section.get("region")), parsed_arn(text(section.get("role_arn")))
    if there and partition_of(there) != partition_of(here):
        yield Conflict((*where, "region"), _other_partition(partition_of(there), here))
    if role and role.partition != partition_of(here):
        yield Conflict((*where, "role_arn"), _other_partition(role.partition, here))


def _other_partition(partition: str, here: str) -> str:
    mine = partition_of(here)
    words = f"this is in AWS's partition {quoted(partition)}, and the deployment's region, {quoted(here)}, in {mine!r}"
    return f"{words}; nothing is shared between partitions"


def _bedrock(entry: Mapping[str, Any], settings: Mapping[str, Any], here: str, where: Parts) -> Iterator[Conflict]:
    called_in = region(entry.get("region") or settings.get("region") or here)
    model = text(entry.get("model"))
    if called_in is None or model is None:
        return
    arn, prefix = parsed_arn(model), model.split(".")[0]
    if arn and arn.region != called_in:
        words = f"the ARN is of {quoted(arn.region)}, and Bedrock is called in {quoted(called_in)}"
        yield Conflict((*where, "model"), f"{words}; write region: {arn.region} for this entry")
    elif arn is None and called_in.startswith(_FOREIGN.get(prefix, ())):
        words = f"the inference profiles '{prefix}.*' cannot be called from {quoted(called_in)}"
        hint = "write the profile of that region's geography, or another 'region' for this entry"
        yield Conflict((*where, "model"), f"{words}; {hint}")
    yield from _guardrail(entry, settings, called_in, where)


def _guardrail(
    entry: Mapping[str, Any], settings: Mapping[str, Any], called_in: str, where: Parts
) -> Iterator[Conflict]:
    own = mapping(entry.get("guardrail"))
    arn = parsed_arn(text((own or mapping(settings.get("guardrail"))).get("id")))
    if arn and arn.region != called_in:
        words = f"the guardrail is in {quoted(arn.region)}, and Bedrock is called in {quoted(called_in)}"
        place = (*where, "guardrail", "id") if own else where
        yield Conflict(place, f"{words}; name one of that region under this entry's 'guardrail'")
