"""A key is set before the first apply, and stays: Terraform takes the secret over, and lets go of it, with its keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.functional.stage import Stage

pytestmark = [pytest.mark.local, pytest.mark.timeout(600)]
OWN = "terrachat/keys/api-keys"
PLANTED = "sk-planted-5b1e77c0"
NAMED = "arn:aws:secretsmanager:us-east-1:999999999999:secret:SharedApiKeysSecret-a1b2c3"
CATALOG: dict[str, Any] = {
    "version": 1,
    "deployment": "keys",
    "region": "us-east-1",
    "defaults": {"max_tokens": 32},  # without a limit a small model may go on for minutes
    "models": [{"id": "gpt", "provider": "openai", "model": "gpt-4o-mini"}],
}


def write(stage: Stage, **settings: Any) -> None:
    (stage.terrachat.folder / "catalog.yaml").write_text(json.dumps({**CATALOG, **settings}))


def stored(stage: Stage, secret: str = OWN) -> Any:
    return json.loads(stage.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])


def files_of(stage: Stage) -> list[Path]:
    module = stage.terrachat.folder / ".terrachat/local/deployments/keys"
    return [path for path in module.rglob("*") if path.is_file() and "providers" not in path.parts]


def plan_of(stage: Stage) -> Any:
    return stage.terrachat.ok("plan", "--local", "--json").json()


def test_a_strangers_secret_stops_the_first_apply_before_anything_is_created(stage: Stage) -> None:
    write(stage)
    secrets = stage.client("secretsmanager")
    secrets.create_secret(Name=OWN, SecretString='{"THEIRS": "1"}')
    before = stage.everything()

    ran = stage.terrachat("apply", "--local", "--yes", "--skip-doctor")

    assert ran.exit_code == 3
    assert f"the secret '{OWN}' exists already and is not of this deployment" in ran.stderr
    assert (stage.everything(), stored(stage)) == (before, {"THEIRS": "1"})
    secrets.delete_secret(SecretId=OWN, ForceDeleteWithoutRecovery=True)


def test_a_key_that_was_set_first_is_taken_over_by_the_first_apply(stage: Stage) -> None:
    stage.terrachat.ok("secrets", "set", "OPENAI_API_KEY", "--local", stdin=f"{PLANTED}\n")
    planned = {change["address"]: change["action"] for change in plan_of(stage)["changes"]}

    applied = stage.terrachat.ok("apply", "--local", "--yes", "--json")

    assert planned["aws_secretsmanager_secret_version.api_keys"] == "import"
    assert "aws_secretsmanager_secret.api_keys" not in {*applied.touched}
    assert stored(stage) == {"OPENAI_API_KEY": PLANTED}


def test_the_key_is_used_and_is_in_no_file_of_the_module(stage: Stage) -> None:
    stage.terrachat.ok("ask", "gpt", "Hello", "--local")

    assert [str(path) for path in files_of(stage) if PLANTED.encode() in path.read_bytes()] == []
    assert [path.name for path in files_of(stage) if path.name.startswith("terrachat_")] == []


def test_later_keys_leave_every_later_plan_empty(stage: Stage) -> None:
    for number in range(2):
        stage.terrachat.ok("secrets", "set", "COHERE_API_KEY", "--local", stdin=f"sk-planted-{number}")
    stage.terrachat.ok("secrets", "unset", "COHERE_API_KEY", "--local")

    assert plan_of(stage)["changes"] == []
    assert stored(stage) == {"OPENAI_API_KEY": PLANTED}


def test_a_secret_that_the_catalog_names_takes_its_place_and_the_old_one_stays(stage: Stage) -> None:
    write(stage, api_keys={"secret": NAMED})
    stage.terrachat.ok("secrets", "set", "OPENAI_API_KEY", "--local", stdin="sk-planted-theirs")

    applied = stage.terrachat.ok("apply", "--local", "--yes", "--json").json()
    listed = stage.terrachat.ok("secrets", "list", "--local").stdout

    function = stage.client("lambda").get_function(FunctionName="terrachat-keys-handler")["Configuration"]
    assert function["Environment"]["Variables"]["TERRACHAT_API_KEYS_SECRET_ARN"] == NAMED
    assert applied["outputs"]["api_keys_secret"] == "SharedApiKeysSecret"
    assert (plan_of(stage)["changes"], stored(stage)) == ([], {"OPENAI_API_KEY": PLANTED})
    assert "OPENAI_API_KEY  openai" in listed
    stage.terrachat.ok("ask", "gpt", "Hello", "--local")


def test_without_that_name_the_deployments_own_secret_is_taken_over_again(stage: Stage) -> None:
    write(stage)

    applied = stage.terrachat.ok("apply", "--local", "--yes", "--json").json()

    assert applied["outputs"]["api_keys_secret"] == OWN
    assert stored(stage) == {"OPENAI_API_KEY": PLANTED}
