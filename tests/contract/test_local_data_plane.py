"""docs/contracts.md, section 6: what the local target's data plane answers to the clients that the product uses.

A local target runs as users run it; boto3 and openai talk to it. Behind it stands a fake model server, and once, at
the end, the real model.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx2
import openai
import pytest
from botocore.config import Config
from botocore.eventstream import ParserError
from botocore.exceptions import ClientError, EventStreamError

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


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("local")
    with FakeModel().running() as model:
        started = lifecycle.start(folder, model_url=model.url, leashed=True)
        deploy_endpoint(started.target)
        yield Running(started.target, folder, model)
        started.close()


@pytest.fixture(autouse=True)
def no_fault_is_left(local: Running) -> Iterator[None]:
    yield
    httpx2.delete(f"{local.target.data_url}/faults")


class TestSageMaker:
    def test_a_reply_is_the_containers(self, local: Running) -> None:
        reply = local.client("sagemaker-runtime").invoke_endpoint(**invocation(f"echo {VIETNAMESE}"))

        assert reply["ContentType"] == "application/json"
        assert json.loads(reply["Body"].read())["choices"][0]["message"]["content"] == VIETNAMESE

    def test_a_streams_parts_are_cut_anywhere_and_lose_nothing(self, local: Running) -> None:
        parts = invoke_stream(local, f"echo {VIETNAMESE}")

        assert text_of_events(b"".join(parts)) == VIETNAMESE + " "
        assert any(not is_text(part) for part in parts), "no part ends inside a character"

    @pytest.mark.parametrize(
        ("name", "region"),
        [pytest.param("gone", "us-east-1", id="name"), pytest.param("demo", "eu-west-1", id="region")],
    )
    def test_an_endpoint_that_is_not_there_is_refused(self, local: Running, name: str, region: str) -> None:
        with pytest.raises(ClientError) as caught:
            local.client("sagemaker-runtime", region).invoke_endpoint(**invocation("echo", name))

        assert caught.value.response["Error"] == {
            "Code": "ValidationError",
            "Message": f"Endpoint {name} of account 123456789012 not found.",
        }

    def test_what_the_container_refuses_is_a_model_error(self, local: Running) -> None:
        with pytest.raises(ClientError) as caught:
            local.client("sagemaker-runtime").invoke_endpoint(**invocation("refuse"))

        response: Any = caught.value.response
        found = (response["Error"]["Code"], response["OriginalStatusCode"], response["OriginalMessage"])
        assert found == ("ModelError", 400, '{"error":{"message":"too long"}}')

    def test_a_stream_that_breaks_ends_with_an_exception_event(self, local: Running) -> None:
        with pytest.raises(EventStreamError, match="ModelStreamError"):
            invoke_stream(local, "break after this")


class TestBedrock:
    def test_converse_answers_with_text_usage_and_a_stop_reason(self, local: Running) -> None:
        reply = local.client("bedrock-runtime").converse(modelId=MODEL_ID, messages=messages("echo two words"))

        assert (reply["output"], reply["stopReason"], reply["usage"]) == (
            {"message": {"role": "assistant", "content": [{"text": "two words"}]}},
            "end_turn",
            {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5},
        )

    def test_the_stream_has_bedrocks_events_in_order(self, local: Running) -> None:
        events = converse_stream(local, "echo two words")

        latency = events[-1]["metadata"].pop("metrics")
        assert events == [
            {"messageStart": {"role": "assistant"}},
            {"contentBlockDelta": {"delta": {"text": "two "}, "contentBlockIndex": 0}},
            {"contentBlockDelta": {"delta": {"text": "words "}, "contentBlockIndex": 0}},
            {"contentBlockStop": {"contentBlockIndex": 0}},
            {"messageStop": {"stopReason": "end_turn"}},
            {"metadata": {"usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}}},
        ]
        assert latency["latencyMs"] >= 0

    def test_settings_reach_the_model(self, local: Running) -> None:
        arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-micro-v1:0"
        local.client("bedrock-runtime").converse(
            modelId=arn,
            messages=messages("echo"),
            system=[{"text": "Be brief."}],
            inferenceConfig={"maxTokens": 5, "temperature": 0.5},
        )

        assert local.model.requests[-1] == {
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "echo"}],
            "max_tokens": 5,
            "temperature": 0.5,
        }

    @pytest.mark.parametrize(
        ("model", "text", "reason"),
        [
            pytest.param("no such model!", "echo", "The provided model identifier is invalid.", id="model id"),
            pytest.param(MODEL_ID, "refuse", "The model returned the following errors: ", id="model"),
        ],
    )
    def test_what_is_refused_is_a_validation_exception(
        self, local: Running, model: str, text: str, reason: str
    ) -> None:
        with pytest.raises(ClientError) as caught:
            local.client("bedrock-runtime").converse(modelId=model, messages=messages(text))

        assert caught.value.response["Error"]["Code"] == "ValidationException"
        assert caught.value.response["Error"]["Message"].startswith(reason)

    def test_a_stream_that_breaks_ends_with_an_exception_event(self, local: Running) -> None:
        with pytest.raises(EventStreamError, match="modelStreamErrorException"):
            converse_stream(local, "break after this")


class TestOpenAI:
    def test_models_and_a_stream_under_the_name_that_was_asked_for(self, local: Running) -> None:
        client = openai_client(local)

        chunks = list(ask(client, "echo two words", stream=True))

        assert [model.id for model in client.models.list()] == ["fake"]
        assert [chunk.choices[0].delta.content for chunk in chunks] == [None, "two ", "words ", None]
        assert {chunk.model for chunk in chunks} == {"gpt-4o"}

    @pytest.mark.parametrize("authorization", ["Bearer sk-wrong", "Bearer", "Basic any"])
    def test_a_wrong_key_is_refused_in_openais_words(self, local: Running, authorization: str) -> None:
        url = f"{local.target.data_url}/openai/v1/models"
        reply = httpx2.get(url, headers={"Authorization": authorization})

        assert (reply.status_code, reply.json()["error"]["code"]) == (401, "invalid_api_key")

    def test_azure_answers_for_a_deployment(self, local: Running) -> None:
        client = openai.AzureOpenAI(
            azure_endpoint=f"{local.target.data_url}/azure", api_key="any", api_version="2024-10-21"
        )

        reply = client.chat.completions.create(model="mine", messages=[{"role": "user", "content": "echo hi"}])

        assert (reply.model, reply.choices[0].message.content) == ("mine", "hi")

    @pytest.mark.parametrize(
        ("query", "headers", "status"),
        [
            pytest.param("?api-version=2024-10-21", {}, 401, id="no key"),
            pytest.param("?api-version=2024-10-21", {"api-key": "sk-wrong"}, 401, id="wrong key"),
            pytest.param("", {"api-key": "any"}, 404, id="no version"),
        ],
    )
    def test_azure_refuses_as_azure_does(
        self, local: Running, query: str, headers: dict[str, str], status: int
    ) -> None:
        url = f"{local.target.data_url}/azure/openai/deployments/mine/chat/completions{query}"
        reply = httpx2.post(url, headers=headers, json={"messages": []})

        assert (reply.status_code, reply.json()["error"]["code"]) == (status, str(status))

    def test_a_stream_that_breaks_breaks_for_the_client_too(self, local: Running) -> None:
        with pytest.raises(httpx2.RemoteProtocolError), stream_raw(local, "break after this") as reply:
            reply.read()


@pytest.mark.parametrize("wire", ["sagemaker", "bedrock", "openai"])
def test_a_stream_arrives_while_it_is_made_and_leaving_it_frees_the_model(local: Running, wire: str) -> None:
    local.model.left.clear()
    streams = {"sagemaker": open_sagemaker, "bedrock": open_bedrock, "openai": open_openai}

    with closing(streams[wire](local, "forever")) as stream:
        arrived = [next(pieces) for pieces in [iter(stream)] for _ in range(4)]
        left_early = local.model.left.is_set()

    assert (len(arrived), left_early) == (4, False)
    until(local.model.left.is_set)


class TestFaults:
    @pytest.mark.parametrize(
        ("kind", "code"), [("throttle", "ThrottlingException"), ("unauthorized", "AccessDeniedException")]
    )
    @pytest.mark.parametrize("wire", ["sagemaker", "bedrock"])
    def test_aws_refuses_once_then_answers(self, local: Running, wire: str, kind: str, code: str) -> None:
        switch_on(local, wire=wire, kind=kind)
        call = {"sagemaker": invoke_stream, "bedrock": converse_stream}[wire]

        with pytest.raises(ClientError) as caught:
            call(local, "echo hi")

        assert caught.value.response["Error"]["Code"] == code
        assert call(local, "echo hi")

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [("throttle", openai.RateLimitError), ("unauthorized", openai.AuthenticationError)],
    )
    def test_openai_refuses_once(self, local: Running, kind: str, expected: type[Exception]) -> None:
        switch_on(local, wire="openai", kind=kind)

        with pytest.raises(expected):
            ask(openai_client(local), "echo hi")

    def test_a_cut_stream_ends_without_an_end(self, local: Running) -> None:
        switch_on(local, wire="*", kind="cut", times=3)

        sagemaker = b"".join(invoke_stream(local, "echo one two three"))
        bedrock = converse_stream(local, "echo one two three")
        chunks = list(ask(openai_client(local), "echo one two three", stream=True))

        assert (text_of_events(sagemaker), b"[DONE]" in sagemaker) == ("one ", False)
        assert [next(iter(event)) for event in bedrock] == ["messageStart", "contentBlockDelta"]
        assert [chunk.choices[0].delta.content for chunk in chunks] == [None, "one "]

    def test_bad_bytes_are_not_of_the_wire(self, local: Running) -> None:
        switch_on(local, wire="*", kind="bad_bytes", times=2)

        assert not is_text(b"".join(invoke_stream(local, "echo one two three")))
        with pytest.raises(ParserError):
            converse_stream(local, "echo one two three")

    def test_a_slow_reply_is_late(self, local: Running) -> None:
        switch_on(local, wire="openai", kind="slow", seconds=5)

        with pytest.raises(openai.APITimeoutError):
            ask(openai_client(local).with_options(timeout=0.3), "echo hi")

    def test_a_fault_that_does_not_exist_is_refused(self, local: Running) -> None:
        reply = httpx2.put(f"{local.target.data_url}/faults", json={"kind": "explode"})

        assert reply.status_code == 400


class TestControlPlane:
    def test_what_the_emulator_cannot_do_is_said_at_once_and_logged(self, local: Running) -> None:
        with pytest.raises(ClientError, match="the local target's emulator cannot do sagemaker ListEdgePackaging"):
            local.client("sagemaker").list_edge_packaging_jobs()

        assert local.logged("control plane: sagemaker ListEdgePackagingJobs: NotImplementedError")

    def test_an_unknown_instance_type_is_refused(self, local: Running) -> None:
        with pytest.raises(ClientError, match=r"Value 'ml\.none\.large' at 'instanceType'"):
            create_endpoint_config(local.client("sagemaker"), "bad", "ml.none.large")

    def test_unset_fields_are_left_out(self, local: Running) -> None:
        config = local.client("sagemaker").describe_endpoint_config(EndpointConfigName="demo")

        assert sorted(set(config) - {"ResponseMetadata"}) == [
            "CreationTime",
            "EndpointConfigArn",
            "EndpointConfigName",
            "ProductionVariants",
        ]

    def test_a_secrets_first_version_keeps_its_own_label(self, local: Running) -> None:
        secrets = local.client("secretsmanager")
        first = secrets.create_secret(Name="labelled", SecretString="{}")["VersionId"]
        secrets.update_secret_version_stage(SecretId="labelled", VersionStage="OURS", MoveToVersionId=first)

        for value in ("one", "two"):
            secrets.put_secret_value(SecretId="labelled", SecretString=value)

        kept = secrets.get_secret_value(SecretId="labelled", VersionId=first)
        assert (kept["SecretString"], kept["VersionStages"]) == ("{}", ["OURS"])


HANDLER = """
import http.server, json, os, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.answer({"path": self.path, "body": body.decode(), "headers": dict(self.headers)})

    def do_GET(self):
        if self.path == "/die":
            os._exit(9)
        if self.path == "/hang":
            time.sleep(60)
        if self.path == "/stream":
            return self.stream()
        self.answer({"environment": dict(os.environ), "imports": sys.path})

    def answer(self, document):
        body = json.dumps(document).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"3\\r\\non \\r\\n")
                time.sleep(0.01)
        finally:
            print("the reader left", flush=True)

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["AWS_LWA_PORT"])), Handler).serve_forever()
"""


class TestFunctionUrl:
    def test_a_request_and_its_reply_pass_with_the_adapters_headers(self, local: Running) -> None:
        url = deploy_function(local, "echo")

        reply = httpx2.post(f"{url}a%2Fb?c=d%20e", content=b"body", headers={"x-mine": "yes"})

        seen = reply.json()
        context = json.loads(seen["headers"]["x-amzn-lambda-context"])
        assert (reply.status_code, seen["path"], seen["body"]) == (201, "/a%2Fb?c=d%20e", "body")
        assert seen["headers"]["x-mine"] == "yes"
        assert context["invoked_function_arn"] == "arn:aws:lambda:us-east-1:123456789012:function:echo"
        assert json.loads(seen["headers"]["x-amzn-request-context"])["accountId"] == "123456789012"

    def test_it_sees_its_own_environment_and_no_package_of_ours(
        self, local: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MINE_ONLY", "not the function's")

        seen = httpx2.get(deploy_function(local, "looks", {"GREETING": "hi", "AWS_LWA_PORT": "1"})).json()

        environment = seen["environment"]
        assert environment["GREETING"] == "hi"
        assert environment["AWS_ENDPOINT_URL"] == local.target.control_url
        assert not {"MINE_ONLY", "HOME", "VIRTUAL_ENV", "PYTHONPATH"} & set(environment)
        assert not [path for path in seen["imports"] if "site-packages" in path]

    def test_a_reader_who_leaves_ends_the_functions_stream(self, local: Running) -> None:
        url = deploy_function(local, "streams")

        with httpx2.stream("GET", f"{url}stream") as reply:
            assert next(reply.iter_bytes()).startswith(b"on ")

        until(lambda: local.logged("streams: the reader left"))

    def test_a_function_that_died_is_started_again(self, local: Running) -> None:
        url = deploy_function(local, "dies")

        statuses = [httpx2.get(f"{url}{path}").status_code for path in ("", "die", "")]

        assert statuses == [201, 502, 201]
        assert local.logged("dies ended with exit code 9; starting it again")

    def test_a_new_environment_is_a_new_process(self, local: Running) -> None:
        url = deploy_function(local, "changes", {"VERSION": "1"})
        first = httpx2.get(url).json()["environment"]["VERSION"]

        local.client("lambda").update_function_configuration(
            FunctionName="changes", Environment={"Variables": {"VERSION": "2"}}
        )

        assert (first, httpx2.get(url).json()["environment"]["VERSION"]) == ("1", "2")

    def test_a_function_that_does_not_answer_in_time_is_given_up(self, local: Running) -> None:
        reply = httpx2.get(f"{deploy_function(local, 'hangs', timeout=1)}hang", timeout=10)

        assert (reply.status_code, reply.json()) == (504, {"Message": "Task timed out after 1 seconds"})

    def test_a_function_that_cannot_start_says_why(self, local: Running) -> None:
        url = deploy_function(local, "broken", code="import not_in_the_zip")

        reply = httpx2.get(url, timeout=10)

        assert (reply.status_code, reply.json()) == (
            502,
            {
                "Message": "The function 'broken' cannot run: it ended with exit code 1 before it was ready. "
                "Its output is in `terrachat local logs`."
            },
        )
        assert local.logged("broken: ModuleNotFoundError: No module named 'not_in_the_zip'")

    def test_every_part_still_counts_as_running(self, local: Running) -> None:
        deploy_function(local, "any")

        assert [part.state for part in lifecycle.part_status(local.target)][1:] == ["running"] * 2

    def test_a_deleted_function_is_gone(self, local: Running) -> None:
        url = deploy_function(local, "deleted")
        local.client("lambda").delete_function(FunctionName="deleted")

        assert httpx2.get(url).status_code == 404


def test_every_wire_answers_from_the_real_model(tmp_path: Path) -> None:
    started = lifecycle.start(tmp_path, leashed=True)
    deploy_endpoint(started.target)
    real = Running(started.target, tmp_path, FakeModel())
    with ThreadPoolExecutor() as pool:
        answers = [
            pool.submit(lambda: text_of_events(b"".join(invoke_stream(real, "Say hello.")))),
            pool.submit(lambda: text_of_converse(converse_stream(real, "Say hello."))),
            pool.submit(lambda: text_of_chunks(ask(openai_client(real), "Say hello.", stream=True, max_tokens=24))),
        ]
        texts = [answer.result(timeout=60) for answer in answers]
    started.close()

    assert all(texts), texts


def client(service: str, url: str, region: str) -> Any:
    return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=region).client(
        service,  # type: ignore[call-overload]
        endpoint_url=url,
        config=Config(retries={"total_max_attempts": 1}),
    )


def deploy_endpoint(target: LocalTarget) -> None:
    sagemaker = client("sagemaker", target.control_url, "us-east-1")
    role = "arn:aws:iam::123456789012:role/demo"
    sagemaker.create_model(ModelName="demo", ExecutionRoleArn=role, PrimaryContainer={"Image": "any"})
    create_endpoint_config(sagemaker, "demo", "ml.g5.2xlarge")
    sagemaker.create_endpoint(EndpointName="demo", EndpointConfigName="demo")


def create_endpoint_config(sagemaker: Any, name: str, instance_type: str) -> None:
    variant = {
        "VariantName": "main",
        "ModelName": "demo",
        "InstanceType": instance_type,
        "InitialInstanceCount": 1,
    }
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])


def deploy_function(
    local: Running,
    name: str,
    environment: dict[str, str] | None = None,
    *,
    code: str = HANDLER,
    timeout: int = 30,
) -> str:
    """Deploy `code` behind a shell script, as the handler is deployed; return its URL."""
    iam, functions = local.client("iam"), local.client("lambda")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    functions.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.11",
        Handler="run.sh",
        Timeout=timeout,
        Code={"ZipFile": make_zip(code)},
        Environment={"Variables": environment or {}},
        Layers=["arn:aws:lambda:us-east-1:753240598075:layer:LambdaAdapterLayerX86:25"],
    )
    config = functions.create_function_url_config(FunctionName=name, AuthType="AWS_IAM", InvokeMode="RESPONSE_STREAM")
    assert config["FunctionUrl"] == f"{local.target.data_url}/lambda-url/{name}/"
    return str(config["FunctionUrl"])


def make_zip(code: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        script = zipfile.ZipInfo("run.sh")
        script.external_attr = 0o100755 << 16
        archive.writestr(script, "#!/bin/sh\nexec python3 main.py\n")
        archive.writestr("main.py", code)
    return target.getvalue()


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
