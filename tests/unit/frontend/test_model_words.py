"""What is said of a model, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from frontend import i18n
from frontend.starting import StartError
from frontend.views import model_words
from frontend.wire import ChatError, ModelInfo, Price

EN, VI = (i18n.translator(language) for language in ("en", "vi"))
SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("status", [*model_words.ICONS, "invented"])
def test_every_status_has_a_shape_a_word_and_a_reason(language: str, status: str) -> None:
    t, model = i18n.translator(language), ModelInfo(id="m", status=status, reason="AWS *said* so")
    state = model_words.state_of(model)

    assert model_words.status(t, model) == t(f"status.{state}")
    assert model_words.label(t, model).startswith(f"{model_words.ICONS[state]} m")
    assert "AWS \\*said\\* so" in model_words.reason(t, model)
    assert set(model_words.BADGES) == set(model_words.ICONS)


def test_shapes_and_badges_differ_without_their_colours() -> None:
    assert len(set(model_words.ICONS.values())) == len(model_words.ICONS)
    assert len({icon for icon, _ in model_words.BADGES.values()}) == len(model_words.BADGES)


def test_without_the_handler_that_is_the_reason() -> None:
    failure = ChatError("handler_forbidden", "no")

    assert "AWS refused the request" in model_words.reason(EN, ModelInfo(id="m", status="unknown"), failure)


@pytest.mark.parametrize(
    ("status", "english", "vietnamese"),
    [
        ("stopped", "starts it on Nov 24, 2026, 08:00", "khởi động mô hình vào 24/11/2026, 08:00"),
        ("ready", "stops it on Nov 24, 2026, 08:00", "dừng mô hình vào 24/11/2026, 08:00"),
        ("failed", "tried again on Nov 24, 2026, 08:00", "thử lại vào 24/11/2026, 08:00"),
    ],
)
def test_until_when_is_said_in_the_readers_zone(status: str, english: str, vietnamese: str) -> None:
    model = ModelInfo(id="m", status=status, until=datetime(2026, 11, 24, 1, 0, tzinfo=UTC))

    assert english in model_words.until(EN, model, SAIGON)
    assert vietnamese in model_words.until(VI, model, SAIGON)
    assert model_words.until(EN, ModelInfo(id="m"), SAIGON) == ""


@pytest.mark.parametrize(
    ("ago", "english", "vietnamese"),
    [
        (timedelta(seconds=-5), "just now", "vừa xong"),
        (timedelta(), "just now", "vừa xong"),
        (timedelta(seconds=1), "1 second ago", "1 giây trước"),
        (timedelta(seconds=59), "59 seconds ago", "59 giây trước"),
        (timedelta(minutes=1), "1 minute ago", "1 phút trước"),
        (timedelta(hours=23), "23 hours ago", "23 giờ trước"),
        (timedelta(days=1000), "1,000 days ago", "1.000 ngày trước"),
    ],
)
def test_ages_have_plurals_and_the_languages_numbers(ago: timedelta, english: str, vietnamese: str) -> None:
    since = datetime.now(UTC) - ago

    assert (model_words.age(EN, since), model_words.age(VI, since)) == (english, vietnamese)
    assert (model_words.age(EN, None), model_words.age(VI, None)) == ("not looked at", "chưa kiểm tra")


def test_prices_are_not_rounded() -> None:
    model = ModelInfo(id="m", price=Price(input=Decimal("0.035"), output=Decimal("10")))

    assert model_words.price(EN, model) == "$0.035 in, $10.00 out per million tokens"
    assert model_words.price(VI, model) == "0,035 US$ vào, 10,00 US$ ra cho một triệu token"
    assert model_words.price(EN, ModelInfo(id="m")) == ""


@pytest.mark.parametrize("t", [EN, VI], ids=["en", "vi"])
def test_every_way_of_not_starting_has_a_sentence(t: i18n.Translator) -> None:
    codes = (StartError.__doc__ or "").split("`")[1::2][1].split(" | ")

    assert len(codes) == 8
    for code in (*codes, "begun"):
        assert "night" in t(f"start.{code}", model="night")
