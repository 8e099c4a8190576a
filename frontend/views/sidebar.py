"""The sidebar: new chat, past conversations by date, language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from itertools import groupby

import streamlit as st

from frontend.history.records import Conversation
from frontend.history.table import HistoryError
from frontend.i18n import LANGUAGES
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.state import LANGUAGE_KEY
from frontend.views import errors


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


def _history(page: Page) -> None:
    t, shown = page.t, page.state.conversations_shown
    try:
        found = page.chat.conversations()
    except HistoryError as exc:
        errors.failure(t, exc.code, exc.message, None)
        return
    if not found:
        st.caption(t("sidebar.empty"))
    for group, conversations in groupby(found[:shown], key=lambda item: _group(item, page.zone)):
        with st.container(gap="xsmall"):
            st.caption(t(f"sidebar.{group}"))
            _rows(page, conversations)
    if len(found) > shown:
        st.button(t("sidebar.more"), on_click=page.state.show_more_conversations, type="tertiary")


def _rows(page: Page, conversations: Iterable[Conversation]) -> None:
    for conversation in conversations:
        is_open = page.state.conversation_id == conversation.id
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
            _delete(page, conversation)


def _delete(page: Page, conversation: Conversation) -> None:
    """The question before a conversation is removed.

    Not in a dialog: that is a fragment, whose clicks neither run the page nor get a turn before an answer that is
    being followed has ended (Streamlit 1.67).
    """
    t = page.t
    with st.popover(t("sidebar.delete"), icon=":material/delete:"):
        st.markdown(f"**{t('sidebar.delete_title')}**")
        st.markdown(t("sidebar.delete_body", title=plain(conversation.title)))
        st.button(
            t("sidebar.delete_confirm"),
            key=f"delete-{conversation.id}",
            icon=":material/delete_forever:",
            on_click=page.state.wish,
            args=("delete",),
            kwargs={"conversation": conversation.id},
        )


def _group(conversation: Conversation, zone: tzinfo) -> str:
    now = datetime.now(UTC).astimezone(zone).date()
    days = (now - conversation.updated_at.astimezone(zone).date()).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    return "last_week" if days < 7 else "older"
