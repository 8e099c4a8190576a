"""Which instances the endpoints of a region have now, whosever they are.

In: a SageMaker client. Out: `Running`s. Separate from quotas.py because SageMaker has no call for it: each endpoint
is asked how many it has, and its configuration of which type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.aws_calls import calling
from generator.errors import AwsError
from generator.preflight.quota_needs import Running
from generator.side_by_side import side_by_side

# An endpoint that failed or goes has given its instances back, or is about to.
_WITHOUT_INSTANCES = frozenset({"Failed", "Deleting"})
_GONE = ("ValidationException", "ResourceNotFound")
# SageMaker refuses more than some descriptions a second (aws/sagemaker-python-sdk pull request 1204, read on
# 2026-11-22), whoever in the account asks; botocore waits and asks once more.
_AT_ONCE = 4


def running_instances(sagemaker: Any) -> tuple[Running, ...]:
    """Every endpoint that has instances. Raises AwsError."""
    with calling("ListEndpoints"):
        pages = sagemaker.get_paginator("list_endpoints").paginate()
        found = [each for page in pages for each in page["Endpoints"]]
    names = [each["EndpointName"] for each in found if each["EndpointStatus"] not in _WITHOUT_INSTANCES]
    described = side_by_side(lambda name: tuple(_of_endpoint(sagemaker, name)), names, _AT_ONCE)
    return tuple(running for _, of_endpoint in described for running in of_endpoint)


def _of_endpoint(sagemaker: Any, name: str) -> Iterator[Running]:
    try:
        with calling(f"DescribeEndpoint of {name!r}"):
            endpoint = sagemaker.describe_endpoint(EndpointName=name)
        config = endpoint.get("EndpointConfigName")
        if config is None:  # the first moments of a creation
            return
        with calling(f"DescribeEndpointConfig of {config!r}"):
            described = sagemaker.describe_endpoint_config(EndpointConfigName=config)
    except AwsError as error:
        if error.code in _GONE:  # deleted since it was listed, or its configuration was
            return
        raise
    types = _types(described)
    variants = [*endpoint.get("ProductionVariants", ()), *endpoint.get("ShadowProductionVariants", ())]
    for variant in variants:
        # Serverless variants have no type and count for none.
        if instance_type := types.get(variant["VariantName"]):
            yield Running(name, instance_type, _count(variant))


def _types(config: Mapping[str, Any]) -> dict[str, str]:
    variants = [*config.get("ProductionVariants", ()), *config.get("ShadowProductionVariants", ())]
    return {variant["VariantName"]: variant["InstanceType"] for variant in variants if "InstanceType" in variant}


def _count(variant: Mapping[str, Any]) -> int:
    """The instances that it has or is getting: while it scales, the quota must hold the larger number."""
    return int(max(variant.get("CurrentInstanceCount", 0), variant.get("DesiredInstanceCount", 0)))
