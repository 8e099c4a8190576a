"""`terrachat secrets huggingface`: the token goes into the secret that the catalog names, and is shown nowhere."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pexpect
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from generator.cli import app
from generator.errors import AwsError, HubError, TerrachatError
from generator.loading import load_catalog
from tests.unit.generator import played_hub as says
from tests.unit.generator.played_hub import PlayedHub

TOKEN = "hf_planted3f9a"
CATALOG = """\
version: 1  # as it was
deployment: hubtest
region: us-west-1
{huggingface}models:
  - {{id: gpt, provider: openai, model: gpt-4o}}
"""
SHARED = "terrachat-huggingface-token"
CREATED = "terrachat/hubtest/huggingface-token"
COMMAND = ("secrets", "huggingface")


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedHub]:
    """A folder with a catalog, a Hub that knows the token, and an AWS."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "HF_TOKEN", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_REGION", "us-west-1")  # the command sets it too, for its own region
    mocked = mock_aws()
    mocked.start(reset=False)  # other tests keep an emulated AWS in this process for longer than one test
    with says.played_hub() as played:
        played.says["/api/whoami-v2"] = says.BAD_TOKEN
        played.to["/api/whoami-v2", TOKEN] = says.whoami("alice")
        monkeypatch.setenv("HF_ENDPOINT", played.url)
        yield played
    for each in secrets().list_secrets(IncludePlannedDeletion=True)["SecretList"]:
        secrets().delete_secret(SecretId=each["ARN"], ForceDeleteWithoutRecovery=True)
    mocked.stop()


def secrets() -> Any:
    return boto3.client("secretsmanager", region_name="us-west-1")


def catalog(huggingface: str = "") -> str:
    text = CATALOG.format(huggingface=f"huggingface: {huggingface}\n" if huggingface else "")
    Path("catalog.yaml").write_text(text)
    return text


def made(name: str, value: str = "before") -> str:
    return str(secrets().create_secret(Name=name, SecretString=value)["ARN"])


def stored(secret: str, stage: str = "AWSCURRENT") -> str:
    return str(secrets().get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"])


def run(*arguments: str, given: str = TOKEN) -> Result:
    ran = CliRunner().invoke(app, [*COMMAND, *arguments], input=given)
    assert "planted" not in ran.output
    return ran


def failed(*arguments: str, given: str = TOKEN) -> TerrachatError:
    error = run(*arguments, given=given).exception
    assert isinstance(error, TerrachatError)
    assert "planted" not in f"{error.message}{error.hint}"
    return error


def test_the_token_goes_into_the_secret_that_the_catalog_names() -> None:
    arn = made("team/hub")
    text = catalog(f"{{token_secret: {arn}}}")

    ran = run(given=f" {TOKEN}\n")

    assert (ran.exit_code, ran.stdout) == (0, f"{arn}\n")
    assert (stored(arn), stored(arn, "AWSPREVIOUS")) == (TOKEN, "before")
    assert "It is the token of alice.\n" in ran.stderr
    assert "keep the token that they were created with" in ran.stderr
    assert Path("catalog.yaml").read_text() == text


def test_without_huggingface_a_secret_is_made_and_written_into_the_catalog() -> None:
    text = catalog()

    ran = run("--yes")

    arn = ran.stdout.strip()
    assert stored(arn) == TOKEN
    found = secrets().describe_secret(SecretId=SHARED)
    assert (found["ARN"], found["Tags"]) == (arn, [{"Key": "terrachat:shared", "Value": "huggingface-token"}])
    written = Path("catalog.yaml").read_text()
    assert [line for line in written.splitlines() if line not in text.splitlines()] == [
        f"huggingface: {{token_secret: {arn}}}"
    ]
    assert load_catalog(Path("catalog.yaml")).huggingface.token_secret == arn  # type: ignore[union-attr]


def test_the_secret_that_deployments_share_is_used_again() -> None:
    arn = made(SHARED)
    catalog()

    ran = run("--yes")

    assert (ran.stdout.strip(), stored(arn), stored(arn, "AWSPREVIOUS")) == (arn, TOKEN, "before")
    assert f"The secret {SHARED} is there already: this replaces its token for every catalog" in ran.stderr
    assert f"Put it into the secret {SHARED}. The token before is kept as AWSPREVIOUS." in ran.stderr


def test_the_secret_that_deployments_share_is_not_written_while_it_is_being_deleted() -> None:
    catalog()
    secrets().delete_secret(SecretId=made(SHARED))

    assert failed().hint == f"Restore it: aws secretsmanager restore-secret --secret-id {SHARED} --region us-west-1"


def test_without_a_terminal_the_catalog_is_left_alone_and_the_line_told() -> None:
    text = catalog()

    ran = run()

    assert ran.exit_code == 0
    assert f"pass --yes to have it written: huggingface: {{token_secret: {ran.stdout.strip()}}}" in ran.stderr
    assert Path("catalog.yaml").read_text() == text


def test_the_first_apply_makes_the_secret_that_is_terraforms() -> None:
    catalog("{create_secret: true}")

    error = failed()

    assert error.message == f"the catalog leaves the secret {CREATED!r} to Terraform, which has not created it yet"
    assert error.hint == "The first apply asks for the token, or takes it from HF_TOKEN: terrachat apply"
    assert secrets().list_secrets()["SecretList"] == []


def test_after_it_the_token_is_a_new_version() -> None:
    made(CREATED)
    catalog("{create_secret: true}")

    assert run().exit_code == 0
    assert stored(CREATED) == TOKEN


def test_a_secret_that_the_catalog_names_and_is_gone_is_made_anew() -> None:
    gone = "arn:aws:secretsmanager:us-west-1:123456789012:secret:gone-a1b2c3"
    catalog(f"{{token_secret: {gone}}}")

    ran = run("--yes")

    arn = ran.stdout.strip()
    assert f"The secret that the catalog names does not exist: {gone}" in ran.stderr
    assert stored(SHARED) == TOKEN
    assert f"huggingface: {{token_secret: {arn}}}" in Path("catalog.yaml").read_text()


def test_a_secret_may_be_named() -> None:
    arn = made("mine")
    catalog()

    assert run("--arn", arn, "--yes").exit_code == 0
    assert stored(arn) == TOKEN
    assert f"huggingface: {{token_secret: {arn}}}" in Path("catalog.yaml").read_text()


def test_a_named_secret_takes_the_place_of_terraforms() -> None:
    arn = made("mine")
    catalog("{create_secret: true}")

    assert run("--arn", arn, "--yes").exit_code == 0
    assert f"huggingface: {{token_secret: {arn}}}" in Path("catalog.yaml").read_text()


@pytest.mark.parametrize(
    ("arn", "words"),
    [
        ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-a1b2c3", "it is in eu-west-1"),
        ("arn:aws:s3:::bucket", "it is no ARN of a secret"),
        ("x", "it is no ARN of a secret"),
    ],
)
def test_an_arn_that_cannot_be_is_refused(arn: str, words: str) -> None:
    catalog()

    ran = run("--arn", arn)

    assert ran.exit_code == 2
    assert words in " ".join(ran.stderr.split())


def test_a_named_secret_has_to_exist() -> None:
    catalog()

    error = failed("--arn", "arn:aws:secretsmanager:us-west-1:123456789012:secret:gone-a1b2c3")

    assert error.hint == "Without --arn, this makes one."


def test_a_secret_that_is_being_deleted_is_not_written() -> None:
    arn = made("mine")
    secrets().delete_secret(SecretId=arn)
    catalog(f"{{token_secret: {arn}}}")

    assert failed().message == f"the secret {arn!r} of us-west-1 is scheduled for deletion"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("", "it is empty"),
        (f"'{TOKEN}'", "it is in quotes"),
        (json.dumps({"HF_TOKEN": TOKEN}), "it is a JSON object"),
        ("planted", "it does not look like a token"),
    ],
)
def test_what_cannot_be_a_token_is_refused(given: str, problem: str) -> None:
    arn = made("team/hub")
    catalog(f"{{token_secret: {arn}}}")

    assert failed(given=given).message.startswith(f"this cannot be the token: {problem}")
    assert stored(arn) == "before"


