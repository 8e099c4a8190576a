"""What is shown of a failure that no border of the page caught: that there was one, and nothing of what it said.

In: the exception, from Streamlit, inside the run that failed. Out: a sentence with a reference that is in the log too.
Separate because it runs outside `app.py`: in callbacks, and where `app.py` itself fails.
"""

from __future__ import annotations

import logging
import uuid

import streamlit as st

from frontend import i18n
from frontend.state import LANGUAGE_KEY
from frontend.views import errors

log = logging.getLogger(__name__)


def show(_failure: Exception) -> bool:
    """Say that something failed; True, so that Streamlit says nothing. It has logged the traceback itself."""
    reference = uuid.uuid4().hex[:12]
    log.error("unexpected failure %s: the traceback is above", reference)
    language = st.session_state.get(LANGUAGE_KEY)
    errors.unexpected(i18n.translator(i18n.choose(language, st.context.locale)), reference)
    return True
