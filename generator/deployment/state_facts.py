"""What Terraform's state says of endpoints and secrets. Pure.

In: the state as `Terraform.state` returns it. Out: names, by the Terraform name of a model, and secrets' ARNs. Separate
because the state is everybody's secret: only what is named here is ever taken from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_ENDPOINT = "aws_sagemaker_endpoint"
_CONFIG = "aws_sagemaker_endpoint_configuration"


def config_names(state: Mapping[str, Any]) -> Mapping[str, str]:
    """The endpoint configuration that was applied for each model.

    Taken from the configuration and not from the endpoint: after an update that AWS rolled back, the provider reads the
    old name back into the endpoint's attributes (hashicorp/terraform-provider-aws #46663).
    """
    return {name: attributes["name"] for name, attributes, _ in _instances(state, _CONFIG)}


def endpoint_names(state: Mapping[str, Any]) -> Mapping[str, str]:
    """The endpoint that Terraform owns for each model."""
    return {name: attributes["name"] for name, attributes, _ in _instances(state, _ENDPOINT)}


def tainted_endpoints(state: Mapping[str, Any]) -> Mapping[str, str]:
    """The endpoints whose creation was cut short: the next apply would delete and create them."""
    return {name: attributes["name"] for name, attributes, status in _instances(state, _ENDPOINT) if status}


def has_resource(state: Mapping[str, Any], type_: str, name: str) -> bool:
    """Whether the state holds this managed resource."""
    return any(found == name for found, _, _ in _instances(state, type_))


def secret_arn(state: Mapping[str, Any], address: str) -> str:
    """The ARN of the secret that a resource is, or is a version of; empty where the state does not hold it."""
    type_, _, name = address.partition(".")
    found = (attributes for each, attributes, _ in _instances(state, type_) if each == name)
    return next((str(attributes["arn"]) for attributes in found), "")


def outputs(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """The root module's outputs, without the sensitive ones."""
    found = state.get("outputs", {})
    return {name: output["value"] for name, output in found.items() if not output.get("sensitive")}


def _instances(state: Mapping[str, Any], type_: str) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Name, attributes and `tainted` or nothing, of each current resource of a type."""
    for resource in state.get("resources", []):
        if resource["mode"] != "managed" or resource["type"] != type_:
            continue
        for instance in resource["instances"]:
            if "deposed" not in instance:  # what create_before_destroy has replaced and not deleted yet
                yield resource["name"], instance["attributes"], instance.get("status", "")
