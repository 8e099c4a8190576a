"""Runs deployed Lambda functions as the Lambda Web Adapter does, one process per function.

In: what was deployed (zip and configuration, from the control plane). Out: the address of a process that runs exactly
that, and nothing of ours: only the function's own environment and Lambda's, and a Python that sees the zip and the
standard library but not the packages installed here. So a zip that works here holds all that it needs.

The adapter starts `$LAMBDA_TASK_ROOT/<handler>` (through AWS_LAMBDA_EXEC_WRAPPER, whose part this module plays), waits
until the readiness path answers, and forwards requests to AWS_LWA_PORT. Source: awslabs/aws-lambda-web-adapter,
layer/bootstrap and README (2026-11).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import shlex
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from generator.local.control_plane import DeployedFunction
from generator.local.function_code import BadCodeError, unpack
from generator.local.model_client import HttpClient, UnreachableError
from generator.local.processes import Child

READY_WITHIN_S = 20.0
_POLL_S = 0.05
_LOG = logging.getLogger("function host")


class FunctionFailedError(Exception):
    """The function cannot be run; the text says why, its output is in the log."""


@dataclass
class _Running:
    child: Child
    url: str
    revision: str
    in_flight: int = 0
    retired: bool = False


class FunctionHost:
    """The functions that run. Use it from one event loop.

    Args:
        folder: where zips are unpacked, `<folder>/<function>/<code hash>/`.
        aws_environment: region -> the variables that lead an AWS SDK to the local target.

    """

    def __init__(
        self,
        folder: Path,
        http: HttpClient,
        aws_environment: Callable[[str], Mapping[str, str]],
    ) -> None:
        self._folder = folder
        self._http = http
        self._aws_environment = aws_environment
        self._running: dict[str, _Running] = {}
        self._starting: dict[str, asyncio.Lock] = {}

    async def acquire(self, function: DeployedFunction) -> Lease:
        """A process that runs `function` as it is deployed now, started if need be.

        Raises:
            FunctionFailedError: it cannot be started, ended at once, or was not ready in time.

        """
        async with self._starting.setdefault(function.name, asyncio.Lock()):
            running = self._running.get(function.name)
            if running is None or not _still_serves(running, function):
                if running is not None:
                    self._retire(running)
                running = await self._start(function)
                self._running[function.name] = running
            running.in_flight += 1
            return Lease(running)

    async def close(self) -> None:
        """End all functions."""
        for running in self._running.values():
            running.child.let_go()
        await asyncio.gather(*(asyncio.to_thread(each.child.close) for each in self._running.values()))

    def _retire(self, running: _Running) -> None:
        """Let a process end once its last request has been answered."""
        running.retired = True
        if running.in_flight == 0:
            running.child.let_go()

    async def _start(self, function: DeployedFunction) -> _Running:
        root = await self._unpacked(function)
        port = _free_port()
        script = root / function.handler
        if not (function.handler and os.access(script, os.X_OK) and script.is_file()):
            raise FunctionFailedError(f"the handler {function.handler!r} is not an executable file of the deployed zip")
        environment = self._environment(function, root, port)
        _LOG.info("starting %s", function.name)
        child = Child(function.name, [str(script)], environment, folder=root)
        running = _Running(child, f"http://127.0.0.1:{port}", _revision(function))
        with ExitStack() as given_up:  # also when the request that waits for it is cancelled
            given_up.callback(child.let_go)
            await self._until_ready(function, running)
            given_up.pop_all()
        return running

    async def _unpacked(self, function: DeployedFunction) -> Path:
        digest = hashlib.sha256(function.code).hexdigest()[:16]
        folder = self._folder / function.name / digest
        try:
            return await asyncio.to_thread(unpack, function.code, folder)
        except (BadCodeError, OSError) as exc:
            raise FunctionFailedError(str(exc)) from exc

    async def _until_ready(self, function: DeployedFunction, running: _Running) -> None:
        path = function.environment.get("AWS_LWA_READINESS_CHECK_PATH", "/")
        deadline = time.monotonic() + READY_WITHIN_S
        while not await self._is_ready(f"{running.url}/{path.lstrip('/')}"):
            if not running.child.is_alive:
                raise FunctionFailedError(f"it ended with exit code {running.child.exit_code} before it was ready")
            if time.monotonic() > deadline:
                raise FunctionFailedError(f"{path} did not answer within {READY_WITHIN_S:.0f} s")
            await asyncio.sleep(_POLL_S)

    async def _is_ready(self, url: str) -> bool:
        try:
            async with self._http.open("GET", url) as reply:
                return reply.status < 500  # the adapter's default: 100-499 are healthy
        except UnreachableError:
            return False

    def _environment(self, function: DeployedFunction, root: Path, port: int) -> dict[str, str]:
        """Later wins, as on Lambda, where reserved variables cannot be configured."""
        aws_environment = self._aws_environment(function.region)
        return {
            **function.environment,
            "_HANDLER": function.handler,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mib),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            "LAMBDA_TASK_ROOT": str(root),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PATH": f"{self._python_only()}:/usr/local/bin:/usr/bin:/bin",
            "PYTHONUNBUFFERED": "1",  # Lambda shows a line when it is printed
            **aws_environment,
            # The handler's one setting for this target: no provider is asked outside of it (docs/contracts.md).
            "TERRACHAT_PROVIDERS_URL": aws_environment.get("OPENAI_BASE_URL", "").removesuffix("/openai/v1"),
            "AWS_LWA_PORT": str(port),
            "PORT": str(port),
        }

    def _python_only(self) -> Path:
        """A folder whose `python3` is this interpreter without any installed package.

        -S leaves out `site`, hence our virtual environment and the base interpreter's site-packages; PYTHONPATH and
        the working directory, which is how a zip is found, still count.
        """
        folder = self._folder / ".bin"
        folder.mkdir(parents=True, exist_ok=True)
        base = getattr(sys, "_base_executable", None) or sys.executable
        for name in ("python3", "python"):
            shim = folder / name
            shim.write_text(f'#!/bin/sh\nexec {shlex.quote(base)} -S "$@"\n', encoding="utf-8")
            shim.chmod(0o755)
        return folder


class Lease:
    """The use of a running function by one request; release it when the reply has ended."""

    def __init__(self, running: _Running) -> None:
        self._running = running

    @property
    def url(self) -> str:
        return self._running.url

    def release(self) -> None:
        self._running.in_flight -= 1
        if self._running.retired and self._running.in_flight == 0:
            self._running.child.let_go()


def _still_serves(running: _Running, function: DeployedFunction) -> bool:
    if not running.child.is_alive:
        _LOG.warning("%s ended with exit code %s; starting it again", function.name, running.child.exit_code)
        return False
    if running.revision != _revision(function):
        _LOG.info("%s was deployed again", function.name)
        return False
    return True


def _revision(function: DeployedFunction) -> str:
    """Changes when a new process is due: with the code, the handler or anything in the environment."""
    return json.dumps([function.sha256, function.handler, function.memory_mib, dict(function.environment)])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
