"""What a click on the page Models does, without Streamlit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from frontend import wishes
from frontend.chat import Chat
from frontend.client import ChatClient
from frontend.history.table import Table
from frontend.page import Page
from frontend.state import MODEL_KEY, PageState
from frontend.trials import Trial
from frontend.turns import TurnRegistry
from frontend.views import deployment_picker
from frontend.wire import ModelInfo
from frontend.wishes.models import TRIALS_KEY
from tests.browser.fake_handler import FakeHandler
from tests.browser.stack import REGION
from tests.unit.chat_handler.fake_server import FakeServer, json_reply
from tests.unit.chat_handler.stage import aws_error
from tests.unit.frontend.runs import page_of

ECHO, NIGHT = ModelInfo(id="echo"), ModelInfo(id="night", status="stopped", startable=True)
RECORD = '{"version": 1, "id": "night", "region": "eu-west-1", "endpoint": "e", "start": {"endpoint_config": "c"}}'


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """SSM with one scheduled model, and SageMaker."""
    with FakeServer().running() as running:
        variables = {"ENDPOINT_URL": running.url, "ACCESS_KEY_ID": "id", "SECRET_ACCESS_KEY": "key"}
        for name, value in variables.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        running.replies["GetParametersByPath"] = json_reply({"Parameters": [{"Name": "x", "Value": RECORD}]})
        running.replies["CreateEndpoint"] = json_reply({"EndpointArn": "arn"})
        yield running


@pytest.fixture
def page(handler: FakeHandler, aws: FakeServer) -> Page:
    chat = Chat("me", ChatClient(handler.url, REGION), Table("conversations", REGION), TurnRegistry())
    return page_of(chat, PageState({}, {"chat": "open"}), ECHO, NIGHT)


def wish(page: Page, action: str, model: str) -> list[str]:
    """Perform it; the keys of the notices that it leaves."""
    page.state.wish(action, model=model)
    wishes.perform(page)
    return [notice.key for notice in page.state.take_notices()]


def test_try_is_a_new_chat_with_the_model(page: Page) -> None:
    assert wish(page, "try_model", "night") == []

    assert page.state.take_destination() == "chat"
    assert page.state.session[MODEL_KEY] == page.state.query["model"] == "night"
    assert page.state.conversation_id is None


@pytest.mark.parametrize("action", ["try_model", "test_model"])
def test_a_model_that_is_gone_is_left_alone(page: Page, handler: FakeHandler, action: str) -> None:
    wish(page, action, "gone")

    assert (page.state.take_destination(), handler.requests) == (None, [])


def test_one_test_at_a_time_runs_for_a_model(page: Page) -> None:
    hang = ModelInfo(id="mute")
    page = replace(page, model_list=replace(page.model_list, models=(hang,)))
    wish(page, "test_model", "mute")
    first: Trial = page.state.session[TRIALS_KEY]["mute"]
    wish(page, "test_model", "mute")

    assert page.state.session[TRIALS_KEY]["mute"] is first


def test_start_creates_the_endpoint_of_the_record(page: Page, aws: FakeServer) -> None:
    assert wish(page, "start_model", "night") == ["start.begun"]

    (created,) = aws.asked("CreateEndpoint")
    assert created.json() == {"EndpointName": "e", "EndpointConfigName": "c", "Tags": []}


@pytest.mark.parametrize(
    ("operation", "code", "notice"),
    [
        ("CreateEndpoint", "AccessDeniedException", "start.denied"),
        ("GetParametersByPath", "ExpiredTokenException", "start.no_credentials"),
        ("GetParametersByPath", "AccessDeniedException", "start.unreachable"),
    ],
)
def test_what_keeps_it_from_starting_is_said(
    page: Page, aws: FakeServer, operation: str, code: str, notice: str
) -> None:
    aws.replies[operation] = aws_error(code)

    assert wish(page, "start_model", "night") == [notice]


def test_a_model_without_a_record_cannot_be_started(page: Page, aws: FakeServer) -> None:
    assert wish(page, "start_model", "echo") == ["start.not_startable"]
    assert aws.asked("CreateEndpoint") == []


def test_who_may_not_start_starts_nothing_whatever_the_page_sends(page: Page, aws: FakeServer) -> None:
    assert wish(replace(page, may_start=False), "start_model", "night") == ["start.denied"]
    assert aws.requests == []


def test_nothing_of_a_deployment_is_shown_in_another(page: Page) -> None:
    state = page.state
    state.put("run", "compared")
    wish(page, "test_model", "echo")

    deployment_picker.leave(state, "second")

    assert state.query == {"deployment": "second"}
    assert TRIALS_KEY not in state.session
