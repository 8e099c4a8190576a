"""The secret that holds a Hugging Face token: what is wrong with what stands in it, and how it is read and written.

In: a secret's text, or its ARN. Out: a diagnosis that never quotes the value; versions in Secrets Manager. Separate
from generator/api_keys because this secret is another shape, plain text: CloudFormation hands it to the containers as
it is, and a newline at its end is a newline in their environment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.aws_calls import calling, secret_command
from generator.aws_calls import client as patient_client
from generator.catalog.partitions import parsed_arn
from generator.errors import AwsError

SHARED_NAME = "terrachat-huggingface-token"
"""What a secret is called that Terrachat makes outside of a deployment: one for all deployments of a region."""

# Not the deployment's tag: the secret outlives each of them, and is no leftover of one.
SHARED_TAGS = {"terrachat:shared": "huggingface-token"}
_DESCRIPTION = "Hugging Face token that the endpoints fetch their models with."

# `hf_` and letters and digits; those of applications (hf_oauth_, hf_jwt_) have more in them.
_TOKEN = re.compile(r"hf_[A-Za-z0-9._-]+")
_NAMED = re.compile(r"(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*[=:]\s*(?=\S)")
_BEARER = re.compile(r"(?:authorization:\s*)?bearer\s+", re.IGNORECASE)
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\xa0"
# What Secrets Manager adds to a name in the ARN.
_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}$")
_QUOTES = "\"'`\u201c\u201d\u2018\u2019"


@dataclass(frozen=True)
class Diagnosis:
    """What a secret's content is.

    Attributes:
        token: the token, where the content is a token and nothing else.
        problems: what is wrong, each the end of a sentence that begins with "it". None of them quotes the content.
        repaired: the token that is in there all the same, where there is no doubt which.

    """

    token: str | None = None
    problems: tuple[str, ...] = ()
    repaired: str | None = None

    @property
    def best(self) -> str | None:
        """The token, even where it is wrapped in something."""
        return self.token or self.repaired

    @property
    def words(self) -> str:
        """All problems: "it ends with a line break, and is in quotes"."""
        return f"it {', and '.join(self.problems)}" if self.problems else ""


def diagnose(text: str | None, binary: bool = False) -> Diagnosis:
    """What `text` is; None where there is no text at all. `binary` says that it was stored as bytes."""
    if not (text or "").strip():
        return Diagnosis(problems=("is stored as binary, and as text it is empty" if binary else "is empty",))
    problems = ["is stored as binary, which CloudFormation does not give to a container"] if binary else []
    more, tokens = _taken_apart(text or "")
    problems += more
    if not problems:
        return Diagnosis(token=tokens[0])
    return Diagnosis(problems=tuple(problems), repaired=tokens[0] if len(set(tokens)) == 1 else None)


def problem_of(text: str) -> str | None:
    """Why `text` cannot be a token, whatever is around it; for an answer that was typed or pasted."""
    return diagnose(text.strip()).words or None


def _taken_apart(text: str) -> tuple[list[str], list[str]]:
    """What is wrong with `text`, and the tokens in it."""
    document = _json(text)
    if isinstance(document, Mapping | list):
        kind = "object, as the console's page of keys and values makes it," if isinstance(document, dict) else "list,"
        return [f"is a JSON {kind} and has to be the token alone"], list(_tokens_in(document))
    lines = [line for line in text.splitlines() if line.strip(_INVISIBLE + " \t")]
    if len(lines) > 1:
        found = (_bare(line)[1] for line in lines)
        return [f"has {len(lines)} lines, and has to be the token alone"], [each for each in found if _is_token(each)]
    problems, bare = _bare(text)
    if _is_token(bare):
        return problems, [bare]
    return [*problems, "does not look like a token, which is hf_ and letters and digits"], []


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _tokens_in(document: Any) -> Iterator[str]:
    """The tokens among a JSON document's values, else among its keys: the console has two fields to mix up."""
    values = document.values() if isinstance(document, Mapping) else document
    found = [bare for each in values if isinstance(each, str) and _is_token(bare := _bare(each)[1])]
    yield from found or [bare for each in document if isinstance(each, str) and _is_token(bare := _bare(each)[1])]


