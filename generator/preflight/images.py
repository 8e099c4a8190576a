"""Whether the container images that the deployment's endpoints start from are in their registries.

In: the plan's images, and ECR. Out: a finding for each entry. ECR is asked for the image's manifest, which is what
pulling it begins with: a repository of another account, AWS's own too, allows that to whoever may pull, and nothing
else (jetstack/version-checker issue 167 and aws/sagemaker-python-sdk issue 4064, read on 2026-11-22: DescribeImages is
refused there).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from generator.aws_calls import calling
from generator.catalog import OwnImage, SageMakerEntry
from generator.errors import AwsError
from generator.planning import EndpointPlan
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene

_ABSENT = frozenset({"ImageNotFound", "ImageTagDoesNotMatchDigest", "MissingDigestAndTag"})
_NO_REPOSITORY = "RepositoryNotFoundException"
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
# Without these ECR gives only manifests of Docker's older kinds. Source: botocore 1.44.5, ecr, BatchGetImageRequest.
_MANIFESTS = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
]


@dataclass(frozen=True)
class _Image:
    """An image's URI, taken apart. One of `tag` and `digest` is empty."""

    account: str
    region: str
    repository: str
    tag: str
    digest: str

    @classmethod
    def of(cls, uri: str) -> _Image:
        host, _, path = uri.partition("/")
        account, _, _, region, *_ = host.split(".")
        name, _, digest = path.partition("@")
        repository, _, tag = name.partition(":")
        return cls(account, region, repository, tag, digest)

    @property
    def label(self) -> str:
        return f"{self.repository}@{self.digest}" if self.digest else f"{self.repository}:{self.tag}"


def checks(scene: Scene) -> Iterator[Check]:
    """One check for each entry that has an endpoint, stopped ones aside."""
    for entry in scene.catalog.models:
        if isinstance(entry, SageMakerEntry) and not entry.stopped:
            yield Check(
                f"image/{entry.id}",
                f"the container image of {entry.id!r}",
                partial(_examine, scene, entry.id, is_own=isinstance(entry.container, OwnImage)),
                is_cheap=False,
                models=(entry.id,),
            )


def _examine(scene: Scene, model_id: str, *, is_own: bool) -> Iterator[Finding]:
    endpoint = next(each for each in scene.plan.endpoints if each.model_id == model_id)
    image = _Image.of(endpoint.image)
    try:
        absent = _why_absent(scene, image)
    except AwsError as error:
        if error.code not in _DENIED:
            raise
        yield _finding(
            endpoint, image, Verdict.UNKNOWN, f"ECR does not tell: {error.message.rstrip('.')}.", fix=_allow(image)
        )
        return
    if absent is None:
        reason = f"The registry of {image.account} in {image.region} has {image.label}, and lets it be pulled."
        yield _finding(endpoint, image, Verdict.OK, reason, "found")
        return
    fix = "Push it, or name one that is there: models[].container.image." if is_own else _of_another_kind(image)
    reason = f"The registry of {image.account} in {image.region} has no {image.label}: {absent}."
    yield _finding(endpoint, image, Verdict.BLOCKED, reason, "missing", fix)


def _why_absent(scene: Scene, image: _Image) -> str | None:
    """Why there is no such image, or None where there is one. Raises AwsError."""
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
            return f"there is no repository {image.repository!r}"
        raise
    if found.get("images"):
        return None
    failure: Mapping[str, str] = next(iter(found.get("failures", ())), {})
    code = failure.get("failureCode", "")
    if code and code not in _ABSENT:
        raise AwsError(
            f"BatchGetImage of {image.label!r} failed: {code}: {failure.get('failureReason', '')}", code=code
        )
    return str(failure.get("failureReason") or "it is not there")


def _allow(image: _Image) -> str:
    """Two policies decide: that of whoever asks, and for another account's image that of its repository."""
    return (
        "Deploy all the same where you know that it is there. To have it checked, let whoever is signed in call "
        f"ecr:BatchGetImage; a repository of another account ({image.account}) must allow that to your account, too."
    )


def _of_another_kind(image: _Image) -> str:
    return (
        f"AWS has not copied {image.label} to {image.region}, or has taken it away: choose another 'container' for the "
        "entry, an image of your own, or another region."
    )


def _finding(
    endpoint: EndpointPlan, image: _Image, verdict: Verdict, reason: str, value: str = "", fix: str = ""
) -> Finding:
    return Finding(
        f"image/{endpoint.model_id}",
        f"the container image of {endpoint.model_id!r}",
        verdict,
        reason,
        asked=f"ecr BatchGetImage, {image.region}",
        value=value,
        fix=fix,
        models=(endpoint.model_id,),
    )
