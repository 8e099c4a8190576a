"""What the page tells the browser for those who do not see it: its language, and that an answer began or ended.

In: a language and a sentence. Out: HTML for `st.html`, whose script sets `<html lang>` and puts the sentence into one
polite live region that stays: a region that comes with its text, as anything Streamlit draws does, is often not read.
Separate because the page's security policy (`asgi.py`) allows this script by its hash: its text never changes, and what
varies is in its attributes.
"""

from __future__ import annotations

from html import escape

# A block of its own: the script runs once for every sentence, and a name can be declared only once in a page.
SCRIPT = """{
  const told = document.currentScript.dataset;
  document.documentElement.lang = told.language;
  let region = document.getElementById("terrachat-status");
  if (!region) {
    region = document.createElement("div");
    region.id = "terrachat-status";
    region.setAttribute("role", "status");
    region.style = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)";
    document.body.append(region);
  }
  if (region.textContent !== told.sentence) region.textContent = told.sentence;
}"""


def html(language: str, sentence: str) -> str:
    """The element that says `sentence`; an empty one says nothing."""
    return f'<script data-language="{escape(language)}" data-sentence="{escape(sentence)}">{SCRIPT}</script>'
