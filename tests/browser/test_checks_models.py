"""Checks 16, 17 and 18, and the rest of the page Models: what it says, what it starts, and that it stays alive."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from frontend.model_list import FRESH_S
from frontend.views.model_picker import RECHECK_S
from tests.browser.conftest import RESTS, OpenPage
from tests.browser.fake_handler import FakeHandler
from tests.browser.stack import REGION, Stack

pytestmark = pytest.mark.browser
SLOW_MS = 30_000


@pytest.fixture(autouse=True)
def handler_as_it_was(stack: Stack) -> Iterator[FakeHandler]:
    """The handler, put back for the next test, which must find a list that is not this one's."""
    handler = stack.handler
    told, sources = {name: dict(fields) for name, fields in handler.told.items()}, list(handler.sources)
    yield handler
    handler.told, handler.sources, handler.lists_fail = told, sources, None
    handler.lists.set()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def row(page: Page, model: str) -> Locator:
    return page.locator(f".st-key-model-{model}")


def models_page(open_page: OpenPage, query: str = "") -> Page:
    page = open_page(f"models{query}", ready=".st-key-model-filters")
    expect(page.get_by_role("heading", name=re.compile("Models|Mô hình"))).to_be_visible()
    return page


def refresh(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Refresh|Làm mới")).click()


def failing(handler: FakeHandler, source: str, reason: str) -> None:
    handler.sources = [
        {**one, "ok": False, "reason": reason} if one["source"] == source else one for one in handler.sources
    ]


def test_check_16_one_source_that_fails_is_named_and_the_other_models_stay(open_page: OpenPage, stack: Stack) -> None:
    well = stack.handler.sources
    failing(stack.handler, "sagemaker us-east-1", "the endpoint cannot be described (ThrottlingException)")
    stack.handler.told["slow"] = {"status": "unknown", "reason": "the endpoint cannot be described"}
    page = models_page(open_page)
    refresh(page)

    banner = page.get_by_test_id("stAlert").filter(has_text="Part of the list may be old")
    expect(banner).to_contain_text("SageMaker us-east-1", timeout=SLOW_MS)
    expect(banner).to_contain_text("ThrottlingException")
    expect(banner).not_to_contain_text("Secrets Manager")
    expect(row(page, "echo")).to_contain_text("Ready")
    expect(row(page, "slow")).to_contain_text("Unknown")

    stack.handler.lists.clear()  # or the page, which looks by itself, would be well before anybody has clicked
    stack.handler.sources = well
    del stack.handler.told["slow"]
    page.get_by_role("button", name="Try again").click()
    stack.handler.lists.set()
    expect(page.get_by_text("All sources answer")).to_be_visible(timeout=SLOW_MS)
    expect(row(page, "slow")).to_contain_text("Ready")
    expect(banner).to_have_count(0)


@contextmanager
def another_deployment(stack: Stack) -> Iterator[Stack]:
    """A deployment of the same handler of which the server knows nothing yet."""
    other = Stack(stack.handler, stack.aws_url)
    other.deploy()
    try:
        yield other
    finally:
        other.destroy()


def test_check_16_without_the_handler_the_records_say_which_models_there_are(open_page: OpenPage, stack: Stack) -> None:
    with another_deployment(stack) as other:
        other.publish_model("echo", region="us-east-1")
        stack.handler.lists_fail = 403
        page = models_page(open_page, f"?deployment={other.deployment}")

        expect(page.get_by_test_id("stAlert").filter(has_text="Handler")).to_be_visible(timeout=SLOW_MS)
        expect(row(page, "echo")).to_contain_text("Unknown")
        expect(row(page, "echo")).to_contain_text("AWS refused the request")

        stack.handler.lists_fail = None
        page.get_by_role("button", name="Try again").click()
        expect(row(page, "echo")).to_contain_text("Ready", timeout=SLOW_MS)
        expect(row(page, "slow")).to_be_visible()


def test_check_16_with_no_source_at_all_there_is_an_empty_state_and_no_waiting(
    open_page: OpenPage, stack: Stack
) -> None:
    with another_deployment(stack) as other:
        asked = len(stack.handler.headers)
        stack.handler.lists.clear()
        page = open_page(f"models?deployment={other.deployment}", ready="[data-testid=stApp]")
        wait_until(lambda: len(stack.handler.headers) > asked)
        # The handler hangs, and what SSM says cannot be read any more.
        ssm = stack.session.client("ssm", endpoint_url=stack.aws_url)
        ssm.put_parameter(Name=f"/terrachat/{other.deployment}/handler", Value="{", Overwrite=True)

        expect(page.get_by_text("The models cannot be listed")).to_be_visible(timeout=SLOW_MS)
        expect(page.get_by_text("No source answers")).to_be_visible()
        expect(page.locator(RESTS)).to_be_visible()
        expect(page.get_by_test_id("stSpinner")).to_have_count(0)


def test_check_17_an_endpoint_that_fails_changes_its_badge_and_cannot_be_asked(
    open_page: OpenPage, stack: Stack
) -> None:
    chat, models = open_page("?model=prompt"), models_page(open_page, "?q=prompt")
    composer = chat.get_by_test_id("stChatInputTextArea")
    expect(composer).to_be_enabled()
    expect(row(models, "prompt")).to_contain_text("Ready")
    stack.handler.told["prompt"] = {"status": "failed", "reason": "the container did not start: no GPU"}

    limit_ms = (FRESH_S + 2 * RECHECK_S + 5) * 1000  # the list's age, the page's rounds, and this machine
    expect(chat.get_by_test_id("stAlert")).to_contain_text("no GPU", timeout=limit_ms)
    expect(row(models, "prompt")).to_contain_text("Failed", timeout=limit_ms)
    expect(row(models, "prompt")).to_contain_text("no GPU")
    expect(composer).to_be_disabled()
    expect(chat.get_by_role("combobox", name="Model")).to_have_value(re.compile("✕ prompt .* Failed"))

    del stack.handler.told["prompt"]
    refresh(chat)
    expect(composer).to_be_enabled(timeout=SLOW_MS)


def choose_by_keyboard(page: Page, typed: str) -> None:
    picker = page.get_by_role("combobox", name="Model")
    picker.focus()
    page.keyboard.type(typed)
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")


def test_check_18_the_picker_filters_by_typing_and_its_choice_survives(open_page: OpenPage) -> None:
    page = open_page("?model=echo")
    choose_by_keyboard(page, "tortu")

    expect(page).to_have_url(re.compile("model=torture"))
    picker = page.get_by_role("combobox", name="Model")
    expect(picker).to_have_value(re.compile("^● torture"))
    page.reload()
    expect(picker).to_have_value(re.compile("^● torture"), timeout=SLOW_MS)
    page.get_by_test_id("stSidebarNav").get_by_text("Models").click()
    expect(page.get_by_role("heading", name="Models")).to_be_visible(timeout=SLOW_MS)
    expect(page).to_have_url(re.compile("model=torture"))
    page.get_by_test_id("stSidebarNav").get_by_text("Chat").click()
    expect(picker).to_have_value(re.compile("^● torture"), timeout=SLOW_MS)


def test_check_18_a_model_that_is_not_deployed_falls_back_with_a_notice(open_page: OpenPage) -> None:
    page = open_page("?model=nonesuch")

    expect(page.get_by_text("There is no model “nonesuch” in this deployment")).to_be_visible()
    expect(page).to_have_url(re.compile("model=echo"))
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_enabled()


def test_the_list_is_filtered_and_its_filters_are_in_the_address(open_page: OpenPage) -> None:
    page = models_page(open_page)
    page.get_by_role("searchbox", name="Find").press_sequentially("tor")

    expect(page.get_by_text(re.compile(r"^1 model of \d+$"))).to_be_visible()
    expect(row(page, "torture")).to_be_visible()
    expect(page).to_have_url(re.compile("q=tor"))
    page.reload()
    expect(page.get_by_role("searchbox", name="Find")).to_have_value("tor", timeout=SLOW_MS)
    expect(page.get_by_text(re.compile(r"^1 model of \d+$"))).to_be_visible()

    other = models_page(open_page, "?status=stopped&provider=fake")
    expect(row(other, "asleep")).to_be_visible()
    expect(row(other, "echo")).to_have_count(0)


def test_the_list_follows_while_somebody_writes(open_page: OpenPage, stack: Stack) -> None:
    page = models_page(open_page)
    box = page.get_by_role("searchbox", name="Find")
    box.press_sequentially("ech")
    expect(page.get_by_text(re.compile("^1 model of"))).to_be_visible()
    before = row(page, "echo").get_by_text(re.compile("Checked")).inner_text()

    expect(row(page, "echo").get_by_text(before)).to_have_count(0, timeout=SLOW_MS)
    expect(box).to_be_focused()
    page.keyboard.type("o")
    expect(box).to_have_value("echo")


def test_try_opens_a_chat_with_the_model(open_page: OpenPage) -> None:
    page = models_page(open_page, "?q=parrot&lang=vi")
    row(page, "parrot").get_by_role("button", name="Dùng thử").click()

    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible(timeout=SLOW_MS)
    expect(page).to_have_url(re.compile(r"/\?.*model=parrot"))
    expect(page.locator("html")).to_have_attribute("lang", "vi")


def test_a_test_is_one_tiny_request_on_a_click(open_page: OpenPage, stack: Stack) -> None:
    page = models_page(open_page)
    asked = len(stack.handler.requests)
    row(page, "echo").get_by_role("button", name="Test now").click()

    expect(row(page, "echo")).to_contain_text(
        re.compile(r"It answers: first words after \d\.\d\d s\."), timeout=SLOW_MS
    )
    assert [(one["model"], one["max_tokens"]) for one in stack.handler.requests[asked:]] == [("echo", 16)]
    row(page, "broken").get_by_role("button", name="Test now").click()
    expect(row(page, "broken")).to_contain_text("The model failed", timeout=SLOW_MS)


def scheduled(stack: Stack) -> str:
    """A scheduled endpoint that does not exist, with all that its schedule would create it from; its name."""
    sagemaker = stack.session.client("sagemaker", endpoint_url=stack.aws_url)
    name = f"{stack.deployment}-asleep"
    image = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/lmi:1"
    sagemaker.create_model(
        ModelName=name, ExecutionRoleArn="arn:aws:iam::123456789012:role/x", PrimaryContainer={"Image": image}
    )
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {"VariantName": "all", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m5.xlarge"}
        ],
    )
    stack.publish_model(
        "asleep",
        provider="sagemaker",
        region=REGION,
        endpoint=name,
        start={"endpoint_config": name, "tags": {"terrachat:deployment": stack.deployment}},
    )
    return name


