"""What is made of the sign-in provider's answer: it is asked once, and nothing that it sends is followed or shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx2
import pytest

from generator.preflight.findings import Finding, Verdict
from generator.preflight.hosting_sign_in import examine
from tests.unit.generator.preflight.hosting_scenes import METADATA_URL, hosted

ISSUER = "https://login.example.com"
GOOD: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
    "end_session_endpoint": None,
}
SENT = "canary7f3a9"


def told(answer: Callable[[httpx2.Request], httpx2.Response]) -> Finding:
    """The finding about a provider that answers so."""
    here = hosted()
    assert here.catalog.hosting is not None
    found = partial(Finding, "hosting/sign-in", "sign-in")
    (finding,) = examine(here, here.catalog.hosting, found, httpx2.MockTransport(answer))
    assert SENT not in repr(finding)
    return finding


def replying(status: int = 200, body: object = GOOD, **headers: str) -> Finding:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return told(lambda _: httpx2.Response(status, content=text, headers=headers))


def test_a_configuration_is_ok_and_asked_for_once() -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json=GOOD)

    finding = told(answer)

    assert (finding.verdict, finding.value, finding.fix) == (Verdict.OK, "HTTP 200", "")
    assert finding.asked == f"GET {METADATA_URL}"
    assert [(each.method, str(each.url)) for each in asked] == [("GET", METADATA_URL)]
    assert "authorization" not in asked[0].headers


@pytest.mark.parametrize("status", [400, 404, 405, 410, 422])
def test_an_address_without_a_configuration_blocks(status: int) -> None:
    finding = replying(status, {"error": SENT})

    assert (finding.verdict, finding.blocks, finding.value) == (Verdict.BLOCKED, "answers", f"HTTP {status}")
    assert finding.reason == f"The provider has no OpenID configuration there: it answers HTTP {status}."
    assert finding.fix.startswith("Correct 'metadata_url' in the catalog")


@pytest.mark.parametrize("status", [204, 401, 403, 407, 408, 429, 500, 503])
def test_a_refusal_or_a_failure_says_nothing_about_the_address(status: int) -> None:
    finding = replying(status, SENT)

    assert (finding.verdict, finding.value) == (Verdict.UNKNOWN, f"HTTP {status}")


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("https://id.example.com/.well-known/openid-configuration", " It leads to https://id.example.com/.well-known/"),
        (f"https://id.example.com/other?session={SENT}", " It leads to https://id.example.com/other"),
        ("http://login.example.com/plain", ""),
        ("/elsewhere", ""),
        (f"https://{SENT}:x@id.example.com/", ""),
        ("https://[", ""),
    ],
)
def test_a_redirection_blocks_and_is_not_followed(location: str, said: str) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(301, headers={"location": location})

    finding = told(answer)

    assert (finding.verdict, asked) == (Verdict.BLOCKED, [METADATA_URL])
    assert "which the page's sign-in does not follow" in finding.reason
    assert finding.fix.partition("names the address.")[2].startswith(said)
    assert bool(said) == ("It leads to" in finding.fix)


@pytest.mark.parametrize(
    "body",
    ["", f"<html>{SENT}</html>", "[]", "null", f'"{SENT}"', b"\xff\xfe\xfa", "[" * 100_000],
    ids=["nothing", "a page", "a list", "null", "a text", "no text", "deeply nested"],
)
def test_what_is_no_configuration_blocks(body: str | bytes) -> None:
    finding = replying(body=body)

    assert finding.verdict is Verdict.BLOCKED
    assert finding.reason == "What is there is no JSON object, and so no OpenID configuration."


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"issuer": None}, "issuer"),
        ({"token_endpoint": "http://login.example.com/token"}, "token_endpoint"),
        ({"jwks_uri": "https://"}, "jwks_uri"),
        (
            {"jwks_uri": ["https://login.example.com/keys"], "authorization_endpoint": "https://["},
            "authorization_endpoint, jwks_uri",
        ),
        ({"issuer": SENT}, "issuer"),
    ],
)
def test_addresses_that_sign_nobody_in_block(wrong: dict[str, Any], named: str) -> None:
    finding = replying(body={**GOOD, **wrong})

    assert finding.verdict is Verdict.BLOCKED
    assert finding.reason == f"What is there names no https address as {named}, which signing in needs."


def test_no_more_is_read_than_a_configuration_may_have() -> None:
    read = 0

    class Endless(httpx2.SyncByteStream):
        def __iter__(self) -> Any:
            nonlocal read
            while read < 100_000_000:
                read += 65_536
                yield b"{" * 65_536

    finding = told(lambda _: httpx2.Response(200, stream=Endless()))

    assert finding.verdict is Verdict.BLOCKED
    assert "larger than 256 KiB" in finding.reason
    assert read < 1_000_000


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx2.ConnectTimeout("slow"), "no answer within 8 s"),
        (httpx2.ReadTimeout("slow"), "no answer within 8 s"),
        (httpx2.ConnectError("[Errno -2] Name or service not known"), "Name or service not known"),
        (httpx2.RemoteProtocolError(""), "RemoteProtocolError"),
        (OSError(SENT), "OSError while connecting"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else "",
)
def test_what_cannot_be_reached_from_here_is_unknown(error: Exception, said: str) -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise error

    finding = told(answer)

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.reason.startswith("login.example.com cannot be asked from here: ")
    assert said in finding.reason
    assert "deploy all the same" in finding.fix
