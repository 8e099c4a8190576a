"""The signature is what AWS would compute from the request that is really sent."""

from __future__ import annotations

from typing import Any

import boto3
import httpx2
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from frontend.signing import LambdaUrlAuth, MissingCredentialsError

URL = "https://abc.lambda-url.us-east-1.on.aws/v1/chat/completions"


class RecordedTime(SigV4Auth):  # type: ignore[misc]  # botocore has no types
    """Signs again, at the time of the first signature."""

    def __init__(self, credentials: Credentials, timestamp: str) -> None:
        super().__init__(credentials, "lambda", "us-east-1")
        self._timestamp = timestamp

    def add_auth(self, request: Any) -> None:
        request.context["timestamp"] = self._timestamp
        self._modify_request_before_signing(request)
        canonical = self.canonical_request(request)
        signature = self.signature(self.string_to_sign(request, canonical), request)
        self._inject_signature_to_request(request, signature)


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

    again = AWSRequest(
        "POST",
        URL,
        data=request.content,
        headers={"host": request.headers["host"], "content-type": request.headers["content-type"]},
    )
    RecordedTime(Credentials("AKIDEXAMPLE", "secret", "token"), request.headers["x-amz-date"]).add_auth(again)
    assert request.headers["authorization"] == again.headers["Authorization"]
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
