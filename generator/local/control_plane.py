"""The emulated AWS control plane: moto's server in this process, on one loopback port for every service.

In: the address of the data plane, which function URLs must carry, and the account file, which says how the account
stands apart from what is emulated. Out: an address for `AWS_ENDPOINT_URL`, and in-process answers to what the data
plane asks: is this SageMaker endpoint in service, what was deployed as this Lambda function, and what does this
schedule do. State is in memory and ends with the process.

Only this module and the package `moto_amendments` import moto.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from moto.awslambda.models import LambdaFunction
from moto.awslambda_simple.models import lambda_simple_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.sagemaker.models import sagemaker_backends
from moto.scheduler.models import scheduler_backends
from werkzeug.serving import make_server

from generator.local.account.account_file import AccountFile
from generator.local.aws_errors import Environ, StartResponse, WsgiApp, call_of, refuse
from generator.local.intake import Turnstile, Whole
from generator.local.moto_amendments import amend
from generator.local.moto_amendments.iam import user_arn
from generator.local.refusals import RefusalGate
from generator.local.rehearsals import Rehearsals

ACCOUNT = DEFAULT_ACCOUNT_ID
_LOG = logging.getLogger("control plane")


@dataclass(frozen=True)
class DeployedFunction:
    """What the data plane needs to know of a deployed Lambda function.

    `code` is the zip as it was uploaded and `sha256` its hash as Lambda prints it; `timeout_s` and `memory_mib` are
    as configured.
    """

    name: str
    arn: str
    region: str
    code: bytes
    sha256: str
    handler: str
    runtime: str
    timeout_s: int
    memory_mib: int
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Schedule:
    """What a schedule does: the ARN of its target and the JSON that it hands over."""

    region: str
    target: str
    input: str


class ControlPlane:
    """A running control plane. Start it once per process: moto's state belongs to the process."""

    def __init__(self, data_url: str, rehearsals: Rehearsals, account: AccountFile) -> None:
        amend(data_url, rehearsals, account)
        emulator = _ReportDefects(Turnstile(DomainDispatcherApplication(create_backend_app)))
        application = Whole(RefusalGate(emulator, account, user_arn("aws", ACCOUNT)))
        self._server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_QuietRequests)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="control plane", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering. What was applied is gone with the process."""
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()


def endpoint_status(region: str | None, name: str) -> str | None:
    """The EndpointStatus of a SageMaker endpoint (`InService`, `Creating`, …), or None when there is none.

    Args:
        region: where the caller looks for it; None looks everywhere, for a request that is not signed.
        name: the endpoint's name, in any case, as SageMaker takes it.

    """
    for each, backend in list(sagemaker_backends[ACCOUNT].items()):
        for endpoint in list(backend.endpoints.values()):
            if region in (None, each) and endpoint.endpoint_name.lower() == name.lower():
                return str(backend.describe_endpoint(endpoint.endpoint_name)["EndpointStatus"])
    return None


def deployed_function(name: str) -> DeployedFunction | None:
    """The function deployed as `name` in any region, as it is now, or None.

    A function without a zip (a container image, say) counts as none: there is nothing that we could run.
    """
    for _, backend in list(lambda_simple_backends[ACCOUNT].items()):
        for function in list(backend.list_functions()):
            if function.function_name == name and getattr(function, "code_bytes", b""):
                return _describe(function)
    return None


def find_schedule(group: str, name: str) -> Schedule | None:
    """The EventBridge schedule `name` of `group` in any region, or None."""
    for region, backend in list(scheduler_backends[ACCOUNT].items()):
        found = backend.schedule_groups.get(group)
        if found is not None and name in found.schedules:
            schedule = found.schedules[name]
            return Schedule(region, str(schedule.target["Arn"]), str(schedule.target.get("Input") or "{}"))
    return None


def _describe(function: LambdaFunction) -> DeployedFunction:
    return DeployedFunction(
        name=function.function_name,
        arn=function.function_arn,
        region=function.region,
        code=function.code_bytes,
        sha256=function.code_sha_256,
        handler=function.handler or "",
        runtime=function.run_time or "",
        timeout_s=int(function.timeout),
        memory_mib=int(function.memory_size),
        environment=dict(function.environment_vars),
    )


class _QuietRequests(MotoRequestHandler):
    """Hundreds of requests make one `terraform apply`; a line for each would bury what matters in the local log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class _ReportDefects:
    """Logs a moto handler that raises, and answers in a way that no SDK repeats.

    moto answers 500, which Terraform's AWS provider retries for minutes before it says anything. 501 is final for
    every AWS SDK, and carries the reason to the person who waits.
    """

    def __init__(self, application: WsgiApp) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return self._application(environ, start_response)
        except Exception as defect:  # noqa: BLE001 - the outermost border of foreign handlers, whatever they raise
            call = call_of(environ)
            place = traceback.extract_tb(defect.__traceback__)[-1]
            _LOG.error("%s: %s: %s (%s:%s)", call, type(defect).__name__, defect, place.filename, place.lineno)
            said = f"the local target's emulator cannot do {call}: {defect}"
            return refuse(call, start_response, HTTPStatus.NOT_IMPLEMENTED, "NotImplemented", said)