def test_what_is_no_text_is_refused() -> None:
    catalog()

    ran = CliRunner().invoke(app, COMMAND, input=b"\xff\xfe")

    assert isinstance(ran.exception, TerrachatError)


def test_a_token_that_the_hub_refuses_is_not_written() -> None:
    arn = made("team/hub")
    catalog(f"{{token_secret: {arn}}}")

    error = failed(given="hf_planted_old")

    assert isinstance(error, HubError)
    assert stored(arn) == "before"


def test_a_hub_that_cannot_be_asked_is_no_obstacle(hub: PlayedHub) -> None:
    hub.to["/api/whoami-v2", TOKEN] = says.refused(503, "no")
    arn = made("team/hub")
    catalog(f"{{token_secret: {arn}}}")

    ran = run()

    assert (ran.exit_code, stored(arn)) == (0, TOKEN)
    assert "Whose token it is could not be asked" in ran.stderr


def test_a_token_for_public_models_only_is_told(hub: PlayedHub) -> None:
    hub.to["/api/whoami-v2", TOKEN] = says.whoami("alice", "fineGrained", {})
    catalog()

    assert "It may read public models only; for gated ones tick 'Read access" in run().stderr


def test_aws_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    arn = made("team/hub")
    catalog(f"{{token_secret: {arn}}}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    try:
        error = failed()
    finally:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")

    assert isinstance(error, AwsError)
    assert error.code == "NoCredentialsError"


AT_A_TERMINAL = """
from moto import mock_aws
from generator.cli import main
mock_aws().start()
main()
"""


@pytest.mark.parametrize(("answer", "is_written"), [("y", True), ("n", False)])
def test_at_a_terminal_the_token_is_hidden_and_the_catalog_asked_for(answer: str, is_written: bool) -> None:
    text = catalog()
    child = pexpect.spawn(
        sys.executable,
        ["-c", AT_A_TERMINAL, *COMMAND],
        env={**os.environ, "TERM": "dumb"},
        encoding="utf-8",
        timeout=60,
    )

    child.expect("Hugging Face token: ")
    child.sendline(TOKEN)
    child.expect("It is the token of alice")
    told = child.before or ""
    child.expect("This writes into catalog.yaml: huggingface: {token_secret: arn:aws:[^}]*}")
    child.expect("Go on")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()

    assert "planted" not in told
    assert child.exitstatus == 0
    assert (Path("catalog.yaml").read_text() != text) is is_written
