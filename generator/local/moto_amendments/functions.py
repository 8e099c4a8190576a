"""Lambda: what moto 5.2.5 does otherwise than AWS, and what the function host does in its place."""

from __future__ import annotations

import functools
from typing import Any

from moto.awslambda.models import FunctionUrlConfig, LambdaFunction
from moto.awslambda_simple.models import LambdaSimpleBackend

from generator.local.moto_amendments.replacing import replace


def amend(data_url: str) -> None:
    """Function URLs will point to `data_url`."""
    _run_no_function()
    _keep_how_functions_log()
    _serve_function_urls_at(data_url)
    _accept_layers_of_others()


def _run_no_function() -> None:
    """Functions are run by our function host. Without Docker, moto answers every Invoke with a made-up success; an
    answer that nothing computed is worse than none.
    """

    def invoke(*_: Any, **__: Any) -> None:
        raise NotImplementedError("functions run behind their URL only: call the function URL instead")

    replace(LambdaSimpleBackend, "invoke", invoke)


def _keep_how_functions_log() -> None:
    """Moto forgets a function's LoggingConfig, so every plan wants to set it again."""
    create, update = LambdaFunction.__init__, LambdaFunction.update_configuration
    describe = LambdaFunction.get_configuration

    @functools.wraps(create)
    def init(self: Any, account_id: str, spec: dict[str, Any], *rest: Any, **named: Any) -> None:
        create(self, account_id, spec, *rest, **named)
        self.logging_config = {"LogFormat": "Text", "LogGroup": self.logs_group_name}
        self.logging_config.update(spec.get("LoggingConfig") or {})

    @functools.wraps(update)
    def update_configuration(self: Any, config_updates: dict[str, Any]) -> dict[str, Any]:
        self.logging_config.update(config_updates.get("LoggingConfig") or {})
        return dict(update(self, config_updates))

    @functools.wraps(describe)
    def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:
        return {**describe(self, on_create), "LoggingConfig": self.logging_config}

    replace(LambdaFunction, "__init__", init)
    replace(LambdaFunction, "update_configuration", update_configuration)
    replace(LambdaFunction, "get_configuration", get_configuration)


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
