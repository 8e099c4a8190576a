"""The types of a catalog's keys that are AWS's: regions, instance types, images, buckets, and their limits.

Separate from value_types.py because all of these change with AWS, and with the release of its Terraform provider. ARNs
are in arn_types.py. What two values have to do with each other is in region_conflicts.py and endpoint_conflicts.py.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator

from generator.catalog.arn_types import ARN
from generator.catalog.echoing import quoted
from generator.catalog.fields import NOT_A_BARE_BOOLEAN, TextRule, broken_rule, one_of, pattern, whole_number
from generator.catalog.partitions import DNS_SUFFIXES
from generator.families.containers import CONTAINERS
from generator.families.instance_types import NEWER_TYPES, PROVIDER_TYPES, PROVIDER_VERSION
from generator.families.instances import MAX_VOLUME_GIB
from generator.families.regions import NEWER_REGIONS, PROVIDER_REGIONS

LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""CloudWatch Logs takes no other retention. Source: botocore 1.44.5, logs, Days; read on 2026-11-22."""

_NOT_IN_PROVIDER = f"the AWS provider {PROVIDER_VERSION} that this release uses"

_BUCKET = r"[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]"
_SUFFIXES = "|".join(map(re.escape, sorted(set(DNS_SUFFIXES.values()))))
_ECR_HOST = rf"[0-9]{{12}}\.dkr\.ecr\.[a-z0-9-]+\.(?:{_SUFFIXES})"
ECR_IMAGE = (
    rf"{_ECR_HOST}/[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[A-Za-z0-9_][A-Za-z0-9._-]{{0,127}}|@sha256:[0-9a-f]{{64}})"
)
"""The URI of an image in a private ECR repository, as a regular expression."""


def _check_retention(days: int) -> int:
    if days in LOG_RETENTION_DAYS:
        return days
    near = min(LOG_RETENTION_DAYS, key=lambda allowed: abs(allowed - days))
    allowed = ", ".join(map(str, LOG_RETENTION_DAYS))
    raise broken_rule(f"CloudWatch does not keep logs for {days} days; write {near}, or another of {allowed}")


def _refuse_image(value: object) -> object:
    if isinstance(value, str) and re.search(r"[./].*[:@/]", value):
        raise broken_rule(f"expected a container's name, got {quoted(value)}; for an image write {{image: URI}}")
    return value


def _as_bucket(text: str) -> str:
    return re.sub(r"^(?:s3://|arn:aws[a-z-]*:s3:::)", "", text).split("/")[0].lower()


def _check_bucket(name: str) -> str:
    if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", name):
        raise broken_rule(f"expected a bucket's name, got {quoted(name)}, which is an IP address")
    return name


# One file of a model as it is on the Hub, and archives of other kinds than SageMaker's.
_ONE_FILE = re.compile(r"/[^/]+\.(?:safetensors|bin|pt|pth|gguf|json|model)$")
_OTHER_ARCHIVE = re.compile(r"\.(?:tgz|tar|zip|gz|bz2|xz|7z)$", re.IGNORECASE)


def _as_s3_uri(text: str) -> str | None:
    found = re.fullmatch(r"https://([a-z0-9.-]+?)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?/(.+)", text)
    uri = f"s3://{found[1]}/{found[2]}" if found else re.sub(r"^arn:aws[a-z-]*:s3:::", "s3://", text)
    if uri.endswith(("/", ".tar.gz")):
        return uri
    return None if _OTHER_ARCHIVE.search(uri) else f"{_ONE_FILE.sub('', uri)}/"


def _check_weights_bucket(uri: str) -> str:
    found = re.match(r"s3://([^/]*)/", uri)
    if found and not re.fullmatch(_BUCKET, found[1]):
        raise broken_rule(
            f"expected an S3 URI, got {quoted(uri)}, whose bucket is not 3 to 63 lower-case letters, digits, '.' or '-'"
        )
    return uri


