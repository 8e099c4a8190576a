"""Lambda: what moto 5.2.5 does otherwise than AWS, and what the function host does in its place."""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import FunctionUrlConfig, LambdaFunction
from moto.awslambda.responses import LambdaResponse
from moto.awslambda.urls import url_paths
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.responses import ActionResult

from generator.local.moto_amendments.replacing import replace


def amend(data_url: str) -> None:
    """Function URLs will point to `data_url`."""
    _run_no_function()
    _keep_how_functions_log_and_start()
    _keep_started_instances()
    _serve_function_urls_at(data_url)
    _accept_layers_of_others()


def _run_no_function() -> None:
    """Functions are run by our function host. Without Docker, moto answers every Invoke with a made-up success; an
    answer that nothing computed is worse than none.
    """

    def invoke(*_: Any, **__: Any) -> None:
        raise NotImplementedError("functions run behind their URL only: call the function URL instead")

    replace(LambdaSimpleBackend, "invoke", invoke)


def _keep_how_functions_log_and_start() -> None:
    """Moto forgets a function's LoggingConfig and SnapStart, so every plan wants to set them again.

    AWS makes snapshots of published versions, which takes minutes; here they are there as soon as they are asked for.
    """
    create, update = LambdaFunction.__init__, LambdaFunction.update_configuration
    describe = LambdaFunction.get_configuration

    @functools.wraps(create)
    def init(self: Any, account_id: str, spec: dict[str, Any], *rest: Any, **named: Any) -> None:
        create(self, account_id, spec, *rest, **named)
        self.logging_config = {"LogFormat": "Text", "LogGroup": self.logs_group_name}
        self.logging_config.update(spec.get("LoggingConfig") or {})
        self.snap_start = spec.get("SnapStart") or {"ApplyOn": "None"}

    @functools.wraps(update)
    def update_configuration(self: Any, config_updates: dict[str, Any]) -> dict[str, Any]:
        self.logging_config.update(config_updates.get("LoggingConfig") or {})
        self.snap_start = config_updates.get("SnapStart") or self.snap_start
        return dict(update(self, config_updates))

    @functools.wraps(describe)
    def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:
        is_snapshot = self.snap_start["ApplyOn"] == "PublishedVersions" and str(self.version) != "$LATEST"
        started = {**self.snap_start, "OptimizationStatus": "On" if is_snapshot else "Off"}
        return {**describe(self, on_create), "LoggingConfig": self.logging_config, "SnapStart": started}

    replace(LambdaFunction, "__init__", init)
    replace(LambdaFunction, "update_configuration", update_configuration)
    replace(LambdaFunction, "get_configuration", get_configuration)


def _keep_started_instances() -> None:
    """Moto has no provisioned concurrency. Nothing starts ahead here: the number is kept, and said to be ready."""

    def put(self: LambdaResponse) -> ActionResult:
        started = self.json_body["ProvisionedConcurrentExecutions"]
        _started(self)[_qualified(self)] = started
        return ActionResult(_as_started(started))

    def get(self: LambdaResponse) -> ActionResult:
        if (started := _started(self).get(_qualified(self))) is None:
            raise _NotStartedError
        return ActionResult(_as_started(started))

    def delete(self: LambdaResponse) -> ActionResult:
        _started(self).pop(_qualified(self), None)
        return ActionResult({})

    url_paths[r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/provisioned-concurrency/?$"] = (
        LambdaResponse.dispatch
    )
    replace(LambdaResponse, "put_provisioned_concurrency_config", put)
    replace(LambdaResponse, "get_provisioned_concurrency_config", get)
    replace(LambdaResponse, "delete_provisioned_concurrency_config", delete)


class _NotStartedError(LambdaClientError):
    def __init__(self) -> None:
        super().__init__(
            "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function"
        )


def _started(response: LambdaResponse) -> dict[tuple[str, str], int]:
    """The instances that are kept started, by function and qualifier; they are kept with the region's backend."""
    backend: Any = response.backend
    if not hasattr(backend, "started_instances"):
        backend.started_instances = {}
    started: dict[tuple[str, str], int] = backend.started_instances
    return started


def _qualified(response: LambdaResponse) -> tuple[str, str]:
    """Which function and qualifier a request is about; AWS refuses those that do not exist."""
    name, qualifier = unquote(response.path.split("/")[-2]), str(response._get_param("Qualifier"))
    response.backend.get_function(name, qualifier)
    return name, qualifier


def _as_started(number: int) -> dict[str, Any]:
    return {
        "RequestedProvisionedConcurrentExecutions": number,
        "AvailableProvisionedConcurrentExecutions": number,
        "AllocatedProvisionedConcurrentExecutions": number,
        "Status": "READY",
        "LastModified": "2026-01-01T00:00:00+0000",
    }


def _serve_function_urls_at(data_url: str) -> None:
    """Moto invents function URLs under on.aws, where nothing of ours answers; the data plane does, by name."""
    original = FunctionUrlConfig.__init__

    @functools.wraps(original)
    def init(self: FunctionUrlConfig, function: Any, config: dict[str, Any]) -> None:
        original(self, function, config)
        self.url = f"{data_url}/lambda-url/{function.function_name}/"

    replace(FunctionUrlConfig, "__init__", init)


def _accept_layers_of_others() -> None:
    """Moto knows only layers that were published to it; AWS's own and other people's public ones are not.

    The deployed function names the Lambda Web Adapter's layer, whose part the function host plays.
    """

    def layers(_self: LambdaFunction, arns: list[str]) -> list[dict[str, Any]]:
        return [{"Arn": arn, "CodeSize": 0} for arn in arns]

    replace(LambdaFunction, "_get_layers_data", layers)
