"""The handler's log: JSON lines on stdout, without prompts, answers or secrets.

In: records of the standard library's logging. Out: one JSON object a line, `{"time", "level", "logger", "message", …}`,
with what a caller passes as `extra={"fields": {...}}` beside them. Separate because what must not be logged is decided
here, once, for our own loggers and for the vendors'.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import Callable, Iterable

from chat_handler.redaction import redacted

# At DEBUG botocore prints whole secrets, and HTTP clients print URLs and headers (measured 2026-11-22). Their warnings
# are wanted.
NOISY_LOGGERS = ("boto3", "botocore", "urllib3", "httpx", "httpx2", "httpcore", "httpcore2", "aiohttp", "asyncio")
# They handle prompts and answers, and have put both into their logs: LangChain prompts at DEBUG and INFO, Cohere's SDK
# the text of an answer into a warning. Whatever goes wrong in them reaches us as an exception too, without the log.
SILENT_LOGGERS = (
    *("langchain", "langchain_aws", "langchain_core", "langsmith"),
    *("anthropic", "langchain_anthropic", "cohere", "langchain_cohere"),
    *("google", "google_genai", "langchain_google_genai"),
)
_NEVER = logging.CRITICAL + 1
# Nothing of ours logs to the root logger; what does has no name by which it could be silenced. Cohere's SDK 5.21.1 puts
# whole events of an answer there (cohere/v2/raw_client.py, read 2026-11-22).
_ROOT = "root"
_NOT_OURS = "a library's message, whose words are left out"
# The first line of its messages is its own; below are the tasks and futures, with what they failed with.
_ASYNCIO = "asyncio"


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON from which the live secrets are taken out.

    Of an exception it gives type and places, never the text: vendors put requests into their messages.
    """

    def __init__(self, live_secrets: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self._live_secrets = live_secrets

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{record.msecs:03.0f}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": _message_of(record),
            **getattr(record, "fields", {}),
        }
        if record.name == _ROOT:
            line["places"] = [f"{record.pathname}:{record.lineno} {record.funcName}"]
        if record.exc_info and record.exc_info[1] is not None:
            line |= {"exception": type(record.exc_info[1]).__name__, "places": places_of(record.exc_info[1])}
        text = redacted(json.dumps(line, ensure_ascii=False, default=str), self._live_secrets())
        # Half of a surrogate pair has no UTF-8: logging would print a traceback to stderr instead of the line.
        return text.encode("utf-8", "backslashreplace").decode()


def _message_of(record: logging.LogRecord) -> str:
    if record.name == _ROOT:
        return _NOT_OURS
    try:
        message = record.getMessage()
    except Exception:  # noqa: BLE001 - a library's mistake, for which logging would print the arguments to stderr
        return _NOT_OURS
    return message.partition("\n")[0] if record.name == _ASYNCIO else message


def configure(live_secrets: Callable[[], Iterable[str]]) -> None:
    """Send all logging of this process through one redacting handler on stdout, and quieten the vendors."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(live_secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        # uvicorn brings handlers of its own, which would print tracebacks past the redaction.
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENT_LOGGERS:
        logging.getLogger(name).setLevel(_NEVER)


def places_of(error: BaseException) -> list[str]:
    """Where `error` was raised: the innermost frames, as `file:line function`, without anything that was in them."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
