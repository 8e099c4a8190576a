"""The JSON Schema (draft 2020-12) of what `terrachat doctor --json` prints, for scripts. Pure.

In: nothing. Out: plain data: `terrachat schema doctor` prints it, and docs/doctor.schema.json is what it printed.
Separate from generator.preflight.findings, whose `document()` it describes: checks need no schema.
"""

from __future__ import annotations

from typing import Any, get_args

from generator.preflight.findings import Blocks, Verdict

Schema = dict[str, Any]

_VERDICT: Schema = {"type": "string", "enum": [str(verdict) for verdict in Verdict]}
_TEXT: Schema = {"type": "string"}
_SENTENCE: Schema = {"type": "string", "minLength": 1}
_FINDING: dict[str, tuple[Schema, str]] = {
    "id": (
        {"type": "string", "pattern": "^[a-z-]+(/.+)?$"},
        "What it is about, the same at every run: quota/ml.g5.xlarge. Only the kind where that is unknown as a whole.",
    ),
    "subject": (_SENTENCE, "The same for people."),
    "verdict": (
        _VERDICT,
        "ok: as it should be. warn: works, and there is something to know. unknown: could not be found out. blocked: "
        "as things are, the deployment fails or a model cannot be asked.",
    ),
    "reason": (_SENTENCE, "What was found, and why that is so."),
    "asked": (_TEXT, "The API and its operation, and where; empty where nobody had to be asked."),
    "value": (_TEXT, "What the answer was, in short. Never a secret."),
    "fix": (_TEXT, "The next step: a command, or where to click. Empty where there is nothing to do."),
    "fixable": ({"type": "boolean"}, "Whether `terrachat doctor --fix` has something to offer."),
    "models": ({"type": "array", "items": _TEXT}, "Ids of the models that it is about; none where it is about all."),
    "blocks": (
        {"enum": [*get_args(Blocks), None]},
        "What is blocked: the deployment, which `terrachat apply` then refuses, or the answers of a model that is "
        "deployed anyhow. Null unless the verdict is blocked.",
    ),
}
_REPORT: dict[str, tuple[Schema, str]] = {
    "verdict": (_VERDICT, "The worst of all findings. The exit code is 5 where it is blocked, else 0."),
    "findings": ({"type": "array", "items": {"$ref": "#/$defs/finding"}}, "All of them, in the order of the checks."),
}


def doctor_schema() -> Schema:
    """The schema as plain data that `json` can write."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Terrachat doctor",
        **_object("What `terrachat doctor --json` prints.", _REPORT),
        "$defs": {"finding": _object("One prerequisite, as it was found.", _FINDING)},
    }


def _object(description: str, keys: dict[str, tuple[Schema, str]]) -> Schema:
    return {
        "description": description,
        "type": "object",
        "properties": {name: {"description": said, **schema} for name, (schema, said) in keys.items()},
        "required": list(keys),
        "additionalProperties": False,
    }
