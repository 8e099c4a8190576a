"""What one browser tab remembers, and how it changes. No Streamlit.

In: Streamlit's session state and query parameters, as plain mappings. Out: `PageState`. What must survive a reload is
in the URL (`?chat=`, `?model=`, `?lang=`, …); the rest is lost with the tab, and may be. Clicks do not act: they leave
a wish, which the next run of the script takes and performs inside the page's error border.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from frontend.history.records import TurnRecord
from frontend.wire import ModelInfo

MODEL_KEY = "model"  # the picker's widget key
COMPOSER_KEY = "composer"
LANGUAGE_KEY = "language"
PREFERENCES_KEY = "preferences"
PAGE_OF_TURNS = 30
PAGE_OF_CONVERSATIONS = 30

# For so long a change of the address may not have reached the browser: a click that was on its way brings the old one,
# and what a run has not sent yet is dropped when that click begins the next (Streamlit 1.67).
UNSETTLED_S = 1.0

# Which query parameters a page owns. Streamlit drops all of them when another page is opened; those of all pages are
# put back at once, those of one page when it is opened again.
OF_ALL_PAGES = ("lang", "deployment", "model")
OF_PAGE: Mapping[str, tuple[str, ...]] = {
    "chat": ("chat",),
    "compare": ("m", "run"),
    "models": ("q", "provider", "status"),
    "usage": ("period",),
}


@dataclass(frozen=True)
class Wish:
    """What the user asked for with a click; `arguments` are the action's own."""

    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """A message for the next run: a key of the catalogue with its variables."""

    key: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PageState:
    session: MutableMapping[Any, Any]  # Streamlit admits other keys than str
    query: MutableMapping[str, str]
    now: Callable[[], float] = time.monotonic

    def enter(self, name: str) -> None:
        """The page `name` is being run: give it back the query parameters that it had, if it was just opened.

        If it was open, say those again that were changed a moment ago. What an earlier run still acts on is waited for.
        """
        with self.acting:
            pass
        was_open: str | None = self.session.get("page")
        parameters = (*OF_ALL_PAGES, *OF_PAGE.get(name, ()))
        for parameter in parameters if was_open is not None else ():
            kept = self.session.get(f"url-{parameter}")
            is_lost = was_open != name and kept and parameter not in self.query
            if is_lost or (was_open == name and self._is_unsettled(parameter)):
                self._set(parameter, kept)
        self.session["page"] = name
        for parameter in parameters:
            self.session[f"url-{parameter}"] = self.query.get(parameter)

    def put(self, parameter: str, value: str | None) -> None:
        """Set a query parameter, or take it away, for this page and for its next visit."""
        before, value = self.query.get(parameter), value or None
        self.session[f"url-{parameter}"] = value
        if value != before:
            self.session[f"before-{parameter}"] = (before, self.now())
            self._set(parameter, value)

    def _is_unsettled(self, parameter: str) -> bool:
        before, at = self.session.get(f"before-{parameter}", (None, float("-inf")))
        known = (before, self.session.get(f"url-{parameter}"))
        return self.now() - at < UNSETTLED_S and self.query.get(parameter) in known

    def _set(self, parameter: str, value: str | None) -> None:
        if value is None:
            self.query.pop(parameter, None)
        else:
            self.query[parameter] = value

    @property
    def language(self) -> str | None:
        """What the address asks for, or asked for before another page was opened."""
        return self.query.get("lang") or self.session.get("url-lang")

    def go(self, name: str) -> None:
        """Let this run end by opening another page."""
        self.session["destination"] = name

    def take_destination(self) -> str | None:
        """The page to open, once."""
        name: str | None = self.session.pop("destination", None)
        return name

    @property
    def conversation_id(self) -> str | None:
        return self.query.get("chat") or None

    def open(self, conversation_id: str | None) -> None:
        """Show this conversation, or an empty page for None."""
        if conversation_id != self.conversation_id:
            self.session.pop("turns_shown", None)
            self.session.pop("versions", None)
        self.put("chat", conversation_id)

    def side_of_page(self) -> int:
        """0 or 1, the other one each time another conversation is shown than in the run before."""
        before, side = self.session.get("drawn", (None, 0))
        side = side if before == self.conversation_id else 1 - side
        self.session["drawn"] = (self.conversation_id, side)
        return int(side)

    def has_seen_begin(self, turn: TurnRecord) -> bool:
        """Whether this tab has followed `turn` from when it was live: only then its end is news."""
        if turn.is_live:
            self.session["followed"] = turn.request_id
        return bool(self.session.get("followed") == turn.request_id)

    @property
    def versions(self) -> Mapping[int, int]:
        """Which version is shown behind a turn, where another than the newest was chosen: parent -> number."""
        chosen: Mapping[int, int] = self.session.get("versions", {})
        return chosen

    def show_version(self, parent: int, number: int | None) -> None:
        """Show this version of what follows the turn `parent`; the newest for None."""
        others = {key: value for key, value in self.versions.items() if key != parent}
        self.session["versions"] = others if number is None else {**others, parent: number}

    @property
    def acting(self) -> threading.Lock:
        """Held while the tab's wishes are performed.

        Streamlit does not wait for the run that a click breaks off (1.67, `runner.fastReruns`): two runs of a tab go on
        at once, and the second must not begin with what the first is about to change.
        """
        lock: threading.Lock = self.session.setdefault("acting", threading.Lock())
        return lock

    def wish(self, action: str, **arguments: Any) -> None:
        self._wishes.append(Wish(action, arguments))

    @property
    def has_wish(self) -> bool:
        return bool(self._wishes)

    def take_wish(self, *actions: str) -> Wish | None:
        """The oldest wish, once; the oldest that is one of `actions`, where any are given."""
        wishes = self._wishes
        found = next((wish for wish in tuple(wishes) if not actions or wish.action in actions), None)
        if found is not None:
            wishes.remove(found)
        return found

    @property
    def _wishes(self) -> deque[Wish]:
        """In order: a second click may come before the first one's run has begun with it."""
        wishes: deque[Wish] = self.session.setdefault("wishes", deque())
        return wishes

    def give_back(self, question: str) -> None:
        """Put a question that could not be asked into the composer again."""
        self.session[COMPOSER_KEY] = question

    def notify(self, key: str, **variables: str) -> None:
        self.session["notices"] = [*self.session.get("notices", []), Notice(key, variables)]

    def take_notices(self) -> Sequence[Notice]:
        """The notices, once."""
        notices: Sequence[Notice] = self.session.pop("notices", [])
        return notices

    @property
    def turns_shown(self) -> int:
        shown: int = self.session.get("turns_shown", PAGE_OF_TURNS)
        return shown

    def show_earlier(self) -> None:
        self.session["turns_shown"] = self.turns_shown + PAGE_OF_TURNS

    @property
    def conversations_shown(self) -> int:
        shown: int = self.session.get("conversations_shown", PAGE_OF_CONVERSATIONS)
        return shown

    def show_more_conversations(self) -> None:
        self.session["conversations_shown"] = self.conversations_shown + PAGE_OF_CONVERSATIONS

    def choose_model(self, models: Sequence[ModelInfo], preferred: str | None = None) -> ModelInfo | None:
        """The model of this tab: the picker's, else the URL's, else the preferred one, else the first that is ready.

        A model that is not deployed leaves a notice. None if there are no models.
        """
        if not models:
            return None
        by_id = {model.id: model for model in models}
        wished = self.session.get(MODEL_KEY) or self.query.get("model")
        usual = by_id.get(preferred or "") or next((model for model in models if model.is_ready), models[0])
        chosen = by_id.get(wished or "") or usual
        if wished and wished != chosen.id:
            self.notify("picker.unknown", model=wished, fallback=chosen.id)
        self.session[MODEL_KEY] = chosen.id
        self.put("model", chosen.id)
        return chosen

    def remember_model(self) -> None:
        """Put the picker's choice into the URL."""
        self.put("model", self.session[MODEL_KEY])

    def remember_language(self) -> None:
        self.put("lang", self.session[LANGUAGE_KEY])
