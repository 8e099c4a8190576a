"""A streamed reply of the handler, read as a client without a library would read it.

In: an HTTP reply. Out: its events, and what they say. Separate because every scenario asks the same of it: which text
came, how it ended, and that the end came exactly once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx2

DONE = "[DONE]"


@dataclass(frozen=True)
class Streamed:
    """The events of one reply, in order; `[DONE]` as that string."""

    status: int
    events: list[Any]

    @property
    def chunks(self) -> list[dict[str, Any]]:
        return [one for one in self.events if one != DONE and "error" not in one]

    @property
    def text(self) -> str:
        return "".join(delta.get("content") or "" for delta in self.deltas)

    @property
    def deltas(self) -> list[dict[str, Any]]:
        return [choice["delta"] for chunk in self.chunks for choice in chunk["choices"]]

    @property
    def finish_reasons(self) -> list[str]:
        choices = [choice for chunk in self.chunks for choice in chunk["choices"]]
        return [choice["finish_reason"] for choice in choices if choice.get("finish_reason")]

    @property
    def end(self) -> Any:
        """What ends the stream: `[DONE]`, or the object of an error. Fails where that is not there exactly once."""
        ends = [one for one in self.events if one == DONE or "error" in one]
        assert len(ends) == 1, self.events
        assert self.events[-1] is ends[0], self.events
        return ends[0] if ends[0] == DONE else ends[0]["error"]


def streamed(reply: httpx2.Response) -> Streamed:
    """The whole of a streamed reply."""
    assert reply.headers["content-type"].startswith("text/event-stream"), reply.text
    data = [event.removeprefix("data: ") for event in reply.text.split("\n\n") if event and not event.startswith(":")]
    return Streamed(reply.status_code, [one if one == DONE else json.loads(one) for one in data])
