"""The handler's composition root: `create_app` is what uvicorn calls, and the only place that reads the environment.

In: environment variables (docs/contracts.md, section 3). Out: an ASGI application. Clients are made when first needed
and closed when the application ends; nothing happens at import.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat_handler import logs, settings
from chat_handler.attempts import Sleep
from chat_handler.aws import AwsClients
from chat_handler.boundary import Boundary
from chat_handler.errors import InvalidRequestError
from chat_handler.http_client import HttpClient
from chat_handler.keys import KeyStore
from chat_handler.metrics import Metrics
from chat_handler.parameter_reader import parameter_reader
from chat_handler.preload import READY_WITHIN_S, Preload, steps_of
from chat_handler.registry import Registry
from chat_handler.replies import error_reply
from chat_handler.reports import Reporter
from chat_handler.routes import routes
from chat_handler.secret_reader import secret_reader
from chat_handler.settings import Settings
from chat_handler.snapshots import snapshot_routes
from chat_handler.upstreams import PROVIDERS
from chat_handler.upstreams.base import Services

# AWS's own secrets, beside the providers' keys: Lambda hands them to the function in its environment, the last one
# under SnapStart.
AWS_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN")


def create_app(
    *, sleep: Sleep = asyncio.sleep, aws: AwsClients | None = None, now: Callable[[], float] = time.monotonic
) -> Starlette:
    """The application that the environment describes.

    `sleep` pauses before a second attempt, and `now` is the clock of what is kept between requests. `aws` is for
    several applications in one process, which share its clients; whoever made it closes it.

    Raises:
        SettingsError: a variable is missing; the message names it.

    """
    configured = settings.from_environment(os.environ)
    is_shared = aws is not None
    aws = aws or AwsClients(configured.region)
    http = HttpClient()
    keys = KeyStore(secret_reader(aws, configured.api_keys_secret_arn))
    own_secrets = {value for name in AWS_SECRETS if (value := os.environ.get(name))}
    logs.configure(lambda: keys.live_secrets() | own_secrets)

    services = Services(configured, aws, keys, http)
    registry = Registry(parameter_reader(aws, configured.models_path), PROVIDERS, services)

    def expire() -> None:
        registry.expire()
        keys.expire()

    async def close() -> None:
        await http.close()
        if not is_shared:
            aws.close()

    preload = Preload(steps_of(configured, aws, http), None if configured.is_initialised_ahead else READY_WITHIN_S)
    return build_app(
        registry,
        sleep=sleep,
        now=now,
        close=close,
        reporter=_reporter(configured),
        more_routes=[Route("/ready", preload.ready), *snapshot_routes(configured, preload, expire)],
    )


def _reporter(configured: Settings) -> Reporter:
    namespace = configured.metrics_namespace
    metrics = None if namespace is None else Metrics(namespace, configured.deployment)
    return Reporter(metrics, configured.log_prompts)


async def _nothing() -> None:
    return None


def build_app(
    registry: Registry,
    *,
    sleep: Sleep = asyncio.sleep,
    now: Callable[[], float] = time.monotonic,
    close: Callable[[], Awaitable[None]] = _nothing,
    reporter: Reporter = Reporter(),  # noqa: B008 - frozen
    more_routes: Sequence[Route] = (),
) -> Starlette:
    """The application over `registry`.

    `close` runs when it ends. `more_routes` are what the Web Adapter asks while Lambda starts the function.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await close()

    app = Starlette(
        routes=[*routes(registry, sleep, now), *more_routes],
        middleware=[Middleware(Boundary, reporter)],
        exception_handlers={HTTPException: _http_exception},
        lifespan=lifespan,
    )
    # A redirect would lead to the address that the Web Adapter uses inside the function.
    app.router.redirect_slashes = False
    return app


async def _http_exception(request: Request, exc: Exception) -> Response:
    """Starlette's own refusals, no such route (404) and not with this method (405), as OpenAI error objects."""
    assert isinstance(exc, HTTPException)  # noqa: S101 - Starlette calls this for nothing else
    reply = error_reply(
        InvalidRequestError(
            f"{exc.detail}: {request.method} {request.url.path}; there are GET /health, GET /v1/models and "
            "POST /v1/chat/completions",
            status=exc.status_code,
        ),
        request.state.request_id,
    )
    reply.headers.update(exc.headers or {})
    return reply
