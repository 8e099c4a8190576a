"""Values reach Terraform as they are, whatever they hold; templates cannot print what was not escaped."""

from __future__ import annotations

import json
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.rendering import hcl, ident, within

HOSTILE = (
    "",
    " ",
    "plain",
    '"',
    '""',
    "\\",
    "\\n",
    "\\b \\\\b \\f",
    "C:\\new\\table",
    "two\nlines",
    "carriage\r\nreturn",
    "tab\t",
    "bell\x07 backspace\x08 form feed\x0c null-adjacent\x01 delete\x7f",
    "${path.root}",
    "$${path.root}",
    "$$${path.root}",
    "$$$${path.root}",
    "${",
    "$",
    "$$",
    "$" + "{" * 3,
    "%{ if true }yes%{ endif }",
    "%%{if}",
    "%{",
    "%",
    '${file("/etc/hostname")}',
    '"\n}\nresource "x" "y" {',
    "<<EOT\ntext\nEOT\n",
    "{{ 7 * 7 }} {% raw %}",
    "# comment // comment /* comment */",
    "🚀 👩‍👩‍👧 🇻🇳",
    "Tiếng Việt: ạ ả ấ ầ ẩ ẫ ậ ắ ẵ ặ ơ ư đ",
    "\u2028\u2029\u00a0\ufeff",
    "\U0010ffff",
    "</script><b>&amp;",
    "-123",
    "true",
    "null",
)


def through_terraform(expression: str, folder: Path) -> object:
    """What Terraform makes of an HCL expression: a module of one output, applied for real."""
    (folder / "outputs.tf").write_text(f'output "value" {{\n  value = {expression}\n}}\n', encoding="utf-8")
    done = subprocess.run(
        ["terraform", "apply", "-auto-approve", "-input=false", "-no-color"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    shown = subprocess.run(
        ["terraform", "output", "-json", "value"], cwd=folder, capture_output=True, text=True, check=True
    )
    return json.loads(shown.stdout)


def test_hostile_strings_come_out_of_terraform_unchanged(tmp_path: Path) -> None:
    assert through_terraform(str(hcl(list(HOSTILE))), tmp_path) == list(HOSTILE)


def test_hostile_keys_come_out_of_terraform_unchanged(tmp_path: Path) -> None:
    value = {text: text for text in HOSTILE}

    assert through_terraform(str(hcl(value)), tmp_path) == value


def test_text_within_a_template_comes_out_of_terraform_unchanged(tmp_path: Path) -> None:
    inside = "|".join(within(text) for text in HOSTILE)

    assert through_terraform(f'"{inside}"', tmp_path) == "|".join(HOSTILE)


def test_random_strings_come_out_of_terraform_unchanged(tmp_path: Path) -> None:
    """One apply for the whole sample: Terraform takes half a second to start, and the strings are independent."""
    sample: list[str] = []

    @settings(max_examples=2000, database=None)
    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
    def collect(text: str) -> None:
        sample.append(unicodedata.normalize("NFC", text))  # Terraform itself normalises strings to NFC

    collect()

    came_out = through_terraform(str(hcl(sample)), tmp_path)

    assert isinstance(came_out, list)
    assert [(put_in, out) for put_in, out in zip(sample, came_out, strict=True) if put_in != out] == []


def test_nested_values_keep_their_types(tmp_path: Path) -> None:
    value = {"a": 1, "b": {"c": [1.5, True, None, "x"], "d": {}}, "e-f": "${x}", "g": 1800}

    assert through_terraform(str(hcl(value)), tmp_path) == value


@pytest.mark.parametrize("name", ["a b", "1a", "a-b", "", 'a"', "a\n", "A", "a..b", "a.", "${a}"])
def test_ident_refuses_what_is_no_address(name: str) -> None:
    with pytest.raises(ValueError, match="is not a Terraform address"):
        ident(name)


def test_no_template_prints_an_expression_without_a_filter() -> None:
    """Each `{{ }}` ends in hcl, within or ident; the environment also refuses others when it renders."""
    folder = Path(__file__).parents[3] / "terraform_templates"
    expressions = [
        expression.split("}}")[0].strip()
        for path in folder.glob("*.j2")
        for expression in path.read_text(encoding="utf-8").split("{{")[1:]
    ]

    assert expressions
    assert [e for e in expressions if not e.split("|")[-1].strip().startswith(("hcl", "within", "ident"))] == []
