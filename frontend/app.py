"""The pages: run with `streamlit run frontend/asgi.py`. The composition root of the frontend.

In: the environment (`settings.py`) and what is deployed. Out: a page. Nothing but wiring: what is shown is in `views/`,
what happens is in the modules that import no Streamlit.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from frontend import i18n, settings, wishes
from frontend.access import AccessError, User
from frontend.chat import Chat
from frontend.client import ChatClient
from frontend.discovery import Deployment, DiscoveryError, discover, list_deployments, read_models
from frontend.history.preferences import Preferences, PreferenceStore
from frontend.history.table import HistoryError, Table
from frontend.model_list import Deployed, ModelWatch
from frontend.page import Page
from frontend.state import LANGUAGE_KEY, PREFERENCES_KEY, PageState
from frontend.turns import TurnRegistry
from frontend.views import (
    browser_zone,
    chat_page,
    compare_page,
    deployment_picker,
    errors,
    framework,
    models_page,
    settings_page,
    sidebar,
    sign_in,
    usage_page,
)

log = logging.getLogger(__name__)
_LOGO = str(Path(__file__).with_name("assets") / "terrachat.svg")

# By path, in the order of the navigation: what draws it, icon, width. The first is the page at `/`.
_PAGES: Mapping[str, tuple[Callable[[Page], None], str, Literal["centered", "wide"]]] = {
    "chat": (chat_page.draw, ":material/forum:", "centered"),
    "compare": (compare_page.draw, ":material/compare_arrows:", "wide"),
    "models": (models_page.draw, ":material/deployed_code:", "wide"),
    "usage": (usage_page.draw, ":material/query_stats:", "wide"),
    "settings": (settings_page.draw, ":material/settings:", "centered"),
}


@dataclass(frozen=True)
class Connection:
    """What all sessions share of one deployment."""

    deployment: Deployment
    client: ChatClient
    table: Table
    watch: ModelWatch


@st.cache_resource
def turn_registry() -> TurnRegistry:
    return TurnRegistry()


@st.cache_resource(max_entries=16, show_spinner=False)
def connect(name: str, region: str) -> Connection:
    deployment = discover(name, region)
    client = ChatClient(deployment.handler_url, deployment.region)
    table = Table(deployment.conversations_table, deployment.region, days=deployment.conversation_days)
    watch = ModelWatch(client, partial(_deployed, name, region), deployment.handler_url)
    return Connection(deployment, client, table, watch)


def _deployed(name: str, region: str) -> Deployed:
    return Deployed(discover(name, region).handler_url, read_models(name, region))


@st.cache_data(ttl=60, max_entries=16, show_spinner=False)
def deployments_in(region: str) -> tuple[str, ...]:
    """All deployments; none where they cannot be listed, as in a hosted page: every run would ask for it in vain."""
    try:
        return list_deployments(region)
    except DiscoveryError:
        return ()


def main(t: i18n.Translator, state: PageState, env: settings.Settings, visitor: User | AccessError) -> Page | None:
    """Everything up to what a page itself shows; None where there is nothing to show it of."""
    user = sign_in.let_in(t, state, visitor)
    if user is None:
        return None
    chosen = state.query.get("deployment") or env.deployment
    if chosen is None or env.region is None:
        errors.not_configured(t, list_deployments(env.region) if env.region else ())
        return None
    connected = connect(chosen, env.region)
    chat = Chat(user.owner, connected.client, connected.table, turn_registry())
    wishes.stop(state, chat)  # before anything that may wait for the network
    preferred = preferences(state, chat)
    models = connected.watch.current(waits=not state.has_wish)  # a question is not held up by an old list
    if models.moved:
        connect.clear(chosen, env.region)  # the handler was replaced: the next run looks again
    page = Page(
        t=t,
        state=state,
        user=user,
        zone=browser_zone.zone(),
        chat=chat,
        deployment=connected.deployment,
        deployments=deployments_in(env.region) or (chosen,),
        model_list=models,
        watch=connected.watch,
        model=state.choose_model(models.models, preferred.default_model),
        may_start=env.may_start,
    )
    with state.acting:  # before looking for wishes: who sees one then has it
        if state.has_wish:
            _unbroken(partial(wishes.perform, page))
    sidebar.draw(page)
    return page


def _unbroken(action: Callable[[], None]) -> None:
    """Do `action` to its end, whatever is clicked meanwhile.

    Half of it would be a lost question, or one that is answered in a conversation which no page has open. Streamlit
    breaks off a run only in the run's own thread (1.67), so this gets another.
    """
    context = get_script_run_ctx()
    with ThreadPoolExecutor(1, initializer=lambda: add_script_run_ctx(ctx=context)) as pool:
        pool.submit(action).result()


def preferences(state: PageState, chat: Chat) -> Preferences:
    """What the user has chosen for all chats, read until it could be read once in this tab.

    A language other than this run's begins the run anew.
    """
    kept: Preferences | None = state.session.get(PREFERENCES_KEY)
    if kept is None:
        try:
            kept = PreferenceStore(chat.table).read(chat.owner)
        except HistoryError:
            return Preferences()  # the conversations cannot be read either, and the page says so
        state.session[PREFERENCES_KEY] = kept
        if kept.language is not None and state.language is None:
            state.put("lang", kept.language)
            st.rerun()
    return kept


def translator(state: PageState) -> i18n.Translator:
    language = i18n.choose(state.language, st.context.locale)
    state.session[LANGUAGE_KEY] = language
    return i18n.translator(language)


@contextmanager
def error_border(t: i18n.Translator, state: PageState) -> Iterator[None]:
    """The outermost border: what fails inside is told in the page's language, and a defect never with its text."""
    try:
        yield
    except DiscoveryError as exc:
        errors.discovery_failure(t, exc, connect.clear)
        deployment_picker.way_back(t, state)
    except Exception:
        reference = uuid.uuid4().hex[:12]
        log.exception("unexpected failure %s", reference)
        errors.unexpected(t, reference)


def run() -> None:
    state = PageState(st.session_state, st.query_params)
    drawn: list[Page] = []

    def show(view: Callable[[Page], None]) -> None:
        if drawn:
            view(drawn[0])

    first, t = next(iter(_PAGES)), translator(state)
    env = settings.from_environment()
    visitor = sign_in.visitor(env)
    pages = {
        name: st.Page(partial(show, view), title=t(f"pages.{name}"), icon=icon, url_path=name, default=name == first)
        for name, (view, icon, _) in _PAGES.items()
    }
    # Before the navigation: until then its icon would be the tab's, and the browser would ask another site for it.
    st.set_page_config(page_icon=_LOGO)
    opened = st.navigation(list(pages.values()), position="hidden" if isinstance(visitor, AccessError) else "sidebar")
    name = opened.url_path or first
    st.set_page_config(page_title=f"{opened.title} · {t('app.title')}", page_icon=_LOGO, layout=_PAGES[name][2])
    st.logo(_LOGO, size="large")
    framework.draw(t)
    state.enter(name)
    with error_border(t, state):
        page = main(t, state, env, visitor)
        destination = state.take_destination()
        if destination is not None:
            st.switch_page(pages[destination])
        if page is not None:
            drawn.append(page)
            opened.run()


run()
