"""AWS's data plane and the providers' APIs, emulated: one Starlette app on one port (docs/contracts.md, section 6).

In: where the model server is, and the control plane's answers. Out: an address at which SageMaker runtime, Bedrock
runtime, OpenAI, Azure OpenAI, Anthropic, Cohere, Google, the Hugging Face Hub and the URLs of deployed functions are
served, and the doors through which faults, rehearsals and schedules are worked. Each wire is a module of its own; this
one puts them together and runs them in a thread.
"""

from __future__ import annotations

import logging
import random
import socket
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from generator.local.account.account_file import AccountFile
from generator.local.control_plane import ACCOUNT, DeployedFunction, Schedule
from generator.local.faults import Faults
from generator.local.function_host import FunctionHost
from generator.local.function_urls import FunctionUrls
from generator.local.hub_wire import hub_routes
from generator.local.model_client import HttpClient, ModelClient, UnreachableError
from generator.local.rehearsal_doors import fault_routes, rehearsal_routes
from generator.local.rehearsals import Rehearsals
from generator.local.schedules import Schedules
from generator.local.streams import while_wanted
from generator.local.wires.anthropic import AnthropicWire
from generator.local.wires.bedrock import BedrockWire
from generator.local.wires.cohere import CohereWire
from generator.local.wires.google import GoogleWire
from generator.local.wires.openai import OpenAIWire
from generator.local.wires.sagemaker import SageMakerWire

_LOG = logging.getLogger("data plane")
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True)
class Surroundings:
    """What the data plane asks of the rest of the local target.

    `model_url` and the three questions to the control plane are asked at every request; `rehearsals` are what it acts
    out, `account` what the Hub says; `aws_environment` gives the variables for a function in a region; functions are
    unpacked in `functions`; `seed` decides where SageMaker streams are cut, None for anywhere.
    """

    model_url: Callable[[], str]
    endpoint_status: Callable[[str | None, str], str | None]
    deployed_function: Callable[[str], DeployedFunction | None]
    find_schedule: Callable[[str, str], Schedule | None]
    rehearsals: Rehearsals
    account: AccountFile
    aws_environment: Callable[[str], Mapping[str, str]]
    functions: Path
    seed: int | None = None


class DataPlane:
    """A running data plane. Its address is known before it answers, since function URLs are made of it."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(128)  # early requests wait instead of being refused
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, surroundings: Surroundings) -> None:
        """Begin to answer, in a thread."""
        # Errors reach the local log through `_Outermost`; uvicorn would add a traceback to each cut stream.
        config = uvicorn.Config(
            build_app(surroundings),
            log_config=None,
            log_level="critical",
            server_header=False,  # replies of functions bring their own
            date_header=False,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        serve = self._server.run
        self._thread = threading.Thread(target=serve, args=([self._socket],), name="data plane", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the functions and stop answering."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(timeout=15)
        self._socket.close()


def build_app(surroundings: Surroundings) -> ASGIApp:
    """The data plane as an ASGI app."""
    http = HttpClient()
    faults = Faults()
    host = FunctionHost(surroundings.functions, http, surroundings.aws_environment)
    routes = [
        *_wire_routes(surroundings, ModelClient(http, surroundings.model_url), faults),
        *_function_routes(FunctionUrls(host, http, surroundings.deployed_function)),
        *hub_routes(surroundings.account),
        *_schedule_routes(Schedules(surroundings.find_schedule, surroundings.aws_environment)),
        *fault_routes(faults),
        *rehearsal_routes(surroundings.rehearsals),
        Route("/health", _health),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await host.close()
        await http.close()

    return _Outermost(Starlette(routes=routes, lifespan=lifespan))


def _wire_routes(surroundings: Surroundings, model: ModelClient, faults: Faults) -> list[Route]:
    sagemaker = SageMakerWire(
        model,
        faults,
        account=ACCOUNT,
        status=surroundings.endpoint_status,
        cutter=random.Random(surroundings.seed),  # noqa: S311 - where to cut, not a secret
    )
    bedrock = BedrockWire(model, faults)
    openai = OpenAIWire(model, faults)
    google = GoogleWire(model, faults)
    answers = {
        "/endpoints/{name}/invocations": sagemaker.invoke,
        "/endpoints/{name}/invocations-response-stream": sagemaker.invoke_with_stream,
        "/model/{id:path}/converse": bedrock.converse,
        "/model/{id:path}/converse-stream": bedrock.converse_stream,
        "/openai/v1/chat/completions": openai.chat,
        "/azure/openai/deployments/{name}/chat/completions": openai.azure_chat,
        "/anthropic/v1/messages": AnthropicWire(model, faults).messages,
        "/cohere/v2/chat": CohereWire(model, faults).chat,
        "/google_genai/v1beta/models/{model}:generateContent": google.generate,
        "/google_genai/v1beta/models/{model}:streamGenerateContent": google.stream_generate,
    }
    posts = [Route(path, while_wanted(answer), methods=["POST"]) for path, answer in answers.items()]
    return [*posts, Route("/openai/v1/models", while_wanted(openai.models))]


def _function_routes(urls: FunctionUrls) -> list[Route]:
    invoke = while_wanted(urls.invoke)
    paths = ("/lambda-url/{function}", "/lambda-url/{function}/{path:path}")
    return [Route(path, invoke, methods=_METHODS) for path in paths]


def _schedule_routes(schedules: Schedules) -> list[Route]:
    return [Route("/schedules/{group}/{name}/run", while_wanted(schedules.run), methods=["POST"])]


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


class _Outermost:
    """Breaks the connection where an upstream broke off, and says in the local log what nobody else caught."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except UnreachableError as exc:
            # Returning without a last chunk makes uvicorn close the connection, so the reader sees a broken reply.
            _LOG.warning("%s: the reply broke off: %s", scope["path"], exc)
        except Exception:
            _LOG.exception("%s failed", scope.get("path"))
            raise
