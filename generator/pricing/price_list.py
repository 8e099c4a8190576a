"""AWS's price list of SageMaker's real-time endpoints, asked for one region at a time.

In: a region. Out: US dollars an hour for every instance type that has a price there, or AwsError. The only module that
talks to the AWS Price List API, whose answers are JSON within JSON.

Sources: the API's reference (GetProducts, service code AmazonSageMaker); the attributes `regionCode`, `component`
("Hosting" is real-time inference), `instanceName` and the terms' shape as awslabs/llmeter
(callbacks/cost/providers/sagemaker.py) reads them, read on 2026-11-22. Its endpoints: botocore 1.44.5, `pricing`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from generator import aws_calls
from generator.errors import AwsError

_TIMEOUT_S = 3  # a price is worth no more waiting than that: there is a table to fall back on
_ENDPOINTS = {
    "ap": "ap-south-1",
    "eu": "eu-central-1",
    "il": "eu-central-1",
    "me": "eu-central-1",
    "af": "eu-central-1",
}
_OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-")


def hourly_usd(region: str, client: Any = None) -> dict[str, float]:
    """The price of one hour of each instance type in `region`, in US dollars.

    Asks with the credentials that the environment has, once, for some seconds at most. Raises AwsError where AWS
    cannot be asked, refuses, or answers something else; and for regions outside the commercial partition, of which
    the API that commercial credentials reach says nothing.
    """
    if region.startswith(_OTHER_PARTITIONS):
        raise AwsError(f"AWS's price list says nothing of {region!r}")
    with aws_calls.calling("Asking AWS's price list"):
        client = client or _client(region)
        pages = client.get_paginator("get_products").paginate(
            ServiceCode="AmazonSageMaker",
            Filters=[
                {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region},
                {"Type": "TERM_MATCH", "Field": "component", "Value": "Hosting"},
            ],
        )
        documents = [document for page in pages for document in page.get("PriceList", [])]
    try:
        return dict(_prices(map(json.loads, documents)))
    except (ValueError, TypeError, LookupError, AttributeError) as error:  # the API's schema says only "a text"
        raise AwsError(f"AWS's price list has a form that we do not know: {type(error).__name__}: {error}") from error


def _prices(documents: Iterator[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    for document in documents:
        instance_type = document["product"]["attributes"].get("instanceName")
        for term in document["terms"].get("OnDemand", {}).values():
            for dimension in term["priceDimensions"].values():
                usd = float(dimension["pricePerUnit"].get("USD", 0))
                # Rows of 0 are offers that are paid for elsewhere (capacity that was reserved, say).
                if instance_type and dimension.get("unit") == "Hrs" and usd > 0:
                    yield instance_type, usd


def _client(region: str) -> Any:
    import boto3  # half a second; most commands do without
    from botocore.config import Config

    endpoint = _ENDPOINTS.get(region.split("-", maxsplit=1)[0], "us-east-1")
    config = Config(connect_timeout=_TIMEOUT_S, read_timeout=_TIMEOUT_S, retries={"total_max_attempts": 1})
    return boto3.Session().client("pricing", region_name=endpoint, config=config)
