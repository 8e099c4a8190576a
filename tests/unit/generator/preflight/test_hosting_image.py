"""Whether the chat page's image is in its registry, and for the processor of its tasks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.preflight.findings import Finding, Verdict
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.hosting_scenes import HOSTING, found, hosted
from tests.unit.generator.preflight.played_scenes import refused

DIGEST = f"sha256:{'b' * 64}"
MISSING = {"images": [], "failures": [{"failureCode": "ImageNotFound", "failureReason": "Requested image not found"}]}


def index(*architectures: str) -> str:
    listed = [{"platform": {"os": "linux", "architecture": each}} for each in architectures]
    return json.dumps({"schemaVersion": 2, "manifests": listed})


def examined(manifest: str, **hosting: Any) -> Finding:
    answer = Answer("batch_get_image", {"images": [{"imageManifest": manifest}], "failures": []})
    return found("image", hosted({"ecr": (answer,)}, **hosting))


def test_an_image_that_is_there_is_ok() -> None:
    told = examined(json.dumps({"schemaVersion": 2, "config": {}}))

    assert (told.verdict, told.value, told.fix) == (Verdict.OK, "found", "")
    assert told.reason == ("The registry of 123456789012 in us-east-1 has team/chat-page:1.0, and lets it be pulled.")
    assert told.asked == "ecr BatchGetImage, us-east-1"


def test_a_digest_is_asked_for_as_one() -> None:
    kinds = [
        f"application/vnd.{kind}+json"
        for kind in (
            "oci.image.manifest.v1",
            "oci.image.index.v1",
            "docker.distribution.manifest.v2",
            "docker.distribution.manifest.list.v2",
        )
    ]
    given = {
        "registryId": "123456789012",
        "repositoryName": "team/chat-page",
        "imageIds": [{"imageDigest": DIGEST}],
        "acceptedMediaTypes": kinds,
    }
    answer = Answer("batch_get_image", {"images": [{"imageManifest": "{}"}], "failures": []}, given=given)
    uri = f"{HOSTING['image'].rpartition(':')[0]}@{DIGEST}"

    assert found("image", hosted({"ecr": (answer,)}, image=uri)).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer("batch_get_image", MISSING), "Requested image not found"),
        (refused("batch_get_image", "RepositoryNotFoundException"), "there is no repository 'team/chat-page'"),
    ],
    ids=["no such tag", "no repository"],
)
def test_one_that_is_missing_blocks(answer: Answer, why: str) -> None:
    told = found("image", hosted({"ecr": (answer,)}))

    assert (told.verdict, told.value, told.blocks) == (Verdict.BLOCKED, "missing", "deployment")
    assert told.reason == f"The registry of 123456789012 in us-east-1 has no team/chat-page:1.0: {why}."
    assert told.fix.startswith("Build and push it")


@pytest.mark.parametrize(
    ("architecture", "built", "verdict"),
    [
        ("x86_64", ("amd64", "arm64", "unknown"), Verdict.OK),
        ("arm64", ("amd64", "arm64"), Verdict.OK),
        ("arm64", ("amd64", "unknown"), Verdict.BLOCKED),
        ("x86_64", ("arm64",), Verdict.BLOCKED),
        ("arm64", ("unknown",), Verdict.OK),
        ("arm64", (), Verdict.OK),
    ],
)
def test_an_index_tells_the_processors(architecture: str, built: tuple[str, ...], verdict: Verdict) -> None:
    assert examined(index(*built), tasks={"architecture": architecture}).verdict is verdict


def test_another_processor_is_named_with_both_ways_to_mend_it() -> None:
    told = examined(index("amd64", "unknown"), tasks={"architecture": "arm64"})

    assert told.reason == "team/chat-page:1.0 is built for amd64, and the page's tasks run on arm64."
    assert told.fix == "Build it with --platform linux/arm64, or write another 'architecture' in hosting.tasks."
    assert told.value == "amd64"


@pytest.mark.parametrize(
    "manifest", ["no JSON", "[]", '{"manifests": 1}', '{"manifests": [1, {}, {"platform": 2}, {"platform": {}}]}']
)
def test_a_manifest_that_tells_nothing_is_one_all_the_same(manifest: str) -> None:
    assert examined(manifest).verdict is Verdict.OK
