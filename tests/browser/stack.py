"""What the page finds around it in tests: an emulated AWS with a deployment in it, and a fake handler.

moto keeps its state for the whole process, so every stack has a deployment of its own and takes it away at the end.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from tests.browser.fake_handler import FakeHandler

REGION = "us-east-1"


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
            "TERRACHAT_OWNER": "tester",
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
        self.session.client("dynamodb", endpoint_url=self.aws_url).create_table(
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
        self.session.client("ssm", endpoint_url=self.aws_url).put_parameter(
            Name=f"/terrachat/{self.deployment}/handler", Type="String", Value=json.dumps(parameter), Overwrite=True
        )

    def drop_table(self) -> None:
        self.session.client("dynamodb", endpoint_url=self.aws_url).delete_table(TableName=self.table)

    def items(self) -> list[Any]:
        """Everything in the conversations table, by sort key, as DynamoDB returns it."""
        found = self.session.client("dynamodb", endpoint_url=self.aws_url).scan(TableName=self.table)["Items"]
        return sorted(found, key=lambda item: str(item["sk"]))

    def destroy(self) -> None:
        ssm = self.session.client("ssm", endpoint_url=self.aws_url)
        ssm.delete_parameters(Names=[f"/terrachat/{self.deployment}/handler"])
        tables = self.session.client("dynamodb", endpoint_url=self.aws_url)
        if self.table in tables.list_tables()["TableNames"]:
            tables.delete_table(TableName=self.table)


@contextmanager
def running_stack() -> Iterator[Stack]:
    """A stack with everything deployed, gone at the end."""
    handler = FakeHandler().start()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        stack = Stack(handler, f"http://{host}:{port}")
        stack.deploy()
        yield stack
        stack.destroy()
    finally:
        server.stop()
        handler.stop()
