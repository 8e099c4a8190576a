"""The generated modules are exactly the reviewed ones, and Terraform agrees with how they are written."""

from __future__ import annotations

import subprocess

import pytest

from generator.catalog import Catalog
from generator.families.lambda_runtime import ON_AWS
from generator.planning import plan_deployment
from generator.rendering import render
from tests.golden.modules import CASES, expected_folder, rendered


@pytest.mark.parametrize("case", CASES)
def test_module_is_the_reviewed_one(case: str) -> None:
    expected = {path.name: path.read_text(encoding="utf-8") for path in expected_folder(case).iterdir()}

    assert {file.name: file.text for file in rendered(case)} == expected


@pytest.mark.parametrize("case", CASES)
def test_module_is_formatted_as_terraform_fmt_would(case: str) -> None:
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "-no-color", str(expected_folder(case))],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_local_module_differs_by_one_added_file_only() -> None:
    assert [file.name for file in rendered("local")] == ["local_override.tf"]


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


def _sagemaker_files(models: list[dict[str, object]]) -> dict[str, str]:
    catalog = Catalog.model_validate({"version": 1, "deployment": "demo", "region": "us-east-1", "models": models})
    return {
        file.name: file.text for file in render(plan_deployment(catalog, ON_AWS)) if file.name.startswith("sagemaker_")
    }
