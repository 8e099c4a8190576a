"""An OpenID Connect issuer on loopback, with real tokens: what the page's sign-in meets at the network's border.

Its sign-in page offers every one of `PEOPLE`, and a way back without signing in. `Issuer.lie` makes it say something
wrong; `Issuer.issued_ago_s` makes its tokens old.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID = "terrachat-test"
CLIENT_SECRET = "CLIENT-SECRET-456"  # only the page and the issuer know it; it must reach nobody else
PEOPLE = {"ann": "Ann *Lee*", "bob": "Bob"}

Lie = Literal["nonce", "state", "key", "audience"]


@dataclass
class Issuer:
    """`url` is its name; `signed_out` are the queries that its end_session_endpoint got.

    `issued_at` is the time in its last token.
    """

    lie: Lie | None = None
    issued_ago_s: float = 0.0
    issued_at: int = 0
    signed_out: list[Mapping[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    _socket: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def start(self) -> Issuer:
        routes = {
            "/.well-known/openid-configuration": self._discovery,
            "/authorize": self._authorize,
            "/jwks": self._jwks,
            "/logout": self._logout,
        }
        app = Starlette(
            routes=[
                *(Route(path, endpoint) for path, endpoint in routes.items()),
                Route("/token", self._token, methods=["POST"]),
            ]
        )
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    def _discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "end_session_endpoint": f"{self.url}/logout",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def _jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        if query["client_id"] != CLIENT_ID or query["code_challenge_method"] != "S256":
            return Response("no such client, or no proof key", 400)
        state = "forged" if self.lie == "state" else query["state"]
        links = []
        for person in PEOPLE:
            code = secrets.token_urlsafe(8)
            self._codes[code] = {**query, "person": person}
            back = urlencode({"code": code, "state": state})
            links.append(f'<p><a href="{query["redirect_uri"]}?{back}">{person}</a></p>')
        no = urlencode({"error": "access_denied", "error_description": "not today", "state": state})
        links.append(f'<p><a href="{query["redirect_uri"]}?{no}">nobody</a></p>')
        return HTMLResponse("".join(links))

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        scheme, _, credentials = request.headers["authorization"].partition(" ")
        asked = self._codes.pop(form["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if (
            (scheme, base64.b64decode(credentials).decode()) != ("Basic", f"{CLIENT_ID}:{CLIENT_SECRET}")
            or asked is None
            or proof != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer", "id_token": self._id_token(asked)}
        )

    def _id_token(self, asked: Mapping[str, str]) -> str:
        now = time.time()
        self.issued_at = int(now - self.issued_ago_s)
        claims: dict[str, Any] = {
            "iss": self.url,
            "sub": f"subject-of-{asked['person']}",
            "aud": "another-client" if self.lie == "audience" else CLIENT_ID,
            "exp": int(now + 300),
            "iat": self.issued_at,
            "auth_time": int(now - 86_400),  # as of an issuer that remembers people
            "nonce": "forged" if self.lie == "nonce" else asked["nonce"],
            "name": PEOPLE[asked["person"]],
            "email": "shared@example.invalid",  # the same for all: it identifies nobody
        }
        key = RSAKey.generate_key(2048, {"kid": "one"}) if self.lie == "key" else self._key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)

    def _logout(self, request: Request) -> Response:
        self.signed_out.append(dict(request.query_params))
        return RedirectResponse(request.query_params["post_logout_redirect_uri"])
