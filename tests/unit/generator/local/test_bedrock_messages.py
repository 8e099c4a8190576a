from __future__ import annotations

import json
from typing import Any

import pytest

from generator.local.bedrock_messages import InvalidConversationError, chat_request, parse, stop_reason, usage

_HELLO = {"role": "user", "content": [{"text": "Hello"}]}


def test_a_converse_request_becomes_a_chat_completion_request() -> None:
    body = {
        "system": [{"text": "Be brief."}, {"text": "Be kind."}],
        "messages": [
            {"role": "user", "content": [{"text": "Hel"}, {"text": "lo"}]},
            {"role": "assistant", "content": [{"text": "Hi."}]},
            {"role": "user", "content": [{"text": "Who are you?"}]},
        ],
        "inferenceConfig": {"maxTokens": 9, "temperature": 0.5, "topP": 0.25, "stopSequences": ["END"]},
        "additionalModelRequestFields": {"top_k": 4},
    }

    assert chat_request(parse(json.dumps(body).encode()), stream=True) == {
        "messages": [
            {"role": "system", "content": "Be brief.\nBe kind."},
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hi."},
            {"role": "user", "content": "Who are you?"},
        ],
        "max_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.25,
        "stop": ["END"],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_what_is_not_asked_is_not_sent() -> None:
    asked = parse(json.dumps({"messages": [_HELLO]}).encode())

    assert chat_request(asked, stream=False) == {"messages": [{"role": "user", "content": "Hello"}]}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param({"messages": []}, "must start with a user message", id="no message"),
        pytest.param({"messages": [{**_HELLO, "role": "assistant"}]}, "must start with a user", id="assistant first"),
        pytest.param({"messages": [_HELLO, _HELLO]}, "must alternate", id="two of the user's"),
        pytest.param({"messages": [{"role": "user", "content": []}]}, "messages.0.content", id="no content"),
        pytest.param({"messages": [{"role": "user", "content": [{"image": {}}]}]}, "text only", id="an image"),
        pytest.param({"messages": [_HELLO], "inferenceConfig": {"temperature": 3}}, "temperature", id="too hot"),
        pytest.param({}, "messages", id="nothing"),
    ],
)
def test_what_bedrock_would_refuse_is_refused(body: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidConversationError, match=reason):
        parse(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("finish", "expected"),
    [("stop", "end_turn"), ("length", "max_tokens"), ("content_filter", "content_filtered"), (None, "end_turn")],
)
def test_finish_reasons_have_bedrocks_names(finish: str | None, expected: str) -> None:
    assert stop_reason(finish) == expected


def test_usage_is_added_up() -> None:
    counted = usage({"prompt_tokens": 3, "completion_tokens": 4})

    assert (counted, usage(None)) == (
        {"inputTokens": 3, "outputTokens": 4, "totalTokens": 7},
        {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
    )
