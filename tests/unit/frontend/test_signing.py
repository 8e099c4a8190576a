"""The signature is what AWS would compute from the request that is really sent."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any

import boto3
import httpx2
import pytest

from frontend.signing import LambdaUrlAuth, MissingCredentialsError

URL = "https://abc.lambda-url.us-east-1.on.aws/v1/chat/completions"


def signature_of(request: httpx2.Request, secret: str) -> str:
    """Signature Version 4, from the headers that `request` says are signed (AWS, "Signing requests", 2026-11)."""
    scope, names = re.search(r"Credential=[^/]+/(\S+), SignedHeaders=(\S+),", request.headers["authorization"]).groups()  # type: ignore[union-attr]
    signed = "".join(f"{name}:{request.headers[name]}\n" for name in names.split(";"))
    digest = hashlib.sha256(request.content).hexdigest()
    canonical = f"{request.method}\n{request.url.path}\n\n{signed}\n{names}\n{digest}"
    date = request.headers["x-amz-date"]
    text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def sent(auth: LambdaUrlAuth, body: dict[str, str]) -> httpx2.Request:
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200)

    with httpx2.Client(auth=auth, transport=httpx2.MockTransport(answer)) as client:
        client.post(URL, json=body, headers={"Authorization": "Bearer unused", "X-Request-Id": "r"})
    return seen[0]


def test_headers_carry_the_signature_of_url_and_body() -> None:
    session = boto3.Session("AKIDEXAMPLE", "secret", "token", region_name="us-east-1")

    request = sent(LambdaUrlAuth(session, "us-east-1"), {"model": "é"})

    signed = "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token"
    assert signed in request.headers["authorization"]
    assert request.headers["authorization"].endswith(f"Signature={signature_of(request, 'secret')}")
    assert "/us-east-1/lambda/aws4_request" in request.headers["authorization"]
    assert request.headers["x-amz-security-token"] == "token"
    assert request.headers["x-request-id"] == "r"


def test_another_body_has_another_signature() -> None:
    auth = LambdaUrlAuth(boto3.Session("AKIDEXAMPLE", "secret", region_name="us-east-1"), "us-east-1")

    first, second = sent(auth, {"a": "1"}), sent(auth, {"a": "2"})

    assert first.headers["authorization"] != second.headers["authorization"]


def test_without_credentials_nothing_is_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))

    with pytest.raises(MissingCredentialsError):
        sent(LambdaUrlAuth(boto3.Session(), "us-east-1"), {})
