"""What an endpoint is doing while Terraform says only that it is still creating it.

In: Terraform's events and live AWS, asked every 10 s from a thread of its own. Out: notes by resource address, such as
`loading the weights: Loading safetensors checkpoint shards: 50%`. Separate because nothing depends on it: where AWS
cannot be asked, the apply goes on without notes.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from generator.deployment.live_endpoints import LiveEndpoints
from generator.errors import AwsError
from generator.terraform.events import Event, ResourceProgress

_EVERY_S = 10.0
_SHOWN = 60
# What the containers of the four families print on their way up, the latest phase first.
_PHASES = (
    (r"Uvicorn running|Application startup complete|GET /ping.* 200|server is fired up", "answering health checks"),
    (r"[Gg]raph captur|[Cc]apturing|torch\.compile|[Ww]arm(ing)?[ -]?up", "warming up"),
    (
        r"[Ll]oading (safetensors|model|weights|checkpoint)|[Ll]oad(ed)? weight|Starting to load model",
        "loading weights",
    ),
    (r"[Dd]ownload|[Ff]etching \d+ files", "downloading weights"),
)
_STATUSES = {"Updating": "updating", "SystemUpdating": "updating", "RollingBack": "rolling back", "Failed": "failed"}


class EndpointWatch:
    """Asks about the endpoints that are in flight, while it is entered.

    `endpoints` are endpoint names by resource address; `note` is called with an address and a text.
    """

    def __init__(self, endpoints: Mapping[str, str], live: LiveEndpoints, note: Callable[[str, str], None]) -> None:
        self._endpoints = endpoints
        self._live = live
        self._note = note
        self._in_flight: set[str] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._endpoints:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="endpoint-watch", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stop.set()
        self._thread = None  # not joined: a question that is on its way may take its time, and changes nothing

    def terraform(self, event: Event) -> None:
        """Take note of what Terraform has begun or ended."""
        if not isinstance(event, ResourceProgress) or event.address not in self._endpoints:
            return
        if event.phase == "start" and event.action != "delete":
            self._in_flight.add(event.address)
        elif event.phase in ("complete", "errored"):
            self._in_flight.discard(event.address)

    def look(self) -> None:
        """Ask about each endpoint in flight, once."""
        for address in sorted(self._in_flight):
            try:
                text = self._phase(self._endpoints[address])
            except AwsError:
                continue
            if text and address in self._in_flight:
                self._note(address, text)

    def _run(self) -> None:
        while not self._stop.wait(_EVERY_S):
            self.look()

    def _phase(self, name: str) -> str:
        found = self._live.find(name)
        return describe(found.status, self._live.log_tail(name)) if found else ""


def describe(status: str, log: tuple[str, ...]) -> str:
    """An endpoint's status and its container's last lines as a phase that a person knows."""
    doing = _STATUSES.get(status)
    if not log:
        return doing or "waiting for a machine and the image"
    phase = next((phase for pattern, phase in _PHASES for line in reversed(log) if re.search(pattern, line)), None)
    text = doing if status in ("RollingBack", "Failed") else phase or doing or "starting the container"
    last = log[-1] if len(log[-1]) <= _SHOWN else f"{log[-1][: _SHOWN - 1]}…"
    return f"{text}: {last}"
