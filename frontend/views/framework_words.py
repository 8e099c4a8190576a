"""Streamlit's own words in the page's language, and the language that the page says it is in.

In: a translator. Out: an element that takes no room, whose script (`assets/framework_words.js`) does it in the browser:
Streamlit 1.67 has no other language than English (issue 1353, open since 2020; 2026-11-22).
"""

from __future__ import annotations

import json

import streamlit as st

from frontend import browser_scripts, i18n

_AREA = "framework."


def draw(t: i18n.Translator) -> None:
    st.html(browser_scripts.html("framework_words", language=t.language, words=_words(t)), unsafe_allow_javascript=True)


def _words(t: i18n.Translator) -> str:
    """For each text what it is to be, and what it may be now: any other language's, after a switch."""
    others = [i18n.translator(language).texts for language in i18n.LANGUAGES if language != t.language]
    return json.dumps([[text, *(texts[key] for texts in others)] for key, text in t.texts.items() if _is_word(key)])


def _is_word(key: str) -> bool:
    return key.startswith(_AREA)
