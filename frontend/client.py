"""Talks to the handler: OpenAI's HTTP API through OpenAI's own package, signed when it has to be.

In: a handler URL and a `ChatRequest`. Out: `ModelInfo`, or a stream of events that another thread can break off; every
failure as one `ChatError`. Separate because it is the only module that imports `openai`; it needs no Streamlit, so the
command line's `ask` and `models` use it as well.
"""

from __future__ import annotations

import uuid
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, cast

import boto3
import httpx2
import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam
from pydantic import ValidationError

from frontend.discovery import is_loopback
from frontend.interruptible import Line
from frontend.signing import LambdaUrlAuth, MissingCredentialsError
from frontend.wire import (
    AnsweredBy,
    ChatError,
    ChatRequest,
    Event,
    Finish,
    Listed,
    Message,
    ModelInfo,
    SourceState,
    Text,
    Usage,
    Warned,
)

REQUEST_ID = "X-Request-Id"
_LIST_TIMEOUT = httpx2.Timeout(15, connect=5)
# A cold endpoint thinks long before its first token; the handler's own limit is 900 s for the whole answer.
_STREAM_TIMEOUT = httpx2.Timeout(300, connect=5)
_BROKEN = "The connection broke in the middle of the answer."
_CODES_BY_STATUS = {400: "invalid_request", 403: "handler_forbidden", 404: "bad_response", 429: "throttled"}


class ChatStream:
    """One streamed answer: iterate it once, inside `with`.

    Nothing is sent before the iteration begins. `close` may be called from any thread and at any time; the iteration
    then just ends. `request_id` names the request in the handler's log.
    """

    def __init__(self, base_url: str, auth: httpx2.Auth | None, request: ChatRequest) -> None:
        self.request_id = uuid.uuid4().hex
        self._request = request
        self._line = Line(auth, _STREAM_TIMEOUT)
        # No retries: a second try would begin the answer anew, and after `close` it would ask again.
        self._client = _openai(base_url, self._line.client, retries=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()

    def close(self) -> None:
        self._line.cut()

    def __iter__(self) -> Iterator[Event]:
        """The events in order, `Finish` once.

        Raises `ChatError`, with code `stream_truncated` when the stream ends and no model said that it was finished.
        """
        begun = finished = False
        try:
            with _translated(self.request_id):
                for event in self._events():
                    begun, finished = True, finished or isinstance(event, Finish)
                    yield event
        except ChatError as exc:
            if self._line.is_cut:
                return
            if begun and exc.code == "handler_unreachable":  # the SDK has one error for a call and for its stream
                raise ChatError("stream_truncated", _BROKEN, self.request_id) from exc
            raise
        if not finished and not self._line.is_cut:
            raise ChatError("stream_truncated", "The answer ended before the model was finished.", self.request_id)

    def _events(self) -> Iterator[Event]:
        with self._client.chat.completions.create(
            model=self._request.model,
            messages=cast("list[ChatCompletionMessageParam]", [_written(each) for each in self._request.messages]),
            stream=True,
            stream_options={"include_usage": True},
            extra_headers={REQUEST_ID: self.request_id},
            extra_body=dict(self._request.parameters),
        ) as chunks:
            for chunk in chunks:
                yield from _events_of(chunk)


class ChatClient:
    """The handler of one deployment. Thread-safe; keep one per process.

    `region` is where the handler runs; requests are signed for it unless `handler_url` points to this machine.
    """

    def __init__(self, handler_url: str, region: str, session: boto3.Session | None = None) -> None:
        self._base_url = f"{handler_url.rstrip('/')}/v1"
        self._auth = None if is_loopback(handler_url) else LambdaUrlAuth(session or boto3.Session(), region)
        self._client = _openai(self._base_url, httpx2.Client(auth=self._auth, timeout=_LIST_TIMEOUT), retries=1)

    def list_models(self) -> tuple[ModelInfo, ...]:
        """Every deployed model, ready or not, in the handler's order.

        Raises `ChatError`.
        """
        return self.listed().models

    def listed(self) -> Listed:
        """Every deployed model, and the sources that the list comes from.

        Raises `ChatError`.
        """
        request_id = uuid.uuid4().hex
        with _translated(request_id):
            page = self._client.models.list(extra_headers={REQUEST_ID: request_id})
            # What the handler did not say the SDK would fill up with its own fields.
            told = [model.model_dump(warnings=False, exclude_unset=True) for model in page.data]
            models = tuple(ModelInfo.model_validate(model) for model in told)
            return Listed(models, _sources((page.model_extra or {}).get("terrachat")))

    def stream(self, request: ChatRequest) -> ChatStream:
        """The answer to `request`, event by event; see `ChatStream`."""
        return ChatStream(self._base_url, self._auth, request)


def _openai(base_url: str, http: httpx2.Client, retries: int) -> openai.OpenAI:
    return openai.OpenAI(base_url=base_url, api_key="unused", http_client=http, max_retries=retries)


def _written(message: Message) -> dict[str, Any]:
    """A message as OpenAI's API takes it: pictures as data URLs before the words that are about them."""
    if not message.images:
        return {"role": message.role, "content": message.content}
    pictures = [
        {"type": "image_url", "image_url": {"url": f"data:{image.media_type};base64,{b64encode(image.data).decode()}"}}
        for image in message.images
    ]
    return {"role": message.role, "content": [*pictures, {"type": "text", "text": message.content}]}


def _sources(told: Any) -> tuple[SourceState, ...]:
    listed = told.get("sources") if isinstance(told, dict) else None
    return tuple(SourceState.model_validate(source) for source in listed or ())


def _events_of(chunk: ChatCompletionChunk) -> Iterator[Event]:
    told = (chunk.model_extra or {}).get("terrachat")
    if isinstance(told, dict) and told.get("answered_by"):
        yield AnsweredBy(str(told["answered_by"]))
    if isinstance(told, dict) and told.get("warnings"):
        yield Warned(tuple(map(str, told["warnings"])))
    for choice in chunk.choices[:1]:
        if choice.delta is not None and choice.delta.content:
            # Half of a surrogate pair, which some servers cut an answer at, can be neither shown nor stored.
            yield Text(choice.delta.content.encode("utf-8", "replace").decode())
        if choice.finish_reason:
            yield Finish(choice.finish_reason)
    if chunk.usage is not None:
        yield Usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)


