"""How a model's state is said in words, wherever it is shown: never by colour alone.

In: a model and a translator. Out: text, inert for Markdown where it holds somebody else's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Literal

from frontend.i18n import Translator
from frontend.markdown_safe import plain
from frontend.wire import ChatError, ModelInfo

BadgeColour = Literal["green", "blue", "gray", "red", "orange"]

# In a label, where Streamlit draws no icons of its own. Each is another shape.
ICONS = {
    "ready": "●",
    "starting": "◐",
    "stopped": "○",
    "failed": "✕",
    "no_access": "⊘",
    "missing_key": "⚿",
    "unknown": "?",
}
# On a badge: an icon and a colour beside the word.
BADGES: Mapping[str, tuple[str, BadgeColour]] = {
    "ready": (":material/check_circle:", "green"),
    "starting": (":material/hourglass_top:", "blue"),
    "stopped": (":material/stop_circle:", "gray"),
    "failed": (":material/error:", "red"),
    "no_access": (":material/block:", "orange"),
    "missing_key": (":material/key_off:", "orange"),
    "unknown": (":material/help:", "gray"),
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def state_of(model: ModelInfo) -> str:
    """The status; `unknown` for one that a newer handler invents."""
    return model.status if model.status in ICONS else "unknown"


def status(t: Translator, model: ModelInfo) -> str:
    """The status in a word or two."""
    return t(f"status.{state_of(model)}")


def label(t: Translator, model: ModelInfo) -> str:
    """One line for a list to choose from: shape, id, provider, status, and what it costs."""
    parts = [f"{ICONS[state_of(model)]} {model.id}", model.provider, status(t, model), price(t, model)]
    return "  ·  ".join(filter(None, parts))


def reason(t: Translator, model: ModelInfo, failure: ChatError | None = None) -> str:
    """Why the model cannot be asked, as Markdown: the page's sentence, and what the handler says of it.

    `failure` is why the handler says nothing.
    """
    if failure is not None:
        known = failure.code if t.has(f"error.{failure.code}.title") else "internal"
        return t("reason.no_handler", why=t(f"error.{known}.title"))
    said = t(f"reason.{state_of(model)}")
    return f"{said} {t('reason.said', words=plain(model.reason))}" if model.reason else said


def until(t: Translator, model: ModelInfo, zone: tzinfo) -> str:
    """Until when the status holds; empty where nobody knows."""
    if model.until is None:
        return ""
    kind = {"stopped": "starts", "failed": "tried_again"}.get(model.status, "stops")
    return t(f"until.{kind}", time=t.moment(model.until.astimezone(zone)))


def age(t: Translator, since: datetime | None) -> str:
    """How long ago the status was learned."""
    if since is None:
        return t("age.never")
    seconds = max(0, int((datetime.now(UTC) - since).total_seconds()))
    if seconds == 0:
        return t("age.now")
    if seconds < _MINUTE:
        return t.count("age.seconds", seconds)
    if seconds < _HOUR:
        return t.count("age.minutes", seconds // _MINUTE)
    if seconds < _DAY:
        return t.count("age.hours", seconds // _HOUR)
    return t.count("age.days", seconds // _DAY)


def price(t: Translator, model: ModelInfo) -> str:
    """What a million tokens cost; empty where the catalog does not say it."""
    if model.price is None:
        return ""
    return t("price.short", input=t.usd_exactly(model.price.input), output=t.usd_exactly(model.price.output))
