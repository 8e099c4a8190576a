"""SageMaker's models and endpoint configurations: what moto 5.2.5 does otherwise than AWS."""

from __future__ import annotations

import functools
from typing import Any

import boto3
from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import SagemakerClientError, ValidationError
from moto.sagemaker.models import FakeEndpointConfig, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import arn_formatter

from generator.local.moto_amendments.replacing import filter_result, replace, without_empty
from generator.local.rehearsals import Rehearsal, Rehearsals


def amend(rehearsals: Rehearsals) -> None:
    """CreateModel and CreateEndpointConfig can be refused by `rehearsals`."""
    _accept_every_instance_type_of_the_api()
    _keep_network_isolation(rehearsals)
    _create_configurations_once(rehearsals)
    _leave_out_what_was_not_set()
    _list_configurations_by_their_arn()


def refusal(rehearsal: Rehearsal, message: str) -> SagemakerClientError:
    """The error of an operation that is rehearsed to be refused."""
    error = SagemakerClientError(message)
    error.code = rehearsal.code
    return error


def already_exists(kind: str, type_in_arn: str, name: str, backend: SageMakerModelBackend) -> ValidationError:
    """AWS's refusal of a second thing of the same name (aws/sagemaker-python-sdk #101, in those words)."""
    arn = arn_formatter(type_in_arn, name, backend.account_id, backend.region_name)
    return ValidationError(message=f'Cannot create already existing {kind} "{arn}".')


def _accept_every_instance_type_of_the_api() -> None:
    """Moto's list of SageMaker instance types is from 2019 and lacks every GPU that serves a language model.

    botocore carries the API's own enumeration, which is also what the real service validates against.
    """
    known = instance_types()

    def validate_instance_type(_self: FakeEndpointConfig, instance_type: str) -> None:
        if instance_type not in known:
            raise ValidationError(
                message=f"Value '{instance_type}' at 'instanceType' failed to satisfy constraint: "
                f"Member must satisfy enum value set: {sorted(known)}"
            )

    replace(FakeEndpointConfig, "validate_instance_type", validate_instance_type)


@functools.cache
def instance_types() -> frozenset[str]:
    """All instance types that an endpoint may have, as the API enumerates them."""
    session = boto3.Session(aws_access_key_id="-", aws_secret_access_key="-", region_name="us-east-1")  # noqa: S106
    model = session.client("sagemaker").meta.service_model
    shape: Any = model.shape_for("ProductionVariantInstanceType")
    return frozenset(shape.enum)


def _keep_network_isolation(rehearsals: Rehearsals) -> None:
    """Moto forgets EnableNetworkIsolation, so every plan wants to replace the model; and it creates a model twice,
    which hides a name that does not change with what it names.
    """
    original = SageMakerResponse.create_model

    @functools.wraps(original)
    def create_model(self: SageMakerResponse) -> ActionResult:
        backend, name = self.sagemaker_backend, self._get_param("ModelName")
        _rehearse(rehearsals, "CreateModel", name)
        if name in backend._models:
            raise already_exists("model", "model", name, backend)
        answer: ActionResult = original(self)
        backend._models[name].enable_network_isolation = bool(self._get_param("EnableNetworkIsolation"))
        return answer

    replace(SageMakerResponse, "create_model", create_model)


def _create_configurations_once(rehearsals: Rehearsals) -> None:
    """Moto creates an endpoint configuration over an older one; with AWS that is the error that people meet most
    (hashicorp/terraform-provider-aws #21811).
    """
    original = SageMakerResponse.create_endpoint_config

    @functools.wraps(original)
    def create_endpoint_config(self: SageMakerResponse) -> ActionResult:
        backend, name = self.sagemaker_backend, self._get_param("EndpointConfigName")
        _rehearse(rehearsals, "CreateEndpointConfig", name)
        if name in backend.endpoint_configs:
            raise already_exists("endpoint configuration", "endpoint-config", name, backend)
        answer: ActionResult = original(self)
        return answer

    replace(SageMakerResponse, "create_endpoint_config", create_endpoint_config)


def _rehearse(rehearsals: Rehearsals, operation: Any, name: str) -> None:
    rehearsal = rehearsals.take(operation, name)
    if rehearsal is not None:
        raise refusal(rehearsal, rehearsal.failure_reason)


def _leave_out_what_was_not_set() -> None:
    """Moto answers `"DataCaptureConfig": {}` and the like for fields that AWS leaves out when they are not set.

    The provider reads an empty block as one that somebody added outside Terraform, which forces a replacement.
    """
    for operation in ("describe_endpoint_config", "describe_model"):
        filter_result(SageMakerResponse, operation, without_empty)


def _list_configurations_by_their_arn() -> None:
    """Moto keeps an endpoint configuration's ARN in a tuple, which GetResources of the tagging API then prints."""
    original = FakeEndpointConfig.__init__

    @functools.wraps(original)
    def init(self: Any, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        self.arn = self.endpoint_config_arn

    replace(FakeEndpointConfig, "__init__", init)
