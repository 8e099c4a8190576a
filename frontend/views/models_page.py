"""The page Models: what is deployed, whether it can be asked, and what to do where it cannot.

In: the page, and what filters its address holds. Out: a list that follows its models by itself. Rows are containers and
not a table widget, which draws on a canvas that neither a screen reader nor a narrow window can use.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from frontend import announcement
from frontend.markdown_safe import plain
from frontend.model_list import ModelList
from frontend.page import Page
from frontend.trials import Trial
from frontend.views import errors, model_row
from frontend.views.model_picker import brand
from frontend.views.model_words import ICONS, age, state_of
from frontend.wire import ModelInfo, SourceState
from frontend.wishes.models import TRIALS_KEY

FOLLOW_S = 5  # ages and statuses are drawn anew
TESTING_S = 0.5  # while a test runs its end is looked for

TEXT_KEY, PROVIDER_KEY, STATUS_KEY = "models-q", "models-provider", "models-status"
_PARAMETERS = {TEXT_KEY: "q", PROVIDER_KEY: "provider", STATUS_KEY: "status"}


def draw(page: Page) -> None:
    """Heading, notices, filters, and below them what changes by itself."""
    t = page.t
    brand(page, announcement.html(t.language, ""))
    st.title(t("models.title"), anchor=False)
    with st.empty().container():
        errors.notices(t, page.state)
    _filters(page)

    @st.fragment(run_every=FOLLOW_S)
    def follow() -> None:
        _list(page, page.watch.current())

    follow()
    _await_trials(_running(page))


def _await_trials(running: Sequence[Trial]) -> None:
    """Draw the page anew when one of the tests ends. A fragment of its own: the list need not be drawn to look."""

    @st.fragment(run_every=TESTING_S)
    def look() -> None:
        if any(trial.state != "running" for trial in running):
            st.rerun()

    if running:
        look()


def _running(page: Page) -> Sequence[Trial]:
    return [trial for trial in _trials(page).values() if trial.state == "running"]


def _trials(page: Page) -> dict[str, Trial]:
    trials: dict[str, Trial] = page.state.session.get(TRIALS_KEY, {})
    return trials


def _filters(page: Page) -> None:
    t, session = page.t, page.state.session
    for key, parameter in _PARAMETERS.items():
        session.setdefault(key, page.state.query.get(parameter))
    if session[STATUS_KEY] not in ICONS:
        session[STATUS_KEY] = None
    providers = sorted({model.provider for model in page.models} | ({session[PROVIDER_KEY]} - {None}))
    with st.container(horizontal=True, vertical_alignment="bottom", key="model-filters"):
        st.text_input(
            t("models.filter_text"),
            key=TEXT_KEY,
            placeholder=t("models.filter_placeholder"),
            on_change=_remember,
            args=(page,),
            type="search",
            live=True,
            width=260,
        )
        st.selectbox(
            t("models.filter_provider"),
            providers,
            index=None,
            key=PROVIDER_KEY,
            placeholder=t("models.any"),
            on_change=_remember,
            args=(page,),
            width=200,
        )
        st.selectbox(
            t("models.filter_status"),
            list(ICONS),
            index=None,
            key=STATUS_KEY,
            format_func=lambda state: f"{ICONS.get(state, '?')} {t(f'status.{state}')}" if state in ICONS else state,
            placeholder=t("models.any"),
            on_change=_remember,
            args=(page,),
            width=200,
        )
        st.button(t("picker.refresh"), icon=":material/refresh:", on_click=page.watch.refresh)


def _remember(page: Page) -> None:
    session = page.state.session
    for key, parameter in _PARAMETERS.items():
        page.state.put(parameter, session.get(key))


def _list(page: Page, listed: ModelList) -> None:
    _sources(page, listed)
    shown = [model for model in listed.models if _fits(page, model)]
    if not listed.models:
        _nothing(page, listed)
        return
    if not shown:
        st.info(page.t("models.none_fit"), icon=":material/filter_alt_off:")
    st.caption(page.t.count("models.count", len(shown), total=page.t.number(len(listed.models))))
    for model in shown:
        model_row.draw(page, model, listed.failure, _trials(page).get(model.id))


def _fits(page: Page, model: ModelInfo) -> bool:
    session = page.state.session
    words = (session.get(TEXT_KEY) or "").casefold().split()
    text = f"{model.id} {model.provider} {model.region or ''}".casefold()
    provider, status = session.get(PROVIDER_KEY), session.get(STATUS_KEY)
    return (
        all(word in text for word in words) and provider in (None, model.provider) and status in (None, state_of(model))
    )


def _nothing(page: Page, listed: ModelList) -> None:
    """No models: nobody could say which there are, or there are none."""
    t = page.t
    if listed.failure is not None:
        st.info(t("models.unreachable"), title=t("models.unreachable_title"), icon=":material/cloud_off:")
    else:
        st.info(t("picker.none"), title=t("picker.none_title"), icon=":material/deployed_code:")


def _sources(page: Page, listed: ModelList) -> None:
    """One line where all sources answered, else which did not, and why."""
    t, failing = page.t, listed.failing
    if not failing:
        checked = age(t, listed.checked_at)
        st.caption(t("sources.ok", names=", ".join(_name(page, one) for one in listed.sources), age=checked))
        return
    lines = [
        f"- **{_name(page, one)}**: {plain(one.reason or t('sources.no_reason'))} ({age(t, one.checked_at)})"
        for one in failing
    ]
    is_all = len(failing) == len(listed.sources)
    kind = "all" if is_all else "some"
    show = st.error if is_all else st.warning
    show(
        "\n".join([t(f"sources.{kind}"), "", *lines]),
        title=t(f"sources.{kind}_title"),
        icon=":material/cloud_off:",
    )
    if st.button(t("sources.retry"), icon=":material/refresh:", key="sources-retry"):
        page.watch.refresh()
        st.rerun()


def _name(page: Page, source: SourceState) -> str:
    """What the source is called: its kind in the page's language, and where it is."""
    kind, _, place = source.source.partition(" ")
    known = page.t(f"sources.names.{kind}") if page.t.has(f"sources.names.{kind}") else plain(kind)
    return f"{known} {plain(place)}" if place else known
