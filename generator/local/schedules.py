"""Schedules of EventBridge that run when they are told to, so that a rehearsal can have its evening.

    POST <data_url>/schedules/{group}/{name}/run

In: a schedule of the emulated control plane. Out: its universal target, called with its input as EventBridge Scheduler
would call it: `arn:aws:scheduler:::aws-sdk:<service>:<operation>`, parameters as the API names them. The scheduler
has no clock here: an endpoint that comes and goes by the time of day would make every rehearsal depend on it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from generator.local.control_plane import Schedule

# docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
_TARGET = re.compile(r"arn:[^:]+:scheduler:::aws-sdk:(?P<service>[a-z0-9-]+):(?P<operation>[a-z][A-Za-z0-9]*)")


class ScheduleFailedError(Exception):
    """The schedule ran, or could not, and its target did nothing; the text says why."""


class Schedules:
    """The door to all schedules.

    Args:
        find: group and name -> the schedule, None where there is none (`control_plane.find_schedule`).
        aws_environment: region -> the variables that lead an AWS SDK to the local target.

    """

    def __init__(
        self,
        find: Callable[[str, str], Schedule | None],
        aws_environment: Callable[[str], Mapping[str, str]],
    ) -> None:
        self._find = find
        self._aws_environment = aws_environment

    async def run(self, request: Request, _body: bytes) -> Response:
        """Run one schedule now: 200 with what was called, 404 without such a schedule, 502 where AWS refused."""
        group, name = request.path_params["group"], request.path_params["name"]
        schedule = self._find(group, name)
        if schedule is None:
            return JSONResponse({"message": f"there is no schedule {name!r} in the group {group!r}"}, 404)
        try:
            called = await asyncio.to_thread(self._call, schedule)
        except ScheduleFailedError as exc:
            return JSONResponse({"message": f"the schedule {name!r} failed: {exc}"}, 502)
        return JSONResponse(called)

    def _call(self, schedule: Schedule) -> dict[str, Any]:
        target = _TARGET.fullmatch(schedule.target)
        if target is None:
            raise ScheduleFailedError(f"{schedule.target!r} is no universal target, and only these run here")
        try:
            parameters = json.loads(schedule.input)
            client = self._client(target["service"], schedule.region)
            getattr(client, xform_name(target["operation"]))(**parameters)
        except (ClientError, BotoCoreError, AttributeError, TypeError, ValueError) as exc:
            raise ScheduleFailedError(str(exc)) from exc
        return {"service": target["service"], "operation": target["operation"], "input": parameters}

    def _client(self, service: str, region: str) -> Any:
        there = self._aws_environment(region)
        session = boto3.Session(
            aws_access_key_id=there["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=there["AWS_SECRET_ACCESS_KEY"],
            region_name=region,
        )
        once = Config(retries={"total_max_attempts": 1})
        return session.client(service, endpoint_url=there["AWS_ENDPOINT_URL"], config=once)  # type: ignore[call-overload]
