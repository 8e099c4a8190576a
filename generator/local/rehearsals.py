"""Rehearsals of what AWS does to a deployment: an endpoint that fails, rolls back, takes long, or is refused.

    PUT    <data_url>/rehearsals   {"kind": …, "name": "terrachat-demo-gpt", "times": 1, …}
    GET    <data_url>/rehearsals   what is switched on
    DELETE <data_url>/rehearsals   switch all off; what is in progress ends at once

| kind | what SageMaker does |
|---|---|
| `fail` | CreateEndpoint is accepted; the endpoint ends `Failed`, for `reason` |
| `roll_back` | UpdateEndpoint is accepted; the endpoint ends `InService` with its old configuration, and `reason` |
| `slow` | CreateEndpoint or UpdateEndpoint takes `seconds` |
| `refuse` | `operation` (CreateEndpoint unless told) is refused with `code` and `reason` |

`name` is a shell pattern for the endpoint's name, or the model's where `operation` is CreateModel; `log` holds lines
that appear in the endpoint's log group when the rehearsal begins. Separate from `faults.py`, which spoils answers:
these change what is deployed, so Terraform and the command line meet them. The emulated control plane acts them out
(`moto_amendments/endpoints.py`); this module knows nothing of it.
"""

from __future__ import annotations

import threading
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Operation = Literal["CreateModel", "CreateEndpointConfig", "CreateEndpoint", "UpdateEndpoint", "DeleteEndpoint"]
LIMIT_EXCEEDED = "ResourceLimitExceeded"
_HEALTH_CHECK = (
    "The primary container for production variant AllTraffic did not pass the ping health check. "
    "Please check CloudWatch logs for this endpoint."
)  # AWS's words: aws/sagemaker-python-sdk #787, #1554
_LONG_S = 3600.0


class Rehearsal(BaseModel):
    """The body of `PUT /rehearsals`.

    `times` counts down by one for each operation that met the rehearsal; None means until it is switched off.
    `seconds` is how long the endpoint stays Creating or Updating: 0 in all kinds but `slow`, unless told. `reason`
    None means AWS's own words for what happens most often: a container that does not answer its health check, or an
    instance quota of 0.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["fail", "roll_back", "slow", "refuse"]
    name: str = Field(default="*", min_length=1)
    times: int | None = Field(default=1, ge=1)
    seconds: float = Field(default=0.0, ge=0, le=_LONG_S)
    reason: str | None = None
    log: tuple[str, ...] = ()
    operation: Operation = "CreateEndpoint"
    code: str = LIMIT_EXCEEDED

    @model_validator(mode="after")
    def _is_complete(self) -> Rehearsal:
        if self.kind == "slow" and not self.seconds:
            raise ValueError("'slow' needs 'seconds'")
        if self.kind == "refuse" and self.reason is None and not self.words_are_known:
            raise ValueError("'refuse' needs a 'reason', except ResourceLimitExceeded of an endpoint")
        return self

    @property
    def words_are_known(self) -> bool:
        """Whether a refusal without a reason can be put into AWS's own words."""
        return self.code == LIMIT_EXCEEDED and self.operation in {"CreateEndpoint", "UpdateEndpoint"}

    @property
    def failure_reason(self) -> str:
        """What DescribeEndpoint gives as FailureReason."""
        return self.reason or _HEALTH_CHECK

    def meets(self, operation: Operation, name: str) -> bool:
        """Whether `operation` on what is called `name` is what is rehearsed."""
        met: dict[str, tuple[Operation, ...]] = {
            "fail": ("CreateEndpoint",),
            "roll_back": ("UpdateEndpoint",),
            "slow": ("CreateEndpoint", "UpdateEndpoint"),
            "refuse": (self.operation,),
        }
        return operation in met[self.kind] and fnmatchcase(name, self.name)


class Rehearsals:
    """What is switched on. May be used from any thread.

    `act` is counted up by `switch_off`: what began in an earlier act is to end at once, however long it should take.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[Rehearsal] = []
        self.act = 0

    def switch_on(self, rehearsal: Rehearsal) -> None:
        """Add a rehearsal; one of the same name, kind and operation is replaced."""
        with self._lock:
            self._active = [*(each for each in self._active if _key(each) != _key(rehearsal)), rehearsal]

    def switch_off(self) -> None:
        with self._lock:
            self._active = []
            self.act += 1

    def active(self) -> list[Rehearsal]:
        with self._lock:
            return list(self._active)

    def take(self, operation: Operation, name: str) -> Rehearsal | None:
        """The oldest rehearsal that `operation` on `name` meets, counted down."""
        with self._lock:
            for index, rehearsal in enumerate(self._active):
                if rehearsal.meets(operation, name):
                    self._active[index : index + 1] = _counted_down(rehearsal)
                    return rehearsal
        return None


def _key(rehearsal: Rehearsal) -> tuple[str, str, str]:
    return rehearsal.name, rehearsal.kind, rehearsal.operation


def _counted_down(rehearsal: Rehearsal) -> list[Rehearsal]:
    if rehearsal.times is None:
        return [rehearsal]
    return [rehearsal.model_copy(update={"times": rehearsal.times - 1})] if rehearsal.times > 1 else []
