"""`terrachat secrets list | set | unset | repair`, over the wire of the local control plane. Values are never shown."""

from __future__ import annotations

import json
import os
import re
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pexpect
import pytest
from typer.testing import CliRunner, Result

from generator.cli import app
from generator.errors import AwsError, DeclinedError, TerrachatError
from tests.contract.local_clients import Running

ROOT = Path(__file__).parents[2]
DATE = r"2\d{3}-\d\d-\d\d"


@dataclass(frozen=True)
class Desk:
    """A folder with a catalog, whose deployment nobody else has, before its first apply."""

    secrets: Any
    id: str

    def run(self, *arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(app, ["secrets", *arguments], input=stdin)

    def ok(self, *arguments: str, stdin: str = "") -> Result:
        done = self.run(*arguments, stdin=stdin)
        assert done.exit_code == 0, (done.output, done.exception)
        assert "planted" not in done.output
        return done

    def refused(self, *arguments: str, stdin: str = "") -> TerrachatError:
        done = self.run(*arguments, stdin=stdin)
        assert isinstance(done.exception, TerrachatError), (done.output, done.exception)
        assert "planted" not in f"{done.output} {done.exception} {done.exception.hint}"
        return done.exception

    def paste(self, text: str) -> None:
        self.secrets.put_secret_value(SecretId=self.id, SecretString=text)

    @property
    def stored(self) -> Any:
        return json.loads(self.secrets.get_secret_value(SecretId=self.id)["SecretString"])


@pytest.fixture
def desk(local: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    deployment = f"keys-{uuid.uuid4().hex[:8]}"
    models = [
        {"id": "gpt", "provider": "openai", "model": "gpt-4o"},
        {"id": "europe", "provider": "azure_openai", "model": "Model1"},
    ]
    catalog = {"version": 1, "deployment": deployment, "region": "us-east-1", "tags": {"team": "ml"}, "models": models}
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


def test_a_key_before_the_first_apply_creates_the_secret(desk: Desk) -> None:
    first = desk.ok("set", "OPENAI_API_KEY", stdin="sk-planted-1\n")
    second = desk.ok("set", "AZURE_OPENAI_API_KEY__Model1", stdin="planted-2")

    created = f"OPENAI_API_KEY is set, in the secret {desk.id}, which is created; terrachat apply takes it over.\n"
    assert (first.stdout, first.stderr) == (created, "")
    assert second.stdout == "AZURE_OPENAI_API_KEY__Model1 is set; the handler uses it within a minute.\n"
    assert desk.stored == {"OPENAI_API_KEY": "sk-planted-1", "AZURE_OPENAI_API_KEY__Model1": "planted-2"}
    tags = {tag["Key"]: tag["Value"] for tag in desk.secrets.describe_secret(SecretId=desk.id)["Tags"]}
    assert tags == {"team": "ml", "terrachat:deployment": desk.id.split("/")[1]}


def test_a_list_tells_names_providers_and_dates(desk: Desk) -> None:
    for name in ("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY__Model1", "SOMETHING"):
        desk.ok("set", name, stdin="sk-planted\n")

    lines = desk.ok("list").stdout.splitlines()
    document = json.loads(desk.ok("list", "--json").stdout)

    assert re.split(r"  +", lines[0]) == ["NAME", "PROVIDER", "LAST CHANGE"]
    assert [re.split(r"  +", line)[:2] for line in lines[1:]] == [
        ["AZURE_OPENAI_API_KEY__Model1", "azure_openai Model1"],
        ["OPENAI_API_KEY", "openai"],
        ["SOMETHING", "unknown"],
    ]
    assert all(re.fullmatch(DATE, re.split(r"  +", line)[2]) for line in lines[1:])
    assert (document["secret"], document["problems"]) == (desk.id, [])
    assert [set(each) for each in document["keys"]] == [{"name", "provider", "changed", "exact"}] * 3
    assert all(re.fullmatch(rf"{DATE}T\d\d:\d\d:\d\dZ", each["changed"]) for each in document["keys"])


def test_a_date_that_is_not_known_is_said_to_be(desk: Desk) -> None:
    """Only so many versions are read."""
    desk.ok("set", "OPENAI_API_KEY", stdin="sk-planted")
    for number in range(40):
        desk.paste(json.dumps({"OPENAI_API_KEY": "sk-planted", "OTHER": str(number)}))

    listed = desk.ok("list").stdout

    assert re.search(rf"OPENAI_API_KEY  openai    {DATE} or before$", listed, re.MULTILINE)
    assert re.search(rf"OTHER           unknown   {DATE}$", listed, re.MULTILINE)


def test_an_empty_and_a_missing_secret_say_what_to_do(desk: Desk) -> None:
    missing = desk.refused("list")
    desk.ok("set", "OPENAI_API_KEY", stdin="sk-planted")
    desk.ok("unset", "OPENAI_API_KEY")
    empty = desk.ok("list")

    assert missing.hint == "Set a key, which creates it: terrachat secrets set NAME"
    assert (empty.stdout, empty.stderr) == (
        "",
        f"There are no keys in {desk.id}. Set one: terrachat secrets set NAME\n",
    )


@pytest.mark.parametrize(
    ("stdin", "stored"),
    [("sk-planted", "sk-planted"), ("sk-planted\n", "sk-planted"), (" sk-planted \r\n", "sk-planted")],
)
def test_one_line_break_and_the_spaces_around_a_value_are_not_part_of_it(desk: Desk, stdin: str, stored: str) -> None:
    desk.ok("set", "OPENAI_API_KEY", stdin=stdin)

    assert desk.stored == {"OPENAI_API_KEY": stored}


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        ("", "the value is empty"),
        ("\n", "the value is empty"),
        ("sk-planted\nsk-planted-2\n", "the value holds a line break or another control character"),
        ("sk-pl\x07anted", "the value holds a line break or another control character"),
        ("sk-pl anted", "the value holds a character that no key has, such as a space or a typographic quote"),
        ("“sk-planted”", "the value holds a character that no key has, such as a space or a typographic quote"),
    ],
)
def test_a_value_that_the_handler_refuses_is_not_set(desk: Desk, stdin: str, said: str) -> None:
    error = desk.refused("set", "OPENAI_API_KEY", stdin=stdin)

    assert error.message == f"OPENAI_API_KEY: {said}"
    assert error.exit_code == 1


