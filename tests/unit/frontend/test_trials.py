from __future__ import annotations

import threading
import time

import pytest

from frontend.client import ChatClient
from frontend.trials import MOST_TOKENS, Trial
from frontend.wire import ModelInfo
from tests.browser.fake_handler import FakeHandler
from tests.browser.stack import REGION


def ended(trial: Trial) -> Trial:
    deadline = time.monotonic() + 20
    while trial.state == "running":
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
    return trial


def tried(handler: FakeHandler, model: ModelInfo, limit_s: float = 60) -> Trial:
    return ended(Trial(ChatClient(handler.url, REGION), model, limit_s=limit_s))


def test_one_tiny_request_says_how_fast_the_model_is(handler: FakeHandler) -> None:
    trial = tried(handler, ModelInfo(id="echo"))

    assert (trial.state, trial.error) == ("answered", None)
    assert trial.first_token_s is not None
    assert trial.elapsed_s is not None
    assert 0 < trial.first_token_s <= trial.elapsed_s
    (request,) = handler.requests
    assert request["max_tokens"] == MOST_TOKENS


def test_a_limit_that_the_model_does_not_take_is_not_sent(handler: FakeHandler) -> None:
    tried(handler, ModelInfo(id="echo", unsupported_parameters=("max_tokens",)))

    assert "max_tokens" not in handler.requests[0]


def test_a_failure_is_kept_with_its_code(handler: FakeHandler) -> None:
    trial = tried(handler, ModelInfo(id="gone"))

    assert trial.state == "failed"
    assert trial.error is not None
    assert trial.error.code == "model_not_found"


@pytest.mark.parametrize("model", ["mute", "hang"])
def test_a_model_that_does_not_end_is_cut_off(handler: FakeHandler, model: str) -> None:
    trial = tried(handler, ModelInfo(id=model), limit_s=0.5)

    assert trial.error is not None
    assert trial.error.code == "upstream_timeout"
