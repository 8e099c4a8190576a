"""The generated modules are exactly the reviewed ones, and Terraform agrees with how they are written."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from generator.catalog import Catalog
from generator.families.lambda_runtime import ON_AWS
from generator.planning import plan_deployment
from generator.rendering import render
from generator.terraform.install import plugin_settings
from tests.golden.modules import (
    CASES,
    FOLDER,
    LOCAL_ENDPOINT,
    Case,
    expected_folder,
    module_of,
    rendered,
    whole_module,
)


@pytest.mark.parametrize("case", CASES)
def test_module_is_the_reviewed_one(case: str) -> None:
    expected = {path.name: path.read_text(encoding="utf-8") for path in expected_folder(case).iterdir()}

    assert {file.name: file.text for file in rendered(case)} == expected


def test_modules_are_formatted_as_terraform_fmt_would() -> None:
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "-no-color", "-recursive", str(FOLDER)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_called_module_gets_its_token_from_its_caller() -> None:
    """TF_VAR_... sets variables of the configuration that Terraform is started in, and of no module."""
    files = {file.name: file.text for file in module_of(Case(form="module"), "huggingface_created")}

    assert [name for name, text in files.items() if "TF_VAR" in text] == []
    assert "  huggingface_token = var.huggingface_token" in files["README.md"]


@pytest.mark.timeout(120)
def test_provider_5_100_finds_nothing_wrong_with_any_module(tmp_path: Path) -> None:
    """`terraform validate`, of all modules in one run: each is called by one configuration, as if by an owner's."""
    modules = {case: whole_module(case) for case in CASES}
    modules["backend_local"] = module_of(LOCAL, "backend")
    modules["token_local"] = module_of(LOCAL, "huggingface_created")
    for name, files in modules.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "chat_handler.zip").write_bytes(b"")
        for file in files:
            # A provider of one's own costs a module most of the time that validating takes; one says it for all.
            if file.name != "providers.tf" or name == "minimal" or name.endswith("local"):
                (tmp_path / name / file.name).write_text(file.text, encoding="utf-8")
    calls = "".join(f'module "{name}" {{\n  source = "./{name}"\n}}\n' for name in modules)
    (tmp_path / "main.tf").write_text(_PINNED + calls, encoding="utf-8")

    terraform(tmp_path, "init", "-input=false", "-no-color")
    said = json.loads(terraform(tmp_path, "validate", "-json", "-no-color"))

    warnings = {found["summary"] for found in said["diagnostics"] if found["severity"] == "warning"}
    assert [found for found in said["diagnostics"] if found["severity"] == "error"] == []
    # Both come of calling whole modules from another, and the second one from naming a provider that is overridden.
    assert warnings <= {"Backend configuration ignored", "Redundant empty provider block"}


LOCAL = Case(local_endpoint=LOCAL_ENDPOINT)
_PINNED = """terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
"""


def terraform(folder: Path, *arguments: str) -> str:
    """What a Terraform command prints; the provider comes from where the generator would take it."""
    environment = {**os.environ, **plugin_settings(folder / ".terraform-settings"), "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(
        ["terraform", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    return done.stdout


def test_local_module_differs_by_one_added_file_only() -> None:
    assert [file.name for file in rendered("local")] == ["local_override.tf"]


def test_local_module_keeps_its_state_at_hand_whatever_backend_the_catalog_names() -> None:
    files = {file.name: file.text for file in module_of(LOCAL, "backend")}

    assert 'terraform {\n  backend "local" {}\n}\n' in files["local_override.tf"]


def test_local_module_needs_no_token() -> None:
    files = {file.name: file.text for file in module_of(LOCAL, "huggingface_created")}

    assert 'variable "huggingface_token" {\n  default = "local"\n}\n' in files["local_override.tf"]


def test_readme_names_every_variable_and_output() -> None:
    files = {file.name: file.text for file in whole_module("everything")}
    blocks = re.findall(r'^(?:variable|output) "(\w+)"', files["variables.tf"] + files["outputs.tf"], re.MULTILINE)

    assert blocks
    assert [name for name in blocks if f"| `{name}` |" not in files["README.md"]] == []


def test_no_module_repeats_resources_by_count_or_calls_another() -> None:
    """Flat modules plan several times faster; and one model's address never depends on another model."""
    texts = [file.text for case in CASES for file in whole_module(case) if file.name.endswith(".tf")]

    assert [line for text in texts for line in re.findall(r"^ *(?:count|for_each) *=.*|^module .*", text, re.M)] == []


def test_a_model_called_like_a_part_of_the_module_gets_labels_of_its_own() -> None:
    """Each label that the module has for itself is tried as a model's id."""
    own = [file.text for file in whole_module("everything") if not file.name.startswith("sagemaker_")]
    ids = sorted(
        {label for text in own for label in re.findall(r'^resource "\w+" "(?!model_)(\w+)"', text, re.MULTILINE)}
    )
    hours = {"start": "0 8 ? * MON-FRI *", "stop": "0 18 ? * MON-FRI *"}
    self_hosted = {"provider": "sagemaker", "source": {"huggingface": "org/m"}, "instance_type": "ml.g5.xlarge"}
    catalog = _catalog([{"id": name, **self_hosted, "schedule": hours} for name in ids])

    texts = "".join(file.text for file in render(plan_deployment(catalog, ON_AWS)))

    addresses = re.findall(r'^resource ("\w+" "\w+")', texts, re.MULTILINE)
    assert {"handler", "scheduler", "endpoints"} <= set(ids)
    assert [address for address, number in Counter(addresses).items() if number > 1] == []


def test_order_of_models_does_not_change_any_other_model() -> None:
    """Addresses and texts derive from ids only: moving an entry touches no resource's own file."""
    models: list[dict[str, object]] = [
        {
            "id": f"m{n}",
            "provider": "sagemaker",
            "source": {"huggingface": f"org/m{n}"},
            "instance_type": "ml.g5.xlarge",
        }
        for n in range(3)
    ]
    first, second = (_sagemaker_files(order) for order in (models, models[::-1]))

    assert first == second


def test_monitoring_does_not_change_with_the_models() -> None:
    """A model that comes or goes takes its own alarm with it, and touches nothing that others share."""
    hosted: dict[str, object] = {
        "provider": "sagemaker",
        "source": {"s3": "s3://bucket/a/"},
        "instance_type": "ml.g5.xlarge",
    }
    first, second = {"id": "a", **hosted}, {"id": "b", **hosted}
    asked: dict[str, object] = {"id": "c", "provider": "openai", "model": "gpt-4o"}
    shared = [
        next(file.text for file in render(plan_deployment(_catalog(models), ON_AWS)) if file.name == "monitoring.tf")
        for models in ([first], [first, second], [asked])
    ]

    assert len(set(shared)) == 1


def _catalog(models: list[dict[str, object]]) -> Catalog:
    return Catalog.model_validate({"version": 1, "deployment": "demo", "region": "us-east-1", "models": models})


def _sagemaker_files(models: list[dict[str, object]]) -> dict[str, str]:
    catalog = _catalog(models)
    return {
        file.name: file.text for file in render(plan_deployment(catalog, ON_AWS)) if file.name.startswith("sagemaker_")
    }
