"""One tab of a headless Chromium, and what can be timed in it from inside, where nothing stands between.

In: a window and the URL of a page. Out: seconds, bytes and latencies. Both pages are Streamlit's, so one way of looking
serves for both.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Page

# Streamlit's own marks (1.67): connected, and no script is running.
RESTS = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
COMPOSER = "[data-testid=stChatInputTextArea]:not([disabled])"
_BUBBLES = "[...document.querySelectorAll('[data-testid=stChatMessage]')]"
_ANSWER = f"{_BUBBLES}.at(-1)"
_GIVEN_UP_S = 20.0  # after which an answer that does not grow is not waited for

_CLOCK = f"""wanted => {{
  window.enterAt = null; window.firstAt = null;
  const next = {_BUBBLES}.length + 1;  // behind the question's own; the answers before may say the same
  document.addEventListener("keydown", event => {{
    if (event.key === "Enter" && window.enterAt === null) window.enterAt = performance.now();
  }}, true);
  const look = () => {{
    const answer = {_BUBBLES}[next];
    if (window.enterAt !== null && answer && answer.innerText.includes(wanted)) {{
      window.firstAt = performance.now();
    }} else {{
      requestAnimationFrame(look);
    }}
  }};
  look();
}}"""
# The browser's own Event Timing: from the key to the frame that shows what it did. It tells none below 16 ms.
_TYPING = """() => {
  window.typed = [];
  new PerformanceObserver(list => {
    for (const event of list.getEntries()) if (event.name === "keydown") window.typed.push(event.duration);
  }).observe({type: "event", durationThreshold: 16});
}"""


@dataclass(frozen=True)
class Answer:
    """`characters` were on the page when it ended, or when it was given up: then it is not `whole`.

    `typing_ms` are the latencies of the keys that were pressed meanwhile, those below 16 ms as 16.
    """

    whole: bool
    seconds: float
    characters: int
    received_bytes: int
    typing_ms: Sequence[float]

    @property
    def typing_p50_ms(self) -> float:
        return statistics.median(self.typing_ms) if self.typing_ms else float("nan")


@dataclass
class Tab:
    page: Page
    received_bytes: int = field(default=0)

    @classmethod
    def opened(cls, window: BrowserContext, url: str) -> Tab:
        tab = cls(window.new_page())
        tab.page.on("websocket", lambda socket: socket.on("framereceived", tab._count))
        tab.page.goto(url, timeout=60_000)
        tab.until_usable()
        return tab

    def until_usable(self) -> None:
        self.page.locator(COMPOSER).wait_for(timeout=60_000)
        self.page.locator(RESTS).wait_for(timeout=60_000)

    def ask(self, question: str) -> None:
        box = self.page.locator(COMPOSER)
        box.fill(question)
        box.press("Enter")

    def first_token_s(self, question: str, wanted: str) -> float:
        """From Enter to the frame in which `wanted` stands in the answer."""
        self.page.evaluate(_CLOCK, wanted)
        self.ask(question)
        self.page.wait_for_function("() => window.firstAt !== null", timeout=60_000)
        self.until_usable()
        seconds: float = self.page.evaluate("(window.firstAt - window.enterAt) / 1000")
        return seconds

    def long_answer(self, question: str, ending: str) -> Answer:
        """Ask, and write the next question while the answer comes, a key every quarter of a second."""
        self.page.evaluate(_TYPING)
        before, began = self.received_bytes, time.monotonic()
        self.ask(question)
        pressed, seen, grew_at = 0, 0, began
        while time.monotonic() - grew_at < _GIVEN_UP_S:
            self.page.keyboard.press("a")
            pressed += 1
            length, ended = self._looked(ending)
            if ended:
                grew_at = time.monotonic()
                break
            if length > seen:
                seen, grew_at = length, time.monotonic()
            self.page.wait_for_timeout(250)
        else:
            ended = False
        told: list[float] = self.page.evaluate("window.typed")
        typing = [*told, *([16.0] * max(0, pressed - len(told)))]
        return Answer(ended, grew_at - began, self._looked(ending)[0], self.received_bytes - before, typing)

    def _looked(self, ending: str) -> tuple[int, bool]:
        script = (
            f"ending => {{ const text = {_ANSWER}?.innerText ?? ''; return [text.length, text.includes(ending)]; }}"
        )
        length, ended = self.page.evaluate(script, ending)
        return int(length), bool(ended)

    def _count(self, frame: Any) -> None:
        self.received_bytes += len(frame)
