"""The calls to Secrets Manager that the API-keys secret takes, and what AWS's refusals mean for a person.

In: one secret's id and a client of its region. Out: versions, and AwsError with the permission that is missing or the
next step. Separate from the store, which has the rules of changing a secret and no AWS.

Sources, read on 2026-11-22: Secrets Manager's API reference, GetSecretValue, PutSecretValue, UpdateSecretVersionStage,
ListSecretVersionIds and CreateSecret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from generator.aws_calls import calling, secret_command
from generator.errors import AwsError

CREATED = "TERRACHAT_CREATED"
"""On the first version, `{}`, which Terraform has in its state: a version without a label is deleted some day."""
PENDING = "TERRACHAT_PENDING"
"""On a version that is about to become current. One is left behind only where a change was killed; it does no harm."""
BEFORE_REPAIR = "TERRACHAT_BEFORE_REPAIR"
"""On the version that the last repair replaced: it stays in existence, and can be made current again."""
CURRENT = "AWSCURRENT"

NOT_FOUND = "ResourceNotFoundException"
SCHEDULED_FOR_DELETION = "ScheduledForDeletion"
"""Our own code: Secrets Manager's for it, InvalidRequestException, may be anything."""

# "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT", and "… the specified secret."
_NO_VALUE = "specified secret value"
_DENIED = ("AccessDenied", "AccessDeniedException")
_MOST_VERSIONS = 300  # in a listing: Secrets Manager keeps 100, and all of the last 24 hours


@dataclass(frozen=True)
class Version:
    """One version of the secret. `text` is None where it is binary and no text in UTF-8."""

    id: str
    text: str | None = field(repr=False)
    is_binary: bool
    created: datetime


@dataclass(frozen=True)
class ListedVersion:
    """What a listing says of a version."""

    id: str
    created: datetime
    labels: tuple[str, ...]


