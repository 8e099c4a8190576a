"""The page Settings: language, default model, keyboard, the user's own data, and what this is."""

from __future__ import annotations

from contextlib import suppress
from importlib import metadata

import streamlit as st

from frontend import announcement, export, own_data, search
from frontend.history.preferences import Preferences, PreferenceStore
from frontend.history.table import HistoryError
from frontend.i18n import LANGUAGES
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.state import PageState
from frontend.views import errors
from frontend.views.model_picker import brand

_FIRST = ""  # no default model
_MODEL_KEY, _LANGUAGE_KEY, _WORD_KEY = "default_model", "kept_language", "erase_word"


def draw(page: Page) -> None:
    t = page.t
    brand(page, announcement.html(t.language, ""))
    st.title(t("settings.title"), anchor=False)
    errors.notices(t, page.state)
    try:
        kept = PreferenceStore(page.table).read(page.owner)
    except HistoryError as exc:
        errors.failure(t, exc.code, exc.message, None)
        return
    _language(page)
    _default_model(page, kept)
    st.header(t("settings.keys"), anchor=False)
    st.markdown(t("settings.keys_table"))
    _data(page)
    _about(page)


def _language(page: Page) -> None:
    t, state = page.t, page.state
    st.header(t("settings.language"), anchor=False)
    state.session[_LANGUAGE_KEY] = t.language
    st.selectbox(
        t("settings.language_label"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key=_LANGUAGE_KEY,
        help=t("settings.language_help"),
        on_change=_keep_language,
        args=(state,),
    )
    st.caption(t("settings.theme"))


def _keep_language(state: PageState) -> None:
    language = state.session[_LANGUAGE_KEY]
    state.put("lang", language)
    state.wish("prefer", language=language)


def _default_model(page: Page, kept: Preferences) -> None:
    t, state, model = page.t, page.state, kept.default_model
    listed = [model.id for model in page.models]
    gone = [model] if model is not None and model not in listed else []
    st.header(t("settings.model"), anchor=False)
    state.session[_MODEL_KEY] = model or _FIRST

    def name(model: str) -> str:
        if model == _FIRST:
            return t("settings.model_first")
        return t("settings.model_gone", model=model) if model in gone else model

    st.selectbox(
        t("settings.model_label"),
        [_FIRST, *listed, *gone],
        format_func=name,
        key=_MODEL_KEY,
        help=t("settings.model_help"),
        on_change=_keep_model,
        args=(state,),
    )


def _keep_model(state: PageState) -> None:
    state.wish("prefer", default_model=state.session[_MODEL_KEY] or None)


def _data(page: Page) -> None:
    t, days, chat = page.t, page.deployment.conversation_days, page.chat
    st.header(t("settings.data"), anchor=False)
    st.markdown(t("settings.owner_only"))
    st.markdown(t("settings.kept_forever") if days is None else t.count("settings.kept", days))
    untitled = t("export.untitled")
    st.download_button(
        t("settings.download"),
        lambda: own_data.everything(chat, untitled),
        file_name=export.file_name(t("settings.download_file"), untitled, "zip"),
        mime="application/zip",
        key="download_all",
        icon=":material/download:",
        help=t("settings.download_help"),
        on_click="ignore",
    )
    with st.expander(t("settings.erase"), icon=":material/delete_forever:"):
        _erase(page)


def _erase(page: Page) -> None:
    """The question before everything is removed, with a word to type: one click too many must not do it."""
    t, word = page.t, page.t("settings.erase_word")
    st.markdown(f"**{t('settings.erase_title')}**")
    st.markdown(t("settings.erase_body"))
    typed = st.text_input(t("settings.erase_label", word=word), key=_WORD_KEY, live="200ms", autocomplete="off")
    st.button(
        t("settings.erase_confirm"),
        key="erase",
        type="primary",
        icon=":material/delete_forever:",
        disabled=search.fold((typed or "").strip()) != search.fold(word),
        on_click=_erased,
        args=(page.state,),
    )


def _erased(state: PageState) -> None:
    state.session[_WORD_KEY] = ""
    state.wish("erase")


def _about(page: Page) -> None:
    t, deployment = page.t, page.deployment
    st.header(t("settings.about"), anchor=False)
    where = "settings.local" if deployment.is_local else "settings.deployment"
    lines = [t(where, name=plain(deployment.deployment), region=plain(deployment.region)), t("settings.source")]
    with suppress(metadata.PackageNotFoundError):  # run from a folder that nobody installed: it has no version to tell
        lines = [t("settings.version", version=plain(metadata.version("terrachat"))), *lines]
    st.markdown("  \n".join(lines))
