"""What a model of SageMaker JumpStart is: image, weights, environment, machines. A document of AWS's -> JumpStartModel.

Pure. AWS describes a version of a model in a JSON document (a hub content document) that never changes; this module
knows its keys, and generator.jumpstart where to get it.

Sources, read on 2026-11-22: aws/sagemaker-python-sdk, src/sagemaker/jumpstart/hub/interfaces.py (HubModelDocument,
schema 2.3.0) and sagemaker.core's HubContentDocument. Both spellings of a default (`Default`, `DefaultValue`) and of a
variant's properties (`ImageUri`, `image_uri`) are in use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

# The containers that take the messages wire, by a part of their image's name; TGI does from version 3 on
# (text-generation-inference, router/src/sagemaker.rs), LMI from 0.27 on.
_MESSAGES_IMAGES = re.compile(r"/(?:djl-inference:0\.(?:2[789]|[3-9]\d)|(?:huggingface-)?(?:vllm|sglang):)|-tgi3\.")


@dataclass(frozen=True)
class Variant:
    """What differs on one instance type, or on one family of them. `image` None is the model's own."""

    image: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class JumpStartModel:
    """One version of a model, in one region.

    `artifact` is the S3 URI of the weights: a prefix that ends with a slash, or one .tar.gz (`is_compressed`); None
    where the image brings or fetches them. `needs_eula` means that SageMaker wants `accept_eula`. `instance_types` are
    those that JumpStart supports, the default first. None for the timeouts, `volume_gib` and `inference_ami_version`
    leaves AWS's default.
    """

    model_id: str
    version: str
    image: str
    artifact: str | None
    is_compressed: bool
    environment: Mapping[str, str]
    instance_types: tuple[str, ...]
    network_isolation: bool
    needs_eula: bool
    startup_timeout_s: int | None = None
    download_timeout_s: int | None = None
    volume_gib: int | None = None
    inference_ami_version: str | None = None
    variants: Mapping[str, Variant] = field(default_factory=dict)

    @property
    def wire(self) -> Literal["messages", "generate"]:
        """What the image takes: `generate` is the older `inputs` and `parameters`."""
        return "messages" if _MESSAGES_IMAGES.search(self.image) else "generate"

    def on(self, instance_type: str) -> JumpStartModel:
        """The model as it is deployed on `instance_type`: its family's image and environment, then its own."""
        family = instance_type.rpartition(".")[0]
        chosen = self
        for key in (family.removeprefix("ml."), family, instance_type):
            if variant := self.variants.get(key):
                environment = {**chosen.environment, **variant.environment}
                chosen = replace(chosen, image=variant.image or chosen.image, environment=environment)
        return chosen


def parse_model(model_id: str, version: str, document: Mapping[str, Any]) -> JumpStartModel:
    """Read a hub content document.

    Raises ValueError, with what is wrong in words, for one that is not of this form, and for models that are sold on
    the AWS Marketplace: those are subscribed to, and have no image of their own to deploy.
    """
    if document.get("HostingModelPackageArn"):
        raise ValueError("it is sold on the AWS Marketplace, and such models cannot be deployed from a catalog yet")
    artifact = _text(document, "HostingPrepackedArtifactUri") or _text(document, "HostingArtifactUri")
    variants = document.get("HostingInstanceTypeVariants") or {}
    return JumpStartModel(
        model_id=model_id,
        version=version,
        image=_required(document, "HostingEcrUri"),
        artifact=artifact,
        is_compressed=_is_compressed(document, artifact),
        environment=dict(_environment(_list(document, "InferenceEnvironmentVariables"))),
        instance_types=_instance_types(document),
        network_isolation=bool(document.get("InferenceEnableNetworkIsolation")),
        needs_eula=bool(document.get("HostingEulaUri") or document.get("GatedBucket")),
        startup_timeout_s=_number(document, "ContainerStartupHealthCheckTimeout"),
        download_timeout_s=_number(document, "ModelDataDownloadTimeout"),
        volume_gib=_number(document, "InferenceVolumeSize"),
        inference_ami_version=_text(document, "InferenceAmiVersion"),
        variants=dict(_variants(variants.get("Variants") or {}, variants.get("Aliases") or {})),
    )


def _is_compressed(document: Mapping[str, Any], artifact: str | None) -> bool:
    said = _text(document, "HostingArtifactCompressionType")
    if artifact is None or said is None:
        return artifact is not None and not artifact.endswith("/")
    return said != "None"


def _instance_types(document: Mapping[str, Any]) -> tuple[str, ...]:
    default = _text(document, "DefaultInferenceInstanceType")
    supported = _list(document, "SupportedInferenceInstanceTypes")
    return tuple(dict.fromkeys(filter(None, (default, *map(str, supported)))))


def _environment(variables: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for variable in variables:
        default = variable.get("Default", variable.get("DefaultValue"))
        # An empty default stands for "to be set": given to a container, it hides the container's own.
        if default not in (None, ""):
            yield str(variable["Name"]), str(default)


def _variants(variants: Mapping[str, Any], aliases: Mapping[str, Any]) -> Iterator[tuple[str, Variant]]:
    for key, variant in variants.items():
        properties = variant.get("Properties") or variant.get("properties") or {}
        image = properties.get("ImageUri") or properties.get("image_uri")
        if isinstance(image, str) and image.startswith("$"):
            image = _required(aliases, image[1:])
        environment = properties.get("EnvironmentVariables") or properties.get("environment_variables") or {}
        yield key, Variant(image, {str(name): str(value) for name, value in environment.items()})


def _required(document: Mapping[str, Any], key: str) -> str:
    found = _text(document, key)
    if found is None:
        raise ValueError(f"its document has no {key}")
    return found


def _text(document: Mapping[str, Any], key: str) -> str | None:
    found = document.get(key)
    if found is not None and not isinstance(found, str):
        raise ValueError(f"{key} is expected to be a text, and is {type(found).__name__}")
    return found or None


def _number(document: Mapping[str, Any], key: str) -> int | None:
    found = document.get(key)
    return None if found is None else int(found)


def _list(document: Mapping[str, Any], key: str) -> list[Any]:
    found = document.get(key) or []
    if not isinstance(found, list):
        raise ValueError(f"{key} is expected to be a list, and is {type(found).__name__}")
    return found
