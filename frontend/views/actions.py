"""What can be done with one turn: copy, ask again, edit, rate, look closer, go to another version.

In: a turn, and how it is rated. Out: buttons under the last turn, and one menu under each earlier one, because every
widget costs time in every run. Clicks leave wishes; what only this tab shows is in `Reading`.
"""

from __future__ import annotations

import base64
from functools import partial

import streamlit as st

from frontend import browser_scripts
from frontend.branches import ShownTurn
from frontend.history.ratings import MAX_COMMENT_CHARACTERS, REASONS, Rating
from frontend.history.records import TurnRecord
from frontend.markdown_safe import plain
from frontend.page import Page
from frontend.reading import Reading
from frontend.state import PageState

# A menu does not scroll; whoever wants one of many models chooses it in the picker, which can be searched.
_MOST_MODELS = 8


def draw(page: Page, turn: TurnRecord, rating: Rating | None, footer: str, *, is_last: bool) -> None:
    """The line about an ended answer, what can be done with it, and the panel of it that is open."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(footer, width="content")
        if not is_last:
            _menu(page, turn, rating)
    # What is no longer there must leave its place empty: a container keeps the old buttons until the run ends.
    place = st.empty()
    if is_last:
        with place.container():
            _buttons(page, turn, rating)
    reading = Reading(page.state)
    with st.empty().container():
        _copied(page, turn)
        if reading.has_open("details", turn.number):
            _details(page, turn)
        if reading.has_open("bad", turn.number) and rating is not None and not rating.is_good:
            _reason(page, turn, rating)


def below_question(page: Page, shown: ShownTurn, *, is_last: bool) -> None:
    """Edit, where the menu of the answer does not have it, and the way to the turn's other versions."""
    t, turn, state = page.t, shown.turn, page.state
    can_edit, place = is_last and not turn.is_live, st.empty()
    if not can_edit and len(shown.versions) == 1:
        return
    with place.container(horizontal=True, vertical_alignment="center", gap="small"):
        if can_edit:
            st.button(
                t("action.edit"),
                key=f"edit-{turn.number}",
                type="tertiary",
                icon=":material/edit:",
                on_click=Reading(state).open_panel,
                args=("edit", turn.number),
            )
        if len(shown.versions) > 1:
            _versions(page, shown)


def edit_form(page: Page, turn: TurnRecord) -> None:
    """The question, to be written anew in its place."""
    t, key = page.t, f"editing-{turn.number}"
    with st.form(f"{key}-form", border=False):
        # Of any length, for the reason that `composer.py` gives.
        st.text_area(t("action.edit_label"), turn.question, key=key, height="content")
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button(
                t("action.edit_send"),
                key=f"{key}-send",
                type="primary",
                on_click=_send_edited,
                args=(page.state, key, turn.number),
            )
            st.form_submit_button(t("action.cancel"), key=f"{key}-cancel", on_click=Reading(page.state).close_panel)
    st.caption(t("action.edit_note"))


def _send_edited(state: PageState, key: str, number: int) -> None:
    state.wish("edit", number=number, text=str(state.session.get(key) or "").strip())


def _versions(page: Page, shown: ShownTurn) -> None:
    t, number = page.t, shown.turn.number
    parent = min(shown.turn.parent, number - 1)
    at = shown.versions.index(number)
    for key, step, label in (("before", -1, "action.version_before"), ("after", 1, "action.version_after")):
        to = at + step
        st.button(
            t(label),
            key=f"version-{key}-{number}",
            type="tertiary",
            disabled=not 0 <= to < len(shown.versions),
            on_click=page.state.show_version,
            args=(parent, shown.versions[to] if 0 <= to < len(shown.versions) else None),
        )
        if step < 0:
            st.markdown(
                t("action.version", n=t.number(shown.version), of=t.number(len(shown.versions))), width="content"
            )


def _buttons(page: Page, turn: TurnRecord, rating: Rating | None) -> None:
    t, state, reading = page.t, page.state, Reading(page.state)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if turn.can_be_tried_again:
            _button(page, "retry", turn, ":material/replay:", partial(state.wish, "regenerate", number=turn.number))
        if turn.finish_reason == "length":
            _button(page, "continue", turn, ":material/play_arrow:", partial(state.wish, "ask", text=t("action.go_on")))
        if turn.answer:
            _button(page, "copy", turn, ":material/content_copy:", partial(reading.copy, turn.number))
        _other_models(page, turn)
        if turn.answer and turn.status != "error":
            st.pills(
                t("rating.label"),
                ("good", "bad"),
                format_func=lambda name: t(f"rating.{name}"),
                default=None if rating is None else ("good" if rating.is_good else "bad"),
                key=f"rating-{turn.number}",
                label_visibility="collapsed",
                on_change=_rated,
                args=(state, turn.number),
            )
        _button(page, "details", turn, ":material/info:", partial(reading.open_panel, "details", turn.number))


def _button(page: Page, name: str, turn: TurnRecord, icon: str, act: partial[None]) -> None:
    st.button(page.t(f"action.{name}"), key=f"{name}-{turn.number}", type="tertiary", icon=icon, on_click=act)


