"""Finds what is deployed, from AWS and from nothing else.

In: a deployment's name and a region. Out: a `Deployment`, read from the SSM parameter
`/terrachat/<deployment>/handler`, and its models' records, read from those under `/terrachat/<deployment>/models/`
(docs/contracts.md, section 2). The local target needs no code here: botocore honours `AWS_ENDPOINT_URL` itself.
Separate because it is the only module of the frontend that talks to SSM, and the command line uses it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

READS_VERSION = 1
_CONFIG = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 2, "mode": "standard"})


def _url(text: str) -> str:
    urlsplit(text)  # raises ValueError where nobody could read it
    return text


class Deployment(BaseModel):
    """What the page and the command line need to know of one deployment.

    `handler_url` ends with `/`. `conversations_table` and `api_keys_secret` are names, not ARNs. `conversation_days` is
    how long what was said is kept, None for as long as nobody deletes it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: int
    deployment: str
    region: str
    handler_url: Annotated[str, AfterValidator(_url)]
    conversations_table: str
    api_keys_secret: str
    conversation_days: int | None = None

    @property
    def is_local(self) -> bool:
        """Whether the handler runs on this machine."""
        return is_loopback(self.handler_url)


class Start(BaseModel):
    """How a scheduled endpoint is created: from which configuration, and with which tags."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    endpoint_config: str
    tags: Mapping[str, str] = {}


class ModelRecord(BaseModel):
    """One deployed model, as far as the page reads it by itself. `start` is there where a schedule creates its
    endpoint.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: int
    id: str
    provider: str = ""
    region: str | None = None
    endpoint: str | None = None
    fallback: tuple[str, ...] = ()
    start: Start | None = None


class DiscoveryError(Exception):
    """Nothing was found, and why.

    `code` is `not_deployed | no_credentials | access_denied | unreachable | unreadable`; `hint` is what to do next.
    """

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


def is_loopback(url: str) -> bool:
    """Whether `url` points to this machine, where requests go unsigned."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def discover(deployment: str, region: str, session: boto3.Session | None = None) -> Deployment:
    """The deployment of this name in `region`.

    Raises `DiscoveryError`.
    """
    name = f"/terrachat/{deployment}/handler"
    try:
        client = _client(region, session)
        document = client.get_parameter(Name=name)["Parameter"].get("Value", "")
    except ClientError as exc:
        if exc.response["Error"].get("Code") == "ParameterNotFound":
            raise _not_deployed(deployment, region) from exc
        raise _refused(exc, f"read parameter {name!r}", region) from exc
    except BotoCoreError as exc:
        raise _unreachable(exc, region) from exc
    return _parse(document, name)


def read_models(deployment: str, region: str, session: boto3.Session | None = None) -> tuple[ModelRecord, ...]:
    """The records of the deployment's models, by id. One that cannot be read is left out.

    Raises `DiscoveryError`.
    """
    path = f"/terrachat/{deployment}/models"
    try:
        pages = _client(region, session).get_paginator("get_parameters_by_path")
        texts = [one.get("Value", "") for page in pages.paginate(Path=path) for one in page["Parameters"]]
    except ClientError as exc:
        raise _refused(exc, f"list parameters under {path!r}", region) from exc
    except BotoCoreError as exc:
        raise _unreachable(exc, region) from exc
    records = [record for text in texts if (record := _record(text)) is not None]
    return tuple(sorted(records, key=lambda record: record.id))


def _record(text: str) -> ModelRecord | None:
    try:
        record = ModelRecord.model_validate_json(text)
    except ValidationError:
        return None
    return record if record.version <= READS_VERSION else None


def list_deployments(region: str, session: boto3.Session | None = None) -> tuple[str, ...]:
    """The names of everything that is deployed in `region`, sorted.

    Raises `DiscoveryError`.
    """
    try:
        pages = _client(region, session).get_paginator("get_parameters_by_path")
        names = [
            parameter.get("Name", "")
            for page in pages.paginate(Path="/terrachat/", Recursive=True)
            for parameter in page["Parameters"]
        ]
    except ClientError as exc:
        raise _refused(exc, "list parameters under '/terrachat/'", region) from exc
    except BotoCoreError as exc:
        raise _unreachable(exc, region) from exc
    return tuple(sorted(name.split("/")[2] for name in names if name.endswith("/handler")))


def _client(region: str, session: boto3.Session | None) -> SSMClient:
    return (session or boto3.Session()).client("ssm", region_name=region, config=_CONFIG)


def _parse(document: str, name: str) -> Deployment:
    try:
        found = Deployment.model_validate_json(document)
    except ValidationError as exc:
        problem = exc.errors(include_url=False, include_input=False)[0]
        raise _unreadable(name, f"{'.'.join(map(str, problem['loc'])) or 'value'}: {problem['msg']}") from exc
    if found.version > READS_VERSION:
        raise _unreadable(name, f"it is version {found.version}, this Terrachat reads {READS_VERSION}")
    return found


def _unreadable(name: str, reason: str) -> DiscoveryError:
    return DiscoveryError(
        "unreadable",
        f"Parameter {name!r} cannot be read: {reason}.",
        "Update Terrachat, or write the parameter anew with `terrachat apply`.",
    )


def _not_deployed(deployment: str, region: str) -> DiscoveryError:
    return DiscoveryError(
        "not_deployed",
        f"Nothing named {deployment!r} is deployed in {region!r}.",
        "Run `terrachat apply`, or choose the deployment with TERRACHAT_DEPLOYMENT and the region with AWS_REGION.",
    )


def _refused(exc: ClientError, action: str, region: str) -> DiscoveryError:
    code = exc.response["Error"].get("Code", "")
    if "AccessDenied" in code:
        return DiscoveryError(
            "access_denied",
            f"AWS does not let these credentials {action} in {region!r}.",
            "Allow ssm:GetParameter and ssm:GetParametersByPath on parameter/terrachat/* for this identity.",
        )
    if code in {
        "ExpiredTokenException",
        "ExpiredToken",
        "UnrecognizedClientException",
        "InvalidClientTokenId",
    }:
        return _no_credentials(f"AWS refuses the credentials ({code}).")
    return DiscoveryError(
        "unreachable",
        f"AWS could not {action} in {region!r} ({code}).",
        "Try again; if it stays, look at the AWS Health Dashboard.",
    )


def _unreachable(exc: BotoCoreError, region: str) -> DiscoveryError:
    if isinstance(exc, NoCredentialsError | PartialCredentialsError) or "Token" in type(exc).__name__:
        return _no_credentials("There are no usable AWS credentials.")
    return DiscoveryError(
        "unreachable",
        f"SSM in {region!r} cannot be reached ({type(exc).__name__}).",
        "Check the network and AWS_REGION; for the local target, check that `terrachat local status` says it runs.",
    )


def _no_credentials(message: str) -> DiscoveryError:
    return DiscoveryError(
        "no_credentials",
        message,
        "Sign in with `aws sso login` or set AWS_PROFILE, then try again.",
    )
