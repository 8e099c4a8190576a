"""Past conversations in the sidebar: by date, or those that a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend import search
from frontend.history.records import Conversation
from frontend.history.search import SEARCHED, Hit, Remembered, by_message, by_title
from frontend.history.table import HistoryError
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.search import Piece, Query
from frontend.state import PageState
from frontend.views import errors, row_menu

_SEARCH_KEY = "search"
_FOUND = "found"  # in the session: what the last search has read
_AREA = "history_area"  # in the session: which rows were drawn, and in which of two places


def draw(page: Page) -> None:
    try:
        _draw(page, page.conversations)
    except HistoryError as exc:
        errors.failure(page.t, exc.code, exc.message, None)


def open_chat(state: PageState, conversation_id: str | None) -> None:
    """Show this conversation, an empty one for None, on the page Chat: after what was asked for before."""
    state.wish("open", conversation=conversation_id)


def _draw(page: Page, conversations: Sequence[Conversation]) -> None:
    t = page.t
    if not conversations:
        st.caption(t("sidebar.empty"))
        return
    row_menu.style()
    typed = st.text_input(
        t("sidebar.search"),
        key=_SEARCH_KEY,
        type="search",
        live="400ms",
        placeholder=t("sidebar.search"),
        label_visibility="collapsed",
    )
    query = search.query(typed or "")
    titles = by_title(conversations, query) if query else tuple(map(Hit, conversations))
    shown = titles[: page.state.conversations_shown]
    with _area(page.state, (query.words, tuple(hit.conversation.id for hit in shown))):
        if query:
            _found(page, conversations, query, shown)
        else:
            _by_date(page, shown)
        if len(titles) > len(shown):
            st.button(page.t("sidebar.more"), key="more", on_click=page.state.show_more_conversations, type="tertiary")


def _area(state: PageState, listed: object) -> DeltaGenerator:
    """Where the rows go: one of two places, the other one empty, the other way round when other rows are listed.

    For the reason that `chat_page.py` gives: a run that follows an answer ends late, and until then the browser keeps
    what it did not draw.
    """
    before, side = state.session.get(_AREA, (None, 0))
    side = side if before == listed else 1 - side
    state.session[_AREA] = (listed, side)
    sides = (st.empty(), st.empty())
    return sides[side].container()


def _by_date(page: Page, shown: Sequence[Hit]) -> None:
    for name, group in groupby(shown, key=lambda hit: _group(page, hit.conversation)):
        with st.container(gap="xsmall"):
            st.caption(name)
            for hit in group:
                _row(page, hit, search.query(""))


def _found(page: Page, conversations: Sequence[Conversation], query: Query, titles: Sequence[Hit]) -> None:
    """The titles at once, and what is in messages when it has been read."""
    t = page.t
    for hit in titles:
        _row(page, hit, query)
    remembered = page.state.session.get(_FOUND)
    if not isinstance(remembered, Remembered):
        remembered = Remembered(query, {})
    if remembered.query != query:
        remembered = remembered.narrowed(query)
    page.state.session[_FOUND] = remembered
    messages = by_message(conversations, query, page.chat.read, remembered)
    if messages:
        st.caption(t("sidebar.in_messages"))
    for hit in messages:
        _row(page, hit, query)
    if not titles and not messages:
        st.caption(t("sidebar.nothing_found"))
    if len(conversations) > SEARCHED:
        st.caption(t("sidebar.searched", n=t.number(SEARCHED)))


def _row(page: Page, hit: Hit, query: Query) -> None:
    conversation = hit.conversation
    title = _label(query.mark(conversation.title))
    is_open = page.state.conversation_id == conversation.id
    with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", key=f"row-{conversation.id}"):
        st.button(
            f"**{title}**" if is_open else title,
            key=f"open-{conversation.id}",
            on_click=open_chat,
            args=(page.state, conversation.id),
            type="tertiary",
            width="stretch",
            wrap=False,
        )
        row_menu.draw(page, conversation)
    if hit.excerpt:
        st.caption(_label(hit.excerpt))
    row_menu.panel(page, conversation)


def _label(pieces: Sequence[Piece]) -> str:
    """Markdown that shows the pieces letter by letter, those that match marked."""
    return "".join(
        f":primary-background[{_letters(piece.text)}]" if piece.is_match else _letters(piece.text) for piece in pieces
    )


def _letters(text: str) -> str:
    """`text`, with the spaces at its ends that a piece of a line needs."""
    core = text.strip()
    return text.replace(core, plain(core), 1) if core else text


def _group(page: Page, conversation: Conversation) -> str:
    """The name of the group that it stands in: pinned, a recent day, or a month."""
    t = page.t
    if conversation.pinned:
        return t("sidebar.pinned")
    used = conversation.updated_at.astimezone(page.zone).date()
    days = (datetime.now(UTC).astimezone(page.zone).date() - used).days
    if days <= 0:
        return t("sidebar.today")
    if days == 1:
        return t("sidebar.yesterday")
    return t("sidebar.last_week") if days < 7 else t(f"month.{used.month}", year=used.year)
