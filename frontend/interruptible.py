"""An HTTP client whose request can be broken off from another thread.

`httpx2` has no way to cancel a synchronous request, and closing a socket does not wake a thread that waits in `recv` on
it; shutting it down does (shutdown(2)). So every stream gets its own connection, whose socket is learnt from httpcore's
`trace` extension as soon as it is connected: that also breaks off a request whose reply has not begun.
Separate because it is the only module that knows about sockets.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any

import httpx2

_CONNECTED = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class Line:
    """One connection to the handler, for one request."""

    def __init__(self, auth: httpx2.Auth | None, timeout: httpx2.Timeout) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._cut = False
        self.client = httpx2.Client(auth=auth, timeout=timeout, event_hooks={"request": [self._follow]})

    @property
    def is_cut(self) -> bool:
        """Whether `cut` was called: what the reader then gets is no failure of the other side."""
        return self._cut

    def cut(self) -> None:
        """Break off: the thread that waits on this line wakes at once. From any thread, any number of times."""
        with self._lock:
            self._cut = True
            self._shutdown()

    def close(self) -> None:
        """Give the connection back. Only from the thread that reads."""
        with self._lock:
            self._socket = None
        self.client.close()

    def _follow(self, request: httpx2.Request) -> None:
        request.extensions = {**request.extensions, "trace": self._trace}

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event in _CONNECTED:
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
                if self._cut:
                    self._shutdown()

    def _shutdown(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # the other side was first
                self._socket.shutdown(socket.SHUT_RDWR)
