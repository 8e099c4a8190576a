"""The clients that the product uses, pointed at a local target, for the contract tests of its wires."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import httpx2
import openai
from botocore.config import Config

from generator.local import lifecycle
from generator.local.target import LocalTarget
from tests.unit.generator.local.fake_model import FakeModel
from tests.unit.generator.local.waiting import until

MODEL_ID = "us.amazon.nova-micro-v1:0"
VIETNAMESE = "Xin chào, tôi là một mô hình ngôn ngữ."


@dataclass(frozen=True)
class Running:
    target: LocalTarget
    folder: Path
    model: FakeModel

    def client(self, service: str, region: str = "us-east-1") -> Any:
        plane = self.target.data_url if service.endswith("-runtime") else self.target.control_url
        return client(service, plane, region)

    def logged(self, text: str) -> bool:
        return any(text in line for line in lifecycle.log_lines(self.folder))


_ONE_AT_A_TIME = threading.Lock()  # a session may not make two clients at once


def client(service: str, url: str, region: str) -> Any:
    with _ONE_AT_A_TIME:
        return _session().client(
            service,  # type: ignore[call-overload]
            region_name=region,
            endpoint_url=url,
            config=Config(retries={"total_max_attempts": 1}),
        )


@cache
def _session() -> boto3.Session:
    """One for all clients: it reads a service's description once, which is what takes the time."""
    return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local")


def deploy_endpoint(target: LocalTarget) -> None:
    sagemaker = client("sagemaker", target.control_url, "us-east-1")
    role = "arn:aws:iam::123456789012:role/demo"
    sagemaker.create_model(ModelName="demo", ExecutionRoleArn=role, PrimaryContainer={"Image": "any"})
    create_endpoint_config(sagemaker, "demo", "ml.g5.2xlarge")
    sagemaker.create_endpoint(EndpointName="demo", EndpointConfigName="demo")
    until(lambda: sagemaker.describe_endpoint(EndpointName="demo")["EndpointStatus"] == "InService")


def create_endpoint_config(sagemaker: Any, name: str, instance_type: str) -> None:
    variant = {
        "VariantName": "main",
        "ModelName": "demo",
        "InstanceType": instance_type,
        "InitialInstanceCount": 1,
    }
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])


def invocation(text: str, name: str = "demo", **fields: Any) -> dict[str, Any]:
    body = {"messages": [{"role": "user", "content": text}], "max_tokens": 24, **fields}
    return {"EndpointName": name, "Body": json.dumps(body).encode(), "ContentType": "application/json"}


def invoke_stream(local: Running, text: str) -> list[bytes]:
    return [event["PayloadPart"]["Bytes"] for event in open_sagemaker(local, text)]


def converse_stream(local: Running, text: str) -> list[dict[str, Any]]:
    return list(open_bedrock(local, text))


def open_sagemaker(local: Running, text: str) -> Any:
    runtime = local.client("sagemaker-runtime")
    return runtime.invoke_endpoint_with_response_stream(**invocation(text, stream=True))["Body"]


def open_bedrock(local: Running, text: str) -> Any:
    reply = local.client("bedrock-runtime").converse_stream(
        modelId=MODEL_ID, messages=messages(text), inferenceConfig={"maxTokens": 24}
    )
    return reply["stream"]


def open_openai(local: Running, text: str) -> Any:
    return ask(openai_client(local), text, stream=True)


def messages(text: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [{"text": text}]}]


def openai_client(local: Running) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{local.target.data_url}/openai/v1", api_key="sk-any", max_retries=0)


def ask(client: openai.OpenAI, text: str, **options: Any) -> Any:
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}], **options)


def stream_raw(local: Running, text: str) -> Any:
    return httpx2.stream(
        "POST",
        f"{local.target.data_url}/openai/v1/chat/completions",
        headers={"Authorization": "Bearer sk-any"},
        json={"stream": True, "messages": [{"role": "user", "content": text}]},
    )


def switch_on(local: Running, **fault: Any) -> None:
    assert httpx2.put(f"{local.target.data_url}/faults", json=fault).status_code == 200


def text_of_events(stream: bytes) -> str:
    """The text of the whole events in a stream of server-sent events."""
    documents = [json.loads(each[6:]) for each in stream.split(b"\n\n")[:-1] if each != b"data: [DONE]"]
    return "".join(document["choices"][0]["delta"].get("content") or "" for document in documents)


def text_of_converse(events: list[dict[str, Any]]) -> str:
    return "".join(event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event)


def text_of_chunks(chunks: Any) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


def is_text(part: bytes) -> bool:
    try:
        part.decode()
    except UnicodeDecodeError:
        return False
    return True
