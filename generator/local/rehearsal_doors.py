"""The two doors through which a rehearsal is arranged: `/faults` and `/rehearsals`, worked in the same way.

PUT switches one on, DELETE switches all off, and every answer is the list of what is on. A body that is not one is
refused with 400 and why.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from generator.local.faults import FaultRequest, Faults
from generator.local.rehearsals import Rehearsal, Rehearsals

_LOG = logging.getLogger("data plane")
_One = TypeVar("_One", bound=BaseModel)


class _Switchboard(Protocol[_One]):
    def switch_on(self, one: _One, /) -> None: ...

    def switch_off(self) -> None: ...

    def active(self) -> Sequence[_One]: ...


def fault_routes(faults: Faults) -> list[Route]:
    """`/faults`: what is done to answers."""
    return _routes("/faults", FaultRequest, faults)


def rehearsal_routes(rehearsals: Rehearsals) -> list[Route]:
    """`/rehearsals`: what is done to deployments."""
    return _routes("/rehearsals", Rehearsal, rehearsals)


def _routes(path: str, kind: type[_One], switchboard: _Switchboard[_One]) -> list[Route]:
    async def change(request: Request) -> Response:
        if request.method == "DELETE":
            switchboard.switch_off()
        elif request.method == "PUT":
            try:
                switchboard.switch_on(kind.model_validate_json(await request.body()))
            except ValidationError as exc:
                return JSONResponse({"message": str(exc)}, 400)
        active = [one.model_dump(mode="json") for one in switchboard.active()]
        if request.method != "GET":
            _LOG.info("%s: %s", path.removeprefix("/"), active)
        return JSONResponse(active)

    return [Route(path, change, methods=["GET", "PUT", "DELETE"])]
