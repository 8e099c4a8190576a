"""The page Usage: tokens and cost by day and by model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import streamlit as st

from frontend import announcement, export, usage_report
from frontend.history.table import HistoryError
from frontend.history.usage import DayOfUse, UsageBook
from frontend.i18n import Translator
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.state import PageState
from frontend.usage_report import DEFAULT_PERIOD, PERIODS, Report, Step, Sums
from frontend.views import bars, errors
from frontend.views.bars import Bar
from frontend.views.model_picker import brand

_KEY = "period"


def draw(page: Page) -> None:
    t = page.t
    brand(page, announcement.html(t.language, ""))
    st.title(t("usage.title"), anchor=False)
    errors.notices(t, page.state)
    st.markdown(t("usage.intro"))
    period = _period(page)
    today = datetime.now(UTC).date()
    first = usage_report.first_day(period, today)
    try:
        days = UsageBook(page.table).read(page.owner, first, today)
    except HistoryError as exc:
        errors.failure(t, exc.code, exc.message, None)
        return
    if not days:
        st.info(t("usage.empty"), icon=":material/query_stats:")
        return
    report = usage_report.report(days, first, today)
    _total(t, report.total)
    _charts(t, report)
    _models(t, report)
    _download(t, days, first, today)


def _period(page: Page) -> str:
    """The chosen period; it is in the address, so that it can be kept and survives a reload."""
    wished = page.state.query.get(_KEY, DEFAULT_PERIOD)
    page.state.session[_KEY] = wished if wished in PERIODS else DEFAULT_PERIOD
    chosen = st.segmented_control(
        page.t("usage.period"),
        list(PERIODS),
        format_func=lambda each: page.t(f"usage.periods.{each}"),
        key=_KEY,
        on_change=_remember,
        args=(page.state,),
        required=True,
    )
    return str(chosen)


def _remember(state: PageState) -> None:
    state.put(_KEY, state.session[_KEY])


def _total(t: Translator, total: Sums) -> None:
    with st.container(horizontal=True):
        st.metric(t("usage.answers"), t.number(total.answers))
        st.metric(t("usage.tokens_in"), t.number(total.prompt_tokens))
        st.metric(t("usage.tokens_out"), t.number(total.completion_tokens))
        st.metric(t("usage.cost"), _cost(t, total))
    if total.estimated:
        st.caption(t.count("usage.estimated", total.estimated))
    if total.unpriced:
        st.caption(t.count("usage.unpriced", total.unpriced))
    st.caption(t("usage.prices"))


def _charts(t: Translator, report: Report) -> None:
    step = t(f"usage.step.{report.step_name}")
    _chart(t, t("usage.tokens_by", step=step), report, lambda sums: float(sums.tokens), lambda n: t.number(n.tokens))
    if report.total.has_cost:
        _chart(t, t("usage.cost_by", step=step), report, lambda sums: float(sums.cost_usd), lambda n: _cost(t, n))
    with st.expander(t("usage.as_table")):
        used = [each for each in report.steps if each.sums.answers]
        st.markdown(_table(t, step.capitalize(), [(_name(t, report, each), each.sums) for each in used]))


def _chart(
    t: Translator, title: str, report: Report, amount: Callable[[Sums], float], told: Callable[[Sums], str]
) -> None:
    st.header(title, anchor=False)
    drawn = [Bar(_name(t, report, each), amount(each.sums), told(each.sums)) for each in report.steps]
    st.html(bars.html(t("usage.chart", title=title, first=drawn[0].label, last=drawn[-1].label), drawn))


def _name(t: Translator, report: Report, step: Step) -> str:
    if report.step_name == "month":
        return t(f"month.{step.begin.month}", year=step.begin.year)
    return t.day(step.begin)


def _models(t: Translator, report: Report) -> None:
    st.header(t("usage.by_model"), anchor=False)
    st.markdown(_table(t, t("usage.model"), [(name, sums) for name, sums in report.models]))


def _table(t: Translator, first: str, rows: Sequence[tuple[str, Sums]]) -> str:
    """A real table, in Markdown: Streamlit's own are drawn on a canvas, or need pandas."""
    columns = [first, t("usage.answers"), t("usage.tokens_in"), t("usage.tokens_out"), t("usage.cost")]
    lines = ["| " + " | ".join(columns) + " |", "|---|--:|--:|--:|--:|"]
    for name, sums in rows:
        numbers = map(t.number, (sums.answers, sums.prompt_tokens, sums.completion_tokens))
        lines.append(f"| {plain(name)} | {' | '.join(numbers)} | {plain(_cost(t, sums))} |")
    return "\n".join(lines)


def _cost(t: Translator, sums: Sums) -> str:
    """What is known of the cost: a sum that leaves answers out is called a part of it."""
    if not sums.has_cost:
        return t("usage.no_price") if sums.answers else t.usd(sums.cost_usd)
    known = t.usd(sums.cost_usd)
    return t("usage.at_least", cost=known) if sums.unpriced else known


def _download(t: Translator, days: Sequence[DayOfUse], first: date, last: date) -> None:
    st.download_button(
        t("usage.csv"),
        lambda: usage_report.to_csv(days),
        file_name=export.file_name(f"{t('usage.file')} {first} {last}", t("usage.file"), "csv"),
        mime="text/csv",
        key="usage_csv",
        icon=":material/download:",
        on_click="ignore",
    )
