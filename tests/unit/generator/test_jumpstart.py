"""JumpStart's models are read from AWS once, and from the lock folder ever after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from generator.errors import AwsError, PlanningError
from generator.families.jumpstart import JumpStartModel, Variant
from generator.jumpstart import lock_file, resolve

MODEL = ("meta-textgeneration-llama-3-8b-instruct", "2.0.4")
ECR = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
TGI_IMAGE = f"{ECR}/huggingface-pytorch-tgi-inference:2.4.0-tgi3.0.1-gpu-py311-cu124-ubuntu22.04"
LMI_IMAGE = f"{ECR}/djl-inference:0.31.0-lmi13.0.0-cu124"
WEIGHTS = (
    "s3://jumpstart-private-cache-prod-us-east-1/meta-textgeneration/llama-3-8b/artifacts/inference-prepack/v1.1.0/"
)
DOCUMENT: dict[str, Any] = {
    "Url": "https://huggingface.co/meta-llama/Meta-Llama-3-8B-Instruct",
    "MinSdkVersion": "2.225.0",
    "TrainingSupported": False,
    "HostingEcrUri": TGI_IMAGE,
    "HostingArtifactUri": "s3://jumpstart-private-cache-prod-us-east-1/meta-textgeneration/llama-3-8b.tar.gz",
    "HostingPrepackedArtifactUri": WEIGHTS,
    "HostingArtifactS3DataType": "S3Prefix",
    "HostingArtifactCompressionType": "None",
    "HostingEulaUri": "s3://jumpstart-cache-prod-us-east-1/fmhMetadata/eula/llama3Eula.txt",
    "InferenceEnvironmentVariables": [
        {"Name": "SAGEMAKER_PROGRAM", "Type": "text", "Default": "inference.py", "Scope": "container"},
        {"Name": "MAX_TOTAL_TOKENS", "Type": "text", "Default": 8192, "Scope": "container"},
        {"Name": "HF_MODEL_ID", "Type": "text", "DefaultValue": "/opt/ml/model", "Scope": "container"},
        {"Name": "SAGEMAKER_MODEL_SERVER_WORKERS", "Type": "int", "Scope": "container"},
        {"Name": "HF_TASK", "Type": "text", "Default": "", "Scope": "container"},
    ],
    "DefaultInferenceInstanceType": "ml.g5.12xlarge",
    "SupportedInferenceInstanceTypes": ["ml.g5.2xlarge", "ml.g5.12xlarge", "ml.p4d.24xlarge"],
    "InferenceEnableNetworkIsolation": True,
    "ContainerStartupHealthCheckTimeout": 1200,
    "ModelDataDownloadTimeout": 900,
    "InferenceVolumeSize": 256,
    "HostingInstanceTypeVariants": {
        "Aliases": {"lmi": LMI_IMAGE},
        "Variants": {
            "g5": {"Properties": {"EnvironmentVariables": {"SM_NUM_GPUS": 1}}},
            "ml.g5.12xlarge": {"properties": {"environment_variables": {"SM_NUM_GPUS": "4"}}},
            "ml.p4d": {"Properties": {"ImageUri": "$lmi", "EnvironmentVariables": {"TENSOR_PARALLEL_DEGREE": "max"}}},
        },
    },
}
ENVIRONMENT = {"SAGEMAKER_PROGRAM": "inference.py", "MAX_TOTAL_TOKENS": "8192", "HF_MODEL_ID": "/opt/ml/model"}
EXPECTED = JumpStartModel(
    model_id=MODEL[0],
    version=MODEL[1],
    image=TGI_IMAGE,
    artifact=WEIGHTS,
    is_compressed=False,
    environment=ENVIRONMENT,
    instance_types=("ml.g5.12xlarge", "ml.g5.2xlarge", "ml.p4d.24xlarge"),
    network_isolation=True,
    needs_eula=True,
    startup_timeout_s=1200,
    download_timeout_s=900,
    volume_gib=256,
    inference_ami_version=None,
    variants={
        "g5": Variant(None, {"SM_NUM_GPUS": "1"}),
        "ml.g5.12xlarge": Variant(None, {"SM_NUM_GPUS": "4"}),
        "ml.p4d": Variant(LMI_IMAGE, {"TENSOR_PARALLEL_DEGREE": "max"}),
    },
)


@pytest.fixture
def aws() -> Iterator[Stubber]:
    """SageMaker. What it is not told to answer is an error."""
    client = boto3.client(
        "sagemaker", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def _answer(aws: Stubber, document: object, model: tuple[str, str] = MODEL) -> None:
    content = {
        "HubContentName": model[0],
        "HubContentArn": f"arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/{model[0]}/{model[1]}",
        "HubContentVersion": model[1],
        "HubContentType": "Model",
        "DocumentSchemaVersion": "2.3.0",
        "HubName": "SageMakerPublicHub",
        "HubArn": "arn:aws:sagemaker:us-east-1:aws:hub/SageMakerPublicHub",
        "HubContentDocument": document if isinstance(document, str) else json.dumps(document),
        "HubContentStatus": "Available",
        "CreationTime": 0,
    }
    aws.add_response("describe_hub_content", content, _asked(model))


def _asked(model: tuple[str, str]) -> dict[str, str]:
    return {
        "HubName": "SageMakerPublicHub",
        "HubContentType": "Model",
        "HubContentName": model[0],
        "HubContentVersion": model[1],
    }


def test_a_model_is_read_from_aws_and_kept(aws: Stubber, tmp_path: Path) -> None:
    _answer(aws, DOCUMENT)
    folder = tmp_path / "made"

    assert resolve([MODEL, MODEL], "us-east-1", folder, client=aws.client) == {MODEL: EXPECTED}

    file = folder / "meta-textgeneration-llama-3-8b-instruct-2.0.4.us-east-1.json"
    assert lock_file(folder, *MODEL, "us-east-1") == file
    assert json.loads(file.read_text()) == DOCUMENT
    assert list(folder.iterdir()) == [file]


def test_what_is_kept_is_not_asked_for_again(aws: Stubber, tmp_path: Path) -> None:
    lock_file(tmp_path, *MODEL, "us-east-1").write_text(json.dumps(DOCUMENT))

    # The Stubber fails on any call that it was not told of.
    assert resolve([MODEL], "us-east-1", tmp_path, client=aws.client) == {MODEL: EXPECTED}


def test_a_kept_model_needs_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock_file(tmp_path, *MODEL, "us-east-1").write_text(json.dumps(DOCUMENT))
    monkeypatch.setenv("AWS_PROFILE", "a-profile-that-does-not-exist")

    assert resolve([MODEL], "us-east-1", tmp_path) == {MODEL: EXPECTED}


def test_each_region_has_its_own_document(aws: Stubber, tmp_path: Path) -> None:
    lock_file(tmp_path, *MODEL, "eu-west-1").write_text(json.dumps({**DOCUMENT, "HostingEcrUri": "another"}))
    _answer(aws, DOCUMENT)

    assert resolve([MODEL], "us-east-1", tmp_path, client=aws.client) == {MODEL: EXPECTED}


def test_no_models_ask_nobody(tmp_path: Path) -> None:
    assert resolve([], "us-east-1", tmp_path / "none") == {}
    assert not (tmp_path / "none").exists()


def _parsed(tmp_path: Path, **changes: object) -> JumpStartModel:
    document = {key: value for key, value in {**DOCUMENT, **changes}.items() if value is not None}
    lock_file(tmp_path, *MODEL, "us-east-1").write_text(json.dumps(document))
    return resolve([MODEL], "us-east-1", tmp_path)[MODEL]


@pytest.mark.parametrize(
    ("changes", "artifact", "is_compressed"),
    [
        pytest.param({}, WEIGHTS, False, id="prepacked, a prefix"),
        pytest.param(
            {"HostingPrepackedArtifactUri": "s3://b/w.tar.gz", "HostingArtifactCompressionType": "Gzip"},
            "s3://b/w.tar.gz",
            True,
            id="prepacked, an archive",
        ),
        pytest.param(
            {
                "HostingPrepackedArtifactUri": None,
                "HostingArtifactUri": "s3://b/w.tar.gz",
                "HostingArtifactCompressionType": None,
            },
            "s3://b/w.tar.gz",
            True,
            id="an archive by its name",
        ),
        pytest.param({"HostingArtifactCompressionType": None}, WEIGHTS, False, id="a prefix by its name"),
        pytest.param({"HostingPrepackedArtifactUri": None, "HostingArtifactUri": None}, None, True, id="in the image"),
    ],
)
def test_where_the_weights_are(
    changes: dict[str, object], artifact: str | None, is_compressed: bool, tmp_path: Path
) -> None:
    model = _parsed(tmp_path, **changes)

    assert model.artifact == artifact
    assert model.is_compressed is (is_compressed and artifact is not None)


def test_a_document_may_say_little(tmp_path: Path) -> None:
    file = lock_file(tmp_path, *MODEL, "us-east-1")
    file.write_text(json.dumps({"HostingEcrUri": TGI_IMAGE}))

    assert resolve([MODEL], "us-east-1", tmp_path)[MODEL] == JumpStartModel(
        model_id=MODEL[0],
        version=MODEL[1],
        image=TGI_IMAGE,
        artifact=None,
        is_compressed=False,
        environment={},
        instance_types=(),
        network_isolation=False,
        needs_eula=False,
    )


def test_a_gated_bucket_needs_the_eula(tmp_path: Path) -> None:
    assert _parsed(tmp_path, HostingEulaUri=None, GatedBucket=True).needs_eula
    assert not _parsed(tmp_path, HostingEulaUri=None).needs_eula


@pytest.mark.parametrize(
    ("instance_type", "image", "differing"),
    [
        ("ml.g5.2xlarge", TGI_IMAGE, {"SM_NUM_GPUS": "1"}),
        ("ml.g5.12xlarge", TGI_IMAGE, {"SM_NUM_GPUS": "4"}),
        ("ml.p4d.24xlarge", LMI_IMAGE, {"TENSOR_PARALLEL_DEGREE": "max"}),
        ("ml.g6.xlarge", TGI_IMAGE, {}),
    ],
)
def test_a_machine_may_have_its_own_image_and_environment(
    instance_type: str, image: str, differing: dict[str, str]
) -> None:
    deployed = EXPECTED.on(instance_type)

    assert (deployed.image, deployed.environment) == (image, {**ENVIRONMENT, **differing})


@pytest.mark.parametrize(
    ("image", "wire"),
    [
        (TGI_IMAGE, "messages"),
        (LMI_IMAGE, "messages"),
        (f"{ECR}/vllm:server-sagemaker-cuda-v2.0", "messages"),
        (f"{ECR}/huggingface-sglang:0.5.8-gpu-py312-cu129-ubuntu24.04", "messages"),
        (f"{ECR}/djl-inference:0.26.0-deepspeed0.12.6-cu121", "generate"),
        (f"{ECR}/huggingface-pytorch-tgi-inference:2.1.1-tgi1.4.0-gpu-py310-cu121-ubuntu20.04", "generate"),
        (f"{ECR}/huggingface-pytorch-inference:1.13.1-transformers4.26.0-gpu-py39-cu117-ubuntu20.04", "generate"),
    ],
)
def test_the_wire_follows_from_the_image(image: str, wire: str, tmp_path: Path) -> None:
    assert _parsed(tmp_path, HostingEcrUri=image).wire == wire


def test_an_unknown_model_says_where_to_look(aws: Stubber, tmp_path: Path) -> None:
    aws.add_client_error(
        "describe_hub_content", "ResourceNotFound", "Hub content does not exist", expected_params=_asked(MODEL)
    )

    with pytest.raises(AwsError) as caught:
        resolve([MODEL], "us-east-1", tmp_path, client=aws.client)

    assert caught.value.message == (
        "Asking JumpStart for 'meta-textgeneration-llama-3-8b-instruct', version '2.0.4', in 'us-east-1' failed: "
        "ResourceNotFound: Hub content does not exist"
    )
    assert caught.value.hint == (
        "Look up the versions that there are: aws sagemaker list-hub-content-versions --hub-name SageMakerPublicHub "
        "--hub-content-type Model --hub-content-name meta-textgeneration-llama-3-8b-instruct"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_names_the_model(aws: Stubber, tmp_path: Path) -> None:
    aws.add_client_error("describe_hub_content", "AccessDeniedException", "not you")

    with pytest.raises(AwsError) as caught:
        resolve([MODEL], "us-east-1", tmp_path, client=aws.client)

    assert caught.value.message == (
        "Asking JumpStart for 'meta-textgeneration-llama-3-8b-instruct', version '2.0.4', in 'us-east-1' failed: "
        "AccessDeniedException: not you"
    )
    assert caught.value.hint == "Let the identity that you are signed in as do this, or sign in as another."


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        pytest.param({}, "its document has no HostingEcrUri", id="no image"),
        pytest.param({"HostingEcrUri": 1}, "HostingEcrUri is expected to be a text, and is int", id="no text"),
        pytest.param(
            {"HostingEcrUri": "x", "SupportedInferenceInstanceTypes": "x"},
            "SupportedInferenceInstanceTypes is expected to be a list, and is str",
            id="no list",
        ),
        pytest.param(
            {"HostingModelPackageArn": "arn:aws:sagemaker:us-east-1:123456789012:model-package/x"},
            "it is sold on the AWS Marketplace, and such models cannot be deployed from a catalog yet",
            id="Marketplace",
        ),
    ],
)
def test_a_model_that_cannot_be_deployed_is_refused(
    document: dict[str, object], reason: str, aws: Stubber, tmp_path: Path
) -> None:
    _answer(aws, document)

    with pytest.raises(AwsError) as caught:
        resolve([MODEL], "us-east-1", tmp_path, client=aws.client)

    assert caught.value.message == (
        f"JumpStart's 'meta-textgeneration-llama-3-8b-instruct', version '2.0.4', cannot be used: {reason}"
    )
    assert caught.value.hint == "Choose another model or version."
    assert list(tmp_path.iterdir()) == [], "what cannot be used is not kept"


@pytest.mark.parametrize("damage", [b"", b"[]", b"null", b'{"HostingEcrUri": ""}', b"\xff"])
def test_a_damaged_file_of_the_lock_folder_is_named(damage: bytes, tmp_path: Path) -> None:
    file = lock_file(tmp_path, *MODEL, "us-east-1")
    file.write_bytes(damage)

    with pytest.raises(PlanningError) as caught:
        resolve([MODEL], "us-east-1", tmp_path)

    assert repr(str(file)) in caught.value.message
    assert "elete" in (caught.value.hint or "")


def test_a_folder_that_cannot_be_written_is_no_error(aws: Stubber, tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    folder.symlink_to(tmp_path / "nowhere")
    _answer(aws, DOCUMENT)

    assert resolve([MODEL], "us-east-1", folder, client=aws.client) == {MODEL: EXPECTED}