def _bare(text: str) -> tuple[list[str], str]:
    """`text` without what is commonly around a token, and what that was."""
    problems = []
    if text != text.rstrip("\r\n"):
        problems.append("ends with a line break")
    if text.strip("\r\n") != text.strip("\r\n").strip(_INVISIBLE + " \t"):
        problems.append("has spaces or invisible characters around it")
    bare = text.strip(_INVISIBLE + " \t\r\n")
    for pattern, problem in (
        (_BEARER, "begins with 'Bearer'"),
        (_NAMED, "begins with a name, as in a file of variables"),
    ):
        if found := pattern.match(bare):
            problems.append(problem)
            bare = bare[found.end() :].strip()
    if len(bare) > 1 and bare[0] in _QUOTES and bare[-1] in _QUOTES:
        problems.append("is in quotes")
        bare = bare[1:-1].strip()
    return problems, bare


def _is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def region_of(arn: str) -> str:
    """The region of a secret's ARN, which is where it is read and written."""
    parsed = parsed_arn(arn)
    if parsed is None or not parsed.region:
        raise AwsError(f"{arn!r} is no ARN of a secret")
    return parsed.region


def find(secret: str, client: Any) -> str | None:
    """The ARN of `secret`, a name or an ARN; None where there is none.

    Raises AwsError, also where it is scheduled for deletion.
    """
    try:
        with calling(f"Looking for the secret {secret!r}"):
            found = client.describe_secret(SecretId=secret)
    except AwsError as error:
        if is_missing(error):
            return None
        raise
    if "DeletedDate" in found:
        restore = secret_command(client, "restore-secret", secret)
        words = f"the secret {secret!r} of {client.meta.region_name} is scheduled for deletion"
        raise AwsError(words, hint=f"Restore it: {restore}", code="InvalidRequestException")
    return str(found["ARN"])


def read(secret: str, client: Any = None) -> Diagnosis:
    """What stands in the current version of `secret`, an ARN; with a `client`, a name of its region will do.

    Raises AwsError: `ResourceNotFoundException` where there is no such secret, or it has no value yet (`has_no_value`),
    `InvalidRequestException` where it is scheduled for deletion.
    """
    with calling(f"Reading the secret {name_of(secret)!r}"):
        found = (client or _client(secret)).get_secret_value(SecretId=secret)
    if "SecretString" in found:
        return diagnose(found["SecretString"])
    return diagnose(bytes(found.get("SecretBinary", b"")).decode("utf-8", "replace"), binary=True)


def put(secret: str, token: str, client: Any = None) -> None:
    """Make `token` the current version of `secret`. Secrets Manager keeps the one before as AWSPREVIOUS.

    Raises AwsError.
    """
    with calling(f"Writing the secret {name_of(secret)!r}"):
        (client or _client(secret)).put_secret_value(SecretId=secret, SecretString=token)


def create(name: str, token: str, tags: Mapping[str, str], region: str, client: Any = None) -> str:
    """Make the secret `name` in `region` with `token` in it. Returns its ARN.

    Raises AwsError: `ResourceExistsException` where there is one of that name.
    """
    with calling(f"Creating the secret {name!r}"):
        made = (client or patient_client("secretsmanager", region)).create_secret(
            Name=name,
            Description=_DESCRIPTION,
            SecretString=token,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
    return str(made["ARN"])


def create_or_put(name: str, token: str, tags: Mapping[str, str], region: str, client: Any = None) -> tuple[str, bool]:
    """`create`, or where there is a secret of that name, `put`. Returns its ARN, and whether it is new.

    Raises AwsError.
    """
    asked = client or patient_client("secretsmanager", region)
    try:
        return create(name, token, tags, region, asked), True
    except AwsError as error:
        if error.code != "ResourceExistsException":
            raise
    put(name, token, asked)
    with calling(f"Looking for the secret {name!r}"):
        return str(asked.describe_secret(SecretId=name)["ARN"]), False


def name_of(secret: str) -> str:
    """What people call the secret of an ARN: `huggingface-token` of `arn:...:secret:huggingface-token-a1b2c3`."""
    parsed = parsed_arn(secret)
    return _SUFFIX.sub("", parsed.resource.removeprefix("secret:")) if parsed else secret


def is_missing(error: AwsError) -> bool:
    """Whether there is no such secret."""
    return error.code == "ResourceNotFoundException" and not has_no_value(error)


def has_no_value(error: AwsError) -> bool:
    """Whether the secret exists, and nothing was ever put into it."""
    return error.code == "ResourceNotFoundException" and "staging label" in error.message


def is_being_deleted(error: AwsError) -> bool:
    """Whether the secret is scheduled for deletion: it can be restored, and neither read nor written."""
    return error.code == "InvalidRequestException" and "delet" in error.message


def _client(arn: str) -> Any:
    return patient_client("secretsmanager", region_of(arn))
