"""The sidebar: new chat, past conversations by date, language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from frontend.history import HistoryError
from frontend.i18n import LANGUAGES
from frontend.markdown_safe import plain
from frontend.records import Conversation
from frontend.state import LANGUAGE_KEY
from frontend.views import errors
from frontend.views.page import Page


def draw(page: Page) -> None:
    t = page.t
    with st.sidebar:
        st.button(
            t("sidebar.new_chat"),
            icon=":material/edit_square:",
            on_click=page.state.open,
            args=(None,),
            width="stretch",
            shortcut="Ctrl+Shift+O",
        )
        st.segmented_control(
            t("language.label"),
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key=LANGUAGE_KEY,
            on_change=page.state.remember_language,
            required=True,
            label_visibility="collapsed",
        )
        _history(page)


def confirm_delete(page: Page) -> None:
    """The question before a conversation is removed, if it was asked for."""
    conversation = page.conversation
    if conversation is None or page.state.deleting != conversation.id:
        return
    t, state = page.t, page.state

    def close(delete: bool) -> None:
        state.ask_to_delete(None)
        if delete:
            state.wish("delete", conversation.id)

    @st.dialog(t("sidebar.delete_title"), on_dismiss=lambda: state.ask_to_delete(None))
    def ask() -> None:
        st.write(t("sidebar.delete_body", title=plain(conversation.title)))
        with st.container(horizontal=True):
            st.button(t("sidebar.delete_confirm"), icon=":material/delete_forever:", on_click=close, args=(True,))
            st.button(t("sidebar.delete_cancel"), on_click=close, args=(False,))

    ask()


def _history(page: Page) -> None:
    t, shown = page.t, page.state.conversations_shown
    try:
        found = page.chat.conversations(shown + 1)
    except HistoryError as exc:
        errors.failure(t, exc.code, exc.message, None)
        return
    if not found:
        st.caption(t("sidebar.empty"))
    for group, conversations in groupby(found[:shown], key=lambda item: _group(item, _timezone())):
        with st.container(gap="xsmall"):
            st.caption(t(f"sidebar.{group}"))
            _rows(page, conversations)
    if len(found) > shown:
        st.button(t("sidebar.more"), on_click=page.state.show_more_conversations, type="tertiary")


def _rows(page: Page, conversations: Iterable[Conversation]) -> None:
    for conversation in conversations:
        is_open = page.conversation is not None and page.conversation.id == conversation.id
        title = plain(conversation.title)
        st.button(
            f"**{title}**" if is_open else title,
            key=f"open-{conversation.id}",
            on_click=page.state.open,
            args=(conversation.id,),
            type="tertiary",
            wrap=False,
        )
        if is_open:
            st.button(
                page.t("sidebar.delete"),
                key=f"delete-{conversation.id}",
                icon=":material/delete:",
                on_click=page.state.ask_to_delete,
                args=(conversation.id,),
            )


def _group(conversation: Conversation, zone: tzinfo) -> str:
    now = datetime.now(UTC).astimezone(zone).date()
    days = (now - conversation.updated_at.astimezone(zone).date()).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    return "last_week" if days < 7 else "older"


def _timezone() -> tzinfo:
    """The browser's, so that `today` is the reader's today."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
