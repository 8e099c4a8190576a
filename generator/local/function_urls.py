"""Lambda function URLs: `/lambda-url/{function name}/{path}`.

In: any HTTP request. Out: the deployed function's reply, streamed while it is produced (RESPONSE_STREAM). Requests
are read whole first and may have 6 MiB, as Lambda's do. The function gets the two headers that the Web Adapter adds:
`x-amzn-request-context` and `x-amzn-lambda-context`. Requests need no signature here: the port is on loopback.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from generator.local.control_plane import ACCOUNT, DeployedFunction
from generator.local.function_host import FunctionFailedError, FunctionHost
from generator.local.model_client import HttpClient, OpenReply, UnreachableError
from generator.local.streams import Stream

_MAX_BODY_BYTES = 6 * 1024 * 1024
# RFC 9110 section 7.6.1, and what is derived again on each hop.
_HOP_BY_HOP = frozenset(
    (
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"),
        *("transfer-encoding", "upgrade", "host", "content-length"),
    )
)
_OURS = frozenset({"x-amzn-request-context", "x-amzn-lambda-context"})
_LOG = logging.getLogger("function host")


class FunctionUrls:
    """The URLs of all deployed functions.

    Args:
        deployed: function name -> what is deployed under it now, or None (`control_plane.deployed_function`).

    """

    def __init__(
        self,
        host: FunctionHost,
        http: HttpClient,
        deployed: Callable[[str], DeployedFunction | None],
    ) -> None:
        self._host = host
        self._http = http
        self._deployed = deployed

    async def invoke(self, request: Request, body: bytes) -> Response:
        """Pass one request to its function."""
        name = request.path_params["function"]
        function = self._deployed(name)
        if function is None:
            return _message(404, f"There is no function {name!r} here; `terrachat apply --local` deploys it.")
        if len(body) > _MAX_BODY_BYTES:
            return _message(413, f"Request must be smaller than {_MAX_BODY_BYTES} bytes for a function URL")
        deadline = time.monotonic() + function.timeout_s
        async with AsyncExitStack() as opened:
            try:
                reply = await self._open(request, body, function, opened)
            except FunctionFailedError as exc:
                _LOG.error("%s cannot run: %s", name, exc)
                return _message(
                    502, f"The function {name!r} cannot run: {exc}. Its output is in `terrachat local logs`."
                )
            except UnreachableError as exc:
                _LOG.error("%s broke off: %s", name, exc)
                return _message(502, f"The function {name!r} broke off: {exc}")
            except TimeoutError:
                _LOG.error("%s timed out after %d s", name, function.timeout_s)
                return _message(504, f"Task timed out after {function.timeout_s} seconds")
            stream = Stream(_until(deadline, reply.chunks(), name), opened.pop_all(), status=reply.status)
            stream.raw_headers = _end_to_end(reply.headers)
            return stream

    async def _open(
        self, request: Request, body: bytes, function: DeployedFunction, opened: AsyncExitStack
    ) -> OpenReply:
        lease = await self._host.acquire(function)
        opened.callback(lease.release)
        url = f"{lease.url}/{_raw_path(request)}"
        headers = [*_forwarded(request), *_context(request, function)]
        async with asyncio.timeout(function.timeout_s):
            call = self._http.open(request.method, url, headers=headers, body=body)
            return await opened.enter_async_context(call)


async def _until(deadline: float, chunks: AsyncIterator[bytes], name: str) -> AsyncIterator[bytes]:
    """`chunks` until the function's time is up; then the connection breaks, as Lambda's does.

    Raises:
        UnreachableError: the time is up, or the function broke off.

    """
    while True:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                chunk = await anext(chunks, None)
        except TimeoutError as exc:
            raise UnreachableError(f"{name} timed out in the middle of its reply") from exc
        if chunk is None:
            return
        yield chunk


def _raw_path(request: Request) -> str:
    """Path and query as they were sent, without `/lambda-url/<function>/`: decoding would change them."""
    path = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    rest = path.split("/", 3)[3] if path.count("/") > 2 else ""
    return f"{rest}?{query}" if query else rest


def _forwarded(request: Request) -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.headers.items() if name not in _HOP_BY_HOP | _OURS]


def _end_to_end(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    kept = [(name.lower(), value) for name, value in headers if name.lower() not in _HOP_BY_HOP]
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept]


def _context(request: Request, function: DeployedFunction) -> list[tuple[str, str]]:
    request_id = str(uuid.uuid4())
    return [
        ("x-amzn-request-context", json.dumps(_request_context(request, function, request_id))),
        ("x-amzn-lambda-context", json.dumps(_lambda_context(function, request_id))),
    ]


def _request_context(request: Request, function: DeployedFunction, request_id: str) -> dict[str, Any]:
    """`requestContext` of the function URL's event, format 2.0."""
    return {
        "accountId": ACCOUNT,
        "apiId": function.name,
        "domainName": request.headers.get("host", ""),
        "http": {
            "method": request.method,
            "path": request.url.path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.client.host if request.client else "",
            "userAgent": request.headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": "$default",
        "stage": "$default",
        "timeEpoch": int(time.time() * 1000),
    }


def _lambda_context(function: DeployedFunction, request_id: str) -> dict[str, Any]:
    """The context as the Web Adapter writes it; `deadline` is in milliseconds since 1970."""
    return {
        "request_id": request_id,
        "deadline": int((time.time() + function.timeout_s) * 1000),
        "invoked_function_arn": function.arn,
        "xray_trace_id": None,
        "client_context": None,
        "identity": None,
        "env_config": {
            "function_name": function.name,
            "memory": function.memory_mib,
            "version": "$LATEST",
            "log_stream": "",
            "log_group": f"/aws/lambda/{function.name}",
        },
    }


def _message(status: int, text: str) -> Response:
    return JSONResponse({"Message": text}, status)
