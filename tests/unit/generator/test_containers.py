"""Containers as data: images where AWS has them, variables of each, machines that they run on, and the right AMI."""

from __future__ import annotations

import re
from typing import Any

import botocore.session
import pytest

from generator.families.amis import inference_ami_version
from generator.families.containers import CONTAINERS, DEFAULT_CONTAINER, ContainerFamily
from generator.families.instances import INSTANCES
from generator.families.regions import NEWER_REGIONS, PROVIDER_REGIONS
from generator.families.registry_accounts import REGISTRY_ACCOUNTS

SAGEMAKER: Any = botocore.session.get_session().get_service_model("sagemaker")
GPU_AMI = "al2-ami-sagemaker-inference-gpu-3-1"
# What hashicorp/aws 5.100 accepts of the API's AMIs.
PROVIDER_AMIS = {
    "al2-ami-sagemaker-inference-gpu-2",
    "al2-ami-sagemaker-inference-gpu-2-1",
    GPU_AMI,
    "al2-ami-sagemaker-inference-neuron-2",
}
FAMILIES = [pytest.param(family, id=name) for name, family in CONTAINERS.items()]


def test_the_four_containers_are_there() -> None:
    assert set(CONTAINERS) == {"vllm", "lmi", "sglang", "tgi"}
    assert DEFAULT_CONTAINER in CONTAINERS
    assert all(family.name == name for name, family in CONTAINERS.items())


@pytest.mark.parametrize("family", FAMILIES)
def test_an_image_is_pinned_and_names_its_cuda(family: ContainerFamily) -> None:
    assert re.search(r"\d+\.\d+", family.tag), "a moving tag changes a deployment under its owner"
    assert family.cuda >= (12, 0)


def test_images_come_from_the_account_of_their_region() -> None:
    family = CONTAINERS["lmi"]

    assert family.image("us-east-1") == (
        "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.36.0-lmi28.0.0-cu130"
    )
    assert family.image("ap-southeast-7") == (
        "590183813437.dkr.ecr.ap-southeast-7.amazonaws.com/djl-inference:0.36.0-lmi28.0.0-cu130"
    )
    assert family.image("cn-north-1") == (
        "727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn/djl-inference:0.36.0-lmi28.0.0-cu130"
    )
    assert family.image("us-iso-east-1") is None


def test_accounts_are_known_for_regions_that_exist() -> None:
    assert REGISTRY_ACCOUNTS.keys() <= {*PROVIDER_REGIONS, *NEWER_REGIONS}
    assert all(re.fullmatch(r"[0-9]{12}", account) for account in REGISTRY_ACCOUNTS.values())


@pytest.mark.parametrize("family", FAMILIES)
def test_an_environment_is_one_that_sagemaker_takes(family: ContainerFamily) -> None:
    key = SAGEMAKER.shape_for("EnvironmentKey").metadata
    names = {family.model_variable, family.revision_variable, family.gpu_count_variable, *family.token_variables}

    for name in names | family.environment.keys():
        assert re.fullmatch(key["pattern"], name)
    assert len(names) == 3 + len(family.token_variables), "one variable cannot say two things"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vllm", {"SM_VLLM_TENSOR_PARALLEL_SIZE": "4"}),
        ("lmi", {"TENSOR_PARALLEL_DEGREE": "max"}),
        ("sglang", {"SM_SGLANG_TP_SIZE": "4"}),
        ("tgi", {"SM_NUM_GPUS": "4"}),
    ],
)
def test_a_model_is_spread_over_all_gpus(name: str, expected: dict[str, str]) -> None:
    assert CONTAINERS[name].gpu_environment("ml.g5.12xlarge") == expected
    assert CONTAINERS[name].gpu_environment("ml.g5.xlarge") == {}
    assert CONTAINERS[name].gpu_environment("ml.not.known") == {}


