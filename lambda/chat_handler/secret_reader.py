"""Reads the API-keys secret from Secrets Manager.

In: the secret's ARN. Out: `SecretVersion`, or `SecretUnavailableError` with a sentence for each way in which AWS may
refuse. Separate from `keys.py`, which has the rules and no AWS.
"""

from __future__ import annotations

from collections.abc import Callable

from chat_handler.aws import AwsClients
from chat_handler.keys import SecretUnavailableError, SecretVersion

# Codes of GetSecretValue that waiting does not mend, and what does.
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html, read 2026-11-22.
_REFUSALS = {
    "AccessDeniedException": "the handler's role may not read the API-keys secret; apply the module again",
    "ResourceNotFoundException": "the API-keys secret does not exist or has no value; apply the module again",
    "DecryptionFailure": "the API-keys secret cannot be decrypted; let the handler's role use its KMS key",
    "InvalidRequestException": "the API-keys secret is scheduled for deletion; restore it or apply the module again",
}


def secret_reader(clients: AwsClients, secret_arn: str | None) -> Callable[[], SecretVersion]:
    """A function that reads the secret; it blocks, and raises `SecretUnavailableError`."""

    def read() -> SecretVersion:
        if secret_arn is None:
            raise SecretUnavailableError("this deployment has no API-keys secret; apply the module", is_outage=False)
        return _read(clients, secret_arn)

    return read


def _read(clients: AwsClients, secret_arn: str) -> SecretVersion:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        reply = clients.control("secretsmanager").get_secret_value(SecretId=secret_arn)
    except ClientError as exc:
        code = exc.response.get("Error", {}).get("Code", "")
        if code in _REFUSALS:
            raise SecretUnavailableError(_REFUSALS[code], is_outage=False) from exc
        raise SecretUnavailableError(f"Secrets Manager answered {code!r}; try again", is_outage=True) from exc
    except BotoCoreError as exc:
        name = type(exc).__name__
        raise SecretUnavailableError(f"Secrets Manager cannot be reached ({name}); try again", is_outage=True) from exc
    return SecretVersion(reply.get("VersionId", ""), reply.get("SecretString"))
