"""checkov finds nothing to say about the generated modules that is not answered beside the resource.

checkov pins a hundred packages of its own, so it lives in its own environment, which `make test` makes
(requirements/checkov.txt). What is not done as it says has its reason in the templates: `# checkov:skip=ID:reason`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.golden.modules import FOLDER

CHECKOV = Path(sys.prefix, "checkov/bin/checkov")
# `local` is an override file and no module: most of each resource stands elsewhere.
MODULES = {path.parent.name: path for path in FOLDER.glob("*/expected") if path.parent.name != "local"}
BAD = """
resource "aws_ssm_parameter" "plain" {
  name  = "plain"
  type  = "String"
  value = "v"
}

resource "aws_ssm_parameter" "without_reason" {
  # checkov:skip=CKV2_AWS_34
  name  = "without_reason"
  type  = "String"
  value = "v"
}
"""
_RESOURCE = re.compile(r'^resource "', re.MULTILINE)
_NO_REASON = {"", "No comment provided"}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What checkov says of all golden modules and of a bad one, in one run: it takes seconds to start."""
    if not CHECKOV.exists():
        reason = f"no checkov in {CHECKOV.parents[1]}: make test installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("modules")
    for name, path in MODULES.items():
        shutil.copytree(path, folder / name)
    (folder / "bad").mkdir()
    (folder / "bad/main.tf").write_text(BAD)
    command = [str(CHECKOV), "-d", ".", "--framework", "terraform", "--output", "json", "--skip-download", "--compact"]
    done = subprocess.run([*command, "--soft-fail"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_generated_modules_are_as_checkov_wants_them(report: Any) -> None:
    failed = [place for place in _places(report["results"]["failed_checks"]) if not place.startswith("/bad/")]

    assert failed == []


def test_what_is_not_done_has_its_reason(report: Any) -> None:
    unexplained = [place for place in _places(_unexplained(report)) if not place.startswith("/bad/")]

    assert unexplained == []


def test_checkov_saw_every_resource(report: Any) -> None:
    texts = [BAD, *(path.read_text(encoding="utf-8") for each in MODULES.values() for path in each.glob("*.tf"))]

    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["resource_count"] == sum(len(_RESOURCE.findall(text)) for text in texts)


def test_what_checkov_says_of_a_bad_module_is_found(report: Any) -> None:
    """Or the tests above would hold whatever it says."""
    assert [place for place in _places(report["results"]["failed_checks"]) if place.startswith("/bad/")] == [
        "/bad/main.tf:2 aws_ssm_parameter.plain: CKV2_AWS_34 AWS SSM Parameter should be Encrypted"
    ]
    assert [place for place in _places(_unexplained(report)) if place.startswith("/bad/")] == [
        "/bad/main.tf:8 aws_ssm_parameter.without_reason: CKV2_AWS_34 AWS SSM Parameter should be Encrypted"
    ]


def _unexplained(report: Any) -> list[Any]:
    skipped = report["results"]["skipped_checks"]
    return [check for check in skipped if check["check_result"]["suppress_comment"].strip() in _NO_REASON]


def _places(checks: list[Any]) -> list[str]:
    return sorted(
        f"{each['file_path']}:{each['file_line_range'][0]} {each['resource']}: {each['check_id']} {each['check_name']}"
        for each in checks
    )
