"""Values reach Terraform as they are, whatever they hold; templates cannot print what was not escaped."""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.catalog import Catalog
from generator.families.lambda_runtime import ON_AWS
from generator.permissions import Arn
from generator.planning import plan_deployment
from generator.rendering import render
from generator.rendering.hcl import Reference, arn, hcl, ident, within
from generator.rendering.markdown import code, label, md

GPT = {"id": "gpt", "provider": "openai", "model": "gpt-4o"}
_RAW = re.compile(r"{% raw %}.*?{% endraw %}", re.DOTALL)

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


def test_ten_thousand_random_strings_come_out_of_terraform_unchanged(tmp_path: Path) -> None:
    """One apply for the whole sample: Terraform takes half a second to start, and the strings are independent."""
    sample: list[str] = []

    # The characters that mean something to HCL come up far too seldom among all of Unicode.
    anything = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")

    @settings(max_examples=1000, database=None, deadline=None)
    @given(st.lists(st.text(st.sampled_from('"\\$%{}~\n\t /*#<') | anything, max_size=20), min_size=10, max_size=10))
    def collect(texts: list[str]) -> None:
        sample.extend(unicodedata.normalize("NFC", text) for text in texts)  # Terraform itself normalises to NFC

    collect()

    came_out = through_terraform(str(hcl(sample)), tmp_path)

    assert isinstance(came_out, list)
    assert len(came_out) >= 10_000
    assert [(put_in, out) for put_in, out in zip(sample, came_out, strict=True) if put_in != out] == []


def test_nested_values_keep_their_types(tmp_path: Path) -> None:
    value = {"a": 1, "b": {"c": [1.5, True, None, "x"], "d": {}}, "e-f": "${x}", "g": 1800}

    assert through_terraform(str(hcl(value)), tmp_path) == value


@pytest.mark.parametrize("name", ["a b", "1a", "a-b", "", 'a"', "a\n", "A", "a..b", "a.", "${a}"])
@pytest.mark.parametrize("write", [ident, Reference], ids=["ident", "reference"])
def test_what_is_no_address_is_not_written_as_one(write: Callable[[str], str], name: str) -> None:
    with pytest.raises(ValueError, match="is not a Terraform address"):
        write(name)


def test_reference_stands_without_quotes_among_values() -> None:
    assert hcl({"a": Reference("local.token"), "long": "x"}) == '{\n  a    = local.token\n  long = "x"\n}'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            Arn("bedrock", "guardrail/gr1"),
            '"arn:${local.partition}:bedrock:${local.region}:${local.account_id}:guardrail/gr1"',
        ),
        (Arn("bedrock", "foundation-model/m", "*", ""), '"arn:${local.partition}:bedrock:*::foundation-model/m"'),
        (Arn("s3", '${path.root}"', "", ""), '"arn:${local.partition}:s3:::$${path.root}\\""'),
    ],
    ids=["the deployment's own", "any region, no account", "hostile"],
)
def test_arn_takes_what_it_does_not_say_from_the_deployment(value: Arn, expected: str) -> None:
    assert arn(value) == expected


@pytest.mark.parametrize(
    ("write", "value", "expected"),
    [
        (md, "a|b <b>_c_</b> [d](e)\nf $1", r"a\|b \<b\>\_c\_\</b\> \[d\](e) f \$1"),
        (code, "a|b `c`", r"`` a\|b `c` ``"),
        (code, "plain_name", "`plain_name`"),
        (label, 'x"]; click y', '"x#34;#93;#59; click y"'),
    ],
    ids=["text", "code with a fence", "code", "label"],
)
def test_readme_shows_text_as_it_is(write: Callable[[str], str], value: str, expected: str) -> None:
    assert write(value) == expected


def test_large_module_is_one_row_and_one_resource_a_model() -> None:
    models = [{**GPT, "id": f"gpt-{n}"} for n in range(1000)]
    catalog = Catalog.model_validate({"version": 1, "deployment": "demo", "region": "us-east-1", "models": models})

    files = {file.name: file.text for file in render(plan_deployment(catalog, ON_AWS))}

    assert files["discovery.tf"].count('resource "aws_ssm_parameter" "model_') == 1000
    assert files["README.md"].count("\n| `gpt-") == 1000
    assert 'handler --> provider_openai("openai, 1000 models")' in files["README.md"]


def test_no_template_prints_an_expression_without_a_filter() -> None:
    """Each `{{ }}` ends in a filter; the environment also refuses others when it renders."""
    folder = Path(__file__).parents[3] / "terraform_templates"
    written = [_RAW.sub("", path.read_text(encoding="utf-8")) for path in folder.glob("*.j2")]
    expressions = [part.split("}}")[0].strip() for text in written for part in text.split("{{")[1:]]
    filters = ("hcl", "within", "ident", "arn", "md", "code", "label")

    assert expressions
    assert [e for e in expressions if not e.split("|")[-1].strip().startswith(filters)] == []
