"""Whether the container images that the deployment's endpoints start from are in their registries.

In: the plan's images, and ECR. Out: a finding for each entry. Separate from ecr_images.py, which asks about any image.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from generator.catalog import OwnImage, SageMakerEntry
from generator.errors import AwsError
from generator.planning import EndpointPlan
from generator.preflight.ecr_images import DENIED, EcrImage, manifest_of
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene


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
    image = EcrImage.of(endpoint.image)
    try:
        absent = manifest_of(scene, image).absent
    except AwsError as error:
        if error.code not in DENIED:
            raise
        reason = f"ECR does not tell: {error.message.rstrip('.')}."
        yield _finding(endpoint, image, Verdict.UNKNOWN, reason, fix=image.how_to_allow)
        return
    if absent is None:
        reason = f"The registry of {image.account} in {image.region} has {image.label}, and lets it be pulled."
        yield _finding(endpoint, image, Verdict.OK, reason, "found")
        return
    fix = "Push it, or name one that is there: models[].container.image." if is_own else _of_another_kind(image)
    reason = f"The registry of {image.account} in {image.region} has no {image.label}: {absent}."
    yield _finding(endpoint, image, Verdict.BLOCKED, reason, "missing", fix)


def _of_another_kind(image: EcrImage) -> str:
    return (
        f"AWS has not copied {image.label} to {image.region}, or has taken it away: choose another 'container' for the "
        "entry, an image of your own, or another region."
    )


def _finding(
    endpoint: EndpointPlan, image: EcrImage, verdict: Verdict, reason: str, value: str = "", fix: str = ""
) -> Finding:
    return Finding(
        f"image/{endpoint.model_id}",
        f"the container image of {endpoint.model_id!r}",
        verdict,
        reason,
        asked=image.asked,
        value=value,
        fix=fix,
        models=(endpoint.model_id,),
    )
