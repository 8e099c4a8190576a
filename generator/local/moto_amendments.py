"""What moto 5.2.5 needs changed before Terraform's AWS provider 5.100 can apply a whole deployment to it.

Each amendment is one function that says what moto does, what AWS does, and how the difference shows. All were seen on
2026-11-22 with a second `terraform plan` that was not empty, or an apply that retried for minutes. They replace
attributes of moto's classes, so they hold for the whole process: only the supervisor and tests that are an embedded
AWS call `amend`. Separate from `control_plane.py` so that each can be deleted when moto catches up.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

import boto3
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.awslambda.models import FunctionUrlConfig, LambdaFunction
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.config import default_user_config
from moto.core.responses import ActionResult, BaseResponse
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpointConfig
from moto.sagemaker.responses import SageMakerResponse
from moto.secretsmanager.models import FakeSecret


def amend(data_url: str) -> None:
    """Apply all amendments. Function URLs will point to `data_url`."""
    _stay_on_this_machine()
    _accept_every_instance_type_of_the_api()
    _update_endpoints()
    _list_tags_of_scalable_targets()
    _leave_out_what_was_not_set()
    _keep_how_functions_log()
    _keep_a_secrets_own_labels()
    _serve_function_urls_at(data_url)
    _accept_layers_of_others()


def _stay_on_this_machine() -> None:
    """Moto starts Docker containers for Lambda and Batch, and reads 400 AMIs at the first EC2 call.

    Functions are run by our function host. Without Docker, moto answers every Invoke with a made-up success; an
    answer that nothing computed is worse than none.
    """

    def invoke(*_: Any, **__: Any) -> None:
        raise NotImplementedError("functions run behind their URL only: call the function URL instead")

    _replace(LambdaSimpleBackend, "invoke", invoke)
    default_user_config["lambda"] = {"use_docker": False}
    default_user_config["batch"] = {"use_docker": False}
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"


def _accept_every_instance_type_of_the_api() -> None:
    """Moto's list of SageMaker instance types is from 2019 and lacks every GPU that serves a language model.

    botocore carries the API's own enumeration, which is also what the real service validates against.
    """
    known = frozenset(_instance_types())

    def validate_instance_type(_self: FakeEndpointConfig, instance_type: str) -> None:
        if instance_type not in known:
            raise ValidationError(
                message=f"Value '{instance_type}' at 'instanceType' failed to satisfy constraint: "
                f"Member must satisfy enum value set: {sorted(known)}"
            )

    _replace(FakeEndpointConfig, "validate_instance_type", validate_instance_type)


def _instance_types() -> list[str]:
    session = boto3.Session(aws_access_key_id="-", aws_secret_access_key="-", region_name="us-east-1")  # noqa: S106
    model = session.client("sagemaker").meta.service_model
    shape: Any = model.shape_for("ProductionVariantInstanceType")
    return list(shape.enum)


def _update_endpoints() -> None:
    """Moto has no UpdateEndpoint, which is how the provider gives an endpoint its new configuration.

    AWS keeps what is not the configuration's: name, tags, creation time.
    """

    def update_endpoint(self: SageMakerResponse) -> ActionResult:
        backend, name = self.sagemaker_backend, self._get_param("EndpointName")
        backend.describe_endpoint(name)  # raises as AWS does where there is no such endpoint
        old = backend.endpoints[name]
        new = backend.create_endpoint(name, self._get_param("EndpointConfigName"), old.tags)
        new.creation_time = old.creation_time
        return ActionResult({"EndpointArn": new.arn})

    SageMakerResponse.update_endpoint = update_endpoint  # type: ignore[attr-defined]  # moto has none


def _list_tags_of_scalable_targets() -> None:
    """Moto does not know Application Auto Scaling's ListTagsForResource and answers 500.

    The provider reads tags after every create and retries a 500 for minutes.
    """

    def list_tags_for_resource(_self: ApplicationAutoScalingResponse) -> str:
        return '{"Tags": {}}'

    _replace(ApplicationAutoScalingResponse, "list_tags_for_resource", list_tags_for_resource)


def _leave_out_what_was_not_set() -> None:
    """Moto answers `"DataCaptureConfig": {}` and the like for fields that AWS leaves out when they are not set.

    The provider reads an empty block as one that somebody added outside Terraform, which forces a replacement.
    """
    for operation in ("describe_endpoint_config", "describe_model"):
        _filter_result(SageMakerResponse, operation)


def _filter_result(response: type[BaseResponse], operation: str) -> None:
    original = getattr(response, operation)

    @functools.wraps(original)
    def filtered(self: BaseResponse) -> ActionResult:
        return ActionResult(_without_empty(original(self).result))

    _replace(response, operation, filtered)


def _without_empty(result: Any) -> Any:
    if not isinstance(result, dict):
        return result
    return {key: value for key, value in result.items() if value not in (None, "", {}, [])}


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

    _replace(LambdaFunction, "__init__", init)
    _replace(LambdaFunction, "update_configuration", update_configuration)
    _replace(LambdaFunction, "get_configuration", get_configuration)


def _serve_function_urls_at(data_url: str) -> None:
    """Moto invents function URLs under on.aws, where nothing of ours answers; the data plane does, by name."""
    original = FunctionUrlConfig.__init__

    @functools.wraps(original)
    def init(self: FunctionUrlConfig, function: Any, config: dict[str, Any]) -> None:
        original(self, function, config)
        self.url = f"{data_url}/lambda-url/{function.function_name}/"

    _replace(FunctionUrlConfig, "__init__", init)


def _keep_a_secrets_own_labels() -> None:
    """Moto drops every label of a version when a newer one becomes current; AWS drops only AWSCURRENT.

    A label of one's own keeps the first version in existence on AWS. Without it here, the version that Terraform
    created would be gone after two new values, and the next apply would put the first value back.
    """
    original = FakeSecret.reset_default_version

    @functools.wraps(original)
    def reset_default_version(self: Any, secret_version: dict[str, Any], version_id: str) -> None:
        kept = {each: _own_labels(version) for each, version in self.versions.items()}
        original(self, secret_version, version_id)
        for each, labels in kept.items():
            present = self.versions[each]["version_stages"]
            present += [label for label in labels if label not in present]

    _replace(FakeSecret, "reset_default_version", reset_default_version)


def _own_labels(version: dict[str, Any]) -> list[str]:
    return [label for label in version["version_stages"] if not label.startswith("AWS")]


def _accept_layers_of_others() -> None:
    """Moto knows only layers that were published to it; AWS's own and other people's public ones are not.

    The deployed function names the Lambda Web Adapter's layer, whose part the function host plays.
    """

    def layers(_self: LambdaFunction, arns: list[str]) -> list[dict[str, Any]]:
        return [{"Arn": arn, "CodeSize": 0} for arn in arns]

    _replace(LambdaFunction, "_get_layers_data", layers)


def _replace(owner: type, name: str, function: Callable[..., Any]) -> None:
    setattr(owner, name, function)
