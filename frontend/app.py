"""The chat page: run with `streamlit run frontend/app.py`. The composition root of the frontend.

In: the environment (`settings.py`) and what is deployed. Out: a page. Nothing but wiring: what is shown is in `views/`,
what happens is in the modules that import no Streamlit.
"""

from __future__ import annotations

import logging
import uuid
from pathlib import Path

import streamlit as st

from frontend import i18n, settings
from frontend.chat import Chat
from frontend.client import ChatClient
from frontend.discovery import Deployment, DiscoveryError, discover, list_deployments
from frontend.history import ConversationStore
from frontend.state import LANGUAGE_KEY, PageState
from frontend.turns import TurnRegistry
from frontend.views import chat_page, errors
from frontend.wire import ChatError, ModelInfo

log = logging.getLogger(__name__)
_LOGO = str(Path(__file__).with_name("assets") / "terrachat.svg")


@st.cache_resource
def turn_registry() -> TurnRegistry:
    return TurnRegistry()


@st.cache_resource(max_entries=4)
def connect(deployment: str, region: str) -> tuple[Deployment, ChatClient, ConversationStore]:
    found = discover(deployment, region)
    client = ChatClient(found.handler_url, found.region)
    return found, client, ConversationStore(found.conversations_table, found.region)


@st.cache_data(ttl=10, max_entries=4, show_spinner=False)
def list_models(handler_url: str, _client: ChatClient) -> tuple[ModelInfo, ...]:
    return _client.list_models()


def main(t: i18n.Translator, state: PageState) -> None:
    env = settings.from_environment()
    if env.deployment is None or env.region is None:
        errors.not_configured(t, list_deployments(env.region) if env.region else ())
        return
    found, client, store = connect(env.deployment, env.region)
    chat = Chat(env.owner, client, store, turn_registry())

    def listed() -> tuple[ModelInfo, ...]:
        try:
            return list_models(found.handler_url, client)
        except ChatError:
            connect.clear()  # the handler may have been replaced, and its URL with it: the next run looks again
            raise

    chat_page.draw(t, state, chat, found, listed, list_models.clear)


def translator(state: PageState) -> i18n.Translator:
    language = i18n.choose(state.query.get("lang"), st.context.locale)
    state.session[LANGUAGE_KEY] = language
    return i18n.translator(language)


page_state = PageState(st.session_state, st.query_params)
t = translator(page_state)
st.set_page_config(page_title=t("app.title"), page_icon=_LOGO, layout="centered")
st.logo(_LOGO, size="large")
try:
    main(t, page_state)
except DiscoveryError as exc:
    errors.discovery_failure(t, exc, connect.clear)
except Exception:  # the page's outermost border: a defect is logged, and never shown with its text
    reference = uuid.uuid4().hex[:12]
    log.exception("unexpected failure %s", reference)
    errors.unexpected(t, reference)
