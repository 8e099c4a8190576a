"""Every error that the command line shows to a person.

    TerrachatError                1   what the user gave is wrong
    ├── CatalogError              1   one or more problems in the catalog, each with file:line:column
    ├── PlanningError             1   the catalog is well formed, but cannot be deployed where it asks to be
    ├── ModuleDirError            1   the module directory holds something that we must not overwrite
    ├── PackagingError            1   the handler's zip cannot be built
    ├── TerraformError            3   Terraform is missing, refused or failed
    ├── AwsError                  3   an AWS call failed, or what is deployed is not what was expected
    ├── LocalTargetError          3   the local target is not running, or a part of it failed
    ├── HubError                  3   the Hugging Face Hub refused or cannot be reached
    ├── BlockedError              5   a preflight finding would make the deployment fail
    ├── NoAnswerError             3   a deployed model was asked and did not answer
    └── DeclinedError             4   the user said no

A message says what happened and where; `hint` says what to do next. `exit_code` is the process's exit code.
`cli.py` is the only place that turns one into text and an exit code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

HubErrorKind = Literal["unauthorized", "forbidden", "gated", "not_found", "revision_not_found", "unreachable"]
"""Why the Hub did not answer: the token is not valid, or has been given too little; a licence is not accepted; there is
no such model (or it is private), no such revision; or the Hub cannot be reached."""


class TerrachatError(Exception):
    """Base of all errors that are shown to the user as a message and never as a traceback."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class CatalogProblem:
    """One thing that is wrong in a catalog.

    `line` and `column` count from 1; 0 means that the problem has no place in the file (it does not exist, say).
    `key_path` is as a user would write it, `models[2].instance_type`, or empty for the whole file.
    """

    path: str
    line: int
    column: int
    key_path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{place}: {self.key_path}: {self.message}" if self.key_path else f"{place}: {self.message}"


class CatalogError(TerrachatError):
    """All problems of one catalog, in the order of their places."""

    def __init__(self, problems: Sequence[CatalogProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class PlanningError(TerrachatError):
    """The catalog is well formed, but cannot be deployed where it asks to be."""


class ModuleDirError(TerrachatError):
    """The module directory cannot be written without losing something."""


class PackagingError(TerrachatError):
    """The handler's zip cannot be built."""


class TerraformError(TerrachatError):
    """Terraform is missing, refused its configuration, or failed while it worked."""

    exit_code = 3


class AwsError(TerrachatError):
    """An AWS call failed. `code` is AWS's own, or the name of botocore's error; empty where there is neither."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str | None = None, code: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class HubError(TerrachatError):
    """The Hugging Face Hub refused, or could not be asked. `kind` says why."""

    exit_code = 3

    def __init__(self, message: str, *, kind: HubErrorKind, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind


class LocalTargetError(TerrachatError):
    """The local target is not running, or one of its parts failed."""

    exit_code = 3


class NoAnswerError(TerrachatError):
    """A deployed model was asked and did not answer."""

    exit_code = 3


class BlockedError(TerrachatError):
    """A preflight finding would make the deployment fail."""

    exit_code = 5


class DeclinedError(TerrachatError):
    """The user was asked and said no."""

    exit_code = 4
