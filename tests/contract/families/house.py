r"""The real handler, on a socket, before a real data plane: what every family's contract is tested with.

    client -> handler (uvicorn, as run.sh starts it) -> local data plane -> scripted model
                                                     \-> SSM, Secrets Manager, DescribeEndpoint (a fake)

In: nothing; the families are in `families.py`. Out: a `House` with the addresses, what the model was asked, and the
switch for faults. The environment is the one that Terraform and the function host give a deployed handler. All of it
runs in threads of this process: no emulator is started, so a module of tests costs a second.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chat_handler.app import create_app
from chat_handler.aws import AwsClients
from chat_handler.logs import JsonFormatter
from generator.local.account.account_file import AccountFile
from generator.local.data_plane import DataPlane, Surroundings
from generator.local.rehearsals import Rehearsals
from generator.local.target import LocalTarget
from tests.contract.families.scripted_model import Asked, ScriptedModel
from tests.unit.chat_handler.fake_server import FakeServer, Reply, Request, json_reply
from tests.unit.chat_handler.stage import no_sleep, secret, served, wait_until

REGION = "us-east-1"
_SEED = 20261122


@dataclass(frozen=True)
class House:
    """All of it, running.

    Attributes:
        url: the handler's.
        control: what answers for SSM, Secrets Manager and DescribeEndpoint.
        http: a client for the handler.
        log: what the handler writes to its log.
        aws: the handler's clients, which take longer to make than a handler.

    """

    url: str
    data_url: str
    control: FakeServer
    model: ScriptedModel
    http: httpx2.Client
    log: io.StringIO
    aws: AwsClients

    @contextlib.contextmanager
    def fault(self, wire: str, kind: str, **fields: Any) -> Iterator[None]:
        """A fault of the data plane, for as long as the block lasts."""
        body = {"wire": wire, "kind": kind, **fields}
        reply = self.http.put(f"{self.data_url}/faults", json=body)
        assert reply.status_code == 200, reply.text
        try:
            yield
        finally:
            self.http.delete(f"{self.data_url}/faults")

    @contextlib.contextmanager
    def deployed(self, records: list[dict[str, Any]], keys: Any) -> Iterator[House]:
        """The same house with another deployment: a handler that has answered nothing yet.

        Not for models that LangChain carries: it keeps a client for each address, which dies with its event loop.
        """
        before = dict(self.control.replies)
        self.control.replies |= control_replies(records, keys)
        self.control.requests.clear()
        try:
            with _handler(self.aws) as (url, http, log):
                yield dataclasses.replace(self, url=url, http=http, log=log)
        finally:
            self.control.replies = before

    @contextlib.contextmanager
    def asked(self) -> Iterator[list[Asked]]:
        """What the model is asked in the block; filled while it runs."""
        before = len(self.model.requests)
        arrived: list[Asked] = []
        try:
            yield arrived
        finally:
            arrived.extend(self.model.requests[before:])

    def logged(self, request_id: str) -> dict[str, Any]:
        """The log's one line about a request, which is written when the reply has been sent."""
        wait_until(lambda: bool(self._lines("request_id", request_id)), "the request is logged")
        (line,) = self._lines("request_id", request_id)
        return line

    def requests_logged(self, model: str) -> list[dict[str, Any]]:
        """The log's lines about the requests for one model, of which there must be at least one."""
        wait_until(lambda: bool(self._lines("model", model)), "a request is logged")
        return self._lines("model", model)

    def _lines(self, name: str, value: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in lines if line.get(name) == value]


@contextlib.contextmanager
def running(folder: Path, records: list[dict[str, Any]], keys: Mapping[str, Any]) -> Iterator[House]:
    """A house whose deployment has these models and these keys."""
    with contextlib.ExitStack() as parts:
        model = parts.enter_context(ScriptedModel().running())
        control = parts.enter_context(FakeServer().running())
        control.replies |= control_replies(records, keys)
        target = _data_plane(folder, control.url, model.url, parts)
        _enter(parts.enter_context(pytest.MonkeyPatch.context()), target)
        aws = AwsClients(REGION)
        url, http, log = parts.enter_context(_handler(aws))
        yield House(url, target.data_url, control, model, http, log, aws)


@contextlib.contextmanager
def _handler(aws: AwsClients) -> Iterator[tuple[str, httpx2.Client, io.StringIO]]:
    """A handler on a socket: its address, a client for it, and its log."""
    with (
        _logging_as_it_was(),
        served(create_app(sleep=no_sleep, aws=aws)) as url,
        httpx2.Client(base_url=url, trust_env=False, timeout=30) as http,
    ):
        yield url, http, _log()


def control_replies(records: list[dict[str, Any]], keys: Any) -> dict[str, Reply | Callable[[Request], Reply]]:
    """What AWS's control plane answers where everything is well."""
    listed = [{"Name": f"/terrachat/demo/models/{one['id']}", "Value": json.dumps(one)} for one in records]
    return {
        "GetParametersByPath": json_reply({"Parameters": listed}),
        "GetSecretValue": secret(keys),
        "DescribeEndpoint": json_reply({"EndpointStatus": "InService"}),
    }


def _data_plane(folder: Path, control_url: str, model_url: str, parts: contextlib.ExitStack) -> LocalTarget:
    plane = DataPlane()
    parts.callback(plane.close)
    target = LocalTarget("families", 1, "2026-11-22T00:00:00Z", control_url, plane.url, model_url)
    plane.start(
        Surroundings(
            model_url=lambda: target.model_url,
            endpoint_status=lambda _region, _name: "InService",
            deployed_function=lambda _name: None,
            find_schedule=lambda _group, _name: None,
            rehearsals=Rehearsals(),
            account=AccountFile(folder / "account.yaml"),
            aws_environment=target.aws_environment,
            functions=folder / "functions",
            seed=_SEED,
        )
    )
    return target


def _enter(environment: pytest.MonkeyPatch, target: LocalTarget) -> None:
    """What Terraform gives the function, and what the function host adds."""
    variables = {
        **target.aws_environment(REGION),
        "TERRACHAT_DEPLOYMENT": "demo",
        "TERRACHAT_API_KEYS_SECRET_ARN": f"arn:aws:secretsmanager:{REGION}:123456789012:secret:keys-abcdef",
        "TERRACHAT_PROVIDERS_URL": target.data_url,
    }
    for name, value in variables.items():
        environment.setenv(name, value)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "AWS_PROFILE"):
        environment.delenv(name, raising=False)


@contextlib.contextmanager
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def _log() -> io.StringIO:
    """Where the handler's log goes from now on."""
    written = io.StringIO()
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and isinstance(handler.formatter, JsonFormatter):
            handler.setStream(written)
    return written