@contextmanager
def _translated(request_id: str) -> Iterator[None]:
    """Every way in which `openai`, `httpx2` and the signing fail, as `ChatError`."""
    try:
        yield
    except MissingCredentialsError as exc:
        raise ChatError("no_credentials", "There are no AWS credentials to sign the request with.") from exc
    except openai.APIStatusError as exc:
        raise _of_status(exc, request_id) from exc
    except (openai.APITimeoutError, httpx2.TimeoutException) as exc:
        raise ChatError("handler_timeout", "The handler did not answer in time.", request_id) from exc
    except openai.APIConnectionError as exc:
        # The SDK wraps whatever a request raised, the signing's own failure too.
        if isinstance(exc.__cause__, MissingCredentialsError):
            raise ChatError("no_credentials", "There are no AWS credentials to sign the request with.") from exc
        raise ChatError("handler_unreachable", "The connection to the handler failed.", request_id) from exc
    except openai.APIError as exc:  # an error event in mid-stream
        code = exc.code or "upstream_error"
        raise ChatError(code, exc.message, request_id, retryable=_retryable(exc.body)) from exc
    except httpx2.HTTPError as exc:
        raise ChatError("stream_truncated", _BROKEN, request_id) from exc
    except (openai.OpenAIError, ValidationError, ValueError, AttributeError, TypeError) as exc:
        # Bytes that are no OpenAI reply surface in the SDK as any of these (JSONDecodeError is a ValueError).
        raise ChatError("bad_response", "The handler's reply is not an OpenAI reply.", request_id) from exc


def _of_status(exc: openai.APIStatusError, request_id: str) -> ChatError:
    request_id = exc.request_id or request_id
    if exc.code:  # the handler's own error object
        body = exc.body if isinstance(exc.body, dict) else {}
        said = str(body.get("message") or exc.message)
        return ChatError(exc.code, said, request_id, retryable=_retryable(exc.body))
    # Lambda's own reply: its function URL refused the request, or the function failed before the handler could speak.
    code = _CODES_BY_STATUS.get(exc.status_code, "handler_failed")
    return ChatError(code, f"The handler's URL answered with HTTP status {exc.status_code}.", request_id)


def _retryable(body: object) -> bool | None:
    """What the handler's error object says; None of one that does not say it."""
    said = body.get("retryable") if isinstance(body, dict) else None
    return said if isinstance(said, bool) else None
