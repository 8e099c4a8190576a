"""Putting one question to a deployed model, the way any client does: discover the handler, stream from its URL."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from frontend.client import ChatClient
from frontend.discovery import DiscoveryError, discover
from frontend.wire import AnsweredBy, ChatError, ChatRequest, Finish, Message, ModelInfo, Text, Usage
from generator.errors import AwsError, NoAnswerError, TerrachatError
from generator.suggesting import nearest


@dataclass(frozen=True)
class Answer:
    """What was answered to a question that was put to `model`; `answered_by` is another where a fallback did.

    Times are in seconds from sending the question; token counts are the upstream's own. `finish_reason` is OpenAI's:
    with another than `stop` the answer is not whole.
    """

    model: str
    answered_by: str
    finish_reason: str
    text: str
    first_token_s: float
    elapsed_s: float
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


def connect(deployment: str, region: str, *, local: bool = False) -> ChatClient:
    """The handler of a deployment, found through AWS as the environment names it.

    `local` says that this is the local target, where `terrachat apply` alone would deploy to the wrong place.
    Raises AwsError where nothing is deployed under that name, or AWS cannot be asked.
    """
    try:
        found = discover(deployment, region)
    except DiscoveryError as error:
        hint = "Deploy it: terrachat apply --local" if local and error.code == "not_deployed" else error.hint
        raise AwsError(error.message, hint=hint) from error
    return ChatClient(found.handler_url, found.region)


def list_models(client: ChatClient) -> tuple[ModelInfo, ...]:
    """What is deployed, and whether it would answer now. Raises NoAnswerError."""
    try:
        return client.list_models()
    except ChatError as error:
        raise _no_answer("the handler", error) from error


def choose(models: Sequence[ModelInfo], model_id: str | None = None) -> ModelInfo:
    """The model asked for, else the first that is ready.

    Raises TerrachatError where there is no such model, and NoAnswerError where it is not ready and has no fallback.
    """
    if model_id is None:
        chosen = next((model for model in models if model.is_ready), None)
        if chosen is None:
            raise NoAnswerError("no deployed model is ready", hint="See why: terrachat status")
        return chosen
    chosen = next((model for model in models if model.id == model_id), None)
    if chosen is None:
        ids = [model.id for model in models]
        near = nearest(model_id, ids)
        meant = f"; did you mean {near!r}?" if near else ""
        raise TerrachatError(f"no deployed model has the id {model_id!r}{meant}", hint=_list(ids))
    if not chosen.can_be_asked:
        raise NoAnswerError(f"{model_id!r} is {chosen.status}: {chosen.reason}", hint="See all: terrachat models")
    return chosen


def ask(client: ChatClient, model_id: str, prompt: str, on_text: Callable[[str], None]) -> Answer:
    """Stream `model_id`'s answer to `prompt` piece by piece into `on_text`.

    Raises NoAnswerError where the model fails, its stream is cut, or it says nothing.
    """
    began = time.monotonic()
    answered_by, finish_reason = model_id, ""
    pieces: list[str] = []
    first_token_s = 0.0
    usage: Usage | None = None
    try:
        with client.stream(ChatRequest(model_id, (Message("user", prompt),))) as events:
            for event in events:
                match event:
                    case Text(text=text):
                        first_token_s = first_token_s or time.monotonic() - began
                        pieces.append(text)
                        on_text(text)
                    case Usage():
                        usage = event
                    case AnsweredBy(model=model):
                        answered_by = model
                    case Finish(reason=reason):
                        finish_reason = reason
    except ChatError as error:
        if pieces:
            on_text("\n")
        raise _no_answer(repr(answered_by), error, "broke off its answer" if pieces else "did not answer") from error
    if not "".join(pieces).strip():
        raise NoAnswerError(f"{answered_by!r} ended its answer without a word (finish_reason {finish_reason!r})")
    return Answer(
        model=model_id,
        answered_by=answered_by,
        finish_reason=finish_reason,
        text="".join(pieces),
        first_token_s=first_token_s,
        elapsed_s=time.monotonic() - began,
        prompt_tokens=usage.prompt_tokens if usage else None,
        completion_tokens=usage.completion_tokens if usage else None,
    )


def in_a_line(answer: Answer) -> str:
    """Who answered, how fast, how much, and why it ended where the answer is not whole."""
    who = answer.model if answer.answered_by == answer.model else f"{answer.answered_by} instead of {answer.model}"
    parts = [f"first token {answer.first_token_s:.2f} s", f"whole {answer.elapsed_s:.2f} s"]
    if answer.completion_tokens is not None:
        parts.append(f"{answer.prompt_tokens} + {answer.completion_tokens} tokens")
    if answer.finish_reason != "stop":
        parts.append(f"not whole: {answer.finish_reason}")
    return f"{who}: {', '.join(parts)}"


def _no_answer(who: str, error: ChatError, what: str = "did not answer") -> NoAnswerError:
    request = f" (request {error.request_id})" if error.request_id else ""
    return NoAnswerError(f"{who} {what}: {error.code}: {error.message}{request}", hint=error.hint)


def _list(ids: list[str]) -> str:
    return f"Deployed: {', '.join(ids)}" if ids else "Nothing is deployed."
