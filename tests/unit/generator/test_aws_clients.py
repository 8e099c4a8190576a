"""Clients in a role's name: assumed once, refused once, and no reason for anybody else to wait."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from generator.aws_clients import AwsClients
from generator.errors import AwsError
from tests.unit.generator.aws_answers import Answer, client

ROLE = "arn:aws:iam::210987654321:role/caller"
ASSUMED = Answer(
    "assume_role",
    {
        "Credentials": {
            "AccessKeyId": "ASIA0123456789012345",
            "SecretAccessKey": "secret",
            "SessionToken": "token",
            "Expiration": "2026-11-22T00:00:00Z",
        }
    },
    given={"RoleArn": ROLE, "RoleSessionName": "terrachat-doctor"},
)


def clients(sts: Any, **others: Any) -> AwsClients:
    return AwsClients(
        {("sts", "us-east-1", None): sts} | {(name, "us-east-1", None): each for name, each in others.items()}
    )


def test_role_is_assumed_once_for_all_services_and_regions() -> None:
    aws = clients(client("sts", ASSUMED))

    here, there = aws.client("bedrock", "us-east-1", ROLE), aws.client("bedrock", "eu-west-1", ROLE)

    assert (here.meta.region_name, there.meta.region_name) == ("us-east-1", "eu-west-1")
    assert aws.client("bedrock", "us-east-1", ROLE) is here


def test_role_that_is_refused_is_not_asked_for_again() -> None:
    aws = clients(client("sts", Answer("assume_role", error=("AccessDenied", "not authorized"))))

    for service in ("bedrock", "s3"):
        with pytest.raises(AwsError, match="AccessDenied: not authorized") as raised:
            aws.client(service, "us-east-1", ROLE)
        assert raised.value.code == "AccessDenied"


def test_nobody_waits_for_a_role_but_who_needs_it() -> None:
    sts = client("sts", ASSUMED)
    asked, answer = threading.Event(), threading.Event()

    def slow(**_: Any) -> None:
        asked.set()
        assert answer.wait(30)

    sts.meta.events.register("provide-client-params.sts.AssumeRole", slow)
    s3 = client("s3")
    aws = clients(sts, s3=s3)
    waiting = threading.Thread(target=aws.client, args=("bedrock", "us-east-1", ROLE), daemon=True)
    waiting.start()
    assert asked.wait(30)

    assert aws.client("s3", "us-east-1") is s3

    answer.set()
    waiting.join(30)
    assert not waiting.is_alive()
