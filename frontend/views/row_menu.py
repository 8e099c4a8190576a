"""What can be done with a conversation in the sidebar, and the questions before it is done.

Not in dialogs: a dialog is a fragment, whose clicks neither run the page nor get a turn before an answer that is being
followed has ended (Streamlit 1.67).
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from frontend import export, own_data
from frontend.history.records import Conversation
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.state import PageState

_ROW = "row"  # in the session: the conversation whose panel is open, and which panel
_PANELS = ("rename", "export", "delete")
# One line a row, whatever the title. The three dots are enough to see; a screen reader needs the words, which name the
# conversation.
_STYLE = """<style>
[class*="st-key-row-"] { flex-wrap: nowrap; }
[class*="st-key-row-"] [class*="st-key-open-"] { min-width: 0; }
[class*="st-key-row-"] [class*="st-key-open-"] button :is(div, span) { justify-content: flex-start; text-align: left; }
[class*="st-key-menu-"] { flex: none; }
[class*="st-key-menu-"] button > div > [aria-hidden="true"] { display: none; }
[class*="st-key-menu-"] button [data-testid="stMarkdownContainer"] {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
</style>"""


def style() -> None:
    """How rows look; Streamlit has no parameters for it (1.67)."""
    st.html(_STYLE)


def draw(page: Page, conversation: Conversation) -> None:
    """The menu. What it cannot do at once opens the panel."""
    t = page.t
    key = f"menu-{conversation.id}"
    names = {"pin": t("row.unpin" if conversation.pinned else "row.pin")}
    names |= {panel: t(f"row.{panel}") for panel in _PANELS}
    st.menu_button(
        t("row.menu", title=plain(conversation.title)),
        ["rename", "pin", "export", "delete"],
        key=key,
        format_func=names.__getitem__,
        icon=":material/more_horiz:",
        type="tertiary",
        on_click=_chosen,
        args=(page.state, key, conversation),
    )


def panel(page: Page, conversation: Conversation) -> None:
    """What was chosen in this conversation's menu, until it is done or called off."""
    place = st.empty()  # drawn in any case, so that it is cleared at once also while an answer is being followed
    open_row, name = page.state.session.get(_ROW, (None, ""))
    if open_row == conversation.id:
        with place.container(border=True, gap="small", key=f"panel-{name}"):
            _DRAW[name](page, conversation)


def _chosen(state: PageState, key: str, conversation: Conversation) -> None:
    action = state.session[key]
    _close(state)
    if action == "pin":
        state.wish("pin", conversation=conversation.id, pinned=not conversation.pinned)
    elif action in _PANELS:
        state.session[_ROW] = (conversation.id, action)


def _close(state: PageState) -> None:
    state.session.pop(_ROW, None)


def _rename(page: Page, conversation: Conversation) -> None:
    t, key = page.t, f"title-{conversation.id}"
    with st.form(f"rename-{conversation.id}", border=False, enter_to_submit=True):
        # Of any length, for the reason that `composer.py` gives: one that is too long is cut.
        st.text_input(t("row.title"), conversation.title, key=key)
        with st.container(horizontal=True):
            st.form_submit_button(
                t("row.save"), key="save_title", type="primary", on_click=_save, args=(page.state, conversation, key)
            )
            st.form_submit_button(t("row.cancel"), key="keep_title", on_click=_close, args=(page.state,))


def _save(state: PageState, conversation: Conversation, key: str) -> None:
    _close(state)
    state.wish("rename", conversation=conversation.id, title=state.session[key] or "")


def _export(page: Page, conversation: Conversation) -> None:
    t, chat = page.t, page.chat
    chosen = page.state.versions if page.state.conversation_id == conversation.id else {}

    def markdown() -> str:
        return export.to_markdown(t, own_data.told(chat, conversation), chosen, page.zone)

    def json() -> str:
        return export.to_json(own_data.told(chat, conversation))

    st.markdown(f"**{t('row.export_title')}**")
    _download(page, conversation, "Markdown", "md", markdown, "text/markdown")
    _download(page, conversation, "JSON", "json", json, "application/json")
    st.button(t("row.close"), key="close_export", on_click=_close, args=(page.state,), type="tertiary")


def _download(
    page: Page, conversation: Conversation, name: str, extension: str, content: Callable[[], str], kind: str
) -> None:
    st.download_button(
        page.t("row.download", format=name),
        content,
        file_name=export.file_name(conversation.title, page.t("export.untitled"), extension),
        mime=kind,
        key=f"download-{extension}",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def _delete(page: Page, conversation: Conversation) -> None:
    t = page.t
    st.markdown(f"**{t('row.delete_title')}**")
    st.markdown(t("row.delete_body", title=plain(conversation.title)))
    with st.container(horizontal=True):
        st.button(
            t("row.delete_confirm"),
            key=f"delete-{conversation.id}",
            icon=":material/delete_forever:",
            on_click=_confirmed,
            args=(page.state, conversation),
        )
        st.button(t("row.cancel"), key="keep", on_click=_close, args=(page.state,))


def _confirmed(state: PageState, conversation: Conversation) -> None:
    _close(state)
    state.wish("delete", conversation=conversation.id)


_DRAW: dict[str, Callable[[Page, Conversation], None]] = {"rename": _rename, "export": _export, "delete": _delete}
