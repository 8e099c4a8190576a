"""Whether the container images are where they are pulled from."""

from __future__ import annotations

from typing import Any

import pytest

from generator.preflight.findings import Finding, Verdict
from generator.preflight.images import checks
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.played_scenes import SELF_HOSTED, THIRD_PARTY, finding, refused, scene

DIGEST = f"sha256:{'a' * 64}"
OWN = "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/llm"
FOUND: dict[str, Any] = {"images": [{"imageId": {"imageDigest": DIGEST}}], "failures": []}


def own(image: str) -> dict[str, Any]:
    return {**SELF_HOSTED, "container": {"image": image}}


def asked(gives: dict[str, Any], registry: str, repository: str, **image: str) -> Answer:
    kinds = [
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    ]
    given = {"registryId": registry, "repositoryName": repository, "imageIds": [image], "acceptedMediaTypes": kinds}
    return Answer("batch_get_image", gives, given=given)


def absent(code: str = "ImageNotFound") -> dict[str, Any]:
    return {"images": [], "failures": [{"failureCode": code, "failureReason": "Requested image not found"}]}


def examined(answer: Answer, model: dict[str, Any] = SELF_HOSTED, region: str = "us-east-1") -> Finding:
    return finding(checks, scene(model, aws={("ecr", region): (answer,)}))


def test_awss_image_of_the_region_is_found() -> None:
    answer = asked(FOUND, "763104351884", "vllm", imageTag="server-sagemaker-cuda-v2.3")

    found = examined(answer)

    assert (found.id, found.verdict, found.value, found.models) == ("image/m", Verdict.OK, "found", ("m",))
    assert found.asked == "ecr BatchGetImage, us-east-1"


def test_own_image_is_asked_for_by_tag_or_digest_where_it_is() -> None:
    by_tag = asked(FOUND, "123456789012", "team/llm", imageTag="1.0")
    by_digest = asked(FOUND, "123456789012", "team/llm", imageDigest=DIGEST)

    assert examined(by_tag, own(f"{OWN}:1.0")).verdict is Verdict.OK
    assert examined(by_digest, own(f"{OWN}@{DIGEST}")).verdict is Verdict.OK


def test_image_that_aws_has_not_there_blocks() -> None:
    found = examined(Answer("batch_get_image", absent()))

    assert (found.verdict, found.blocks, found.value) == (Verdict.BLOCKED, "deployment", "missing")
    assert found.reason == (
        "The registry of 763104351884 in us-east-1 has no vllm:server-sagemaker-cuda-v2.3: Requested image not found."
    )
    assert "choose another 'container'" in found.fix


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer("batch_get_image", absent()), "Requested image not found"),
        (refused("batch_get_image", "RepositoryNotFoundException"), "there is no repository 'team/llm'"),
        (Answer("batch_get_image", {"images": [], "failures": []}), "it is not there"),
    ],
    ids=["no such tag", "no repository", "no word"],
)
def test_own_image_that_is_missing_blocks(answer: Answer, why: str) -> None:
    found = examined(answer, own(f"{OWN}:1.0"))

    assert found.verdict is Verdict.BLOCKED
    assert found.reason == f"The registry of 123456789012 in us-east-1 has no team/llm:1.0: {why}."
    assert found.fix.startswith("Push it,")


def test_registry_that_refuses_is_unknown_and_names_both_policies() -> None:
    found = examined(refused("batch_get_image"), own(f"{OWN}:1.0"))

    assert found.verdict is Verdict.UNKNOWN
    assert found.reason.startswith("ECR does not tell: BatchGetImage of 'team/llm:1.0' failed: AccessDeniedException")
    assert "another account (123456789012) must allow that" in found.fix


def test_what_ecr_cannot_answer_for_another_reason_is_unknown() -> None:
    strange = examined(Answer("batch_get_image", absent("KmsError")))
    busy = examined(refused("batch_get_image", "ThrottlingException"))

    assert (strange.verdict, busy.verdict) == (Verdict.UNKNOWN, Verdict.UNKNOWN)
    assert "KmsError" in strange.reason
    assert busy.fix.startswith("AWS asks for patience")


def test_only_what_gets_an_endpoint_is_asked_about_and_apply_does_not_wait_for_it() -> None:
    models = (SELF_HOSTED, {**SELF_HOSTED, "id": "off", "stopped": True}, THIRD_PARTY)

    found = list(checks(scene(*models)))

    assert [(check.id, check.is_cheap) for check in found] == [("image/m", False)]
