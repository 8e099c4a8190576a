"""Whether an image is in its registry: an image's URI taken apart, and the manifest that pulling it begins with.

In: an image in ECR. Out: its manifest, or why there is none; AwsError where ECR does not tell. ECR is asked for the
manifest and not about the image: a repository of another account, AWS's own too, allows that to whoever may pull, and
nothing else (jetstack/version-checker issue 167 and aws/sagemaker-python-sdk issue 4064, read on 2026-11-22:
DescribeImages is refused there). Separate because models' images and the chat page's are asked about alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.aws_calls import calling
from generator.errors import AwsError
from generator.preflight.scene import Scene

DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_ABSENT = frozenset({"ImageNotFound", "ImageTagDoesNotMatchDigest", "MissingDigestAndTag"})
_NO_REPOSITORY = "RepositoryNotFoundException"
# Without these ECR gives only manifests of Docker's older kinds. Source: botocore 1.44.5, ecr, BatchGetImageRequest.
_MANIFESTS = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
]


@dataclass(frozen=True)
class EcrImage:
    """An image's URI, taken apart. One of `tag` and `digest` is empty."""

    account: str
    region: str
    repository: str
    tag: str
    digest: str

    @classmethod
    def of(cls, uri: str) -> EcrImage:
        host, _, path = uri.partition("/")
        account, _, _, region, *_ = host.split(".")
        name, _, digest = path.partition("@")
        repository, _, tag = name.partition(":")
        return cls(account, region, repository, tag, digest)

    @property
    def label(self) -> str:
        return f"{self.repository}@{self.digest}" if self.digest else f"{self.repository}:{self.tag}"

    @property
    def asked(self) -> str:
        """Of whom it is asked."""
        return f"ecr BatchGetImage, {self.region}"

    @property
    def how_to_allow(self) -> str:
        """Two policies decide: that of whoever asks, and for another account's image that of its repository."""
        return (
            "Deploy all the same where you know that it is there. To have it checked, let whoever is signed in call "
            f"ecr:BatchGetImage; a repository of another account ({self.account}) must allow that to your account, too."
        )


@dataclass(frozen=True)
class Manifest:
    """What ECR has of an image: `absent` is why there is none, or None where there is one, with this `document`."""

    absent: str | None
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def architectures(self) -> frozenset[str]:
        """The processors that an index has images for, in the registry's words (amd64); none where it is no index."""
        listed = self.document.get("manifests")
        rows = listed if isinstance(listed, list) else []
        platforms = [each.get("platform") for each in rows if isinstance(each, dict)]
        found = {str(each.get("architecture")) for each in platforms if isinstance(each, dict)}
        return frozenset(found - {"unknown", "None"})  # "unknown" are a build's attestations


def manifest_of(scene: Scene, image: EcrImage) -> Manifest:
    """Look an image up as somebody who pulls it would. Raises AwsError."""
    ecr = scene.aws.client("ecr", image.region)
    wanted = {"imageDigest": image.digest} if image.digest else {"imageTag": image.tag}
    try:
        with calling(f"BatchGetImage of {image.label!r}"):
            found = ecr.batch_get_image(
                registryId=image.account,
                repositoryName=image.repository,
                imageIds=[wanted],
                acceptedMediaTypes=_MANIFESTS,
            )
    except AwsError as error:
        if error.code == _NO_REPOSITORY:
            return Manifest(f"there is no repository {image.repository!r}")
        raise
    if found.get("images"):
        return Manifest(None, _document(found["images"][0].get("imageManifest", "")))
    failure: Mapping[str, str] = next(iter(found.get("failures", ())), {})
    code = failure.get("failureCode", "")
    if code and code not in _ABSENT:
        raise AwsError(
            f"BatchGetImage of {image.label!r} failed: {code}: {failure.get('failureReason', '')}", code=code
        )
    return Manifest(str(failure.get("failureReason") or "it is not there"))


def _document(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
