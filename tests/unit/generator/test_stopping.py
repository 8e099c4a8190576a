"""stop and start: what is switched in the catalog, what through the API, and what cannot be switched."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from generator.deployment.consent import Consent
from generator.deployment.stopping import Switched, switch
from generator.deployment.targets import Target
from generator.errors import AwsError, DeclinedError, TerrachatError
from generator.progress import Progress
from tests.unit.generator.aws_answers import CREDENTIALS
from tests.unit.generator.played_terraform import PlayedTerraform, planned, resource, state

NAME = "terrachat-demo-timed"
CONFIG = f"{NAME}-20261122141622113400000004"
CATALOG = """\
version: 1
deployment: demo
region: us-east-1
models:
  # on at all hours
  - {id: always, provider: sagemaker, source: {huggingface: a/b}, instance_type: ml.m5.xlarge}
  - {id: resting, provider: sagemaker, source: {huggingface: a/b}, instance_type: ml.m5.xlarge, stopped: true}
  - id: timed
    provider: sagemaker
    source: {huggingface: a/b}
    instance_type: ml.m5.xlarge
    schedule: {start: "0 8 ? * MON-FRI *", stop: "0 18 ? * MON-FRI *"}
  - {id: gpt, provider: openai, model: gpt-4o}
"""


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all tests: the handler's zip, which takes seconds, is then built once."""
    return tmp_path_factory.mktemp("workplace")


@pytest.fixture
def catalog(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(workplace)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    path = workplace / "catalog.yaml"
    path.write_text(CATALOG)
    mock = mock_aws()
    mock.start(reset=False)
    yield path
    mock.stop()


def switched(catalog: Path, model_id: str, *, stopped: bool, consent: Consent | None = None) -> Switched:
    progress = Progress(Console(file=io.StringIO()))
    return switch(catalog, model_id, stopped, Target(), Path("module"), progress, consent or Consent())


@pytest.mark.parametrize(
    ("model_id", "said"),
    [("alway", "no entry 'alway'; did you mean 'always'"), ("gpt", "'gpt' has no endpoint of this deployment's")],
)
def test_what_has_no_endpoint_cannot_be_stopped(catalog: Path, model_id: str, said: str) -> None:
    with pytest.raises(TerrachatError, match=said):
        switched(catalog, model_id, stopped=True)


@pytest.mark.parametrize(("model_id", "stopped", "word"), [("resting", True, "stopped"), ("always", False, "started")])
def test_what_is_so_already_stays_so(catalog: Path, model_id: str, stopped: bool, word: str) -> None:
    deploy("always")

    assert switched(catalog, model_id, stopped=stopped).words == f"{model_id} is {word} already, says {catalog}."
    assert catalog.read_text() == CATALOG


def test_stop_that_failed_goes_on_when_it_is_run_again(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalog says that it is stopped, and its endpoint still costs money."""
    deploy("always", "resting")
    monkeypatch.setenv("PATH", f"{catalog.parent / 'again'}:{os.environ['PATH']}")
    address = "aws_sagemaker_endpoint.resting"
    changes = {"resource_changes": [resource(address, "delete", before={"name": "terrachat-demo-resting"})]}
    runs: dict[str, list[dict[str, Any]]] = {
        "plan": [{"says": [planned(address, "delete")]}],
        "show": [{"document": changes}],
        "state pull": [state(always="c")],
    }
    terraform = PlayedTerraform(catalog.parent / "again", runs)
    terraform.install()

    done = switched(catalog, "resting", stopped=True)

    assert "apply" in terraform.calls
    assert done.words == f"resting is stopped, and {catalog} says so."
    assert catalog.read_text() == CATALOG


def test_no_puts_the_catalog_back(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{catalog.parent / 'bin'}:{os.environ['PATH']}")
    address = "aws_sagemaker_endpoint.always"
    changes = {"resource_changes": [resource(address, "delete", before={"name": "terrachat-demo-always"})]}
    runs: dict[str, list[dict[str, Any]]] = {
        "plan": [{"says": [planned(address, "delete")]}],
        "show": [{"document": changes}],
    }
    PlayedTerraform(catalog.parent / "bin", runs).install()
    asked = []

    def decline(text: str) -> bool:
        asked.append((text.splitlines()[1], catalog.read_text().count("stopped: true")))
        return False

    with pytest.raises(DeclinedError):
        switched(catalog, "always", stopped=True, consent=Consent(decline))

    assert asked == [("  - always: remove", 2)]
    assert catalog.read_text() == CATALOG


def sagemaker() -> Any:
    return boto3.client("sagemaker", region_name="us-east-1")


def deploy_timed() -> None:
    """What an apply leaves of a scheduled entry: a model and a configuration, and no endpoint."""
    deploy_config(CONFIG)


def deploy(*model_ids: str) -> None:
    """Endpoints that are in service."""
    deploy_config("c")
    for model_id in model_ids:
        sagemaker().create_endpoint(EndpointName=f"terrachat-demo-{model_id}", EndpointConfigName="c")


def deploy_config(name: str) -> None:
    client = sagemaker()
    role = "arn:aws:iam::123456789012:role/r"
    client.create_model(ModelName="m", ExecutionRoleArn=role, PrimaryContainer={"Image": "i"})
    variant = {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m4.xlarge", "InitialInstanceCount": 1}
    client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])


def test_scheduled_endpoint_is_created_and_deleted_directly(catalog: Path) -> None:
    deploy_timed()

    started = switched(catalog, "timed", stopped=False)
    found = sagemaker().describe_endpoint(EndpointName=NAME)
    again = switched(catalog, "timed", stopped=False)
    stopped = switched(catalog, "timed", stopped=True)

    assert found["EndpointConfigName"] == CONFIG
    assert started.words == "timed is being started; its schedule stops it again. See: terrachat status"
    assert again.words == "timed is started already."
    assert stopped.words == "timed is being stopped; its schedule starts it again: 0 8 ? * MON-FRI * (UTC)."
    assert sagemaker().list_endpoints(NameContains=NAME)["Endpoints"] == []
    assert catalog.read_text() == CATALOG


def test_scheduled_endpoint_that_was_never_deployed_cannot_be_started(catalog: Path) -> None:
    with pytest.raises(AwsError, match="timed: there is no endpoint configuration") as caught:
        switched(catalog, "timed", stopped=False)

    assert caught.value.hint == "Deploy it first: terrachat apply"
