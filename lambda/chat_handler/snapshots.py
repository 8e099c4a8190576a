"""The Web Adapter's two calls around a snapshot of Lambda's SnapStart.

In: the paths that the catalog's `handler.snap_start` puts into the environment. Out: routes at them, and none without.
Source: https://aws.github.io/aws-lambda-web-adapter/features/snapstart.html (adapter 1.1.0), read 2026-11-22: empty
POSTs, which must be answered with 2xx, and which the adapter refuses to callers from outside.

There is little to do, on purpose. Before the snapshot nothing was asked of AWS or of a provider (see `preload.py`), so
no socket, no key and no list of models is in it. AWS credentials are botocore's, which under SnapStart come from the
container's endpoint and are renewed by the wall clock, which Lambda sets right; request ids are from the operating
system's randomness, which Lambda renews. After it, what hangs on a clock that stood still is asked for anew, and
Python's own randomness, a copy in every restored environment, is renewed: it spreads retries.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat_handler.preload import Preload
from chat_handler.replies import json_reply
from chat_handler.settings import Settings


def snapshot_routes(settings: Settings, preload: Preload, expire: Callable[[], None]) -> list[Route]:
    """The routes for the paths that are set. `expire` makes what was read from AWS count as old."""

    async def before(_: Request) -> Response:
        """A snapshot is worth what is loaded in it."""
        await preload.loaded()
        return json_reply({"status": "ready"})

    async def after(_: Request) -> Response:
        random.seed()
        expire()
        return json_reply({"status": "ready"})

    hooks = ((settings.before_snapshot_path, before), (settings.after_restore_path, after))
    return [Route(path, hook, methods=["POST"]) for path, hook in hooks if path is not None]