def _of_foundation_arn(text: str) -> str | None:
    found = re.fullmatch(rf"{ARN}bedrock:[a-z0-9-]+::foundation-model/(.+)", text)
    return found[1] if found else text.lower()


def _check_image_length(image: str) -> str:
    if len(image) > 255:
        raise broken_rule(f"expected at most 255 characters (SageMaker takes no more), got {len(image)}")
    return image


Region = Annotated[
    str,
    one_of(
        "AWS region",
        PROVIDER_REGIONS,
        example="us-east-1",
        refused=dict.fromkeys(NEWER_REGIONS, f"is known to AWS, but not to {_NOT_IN_PROVIDER}"),
    ),
]

# Bedrock is called by the handler, not by Terraform, so that the provider's list does not bind it.
BedrockRegion = Annotated[str, one_of("AWS region", PROVIDER_REGIONS + NEWER_REGIONS, example="us-east-1")]

MemoryMib = Annotated[int, whole_number(128, 10_240, "MiB")]
"""Source: AWS Lambda developer guide, "Lambda quotas"; read on 2026-11-22."""

HandlerTimeoutS = Annotated[int, whole_number(30, 900, "seconds")]
"""Lambda takes 1 to 900 s; in less than 30 s a chat ends before most answers do."""

ProvisionedConcurrency = Annotated[int, whole_number(1, 1000, "instances")]
"""An account runs 1,000 at once unless AWS raised that. Source: Lambda developer guide, quotas; read on 2026-11-22."""

LogRetentionDays = Annotated[
    int, whole_number(1, 3653, "days"), TextRule(_check_retention, schema={"enum": list(LOG_RETENTION_DAYS)})
]
Architecture = Annotated[Literal["x86_64", "arm64"], one_of("architecture", ("x86_64", "arm64"), example="x86_64")]

ContainerName = Annotated[
    Literal["vllm", "lmi", "sglang", "tgi"],
    one_of("container", tuple(CONTAINERS), example="vllm"),
    BeforeValidator(_refuse_image),
]
Wire = Annotated[Literal["messages", "generate"], one_of("wire", ("messages", "generate"), example="messages")]

InstanceType = Annotated[
    str,
    one_of(
        "instance type",
        PROVIDER_TYPES,
        example="ml.g5.xlarge",
        refused=dict.fromkeys(NEWER_TYPES, f"is known to SageMaker, but not to {_NOT_IN_PROVIDER}"),
    ),
]
InstanceCount = Annotated[int, whole_number(1, 100)]
TargetConcurrency = Annotated[int, whole_number(1, 1000, "requests")]

StartupTimeoutS = Annotated[int, whole_number(60, 3600, "seconds")]
"""Source: botocore 1.44.5, sagemaker, ProductionVariantContainerStartupHealthCheckTimeoutInSeconds."""

VolumeGib = Annotated[int, whole_number(1, MAX_VOLUME_GIB, "GiB")]

UpdatePolicy = Annotated[
    Literal["blue_green", "rolling"], one_of("update policy", ("blue_green", "rolling"), example="blue_green")
]

# The AWS provider 5.100's own list; AWS also has al2023-ami-sagemaker-inference-gpu-4-1, which it refuses.
# Source: botocore 1.44.5, sagemaker, ProductionVariantInferenceAmiVersion; read on 2026-11-22.
InferenceAmiVersion = Annotated[
    str,
    one_of(
        "inference AMI version",
        (
            "al2-ami-sagemaker-inference-gpu-2",
            "al2-ami-sagemaker-inference-gpu-2-1",
            "al2-ami-sagemaker-inference-gpu-3-1",
            "al2-ami-sagemaker-inference-neuron-2",
        ),
        example="al2-ami-sagemaker-inference-gpu-3-1",
        refused={"al2023-ami-sagemaker-inference-gpu-4-1": f"is known to SageMaker, but not to {_NOT_IN_PROVIDER}"},
    ),
]

