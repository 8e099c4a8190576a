"""The handler's composition root: `create_app` is what uvicorn calls, and the only place that reads the environment.

In: environment variables (docs/contracts.md, section 3). Out: an ASGI application. Clients are made when first needed
and closed when the application ends; nothing happens at import.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from chat_handler import logs, settings
from chat_handler.aws import AwsClients
from chat_handler.boundary import Boundary
from chat_handler.errors import InvalidRequestError
from chat_handler.http_client import HttpClient
from chat_handler.keys import KeyStore
from chat_handler.parameter_reader import parameter_reader
from chat_handler.registry import Registry
from chat_handler.replies import error_reply
from chat_handler.routes import Sleep, routes
from chat_handler.secret_reader import secret_reader
from chat_handler.upstreams import PROVIDERS
from chat_handler.upstreams.base import Services

# AWS's own secrets, beside the providers' keys: Lambda hands them to the function in its environment.
AWS_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def create_app(*, sleep: Sleep = asyncio.sleep, aws: AwsClients | None = None) -> Starlette:
    """The application that the environment describes.

    `sleep` pauses before a second attempt. `aws` is for several applications in one process, which can share clients.

    Raises:
        SettingsError: a variable is missing; the message names it.

    """
    configured = settings.from_environment(os.environ)
    aws = aws or AwsClients(configured.region)
    http = HttpClient()
    keys = KeyStore(secret_reader(aws, configured.api_keys_secret_arn))
    own_secrets = {value for name in AWS_SECRETS if (value := os.environ.get(name))}
    logs.configure(lambda: keys.live_secrets() | own_secrets)

    async def close() -> None:
        await http.close()
        aws.close()

    services = Services(configured, aws, keys, http)
    registry = Registry(parameter_reader(aws, configured.models_path), PROVIDERS, services)
    return build_app(registry, sleep=sleep, close=close)


async def _nothing() -> None:
    return None


def build_app(
    registry: Registry,
    *,
    sleep: Sleep = asyncio.sleep,
    close: Callable[[], Awaitable[None]] = _nothing,
) -> Starlette:
    """The application over `registry`. `close` runs when it ends; `sleep` pauses before a second attempt."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await close()

    app = Starlette(
        routes=routes(registry, sleep),
        middleware=[Middleware(Boundary)],
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
        )
    )
    reply.headers.update(exc.headers or {})
    return reply
