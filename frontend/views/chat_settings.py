"""The settings of one chat: its system prompt, and the parameters that its model takes.

In: the settings as they are. Out: a popover, and what was chosen in it as a wish `configure`, applied at once.
"""

from __future__ import annotations

from typing import Any, cast

import streamlit as st

from frontend import parameters
from frontend.history.records import ChatSettings
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.parameters import Parameter
from frontend.reading import Reading
from frontend.wire import ModelInfo


def draw(page: Page, settings: ChatSettings) -> None:
    """The popover. Its fields begin with `settings`, and change what the chat's next questions are asked with."""
    t, key = page.t, f"settings-{page.state.conversation_id or 'new'}"
    shown = parameters.offered([page.model] if page.model is not None else [])
    number = len(settings.parameters) + bool(settings.system_prompt)
    label = t.count("chat_settings.title_changed", number) if number else t("chat_settings.title")
    with st.popover(label, icon=":material/tune:", key="chat-settings"):
        st.text_area(
            t("chat_settings.system_prompt"),
            key=f"{key}-system",
            value=settings.system_prompt,
            placeholder=t("chat_settings.system_prompt_hint"),
            on_change=_changed,
            args=(page, key, settings, shown),
        )
        with st.container(horizontal=True):
            for parameter in shown:
                _number(page, key, parameter, settings, shown)
        _not_taken(page, settings)
        st.button(
            t("chat_settings.reset"),
            key=f"{key}-reset",
            type="tertiary",
            icon=":material/restart_alt:",
            disabled=number == 0,
            on_click=_reset,
            args=(page, key),
        )


def notice(page: Page, settings: ChatSettings) -> None:
    """Says on the page, and not only in the popover, what of the settings the chosen model does not get."""
    with st.empty().container():
        _not_taken(page, settings)


def _number(page: Page, key: str, parameter: Parameter, settings: ChatSettings, shown: tuple[Parameter, ...]) -> None:
    t, model = page.t, cast(ModelInfo, page.model)
    told = model.defaults.get(parameter.name)
    # Streamlit wants bounds, step and value of one type; `Any` because its overloads do not know a choice between them.
    bounds: dict[str, Any] = {"min_value": parameter.least, "max_value": parameter.most, "step": parameter.step}
    st.number_input(
        t(f"chat_settings.{parameter.name}"),
        key=f"{key}-{parameter.name}",
        value=settings.parameters.get(parameter.name),
        placeholder=t("chat_settings.default")
        if told is None
        else t("chat_settings.default_is", value=t.exactly(told)),
        help=t(f"chat_settings.{parameter.name}_help"),
        format="%d" if parameter.is_whole else "%g",
        on_change=_changed,
        args=(page, key, settings, shown),
        width=200,
        **bounds,
    )


def _not_taken(page: Page, settings: ChatSettings) -> None:
    names = parameters.not_taken(settings, page.model) if page.model is not None else ()
    if names and page.model is not None:
        t = page.t
        listed = ", ".join(t(f"chat_settings.{name}") for name in names)
        st.caption(t("chat_settings.not_taken", names=listed, model=plain(page.model.id)))


def _changed(page: Page, key: str, before: ChatSettings, shown: tuple[Parameter, ...]) -> None:
    session = page.state.session
    values = {each.name: session.get(f"{key}-{each.name}") for each in shown}
    before = Reading(page.state).settings or before  # two fields may have changed before this run
    _choose(page, parameters.chosen(before, session.get(f"{key}-system") or "", values, shown))


def _reset(page: Page, key: str) -> None:
    for parameter in parameters.PARAMETERS:
        if f"{key}-{parameter.name}" in page.state.session:
            page.state.session[f"{key}-{parameter.name}"] = None
    page.state.session[f"{key}-system"] = ""
    _choose(page, ChatSettings())


def _choose(page: Page, settings: ChatSettings) -> None:
    Reading(page.state).choose(settings)
    page.state.wish("configure")