def _other_models(page: Page, turn: TurnRecord) -> None:
    """Ask again: the model that was asked comes first, if it still can be, then the one that is chosen above."""
    t, key = page.t, f"again-{turn.number}"
    able = [model.id for model in page.models if model.can_be_asked]
    able.sort(key=lambda model: (model != turn.model, page.model is None or model != page.model.id))
    able = able[:_MOST_MODELS]
    if not able:
        return

    def again() -> None:
        page.state.wish("regenerate", number=turn.number, model=page.state.session[key])

    st.menu_button(
        t("action.ask_another" if turn.is_cut_short else "action.regenerate"),
        able,
        key=key,
        type="tertiary",
        icon=":material/autorenew:",
        format_func=lambda model: t("action.with_model", model=plain(model)),
        on_click=again,
    )


def _menu(page: Page, turn: TurnRecord, rating: Rating | None) -> None:
    """Everything in one widget. The wording of an option says what is so at the moment."""
    t, key = page.t, f"more-{turn.number}"
    is_good, is_bad = rating is not None and rating.is_good, rating is not None and not rating.is_good
    names = {
        "copy": "action.copy",
        "regenerate": "action.regenerate",
        "edit": "action.edit_question",
        "good": "rating.undo_good" if is_good else "rating.good",
        "bad": "rating.undo_bad" if is_bad else "rating.bad",
        "details": "action.details",
    }
    absent = set() if turn.answer else {"copy", "good", "bad"}

    def act() -> None:
        _act(page.state, page.state.session[key], turn.number, rating)

    st.menu_button(
        t("action.more"),
        [name for name in names if name not in absent],
        key=key,
        type="tertiary",
        icon=":material/more_horiz:",
        format_func=lambda name: t(names[name]),
        on_click=act,
    )


def _act(state: PageState, name: str, number: int, rating: Rating | None) -> None:
    reading = Reading(state)
    match name:
        case "copy":
            reading.copy(number)
        case "regenerate":
            state.wish("regenerate", number=number)
        case "edit" | "details":
            reading.open_panel("edit" if name == "edit" else "details", number)
        case _:
            is_good = name == "good"
            _rate(state, number, None if rating is not None and rating.is_good == is_good else Rating(is_good))


def _rated(state: PageState, number: int) -> None:
    name = state.session[f"rating-{number}"]
    _rate(state, number, None if name is None else Rating(name == "good"))


def _rate(state: PageState, number: int, rating: Rating | None) -> None:
    state.wish("rate", number=number, rating=rating)
    reading, is_bad = Reading(state), rating is not None and not rating.is_good
    if is_bad != reading.has_open("bad", number):
        reading.open_panel("bad", number)


def _reason(page: Page, turn: TurnRecord, rating: Rating) -> None:
    """What was bad: the rating counts already, this can be added or left."""
    t, key = page.t, f"bad-{turn.number}"
    with st.form(f"{key}-form"):
        st.pills(
            t("rating.reason"),
            REASONS,
            default=rating.reason,
            key=f"{key}-reason",
            format_func=lambda name: t(f"rating.reasons.{name}"),
        )
        st.text_area(t("rating.comment"), rating.comment, key=f"{key}-comment", max_chars=MAX_COMMENT_CHARACTERS)
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button(
                t("rating.save"), key=f"{key}-save", on_click=_save_reason, args=(page.state, key, turn.number)
            )
            st.form_submit_button(t("rating.leave"), key=f"{key}-leave", on_click=Reading(page.state).close_panel)


def _save_reason(state: PageState, key: str, number: int) -> None:
    session = state.session
    reason, comment = session.get(f"{key}-reason"), str(session.get(f"{key}-comment") or "").strip()
    state.wish("rate", number=number, rating=Rating(is_good=False, reason=reason, comment=comment))
    Reading(state).close_panel()


def _copied(page: Page, turn: TurnRecord) -> None:
    """Runs the script that copies, in the one run after the click. It says itself whether it could."""
    copying = Reading(page.state).take_copy(turn.number)
    if copying is not None:
        script = browser_scripts.html(
            "copy",
            count=str(copying.count),
            text=base64.b64encode(turn.answer.encode()).decode(),
            done=page.t("copy.done"),
            fallback=page.t("copy.fallback"),
        )
        st.html(script, unsafe_allow_javascript=True)


def _details(page: Page, turn: TurnRecord) -> None:
    t, told = page.t, turn.settings
    rows = [
        ("details.model", turn.model),
        ("details.answered_by", turn.answered_by),
        ("details.region", next((each.region for each in page.models if each.id == turn.speaker), None)),
        ("details.request", turn.request_id),
        ("details.asked_at", t.moment(turn.started_at.astimezone(page.zone))),
        ("details.finish", turn.finish_reason),
        ("details.system_prompt", told.system_prompt),
        *((f"chat_settings.{name}", t.exactly(value)) for name, value in told.parameters.items()),
    ]
    lines = [f"{t(key)}: {plain(value)}" for key, value in rows if value]
    warnings = [f"{t('details.warning')}: {plain(warning)}" for warning in turn.warnings]
    with st.container(border=True):
        st.caption("\\\n".join([*lines, *warnings]))
