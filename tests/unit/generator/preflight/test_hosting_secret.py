"""Whether the chat page's secret has what a task needs; and that none of it is ever shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from frontend import oidc
from generator.preflight.findings import Finding, Verdict
from generator.preflight.hosting_secret import CLIENT_SECRET, COOKIE_SECRET, LEAST_COOKIE_SECRET
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.hosting_scenes import HOSTING, METADATA_URL, SECRET, found, hosted
from tests.unit.generator.preflight.played_scenes import refused

CANARY = "canary7f3a9"
LONG = CANARY * 3
GOOD = {"client_secret": CANARY, "cookie_secret": LONG}
KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"


def read(**value: Any) -> Answer:
    """Secrets Manager gives this value."""
    return Answer(
        "get_secret_value",
        {"ARN": SECRET, "VersionId": "v" * 32, "CreatedDate": datetime.now(UTC), **value},
        given={"SecretId": SECRET},
    )


def described(**more: Any) -> Answer:
    return Answer("describe_secret", {"ARN": SECRET, **more})


def examined(*answers: Answer, **hosting: Any) -> Finding:
    told = found("secret", hosted({"secretsmanager": answers}, **hosting))
    assert CANARY not in repr(told)
    return told


def holding(document: object) -> Finding:
    """A secret with a content that cannot be used."""
    return examined(read(SecretString=document if isinstance(document, str) else json.dumps(document)))


def test_a_secret_with_both_is_ok() -> None:
    told = examined(read(SecretString=json.dumps({**GOOD, "more": 1})), described())

    assert (told.verdict, told.value) == (Verdict.OK, "two texts")
    assert told.reason == "It has a client_secret and a cookie_secret."
    assert told.asked == "secretsmanager GetSecretValue, us-east-1"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"cookie_secret": LONG}, "client_secret is missing."),
        ({**GOOD, "client_secret": ""}, "client_secret is empty."),
        ({**GOOD, "client_secret": " \n"}, "client_secret is empty."),
        ({**GOOD, "client_secret": None}, "client_secret is no text."),
        ({**GOOD, "client_secret": {"value": CANARY}}, "client_secret is no text."),
        ({**GOOD, "cookie_secret": 7}, "cookie_secret is no text."),
        ({**GOOD, "cookie_secret": CANARY}, "cookie_secret is too short: take 32 random characters or more."),
        ({}, "client_secret is missing; cookie_secret is missing."),
        (CANARY, "It is no JSON object."),
        ([CANARY], "It is no JSON object."),
        (f"{{'client_secret': '{CANARY}'}}", "It is no JSON object."),
    ],
)
def test_a_content_that_no_task_starts_with_blocks(document: object, reason: str) -> None:
    told = holding(document)

    assert (told.verdict, told.blocks, told.reason) == (Verdict.BLOCKED, "deployment", reason)
    assert f"aws secretsmanager put-secret-value --secret-id {SECRET} --region us-east-1" in told.fix


def test_what_is_no_text_or_nothing_at_all_blocks() -> None:
    no_value = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"

    binary = examined(read(SecretBinary=json.dumps(GOOD).encode()))
    empty = examined(Answer("get_secret_value", error=("ResourceNotFoundException", no_value)))

    assert (binary.verdict, binary.reason) == (
        Verdict.BLOCKED,
        "It is stored as binary, of which ECS takes nothing.",
    )
    assert (empty.verdict, empty.reason) == (Verdict.BLOCKED, "It has no value yet.")


def test_a_secret_that_is_not_there_blocks() -> None:
    told = examined(Answer("get_secret_value", error=("ResourceNotFoundException", "can't find the specified secret.")))

    assert (told.verdict, told.value, told.reason) == (Verdict.BLOCKED, "missing", f"There is no secret {SECRET}.")
    assert "docs/hosting.md" in told.fix


def test_one_that_is_to_be_deleted_blocks_and_can_be_kept() -> None:
    words = "You can't perform this operation on the secret because it was marked for deletion."

    told = examined(Answer("get_secret_value", error=("InvalidRequestException", words)))

    assert (told.verdict, told.value) == (Verdict.BLOCKED, "to be deleted")
    assert "restore-secret" in told.fix


def test_whoever_may_not_decrypt_it_does_not_know() -> None:
    told = examined(Answer("get_secret_value", error=("AccessDeniedException", "Access to KMS is not allowed")))

    assert told.verdict is Verdict.UNKNOWN
    assert "kms:Decrypt" in told.fix


@pytest.mark.parametrize(
    ("used", "named", "verdict"),
    [
        (None, None, Verdict.OK),
        ("alias/aws/secretsmanager", None, Verdict.OK),
        ("arn:aws:kms:us-east-1:123456789012:alias/aws/secretsmanager", None, Verdict.OK),
        (KEY, None, Verdict.WARN),
        (KEY.replace("key/1", "key/2"), KEY, Verdict.WARN),
        (KEY, KEY, Verdict.OK),
        (KEY.rpartition("/")[2], KEY, Verdict.OK),
        ("alias/mine", KEY, Verdict.OK),
        ("alias/mine", None, Verdict.WARN),
    ],
)
def test_a_key_of_ones_own_must_be_the_catalogs(used: str | None, named: str | None, verdict: Verdict) -> None:
    answers = (read(SecretString=json.dumps(GOOD)), described(**({"KmsKeyId": used} if used else {})))

    told = examined(*answers, oidc={**HOSTING["oidc"], "kms_key": named})

    assert told.verdict is verdict
    assert ("kms_key:" in told.fix) == (verdict is Verdict.WARN)


def test_the_key_to_write_is_named_where_secrets_manager_says_its_arn() -> None:
    content = json.dumps(GOOD)

    by_arn = examined(read(SecretString=content), described(KmsKeyId=KEY))
    by_alias = examined(read(SecretString=content), described(KmsKeyId="alias/mine"))

    assert by_arn.fix.endswith(f"kms_key: {KEY}")
    assert by_alias.fix.endswith("kms_key: ...")


def test_a_key_that_may_not_be_asked_for_does_not_matter() -> None:
    assert examined(read(SecretString=json.dumps(GOOD)), refused("describe_secret")).verdict is Verdict.OK


def test_the_page_itself_takes_what_is_ok_here_and_refuses_what_is_not() -> None:
    def page(cookie_secret: str) -> oidc.Oidc | None:
        return oidc.from_environment(
            {
                oidc.METADATA_URL: METADATA_URL,
                oidc.CLIENT_ID: "terrachat",
                oidc.CLIENT_SECRET: GOOD[CLIENT_SECRET],
                oidc.COOKIE_SECRET: cookie_secret,
                oidc.REDIRECT_URI: "https://chat.example.com/oauth2callback",
            }
        )

    long, short = "c" * LEAST_COOKIE_SECRET, f"{'c' * (LEAST_COOKIE_SECRET - 1)} "
    ours = [read(SecretString=json.dumps({**GOOD, COOKIE_SECRET: each})) for each in (long, short)]

    assert page(long) is not None
    assert examined(ours[0], described()).verdict is Verdict.OK
    with pytest.raises(oidc.SettingsError):
        page(short)
    assert examined(ours[1]).verdict is Verdict.BLOCKED
