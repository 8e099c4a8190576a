"""`terrachat secrets azure add | list | remove` and `secrets check`, over the wire of the local control plane.

Keys are never shown, and what is shown of the other parts is their names.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pexpect
import pytest
from typer.testing import CliRunner, Result

from generator.cli import app
from generator.errors import AwsError, DeclinedError, TerrachatError
from generator.families.azure_openai import part_name
from tests.contract.local_clients import Running

ROOT = Path(__file__).parents[2]
KEY = "planted0123456789abcdef"
BASE = "https://planted-resource.openai.azure.com/"
GIVEN = ("--base", BASE, "--deployment-name", "planted-deployment")


@dataclass(frozen=True)
class Desk:
    """A folder with a catalog, whose deployment nobody else has, and its secret."""

    secrets: Any
    id: str

    def run(self, *arguments: str, stdin: str = "") -> Result:
        done = CliRunner().invoke(app, ["secrets", *arguments], input=stdin)
        assert "planted" not in f"{done.output} {done.exception} {getattr(done.exception, 'hint', '')}"
        return done

    def ok(self, *arguments: str, stdin: str = "") -> Result:
        done = self.run("azure", *arguments, stdin=stdin)
        assert done.exit_code == 0, (done.output, done.exception)
        return done

    def refused(self, *arguments: str, stdin: str = "") -> TerrachatError:
        done = self.run("azure", *arguments, stdin=stdin)
        assert isinstance(done.exception, TerrachatError), (done.output, done.exception)
        return done.exception

    def holds(self, text: str | dict[str, Any]) -> None:
        self.secrets.create_secret(
            Name=self.id,
            SecretString=text if isinstance(text, str) else json.dumps(text),
            Tags=[{"Key": "terrachat:deployment", "Value": self.id.split("/")[1]}],
        )

    @property
    def stored(self) -> Any:
        return json.loads(self.secrets.get_secret_value(SecretId=self.id)["SecretString"])

    @property
    def versions(self) -> int:
        return len(self.secrets.list_secret_version_ids(SecretId=self.id, IncludeDeprecated=True)["Versions"])


@pytest.fixture
def desk(local: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    deployment = f"azure-{uuid.uuid4().hex[:8]}"
    models = [
        {"id": "gpt", "provider": "openai", "model": "gpt-4o"},
        {"id": "europe", "provider": "azure_openai", "model": "Model1"},
    ]
    catalog = {"version": 1, "deployment": deployment, "region": "us-east-1", "models": models}
    (tmp_path / "catalog.yaml").write_text(json.dumps(catalog))
    monkeypatch.chdir(tmp_path)
    for name, value in (
        ("AWS_ENDPOINT_URL", local.target.control_url),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return Desk(local.client("secretsmanager"), f"terrachat/{deployment}/api-keys")


def keys(identifier: str, **changed: str) -> dict[str, str]:
    values = {
        "TYPE": "azure",
        "VERSION": "2024-10-21",
        "BASE": BASE,
        "KEY": KEY,
        "DEPLOYMENT_NAME": "planted-deployment",
    }
    return {part_name(part, identifier): value for part, value in {**values, **changed}.items() if value}


def test_a_model_is_added_in_one_change_beside_the_others(desk: Desk) -> None:
    desk.holds({"OPENAI_API_KEY": "sk-planted", "AZURE_OPENAI_MODELS": "Model2, Model3"})

    done = desk.ok("add", "Model1", *GIVEN, stdin=f"{KEY}\n")

    assert done.stdout == (
        "The five keys of Model1 are set, and AZURE_OPENAI_MODELS has it.\nThe handler uses them within a minute.\n"
    )
    assert desk.stored == {
        "OPENAI_API_KEY": "sk-planted",
        **keys("Model1"),
        "AZURE_OPENAI_MODELS": "Model2,Model3,Model1",
    }
    assert desk.versions == 2


def test_a_model_is_added_before_the_first_apply(desk: Desk) -> None:
    desk.ok("add", "Model1", *GIVEN, stdin=KEY)

    assert desk.stored == {**keys("Model1"), "AZURE_OPENAI_MODELS": "Model1"}


def test_adding_again_replaces_and_says_so(desk: Desk) -> None:
    desk.ok("add", "Model1", *GIVEN, stdin=KEY)

    done = desk.ok("add", "Model1", *GIVEN, "--version", "2025-04-01-preview", stdin=KEY)

    assert "are replaced" in done.stdout
    assert desk.stored == {**keys("Model1", VERSION="2025-04-01-preview"), "AZURE_OPENAI_MODELS": "Model1"}


def test_the_environment_gives_what_no_option_does_but_never_the_key(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in keys("Model1", KEY="another-planted-key").items():
        monkeypatch.setenv(name, value)

    desk.ok("add", "Model1", "--base", "https://planted-other.openai.azure.com", stdin=KEY)

    assert desk.stored["AZURE_OPENAI_API_BASE__Model1"] == "https://planted-other.openai.azure.com"
    assert desk.stored["AZURE_OPENAI_API_KEY__Model1"] == KEY


def test_a_model_that_the_catalog_has_not_is_said_to_be_listed_all_the_same(desk: Desk) -> None:
    added = desk.ok("add", "Model9", *GIVEN, stdin=KEY).stdout

    assert "The handler lists it as Model9 within a minute; it needs no entry in the catalog.\n" in added


def test_what_is_odd_is_said(desk: Desk) -> None:
    done = desk.ok("add", "Model1", *GIVEN, "--version", "2023-07-01-preview", stdin=KEY)

    assert "AZURE_OPENAI_API_VERSION__Model1 is a preview that Microsoft announced to end" in done.stderr


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_changed(desk: Desk) -> None:
    desk.holds({})

    error = desk.refused(
        *("add", "Model1", "--base", "planted", "--deployment-name", "d", "--type", "azure_ad"), stdin="xxxxx"
    )

    assert error.exit_code == 1
    assert "AZURE_OPENAI_API_TYPE__Model1 asks for tokens of Microsoft Entra ID" in error.message
    assert "AZURE_OPENAI_API_BASE__Model1 is not a URL" in error.message
    assert "AZURE_OPENAI_API_KEY__Model1 holds a placeholder" in error.message
    assert desk.stored == {}


def test_all_that_is_missing_is_told_at_once(desk: Desk) -> None:
    error = desk.refused("add", "Model1", stdin=KEY)

    assert error.message == (
        "there is nobody to ask for AZURE_OPENAI_API_BASE__Model1 (--base), "
        "AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1 (--deployment-name)"
    )


def test_what_is_no_identifier_is_refused(desk: Desk) -> None:
    assert "must be 1 to 64 letters" in desk.refused("add", "gpt 4o", *GIVEN, stdin=KEY).message


def test_a_malformed_secret_is_left_alone(desk: Desk) -> None:
    desk.holds('{"OPENAI_API_KEY": "sk-planted",}')

    for arguments in (("add", "Model1", *GIVEN), ("list",), ("remove", "Model1", "--yes")):
        error = desk.refused(*arguments, stdin=KEY)
        assert isinstance(error, AwsError)
        assert "terrachat secrets repair" in (error.hint or "")
    assert desk.versions == 1


def test_the_list_has_every_model_with_what_is_there_and_what_is_not(desk: Desk) -> None:
    desk.holds({"AZURE_OPENAI_MODELS": "Model2", **keys("Model2"), **keys("Model3", BASE="", KEY="")})

    lines = [line.split() for line in desk.ok("list").stdout.splitlines()]
    document = json.loads(desk.ok("list", "--json").stdout)

    assert lines[0] == ["MODEL", "ENTRIES", "LISTED", "KEYS", "MISSING"]
    assert lines[1][:5] == ["Model1", "europe", "no", "0", "AZURE_OPENAI_API_TYPE__Model1,"]
    assert lines[2] == ["Model2", "yes", "5"]
    assert lines[3] == ["Model3", "no", "3", "AZURE_OPENAI_API_BASE__Model3,", "AZURE_OPENAI_API_KEY__Model3"]
    assert document["models"][1] == {
        "model": "Model2",
        "entries": [],
        "listed": True,
        "keys": list(keys("Model2")),
        "missing": [],
    }


def test_a_list_of_nothing_says_how_to_begin(desk: Desk) -> None:
    catalog = json.loads(Path("catalog.yaml").read_text())
    Path("catalog.yaml").write_text(json.dumps({**catalog, "models": catalog["models"][:1]}))

    done = desk.ok("list")

    assert (done.stdout, "terrachat secrets azure add MODEL" in done.stderr) == ("", True)


def test_a_model_is_removed_with_its_keys_in_one_change(desk: Desk) -> None:
    others = {"OPENAI_API_KEY": "sk-planted", **keys("Model2")}
    desk.holds({"AZURE_OPENAI_MODELS": "Model1,Model2", **keys("Model1"), **others})

    done = desk.ok("remove", "Model1", "--yes")
    again = desk.ok("remove", "Model1", "--yes")

    assert (done.stdout, again.stdout) == ("Model1 is removed.\n", "Model1 has no keys.\n")
    assert desk.stored == {"AZURE_OPENAI_MODELS": "Model2", **others}
    assert desk.versions == 2


def test_nothing_is_removed_without_consent(desk: Desk) -> None:
    desk.holds(keys("Model1"))

    assert "nobody to ask" in desk.refused("remove", "Model1").message
    with at_terminal(desk, "azure", "remove", "Model1") as terminal:
        terminal.expect("To be removed: AZURE_OPENAI_API_TYPE__Model1, .*AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1")
        terminal.expect("Without them europe of the catalog cannot be asked")
        terminal.expect("Go on")
        terminal.sendline("n")
        terminal.expect(pexpect.EOF)
    assert terminal.exitstatus == DeclinedError.exit_code
    assert desk.stored == keys("Model1")


def test_at_a_terminal_each_value_is_asked_for_until_it_is_good(desk: Desk) -> None:
    with at_terminal(desk, "azure", "add", "Model1") as terminal:
        for answer, expected in (
            ("", r"AZURE_OPENAI_API_TYPE__Model1 \[azure\]"),
            ("", r"AZURE_OPENAI_API_VERSION__Model1 \[2024-10-21\]"),
            ("nowhere", "AZURE_OPENAI_API_BASE__Model1"),
            (BASE, "is not a URL such as .*AZURE_OPENAI_API_BASE__Model1"),
        ):
            terminal.expect(expected)
            terminal.sendline(answer)
        terminal.expect("AZURE_OPENAI_API_KEY__Model1")
        terminal.waitnoecho()
        terminal.sendline(KEY)
        terminal.expect("AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1")
        terminal.sendline("planted-deployment")
        terminal.expect("are set")
        terminal.expect(pexpect.EOF)
    shown = Path("terminal.txt").read_text()

    assert terminal.exitstatus == 0
    assert KEY not in shown
    assert desk.stored == {**keys("Model1"), "AZURE_OPENAI_MODELS": "Model1"}


def test_check_tells_what_is_missing_and_ends_with_5(desk: Desk) -> None:
    desk.holds({"OPEN_AI_API_KEY": "sk-planted0123456789", **keys("Model1", KEY="")})

    before = desk.run("check")
    document = json.loads(desk.run("check", "--json").stdout)

    assert before.exit_code == 5
    assert "OPENAI_API_KEY is not in the API-keys secret" in before.stdout
    assert "did you mean OPENAI_API_KEY?" in before.stdout
    assert "not in the secret: AZURE_OPENAI_API_KEY__Model1" in before.stdout
    assert {each["id"]: each["verdict"] for each in document["findings"]} == {
        "api-keys/secret": "ok",
        "api-keys/OPENAI_API_KEY": "blocked",
        "api-keys/OPEN_AI_API_KEY": "warn",
        "azure/Model1": "blocked",
    }


def test_check_of_keys_that_are_all_there_ends_with_0(desk: Desk) -> None:
    desk.holds({"OPENAI_API_KEY": "sk-planted0123456789", **keys("Model1")})

    done = desk.run("check")

    assert done.exit_code == 0
    assert "3 ok." in done.stdout


@contextmanager
def at_terminal(_: Desk, *arguments: str) -> Iterator[pexpect.spawn[str]]:
    """`terrachat secrets` in a pseudo-terminal, whose output is kept in terminal.txt."""
    with Path("terminal.txt").open("w", encoding="utf-8") as log:
        terminal = pexpect.spawn(
            sys.executable,
            ["-m", "generator", "secrets", *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
            encoding="utf-8",
            timeout=60,
        )
        terminal.logfile_read = log
        yield terminal
        terminal.close()
