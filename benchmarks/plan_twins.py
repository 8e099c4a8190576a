"""The shape of our modules, and the same resources as one module call for each model.

Of terraform_data, which is part of Terraform: without provider and cloud what is measured is what Terraform does with
the shape. Seven resources for each model, with the references and life cycles of ours.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_ENVIRONMENT = {**os.environ, "CHECKPOINT_DISABLE": "1"}  # or each start asks for a newer Terraform
_VERSIONS = 'terraform {\n  required_version = ">= 1.4"\n}\n'
_HANDLER = 'resource "terraform_data" "handler" {\n  input = "handler"\n}\n'
_RESOURCES = """\
resource "terraform_data" "{prefix}log_group" {{
  input = "/aws/sagemaker/Endpoints/terrachat-demo-{id}"
}}

resource "terraform_data" "{prefix}role" {{
  input = "terrachat-demo-{id}-"
}}

resource "terraform_data" "{prefix}role_policy" {{
  input = jsonencode({{
    role     = terraform_data.{prefix}role.id
    resource = "${{terraform_data.{prefix}log_group.output}}:*"
  }})
}}

resource "terraform_data" "{prefix}model" {{
  input      = {{ name = "terrachat-demo-{id}", role = terraform_data.{prefix}role.output }}
  depends_on = [terraform_data.{prefix}role_policy]

  lifecycle {{
    create_before_destroy = true
  }}
}}

resource "terraform_data" "{prefix}configuration" {{
  input = {{ model_name = terraform_data.{prefix}model.output.name, instance_type = "ml.g5.2xlarge", count = 1 }}

  lifecycle {{
    create_before_destroy = true
  }}
}}

resource "terraform_data" "{prefix}endpoint" {{
  input      = {{ name = "terrachat-demo-{id}", configuration = terraform_data.{prefix}configuration.id }}
  depends_on = [terraform_data.{prefix}log_group]
}}

resource "terraform_data" "{prefix}parameter" {{
  input      = jsonencode({{ version = 1, id = "{id}", endpoint = "terrachat-demo-{id}" }})
  depends_on = [terraform_data.{prefix}endpoint]
}}
"""
_CALL = 'module "model_{number}" {{\n  source = "./model"\n  id     = "model-{number}"\n}}\n'


def write_flat(folder: Path, number: int) -> Path:
    """Our shape: a file for each model, addresses out of ids, no module, no for_each."""
    folder.mkdir()
    (folder / "versions.tf").write_text(_VERSIONS + "\n" + _HANDLER)
    for index in range(number):
        text = _RESOURCES.format(prefix=f"model_{index}_", id=f"model-{index}")
        (folder / f"sagemaker_model_{index}.tf").write_text(text)
    return folder


def write_modules(folder: Path, number: int) -> Path:
    """The twin: the same resources in a child module that is called once for each model."""
    (folder / "model").mkdir(parents=True)
    (folder / "main.tf").write_text(_VERSIONS + "\n" + _HANDLER)
    (folder / "models.tf").write_text("\n".join(_CALL.format(number=index) for index in range(number)))
    text = _RESOURCES.format(prefix="", id="${var.id}")
    (folder / "model/main.tf").write_text(f'variable "id" {{\n  type = string\n}}\n\n{text}')
    return folder


def initialise(folder: Path, terraform: str) -> None:
    """Let Terraform find the module calls; nothing is downloaded."""
    _run(terraform, folder, "init", "-input=false", "-no-color")


def plan(folder: Path, terraform: str) -> None:
    """Plan everything as new."""
    _run(terraform, folder, "plan", "-input=false", "-lock=false", "-no-color", "-out=plan")


def _run(terraform: str, folder: Path, *arguments: str) -> None:
    subprocess.run([terraform, *arguments], cwd=folder, env=_ENVIRONMENT, check=True, capture_output=True)