@pytest.mark.parametrize("name", ["1A", "MY KEY", "KEY=x", "sk-planted-0123456789 x", ""])
def test_a_name_that_no_key_can_have_is_refused_before_its_value_is_asked_for(desk: Desk, name: str) -> None:
    assert desk.refused("set", name, stdin="x").message.endswith("is no name that a key can have")


@pytest.mark.parametrize(
    ("name", "value", "warning"),
    [
        (
            "OPENAI_APIKEY",
            "sk-planted",
            "No entry of the catalog uses OPENAI_APIKEY: did you mean OPENAI_API_KEY? It is set all the same.\n",
        ),
        ("COHERE_API_KEY", "sk-planted", "No entry of the catalog uses COHERE_API_KEY. It is set all the same.\n"),
        ("AZURE_OPENAI_MODELS", "Model1, Model2", ""),
        (
            "OPENAI_API_KEY",
            '"sk-planted"',
            "OPENAI_API_KEY has quotes around its value, which are sent along. It is set all the same.\n",
        ),
    ],
)
def test_what_is_probably_not_meant_is_said_and_done(desk: Desk, name: str, value: str, warning: str) -> None:
    done = desk.ok("set", name, stdin=value)

    assert (done.stderr, desk.stored) == (warning, {name: value})


def test_several_keys_are_removed_at_once(desk: Desk) -> None:
    for name in ("OPENAI_API_KEY", "COHERE_API_KEY", "GROQ_API_KEY"):
        desk.ok("set", name, stdin="sk-planted")

    said = desk.ok("unset", "OPENAI_API_KEY", "NOPE", "GROQ_API_KEY").stdout

    assert said.splitlines() == ["OPENAI_API_KEY is removed.", "NOPE was not set.", "GROQ_API_KEY is removed."]
    assert list(desk.stored) == ["COHERE_API_KEY"]


@pytest.fixture
def malformed(desk: Desk) -> Desk:
    desk.ok("set", "OPENAI_API_KEY", stdin="sk-planted")
    desk.paste('{"OPENAI_API_KEY": "sk-planted",\n "NOTE": {"x": "planted"},}')
    return desk


