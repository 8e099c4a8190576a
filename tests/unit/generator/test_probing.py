"""One small question over a real socket: what is sent, what each reply means, and that no key comes back."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from generator.probing import (
    Outcome,
    ProbeError,
    Question,
    Reply,
    ask,
    azure_question,
    openai_question,
    outcome_of,
    vendor_question,
)
from tests.unit.generator.played_provider import ANSWERS, PlayedProvider, played_provider

KEY = "planted/+7f3a9=0123456789abcdef"
HI = [{"role": "user", "content": "Hi"}]


@pytest.fixture(autouse=True)
def _without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def provider() -> Iterator[PlayedProvider]:
    with played_provider() as played:
        yield played


def asked(provider: PlayedProvider, *replies: tuple[int, Any]) -> Reply:
    provider.says(*replies)
    reply = ask(openai_question(provider.url, "gpt-4o", KEY))
    assert "planted" not in repr(reply)
    return reply


def test_openai_is_asked_for_one_token(provider: PlayedProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-this-machine")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-mine: 1")

    reply = ask(openai_question(provider.url, "gpt-4o", KEY))

    (received,) = provider.received
    assert outcome_of(reply) is Outcome.ANSWERED
    assert received.path == "/chat/completions"
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert not {"openai-organization", "x-mine"} & received.headers.keys()
    assert received.body == {"model": "gpt-4o", "messages": HI, "max_tokens": 1}


def test_a_server_without_a_key_is_sent_none(provider: PlayedProvider) -> None:
    ask(openai_question(provider.url, "m"))

    assert "authorization" not in provider.received[0].headers


def test_azure_is_asked_at_its_deployment(provider: PlayedProvider) -> None:
    reply = ask(azure_question(f"{provider.url}/", "my gpt", "2024-10-21", KEY))

    (received,) = provider.received
    assert outcome_of(reply) is Outcome.ANSWERED
    assert received.path == "/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21"
    assert received.headers["api-key"] == KEY
    assert "authorization" not in received.headers


@pytest.mark.parametrize(
    ("name", "path", "header", "body"),
    [
        ("anthropic", "/v1/messages", "x-api-key", {"model": "m-1", "messages": HI, "max_tokens": 1}),
        ("cohere", "/v2/chat", "authorization", {"model": "m-1", "messages": HI, "max_tokens": 1}),
        (
            "google_genai",
            "/v1beta/models/m-1:generateContent",
            "x-goog-api-key",
            {"contents": [{"parts": [{"text": "Hi"}]}], "generationConfig": {"maxOutputTokens": 1}},
        ),
    ],
)
def test_the_others_are_asked_in_their_own_words(
    provider: PlayedProvider, name: str, path: str, header: str, body: dict[str, Any]
) -> None:
    provider.says((200, ANSWERS[name]))

    reply = ask(vendor_question(name, provider.url, "m-1", KEY))

    (received,) = provider.received
    assert outcome_of(reply) is Outcome.ANSWERED
    assert (received.path, received.body) == (path, body)
    assert received.headers[header].endswith(KEY)
    assert KEY not in received.path


def test_a_model_that_reasons_is_asked_again_in_its_own_words(provider: PlayedProvider) -> None:
    error = {"message": "Unsupported parameter: 'max_tokens'", "param": "max_tokens", "code": "unsupported_parameter"}

    reply = asked(provider, (400, {"error": error}), (200, ANSWERS["openai"]))

    assert outcome_of(reply) is Outcome.ANSWERED
    assert provider.received[1].body == {"model": "gpt-4o", "messages": HI, "max_completion_tokens": 1}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        pytest.param(200, {"choices": []}, Outcome.ANSWERED, id="an answer"),
        pytest.param(200, b"<html>Sign in to this network</html>", Outcome.UNCLEAR, id="a page"),
        pytest.param(200, ["choices"], Outcome.UNCLEAR, id="a list"),
        pytest.param(401, {"error": {"code": "invalid_api_key"}}, Outcome.KEY_REFUSED, id="401"),
        pytest.param(400, {"error": "Incorrect API key provided: pl***ef."}, Outcome.KEY_REFUSED, id="xAI"),
        pytest.param(
            400,
            [{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}],
            Outcome.KEY_REFUSED,
            id="Google",
        ),
        pytest.param(403, {"error": {"type": "permission_error"}}, Outcome.FORBIDDEN, id="403"),
        pytest.param(
            403,
            {"error": {"code": "unsupported_country_region_territory"}},
            Outcome.UNCLEAR,
            id="a country, which is not the handler's",
        ),
        pytest.param(404, {"error": {"code": "model_not_found"}}, Outcome.NO_MODEL, id="404"),
        pytest.param(400, {"message": "Invalid model", "type": "invalid_model"}, Outcome.NO_MODEL, id="Mistral"),
        pytest.param(402, {"error": {"message": "Insufficient Balance"}}, Outcome.USED_UP, id="402"),
        pytest.param(429, {"error": {"code": "insufficient_quota"}}, Outcome.USED_UP, id="429 quota"),
        pytest.param(
            429,
            {"error": {"type": "insufficient_quota", "code": "credit_balance_exhausted"}},
            Outcome.USED_UP,
            id="429 credit",
        ),
        pytest.param(
            400, {"error": {"message": "Your credit balance is too low."}}, Outcome.USED_UP, id="Anthropic's credit"
        ),
        pytest.param(429, {"error": {"code": "rate_limit_exceeded"}}, Outcome.THROTTLED, id="429 rate"),
        pytest.param(429, b"", Outcome.THROTTLED, id="429 without a word"),
        pytest.param(
            400,
            {
                "error": {
                    "message": "Could not finish the message because max_tokens or model output limit was reached."
                }
            },
            Outcome.ANSWERED,
            id="it thought",
        ),
        pytest.param(400, {"error": {"message": "no"}}, Outcome.UNCLEAR, id="400"),
        pytest.param(422, {"detail": "no"}, Outcome.UNCLEAR, id="422"),
        pytest.param(500, b"x", Outcome.UNCLEAR, id="500"),
        pytest.param(501, {"error": {"message": "the local target does not"}}, Outcome.UNCLEAR, id="501"),
        pytest.param(529, {"error": {"type": "overloaded_error"}}, Outcome.UNCLEAR, id="529"),
    ],
)
def test_what_a_reply_means(provider: PlayedProvider, status: int, body: Any, outcome: Outcome) -> None:
    assert outcome_of(asked(provider, (status, body))) is outcome


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(provider: PlayedProvider, status: int) -> None:
    with played_provider() as elsewhere:
        provider.headers = {"location": f"{elsewhere.url}/chat/completions"}

        reply = asked(provider, (status, b""))

        assert outcome_of(reply) is Outcome.MOVED
        assert elsewhere.received == []


@pytest.mark.parametrize(
    "echo",
    [KEY, quote(KEY, safe=""), json.dumps(KEY), base64.b64encode(KEY.encode()).decode(), f"planted***{KEY[-4:]}"],
)
def test_a_key_that_a_provider_repeats_is_hidden(provider: PlayedProvider, echo: str) -> None:
    reply = asked(provider, (400, {"error": {"message": f"what is {echo} for?"}}))

    assert "(hidden)" in reply.said
    assert echo not in reply.said
    assert reply.said.startswith("what is ")


def test_what_looks_like_anybodys_key_is_hidden(provider: PlayedProvider) -> None:
    reply = asked(provider, (500, {"error": {"message": "upstream key sk-proj-AAAABBBBCCCCDDDD is bad"}}))

    assert reply.said == "upstream key (an OpenAI API key, hidden) is bad"


def test_a_long_message_is_shortened(provider: PlayedProvider) -> None:
    assert len(asked(provider, (500, {"message": "word " * 1000})).said) < 310


def test_nothing_of_a_question_is_in_its_repr() -> None:
    assert "planted" not in repr(openai_question("https://planted.example", "m", KEY))


def test_nobody_there_is_no_reply() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(ProbeError, match=r"could not be reached \(ConnectError\)") as caught:
            ask(openai_question(url, "m", KEY))

    assert "planted" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_connection_that_breaks_off_is_no_reply() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"

        def hang_up() -> None:
            server.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()

        with pytest.raises(ProbeError, match="could not be reached"):
            ask(openai_question(url, "m", KEY))


@pytest.mark.parametrize("url", ["http://nothing.invalid", "http://[::1", "ftp://x", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_no_reply(url: str) -> None:
    with pytest.raises(ProbeError, match="could not be reached"):
        ask(Question(url, {}))


def test_a_key_that_cannot_be_a_header_is_no_reply(provider: PlayedProvider) -> None:
    with pytest.raises(ProbeError) as caught:
        ask(openai_question(provider.url, "m", "plantedé"))

    assert "planted" not in str(caught.value)
