"""What works in a catalog and is probably not what its author wants. Pure.

In: a Catalog, which is right in every rule. Out: warnings, each with its key and what to do. Separate from the rules of
generator.catalog because a rule stops a deployment, and none of these should: names lie, and somebody may know better.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from unicodedata import category
from urllib.parse import urlsplit

from generator.catalog import (
    BedrockEntry,
    Catalog,
    Entry,
    HandlerSettings,
    HuggingFaceSource,
    OpenAIEntry,
    OwnImage,
    S3Source,
    SageMakerEntry,
    ThirdPartyEntry,
)
from generator.catalog.echoing import quoted
from generator.catalog.partitions import parsed_arn
from generator.families.containers import CONTAINERS, DEFAULT_CONTAINER, ContainerFamily
from generator.families.instances import instance_facts
from generator.model_fit import fit

# Terraform's AWS provider waits 60 minutes for an endpoint, and no longer (hashicorp/terraform-provider-aws, internal/
# service/sagemaker/endpoint.go; its issues #8713 and #39040; read on 2026-11-22). Instances and images take the rest.
_LONGEST_START_S = 55 * 60
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class CatalogWarning:
    """Something suspicious. `key_path` is as an author writes it: `models[2].instances.max`."""

    key_path: str
    message: str


def catalog_warnings(catalog: Catalog) -> tuple[CatalogWarning, ...]:
    """Everything suspicious in `catalog`: its tags, the handler, the page, then its entries in their order."""
    return (
        *_of_tags(catalog.tags),
        *_of_handler(catalog.handler),
        *_of_hosting(catalog),
        *(
            CatalogWarning(f"models[{index}]{key and f'.{key}'}", message)
            for index, entry in enumerate(catalog.models)
            for key, message in (*_of_entry(catalog, entry), *_of_fallback(catalog, entry))
        ),
    )


def _of_tags(tags: Mapping[str, str]) -> Iterator[CatalogWarning]:
    # [\p{L}\p{Z}\p{N}_.:/=+\-@]: IAM's API reference, Tag; read on 2026-11-22. Every deployment has roles.
    for name, value in tags.items():
        odd = next((each for each in name + value if category(each)[0] not in "LZN" and each not in "_.:/=+-@"), None)
        if odd:
            words = f"{quoted(name)} has {odd!r} in it; IAM takes letters, digits, spaces and _.:/=+-@ only"
            yield CatalogWarning("tags", f"{words}, so that on AWS the deployment's roles cannot be created")


def _of_handler(handler: HandlerSettings) -> Iterator[CatalogWarning]:
    if handler.log_prompts:
        days = handler.log_retention_days
        kept = f"for {days} day{'s' if days > 1 else ''}, and may be read by all who may read the log"
        yield CatalogWarning("handler.log_prompts", f"every prompt and every answer is kept in CloudWatch {kept}")


def _of_hosting(catalog: Catalog) -> Iterator[CatalogWarning]:
    hosting = catalog.hosting
    if hosting is None:
        return
    if hosting.image.endswith(":latest"):
        words = "may be another image tomorrow, and Terraform sees no change; write a version or a digest"
        yield CatalogWarning("hosting.image", f"the tag 'latest' {words}")
    scheduled = any(isinstance(each, SageMakerEntry) and each.schedule and not each.stopped for each in catalog.models)
    if hosting.allow_start and not scheduled:
        yield CatalogWarning("hosting.allow_start", "no entry has a 'schedule', so that there is nothing to start")
    if hosting.tasks.max == hosting.tasks.min:
        words = "the most tasks are as many as the least, so that nothing is ever scaled; remove it"
        yield CatalogWarning("hosting.tasks.max", words)


def _of_fallback(catalog: Catalog, entry: Entry) -> Iterator[tuple[str, str]]:
    stopped = {each.id for each in catalog.models if isinstance(each, SageMakerEntry) and each.stopped}
    for number, model_id in enumerate(entry.fallback):
        if model_id in stopped:
            yield f"fallback[{number}]", f"{model_id!r} is stopped, and answers nobody until it is started"


def _of_entry(catalog: Catalog, entry: Entry) -> Iterator[tuple[str, str]]:
    match entry:
        case SageMakerEntry():
            yield from _of_container(entry)
            yield from _of_time(entry)
            yield from _of_instances(entry)
            yield from _of_revision(entry)
        case BedrockEntry():
            yield from _of_bedrock(catalog, entry)
        case OpenAIEntry() | ThirdPartyEntry():
            yield from _of_address(entry)


def _of_container(entry: SageMakerEntry) -> Iterator[tuple[str, str]]:
    if isinstance(entry.container, OwnImage):
        if entry.container.image.endswith(":latest"):
            words = "the tag 'latest' may be another image tomorrow, and Terraform sees no change; name a version"
            yield "container.image", words
    elif isinstance(entry.source, HuggingFaceSource | S3Source):
        family = CONTAINERS[entry.container or DEFAULT_CONTAINER]
        if why_not := family.why_not_on(entry.instance_type):
            yield "instance_type", why_not
        yield from _of_environment(entry, family)
    if warning := fit(entry):
        yield "instance_type", warning.message


def _of_environment(entry: SageMakerEntry, family: ContainerFamily) -> Iterator[tuple[str, str]]:
    if family.model_variable in entry.environment:
        words = f"{family.model_variable!r} is what 'source' says already, and this takes its place; remove it"
        yield f"environment.{family.model_variable}", words
    wanted, facts = entry.environment.get(family.gpu_count_variable, ""), instance_facts(entry.instance_type)
    if facts and wanted.isdecimal() and int(wanted) > facts.accelerators:
        words = f"{wanted} GPUs are asked for, and {facts.name} has {facts.accelerators}; remove it, and all are used"
        yield f"environment.{family.gpu_count_variable}", words


def _of_time(entry: SageMakerEntry) -> Iterator[tuple[str, str]]:
    if entry.startup_timeout_s is None:
        return
    # Weights from S3 are fetched before the container starts, for as long again at most.
    allowed = entry.startup_timeout_s * (2 if isinstance(entry.source, S3Source) else 1)
    if allowed > _LONGEST_START_S:
        download = " and as long for the weights from S3" if isinstance(entry.source, S3Source) else ""
        words = f"{entry.startup_timeout_s} s{download} may exceed the 60 minutes that Terraform waits for an endpoint"
        yield "startup_timeout_s", f"{words}; its apply would fail while the endpoint still starts"


def _of_instances(entry: SageMakerEntry) -> Iterator[tuple[str, str]]:
    instances = entry.instances
    if instances.max == instances.min:
        yield "instances.max", "the most instances are as many as the least, so that nothing is ever scaled; remove it"
    if instances.max is None and "target_concurrency" in instances.model_fields_set:
        yield "instances.target_concurrency", "without 'max' nothing is scaled, and this has no effect"


def _of_revision(entry: SageMakerEntry) -> Iterator[tuple[str, str]]:
    """Instances that start later, by themselves, fetch whatever the Hub has then."""
    if not isinstance(entry.source, HuggingFaceSource) or _COMMIT.fullmatch(entry.source.revision or ""):
        return
    if entry.schedule is not None or entry.instances.max is not None:
        words = "instances that start later may get other weights than those that run; write the commit, 40 digits long"
        yield "source.revision" if entry.source.revision else "source", words


def _of_bedrock(catalog: Catalog, entry: BedrockEntry) -> Iterator[tuple[str, str]]:
    model, role = parsed_arn(entry.model), parsed_arn(entry.role_arn or catalog.bedrock.role_arn)
    if model and role and model.account != role.account:
        yield "model", f"the ARN is of account {model.account}, and it is called with a role of {role.account}"
    guardrail = catalog.bedrock.guardrail
    home = catalog.bedrock.region or catalog.region
    if guardrail and not entry.guardrail and entry.region not in (None, home) and parsed_arn(guardrail.id) is None:
        words = (
            f"the guardrail {guardrail.id!r} is of {home!r}, as 'bedrock' says, and is looked for in {entry.region!r}"
        )
        yield "region", f"{words}; name one of that region under this entry's 'guardrail'"


def _of_address(entry: OpenAIEntry | ThirdPartyEntry) -> Iterator[tuple[str, str]]:
    if entry.base_url is None:
        return
    address = urlsplit(entry.base_url)
    if _is_this_machine(address.hostname or ""):
        yield "base_url", "on AWS this is the handler itself; it is right for the local target only"
    elif address.scheme == "http":
        carried = "prompts and answers" if entry.key_name is None else "prompts, answers and the key"
        yield "base_url", f"http:// carries {carried} unencrypted; write https:// if the server has it"


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
