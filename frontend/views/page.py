"""What every view needs to draw its part of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frontend.chat import Chat
from frontend.discovery import Deployment
from frontend.i18n import Translator
from frontend.records import Conversation
from frontend.state import PageState
from frontend.wire import ChatError, ModelInfo


@dataclass(frozen=True)
class Page:
    """One run of the script.

    `model` is the chosen one; None means that there is none to choose, and `failure` then says why there may be some.
    """

    t: Translator
    state: PageState
    chat: Chat
    deployment: Deployment
    models: Sequence[ModelInfo]
    model: ModelInfo | None
    conversation: Conversation | None
    failure: ChatError | None
