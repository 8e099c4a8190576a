"""The bad catalogs of bad_catalogs.py, by number, are refused in exactly these words, and nothing is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.catalog_warnings import CatalogWarning, catalog_warnings
from generator.errors import CatalogError
from generator.loading import load_catalog
from tests.unit.generator.bad_catalogs import CASES, LLM, Case, models, top


def lines_of(path: Path) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        load_catalog(path)
    assert caught.value.exit_code == 1
    return [str(problem).removeprefix(f"{path}:").removeprefix(" ") for problem in caught.value.problems]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_catalog_by_number(tmp_path: Path, case: Case) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_bytes(case.content if isinstance(case.content, bytes) else case.content.encode())

    assert tuple(lines_of(path)) == case.lines
    assert list(tmp_path.iterdir()) == [path]


def test_every_number_is_there() -> None:
    assert sorted({case.number for case in CASES} | {51, 56}) == list(range(1, 61))


def test_51_interpolations_are_ordinary_text(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(top("tags: {a: '${var.x}', b: '%{if true}'}"), encoding="utf-8")

    assert load_catalog(path).tags == {"a": "${var.x}", "b": "%{if true}"}


@pytest.mark.timeout(10)
def test_56_paths_that_are_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    give = "give the catalog's file with --catalog FILE"

    assert {name: lines_of(tmp_path / name) for name in (".", "none", "fifo", "loop")} == {
        ".": [f"this is a directory, not a file; {give}"],
        "none": [f"no such file; {give}"],
        "fifo": [f"this is a named pipe, not a file; {give}"],
        "loop": ["cannot be read: Too many levels of symbolic links"],
    }


ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com/llm"
NO_GPU = "the container 'vllm' needs an NVIDIA GPU that CUDA 13 supports, and ml.m5.large has no GPU; "


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(LLM, [], id="nothing suspicious"),
        pytest.param(
            f"id: a, provider: sagemaker, container: {{image: '{ECR}:latest'}}, instance_type: ml.g5.xlarge",
            [
                (
                    "container.image",
                    "the tag 'latest' may be another image tomorrow, and Terraform sees no change; name a version",
                )
            ],
            id="33 tag latest",
        ),
        pytest.param(
            LLM.replace("g5.xlarge", "m5.large"),
            [
                (
                    "instance_type",
                    NO_GPU + "choose a GPU type such as ml.g5.xlarge or ml.g6.xlarge, or an image of your own",
                )
            ],
            id="container without a GPU",
        ),
        pytest.param(
            LLM + ", environment: {SM_VLLM_TENSOR_PARALLEL_SIZE: 4, SM_VLLM_MODEL: other/name}",
            [
                (
                    "environment.SM_VLLM_MODEL",
                    "'SM_VLLM_MODEL' is what 'source' says already, and this takes its place; remove it",
                ),
                (
                    "environment.SM_VLLM_TENSOR_PARALLEL_SIZE",
                    "4 GPUs are asked for, and ml.g5.xlarge has 1; remove it, and all are used",
                ),
            ],
            id="31 more GPUs than there are",
        ),
        pytest.param(
            LLM + ", startup_timeout_s: 3600",
            [
                (
                    "startup_timeout_s",
                    "3600 s may exceed the 60 minutes that Terraform waits for an endpoint; its apply would fail while "
                    "the endpoint still starts",
                )
            ],
            id="longer than Terraform waits",
        ),
        pytest.param(
            LLM.replace("huggingface: org/name", "s3: s3://bucket/m/") + ", startup_timeout_s: 1800",
            [
                (
                    "startup_timeout_s",
                    "1800 s and as long for the weights from S3 may exceed the 60 minutes that Terraform waits for an "
                    "endpoint; its apply would fail while the endpoint still starts",
                )
            ],
            id="download and start longer than Terraform waits",
        ),
        pytest.param(
            LLM + ", instances: {min: 2, target_concurrency: 4}",
            [("instances.target_concurrency", "without 'max' nothing is scaled, and this has no effect")],
            id="target without scaling",
        ),
        pytest.param(
            LLM.replace("org/name", f"org/name, revision: {'a' * 40}") + ", instances: {min: 2, max: 2}",
            [
                (
                    "instances.max",
                    "the most instances are as many as the least, so that nothing is ever scaled; remove it",
                )
            ],
            id="scaling without room",
        ),
        pytest.param(
            LLM.replace("org/name", "org/name, revision: main") + ", instances: {max: 2}",
            [
                (
                    "source.revision",
                    "instances that start later may get other weights than those that run; write the commit, "
                    "40 digits long",
                )
            ],
            id="scaled with a revision that moves",
        ),
        pytest.param(
            "id: a, provider: bedrock, model: 'arn:aws:bedrock:us-east-1:111111111111:provisioned-model/abcdefghijkl', "
            "role_arn: 'arn:aws:iam::222222222222:role/caller'",
            [("model", "the ARN is of account 111111111111, and it is called with a role of 222222222222")],
            id="40 ARN of another account",
        ),
        pytest.param(
            "id: a, provider: openai, model: x, key_name: X_KEY, base_url: 'http://llm.example.com/v1'",
            [
                (
                    "base_url",
                    "http:// carries prompts, answers and the key unencrypted; write https:// if the server has it",
                )
            ],
            id="41 address without TLS",
        ),
        pytest.param(
            "id: a, provider: ollama, model: x, key_name: null, base_url: 'http://localhost:11434/v1'",
            [("base_url", "on AWS this is the handler itself; it is right for the local target only")],
            id="41 address of this machine",
        ),
    ],
)
def test_what_is_only_suspicious_is_a_warning(tmp_path: Path, entry: str, expected: list[tuple[str, str]]) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(models("id: gpt, provider: openai, model: gpt-4o", entry), encoding="utf-8")

    assert catalog_warnings(load_catalog(path)) == tuple(
        CatalogWarning(f"models[1].{key}", message) for key, message in expected
    )


def test_fallback_that_is_stopped_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(
        models(
            "id: gpt, provider: openai, model: gpt-4o, fallback: [llm]", LLM.replace("id: a", "id: llm, stopped: true")
        ),
        encoding="utf-8",
    )

    assert catalog_warnings(load_catalog(path)) == (
        CatalogWarning("models[0].fallback[0]", "'llm' is stopped, and answers nobody until it is started"),
    )


@pytest.mark.parametrize(("days", "shown"), [(1, "1 day"), (14, "14 days")])
def test_prompts_in_the_log_are_a_warning(tmp_path: Path, days: int, shown: str) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(top(f"handler: {{log_prompts: true, log_retention_days: {days}}}"), encoding="utf-8")

    words = (
        f"every prompt and every answer is kept in CloudWatch for {shown}, and may be read by all who may read the log"
    )
    assert catalog_warnings(load_catalog(path)) == (CatalogWarning("handler.log_prompts", words),)


def test_tag_that_iam_refuses_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(top('tags: {"Straße 1": "a_b.:/=+-@", owner: "you & me"}'), encoding="utf-8")

    assert [(warning.key_path, warning.message) for warning in catalog_warnings(load_catalog(path))] == [
        (
            "tags",
            "'owner' has '&' in it; IAM takes letters, digits, spaces and _.:/=+-@ only, so that on AWS the "
            "deployment's roles cannot be created",
        )
    ]


def test_model_that_does_not_fit_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(models(LLM.replace("org/name", "org/name-70B-Instruct")), encoding="utf-8")

    found = catalog_warnings(load_catalog(path))

    assert [warning.key_path for warning in found] == ["models[0].instance_type"]
    assert "70 B parameters" in found[0].message
