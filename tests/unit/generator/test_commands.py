"""Commands that need neither Terraform nor AWS, as a user and a CI job call them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from generator.cli import app
from generator.errors import TerrachatError

CATALOG = """\
version: 1
deployment: demo
region: us-east-1
models:
  - id: big
    provider: sagemaker
    source: {huggingface: meta-llama/Llama-3.1-70B-Instruct}
    instance_type: ml.g5.xlarge
  - {id: gpt, provider: openai, model: gpt-4o}
"""


@pytest.fixture(autouse=True)
def _in_a_folder_with_a_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("catalog.yaml").write_text(CATALOG)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_warnings_go_to_stderr_and_are_no_failure() -> None:
    ran = run("validate")

    assert (ran.exit_code, ran.stdout) == (0, "catalog.yaml: ok, 2 models\n")
    assert ran.stderr.startswith("catalog.yaml: warning: models[0]")


def test_warnings_are_in_the_json() -> None:
    document = json.loads(run("validate", "--json").stdout)

    assert document["models"] == 2
    assert [set(warning) for warning in document["warnings"]] == [{"key_path", "message"}]


def test_schema_is_json_and_knows_the_catalogs_keys() -> None:
    document = json.loads(run("schema").stdout)

    assert {"version", "deployment", "region", "models"} <= set(document["properties"])


def test_check_fails_and_writes_nothing_where_there_is_no_module() -> None:
    before = sorted(Path().rglob("*"))

    ran = run("generate", "--check")

    assert isinstance(ran.exception, TerrachatError)
    assert ran.exception.exit_code == 1
    assert "deployments/demo/sagemaker_big.tf" in ran.stdout
    assert sorted(Path().rglob("*")) == before


def test_diff_prints_the_module_and_writes_nothing() -> None:
    ran = run("generate", "--diff", "--as-module")

    assert ran.exit_code == 0
    assert '+resource "aws_sagemaker_endpoint" "big" {' in ran.stdout
    assert "providers.tf" not in ran.stdout
    assert not Path("modules").exists()


def test_ctrl_c_while_python_still_imports_is_no_traceback() -> None:
    """The console script imports this module first, and the rest in it."""
    program = (
        "import sys\n"
        "class Pressed:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'generator.cli': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Pressed())\n"
        "from generator.__main__ import main; main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (130, "")


def test_a_key_that_is_not_text_is_no_defect_and_is_not_repeated() -> None:
    result = CliRunner().invoke(app, ["secrets", "set", "OPENAI_API_KEY"], input=b"sk-\xff-planted")

    assert isinstance(result.exception, TerrachatError)
    assert result.exception.message == "OPENAI_API_KEY: the value is not text in UTF-8"
