"""The JumpStart models that a catalog names: from the lock folder, else from AWS, which then go into the folder.

In: ids with versions, and a region. Out: a `JumpStartModel` for each. A version's document never changes, so that what
was read once is kept beside the catalog, one JSON file each: `generate` then works offline and in CI, and a deployment
cannot change because AWS was asked at another time. The only module that asks SageMaker for hub contents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from generator import aws_calls
from generator.errors import AwsError, PlanningError
from generator.families.jumpstart import JumpStartModel, parse_model
from generator.json_files import write_json

_HUB = "SageMakerPublicHub"

ModelVersion = tuple[str, str]


def resolve(
    models: Iterable[ModelVersion], region: str, folder: Path, *, client: Any = None
) -> Mapping[ModelVersion, JumpStartModel]:
    """The models called by (id, version), each once, as they are in `region`.

    `folder` is the lock folder; it is made, and written, when AWS had to be asked. `client` is a boto3 client of
    `sagemaker`, made when it is first needed. Raises AwsError, naming the model and what to do, where AWS cannot be
    asked or does not have it, and where its document is not one that can be deployed; PlanningError where a file of
    the lock folder is damaged.
    """
    hub = _Hub(region, client)
    return {(model_id, version): _model(hub, model_id, version, folder) for model_id, version in dict.fromkeys(models)}


def lock_file(folder: Path, model_id: str, version: str, region: str) -> Path:
    """Where the document of one model's version is kept: its image and weights differ between regions."""
    return folder / f"{model_id}-{version}.{region}.json"


class _Hub:
    """JumpStart's public hub in one region."""

    def __init__(self, region: str, client: Any) -> None:
        self.region = region
        self._client = client

    def document(self, model_id: str, version: str) -> str:
        what = f"Asking JumpStart for {model_id!r}, version {version!r}, in {self.region!r}"
        try:
            with aws_calls.calling(what):
                self._client = self._client or aws_calls.client("sagemaker", self.region)
                answer = self._client.describe_hub_content(
                    HubName=_HUB, HubContentType="Model", HubContentName=model_id, HubContentVersion=version
                )
        except AwsError as error:
            if isinstance(error.__cause__, Exception) and aws_calls.error_code(error.__cause__) == "ResourceNotFound":
                raise AwsError(error.message, hint=_where_to_look(model_id)) from error
            raise
        return str(answer["HubContentDocument"])


def _where_to_look(model_id: str) -> str:
    versions = f"aws sagemaker list-hub-content-versions --hub-name {_HUB} --hub-content-type Model"
    return f"Look up the versions that there are: {versions} --hub-content-name {model_id}"


def _model(hub: _Hub, model_id: str, version: str, folder: Path) -> JumpStartModel:
    file = lock_file(folder, model_id, version, hub.region)
    locked = _read(file)
    text = hub.document(model_id, version) if locked is None else locked
    try:
        document = json.loads(text)
        model = parse_model(model_id, version, document)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        subject = f"JumpStart's {model_id!r}, version {version!r}, cannot be used"
        if locked is None:
            raise AwsError(f"{subject}: {error}", hint="Choose another model or version.") from error
        hint = "Delete the file: it is then read from AWS again."
        raise PlanningError(f"{subject}: {str(file)!r}: {error}", hint=hint) from error
    if locked is None:
        with suppress(OSError):  # a read-only checkout: the next run asks AWS again, and gets the same
            write_json(file, document)
    return model


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise PlanningError(f"{str(file)!r} cannot be read: {error}", hint="Make it readable, or delete it.") from error
