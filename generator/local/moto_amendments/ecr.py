"""Container images of registries that are not emulated: moto 5.2.5 has only what was pushed to it.

In: the account file. Out: every image of every registry exists unless the file says otherwise, be it AWS's or one's
own. A repository that was created here is moto's.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ecr.exceptions import ImageNotFoundException
from moto.ecr.responses import ECRResponse

from generator.local.account.account_file import AccountFile
from generator.local.moto_amendments.replacing import replace

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_ImageId = dict[str, str]


def amend(account: AccountFile) -> None:
    """Moto answers RepositoryNotFoundException for AWS's registry of Deep Learning Containers, which is there."""

    def batch_get_image(response: ECRResponse) -> dict[str, Any]:
        asked = response._get_param("imageIds") or []
        found = [each for each in asked if _exists(account, response, each)]
        missing = [each for each in asked if each not in found]
        return {
            "images": [_image(response, each) for each in found],
            "failures": [
                {"imageId": each, "failureCode": "ImageNotFound", "failureReason": "Requested image not found"}
                for each in missing
            ],
        }

    def describe_images(response: ECRResponse) -> dict[str, Any]:
        asked = response._get_param("imageIds") or []
        for each in asked:
            if not _exists(account, response, each):
                raise ImageNotFoundException(_named(each), _repository(response), _registry(response))
        return {"imageDetails": [_details(response, each) for each in asked]}

    _answer("batch_get_image", batch_get_image)
    _answer("describe_images", describe_images)


def _answer(operation: str, answer: Callable[[ECRResponse], dict[str, Any]]) -> None:
    original = getattr(ECRResponse, operation)

    @functools.wraps(original)
    def answered(self: ECRResponse) -> ActionResult:
        is_own = _registry(self) == self.current_account
        if is_own and self._get_param("repositoryName") in self.ecr_backend.repositories:
            emulated: ActionResult = original(self)
            return emulated
        return ActionResult(answer(self))

    replace(ECRResponse, operation, answered)


def _registry(response: ECRResponse) -> str:
    return str(response._get_param("registryId") or response.current_account)


def _repository(response: ECRResponse) -> str:
    return str(response._get_param("repositoryName"))


def _exists(account: AccountFile, response: ECRResponse, image: _ImageId) -> bool:
    return account.read().images.have(_repository(response), image.get("imageTag") or image.get("imageDigest", ""))


def _digest(response: ECRResponse, image: _ImageId) -> str:
    made_up = hashlib.sha256(f"{_repository(response)}:{image.get('imageTag')}".encode()).hexdigest()
    return image.get("imageDigest") or f"sha256:{made_up}"


def _image(response: ECRResponse, image: _ImageId) -> dict[str, Any]:
    return {
        "registryId": _registry(response),
        "repositoryName": _repository(response),
        "imageId": {**image, "imageDigest": _digest(response, image)},
        "imageManifest": json.dumps({"schemaVersion": 2, "mediaType": _MANIFEST}),
        "imageManifestMediaType": _MANIFEST,
    }


def _details(response: ECRResponse, image: _ImageId) -> dict[str, Any]:
    return {
        "registryId": _registry(response),
        "repositoryName": _repository(response),
        "imageDigest": _digest(response, image),
        "imageTags": [image["imageTag"]] if "imageTag" in image else [],
        "imageManifestMediaType": _MANIFEST,
    }


def _named(image: _ImageId) -> str:
    named = ", ".join(f"{key}:'{image.get(key, 'null')}'" for key in ("imageDigest", "imageTag"))
    return f"{{{named}}}"
