"""What the page finds around it in tests: an emulated AWS with a deployment in it, and a fake handler.

moto keeps its state for the whole process, so every stack has a deployment of its own and takes it away at the end.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

import boto3
from boto3.dynamodb.types import TypeSerializer
from moto.server import ThreadedMotoServer

from frontend.history.records import Conversation, TurnRecord, conversation_item, turn_item
from frontend.wire import Usage
from tests.browser.fake_handler import FakeHandler

REGION = "us-east-1"
OWNER = "tester"


@dataclass(frozen=True)
class Stack:
    """`aws_url` is the emulated AWS; `environment` makes a page use it."""

    handler: FakeHandler
    aws_url: str
    deployment: str = field(default_factory=lambda: f"test-{uuid.uuid4().hex[:8]}")

    @property
    def table(self) -> str:
        return f"terrachat-{self.deployment}-conversations"

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "TERRACHAT_DEPLOYMENT": self.deployment,
            "TERRACHAT_OWNER": OWNER,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def session(self) -> boto3.Session:
        return boto3.Session("local", "local", region_name=REGION)

    def deploy(self) -> None:
        """Put into the emulated AWS what `terrachat apply` would (docs/contracts.md, sections 2 and 5)."""
        self.publish(self.handler.url)
        _client("dynamodb", self.aws_url).create_table(
            TableName=self.table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        )

    def publish(self, handler_url: str) -> None:
        """Let the deployment's handler be at `handler_url`."""
        parameter = {
            "version": 1,
            "deployment": self.deployment,
            "region": REGION,
            "handler_url": handler_url,
            "conversations_table": self.table,
            "api_keys_secret": f"terrachat/{self.deployment}/api-keys",
        }
        _client("ssm", self.aws_url).put_parameter(
            Name=f"/terrachat/{self.deployment}/handler", Type="String", Value=json.dumps(parameter), Overwrite=True
        )

    def publish_models(self) -> None:
        """Put a record of each of the handler's models: what a page knows of them while the handler is silent."""
        for model in self.handler.models:
            self.publish_model(model)

    def publish_model(self, model_id: str, **record: Any) -> None:
        """Put a model's record where `terrachat apply` puts it, with these fields beside or instead of the usual."""
        document = {"version": 1, "id": model_id, "provider": "fake", "defaults": {}, **record}
        _client("ssm", self.aws_url).put_parameter(
            Name=f"/terrachat/{self.deployment}/models/{model_id}",
            Type="String",
            Value=json.dumps(document),
            Overwrite=True,
        )

    def keep(self, turns: Sequence[TurnRecord], owner: str = OWNER, **conversation: Any) -> str:
        """Write a conversation with these turns straight into the table; returns its id.

        `conversation` are fields of the `Conversation`, whose title is else the first question.
        """
        conversation_id = secrets.token_urlsafe(16)
        told: dict[str, Any] = {
            "title": turns[0].question if turns else "Nothing was asked",
            "created_at": turns[0].started_at if turns else datetime.now(UTC),
            "updated_at": turns[-1].started_at if turns else datetime.now(UTC),
        }
        kept = Conversation(conversation_id, **(told | conversation))
        items = [conversation_item(owner, kept), *(turn_item(owner, conversation_id, turn) for turn in turns)]
        write = TypeSerializer().serialize
        puts = [{"PutRequest": {"Item": write(item)["M"]}} for item in items]
        for start in range(0, len(puts), 25):
            _client("dynamodb", self.aws_url).batch_write_item(RequestItems={self.table: puts[start : start + 25]})
        return conversation_id

    def drop_table(self) -> None:
        _client("dynamodb", self.aws_url).delete_table(TableName=self.table)

    def items(self) -> list[Any]:
        """Everything in the conversations table, by sort key, as DynamoDB returns it."""
        found = _client("dynamodb", self.aws_url).scan(TableName=self.table)["Items"]
        return sorted(found, key=lambda item: str(item["sk"]))

    def forget(self) -> None:
        """Empty the conversations table: what one test said is nothing to the next."""
        while items := self.items():  # a scan ends at 1 MB
            deletions = [{"DeleteRequest": {"Key": {"pk": item["pk"], "sk": item["sk"]}}} for item in items]
            for start in range(0, len(deletions), 25):
                batch = deletions[start : start + 25]
                _client("dynamodb", self.aws_url).batch_write_item(RequestItems={self.table: batch})

    def destroy(self) -> None:
        ssm = _client("ssm", self.aws_url)
        pages = ssm.get_paginator("get_parameters_by_path").paginate(
            Path=f"/terrachat/{self.deployment}/", Recursive=True
        )
        names = [parameter["Name"] for page in pages for parameter in page["Parameters"]]
        for start in range(0, len(names), 10):  # as many as one request takes
            ssm.delete_parameters(Names=names[start : start + 10])
        tables = _client("dynamodb", self.aws_url)
        if self.table in tables.list_tables()["TableNames"]:
            tables.delete_table(TableName=self.table)


def turn(number: int, question: str, answer: str = "", model: str = "echo", **fields: Any) -> TurnRecord:
    """An answered turn for `Stack.keep`, within the last hour and ten seconds after the one before."""
    asked_at = datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=10 * number)
    told: dict[str, Any] = {
        "status": "done",
        "started_at": asked_at,
        "heartbeat_at": asked_at,
        "parent": number - 1,
        "finish_reason": "stop",
        "first_token_ms": 300,
        "elapsed_ms": 1200,
        "usage": Usage(len(question.split()), len(answer.split())),
    }
    return TurnRecord(number, question, model, answer=answer, **(told | fields))


@contextmanager
def running_stack(handler: FakeHandler | None = None, **named: str) -> Iterator[Stack]:
    """A stack with everything deployed, gone at the end; `named` may say what the `deployment` is called."""
    handler = (handler or FakeHandler()).start()
    try:
        stack = Stack(handler, _aws(), **named)
        stack.deploy()
        yield stack
        stack.destroy()
    finally:
        handler.stop()


@cache
def _aws() -> str:
    """The URL of the emulated AWS of this process, which ends with it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


@cache
def _client(service: Literal["dynamodb", "ssm"], aws_url: str) -> Any:
    """One client of each service: making one takes a third of a second."""
    return boto3.Session("local", "local", region_name=REGION).client(service, endpoint_url=aws_url)
