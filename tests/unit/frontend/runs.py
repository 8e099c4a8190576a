"""One run of the script without Streamlit: a `Page` around an owner's chats, for tests of what a wish does."""

from __future__ import annotations

from datetime import UTC, datetime

from frontend import i18n
from frontend.access import User
from frontend.chat import Chat
from frontend.discovery import Deployment
from frontend.model_list import Deployed, ModelList, ModelWatch
from frontend.page import Page
from frontend.state import PageState
from frontend.wire import ModelInfo
from tests.browser.stack import REGION


def page_of(chat: Chat, state: PageState, model: ModelInfo | None, *others: ModelInfo) -> Page:
    """A run in which `model` is chosen; `others` are deployed beside it."""
    models = tuple(filter(None, (model, *others)))
    deployment = Deployment(
        version=1,
        deployment="test",
        region=REGION,
        handler_url="http://127.0.0.1/",
        conversations_table=chat.table.name,
        api_keys_secret="terrachat/test/api-keys",
    )
    return Page(
        t=i18n.translator("en"),
        state=state,
        user=User(chat.owner),
        zone=UTC,
        chat=chat,
        deployment=deployment,
        deployments=("test",),
        model_list=ModelList(models, (), datetime.now(UTC), None),
        watch=ModelWatch(chat.client, lambda: Deployed(deployment.handler_url, ()), deployment.handler_url),
        model=model,
        may_start=True,
    )
