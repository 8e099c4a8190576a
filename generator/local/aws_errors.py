"""An AWS error in the shape of the service that is asked, for answers that no emulator gives. Pure.

In: a WSGI request, a status, a code and words. Out: the answer. Separate from those who refuse: JSON, query, EC2's
and S3's own XML are told apart once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]
Shape = Literal["json", "query", "ec2", "s3"]

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/")


@dataclass(frozen=True)
class Call:
    """What a request asks, as far as its headers say: JSON services name the action there, others in path or body.

    `service` is the name under which it is signed, empty where it is not.
    """

    service: str
    action: str
    place: str
    shape: Shape

    def __str__(self) -> str:
        return f"{self.service or 'an unsigned request'} {self.action or self.place}"


def call_of(environ: Environ) -> Call:
    """What is asked."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = scope["service"] if scope else ""
    is_form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    shapes: dict[str, Shape] = {"ec2": "ec2", "s3": "s3"}
    return Call(
        service=service,
        action=environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2],
        place=f"{environ.get('REQUEST_METHOD', '')} {environ.get('PATH_INFO', '')}",
        shape=shapes.get(service, "query" if is_form else "json"),
    )


def refuse(call: Call, start_response: StartResponse, status: HTTPStatus, code: str, message: str) -> Iterable[bytes]:
    """Answer with an error."""
    if call.shape == "json":
        body, kind = json.dumps({"__type": code, "message": message}), "application/json"
    else:
        body, kind = _xml(call.shape, code, message), "text/xml"
    content = body.encode()
    headers = [("Content-Type", kind), ("x-amzn-ErrorType", code), ("Content-Length", str(len(content)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [content]


def _xml(shape: Shape, code: str, message: str) -> str:
    error = f"<Code>{_escape(code)}</Code><Message>{_escape(message)}</Message>"
    if shape == "s3":
        return f"<Error>{error}</Error>"
    if shape == "ec2":
        return f"<Response><Errors><Error>{error}</Error></Errors><RequestID>local</RequestID></Response>"
    return f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
