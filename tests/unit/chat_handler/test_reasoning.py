from __future__ import annotations

from typing import Any

import pytest

from chat_handler.upstreams.reasoning import named
from tests.unit.chat_handler.fake_server import FakeServer, Reply, json_reply
from tests.unit.chat_handler.stage import SSE, Handler, ask_chat, chunk, events_of, parts, question, sse

PARTS = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}, {"type": "text", "text": "."}]},
    {"type": "text", "text": "Paris."},
]


@pytest.mark.parametrize(
    ("said", "reasoning"),
    [
        pytest.param({"reasoning": "Hm."}, "Hm.", id="reasoning"),
        pytest.param({"reasoning_content": "Hm."}, "Hm.", id="reasoning_content"),
        pytest.param({"reasoning_content": None, "reasoning": "Hm."}, "Hm.", id="both"),
        pytest.param({"reasoning_details": [{"type": "reasoning.text", "text": "Hm."}]}, "Hm.", id="details"),
        pytest.param({"reasoning_details": [{"type": "reasoning.summary", "summary": "Hm."}]}, "Hm.", id="summary"),
        pytest.param(
            {"reasoning": "Hm.", "reasoning_details": [{"type": "reasoning.text", "text": "Hm."}]}, "Hm.", id="once"
        ),
        pytest.param({"content": PARTS}, "Hm.", id="thinking parts"),
        pytest.param({"content": [{"type": "thinking", "thinking": "Hm."}]}, "Hm.", id="thinking as a string"),
        pytest.param({"reasoning": None}, None, id="null"),
        pytest.param({"reasoning": {"effort": "high"}}, None, id="an object"),
        pytest.param({"reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}, "x"]}, None, id="encrypted"),
        pytest.param({"content": [{"type": "reference"}, "x"]}, None, id="parts of another kind"),
        pytest.param({"content": "Paris."}, None, id="none"),
    ],
)
@pytest.mark.parametrize("place", ["delta", "message"])
def test_reasoning_has_one_name(place: str, said: dict[str, Any], reasoning: str | None) -> None:
    given = {"id": "c", "choices": [{"index": 0, place: said}]}

    found = named(given)

    assert found["choices"][0][place].get("reasoning_content") == reasoning
    assert isinstance(found["choices"][0][place].get("content", ""), str)


@pytest.mark.parametrize(
    "chunk", [{}, {"choices": None}, {"choices": ["x"]}, {"choices": [{"delta": None}]}, {"choices": []}]
)
def test_what_is_no_chunk_is_left_alone(chunk: dict[str, Any]) -> None:
    assert named(chunk) is chunk


@pytest.mark.parametrize("model", ["gpt", "smollm2"])
def test_it_reaches_the_client_beside_the_answer(app: Handler, server: FakeServer, model: str) -> None:
    thought = {"id": "c", "choices": [{"index": 0, "delta": {"reasoning": "Hm."}, "finish_reason": None}]}
    stream = sse(thought, chunk("Paris."), chunk(finish_reason="stop"))
    server.replies["completions"] = Reply(stream, headers=SSE)
    server.replies["invocations-response-stream"] = parts(stream)

    first, second, *_ = events_of(ask_chat(app, question(model, stream=True)))

    assert first["choices"][0]["delta"] == {"reasoning": "Hm.", "reasoning_content": "Hm."}
    assert second["choices"][0]["delta"] == {"content": "Paris."}


@pytest.mark.parametrize("model", ["gpt", "smollm2"])
def test_it_is_in_a_whole_answer_too(app: Handler, server: FakeServer, model: str) -> None:
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": PARTS}, "finish_reason": "stop"}]}
    server.replies |= {"completions": json_reply(answer), "invocations": json_reply(answer)}

    (choice,) = ask_chat(app, question(model)).json()["choices"]

    assert choice["message"] == {"role": "assistant", "content": "Paris.", "reasoning_content": "Hm."}
