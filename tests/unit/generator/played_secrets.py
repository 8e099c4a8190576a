"""Secrets Manager with one account's secrets in memory, as far as the API-keys secret needs it: versions and labels.

In the place of a boto3 client. Arguments are checked against botocore's own model of the service.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

CURRENT = "AWSCURRENT"
MISSING = "Secrets Manager can't find the specified secret."


class PlayedSecrets:
    """`current` is the text that a secret has now."""

    def __init__(self) -> None:
        self._versions: dict[str, dict[str, tuple[str, datetime, set[str]]]] = {}
        self._tags: dict[str, list[dict[str, str]]] = {}
        self.calls: list[str] = []
        self.meta = SimpleNamespace(
            region_name="us-east-1", endpoint_url="https://secretsmanager.us-east-1.amazonaws.com"
        )

    def hold(self, secret: str, text: str | Mapping[str, object], tags: Mapping[str, str]) -> None:
        """Let `secret` have this text and these tags."""
        self._versions[secret] = {}
        self._tags[secret] = [{"Key": key, "Value": value} for key, value in tags.items()]
        self._add(secret, text if isinstance(text, str) else json.dumps(text), [CURRENT])

    def current(self, secret: str) -> str:
        return self._labelled(secret, CURRENT)[1]

    def describe_secret(self, **given: Any) -> dict[str, Any]:
        self._checked("DescribeSecret", given)
        name = given["SecretId"]
        if name not in self._versions:
            raise _error("DescribeSecret", "ResourceNotFoundException", MISSING)
        arn = f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-a1b2c3"
        return {"ARN": arn, "Name": name, "Tags": self._tags[name]}

    def get_secret_value(self, **given: Any) -> dict[str, Any]:
        self._checked("GetSecretValue", given)
        version, text, created = self._labelled(given["SecretId"], given.get("VersionStage", CURRENT))
        return {"VersionId": version, "SecretString": text, "CreatedDate": created}

    def put_secret_value(self, **given: Any) -> dict[str, Any]:
        self._checked("PutSecretValue", given)
        secret, labels = given["SecretId"], given["VersionStages"]
        return {"VersionId": self._add(secret, given["SecretString"], labels), "VersionStages": labels}

    def create_secret(self, **given: Any) -> dict[str, Any]:
        self._checked("CreateSecret", given)
        self._versions[given["Name"]], self._tags[given["Name"]] = {}, given["Tags"]
        return {"VersionId": self._add(given["Name"], given["SecretString"], [CURRENT])}

    def update_secret_version_stage(self, **given: Any) -> dict[str, Any]:
        self._checked("UpdateSecretVersionStage", given)
        versions, label = self._versions[given["SecretId"]], given["VersionStage"]
        if since := given.get("RemoveFromVersionId"):
            if label not in versions[since][2]:
                raise _error("UpdateSecretVersionStage", "InvalidParameterException", "The label is not there.")
            versions[since][2].remove(label)
        if to := given.get("MoveToVersionId"):
            versions[to][2].add(label)
        return {}

    def _add(self, secret: str, text: str, labels: list[str]) -> str:
        version = str(uuid.uuid4())
        self._versions[secret][version] = (text, datetime.now(UTC), set(labels))
        return version

    def _labelled(self, secret: str, label: str) -> tuple[str, str, datetime]:
        for version, (text, created, labels) in self._versions.get(secret, {}).items():
            if label in labels:
                return version, text, created
        raise _error("GetSecretValue", "ResourceNotFoundException", MISSING)

    def _checked(self, operation: str, given: dict[str, Any]) -> None:
        self.calls.append(operation)
        report = ParamValidator().validate(given, _model().operation_model(operation).input_shape)
        assert not report.has_errors(), report.generate_report()


def _error(operation: str, code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@cache
def _model() -> Any:
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    return session.client("secretsmanager").meta.service_model
