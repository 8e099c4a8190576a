"""What a page says, as a scan of it sees it: every text, name, title and hint that Streamlit or we wrote.

In: an open page. Out: strings, and those among them that are of the wrong language. Separate because several checks
ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from playwright.sync_api import Page

from frontend import i18n

# Every text and every attribute that is shown or read out, but what models and users wrote (the bubbles' own Markdown),
# pictures of words (Material icons), and what is hidden from everybody.
_SAID = """() => {
  const said = new Set();
  const hidden = (element) => element.closest("script, style, noscript, [aria-hidden=true]");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || hidden(parent) || parent.closest("[data-testid=stIconMaterial]")) continue;
    const block = parent.closest("p, h1, h2, h3, h4, h5, h6, li, td, th, button, label, summary, option");
    const copy = (block || walker.currentNode).cloneNode(true);
    if (!block) { said.add(copy.data.trim()); continue; }
    copy.querySelectorAll("[data-testid=stIconMaterial], [role=img], [aria-hidden=true]").forEach((e) => e.remove());
    said.add(copy.textContent.replace(/\\s+/g, " ").trim());
  }
  for (const element of document.body.querySelectorAll("*")) {
    if (hidden(element)) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description"])
      said.add((element.getAttribute(name) || "").trim());
  }
  said.delete("");
  return [...said];
}"""
_VARIABLE = re.compile(r"\{\w+\}")
_MARKUP = re.compile(r"[`*\\]")


def said(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_SAID)
    return found


def leftovers(strings: Iterable[str], language: str, allowed: Sequence[str]) -> list[str]:
    """The strings that another language's catalogue has and that of `language` has not, but for the `allowed`."""
    own = [_pattern(text) for text in i18n.translator(language).texts.values()]
    others = [
        _pattern(text)
        for other in i18n.LANGUAGES
        if other != language
        for key, text in i18n.translator(other).texts.items()
        if text != i18n.translator(language).texts[key] and _has_words(text)
    ]
    parts = {part for string in strings for part in (string, *string.split(" · "))}
    return sorted(
        part
        for part in parts - set(allowed)
        if any(pattern.fullmatch(part) for pattern in others) and not any(pattern.fullmatch(part) for pattern in own)
    )


def _pattern(text: str) -> re.Pattern[str]:
    """What a text of the catalogue looks like on the page: without its Markdown, and with anything for a variable."""
    literal = [re.escape(_MARKUP.sub("", part)) for part in _VARIABLE.split(" ".join(text.split()))]
    return re.compile(".*".join(literal))


def _has_words(text: str) -> bool:
    return re.search(r"[^\W\d]{3}", _VARIABLE.sub("", text)) is not None