@pytest.mark.parametrize(
    ("container", "instance_type", "obstacle"),
    [
        ("vllm", "ml.m5.xlarge", "ml.m5.xlarge has no GPU"),
        ("lmi", "ml.inf2.xlarge", "ml.inf2.xlarge has Inferentia2 chips instead"),
        ("sglang", "ml.p3.2xlarge", "ml.p3.2xlarge has the older V100"),
        ("tgi", "ml.p2.xlarge", "ml.p2.xlarge has the older K80"),
    ],
)
def test_a_machine_without_the_right_gpu_is_refused(container: str, instance_type: str, obstacle: str) -> None:
    family = CONTAINERS[container]

    assert not family.runs_on(instance_type)
    assert family.why_not_on(instance_type) == (
        f"the container {container!r} needs an NVIDIA GPU that CUDA {family.cuda[0]} supports, and {obstacle}; "
        "choose a GPU type such as ml.g5.xlarge or ml.g6.xlarge, or an image of your own"
    )


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("instance_type", ["ml.g4dn.xlarge", "ml.g5.xlarge", "ml.g6e.12xlarge", "ml.p5.48xlarge"])
def test_every_container_runs_on_the_usual_gpus(family: ContainerFamily, instance_type: str) -> None:
    assert family.runs_on(instance_type)
    assert family.why_not_on(instance_type) is None


def test_a_machine_of_which_nothing_is_known_is_not_refused() -> None:
    assert CONTAINERS["vllm"].runs_on("ml.g99.xlarge")


@pytest.mark.parametrize(
    ("tag", "instance_type", "expected"),
    [
        pytest.param("0.27.1-gpu-py312-cu130-ubuntu22.04-sagemaker", "ml.g5.xlarge", GPU_AMI, id="cuda 13"),
        pytest.param("server-sagemaker-cuda-v2.3", "ml.g6e.xlarge", GPU_AMI, id="cuda 13, unsaid"),
        pytest.param("2.7.0-tgi3.3.6-gpu-py311-cu124-ubuntu22.04", "ml.p4d.24xlarge", GPU_AMI, id="cuda 12"),
        pytest.param("0.27.0-deepspeed0.12.6-cu118", "ml.g5.xlarge", None, id="cuda 11 starts on the default"),
        pytest.param("my-server-1.0", "ml.g5.xlarge", None, id="a tag that says nothing"),
        pytest.param("1.0-cu1300", "ml.g5.xlarge", None, id="no CUDA version"),
        pytest.param("2.0-cu130", "ml.m5.xlarge", None, id="no accelerator"),
        pytest.param("2.0-cu130", "ml.inf2.xlarge", None, id="no GPU"),
        pytest.param("2.0-cu130", "ml.g7e.2xlarge", None, id="no AMI of the provider drives Blackwell"),
        pytest.param("2.0-cu130", "ml.g99.xlarge", None, id="unknown type"),
        pytest.param("0.34.0-neuronx-sdk2.26.1", "ml.inf2.xlarge", "al2-ami-sagemaker-inference-neuron-2", id="neuron"),
        pytest.param("0.34.0-neuronx-sdk2.26.1", "ml.inf1.xlarge", None, id="neuron's AMI is for inf2 and trn1"),
    ],
)
def test_the_ami_follows_from_tag_and_machine(tag: str, instance_type: str, expected: str | None) -> None:
    assert inference_ami_version(tag, instance_type) == expected


def test_every_ami_is_one_that_the_api_and_the_provider_have() -> None:
    tags = [*(family.tag for family in CONTAINERS.values()), "0.34.0-neuronx-sdk2.26.1"]
    found = {inference_ami_version(tag, instance_type) for tag in tags for instance_type in INSTANCES} - {None}

    assert found == {GPU_AMI, "al2-ami-sagemaker-inference-neuron-2"}
    assert found <= PROVIDER_AMIS <= set(SAGEMAKER.shape_for("ProductionVariantInferenceAmiVersion").enum)
