"""The deployment's API-keys secret in Secrets Manager: a JSON object of strings.

Values pass through here and are never printed, logged or put into an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from generator.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def add_missing(secret: str, region: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Put the names that `secret` does not have yet, and leave all others alone. Returns the names added.

    Raises AwsError where the secret cannot be read or written, or is not a JSON object; it is then left as it is.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    client = boto3.Session().client("secretsmanager", region_name=region)
    try:
        found = _read(client, secret)
        missing = {name: value for name, value in values.items() if name not in found}
        if missing:
            client.put_secret_value(SecretId=secret, SecretString=json.dumps({**found, **missing}))
    except (BotoCoreError, ClientError) as error:
        raise AwsError(f"the secret {secret!r} cannot be changed: {error}") from error
    return tuple(missing)


def _read(client: SecretsManagerClient, secret: str) -> dict[str, object]:
    try:
        found = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    except (ValueError, KeyError):
        found = None
    if not isinstance(found, dict):
        raise AwsError(
            f"the secret {secret!r} is not a JSON object",
            hint="When no key is needed it is {}, not an empty string.",
        ) from None  # the parser's own error quotes the secret
    return found
