"""Running Terraform: the only module that imports python_terraform.

Of python-terraform 0.10.1 we take how command lines are made (`generate_cmd_string`). Its runner cannot stream, and its
`apply`, `destroy` and `plan` send flags that today's Terraform refuses (its exit code 2, "changes", is logged as an
error too), so the process itself is run here: in its own process group, with `-json` output that is read line by line.

Ctrl-C is passed on once, as SIGINT: Terraform then breaks off what is in flight, saves its state and ends. At a second
SIGINT it would end at once, without a state, so further ones are not passed on; nor is it ever killed.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import python_terraform

from generator.errors import TerraformError
from generator.terraform.events import Diagnostic, Event, EventLog, PlannedChange, parse
from generator.terraform.hints import hint_for
from generator.terraform.install import executable, plugin_settings

PLAN_FILE = "terrachat.tfplan"
_FLAG = python_terraform.IsFlagged


@dataclass(frozen=True)
class TerraformPlan:
    """What a plan would do. Empty when what is deployed is what the module says."""

    changes: tuple[PlannedChange, ...]
    file: Path
    changed_outputs: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.changed_outputs


@dataclass(frozen=True)
class TerraformResult:
    """What an apply left behind: the module's outputs, and how many resources it touched."""

    outputs: Mapping[str, Any]
    num_changes: int


# How much of a Go program's memory may be garbage, in per cent of what is not; Go's own is 100. Reading the AWS
# provider's schema makes so much of it that a plan took 7.1 s of processor time, and takes 5.3 s with this, and 150 MB
# more (Terraform 1.11.4, provider 5.100, 2026-11-22). Whoever sets it otherwise is heard.
_GARBAGE_COLLECTION = "400"


class TerraformRunError(TerraformError):
    """A Terraform command ended with errors. `diagnostics` are its own, with the resources they are about."""

    def __init__(self, message: str, *, hint: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message, hint=hint)
        self.diagnostics = tuple(diagnostics)


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
            "GOGC": _GARBAGE_COLLECTION,
            **os.environ,
            **plugin_settings(cli_folder),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            **(environment or {}),
        }
        # Not the module's directory: python_terraform would read a state there, and fail at one that a crash cut short.
        self._commands = python_terraform.Terraform(
            working_dir=str(cli_folder), terraform_bin_path=executable(cli_folder)
        )

    def set_variable(self, name: str, value: str) -> None:
        """Set an input variable for all commands from now on: in the environment, which is in no list of processes."""
        self._environment[f"TF_VAR_{name}"] = value

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
        return TerraformPlan(tuple(log.planned), file, log.changed_outputs)

    def apply(self, plan: TerraformPlan) -> TerraformResult:
        """Apply a saved plan, and nothing but that."""
        try:
            return _result(self._run("apply", plan.file.name))
        finally:
            plan.file.unlink(missing_ok=True)

    def apply_unasked(self) -> TerraformResult:
        """Plan and apply in one go, for when nobody is asked; saves loading the provider a second time."""
        return _result(self._run("apply", auto_approve=_FLAG))

    def describe(self, plan: TerraformPlan) -> Mapping[str, Any]:
        """A saved plan as `terraform show -json` tells it.

        It holds sensitive values in clear: it is kept in memory only, and what is taken from it is chosen by name.
        """
        return self._read("show", plan.file.name, json=_FLAG, no_color=_FLAG)

    def state(self) -> Mapping[str, Any]:
        """The state, in the format of the state file (version 4). Empty where there is none.

        `state pull` and not `show -json`, which loads the provider and takes ten times as long (4.5 s and 0.5 s for
        the demo with Terraform 1.11.4). It holds sensitive values in clear, as a described plan does.
        """
        return self._read("state pull")

    def untaint(self, address: str) -> None:
        """Take back that the resource must be created anew, which Terraform notes when its creation is cut short."""
        self._run_plain("untaint", address)

    def forget(self, *addresses: str) -> None:
        """Take these resources out of the state, and leave what they stand for alone."""
        self._run_plain("state rm", *addresses)

    def _read(self, command: str, *arguments: str, **options: Any) -> Mapping[str, Any]:
        done = subprocess.run(
            self._commands.generate_cmd_string(command, *arguments, **options),
            cwd=self._directory,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != 0:
            raise _failure(command, done.returncode, _plain_errors(done.stderr.splitlines()))
        # Before the JSON stand warnings about Terraform's own configuration, if any.
        text = done.stdout[max(done.stdout.find("{"), 0) :].strip()
        document = json.loads(text) if text else {}
        return document if isinstance(document, dict) else {}

    def _run(self, command: str, *arguments: str, **options: Any) -> EventLog:
        log = EventLog()

        def note(line: str) -> None:
            event = parse(line)
            if event is not None:
                log.add(event)
                self._on_event(event)

        exit_code = self._stream(note, command, *arguments, input=False, json=_FLAG, **options)
        if exit_code != 0:
            raise _failure(command, exit_code, "\n".join(map(str, log.errors)), log.errors)
        return log

    def _run_plain(self, command: str, *arguments: str, **options: Any) -> None:
        """A command whose `-json` output is missing (init, before Terraform 1.9) or is not a stream (validate)."""
        lines: list[str] = []
        exit_code = self._stream(lines.append, command, *arguments, no_color=_FLAG, **options)
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


def _failure(command: str, exit_code: int, errors: str, diagnostics: Sequence[Diagnostic] = ()) -> TerraformRunError:
    said = errors or f"it ended with exit code {exit_code} and said nothing"
    return TerraformRunError(f"terraform {command} failed:\n{said}", hint=hint_for(said), diagnostics=diagnostics)
