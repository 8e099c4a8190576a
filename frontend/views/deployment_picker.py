"""Which deployment the page talks to, where there are several."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from frontend.i18n import Translator
from frontend.state import MODEL_KEY, PREFERENCES_KEY, PageState
from frontend.wishes.models import TRIALS_KEY

_KEY = "deployment"


def draw(t: Translator, state: PageState, deployments: Sequence[str], chosen: str) -> None:
    """The picker; nothing where there is nothing to choose."""
    if len(deployments) < 2:
        return
    state.session[_KEY] = chosen
    st.selectbox(t("deployment.label"), list(deployments), key=_KEY, on_change=_switch, args=(state,))


def way_back(t: Translator, state: PageState) -> None:
    """For an address that names a deployment which is not there (any more): the one that the page was started for."""
    if state.query.get("deployment"):
        st.button(t("deployment.back"), icon=":material/undo:", on_click=leave, args=(state, None))


def leave(state: PageState, deployment: str | None) -> None:
    """Go to another deployment, the page's own for None: what was open is of the old one, the language is not."""
    state.put("deployment", deployment)
    state.open(None)
    state.put("model", None)
    state.put("run", None)
    for known in (MODEL_KEY, PREFERENCES_KEY, TRIALS_KEY, "found"):
        state.session.pop(known, None)


def _switch(state: PageState) -> None:
    leave(state, state.session[_KEY])