def test_a_malformed_secret_is_shown_for_what_it_is_and_left_alone(malformed: Desk) -> None:
    what = "it is not JSON: line 2, column 26: a comma before the closing brace"
    repair = "Look at what can be kept of it, and decide: terrachat secrets repair"

    listed = malformed.refused("list")
    for error in (malformed.refused("set", "A", stdin="x"), malformed.refused("unset", "OPENAI_API_KEY")):
        assert isinstance(error, AwsError)
        assert (error.message, error.hint) == (
            f"the secret {malformed.id!r} cannot be changed as it is: {what}",
            repair,
        )

    assert (listed.message, listed.hint, listed.exit_code) == (
        f"the secret {malformed.id!r} cannot be used as it is: {what}",
        repair,
        3,
    )


def test_a_repair_says_what_it_keeps_and_loses_and_how_to_take_it_back(malformed: Desk) -> None:
    done = malformed.ok("repair", "--yes")

    assert done.stderr.splitlines() == [
        f"The secret {malformed.id} is not as it should be:",
        "  it is not JSON: line 2, column 26: a comma before the closing brace",
        "It would be a JSON object of strings with these keys: OPENAI_API_KEY.",
        "It would lose what stands from line 2, column 2 on.",
        "The version that it is now is kept beside it, and can be brought back.",
    ]
    first, undo = done.stdout.splitlines()
    assert first == f"{malformed.id} is repaired: 1 key in it."
    assert undo.startswith(
        "To bring its former version back: aws secretsmanager update-secret-version-stage --secret-id"
    )
    assert malformed.stored == {"OPENAI_API_KEY": "sk-planted"}
    assert malformed.ok("repair").stdout == f"There is nothing to repair in {malformed.id}.\n"


def test_a_repair_wants_consent(malformed: Desk) -> None:
    before = malformed.secrets.get_secret_value(SecretId=malformed.id)["VersionId"]

    error = malformed.refused("repair")

    assert error.hint == "Pass --yes."
    assert malformed.secrets.get_secret_value(SecretId=malformed.id)["VersionId"] == before


def test_a_secret_with_bad_values_is_listed_and_may_be_changed_key_by_key(desk: Desk) -> None:
    desk.ok("set", "OPENAI_API_KEY", stdin="sk-planted")
    desk.paste('{"OPENAI_API_KEY": null, "A": 1, "B": "x y"}')

    listed = desk.ok("list")
    desk.ok("set", "OPENAI_API_KEY", stdin="sk-planted")

    assert listed.stderr.splitlines() == [
        "'OPENAI_API_KEY' is null and not a string.",
        "'A' is a number; a key is text, in quotes.",
        "'B' holds a character that no key has, such as a space or a typographic quote.",
        "Mend it: terrachat secrets repair",
    ]
    assert desk.stored == {"OPENAI_API_KEY": "sk-planted", "A": "1", "B": "x y"}
    assert "'B' holds a character" in desk.ok("repair").stderr


def test_a_key_in_the_place_of_its_name_is_not_listed(desk: Desk) -> None:
    desk.ok("set", "OPENAI_API_KEY", stdin="sk-planted")
    desk.paste('{"sk-planted-0123456789": "OPENAI_API_KEY"}')

    assert "(hidden: it looks like a secret)" in desk.ok("list").stdout


def at_a_terminal(*arguments: str) -> Any:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return pexpect.spawn(
        sys.executable, ["-m", "generator.cli", "secrets", *arguments], env=environment, encoding="utf-8", timeout=60
    )


def test_at_a_terminal_the_value_is_asked_for_and_not_shown(desk: Desk) -> None:
    terminal = at_a_terminal("set", "OPENAI_API_KEY")
    terminal.expect("OPENAI_API_KEY: ")
    terminal.sendline("sk-planted")
    terminal.expect(pexpect.EOF)

    assert "planted" not in terminal.before
    assert desk.stored == {"OPENAI_API_KEY": "sk-planted"}


@pytest.mark.parametrize(
    ("answer", "check"),
    [
        ("y", lambda desk: desk.stored == {"OPENAI_API_KEY": "sk-planted"}),
        ("n", lambda desk: "NOTE" in desk.secrets.get_secret_value(SecretId=desk.id)["SecretString"]),
    ],
)
def test_at_a_terminal_a_repair_asks(malformed: Desk, answer: str, check: Callable[[Desk], bool]) -> None:
    terminal = at_a_terminal("repair")
    terminal.expect(r"Go on\? \[y/N\]: ")
    terminal.sendline(answer)
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert terminal.exitstatus == {"y": 0, "n": DeclinedError.exit_code}[answer]
    assert check(malformed)
