"""Whole answers, checked: is what an upstream sent a chat completion at all?

In: the bytes of a reply whose HTTP status was a success. Out: the completion, with everything it holds, and its bytes.
Also a proxy's HTML page and an empty body come with status 200. Separate because every pass-through upstream needs it.
"""

from __future__ import annotations

import json

from chat_handler.errors import BadUpstreamResponseError, ResponseTooLargeError
from chat_handler.streaming import Received, error_in_stream

# What a Lambda function takes and gives in one piece. A stream may be longer.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, read 2026-11-22.
MOST_ANSWER_BYTES = 6 * 1024 * 1024


def check_size(size: int) -> None:
    """Check that an answer of `size` bytes fits into one reply.

    Raises:
        ResponseTooLargeError: it does not.

    """
    if size > MOST_ANSWER_BYTES:
        raise ResponseTooLargeError(
            f"the answer has more than {MOST_ANSWER_BYTES} bytes, and one reply takes no more; ask for it as a stream "
            '("stream": true)'
        )


def checked_completion(body: bytes, subject: str) -> Received:
    """The completion in `body`, which `subject` sent.

    Raises:
        ChatError: it is no completion, or an error in disguise.

    """
    try:
        completion = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise BadUpstreamResponseError(f"{subject} answered {len(body)} bytes that are not JSON") from exc
    if isinstance(completion, dict) and (completion.get("error") or completion.get("object") == "error"):
        raise error_in_stream(completion)
    if not isinstance(completion, dict) or not isinstance(completion.get("choices"), list):
        raise BadUpstreamResponseError(f"{subject} answered JSON that is not a chat completion")
    return Received(completion, body if _is_utf8(body) else None)


def _is_utf8(body: bytes) -> bool:
    """JSON may come in UTF-16 too, or with half of a surrogate pair, which the client would not understand."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return body.startswith(b"{")  # and not with a byte order mark
