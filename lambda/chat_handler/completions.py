"""Whole answers, checked: is what an upstream sent a chat completion at all?

In: the bytes of a reply whose HTTP status was a success. Out: the completion as a dict, with everything it holds. Also
a proxy's HTML page and an empty body come with status 200. Separate because every pass-through upstream needs it.
"""

from __future__ import annotations

import json

from chat_handler.errors import UpstreamError
from chat_handler.streaming import JsonObject, error_in_stream


def checked_completion(body: bytes, subject: str) -> JsonObject:
    """The completion in `body`, which `subject` sent.

    Raises:
        ChatError: it is no completion, or an error in disguise.

    """
    try:
        completion = json.loads(body)
    except ValueError as exc:
        raise UpstreamError(f"{subject} answered {len(body)} bytes that are not JSON") from exc
    if isinstance(completion, dict) and (completion.get("error") or completion.get("object") == "error"):
        raise error_in_stream(completion)
    if not isinstance(completion, dict) or not isinstance(completion.get("choices"), list):
        raise UpstreamError(f"{subject} answered JSON that is not a chat completion")
    return completion
