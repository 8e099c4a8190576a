"""Which secret Terraform takes over before it plans: this deployment's, whole or in part, and nobody else's."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from generator.api_keys.place import place_of
from generator.api_keys.store import ApiKeySecret
from generator.deployment.adopting import ADOPTIONS, adopted
from generator.errors import AwsError, TerraformError
from generator.progress import Progress
from generator.terraform import Terraform
from tests.unit.generator.aws_answers import Answer, client
from tests.unit.generator.played_terraform import PlayedTerraform
from tests.unit.generator.test_api_key_names import ARN as NAMED
from tests.unit.generator.test_api_key_names import catalog_of
from tests.unit.generator.test_api_key_store import (
    ARN,
    DENIED,
    NO_SECRET,
    NOW,
    V0,
    V1,
    added,
    described,
    labelled,
    refused,
)

OURS = [{"Key": "terrachat:deployment", "Value": "demo"}]
SECRET = f'import {{\n  to = aws_secretsmanager_secret.api_keys\n  id = "{ARN}"\n}}\n'
VERSION = f'import {{\n  to = aws_secretsmanager_secret_version.api_keys\n  id = "{ARN}|{V0}"\n}}\n'


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    found = tmp_path / "module"
    found.mkdir()
    return found


def blocks(
    directory: Path, *answers: Answer, may_change: bool = True, state: Any = None, **settings: Any
) -> str | None:
    """The import blocks that Terraform sees; None where there are none. After it there are none in any case."""
    played = PlayedTerraform(directory.parent / "bin", {"state pull": [{"document": state}]} if state else {})
    played.install()
    if state:
        (directory / "terraform.tfstate").write_text(json.dumps(state))
    secret = ApiKeySecret(place_of(catalog_of(**settings)), client("secretsmanager", *answers))
    terraform = Terraform(directory, cli_folder=directory.parent)
    progress = Progress(Console(file=io.StringIO()))
    path = directory / ADOPTIONS
    try:
        with adopted(secret, directory, terraform, progress, may_change=may_change):
            return path.read_text() if path.exists() else None
    finally:
        assert not path.exists()


def state_of(*types: str, arn: str = ARN) -> dict[str, Any]:
    instances: list[dict[str, Any]] = [{"attributes": {"arn": arn}}]
    return {
        "resources": [{"mode": "managed", "type": each, "name": "api_keys", "instances": instances} for each in types]
    }


WHOLE = state_of("aws_secretsmanager_secret", "aws_secretsmanager_secret_version")


def test_a_secret_that_a_key_was_set_in_is_taken_over_with_its_empty_version(directory: Path) -> None:
    found = blocks(directory, described(Tags=OURS), labelled("TERRACHAT_CREATED", V0))

    assert found == f"{SECRET}\n{VERSION}"


def test_where_there_is_no_secret_there_is_nothing_to_take_over(directory: Path) -> None:
    assert blocks(directory, refused("describe_secret", NO_SECRET)) is None


def test_what_terraform_knows_is_not_taken_over_again(directory: Path) -> None:
    assert blocks(directory, described(Tags=[]), state=WHOLE) is None


def forgotten(directory: Path) -> list[str]:
    calls = (directory.parent / "bin/calls").read_text().splitlines()
    return [call for call in calls if call.startswith("state rm")]


def test_a_secret_that_was_deleted_by_hand_and_set_again_is_taken_over_with_its_keys(directory: Path) -> None:
    gone = state_of("aws_secretsmanager_secret", "aws_secretsmanager_secret_version", arn=f"{ARN[:-6]}oooooo")
    there = described(Tags=OURS)

    seen = blocks(directory, there, may_change=False, state=gone)
    assert (seen, forgotten(directory)) == (None, [])

    assert blocks(directory, there, labelled("TERRACHAT_CREATED", V0), state=gone) == f"{SECRET}\n{VERSION}"
    assert [call.split()[-2:] for call in forgotten(directory)] == [
        ["aws_secretsmanager_secret.api_keys", "aws_secretsmanager_secret_version.api_keys"]
    ]


def test_of_a_secret_that_terraform_knows_aws_need_not_tell(directory: Path) -> None:
    assert blocks(directory, refused("describe_secret", DENIED), state=WHOLE) is None


@pytest.mark.parametrize("known", [(), ("aws_secretsmanager_secret",)], ids=["nothing", "the secret alone"])
def test_where_a_second_first_version_would_replace_the_keys_aws_must_tell(
    directory: Path, known: tuple[str, ...]
) -> None:
    with pytest.raises(AwsError, match="DescribeSecret of 'terrachat/demo/api-keys' in us-east-1 failed") as caught:
        blocks(directory, refused("describe_secret", DENIED), state=state_of(*known) if known else None)

    assert caught.value.hint == "Let the identity that you are signed in as do secretsmanager:DescribeSecret on it."


def test_a_secret_that_is_scheduled_for_deletion_stops_everything(directory: Path) -> None:
    with pytest.raises(AwsError, match="is scheduled for deletion") as caught:
        blocks(directory, described(DeletedDate=NOW), state=WHOLE)

    assert caught.value.hint is not None
    assert "restore-secret" in caught.value.hint


def test_a_version_alone_is_taken_over_where_an_apply_got_no_further(directory: Path) -> None:
    found = blocks(
        directory, described(), labelled("TERRACHAT_CREATED", V0), state=state_of("aws_secretsmanager_secret")
    )

    assert found == VERSION


def test_an_apply_adds_the_empty_version_and_a_plan_changes_nothing(directory: Path) -> None:
    missing = (described(Tags=OURS), labelled("TERRACHAT_CREATED", None))

    assert blocks(directory, *missing, may_change=False) == SECRET
    assert blocks(directory, *missing, added(V1, {}, "TERRACHAT_CREATED")) == f"{SECRET}\n{VERSION.replace(V0, V1)}"


@pytest.mark.parametrize("tags", [[], [{"Key": "terrachat:deployment", "Value": "another"}]])
def test_a_strangers_secret_is_refused_by_name(directory: Path, tags: list[dict[str, str]]) -> None:
    with pytest.raises(TerraformError, match="'terrachat/demo/api-keys' exists already and is not of this") as caught:
        blocks(directory, described(Tags=tags))

    assert caught.value.hint is not None
    assert f"api_keys: {{secret: {ARN}}}" in caught.value.hint
    assert "tag-resource --secret-id terrachat/demo/api-keys --region us-east-1 " in caught.value.hint
    assert "--tags Key=terrachat:deployment,Value=demo" in caught.value.hint


def test_a_secret_that_the_catalog_names_is_not_looked_at(directory: Path) -> None:
    assert blocks(directory, api_keys={"secret": NAMED}) is None


def test_what_a_killed_run_left_is_not_imported(directory: Path) -> None:
    (directory / ADOPTIONS).write_text("import {}")

    assert blocks(directory, refused("describe_secret", NO_SECRET)) is None
