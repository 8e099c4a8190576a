"""SageMaker's public hub of JumpStart models: moto 5.2.5 has no DescribeHubContent.

The hub is a catalog of AWS's own, which nobody can apply to an account. So every model id that is asked for exists
here, and its document has the real keys (sagemaker-core, jumpstart/hub/interfaces.py, HubModelDocument) and made-up
values: uncompressed weights under a prefix of AWS's bucket, served by the DJL-LMI container.
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.sagemaker.exceptions import ResourceNotFound
from moto.sagemaker.responses import SageMakerResponse

from generator.local.moto_amendments.replacing import replace

_PUBLIC_HUB = "SageMakerPublicHub"
_LATEST = "1.0.0"
_INSTANCE_TYPES = ["ml.g5.2xlarge", "ml.g5.12xlarge", "ml.g6.2xlarge"]


def amend() -> None:
    _describe_hub_content()


def _describe_hub_content() -> None:
    def describe_hub_content(self: SageMakerResponse) -> ActionResult:
        hub, kind, name = (self._get_param(key) for key in ("HubName", "HubContentType", "HubContentName"))
        if hub.rpartition("/")[2] != _PUBLIC_HUB or kind != "Model":
            raise ResourceNotFound(f"Hub content {name} of the type {kind} does not exist in the hub {hub}")
        return ActionResult(_content(name, self._get_param("HubContentVersion") or _LATEST, self.region))

    replace(SageMakerResponse, "describe_hub_content", describe_hub_content)


def _content(name: str, version: str, region: str) -> dict[str, Any]:
    hub = f"arn:aws:sagemaker:{region}:aws:hub"
    return {
        "HubContentName": name,
        "HubContentArn": f"{hub}-content/{_PUBLIC_HUB}/Model/{name}/{version}",
        "HubContentVersion": version,
        "HubContentType": "Model",
        "DocumentSchemaVersion": "2.0.0",
        "HubName": _PUBLIC_HUB,
        "HubArn": f"{hub}/{_PUBLIC_HUB}",
        "HubContentDocument": json.dumps(_document(name, version, region)),
        "HubContentStatus": "Available",
        "CreationTime": utcnow(),
    }


def _document(name: str, version: str, region: str) -> dict[str, Any]:
    return {
        "Url": f"https://huggingface.co/{name}",
        "MinSdkVersion": "2.189.0",
        "HostingEcrUri": f"763104351884.dkr.ecr.{region}.amazonaws.com/djl-inference:0.36.0-lmi20.0.0-cu128",
        "HostingArtifactUri": f"s3://jumpstart-cache-prod-{region}/{name}/artifacts/inference-prepack/v{version}/",
        "HostingArtifactS3DataType": "S3Prefix",
        "HostingArtifactCompressionType": "None",
        "HostingScriptUri": None,
        "InferenceDependencies": [],
        "InferenceEnvironmentVariables": [
            _variable("ENDPOINT_SERVER_TIMEOUT", "int", "3600"),
            _variable("HF_MODEL_ID", "text", "/opt/ml/model"),
            _variable("OPTION_MAX_MODEL_LEN", "int", "8192"),
        ],
        "TrainingSupported": False,
        "IncrementalTrainingSupported": False,
        "DefaultInferenceInstanceType": _INSTANCE_TYPES[0],
        "SupportedInferenceInstanceTypes": _INSTANCE_TYPES,
        "GatedBucket": False,
    }


def _variable(name: str, kind: str, default: str) -> dict[str, Any]:
    return {
        "Name": name,
        "Type": kind,
        "DefaultValue": default,
        "Scope": "container",
        "RequiredForModelClass": True,
    }
