"""Where questions are written, with pictures for a model that takes some, the four to start with, and Stop."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from frontend.images import MAX_FILE_MB
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.reading import Reading
from frontend.state import COMPOSER_KEY, PageState

STARTERS = ("question_1", "question_2", "question_3", "question_4")
_THUMBNAIL = 72


def draw(page: Page, *, is_live: bool) -> None:
    """The composer, at the root of the page: Streamlit follows a growing answer only then.

    It takes any length: Streamlit drops a text over `max_chars` whole when it is pasted, and says nothing (1.67). What
    is too long to be kept is given back with a notice.

    Call it outside any container. While a question is being answered the next one can be written, and is given back if
    it is sent: a composer that is disabled would lose the keyboard's focus with every question.
    """
    t, model = page.t, page.model
    name = model.id if model else ""
    blocked = model is None or not model.can_be_asked
    if is_live:
        placeholder = t("composer.placeholder_busy", model=name)
    else:
        placeholder = t("composer.placeholder_blocked") if blocked else t("composer.placeholder", model=name)
    if is_live:
        _stop(page)
    _attached(page)
    pictures: Literal["multiple", False] = "multiple" if model is not None and model.takes_images else False
    st.chat_input(
        placeholder,
        key=COMPOSER_KEY,
        disabled=blocked,
        accept_file=pictures,
        file_type="image" if pictures else None,
        max_upload_size=MAX_FILE_MB if pictures else None,
        on_submit=_submit,
        args=(page.state,),
    )


def starters(page: Page) -> None:
    """What an empty chat shows: whom one talks to, and four questions to begin with."""
    t, model = page.t, page.model
    st.space("medium")
    st.header(t("start.title"), anchor=False, text_alignment="center")
    if model is not None:
        st.markdown(
            t("start.subtitle", model=plain(model.id), deployment=plain(page.deployment.deployment)),
            text_alignment="center",
        )
    with st.container(key="starters", horizontal=True, horizontal_alignment="center"):
        for starter in STARTERS:
            question = t(f"start.{starter}")
            st.button(
                question,
                key=f"start-{starter}",
                on_click=page.state.wish,
                args=("ask",),
                kwargs={"text": question},
                disabled=model is None or not model.can_be_asked,
                width=330,
                wrap=True,
            )


def _stop(page: Page) -> None:
    with st.bottom, st.container(horizontal=True, horizontal_alignment="center"):
        st.button(
            page.t("composer.stop"),
            key="stop",
            icon=":material/stop_circle:",
            shortcut="Escape",
            help=page.t("composer.stop_help"),
            on_click=page.state.wish,
            args=("stop",),
            kwargs={"conversations": [page.state.conversation_id]},
        )


def _attached(page: Page) -> None:
    """The pictures that wait for the next question, because the last one could not be asked."""
    t, reading = page.t, Reading(page.state)
    if not reading.attached:
        return
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", gap="small", key="attached"):
        for place, image in enumerate(reading.attached, 1):
            st.image(image.data, width=_THUMBNAIL, alt=t("picture.alt", n=place))
        st.button(t("picture.remove"), key="remove-pictures", type="tertiary", on_click=reading.attach, args=((),))


def _submit(state: PageState) -> None:
    """Streamlit gives text alone, or text and files, as the composer takes files or not."""
    sent = state.session.get(COMPOSER_KEY)
    if sent is None:
        return
    text, files = (sent, ()) if isinstance(sent, str) else (sent.text, sent.files)
    if text.strip() or files:
        state.wish("ask", text=text.strip(), files=tuple(file.getvalue() for file in files))
