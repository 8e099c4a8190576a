"""The sidebar: deployment, new chat, past conversations, language, who is signed in."""

from __future__ import annotations

import streamlit as st

from frontend.i18n import LANGUAGES
from frontend.page import Page
from frontend.state import LANGUAGE_KEY
from frontend.views import deployment_picker, history_list, sign_in


def draw(page: Page) -> None:
    t = page.t
    with st.sidebar:
        deployment_picker.draw(t, page.state, page.deployments, page.deployment.deployment)
        st.button(
            t("sidebar.new_chat"),
            key="new_chat",
            icon=":material/edit_square:",
            on_click=history_list.open_chat,
            args=(page.state, None),
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
        history_list.draw(page)
        sign_in.sign_out_button(t, page.state, page.user)
