"""How failures look: what happened, what to do, never a traceback."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from frontend.discovery import DiscoveryError
from frontend.i18n import Translator
from frontend.markdown_safe import plain
from frontend.state import PageState
from frontend.wire import ChatError


def failure(t: Translator, code: str, message: str | None, request_id: str | None) -> None:
    """A failure with this code; one that the catalogue does not know is shown with its own message."""
    known = code if t.has(f"error.{code}.title") else "internal"
    lines = [t(f"error.{known}.hint"), plain(message or "")]
    if request_id:
        lines.append(f"`{t('answer.request_id', id=plain(request_id))}`")
    st.error("\n\n".join(filter(None, lines)), title=t(f"error.{known}.title"), icon=":material/error:")


def chat_failure(t: Translator, error: ChatError) -> None:
    failure(t, error.code, error.message, error.request_id)


def discovery_failure(t: Translator, error: DiscoveryError, again: Callable[[], None]) -> None:
    """The whole page when nothing was found."""
    st.error(
        f"{t(f'discovery.{error.code}.body')}\n\n{plain(error.message)}",
        title=t(f"discovery.{error.code}.title"),
        icon=":material/cloud_off:",
    )
    st.button(t("discovery.again"), on_click=again, icon=":material/refresh:")


def not_configured(t: Translator, deployments: tuple[str, ...]) -> None:
    names = ", ".join(map(plain, deployments))
    found = t("discovery.not_configured.found", names=names) if names else ""
    st.info(
        t("discovery.not_configured.body", found=found),
        title=t("discovery.not_configured.title"),
        icon=":material/explore:",
    )


def unexpected(t: Translator, reference: str) -> None:
    """A defect of ours: its text is in the log under `reference`, not on the page."""
    st.error(t("app.unexpected", reference=reference), title=t("app.unexpected_title"), icon=":material/bug_report:")


def notices(t: Translator, state: PageState) -> None:
    """What the last click left to say. What to do about an error is not said without the error."""
    for notice in state.take_notices():
        variables = {name: plain(value) for name, value in notice.variables.items()}
        title = f"{notice.key.removesuffix('.hint')}.title"
        st.warning(t(notice.key, **variables), title=t(title) if t.has(title) else None, icon=":material/info:")
