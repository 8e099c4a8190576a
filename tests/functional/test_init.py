"""`terrachat init` in a real terminal, and in a script: what a person sees, types and finds in the folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from generator.catalog import TokenSecret
from generator.loading import load_catalog
from tests.functional.stage import CommandLine, Stage

TOKEN = "hf_" + "Q7" * 17
_PATIENCE_S = 60


@contextmanager
def at_terminal(terrachat: CommandLine, *arguments: str) -> Iterator[pexpect.spawn[str]]:
    """`terrachat init` in a pseudo-terminal of its own; what is still there at the end is ended."""
    command, *rest = terrachat.argv("init", *arguments)
    environment = {**terrachat.environment(), "TERM": "dumb", "AWS_EC2_METADATA_DISABLED": "true"}
    child = pexpect.spawn(
        command, rest, cwd=str(terrachat.folder), env=environment, encoding="utf-8", timeout=_PATIENCE_S
    )
    child.setwinsize(50, 160)
    try:
        yield child
    finally:
        child.close(force=True)


def ended(child: pexpect.spawn[str]) -> int | None:
    """The exit code, once everything that it said was read."""
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


@pytest.fixture
def folder(tmp_path: Path) -> CommandLine:
    """The command line in an empty folder with a name."""
    (tmp_path / "shop-assistant").mkdir()
    return CommandLine(tmp_path / "shop-assistant")


def test_a_person_makes_a_catalog(folder: CommandLine) -> None:
    with at_terminal(folder) as child:
        child.expect_exact("The deployment's name [shop-assistant]: ")
        child.sendline()
        child.expect_exact("AWS region [us-east-1]: ")
        child.sendline("us-eats-1")
        child.expect_exact("did you mean 'us-east-1'?")
        child.sendline()
        child.expect_exact("Which, several as 1,3 [2]: ")
        child.sendline("1,3")
        child.expect(r"(\d+)  meta-llama/Llama-3.1-8B-Instruct: 8 B, Llama 3.1 Community, gated \(manual\)")
        assert isinstance(child.match, re.Match)
        number = child.match[1]
        child.expect_exact("on the Hugging Face Hub, several as 1,3 [Enter: none]: ")
        child.sendline(number)
        child.expect_exact("[ml.g5.2xlarge]: ")
        child.sendline()
        child.expect_exact("The token [1]: ")
        child.sendline("3")
        child.expect_exact("openai  OPENAI_API_KEY")
        child.sendline("openai")
        child.expect_exact("Models of openai")
        child.sendline("gpt-4o-mini")
        child.expect_exact("- id: llama-3.1-8b-instruct")
        child.expect_exact("Write catalog.yaml? y or n [y]: ")
        assert not (folder.folder / "catalog.yaml").exists()
        child.sendline()
        child.expect_exact("catalog.yaml is written.")
        child.expect_exact("terrachat doctor")
        child.expect_exact("terrachat secrets set OPENAI_API_KEY")
        child.expect_exact("terrachat apply")
        assert ended(child) == 0

    assert folder.ok("validate").stdout == "catalog.yaml: ok, 2 models\n"


@pytest.mark.parametrize("end", [pytest.param("sendintr", id="Ctrl-C"), pytest.param("sendeof", id="Ctrl-D")])
@pytest.mark.parametrize(
    ("answers", "prompt"),
    [
        pytest.param((), "The deployment's name", id="first question"),
        pytest.param(("", "", "4", "Model1"), "Write catalog.yaml?", id="last question"),
    ],
)
def test_ending_it_writes_nothing_and_says_so(
    folder: CommandLine, end: str, answers: tuple[str, ...], prompt: str
) -> None:
    with at_terminal(folder) as child:
        for answer in answers:
            child.expect(r"\]: |Model2: ")
            child.sendline(answer)
        child.expect_exact(prompt)
        child.expect_exact("]: ")
        getattr(child, end)()
        child.expect_exact("Stopped. Nothing was written.")
        assert ended(child) == 130

    assert list(folder.folder.iterdir()) == []


def test_no_is_a_no(folder: CommandLine) -> None:
    with at_terminal(folder, "--azure", "Model1", "--deployment", "demo", "--region", "us-east-1") as child:
        child.expect_exact("Write catalog.yaml? y or n [y]: ")
        child.sendline("n")
        child.expect_exact("Nothing was written.")
        assert ended(child) == 4

    assert list(folder.folder.iterdir()) == []


def test_everything_is_plain_text(folder: CommandLine) -> None:
    """No colour, no cursor that moves: what a screen reader or a log gets is what is meant."""
    with at_terminal(folder, "--azure", "Model1", "--yes") as child:
        child.expect(pexpect.EOF)
        said = child.before or ""

    assert "\x1b" not in said


def test_secret_is_not_promised_where_aws_cannot_be_asked(folder: CommandLine) -> None:
    """No token is asked for then: the reason is said, and the question comes again."""
    with at_terminal(folder, "--sagemaker", "meta-llama/Llama-3.1-8B-Instruct") as child:
        for _ in range(2):
            child.expect_exact("]: ")
            child.sendline()
        child.expect_exact("The token [1]: ")
        child.sendline("2")
        child.expect_exact("That is not possible: nobody is signed in to AWS")
        child.expect_exact("The token [1]: ")
        child.sendline("4")
        child.expect_exact("Write catalog.yaml? y or n [y]: ")
        child.sendline()
        assert ended(child) == 0


def test_script_says_everything_by_options_and_variables(folder: CommandLine) -> None:
    environment = {
        "TERRACHAT_INIT_DEPLOYMENT": "demo",
        "TERRACHAT_INIT_REGION": "us-east-1",
        "TERRACHAT_INIT_PROVIDER": "openai/gpt-4o-mini anthropic/claude-haiku-4-5",
        "TERRACHAT_INIT_HUGGINGFACE_SECRET": "at-apply",
    }

    ran = folder(
        "init",
        *("--sagemaker", "meta-llama/Llama-3.1-8B-Instruct@ml.g5.xlarge", "--bedrock", "us.amazon.nova-micro-v1:0"),
        *("--bedrock-region", "us-west-2", "--azure", "Model1", "--yes"),
        environment=environment,
    )

    assert ran.exit_code == 0, ran.stderr
    catalog = load_catalog(folder.folder / "catalog.yaml")
    assert [entry.id for entry in catalog.models] == [
        "llama-3.1-8b-instruct",
        "nova-micro",
        "gpt-4o-mini",
        "claude-haiku-4-5",
        "Model1",
    ]
    assert ran.stdout.splitlines()[0] == "catalog.yaml is written."


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ((), "Give it: --sagemaker, --bedrock, --provider or --azure"),
        (("--azure", "Model1"), "Give it: --yes"),
        (("--sagemaker", "meta-llama/Llama-3.1-8B-Instruct"), "Give it: --huggingface-secret ARN"),
    ],
)
def test_script_that_leaves_something_out_is_told_what(
    folder: CommandLine, arguments: tuple[str, ...], hint: str
) -> None:
    ran = folder("init", *arguments)

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert hint in ran.stderr
    assert list(folder.folder.iterdir()) == []


def test_second_run_adds_and_shows_the_difference(folder: CommandLine) -> None:
    path = folder.folder / "mine.yaml"
    path.write_text("version: 1\ndeployment: demo # !\nregion: us-east-1\nmodels:\n- {id: a, provider: azure_openai}\n")
    before = path.read_text(encoding="utf-8")

    ran = folder.ok("init", "--catalog", "mine.yaml", "--provider", "openai/gpt-4o", "--yes")

    assert path.read_text(encoding="utf-8").startswith(before)
    assert "+- {id: gpt-4o, provider: openai, model: gpt-4o}\n" in ran.stderr
    assert "terrachat apply --catalog mine.yaml" in ran.stdout


def test_catalog_that_is_broken_is_explained_and_left(folder: CommandLine) -> None:
    path = folder.folder / "catalog.yaml"
    path.write_text("version: 1\nmodels: []\n")

    ran = folder("init", "--azure", "Model1", "--yes")

    assert ran.exit_code == 1
    assert "is no valid catalog; it is left as it is" in ran.stderr
    assert "catalog.yaml:1:1: missing key 'deployment'" in ran.stderr
    assert path.read_text(encoding="utf-8") == "version: 1\nmodels: []\n"


@pytest.mark.local
def test_with_the_local_target_a_typed_token_goes_into_a_secret(stage: Stage) -> None:
    """What is asked is the local target's Bedrock, Hub and Secrets Manager: the whole wizard without an account."""
    with at_terminal(stage.terrachat, "--local", "--deployment", "demo", "--region", "us-east-1") as child:
        child.expect_exact("Which, several as 1,3 [2]: ")
        child.sendline("1,2")
        child.expect_exact("on the Hugging Face Hub, several as 1,3 [Enter: none]: ")
        child.sendline("some/model-7B")
        child.expect_exact("Instance type for some/model-7B [")
        child.sendline()
        child.expect_exact("The token [")
        child.sendline("2")
        child.expect_exact("(what you type is not shown): ")
        child.sendline(TOKEN)
        child.expect_exact("Region that Bedrock is called in [us-east-1]: ")
        shown = child.before or ""
        child.sendline()
        child.expect_exact("Asking Bedrock what it has in us-east-1 ...")
        child.expect_exact("]: ")
        shown += child.before or ""
        if "Whose models" in shown:
            child.sendline("1")
            child.expect_exact("]: ")
        child.sendline("1")
        child.expect_exact("Write catalog.yaml? y or n [y]: ")
        shown += child.before or ""
        child.sendline()
        child.expect_exact("terrachat apply --local")
        assert ended(child) == 0

    catalog = load_catalog(stage.terrachat.folder / "catalog.yaml")
    assert isinstance(catalog.huggingface, TokenSecret)
    secret = stage.client("secretsmanager").get_secret_value(SecretId=catalog.huggingface.token_secret)
    assert secret["SecretString"] == TOKEN
    assert TOKEN not in shown + (stage.terrachat.folder / "catalog.yaml").read_text(encoding="utf-8")
    assert "cannot be asked" not in shown
    assert json.loads(stage.terrachat.ok("validate", "--json").stdout)["models"] == 2
