"""What those meet who cannot see the page well: axe-core's findings in every look, and the headings in their order.

In: an open page. Out: the findings as text, empty where all is well. Separate because the five pages and the sign-in
page, which has a server of its own, are looked at in the same way.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from frontend import i18n
from tests.browser.conftest import RESTS

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_GRAVE = {"serious", "critical"}
_LEVELS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6, [role=heading]")]
    .filter((heading) => heading.checkVisibility())
    .map((heading) => Number(heading.ariaLevel || heading.tagName.slice(1)))"""


def settle(page: Page) -> None:
    """Wait until everything is drawn: Streamlit fades what a run has not drawn yet."""
    page.locator(RESTS).wait_for()
    expect(page.locator("[data-stale=true]")).to_have_count(0)


def findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical, light and dark in both languages, with the elements.

    One load is enough: Streamlit follows the system's colours at once (1.67), and the languages are a click apart.
    """
    found = []
    for language, name in i18n.LANGUAGES.items():
        page.get_by_role("radio", name=name).locator("visible=true").first.click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
            settle(page)
            found += [f"{language}, {scheme}: {violation}" for violation in _violations(page)]
    return found


def _violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": _RULES}).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]}" for rule in found if rule["impact"] in _GRAVE for node in rule["nodes"]
    ]


def heading_faults(page: Page) -> list[str]:
    """What is wrong with the headings: one is the page's and comes first, and no level is passed over."""
    settle(page)
    levels: list[int] = page.evaluate(_LEVELS)
    skipped = [f"{before} then {after}" for before, after in pairwise(levels) if after > before + 1]
    first = [] if levels[:1] == [1] and levels.count(1) == 1 else [f"not one, and first: {levels}"]
    return first + skipped
