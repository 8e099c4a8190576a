"""Lambda function URLs of the local target, behind which deployed code runs."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import httpx2
import pytest

from generator.local import lifecycle
from tests.contract.local_clients import (
    Running,
)
from tests.unit.generator.local.waiting import until

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


def test_a_request_and_its_reply_pass_with_the_adapters_headers(local: Running) -> None:
    url = deploy_function(local, "echo")

    reply = httpx2.post(f"{url}a%2Fb?c=d%20e", content=b"body", headers={"x-mine": "yes"})

    seen = reply.json()
    context = json.loads(seen["headers"]["x-amzn-lambda-context"])
    assert (reply.status_code, seen["path"], seen["body"]) == (201, "/a%2Fb?c=d%20e", "body")
    assert seen["headers"]["x-mine"] == "yes"
    assert context["invoked_function_arn"] == "arn:aws:lambda:us-east-1:123456789012:function:echo"
    assert json.loads(seen["headers"]["x-amzn-request-context"])["accountId"] == "123456789012"


def test_it_sees_its_own_environment_and_no_package_of_ours(local: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE_ONLY", "not the function's")

    seen = httpx2.get(deploy_function(local, "looks", {"GREETING": "hi", "AWS_LWA_PORT": "1"})).json()

    environment = seen["environment"]
    assert environment["GREETING"] == "hi"
    assert environment["AWS_ENDPOINT_URL"] == local.target.control_url
    assert not {"MINE_ONLY", "HOME", "VIRTUAL_ENV", "PYTHONPATH"} & set(environment)
    assert not [path for path in seen["imports"] if "site-packages" in path]


def test_a_reader_who_leaves_ends_the_functions_stream(local: Running) -> None:
    url = deploy_function(local, "streams")

    with httpx2.stream("GET", f"{url}stream") as reply:
        assert next(reply.iter_bytes()).startswith(b"on ")

    until(lambda: local.logged("streams: the reader left"))


def test_a_function_that_died_is_started_again(local: Running) -> None:
    url = deploy_function(local, "dies")

    statuses = [httpx2.get(f"{url}{path}").status_code for path in ("", "die", "")]

    assert statuses == [201, 502, 201]
    assert local.logged("dies ended with exit code 9; starting it again")


def test_a_new_environment_is_a_new_process(local: Running) -> None:
    url = deploy_function(local, "changes", {"VERSION": "1"})
    first = httpx2.get(url).json()["environment"]["VERSION"]

    local.client("lambda").update_function_configuration(
        FunctionName="changes", Environment={"Variables": {"VERSION": "2"}}
    )

    assert (first, httpx2.get(url).json()["environment"]["VERSION"]) == ("1", "2")


def test_a_function_that_does_not_answer_in_time_is_given_up(local: Running) -> None:
    reply = httpx2.get(f"{deploy_function(local, 'hangs', timeout=1)}hang", timeout=10)

    assert (reply.status_code, reply.json()) == (504, {"Message": "Task timed out after 1 seconds"})


def test_a_function_that_cannot_start_says_why(local: Running) -> None:
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


def test_every_part_still_counts_as_running(local: Running) -> None:
    deploy_function(local, "any")

    assert [part.state for part in lifecycle.part_status(local.target)][1:] == ["running"] * 2


def test_a_deleted_function_is_gone(local: Running) -> None:
    url = deploy_function(local, "deleted")
    local.client("lambda").delete_function(FunctionName="deleted")

    assert httpx2.get(url).status_code == 404


def test_code_that_was_uploaded_through_s3_runs(local: Running) -> None:
    s3 = local.client("s3")
    s3.create_bucket(Bucket="functions")
    for code in ("not a zip, and not the version that is asked for", make_zip(HANDLER)):
        s3.put_object(Bucket="functions", Key="handler.zip", Body=code)

    url = deploy_function(local, "from-s3", zipped={"S3Bucket": "functions", "S3Key": "handler.zip"})

    assert httpx2.get(url).status_code == 201


def test_a_function_keeps_how_it_is_started(local: Running) -> None:
    """Snapshots are of published versions, and what is not said again stays."""
    functions = local.client("lambda")
    deploy_function(local, "snapped")

    changed = functions.update_function_configuration(
        FunctionName="snapped", SnapStart={"ApplyOn": "PublishedVersions"}, MemorySize=256
    )
    functions.update_function_configuration(FunctionName="snapped", MemorySize=512)
    published = functions.publish_version(FunctionName="snapped")

    assert changed["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    assert published["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}


def test_instances_that_are_kept_started_are_those_of_an_alias_that_exists(local: Running) -> None:
    functions = local.client("lambda")
    deploy_function(local, "ahead")
    version = functions.publish_version(FunctionName="ahead")["Version"]
    functions.create_alias(FunctionName="ahead", Name="live", FunctionVersion=version)
    live = {"FunctionName": "ahead", "Qualifier": "live"}

    asked = functions.put_provisioned_concurrency_config(**live, ProvisionedConcurrentExecutions=2)
    kept = functions.get_provisioned_concurrency_config(**live)
    functions.delete_provisioned_concurrency_config(**live)

    assert (asked["Status"], kept["AvailableProvisionedConcurrentExecutions"]) == ("READY", 2)
    with pytest.raises(functions.exceptions.ProvisionedConcurrencyConfigNotFoundException):
        functions.get_provisioned_concurrency_config(**live)
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.put_provisioned_concurrency_config(
            FunctionName="ahead", Qualifier="none", ProvisionedConcurrentExecutions=1
        )


def deploy_function(
    local: Running,
    name: str,
    environment: dict[str, str] | None = None,
    *,
    code: str = HANDLER,
    zipped: dict[str, Any] | None = None,
    timeout: int = 30,
) -> str:
    """Deploy `code` behind a shell script, or what `zipped` says as Lambda's API does; return its URL."""
    iam, functions = local.client("iam"), local.client("lambda")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    functions.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.11",
        Handler="run.sh",
        Timeout=timeout,
        Code=zipped or {"ZipFile": make_zip(code)},
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