def test_a_scheduled_endpoint_is_started_after_a_yes_that_knows_the_cost(open_page: OpenPage, stack: Stack) -> None:
    name = scheduled(stack)
    sagemaker = stack.session.client("sagemaker", endpoint_url=stack.aws_url)
    ends = datetime.now(UTC).replace(hour=18, minute=30) + timedelta(days=1)
    stack.handler.told["asleep"] = {"stops_at": ends.strftime("%Y-%m-%dT%H:%M:%SZ"), "usd_per_hour": 1.408}
    page = models_page(open_page, "?q=asleep")
    refresh(page)
    row(page, "asleep").get_by_role("button", name="Start").click()
    expect(page.get_by_text("It costs about $1.408 an hour while it runs.")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("Its schedule stops it again on")).to_be_visible()
    assert sagemaker.list_endpoints(NameContains=name)["Endpoints"] == []

    page.get_by_role("button", name="Start it").click()

    expect(page.get_by_text("asleep is being started.")).to_be_visible(timeout=SLOW_MS)
    endpoint = sagemaker.describe_endpoint(EndpointName=name)
    assert endpoint["EndpointConfigName"] == name
    tags = sagemaker.list_tags(ResourceArn=endpoint["EndpointArn"])["Tags"]
    assert tags == [{"Key": "terrachat:deployment", "Value": stack.deployment}]
    sagemaker.delete_endpoint(EndpointName=name)
    sagemaker.delete_endpoint_config(EndpointConfigName=name)

    expect(page.get_by_role("button", name="Start it")).to_have_count(0)
    page.locator(RESTS).wait_for()
    row(page, "asleep").get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Start it").click()
    expect(page.get_by_text("The endpoint configuration of asleep does not exist any more.")).to_be_visible(
        timeout=SLOW_MS
    )


def test_a_narrow_window_has_everything_and_scrolls_one_way(open_page: OpenPage) -> None:
    page = models_page(open_page, "?q=asleep")
    page.set_viewport_size({"width": 390, "height": 844})

    button = row(page, "asleep").get_by_role("button", name="Try")
    button.scroll_into_view_if_needed()
    expect(button).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
