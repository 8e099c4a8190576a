"""What the page tells the browser for those who do not see it: its language, and that an answer began or ended.

In: a language and a sentence. Out: HTML for `st.html`, whose script (`assets/announcement.js`) sets `<html lang>` and
puts the sentence into one polite live region that stays: a region that comes with its text, as anything Streamlit draws
does, is often not read.
"""

from __future__ import annotations

from frontend import browser_scripts


def html(language: str, sentence: str) -> str:
    """The element that says `sentence`; an empty one says nothing."""
    return browser_scripts.html("announcement", language=language, sentence=sentence)
