"""Creates a scheduled endpoint out of its hours, as its schedule would.

In: a model's record, read just before. Out: an endpoint that is being created, or `StartError`. Separate because it is
the one thing of the page that costs money by itself, and the only call to SageMaker.

The schedule's call is in terraform_templates/sagemaker.tf.j2: CreateEndpoint with the name, the configuration and the
tags. Its other schedule deletes the endpoint again, whoever created it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from frontend.discovery import ModelRecord

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

# One attempt: a second CreateEndpoint would be refused because of the first.
_CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 1, "mode": "standard"})

# SageMaker has one code for both, and says in words which it is: hashicorp/terraform-provider-aws #40080 and others,
# read 2026-11-22. What is not known here is told as refused.
_WORDS = {"already existing": "exists", "Could not find endpoint configuration": "config_gone"}
_CODES = {
    "AccessDeniedException": "denied",
    "AccessDenied": "denied",
    "ResourceLimitExceeded": "quota",
    "ExpiredTokenException": "no_credentials",
    "ExpiredToken": "no_credentials",
    "UnrecognizedClientException": "no_credentials",
}


class StartError(Exception):
    """The endpoint is not being created.

    `code` is `not_startable | denied | exists | config_gone | quota | no_credentials | unreachable | refused`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def start(record: ModelRecord, session: boto3.Session | None = None) -> None:
    """Begin to create the endpoint of `record`; it serves minutes later.

    Raises `StartError`.
    """
    if record.start is None or record.endpoint is None or record.region is None:
        raise StartError("not_startable")
    try:
        client: SageMakerClient = (session or boto3.Session()).client(
            "sagemaker", region_name=record.region, config=_CONFIG
        )
        client.create_endpoint(
            EndpointName=record.endpoint,
            EndpointConfigName=record.start.endpoint_config,
            Tags=[{"Key": key, "Value": value} for key, value in sorted(record.start.tags.items())],
        )
    except ClientError as exc:
        raise StartError(_code(exc)) from exc
    except NoCredentialsError as exc:
        raise StartError("no_credentials") from exc
    except BotoCoreError as exc:
        raise StartError("unreachable") from exc


def _code(exc: ClientError) -> str:
    said = exc.response["Error"].get("Message", "")
    by_words = next((code for words, code in _WORDS.items() if words in said), "refused")
    return _CODES.get(exc.response["Error"].get("Code", ""), by_words)
