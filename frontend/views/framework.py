"""What Streamlit leaves undone: its own words in the page's language, and what of it cannot be read or reached.

In: a translator. Out: two elements that take no room: a style (`assets/framework.css`), and scripts that do the rest in
the browser (`assets/framework.js`, and `assets/keyboard.js` for the keyboard). Streamlit 1.67 has no other language
than English (its issue 1353, open since 2020; 2026-11-22).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import streamlit as st

from frontend import browser_scripts, i18n

_AREA = "framework."
_STYLE = Path(__file__).parents[1] / "assets" / "framework.css"


def draw(t: i18n.Translator) -> None:
    st.html(_STYLE)
    words = browser_scripts.html("framework", language=t.language, words=_words(t.language))
    st.html(browser_scripts.html("keyboard") + words, unsafe_allow_javascript=True)


@cache
def _words(wanted: str) -> str:
    """For each text what it is to be, and what it may be now: any other language's, after a switch."""
    t = i18n.translator(wanted)
    others = [i18n.translator(language).texts for language in i18n.LANGUAGES if language != wanted]
    words = [[text, *(texts[key] for texts in others)] for key, text in t.texts.items() if key.startswith(_AREA)]
    return json.dumps(words)
