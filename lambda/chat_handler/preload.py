"""Loads what the first request would otherwise wait for: vendor libraries, and the clients that need no key.

In: what there is to load. Out: `/ready`, which answers when all of it is there. The Lambda Web Adapter asks it once the
port is open, so the loading falls into Lambda's initialisation, which has more processor time than the function itself,
and which SnapStart and provisioned concurrency have done before there is a request. `/health` answers meanwhile.
Separate because nothing may depend on it: what was not loaded in time, or could not be, is loaded by the first request
that needs it.

Nothing here calls AWS or a provider: a snapshot (SnapStart) is taken when it has ended, and may be used weeks later.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import importlib.util
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from chat_handler.aws import AwsClients
from chat_handler.http_client import HttpClient
from chat_handler.replies import json_reply
from chat_handler.settings import Settings
from chat_handler.upstreams import anthropic, cohere, google_genai
from chat_handler.upstreams.langchain import Vendor

log = logging.getLogger(__name__)

# Lambda ends an initialisation after 10 s and begins it anew, with the request waiting and the time billed:
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html, read 2026-11-22.
READY_WITHIN_S = 8.0
# Their packages, and Bedrock's, are in the zip only where the catalog has an entry of theirs.
VENDORS = (anthropic.VENDOR, cohere.VENDOR, google_genai.VENDOR)
BEDROCK = "langchain_aws"

Step = Callable[[], object]


class Preload:
    """Loads in a thread of its own, begun by the first who waits for it.

    Args:
        steps: what to do, by name, one after the other: importing is the interpreter's one lock.
        longest_s: how long `/ready` waits for it; None for as long as it takes.

    """

    def __init__(
        self,
        steps: Mapping[str, Step],
        longest_s: float | None = READY_WITHIN_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._steps = steps
        self._now = now
        self._until = None if longest_s is None else now() + longest_s
        self._done: Future[None] | None = None

    async def loaded(self) -> None:
        """Return when everything has been loaded, or could not be."""
        await asyncio.wrap_future(self._begun())

    async def ready(self, _: Request) -> Response:
        """The route `/ready`: 200 in every case; the body says whether all is loaded."""
        done = self._begun()
        remaining_s = None if self._until is None else max(0.0, self._until - self._now())
        await asyncio.wait({asyncio.wrap_future(done)}, timeout=remaining_s)
        return json_reply({"status": "ready" if done.done() else "loading"})

    def _begun(self) -> Future[None]:
        if self._done is None:
            self._done = Future()
            self._done.set_running_or_notify_cancel()  # whoever stops waiting does not cancel it
            threading.Thread(target=self._load, args=(self._done,), name="terrachat-preload", daemon=True).start()
        return self._done

    def _load(self, done: Future[None]) -> None:
        took = {name: _timed(name, step) for name, step in self._steps.items()}
        # What was loaded stays: Python's collector would walk through all of it again and again, 30 ms and more each
        # time, in the middle of somebody's answer (measured 2026-11-22).
        gc.collect()
        gc.freeze()
        log.info("loaded", extra={"fields": {"ms": sum(took.values()), "steps_ms": took}})
        done.set_result(None)


def steps_of(settings: Settings, aws: AwsClients, http: HttpClient) -> dict[str, Step]:
    """What a deployment with these settings will need: AWS's clients, the HTTP client, and the vendors in its zip."""
    services = ["ssm", *(["secretsmanager"] if settings.api_keys_secret_arn else [])]
    steps: dict[str, Step] = {service: partial(aws.control, service) for service in services}
    steps["http"] = http
    if _is_there(BEDROCK):
        steps[BEDROCK] = partial(importlib.import_module, BEDROCK)
        steps["bedrock-runtime"] = partial(aws.generation, "bedrock-runtime")
    return steps | {vendor.module: partial(_used_once, vendor) for vendor in VENDORS if _is_there(vendor.module)}


def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _used_once(vendor: Vendor) -> None:
    """Make a chat model and forget it: the SDKs import much of themselves only then. It opens no connection."""
    vendor.errors()
    vendor.model("none", "no-key", vendor.base_url, 1.0)


def _timed(name: str, step: Step) -> int:
    began_at = time.monotonic()
    try:
        step()
    except Exception as exc:  # noqa: BLE001 - vendors' code at import; whoever needs it will get the error itself
        log.warning("%s could not be loaded ahead of time: %s", name, type(exc).__name__)
    return round((time.monotonic() - began_at) * 1000)
