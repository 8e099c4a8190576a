"""A Hugging Face Hub at a real socket that says what a test wants: the Hub's side of the wire, and of its refusals.

Statuses and headers are those of the real one, as its own clients and a copy that was compared with it on 2026-10-05
have them (X-Error-Code GatedRepo, 401 without a code for nobody).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import huggingface_hub

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class Says:
    """One answer."""

    body: Any = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def refused(status: int, message: str, code: str = "") -> Says:
    """A refusal in the Hub's own form."""
    headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
    return Says({"error": message}, status, headers)


BAD_TOKEN = refused(401, "Invalid credentials in Authorization header")
NOBODY_SEES_IT = refused(401, "Invalid username or password.")
NO_SUCH_MODEL = refused(404, "Repository not found", "RepoNotFound")
NO_SUCH_REVISION = refused(404, "Invalid rev id", "RevisionNotFound")
NOT_ACCEPTED = refused(403, "Access to model x is restricted and you are not in the authorized list.", "GatedRepo")
WAITING = refused(403, "Your request to access model x is awaiting a review from the repo authors.", "GatedRepo")
REJECTED = refused(403, "Your request to access model x has been rejected by the repo's authors.", "GatedRepo")
NO_PERMISSION = refused(
    403,
    "Please enable access to public gated repositories in your fine-grained token settings to view this repository.",
)
ALLOWED = Says("OK")


def whoami(name: str = "alice", role: str = "read", fine_grained: Mapping[str, Any] | None = None) -> Says:
    """Whose token it is."""
    token = {"displayName": "t", "role": role} | ({"fineGrained": fine_grained} if fine_grained is not None else {})
    return Says({"type": "user", "name": name, "auth": {"type": "access_token", "accessToken": token}})


def model(name: str, *, gated: str | bool = False, files: Mapping[str, int | None] | None = None) -> Says:
    """A model with these files and their sizes."""
    siblings = [
        {"rfilename": path} if size is None else {"rfilename": path, "size": size}
        for path, size in (files or {}).items()
    ]
    return Says({"id": name, "sha": COMMIT, "gated": gated, "private": False, "siblings": siblings})


def refs(*names: str) -> Says:
    """A model's branches."""
    branches = [{"name": name, "ref": f"refs/heads/{name}", "targetCommit": COMMIT} for name in names]
    return Says({"branches": branches, "converts": [], "tags": []})


@dataclass
class PlayedHub:
    """What it says, by path, and by token where that differs; what it was asked, with which token."""

    url: str = ""
    says: dict[str, Says] = field(default_factory=dict)
    to: dict[tuple[str, str], Says] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, path: str, token: str) -> Says:
        self.asked.append((path, token))
        return self.to.get((path, token)) or self.says.get(path) or NO_SUCH_MODEL


@contextmanager
def played_hub() -> Iterator[PlayedHub]:
    """A Hub that runs."""
    hub = PlayedHub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = hub.answer(self.path.split("?")[0], self.headers.get("Authorization", "").removeprefix("Bearer "))
            body = said.body if isinstance(said.body, str) else json.dumps(said.body)
            self.send_response(said.status)
            for name, value in {"Content-Type": "application/json", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        # One client serves the whole process, and has read its proxies from this test's environment.
        huggingface_hub.close_session()
        server.shutdown()
        server.server_close()
        thread.join()
