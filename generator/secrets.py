"""The deployment's API-keys secret in Secrets Manager: a JSON object of strings.

Values pass through here and are never printed, logged or put into an error. Secrets Manager keeps the version before
each change, so that a mistake can be taken back in its console.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from generator.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class ApiKeys:
    """The keys of one deployment, in the AWS that the environment names.

    All methods raise AwsError where the secret cannot be read or written, or is not a JSON object; it is then left as
    it is.
    """

    def __init__(self, deployment: str, region: str) -> None:
        self._secret = f"terrachat/{deployment}/api-keys"
        self._client = _client(region)

    def names(self) -> tuple[str, ...]:
        """The names of the keys, sorted."""
        return tuple(sorted(self._read()))

    def put(self, values: Mapping[str, str]) -> None:
        """Set these keys and leave all others alone."""
        self._write({**self._read(), **values})

    def add_missing(self, values: Mapping[str, str]) -> None:
        """Set those of these keys that are not there yet."""
        found = self._read()
        if not values.keys() <= found.keys():
            self._write({**values, **found})

    def remove(self, name: str) -> bool:
        """Remove a key. Returns whether it was there."""
        found = self._read()
        if name not in found:
            return False
        self._write({other: value for other, value in found.items() if other != name})
        return True

    def _read(self) -> dict[str, object]:
        with self._translated("read"):
            text = self._client.get_secret_value(SecretId=self._secret).get("SecretString", "")
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            # Not `from` the parser's error, which quotes the secret.
            raise AwsError(
                f"the secret {self._secret!r} is not a JSON object",
                hint="Mend it in the Secrets Manager console. Without keys it is {}, not an empty string.",
            )
        return found

    def _write(self, values: Mapping[str, object]) -> None:
        with self._translated("written"):
            self._client.put_secret_value(SecretId=self._secret, SecretString=json.dumps(values))

    @contextmanager
    def _translated(self, done: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            code = error.response["Error"].get("Code")
            hint = "Deploy first: terrachat apply" if code == "ResourceNotFoundException" else None
            raise AwsError(f"the secret {self._secret!r} cannot be {done}: {code}", hint=hint) from error
        except BotoCoreError as error:
            raise AwsError(f"the secret {self._secret!r} cannot be {done}: {error}") from error


def _client(region: str) -> SecretsManagerClient:
    import boto3  # half a second; most commands do without

    return boto3.Session().client("secretsmanager", region_name=region)
