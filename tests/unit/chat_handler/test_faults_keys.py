"""Rows 20 to 25 of the fault list: keys that are refused, rotated, or cannot be read."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.unit.chat_handler import stage
from tests.unit.chat_handler.fake_server import FakeServer, Reply, Request, json_reply
from tests.unit.chat_handler.stage import (
    COMPLETION,
    KEY,
    OPENAI,
    SAGEMAKER,
    Handler,
    ask,
    ask_chat,
    aws_error,
    error_of,
    failure_of,
    question,
    secret,
)

NEW_KEY = "sk-canary-new-9876543210"


def accepting(key: str) -> Any:
    """An OpenAI that knows one key, and echoes a wrong one in its refusal, as the real one has done."""

    def reply(request: Request) -> Reply:
        offered = request.headers["authorization"].removeprefix("Bearer ")
        return json_reply(
            COMPLETION if offered == key else {"error": {"message": f"bad key {offered}"}},
            200 if offered == key else 401,
        )

    return reply


def test_fault_20_a_refused_key_is_read_again_once(app: Handler, server: FakeServer) -> None:
    server.replies["completions"] = accepting("another")

    reply = ask_chat(app, question("gpt"))

    assert failure_of(reply) == (502, "authentication_failed", False)
    assert (len(server.asked("completions")), len(server.asked("GetSecretValue"))) == (1, 2)
    assert "terrachat secrets set OPENAI_API_KEY" in error_of(reply)[2]


def test_fault_21_a_rotation_between_two_calls(app: Handler, server: FakeServer) -> None:
    server.replies["completions"] = accepting(KEY)
    assert ask_chat(app, question("gpt")).status_code == 200
    server.replies |= {"GetSecretValue": secret({"OPENAI_API_KEY": NEW_KEY}, "v2"), "completions": accepting(NEW_KEY)}

    assert ask_chat(app, question("gpt")).json() == COMPLETION


def test_fault_22_a_rotation_that_is_half_done_names_the_stage(app: Handler, server: FakeServer) -> None:
    server.replies |= {"GetSecretValue": secret({"OPENAI_API_KEY": NEW_KEY}, "v2"), "completions": accepting(KEY)}

    reply = ask_chat(app, question("gpt"))

    assert failure_of(reply) == (502, "authentication_failed", False)
    assert "current version" in error_of(reply)[2]
    assert NEW_KEY not in reply.text


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "may not read the API-keys secret"),
        ("ResourceNotFoundException", "does not exist or has no value"),
        ("DecryptionFailure", "cannot be decrypted"),
        ("InvalidRequestException", "scheduled for deletion"),
    ],
)
def test_fault_23_a_secret_that_may_not_be_read(app: Handler, server: FakeServer, code: str, said: str) -> None:
    server.replies["GetSecretValue"] = aws_error(code, message="secret words")

    reply = ask_chat(app, question("gpt"))

    assert failure_of(reply) == (503, "secret_unavailable", False)
    assert said in error_of(reply)[2]


def test_fault_24_secrets_manager_is_down_from_the_start(app: Handler, server: FakeServer) -> None:
    server.replies["GetSecretValue"] = aws_error("InternalServiceError", 500)

    assert failure_of(ask_chat(app, question("gpt"))) == (503, "secret_unavailable", True)


def test_fault_24_secrets_manager_goes_down_with_keys_at_hand(
    app: Handler, server: FakeServer, log: io.StringIO
) -> None:
    server.replies["completions"] = accepting("another")
    ask_chat(app, question("gpt"))  # reads the secret
    server.replies |= {"GetSecretValue": aws_error("InternalServiceError", 500)}
    refused = ask_chat(app, question("gpt"))  # reads it again, and cannot
    server.replies["completions"] = accepting(KEY)

    assert failure_of(refused) == (502, "authentication_failed", False)
    assert ask_chat(app, question("gpt")).json() == COMPLETION
    assert log.getvalue().count("the API-keys secret cannot be read") == 1


@pytest.mark.parametrize(
    ("held", "code"),
    [
        pytest.param({"SecretString": ""}, "secret_malformed", id="no text"),
        pytest.param({"SecretString": KEY}, "secret_malformed", id="not JSON"),
        pytest.param({"SecretBinary": "c2VjcmV0"}, "secret_malformed", id="binary"),
        pytest.param({"SecretString": '{"OPENAI_API_KEY": ["sk-canary-0123456789"]}'}, "secret_malformed", id="list"),
        pytest.param({"SecretString": '{"OPENAI_API_KEY": "a sk-canary-0123456789"}'}, "secret_malformed", id="space"),
        pytest.param({"SecretString": '{"OPEN_AI_KEY": "sk-canary-0123456789"}'}, "missing_key", id="wrong field"),
    ],
)
def test_fault_25_a_secret_that_cannot_be_used(
    app: Handler, server: FakeServer, held: dict[str, str], code: str
) -> None:
    server.replies["GetSecretValue"] = json_reply({"VersionId": "v1", **held})

    reply = ask_chat(app, question("gpt"))

    assert failure_of(reply) == (503, code, False)
    assert "OPENAI_API_KEY" in error_of(reply)[2] or "API-keys secret" in error_of(reply)[2]


def test_fault_25_a_newline_after_the_key_is_taken_off(app: Handler, server: FakeServer) -> None:
    server.replies |= {"GetSecretValue": secret({"OPENAI_API_KEY": f"{KEY}\n"}), "completions": accepting(KEY)}

    assert ask_chat(app, question("gpt")).json() == COMPLETION


def test_fault_25_a_bad_value_harms_one_provider(app: Handler, server: FakeServer) -> None:
    stage.script_everything_well(server, OPENAI | {"id": "mistral", "provider": "mistralai"}, OPENAI, SAGEMAKER)
    server.replies["GetSecretValue"] = secret({"MISTRAL_API_KEY": 1.5, "OPENAI_API_KEY": {"not": "a string"}})

    listed = {one["id"]: one["status"] for one in ask(app, "GET", "/v1/models").json()["data"]}

    assert listed == {"gpt": "missing_key", "mistral": "ready", "smollm2": "ready"}
