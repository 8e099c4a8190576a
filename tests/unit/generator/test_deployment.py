"""A Terraform state is never lost to another deployment, region or target that is written into its directory."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from generator.catalog import Catalog
from generator.deployment import generating, steps
from generator.deployment.targets import Target
from generator.errors import ModuleDirError
from generator.local.target import LocalTarget
from generator.module_dir.lock import locked
from generator.progress import Progress

STATE = json.dumps({"version": 4, "resources": [{"type": "aws_sagemaker_endpoint"}]})
CATALOG = Catalog.model_validate(
    {
        "version": 1,
        "deployment": "demo",
        "region": "us-east-1",
        "models": [{"id": "g", "provider": "openai", "model": "gpt-4o"}],
    }
)
AWS = Target()
LOCAL = Target(LocalTarget("life-1", 1, "now", "http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3"))
MODULE = Path("module")


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all tests: the handler's zip, which takes seconds, is then built once a target."""
    return tmp_path_factory.mktemp("workplace")


@pytest.fixture(autouse=True)
def _in_an_empty_module_directory(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workplace)
    for path in MODULE.glob("*"):
        path.unlink()


def progress() -> Progress:
    return Progress(Console(file=io.StringIO()))


def generate(catalog: Catalog, target: Target) -> None:
    generating.generate(catalog, target, MODULE, progress())


def put_state(text: str = STATE) -> Path:
    state = MODULE / "terraform.tfstate"
    state.write_text(text)
    return state


def test_local_run_in_an_aws_module_directory_leaves_its_state_alone() -> None:
    generate(CATALOG, AWS)
    state = put_state()

    with pytest.raises(ModuleDirError, match=r"is of the deployment 'demo' in us-east-1, which may be deployed"):
        generate(CATALOG, LOCAL)
    with pytest.raises(ModuleDirError, match="may be deployed"):
        steps.destroy(CATALOG, LOCAL, MODULE, progress())

    assert state.read_text() == STATE
    assert not (MODULE / "local_override.tf").exists()


def test_local_run_beside_a_state_that_is_not_ours_leaves_it_alone() -> None:
    MODULE.mkdir(exist_ok=True)
    state = put_state()

    with pytest.raises(ModuleDirError, match="a Terraform state here that is not the local target's"):
        generate(CATALOG, LOCAL)

    assert [path.name for path in MODULE.iterdir()] == [state.name]


def test_module_of_a_local_target_is_not_made_one_for_aws_while_it_may_be_deployed() -> None:
    generate(CATALOG, LOCAL)
    put_state()

    with pytest.raises(ModuleDirError, match=r"in us-east-1 \(local\), which may be deployed"):
        generate(CATALOG, AWS)


@pytest.mark.parametrize("change", [{"region": "eu-west-1"}, {"deployment": "other"}])
def test_another_region_or_deployment_does_not_orphan_what_is_deployed(change: dict[str, str]) -> None:
    generate(CATALOG, AWS)
    put_state()
    before = (MODULE / "locals.tf").read_text()

    with pytest.raises(ModuleDirError, match="the catalog now says the deployment") as caught:
        generate(CATALOG.model_copy(update=change), AWS)
    with pytest.raises(ModuleDirError, match="the catalog now says the deployment"):
        steps.destroy(CATALOG.model_copy(update=change), AWS, MODULE, progress())

    assert (MODULE / "locals.tf").read_text() == before
    assert "Destroy that first" in str(caught.value.hint)


def test_a_backend_of_the_users_counts_as_deployed() -> None:
    generate(CATALOG, AWS)
    (MODULE / "backend.tf").write_text('terraform {\n  backend "s3" {}\n}\n')

    with pytest.raises(ModuleDirError, match="may be deployed"):
        generate(CATALOG.model_copy(update={"region": "eu-west-1"}), AWS)


def test_region_may_change_while_nothing_is_deployed() -> None:
    generate(CATALOG, AWS)
    put_state('{"version": 4, "resources": []}')

    generate(CATALOG.model_copy(update={"region": "eu-west-1"}), AWS)

    assert "eu-west-1" in (MODULE / "locals.tf").read_text()


def test_state_of_a_former_local_life_is_dropped_whatever_it_was_of() -> None:
    assert LOCAL.local is not None
    generate(CATALOG, LOCAL)
    state = put_state()
    (MODULE / "terrachat.life").write_text("life-1")

    generate(CATALOG, LOCAL)
    assert state.exists()

    generate(CATALOG.model_copy(update={"region": "eu-west-1"}), Target(replace(LOCAL.local, life="life-2")))
    assert not state.exists()


def test_destroy_touches_no_folder_that_terrachat_did_not_write() -> None:
    MODULE.mkdir(exist_ok=True)
    (MODULE / "main.tf").write_text("# mine\n")
    put_state()

    with pytest.raises(ModuleDirError, match="no module of Terrachat's here"):
        steps.destroy(CATALOG, AWS, MODULE, progress())


def test_second_terrachat_in_a_directory_is_stopped() -> None:
    with locked(MODULE), pytest.raises(ModuleDirError, match="another terrachat is at work") as caught:
        generate(CATALOG, AWS)

    assert "Wait for it to end" in str(caught.value.hint)


def test_module_that_another_calls_does_not_take_the_place_of_one_with_a_state() -> None:
    generate(CATALOG, AWS)
    put_state()

    with pytest.raises(ModuleDirError, match=r"the catalog now says the deployment 'demo' in us-east-1 \(module\)"):
        generating.generate(CATALOG, AWS, MODULE, progress(), "module")


def test_check_finds_nothing_after_generate_and_what_changed_after_an_edit() -> None:
    generate(CATALOG, AWS)
    assert generating.compare(CATALOG, AWS, MODULE).diff.is_empty

    other = CATALOG.model_copy(update={"tags": {"team": "ml"}})
    found = generating.compare(other, AWS, MODULE)

    assert found.diff.changed
    assert not found.diff.added
    assert "team" in found.text
    assert generating.compare(CATALOG, AWS, MODULE).diff.is_empty
