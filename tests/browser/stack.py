"""What the page finds around it in tests: an emulated AWS with a deployment in it, and a fake handler."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import boto3
from moto.server import ThreadedMotoServer

from tests.browser.fake_handler import FakeHandler

REGION = "us-east-1"
DEPLOYMENT = "demo"
TABLE = f"terrachat-{DEPLOYMENT}-conversations"


@dataclass(frozen=True)
class Stack:
    """`aws_url` is the emulated AWS; `environment` makes a page use it."""

    handler: FakeHandler
    aws_url: str

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "TERRACHAT_DEPLOYMENT": DEPLOYMENT,
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


@contextmanager
def running_stack() -> Iterator[Stack]:
    """A stack with everything deployed, gone at the end."""
    handler = FakeHandler().start()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        stack = Stack(handler, f"http://{host}:{port}")
        deploy(stack)
        yield stack
    finally:
        server.stop()
        handler.stop()


def deploy(stack: Stack) -> None:
    """Put into the emulated AWS what `terrachat apply` would (docs/contracts.md, sections 2 and 5)."""
    ssm = stack.session.client("ssm", endpoint_url=stack.aws_url)
    ssm.put_parameter(
        Name=f"/terrachat/{DEPLOYMENT}/handler",
        Type="String",
        Overwrite=True,
        Value=json.dumps(
            {
                "version": 1,
                "deployment": DEPLOYMENT,
                "region": REGION,
                "handler_url": stack.handler.url,
                "conversations_table": TABLE,
                "api_keys_secret": f"terrachat/{DEPLOYMENT}/api-keys",
            }
        ),
    )
    create_table(stack.session, stack.aws_url)


def create_table(session: boto3.Session, aws_url: str | None = None) -> None:
    """The conversations table of docs/contracts.md, section 5."""
    session.client("dynamodb", endpoint_url=aws_url).create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
    )
