"""What `doctor --probe` says of each provider's reply, against servers on this machine; no finding has a key in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from generator.deployment.targets import Target
from generator.families.azure_openai import part_name
from generator.preflight.findings import Finding, Verdict
from generator.preflight.probes import checks
from generator.preflight.scene import Scene
from tests.unit.generator.played_provider import ANSWERS, PlayedProvider, played_provider
from tests.unit.generator.preflight.played_scenes import LOCAL
from tests.unit.generator.preflight.secret_scenes import CANARY, Secret, findings, refusing

KEY = f"sk-{CANARY}0123456789"
GPT = {"id": "gpt", "provider": "openai", "model": "gpt-4o"}
AZURE = {"id": "Model1", "provider": "azure_openai"}


@pytest.fixture(autouse=True)
def _without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def secret() -> Secret:
    return Secret()


@pytest.fixture
def provider() -> Iterator[PlayedProvider]:
    with played_provider() as played:
        yield played


def own(provider: PlayedProvider, key_name: str | None = "MY_KEY") -> dict[str, Any]:
    return {**GPT, "base_url": provider.url, "key_name": key_name}


def probed(secret: Secret, model: dict[str, Any], target: Target = Target()) -> Finding:  # noqa: B008 - frozen
    (found,) = findings(checks, secret.scene(model, target=target, probe=True)).values()
    assert found.id == f"probe/{model['id']}"
    assert found.blocks == "answers"
    return found


def test_nothing_is_asked_unless_it_is_wanted(secret: Secret) -> None:
    assert list(checks(secret.scene(GPT))) == []


def test_no_probe_is_asked_before_an_apply(secret: Secret) -> None:
    assert [each.is_cheap for each in checks(secret.scene(GPT, AZURE, probe=True))] == [False, False]


def test_an_answer_is_ok_with_its_time(secret: Secret, provider: PlayedProvider) -> None:
    secret.holds({"MY_KEY": f" {KEY}\n"})  # the handler leaves out what is around it

    found = probed(secret, own(provider))

    assert found.verdict is Verdict.OK
    assert found.value.startswith("answered in 0.")
    assert found.asked == f"chat at {provider.url}"
    assert provider.received[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("status", "body", "verdict", "words", "fix"),
    [
        (401, {"error": {"message": f"bad {KEY}"}}, Verdict.BLOCKED, "refused the key MY_KEY", "secrets set MY_KEY"),
        (403, {}, Verdict.BLOCKED, "does not let the key MY_KEY use the model 'gpt-4o'", "provider's console"),
        (404, {}, Verdict.BLOCKED, "does not have the model 'gpt-4o'", "Correct 'model' of 'gpt'"),
        (308, b"", Verdict.BLOCKED, "sends requests elsewhere", "Correct 'base_url' of 'gpt'"),
        (429, {"error": {"code": "insufficient_quota"}}, Verdict.BLOCKED, "used up its quota", "billing"),
        (429, {"error": {"code": "rate_limit_exceeded"}}, Verdict.WARN, "asks to slow down", "in a minute"),
        (
            500,
            {"error": {"message": f"lost {KEY}"}},
            Verdict.UNKNOWN,
            "HTTP 500 and says: lost (hidden)",
            "again",
        ),
        (400, {"error": {"message": "odd"}}, Verdict.UNKNOWN, "HTTP 400 and says: odd", ""),
        (503, b"<html>", Verdict.UNKNOWN, "answered HTTP 503 without a reason", "again"),
    ],
)
def test_each_refusal_has_its_next_step(
    secret: Secret, provider: PlayedProvider, status: int, body: Any, verdict: Verdict, words: str, fix: str
) -> None:
    secret.holds({"MY_KEY": KEY})
    provider.says((status, body))

    found = probed(secret, own(provider))

    assert (found.verdict, found.value) == (verdict, f"HTTP {status}")
    assert words in found.reason
    assert fix in found.fix


def test_a_server_that_wants_a_key_and_is_given_none(secret: Secret, provider: PlayedProvider) -> None:
    provider.says((401, {}))

    found = probed(secret, own(provider, None))

    assert found.verdict is Verdict.BLOCKED
    assert "wants a key, and the catalog says that it takes none" in found.reason
    assert "'key_name'" in found.fix
    assert secret.aws.calls == []


def test_without_its_key_a_provider_is_not_asked(secret: Secret, provider: PlayedProvider) -> None:
    secret.holds({"MY_KEY": "two words"})

    found = probed(secret, own(provider))

    assert (found.verdict, found.fix) == (Verdict.UNKNOWN, "terrachat secrets set MY_KEY")
    assert "no MY_KEY that can be used" in found.reason
    assert provider.received == []


@pytest.mark.parametrize("text", [None, "{"])
def test_without_a_secret_nobody_is_asked(secret: Secret, provider: PlayedProvider, text: str | None) -> None:
    if text:
        secret.holds(text)

    assert probed(secret, own(provider)).verdict is Verdict.UNKNOWN
    assert provider.received == []


def test_a_secret_that_cannot_be_read_is_not_known() -> None:
    at = refusing("AccessDeniedException", "no", GPT)

    (found,) = findings(checks, Scene(at.catalog, at.target, at.directory, at.aws, probe=True)).values()

    assert found.verdict is Verdict.UNKNOWN


def test_nobody_there_is_not_known(secret: Secret) -> None:
    secret.holds({"MY_KEY": KEY})

    found = probed(secret, {**GPT, "base_url": "http://nothing.invalid/v1", "key_name": "MY_KEY"})

    assert found.verdict is Verdict.UNKNOWN
    assert found.reason == "the server at http://nothing.invalid/v1 could not be reached (ConnectError)"


def azure_keys(**changed: str) -> dict[str, str]:
    values = {
        "VERSION": "2024-10-21",
        "BASE": f"https://{CANARY}.openai.azure.com",
        "KEY": KEY,
        "DEPLOYMENT_NAME": "d1",
    }
    return {part_name(part, "Model1"): value for part, value in {**values, **changed}.items() if value}


def test_azure_is_asked_with_its_keys(secret: Secret, provider: PlayedProvider) -> None:
    secret.holds(azure_keys(BASE=provider.url))

    found = probed(secret, AZURE)

    assert found.verdict is Verdict.OK
    assert found.asked == "chat at AZURE_OPENAI_API_BASE__Model1"
    assert provider.received[0].path == "/openai/deployments/d1/chat/completions?api-version=2024-10-21"
    assert provider.received[0].headers["api-key"] == KEY


@pytest.mark.parametrize(
    ("status", "words", "fix"),
    [
        (401, "refused the key AZURE_OPENAI_API_KEY__Model1", "where AZURE_OPENAI_API_BASE__Model1 is another"),
        (404, "that AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1 names", "AZURE_OPENAI_API_VERSION__Model1 is wrong"),
        (302, "sends requests elsewhere", "terrachat secrets azure add Model1"),
    ],
)
def test_azures_refusals_name_what_may_be_wrong(
    secret: Secret, provider: PlayedProvider, status: int, words: str, fix: str
) -> None:
    secret.holds(azure_keys(BASE=provider.url))
    provider.says((status, {}))

    found = probed(secret, AZURE)

    assert found.verdict is Verdict.BLOCKED
    assert words in found.reason
    assert fix in found.fix


def test_azure_with_keys_missing_is_not_asked(secret: Secret) -> None:
    secret.holds(azure_keys(BASE="", KEY=""))

    found = probed(secret, AZURE)

    assert found.verdict is Verdict.UNKNOWN
    assert "no AZURE_OPENAI_API_KEY__Model1 and no AZURE_OPENAI_API_BASE__Model1" in found.reason


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (GPT, "/openai/v1/chat/completions"),
        (
            {"id": "mine", "provider": "ollama", "model": "m", "base_url": "http://x:1/v1", "key_name": None},
            "/openai/v1/",
        ),
        (AZURE, "/azure/openai/deployments/d1/chat/completions?"),
        ({"id": "claude", "provider": "anthropic", "model": "claude-sonnet-4-5"}, "/anthropic/v1/messages"),
        ({"id": "command", "provider": "cohere", "model": "command-r"}, "/cohere/v2/chat"),
        (
            {"id": "gemini", "provider": "google_genai", "model": "gemini-2.5-flash"},
            "/google_genai/v1beta/models/gemini-2.5-flash:generateContent",
        ),
    ],
)
def test_in_the_local_target_all_are_asked_there(
    secret: Secret, provider: PlayedProvider, model: dict[str, Any], path: str
) -> None:
    names = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "COHERE_API_KEY", "GOOGLE_API_KEY")
    secret.holds({**dict.fromkeys(names, KEY), **azure_keys()})
    said = "the local model server does not answer"
    provider.says((503, {"error": {"message": said}, "message": said}))

    found = probed(secret, model, Target(replace(LOCAL, data_url=provider.url)))

    assert (found.verdict, found.value) == (Verdict.UNKNOWN, "HTTP 503")
    assert found.reason == f"the local target answered HTTP 503 and says: {said}"
    assert provider.received[0].path.startswith(path)


@pytest.mark.parametrize(
    ("provider_name", "key_name"),
    [("anthropic", "ANTHROPIC_API_KEY"), ("cohere", "COHERE_API_KEY"), ("google_genai", "GOOGLE_API_KEY")],
)
def test_the_local_targets_answer_would_be_one(
    secret: Secret, provider: PlayedProvider, provider_name: str, key_name: str
) -> None:
    secret.holds({key_name: KEY})
    provider.says((200, ANSWERS[provider_name]))
    model = {"id": "m", "provider": provider_name, "model": "x"}

    assert probed(secret, model, Target(replace(LOCAL, data_url=provider.url))).verdict is Verdict.OK
