"""A Terraform on PATH that plays prepared runs, so that a test says what Terraform says."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PROGRAM = f"""#!{sys.executable}
import json, os, pathlib, sys
folder = pathlib.Path(__file__).parent
words = [word for word in sys.argv[1:] if not word.startswith("-")]
if words[0] == "version": print("Terraform v1.11.4"); sys.exit(0)
name = " ".join(words[:2]) if words[0] == "state" else words[0]
(folder / "told").write_text(os.environ.get("TF_VAR_huggingface_token", ""))
with (folder / "calls").open("a") as calls: calls.write(" ".join(sys.argv[1:]) + "\\n")
runs = json.loads((folder / "runs.json").read_text())
run = runs[name].pop(0) if runs.get(name) else {{}}
(folder / "runs.json").write_text(json.dumps(runs))
for name in run.get("sees", ()):
    (folder / name).write_text(pathlib.Path(name).read_text() if pathlib.Path(name).exists() else "")
for name in run.get("writes", ()): pathlib.Path(name).touch()
for line in run.get("says", ()): print(line if isinstance(line, str) else json.dumps(line))
if "document" in run: print(json.dumps(run["document"]))
sys.exit(run.get("code", 0))
"""


@dataclass
class PlayedTerraform:
    """Runs by command (`plan`, `apply`, `show`, `state pull`, `untaint`), each played once, in order."""

    folder: Path
    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def install(self) -> None:
        """Put the program, and the runs as they are now, into the folder, which is to be on PATH."""
        self.folder.mkdir(parents=True, exist_ok=True)
        program = self.folder / "terraform"
        program.write_text(_PROGRAM)
        program.chmod(0o755)
        (self.folder / "runs.json").write_text(json.dumps(self.runs))
        (self.folder / "calls").touch()

    @property
    def calls(self) -> list[str]:
        """What was run, by the first word of each command line."""
        return [line.split()[0] for line in (self.folder / "calls").read_text().splitlines()]


def planned(address: str, action: str) -> dict[str, Any]:
    return {"type": "planned_change", "change": {"resource": {"addr": address}, "action": action}}


def failed(summary: str, address: str = "", detail: str = "") -> dict[str, Any]:
    diagnostic = {"severity": "error", "summary": summary, "detail": detail, "address": address}
    return {"type": "diagnostic", "diagnostic": diagnostic}


def applied(add: int) -> dict[str, Any]:
    return {"type": "change_summary", "changes": {"operation": "apply", "add": add, "change": 0, "remove": 0}}


def outputs(**values: str) -> dict[str, Any]:
    return {"type": "outputs", "outputs": {name: {"value": value} for name, value in values.items()}}


def resource(address: str, *actions: str, before: Any = None, after: Any = None) -> dict[str, Any]:
    """One resource of a described plan."""
    type_, name = address.split(".")
    change = {"actions": list(actions), "before": before, "after": after}
    return {"address": address, "mode": "managed", "type": type_, "name": name, "change": change}


def state(**config_names: str) -> dict[str, Any]:
    """A state that holds these endpoint configurations, by the Terraform name of their model."""
    resources = [
        {
            "mode": "managed",
            "type": "aws_sagemaker_endpoint_configuration",
            "name": name,
            "instances": [{"attributes": {"name": config}}],
        }
        for name, config in config_names.items()
    ]
    return {"document": {"version": 4, "resources": resources, "outputs": {"handler_url": {"value": "https://h/"}}}}
