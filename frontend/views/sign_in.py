"""The page's door: who is signed in, and the page for those who are not. Streamlit's own login is called only here.

In: the settings and the tab's state. Out: the `User`, or None after drawing why there is none. `app.py` goes no
further then: nothing is read from AWS for somebody who is not signed in.
"""

from __future__ import annotations

import time

import streamlit as st

from frontend import access, announcement, browser_scripts
from frontend.access import AccessError, Login, SignedOut, User
from frontend.i18n import LANGUAGES, Translator
from frontend.markdown_safe import plain
from frontend.settings import Settings
from frontend.state import LANGUAGE_KEY, PageState

_SIGN_OUT = "sign_out"
_DRAFT = "unsent"
_FAILED = "sign_in"  # in the URL, from `http_border.py`


@st.cache_resource
def _signed_out() -> SignedOut:
    return SignedOut()


def visitor(env: Settings) -> User | AccessError:
    """Who uses the page, or why nobody does. Draws nothing."""
    try:
        if env.oidc is not None:
            return access.user_of(dict(st.user), env.oidc, _signed_out(), time.time())
        return access.only_user(env.owner, st.context.ip_address)
    except AccessError as exc:
        return exc


def let_in(t: Translator, state: PageState, visitor: User | AccessError) -> User | None:
    """The visitor, if it is a user; None after drawing the sign-in page, or after signing out."""
    if isinstance(visitor, AccessError):
        _draw(t, state, visitor)
        return None
    if visitor.login is None:
        return visitor
    if state.take_wish(_SIGN_OUT) is not None:
        _sign_out(t, visitor.login)
        return None
    state.put(_FAILED, None)
    _run("signed_in")
    return visitor


def sign_out_button(t: Translator, state: PageState, user: User) -> None:
    """Who is signed in, and the way out; nothing in single-user mode."""
    if user.login is None:
        return
    st.caption(t("access.signed_in_as", name=plain(user.name)) if user.name else t("access.signed_in"))
    st.button(
        t("access.sign_out"),
        key="sign_out_button",
        icon=":material/logout:",
        on_click=state.wish,
        args=(_SIGN_OUT,),
    )


def _sign_out(t: Translator, login: Login) -> None:
    _signed_out().add(login, time.time())
    st.info(t("access.leaving"))
    st.logout()


def _draw(t: Translator, state: PageState, failure: AccessError) -> None:
    """The sign-in page. A question that was sent when the sign-in was over goes into the browser's keeping."""
    if failure.reason == "not_here":
        st.title(t("app.title"), anchor=False)
        st.error(t("access.not_here"))
        return
    draft, has_failed = _unsent(state), bool(state.query.get(_FAILED))
    st.html(announcement.html(t.language, ""), unsafe_allow_javascript=True)
    _run(
        "sign_in",
        user=browser_scripts.mark_of(failure.user.owner) if failure.user else "",
        draft=draft,
        forget="true" if failure.reason in ("signed_out", "ended") and not has_failed else "",
    )
    with st.container(horizontal_alignment="center"):
        st.title(t("access.title"), anchor=False, text_alignment="center")
        if has_failed:
            st.error(t("access.failed"), icon=":material/error:")
        elif failure.reason == "signed_out":
            st.markdown(t("access.signed_out"), text_alignment="center")
        else:
            st.warning(t(f"access.{failure.reason}"), icon=":material/info:")
        if st.button(t("access.sign_in"), key="sign_in_button", icon=":material/login:"):
            st.login()
        st.segmented_control(
            t("language.label"),
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key=LANGUAGE_KEY,
            on_change=state.remember_language,
            required=True,
            label_visibility="collapsed",
        )


def _unsent(state: PageState) -> str:
    """The question that could not be asked, in this run or in one before, whose elements may not have been sent."""
    while (wish := state.take_wish()) is not None:
        if text := wish.arguments.get("text"):
            state.session[_DRAFT] = str(text)
    return str(state.session.get(_DRAFT, ""))


def _run(script: str, **told: str) -> None:
    st.html(browser_scripts.html(script, **told), unsafe_allow_javascript=True)