# Source: botocore 1.44.5, sagemaker, EndpointName; read on 2026-11-22.
EndpointName = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    pattern(
        r"(?=.{1,63}$)[A-Za-z0-9](?:-*[A-Za-z0-9])*",
        "the endpoint's name: 1 to 63 letters, digits and hyphens, first and last no hyphen",
        suggest=lambda text: text.rpartition(":endpoint/")[2],
        or_number=True,
    ),
]

# Source: botocore 1.44.5, sagemaker, HubContentName and HubContentVersion (JumpStart's models are contents of a hub).
JumpStartModel = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    pattern(
        r"(?=.{1,63}$)[A-Za-z0-9](?:-*[A-Za-z0-9])*",
        "JumpStart's id of the model, such as 'huggingface-llm-mistral-7b-instruct'",
        suggest=lambda text: text.strip().lower().replace("_", "-"),
    ),
]
JumpStartVersion = Annotated[str, pattern(r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}", "one exact version, such as '3.0.0'")]

# A prefix must end in a slash: botocore 1.44.5, sagemaker, S3ModelDataSource.S3DataType; its length is S3ModelUri's.
S3Weights = Annotated[
    str,
    AfterValidator(_check_weights_bucket),
    pattern(
        rf"(?=.{{1,1024}}$)s3://{_BUCKET}/(?:\S*/|\S+\.tar\.gz)?",
        "a prefix in S3 that ends in '/', such as 's3://bucket/model/', or one '.tar.gz'",
        suggest=_as_s3_uri,
    ),
]

# SageMaker creates no endpoint from a public registry: botocore 1.44.5, sagemaker, ContainerDefinition.Image.
Image = Annotated[
    str,
    AfterValidator(_check_image_length),
    pattern(
        ECR_IMAGE,
        "the URI of an image in a private ECR repository, with its tag or its digest",
        suggest=lambda text: text.removeprefix("https://"),
    ),
]

# Source of the forms: botocore 1.44.5, bedrock-runtime, ConversationalModelId; read on 2026-11-22.
BedrockModel = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    pattern(
        r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}(?::[a-z0-9]{1,63}){0,2}"
        rf"|{ARN}bedrock:[a-z0-9-]{{1,20}}:[0-9]{{12}}:(?:"
        r"(?:inference-profile|application-inference-profile)/[a-zA-Z0-9:.-]+|provisioned-model/[a-z0-9]{12})",
        "a Bedrock model, an inference profile or the ARN of a profile or of provisioned throughput, such as "
        "'amazon.nova-micro-v1:0' or 'us.amazon.nova-micro-v1:0'",
        suggest=_of_foundation_arn,
    ),
]

# Source: botocore 1.44.5, bedrock-runtime, GuardrailIdentifier and GuardrailVersion; read on 2026-11-22.
GuardrailId = Annotated[
    str,
    pattern(
        rf"[a-z0-9]+|{ARN}bedrock:[a-z0-9-]{{1,20}}:[0-9]{{12}}:guardrail/[a-z0-9]+",
        "a guardrail's id, such as 'gr1a2b3c4d5e', or its ARN",
        suggest=str.lower,
    ),
]
GuardrailVersion = Annotated[
    str, pattern(r"[1-9][0-9]{0,7}|DRAFT", "the version's number, or DRAFT", suggest=str.upper, or_number=True)
]

# Source: Amazon S3 user guide, "General purpose bucket naming rules"; read on 2026-11-22.
BucketName = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    pattern(
        rf"(?=.{{3,63}}$){_BUCKET}",
        "a bucket's name: 3 to 63 lower-case letters, digits, '.' and '-', first and last a letter or a digit",
        suggest=_as_bucket,
        or_number=True,
    ),
    AfterValidator(_check_bucket),
]
ObjectKey = Annotated[
    str,
    pattern(
        r"(?=.{1,1024}$)[A-Za-z0-9!_.*'()-]+(?:/[A-Za-z0-9!_.*'()-]+)*",
        "the key of an object, such as 'terrachat/demo.tfstate', first and last no '/'",
        suggest=lambda text: text.strip("/"),
    ),
]
