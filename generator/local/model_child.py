"""The model server as the supervisor sees it: a child that is started, watched and started again.

In: a model file. Out: an address that stays the same over restarts, since it was published.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections import deque
from pathlib import Path

from generator.errors import LocalTargetError
from generator.local.processes import Child

READY_WITHIN_S = 60.0
_RESTARTS_PER_MINUTE = 3
_LOG = logging.getLogger("model server")


class ModelChild:
    """A model server that is being started; `wait_until_ready` must follow."""

    def __init__(self, model_file: Path | None) -> None:
        self._model_file = model_file
        self._closing = threading.Event()
        self._restarts: deque[float] = deque(maxlen=_RESTARTS_PER_MINUTE)
        self._child, self._announced = self._start(port=0)
        self._watcher = threading.Thread(target=self._watch, name="model server watch", daemon=True)

    def wait_until_ready(self) -> str:
        """Wait until the model is loaded; return the server's address and keep it alive from then on.

        Raises:
            LocalTargetError: it did not start; the message ends with its last output.

        """
        url = self._announced.wait(self._child)
        self._port = int(url.rpartition(":")[2])
        self._watcher.start()
        return url

    def close(self) -> None:
        """End it for good."""
        self._closing.set()
        self._child.close()
        if self._watcher.is_alive():
            self._watcher.join(timeout=READY_WITHIN_S)

    def _start(self, port: int) -> tuple[Child, _Announcement]:
        announced = _Announcement()
        command = [sys.executable, "-P", "-m", "generator.local.model_server", "--port", str(port)]
        if self._model_file is not None:
            command += ["--model", str(self._model_file)]
        return Child("model server", command, os.environ, on_line=announced.take), announced

    def _watch(self) -> None:
        while True:
            code = self._child.wait()
            if self._closing.is_set():
                return
            if not self._may_restart():
                _LOG.error(
                    "ended with exit code %s, the %dth time in a minute; not started again. "
                    "`terrachat local down`, then `terrachat local up --model-file FILE` tries another model",
                    code,
                    _RESTARTS_PER_MINUTE + 1,
                )
                return
            _LOG.warning("ended with exit code %s; starting it again", code)
            self._restart()

    def _may_restart(self) -> bool:
        now = time.monotonic()
        if len(self._restarts) == _RESTARTS_PER_MINUTE and now - self._restarts[0] < 60:
            return False
        self._restarts.append(now)
        return True

    def _restart(self) -> None:
        """Start it again at the address that was published."""
        self._child, announced = self._start(self._port)
        if self._closing.is_set():
            self._child.close()
            return
        try:
            _LOG.info("runs again at %s", announced.wait(self._child))
        except LocalTargetError as error:
            _LOG.error("%s", error.message)


class _Announcement:
    """The first line that a model server prints: where it listens."""

    def __init__(self) -> None:
        self._url: str | None = None

    def take(self, line: str) -> bool:
        """Whether `line` is the announcement, which needs no place in the log."""
        try:
            self._url = str(json.loads(line)["url"])
        except (ValueError, KeyError, TypeError):
            return False
        return True

    def wait(self, child: Child) -> str:
        """The announced address.

        Raises:
            LocalTargetError: the child ended or said nothing in time.

        """
        deadline = time.monotonic() + READY_WITHIN_S
        while self._url is None:
            if not child.is_alive:
                raise LocalTargetError(f"the model server did not start:\n{child.tail}")
            if time.monotonic() > deadline:
                raise LocalTargetError(f"the model server was not ready within {READY_WITHIN_S:.0f} s")
            time.sleep(0.02)
        return self._url
