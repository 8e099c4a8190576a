"""What Terraform says while it works: the lines of its `-json` output as typed events.

Source: Terraform's "Machine-Readable UI" documentation, `ui` version 1.2, and the output of 1.11.4, read 2026-11-22.
Unknown event types and fields are ignored, as that page asks of readers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Action = Literal["create", "read", "update", "replace", "delete", "noop", "move", "import", "forget"]


@dataclass(frozen=True)
class PlannedChange:
    """Terraform means to do `action` to the resource at `address`."""

    address: str
    action: str


@dataclass(frozen=True)
class ResourceProgress:
    """A resource's work began, goes on, ended or failed; `elapsed_s` counts from its beginning."""

    phase: Literal["start", "progress", "complete", "errored"]
    address: str
    action: str
    elapsed_s: float


@dataclass(frozen=True)
class ChangeSummary:
    """The numbers at the end of a plan, an apply or a destroy. A failed apply has none."""

    operation: str
    add: int
    change: int
    remove: int

    @property
    def total(self) -> int:
        return self.add + self.change + self.remove


@dataclass(frozen=True)
class Outputs:
    """The root module's outputs; sensitive ones are left out.

    Of a plan, `values` are those that are known already, and `changed` the names of those that would change.
    """

    values: Mapping[str, Any]
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnostic:
    """An error or warning, with the resource and the place in the module that Terraform names."""

    severity: str
    summary: str
    detail: str = ""
    address: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file else ""
        resource = f"{self.address}: " if self.address else ""
        detail = f"\n{self.detail.strip()}" if self.detail.strip() else ""
        return f"{place}{resource}{self.summary.strip()}{detail}"


Event = PlannedChange | ResourceProgress | ChangeSummary | Outputs | Diagnostic


def parse(line: str) -> Event | None:
    """The event of one line of output, or None for a line that says nothing we show.

    A line that is not JSON is Terraform's own emergency output (a crash, a bad flag): it becomes an error.
    """
    if not line.strip():
        return None
    try:
        document = json.loads(line)
    except ValueError:
        return Diagnostic("error", line.strip())
    return _event(document) if isinstance(document, dict) else Diagnostic("error", line.strip())


def _event(document: Mapping[str, Any]) -> Event | None:
    match document.get("type"):
        case "planned_change":
            change = document["change"]
            return PlannedChange(change["resource"]["addr"], change["action"])
        case "apply_start" | "apply_progress" | "apply_complete" | "apply_errored" as kind:
            hook = document["hook"]
            return ResourceProgress(
                phase=kind.removeprefix("apply_"),
                address=hook["resource"]["addr"],
                action=hook.get("action", ""),
                elapsed_s=float(hook.get("elapsed_seconds", 0)),
            )
        case "change_summary":
            changes = document["changes"]
            return ChangeSummary(changes["operation"], changes["add"], changes["change"], changes["remove"])
        case "outputs":
            found = document["outputs"].items()
            return Outputs(
                {name: output["value"] for name, output in found if "value" in output},
                tuple(name for name, output in found if output.get("action", "noop") != "noop"),
            )
        case "diagnostic":
            return _diagnostic(document["diagnostic"])
        case _:
            return None


def _diagnostic(document: Mapping[str, Any]) -> Diagnostic:
    place = document.get("range") or {}
    return Diagnostic(
        severity=document["severity"],
        summary=document["summary"],
        detail=document.get("detail", ""),
        address=document.get("address", ""),
        file=place.get("filename", ""),
        line=place.get("start", {}).get("line", 0),
    )


@dataclass
class EventLog:
    """What one command has said so far: the parts that its result is made of."""

    planned: list[PlannedChange] = field(default_factory=list)
    errors: list[Diagnostic] = field(default_factory=list)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    changed_outputs: tuple[str, ...] = ()
    summary: ChangeSummary | None = None

    def add(self, event: Event) -> None:
        match event:
            case PlannedChange() if event.action != "noop":
                self.planned.append(event)
            case Diagnostic(severity="error"):
                self.errors.append(event)
            case Outputs():
                self.outputs, self.changed_outputs = event.values, event.changed
            case ChangeSummary():
                self.summary = event
