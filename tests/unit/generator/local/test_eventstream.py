from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from generator.local import eventstream

_NAMES = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=40)


def decode(data: bytes, cuts: list[int]) -> list[tuple[dict[str, Any], bytes]]:
    """What botocore makes of `data` when it arrives in pieces that end at `cuts`."""
    buffer: Any = EventStreamBuffer()
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    messages: list[tuple[dict[str, Any], bytes]] = []
    for start, end in pairwise(edges):
        buffer.add_data(data[start:end])
        messages += [(message.headers, message.payload) for message in buffer]
    return messages


@given(st.lists(st.tuples(_NAMES, st.binary(max_size=300)), max_size=5), st.lists(st.integers(0), max_size=8))
def test_botocore_decodes_every_event_however_it_arrives(events: list[tuple[str, bytes]], cuts: list[int]) -> None:
    data = b"".join(eventstream.event(kind, payload, "text/plain") for kind, payload in events)

    assert decode(data, cuts) == [
        ({":message-type": "event", ":event-type": kind, ":content-type": "text/plain"}, payload)
        for kind, payload in events
    ]


@given(_NAMES, st.dictionaries(st.text(), st.text()))
def test_botocore_decodes_an_exception(kind: str, body: dict[str, str]) -> None:
    [(headers, payload)] = decode(eventstream.exception(kind, body), [])

    expected = {":message-type": "exception", ":exception-type": kind, ":content-type": "application/json"}
    assert (headers, json.loads(payload)) == (expected, body)
