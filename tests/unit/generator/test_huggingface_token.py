"""The Hugging Face token reaches Terraform through its environment, once, and is asked for where it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator.catalog import Catalog
from generator.deployment.huggingface_token import give_token
from generator.errors import TerrachatError
from generator.families.lambda_runtime import ON_AWS
from generator.planning import DeploymentPlan, plan_deployment
from generator.terraform import Terraform
from tests.unit.generator.played_terraform import PlayedTerraform

PLANTED = "hf_planted_5b1e"


def plan_of(**changes: Any) -> DeploymentPlan:
    catalog = {
        "version": 1,
        "deployment": "demo",
        "region": "us-east-1",
        "models": [{"id": "g", "provider": "openai", "model": "gpt-4o"}],
    }
    return plan_deployment(Catalog.model_validate(catalog | changes), ON_AWS)


CREATED = plan_of(huggingface={"create_secret": True})
SECRET = {"mode": "managed", "type": "aws_secretsmanager_secret_version", "name": "huggingface_token"}


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PlayedTerraform:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for name in ("HF_TOKEN", "TF_VAR_huggingface_token"):
        monkeypatch.delenv(name, raising=False)
    return PlayedTerraform(tmp_path)


def given(played: PlayedTerraform, plan: DeploymentPlan, answer: str | None) -> list[str]:
    """What was asked, once the token was given; what Terraform was told is in `told`."""
    played.install()
    asked: list[str] = []

    def ask() -> str:
        asked.append("asked")
        return answer or ""

    terraform = Terraform(Path(), cli_folder=Path("cli"))
    give_token(plan, terraform, ask if answer is not None else None)
    terraform.init()
    return asked


def told(played: PlayedTerraform) -> str:
    return (played.folder / "told").read_text()


NO_STATE: dict[str, list[dict[str, Any]]] = {"state pull": [{}]}


def test_token_is_asked_for_before_the_first_apply(played: PlayedTerraform) -> None:
    played.runs = NO_STATE

    assert given(played, CREATED, f"{PLANTED}\n") == ["asked"]
    assert told(played) == PLANTED


@pytest.mark.parametrize("name", ["HF_TOKEN", "TF_VAR_huggingface_token"])
def test_token_in_the_environment_is_taken(played: PlayedTerraform, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, f"{PLANTED}\n")  # as a file that was sourced may leave it

    assert given(played, CREATED, "other") == []
    assert told(played) == PLANTED


@pytest.mark.parametrize(
    "plan",
    [plan_of(), plan_of(huggingface={"token_secret": "arn:aws:secretsmanager:us-east-1:123456789012:secret:t-a1b2c3"})],
    ids=["no token", "a secret that exists"],
)
def test_token_that_is_not_needed_is_not_asked_for(played: PlayedTerraform, plan: DeploymentPlan) -> None:
    assert given(played, plan, PLANTED) == []
    assert told(played) == ""


def test_token_is_not_asked_for_again(played: PlayedTerraform) -> None:
    played.runs = {"state pull": [{"document": {"resources": [SECRET | {"instances": [{"attributes": {}}]}]}}]}

    assert given(played, CREATED, PLANTED) == []


def test_a_blank_variable_is_no_token(played: PlayedTerraform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", " ")
    played.runs = NO_STATE

    assert given(played, CREATED, PLANTED) == ["asked"]


@pytest.mark.parametrize("answer", [None, ""], ids=["nobody to ask", "no answer"])
def test_without_a_token_the_first_apply_says_how_to_give_one(played: PlayedTerraform, answer: str | None) -> None:
    played.runs = NO_STATE

    with pytest.raises(TerrachatError, match="needs the Hugging Face token") as caught:
        given(played, CREATED, answer)

    assert "HF_TOKEN" in str(caught.value.hint)
