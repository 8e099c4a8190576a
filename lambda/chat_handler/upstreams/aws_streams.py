"""Stops reading a botocore event stream from another thread.

In: an open `EventStream`. Out: nothing; a thread that waits for its next event wakes up at once. Separate because it
reaches for a private attribute: botocore offers `close()` only, which does not wake a thread that is inside `recv`
(seen 2026-11-22, botocore 1.44.5), and the model would go on being paid for until its next token.
"""

from __future__ import annotations

import contextlib
from typing import Any


def interrupt(stream: Any) -> None:
    """End the wait of whoever reads `stream`. Harmless if it has just ended."""
    # ValueError and RuntimeError are urllib3's words for a connection that is already given back; see
    # https://urllib3.readthedocs.io/en/stable/reference/urllib3.response.html, HTTPResponse.shutdown.
    with contextlib.suppress(ValueError, RuntimeError, OSError, AttributeError):
        stream._raw_stream.shutdown()
