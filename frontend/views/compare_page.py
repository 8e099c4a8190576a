"""The page Compare: two to four models side by side, asked at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend import announcement, compare_state
from frontend.comparisons import FEWEST, MOST, Comparisons, Round, best, grown
from frontend.history.comparisons import Comparison
from frontend.history.records import ChatSettings
from frontend.history.table import HistoryError
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.state import COMPOSER_KEY, PageState
from frontend.turn import Turn
from frontend.views import compare_pane, compare_settings, errors
from frontend.views.compare_pane import Side
from frontend.views.growing import Growing
from frontend.views.model_picker import brand
from frontend.views.model_words import label, reason
from frontend.wire import ModelInfo

FOLLOW_S = 2
FEW = 5
_SHOWN = "comparisons_shown"


def draw(page: Page) -> None:
    """Everything, and then the answers that are being written for as long as they are."""
    comparisons = Comparisons(page.chat)
    try:
        comparison = _opened(page, comparisons)
        live = comparisons.live(comparison) if comparison is not None else {}
        rounds = comparisons.rounds(comparison) if comparison is not None else ()
        past = comparisons.list_comparisons() if comparison is None else ()
    except HistoryError as exc:
        _header(page, "")
        errors.failure(page.t, exc.code, exc.message, None)
        return
    if comparison is None:
        models = compare_state.choose(page.state, page.models)
        compare_state.fill_form(page.state, None, ChatSettings)
    else:
        models = _models_of(page, comparison)
        compare_state.fill_form(page.state, comparison.id, lambda: comparisons.settings(comparison))
        page.state.put("m", ",".join(pane.model for pane in comparison.panes))
    _header(page, _sentence(page, comparison, rounds))
    with _area(page.state):
        if comparison is None:
            _choice(page, models)
            _past(page, past)
            writers: Sequence[Growing | None] = ()
        else:
            _about(page, comparison, models)
            writers = [
                each for number in range(len(rounds)) for each in _round(page, comparison, rounds[number], number)
            ]
    _composer(page, comparison, models, live)
    pulse = st.empty()
    if comparison is not None and rounds:
        _follow(page, comparisons, comparison, rounds, live, writers[-len(comparison.panes) :], pulse)


def _header(page: Page, sentence: str) -> None:
    brand(page, announcement.html(page.t.language, sentence))
    st.title(page.t("compare.title"), anchor=False)
    with st.empty().container():
        errors.notices(page.t, page.state)


def _sentence(page: Page, comparison: Comparison | None, rounds: Sequence[Round]) -> str:
    """What a screen reader is told: that the answers begin, and that all have ended, once each."""
    if comparison is None or not rounds:
        return ""
    is_live = any(turn is not None and turn.is_live for turn in rounds[-1].answers)
    if not compare_state.has_seen_begin(page.state, comparison, is_live=is_live):
        return ""
    return page.t("compare.announce_live" if is_live else "compare.announce_done")


def _area(state: PageState) -> DeltaGenerator:
    """Where the comparison goes: one of two places, for the reason that `chat_page.py` gives."""
    sides = (st.empty(), st.empty())
    return sides[compare_state.side_of_page(state)].container()


def _opened(page: Page, comparisons: Comparisons) -> Comparison | None:
    """The open comparison. One that is not there leaves a notice and the choice of models."""
    run = compare_state.open_run(page.state)
    found = comparisons.find(run) if run is not None else None
    if run is not None and found is None:
        compare_state.show(page.state, None)
        page.state.notify("compare.not_found")
    return found


def _models_of(page: Page, comparison: Comparison) -> tuple[ModelInfo, ...]:
    """The models of the panes that can still be asked from here, as far as they are deployed."""
    by_id = {model.id: model for model in page.models}
    return tuple(by_id[pane.model] for pane in comparison.panes if pane.model in by_id and not pane.continued)


def _choice(page: Page, models: Sequence[ModelInfo]) -> None:
    t = page.t
    by_id = {model.id: model for model in page.models}
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare-choice"):
        st.multiselect(
            t("compare.models", fewest=FEWEST, most=MOST),
            list(by_id),
            key=compare_state.MODELS_KEY,
            format_func=lambda model_id: label(t, by_id[model_id]) if model_id in by_id else model_id,
            max_selections=MOST,
            placeholder=t("compare.placeholder_models"),
            select_all=False,
        )
        compare_settings.draw(page, models)
    for model in models:
        if not model.can_be_asked:
            st.warning(
                f"{reason(t, model, page.model_list.failure)}\n\n{t('compare.others_run')}",
                title=plain(model.id),
                icon=":material/hourglass_top:",
            )


def _past(page: Page, past: Sequence[Comparison]) -> None:
    t, shown = page.t, int(page.state.session.get(_SHOWN, FEW))
    if not past:
        st.caption(t("compare.empty"))
        return
    st.header(t("compare.past"), anchor=False)
    for comparison in past[:shown]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                plain(comparison.title),
                key=f"open-{comparison.id}",
                on_click=page.state.wish,
                args=("compare_show",),
                kwargs={"comparison": comparison.id},
                type="tertiary",
                wrap=False,
            )
            names = ", ".join(pane.model for pane in comparison.panes)
            st.caption(plain(f"{names} · {t.moment(comparison.created_at.astimezone(page.zone))}"), width="content")
            _delete(page, comparison)
    if len(past) > shown:
        more = page.state.session.__setitem__
        st.button(t("compare.more"), key="compare-more", on_click=more, args=(_SHOWN, shown + 20), type="tertiary")


def _about(page: Page, comparison: Comparison, models: Sequence[ModelInfo]) -> None:
    t = page.t
    st.header(plain(comparison.title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", key="compare-about"):
        st.button(
            t("compare.new"),
            key="compare-new",
            icon=":material/add:",
            on_click=page.state.wish,
            args=("compare_show",),
            kwargs={"comparison": None},
        )
        compare_settings.draw(page, models)
        _delete(page, comparison)


def _delete(page: Page, comparison: Comparison) -> None:
    """The question before a comparison is removed; not in a dialog, for the reason that `sidebar.py` gives."""
    t = page.t
    with st.popover(t("compare.delete"), icon=":material/delete:", key=f"delete-menu-{comparison.id}"):
        st.markdown(f"**{t('compare.delete_title')}**")
        st.markdown(t("compare.delete_body", title=plain(comparison.title)))
        st.button(
            t("compare.delete_confirm"),
            key=f"delete-{comparison.id}",
            icon=":material/delete_forever:",
            on_click=page.state.wish,
            args=("compare_delete",),
            kwargs={"comparison": comparison.id},
        )


def _round(page: Page, comparison: Comparison, asked: Round, number: int) -> list[Growing | None]:
    """A question and its answers side by side; what shows those that are being written."""
    by_id = {model.id: model for model in page.models}
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(plain(asked.question))
    marks = best(asked.answers)
    writers: list[Growing | None] = []
    columns = st.columns(len(comparison.panes), border=True)
    for index, (pane, column) in enumerate(zip(comparison.panes, columns, strict=True)):
        side = Side(
            comparison,
            pane,
            by_id.get(pane.model),
            asked.answers[index],
            asked=comparison.rounds[number][index] > 0,
            best=frozenset(name for name, panes in marks.items() if index in panes),
            is_last=number == len(comparison.rounds) - 1,
        )
        with column, st.container(key=f"pane-{number}-{index}"):
            writers.append(compare_pane.draw(page, side, f"{number}-{index}"))
    return writers


def _composer(page: Page, comparison: Comparison | None, models: Sequence[ModelInfo], live: Mapping[int, Turn]) -> None:
    """At the root of the page, and open while answers are written, for the reasons that `composer.py` gives."""
    t = page.t
    few = comparison is None and len(models) < FEWEST
    blocked = few or not any(model.can_be_asked for model in models)
    if live:
        with st.bottom, st.container(horizontal=True, horizontal_alignment="center"):
            st.button(
                t("compare.stop_all"),
                key="stop",
                icon=":material/stop_circle:",
                shortcut="Escape",
                help=t("compare.stop_all_help"),
                on_click=page.state.wish,
                args=("stop",),
                kwargs={"conversations": [turn.key[1] for turn in live.values()]},
            )
    if live:
        placeholder = t("compare.placeholder_busy")
    elif few:
        placeholder = t("compare.placeholder_few", fewest=FEWEST)
    else:
        placeholder = t("compare.placeholder_blocked" if blocked else "compare.placeholder")
    st.chat_input(
        placeholder,
        key=COMPOSER_KEY,
        disabled=blocked,
        on_submit=_submit,
        args=(page.state,),
    )


def _submit(state: PageState) -> None:
    question = (state.session.get(COMPOSER_KEY) or "").strip()
    if question:
        state.wish("compare_ask", text=question)


def _follow(
    page: Page,
    comparisons: Comparisons,
    comparison: Comparison,
    rounds: Sequence[Round],
    live: Mapping[int, Turn],
    writers: Sequence[Growing | None],
    pulse: DeltaGenerator,
) -> None:
    """Show all answers as they grow, and draw the page anew when one of them has ended."""
    if live:
        panes = list(live)
        for news in grown(list(live.values())):
            for position, text in news.items():
                writer = writers[panes[position]]
                if writer is not None:
                    writer.show(text)
            if not news:
                pulse.empty()  # lets Streamlit break off a run that nobody looks at any more
        st.rerun()
    if any(turn is not None and turn.is_live for turn in rounds[-1].answers):
        _follow_elsewhere(page, comparisons, comparison, rounds)


def _follow_elsewhere(page: Page, comparisons: Comparisons, comparison: Comparison, before: Sequence[Round]) -> None:
    """Look at the store every few seconds while another process answers."""

    @st.fragment(run_every=FOLLOW_S)
    def look() -> None:
        st.caption(page.t("answer.elsewhere"))
        if comparisons.rounds(comparison) != before:
            st.rerun()

    look()
