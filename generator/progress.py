"""Long work as a person sees it: the phase, what is being worked on, and the time it has taken.

On a terminal, one live line for each thing in flight; elsewhere (CI, a pipe) plain lines as things begin and end.
Everything goes to stderr, so that stdout holds a command's result only.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.text import Text

from generator.terraform.events import ChangeSummary, Diagnostic, Event, PlannedChange, ResourceProgress

if TYPE_CHECKING:
    from rich.live import Live
    from rich.spinner import Spinner

_DOING = {
    "create": "creating",
    "update": "updating",
    "delete": "destroying",
    "replace": "replacing",
    "read": "reading",
}
_DONE = {
    "create": "created",
    "update": "updated",
    "delete": "destroyed",
    "replace": "replaced",
    "read": "read",
}
_SPINNER_WIDTH = 2
_SIGNS = {"create": "+", "update": "~", "delete": "-", "replace": "±"}


class Progress:
    """A display of phases, one after the other. `seconds` holds how long each ended phase took.

    Between phases the terminal is free for something else: a question, a streamed answer.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, emoji=False)
        self._phase: tuple[str, float] | None = None
        self._detail = self._result = ""
        self._in_flight: dict[str, tuple[str, float]] = {}
        self._notes: dict[str, str] = {}
        self._done = 0
        self._planned = 0
        self.seconds: dict[str, float] = {}
        self._live: Live | None = None
        self._spinner: Spinner | None = None

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Show `name` while the block runs, then how long it took. What fails inside is left to say so itself."""
        began = time.monotonic()
        self._phase = (name, began)
        self._detail = self._result = ""
        self._in_flight.clear()
        self._notes.clear()
        self._done = self._planned = 0
        if self._console.is_terminal:
            self._start_live()
        else:
            self._print(f"{name} …")
        try:
            yield
        finally:
            if self._live is not None:
                self._live.stop()
            self._phase = None
            self.seconds[name] = time.monotonic() - began
        result = f": {self._result}" if self._result else ""
        self._print(Text.assemble(("✓ ", "green"), f"{name}{result}", (f"  {self.seconds[name]:.1f} s", "dim")))

    def say(self, text: str) -> None:
        """Name what the current phase is at."""
        self._detail = text
        if not self._console.is_terminal:
            self._print(f"  {text}")

    def count(self, done: int, planned: int, detail: str) -> None:
        """Say how much of the current phase is done, and what it waits for; nothing without a terminal."""
        self._done, self._planned, self._detail = done, planned, detail
        self.refresh()

    def show(self, text: str) -> None:
        """Print a text of several lines between phases."""
        self._print(text)

    def conclude(self, result: str) -> None:
        """Say what the current phase came to, on the line that stays when it ends."""
        self._result = result

    def note(self, address: str, text: str) -> None:
        """Say of a resource in flight what it is at. May be called from another thread."""
        if self._notes.get(address) == text or address not in self._in_flight:
            return
        self._notes[address] = text
        if not self._console.is_terminal:
            self._print(f"  {address}: {text}")
        self.refresh()

    def refresh(self) -> None:
        """Draw what is known now, instead of within the next eighth of a second; nothing without a terminal."""
        if self._live is not None:
            self._live.refresh()

    def terraform(self, event: Event) -> None:
        """Show one thing that Terraform said."""
        match event:
            case PlannedChange(action=action) if action in _SIGNS:
                self._planned += 1
            case ResourceProgress() if event.action != "read":
                self._resource(event)
            case ChangeSummary(operation="apply" | "destroy"):
                self.conclude(f"{event.add} added, {event.change} changed, {event.remove} destroyed")
            case ChangeSummary(operation="plan"):
                self.conclude(f"{event.add} to add, {event.change} to change, {event.remove} to destroy")
            case Diagnostic(severity="warning"):
                self._print(Text(f"! {event.summary}", style="yellow"))

    def _start_live(self) -> None:
        from rich.live import Live  # a tenth of what a short command takes to start
        from rich.spinner import Spinner

        self._spinner = Spinner("dots")
        # A new one for each phase: one that is started again erases as many lines as it had at its end.
        self._live = Live(console=self._console, refresh_per_second=8, transient=True, get_renderable=self._render)
        self._live.start()

    def _resource(self, event: ResourceProgress) -> None:
        if event.phase == "start":
            self._in_flight[event.address] = (event.action, time.monotonic())
        elif event.phase == "progress" and not self._console.is_terminal:
            doing = _DOING.get(event.action, event.action)
            self._print(f"  {event.address}: still {doing}, {event.elapsed_s:.0f} s")
        elif event.phase in ("complete", "errored"):
            self._in_flight.pop(event.address, None)
            self._notes.pop(event.address, None)
            self._done += event.phase == "complete"
            done = _DONE.get(event.action, event.action) if event.phase == "complete" else "failed"
            style = "dim" if event.phase == "complete" else "red"
            self._print(Text(f"  {event.address}: {done} in {event.elapsed_s:.0f} s", style=style))

    def _print(self, text: str | Text) -> None:
        self._console.print(text, markup=False, soft_wrap=True)

    def _render(self) -> RenderableType:
        if self._phase is None or self._spinner is None:
            return Text("")
        name, began = self._phase
        now = time.monotonic()
        counted = f" {self._done}/{self._planned}" if self._planned else ""
        elapsed = f"  {now - began:.0f} s"
        text = Text(f"{name}{counted}{f': {self._detail}' if self._detail else ''}")
        text.truncate(self._console.width - len(elapsed) - _SPINNER_WIDTH, overflow="ellipsis")
        self._spinner.update(text=text.append(elapsed))
        flights = [self._flight(address, *flight, now) for address, flight in list(self._in_flight.items())]
        return Group(self._spinner, *flights)

    def _flight(self, address: str, action: str, since: float, now: float) -> Text:
        note = self._notes.get(address, "")
        text = f"  {address}: {_DOING.get(action, action)}, {now - since:.0f} s{f' ({note})' if note else ''}"
        return Text(text, style="cyan", no_wrap=True, overflow="ellipsis")


def changes_as_text(changes: tuple[PlannedChange, ...]) -> str:
    """The planned changes, one a line, with Terraform's own signs."""
    return "\n".join(f"  {_SIGNS.get(change.action, ' ')} {change.address}" for change in changes)