class SecretVersions:
    """One secret's versions and their labels. All methods raise AwsError."""

    def __init__(self, client: Any, secret: str, region: str) -> None:
        self._client = client
        self._secret = secret
        self._region = region

    def command(self, operation: str, *arguments: str) -> str:
        """The command of AWS's own command line that does `operation` to the secret."""
        return secret_command(self._client, operation, self._secret, *arguments)

    def describe(self) -> Mapping[str, Any] | None:
        """What Secrets Manager says of the secret, without its value; None where there is none."""
        try:
            with self._calling("DescribeSecret"):
                found: Mapping[str, Any] = self._client.describe_secret(SecretId=self._secret)
        except AwsError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        if found.get("DeletedDate"):
            raise self._scheduled()
        return found

    def create(self, name: str, text: str, description: str, tags: Mapping[str, str]) -> bool:
        """Create the secret, its first version labelled as Terraform's would be; False where it is there by now."""
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        try:
            with self._calling("CreateSecret"):
                made = self._client.create_secret(Name=name, Description=description, SecretString=text, Tags=listed)
        except AwsError as error:
            if error.code == "ResourceExistsException":
                return False
            raise
        self.label(CREATED, made["VersionId"])
        return True

    def current(self) -> Version | None:
        """The current version; None where the secret has none yet. AwsError with NOT_FOUND: there is no secret."""
        try:
            return self._get()
        except AwsError as error:
            if error.code == NOT_FOUND and _NO_VALUE in error.message:
                return None
            raise

    def version(self, version_id: str) -> Version:
        """One version, current or not."""
        return self._get(VersionId=version_id)

    def labelled(self, label: str) -> Version | None:
        """The version that carries `label`; None where none does."""
        try:
            return self._get(VersionStage=label)
        except AwsError as error:
            if error.code == NOT_FOUND:
                return None
            raise

    def add(self, text: str, label: str) -> tuple[str, bool]:
        """Add a version with this label. Returns its id, and whether it is current, as a first one always is."""
        with self._calling("PutSecretValue"):
            made = self._client.put_secret_value(SecretId=self._secret, SecretString=text, VersionStages=[label])
        return made["VersionId"], CURRENT in made.get("VersionStages", ())

    def make_current(self, new: str, old: str | None) -> bool:
        """Make `new` the current version, if `old` still is; returns whether it is now.

        Secrets Manager moves a label only from the version that is named: "If the label is attached and you either do
        not specify this parameter, or the version ID does not match, then the operation fails".
        """
        try:
            self.label(CURRENT, new, old)
        except AwsError as error:
            if error.code != "InvalidParameterException":
                raise
            found = self.current()
            if found is None or found.id == old:
                raise  # nobody was faster: it is refused for another reason
            # The answer to a first try may have been lost on its way, and this is the refusal of a second one.
            return found.id == new
        return True

    def label(self, label: str, new: str, old: str | None = None) -> None:
        """Put `label` on the version `new`, taking it from `old`."""
        moved = {"MoveToVersionId": new, **({"RemoveFromVersionId": old} if old else {})}
        with self._calling("UpdateSecretVersionStage"):
            self._client.update_secret_version_stage(SecretId=self._secret, VersionStage=label, **moved)

    def unlabel(self, label: str, version_id: str) -> None:
        """Take `label` off, unless another change has taken it over already."""
        try:
            with self._calling("UpdateSecretVersionStage"):
                self._client.update_secret_version_stage(
                    SecretId=self._secret, VersionStage=label, RemoveFromVersionId=version_id
                )
        except AwsError as error:
            if error.code != "InvalidParameterException":
                raise

    def all(self) -> tuple[ListedVersion, ...]:
        """All versions that still exist, newest first, those without a label too."""
        found: list[Mapping[str, Any]] = []
        token: dict[str, str] = {}
        while len(found) < _MOST_VERSIONS:
            with self._calling("ListSecretVersionIds"):
                page = self._client.list_secret_version_ids(
                    SecretId=self._secret, IncludeDeprecated=True, MaxResults=100, **token
                )
            found += page["Versions"]
            if not page.get("NextToken"):
                break
            token = {"NextToken": page["NextToken"]}
        listed = [
            ListedVersion(each["VersionId"], _in_utc(each["CreatedDate"]), tuple(each.get("VersionStages", ())))
            for each in found
        ]
        # Of two that were made at once, the one that is listed later counts as the newer one.
        return tuple(sorted(reversed(listed), key=lambda each: each.created, reverse=True))

    def _get(self, **which: str) -> Version:
        with self._calling("GetSecretValue"):
            found = self._client.get_secret_value(SecretId=self._secret, **which)
        binary = found.get("SecretBinary")
        return Version(
            id=found["VersionId"],
            text=_text(binary) if binary is not None else found.get("SecretString"),
            is_binary=binary is not None,
            created=_in_utc(found["CreatedDate"]),
        )

    @contextmanager
    def _calling(self, operation: str) -> Iterator[None]:
        try:
            with calling(f"{operation} of {self._secret!r} in {self._region}"):
                yield
        except AwsError as error:
            if error.code in _DENIED:
                raise AwsError(
                    error.message, hint=self._permission(operation, error.message), code=error.code
                ) from error
            if error.code == "InvalidRequestException" and "delet" in error.message.lower():
                raise self._scheduled() from error
            raise

    def _permission(self, operation: str, message: str) -> str:
        key = ", and the use of the KMS key that encrypts it" if "KMS" in message else ""
        return f"Let the identity that you are signed in as do secretsmanager:{operation} on it{key}."

    def _scheduled(self) -> AwsError:
        message = f"the secret {self._secret!r} in {self._region} is scheduled for deletion"
        return AwsError(message, hint=f"Keep it: {self.command('restore-secret')}", code=SCHEDULED_FOR_DELETION)


def _text(binary: bytes) -> str | None:
    try:
        return binary.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
