"""What is wrong with a secret is said without quoting it, and what is in there all the same is found."""

from __future__ import annotations

import json

import pytest

from generator.errors import AwsError
from generator.huggingface_secret import (
    Diagnosis,
    create,
    create_or_put,
    diagnose,
    has_no_value,
    is_being_deleted,
    is_missing,
    name_of,
    problem_of,
    put,
    read,
    region_of,
)
from tests.unit.generator.aws_answers import Answer, client

TOKEN = "hf_planted3f9a"
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:team/hub-a1b2c3"
VERSION = {"ARN": ARN, "Name": "team/hub", "VersionId": "v" * 32}
NOT_A_TOKEN = "does not look like a token, which is hf_ and letters and digits"
JSON = "is a JSON object, as the console's page of keys and values makes it, and has to be the token alone"
NAMED = "begins with a name, as in a file of variables"


def test_a_token_alone_is_a_token() -> None:
    assert diagnose(TOKEN) == Diagnosis(token=TOKEN)
    assert diagnose(TOKEN).best == TOKEN


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (f"{TOKEN}\n", ["ends with a line break"]),
        (f"{TOKEN}\r\n", ["ends with a line break"]),
        (f" {TOKEN}\t", ["has spaces or invisible characters around it"]),
        (f"\ufeff{TOKEN}", ["has spaces or invisible characters around it"]),
        (f'"{TOKEN}"', ["is in quotes"]),
        (f"\u201c{TOKEN}\u201d", ["is in quotes"]),
        (f"'{TOKEN}'\n", ["ends with a line break", "is in quotes"]),
        (f"Bearer {TOKEN}", ["begins with 'Bearer'"]),
        (f"Authorization: Bearer {TOKEN}", ["begins with 'Bearer'"]),
        (f"HF_TOKEN={TOKEN}", [NAMED]),
        (f'export HF_TOKEN="{TOKEN}"', [NAMED, "is in quotes"]),
        (json.dumps({"HF_TOKEN": TOKEN}), [JSON]),
        (json.dumps({"HF_TOKEN": f"Bearer {TOKEN}"}), [JSON]),
        (json.dumps({TOKEN: ""}), [JSON]),
        (json.dumps({"hf_token": TOKEN, "n": 1}), [JSON]),
        (json.dumps([TOKEN]), ["is a JSON list, and has to be the token alone"]),
        (f"HF_TOKEN={TOKEN}\nREGION=us-east-1", ["has 2 lines, and has to be the token alone"]),
    ],
)
def test_what_is_around_a_token_is_named_and_the_token_found(text: str, problems: list[str]) -> None:
    found = diagnose(text)

    assert (found.token, list(found.problems), found.repaired, found.best) == (None, problems, TOKEN, TOKEN)
    assert TOKEN not in found.words


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (None, ["is empty"]),
        ("", ["is empty"]),
        (" \n", ["is empty"]),
        ("planted", [NOT_A_TOKEN]),
        ("hf_planted; rm", [NOT_A_TOKEN]),
        ('"planted"', ["is in quotes", NOT_A_TOKEN]),
        ("{}", [JSON]),
        (json.dumps({"A": "hf_planted1", "B": "hf_planted2"}), [JSON]),
        ("hf_planted1\nhf_planted2", ["has 2 lines, and has to be the token alone"]),
    ],
)
def test_what_holds_no_token_is_not_repaired(text: str | None, problems: list[str]) -> None:
    found = diagnose(text)

    assert (found.token, list(found.problems), found.best) == (None, problems, None)
    assert "planted" not in found.words


def test_bytes_are_no_text() -> None:
    found = diagnose(TOKEN, binary=True)

    assert (found.token, found.repaired) == (None, TOKEN)
    assert found.words == "it is stored as binary, which CloudFormation does not give to a container"
    assert diagnose("", binary=True).words == "it is stored as binary, and as text it is empty"


def test_all_problems_are_told_at_once() -> None:
    assert diagnose(f"'{TOKEN}'\n").words == "it ends with a line break, and is in quotes"


def test_spaces_around_an_answer_are_no_problem() -> None:
    assert problem_of(f" {TOKEN}\n") is None
    assert problem_of(f"'{TOKEN}'") == "it is in quotes"


def test_an_arn_says_name_and_region() -> None:
    assert (name_of(ARN), name_of("terrachat/demo/huggingface-token")) == (
        "team/hub",
        "terrachat/demo/huggingface-token",
    )
    assert region_of(ARN) == "us-east-1"
    with pytest.raises(AwsError):
        region_of("team/hub")


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({"SecretString": TOKEN}, Diagnosis(token=TOKEN)),
        ({"SecretString": " "}, diagnose(" ")),
        ({"SecretBinary": TOKEN.encode()}, diagnose(TOKEN, binary=True)),
        ({"SecretBinary": b"\xff\xfe"}, diagnose("\ufffd\ufffd", binary=True)),
        ({}, diagnose(None, binary=True)),
    ],
)
def test_reading_is_a_diagnosis(held: dict[str, object], expected: Diagnosis) -> None:
    asked = client("secretsmanager", Answer("get_secret_value", VERSION | held, None, {"SecretId": ARN}))

    assert read(ARN, asked) == expected


@pytest.mark.parametrize(
    ("code", "message", "kinds"),
    [
        ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", (True, False, False)),
        (
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
            (False, True, False),
        ),
        (
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
            (False, False, True),
        ),
        ("AccessDeniedException", "User is not authorized", (False, False, False)),
    ],
)
def test_refusals_are_told_apart(code: str, message: str, kinds: tuple[bool, bool, bool]) -> None:
    asked = client("secretsmanager", Answer("get_secret_value", error=(code, message)))

    with pytest.raises(AwsError) as raised:
        read(ARN, asked)

    assert (is_missing(raised.value), has_no_value(raised.value), is_being_deleted(raised.value)) == kinds
    assert raised.value.message == f"Reading the secret 'team/hub' failed: {code}: {message}"


def test_putting_makes_a_new_version() -> None:
    put(
        ARN,
        TOKEN,
        client("secretsmanager", Answer("put_secret_value", VERSION, None, {"SecretId": ARN, "SecretString": TOKEN})),
    )


def test_creating_gives_the_arn() -> None:
    given = {
        "Name": "team/hub",
        "Description": "Hugging Face token that the endpoints fetch their models with.",
        "SecretString": TOKEN,
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    answer = Answer("create_secret", VERSION, None, given)

    assert create("team/hub", TOKEN, {"a": "b"}, "us-east-1", client("secretsmanager", answer)) == ARN


def test_a_secret_of_that_name_gets_a_new_version() -> None:
    asked = client(
        "secretsmanager",
        Answer("create_secret", error=("ResourceExistsException", "it exists")),
        Answer("put_secret_value", VERSION),
        Answer("describe_secret", {"ARN": ARN}, None, {"SecretId": "team/hub"}),
    )

    assert create_or_put("team/hub", TOKEN, {}, "us-east-1", asked) == (ARN, False)


def test_a_new_secret_is_new() -> None:
    asked = client("secretsmanager", Answer("create_secret", VERSION))

    assert create_or_put("team/hub", TOKEN, {}, "us-east-1", asked) == (ARN, True)


def test_what_cannot_be_created_is_told() -> None:
    asked = client("secretsmanager", Answer("create_secret", error=("AccessDeniedException", "not authorized")))

    with pytest.raises(AwsError, match="Creating the secret 'team/hub' failed: AccessDeniedException"):
        create_or_put("team/hub", TOKEN, {}, "us-east-1", asked)
