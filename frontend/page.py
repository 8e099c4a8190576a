"""What one run of the script knows, for whoever draws a part of the page or performs a wish. No Streamlit.

In: what the composition root (`app.py`) has found out. Out: `Page`. Separate because views and wishes of all pages take
the same few things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property

from frontend.access import User
from frontend.chat import Chat
from frontend.discovery import Deployment
from frontend.history.records import Conversation
from frontend.history.table import Table
from frontend.i18n import Translator
from frontend.model_list import ModelList, ModelWatch
from frontend.state import PageState
from frontend.wire import ModelInfo


@dataclass(frozen=True)
class Page:
    """One run of the script.

    `chat` are the user's chats. `deployments` are the names of all that could be chosen, in this region. `model` is the
    chosen one; None means that there is none to choose. `zone` is the browser's time zone. `may_start` says whether the
    user may be offered to start endpoints.
    """

    t: Translator
    state: PageState
    user: User
    zone: tzinfo
    chat: Chat
    deployment: Deployment
    deployments: Sequence[str]
    model_list: ModelList
    watch: ModelWatch
    model: ModelInfo | None
    may_start: bool

    @property
    def models(self) -> Sequence[ModelInfo]:
        return self.model_list.models

    @property
    def table(self) -> Table:
        """Where everything of the owner is kept: each area has a store of its own on it."""
        return self.chat.table

    @cached_property
    def conversations(self) -> tuple[Conversation, ...]:
        """The owner's chats as this run shows them, read once: not before its wishes are performed.

        Raises `HistoryError`.
        """
        return self.chat.conversations()

    @property
    def owner(self) -> str:
        return self.chat.owner
