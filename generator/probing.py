"""How a provider is asked one small thing, and what its reply means.

In: where a model is, and its key. Out: a `Reply`, or ProbeError where none came; and what a reply says of the key, the
model and the account, as an `Outcome`. A request is the one that the chat handler would send, with the same headers:
OpenAI's own package would add what this machine's OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS hold, and
send it to everybody. No redirect is followed: it would take the key along. Separate from preflight.probes, which knows
the catalog and words findings.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from generator.catalog.echoing import without_secrets

PROMPT = "Hi"
_CONNECT_TIMEOUT_S = 5.0
# A model that has slept may take a while for its first token; a preflight waits a minute for everything.
_READ_TIMEOUT_S = 20.0
_LONGEST_SAID = 300
_HIDDEN = "(hidden)"


class ProbeError(Exception):
    """No reply came. The message says why; nothing of the request is in it."""


class Outcome(StrEnum):
    """What a reply means for whoever wants to ask the model."""

    ANSWERED = "answered"
    KEY_REFUSED = "key refused"
    FORBIDDEN = "forbidden"
    NO_MODEL = "no model"
    MOVED = "moved"
    USED_UP = "used up"
    THROTTLED = "throttled"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Question:
    """One small request. `headers` and `url` may hold secrets; `key` is what must never be repeated.

    `answer` names the keys of which an answer has one.
    """

    url: str = field(repr=False)
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    key: str = field(repr=False, default="")
    answer: tuple[str, ...] = ("choices",)


@dataclass(frozen=True)
class Reply:
    """What came back. `said` is the provider's own message, shortened and without anything that may be a key."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    elapsed_s: float
    said: str
    is_answer: bool


def openai_question(base_url: str, model: str, key: str = "") -> Question:
    """For a server that speaks OpenAI's API; an empty key is none."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return Question(f"{base_url}/chat/completions", _chat(model), headers, key)


def azure_question(base: str, deployment: str, version: str, key: str) -> Question:
    """For a deployment of Azure OpenAI. https://learn.microsoft.com/azure/ai-services/openai/reference"""
    url = f"{base.rstrip('/')}/openai/deployments/{quote(deployment, safe='')}/chat/completions"
    return Question(f"{url}?api-version={quote(version, safe='')}", _chat(deployment), {"api-key": key}, key)


def vendor_question(provider: str, base_url: str, model: str, key: str = "") -> Question:
    """For a provider with an API of its own: anthropic, cohere or google_genai. Read on 2026-11-22:

    https://platform.claude.com/docs/en/api/messages, https://docs.cohere.com/reference/chat,
    https://ai.google.dev/api/generate-content
    """
    match provider:
        case "anthropic":
            headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
            return Question(f"{base_url}/v1/messages", _chat(model), headers, key, ("content",))
        case "cohere":
            return Question(f"{base_url}/v2/chat", _chat(model), {"authorization": f"Bearer {key}"}, key, ("message",))
        case "google_genai":
            body = {"contents": [{"parts": [{"text": PROMPT}]}], "generationConfig": {"maxOutputTokens": 1}}
            url = f"{base_url}/v1beta/models/{quote(model.removeprefix('models/'), safe='')}:generateContent"
            return Question(url, body, {"x-goog-api-key": key}, key, ("candidates", "promptFeedback"))
    raise ValueError(provider)


def ask(question: Question) -> Reply:
    """Send `question` and read the reply. A model that wants the number of tokens under its newer name gets it so.

    Raises ProbeError.
    """
    reply = _ask(question)
    if reply.status == 400 and _error(reply.body).get("param") == "max_tokens":
        # Reasoning models: "Unsupported parameter: 'max_tokens' is not supported with this model. Use
        # 'max_completion_tokens' instead." griptape-ai/ComfyUI-Griptape #312, read on 2026-11-22.
        body = {name: value for name, value in question.body.items() if name != "max_tokens"}
        return _ask(replace(question, body={**body, "max_completion_tokens": 1}))
    return reply


def outcome_of(reply: Reply) -> Outcome:
    """What a reply means. By status and code where there are such; some providers say it in words only."""
    if reply.status < 300:
        return Outcome.ANSWERED if reply.is_answer else Outcome.UNCLEAR
    if reply.status < 400:
        return Outcome.MOVED
    if reply.status in _BY_STATUS:
        return _BY_STATUS[reply.status]
    error = _error(reply.body)
    codes = {str(error.get(name, "")).lower() for name in ("code", "type", "status")}
    if reply.status == 403:
        return Outcome.UNCLEAR if codes & _WRONG_PLACE_CODES else Outcome.FORBIDDEN
    if reply.status == 429:
        return Outcome.USED_UP if codes & _USED_UP_CODES else Outcome.THROTTLED
    return _of_bad_request(reply, codes) if reply.status in (400, 422) else Outcome.UNCLEAR


_BY_STATUS = {401: Outcome.KEY_REFUSED, 402: Outcome.USED_UP, 404: Outcome.NO_MODEL}
# https://developers.openai.com/api/docs/guides/error-codes, read on 2026-11-22.
_USED_UP_CODES = {"insufficient_quota", "billing_hard_limit_reached", "credit_balance_exhausted"}
_WRONG_PLACE_CODES = {"unsupported_country_region_territory"}  # of this machine, which is not where the handler runs


def _of_bad_request(reply: Reply, codes: set[str]) -> Outcome:
    """400 and 422 stand for whatever the provider did not give a status of its own."""
    said = reply.said.lower()
    # xAI: 400 "Incorrect API key provided" (continuedev/continue #10778); Google: 400 API_KEY_INVALID "API key not
    # valid. Please pass a valid API key." (ai.google.dev/gemini-api/docs/troubleshooting). Read on 2026-11-22.
    if "api key" in said:
        return Outcome.KEY_REFUSED
    # Anthropic: 400 "Your credit balance is too low to access the Anthropic API." (anthropics/claude-code #4207)
    if "credit balance" in said:
        return Outcome.USED_UP
    if codes & {"invalid_model", "model_not_found"}:
        return Outcome.NO_MODEL
    # GPT-5: 400 "Could not finish the message because max_tokens or model output limit was reached." It has thought,
    # which is an answer to our question (spiceai/spiceai #7126).
    if "output limit was reached" in said:
        return Outcome.ANSWERED
    return Outcome.UNCLEAR


def _ask(question: Question) -> Reply:
    import httpx2

    timeout = httpx2.Timeout(_READ_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S)
    began = time.monotonic()
    try:
        with httpx2.Client(timeout=timeout, follow_redirects=False) as client:
            response = client.post(question.url, json=dict(question.body), headers=dict(question.headers))
            elapsed_s = time.monotonic() - began
            content = response.content
    except httpx2.TimeoutException as error:
        raise ProbeError(f"did not answer in time ({type(error).__name__})") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
        # Its text may quote the address or a header: only its name is told.
        raise ProbeError(f"could not be reached ({type(error).__name__})") from None
    body = _object(content)
    return Reply(
        response.status_code,
        body,
        elapsed_s,
        _said(body, question.key),
        is_answer=any(name in body for name in question.answer),
    )


def _chat(model: str) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": PROMPT}], "max_tokens": 1}


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    if isinstance(document, list) and len(document) == 1:  # Google's, sometimes
        document = document[0]
    return document if isinstance(document, dict) else {}


def _error(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The error object; Cohere, Mistral and xAI have its keys in the body itself."""
    error = body.get("error")
    return error if isinstance(error, dict) else body


def _said(body: Mapping[str, Any], key: str) -> str:
    error = body.get("error")
    message = error if isinstance(error, str) else _error(body).get("message")
    text = " ".join(message.split()) if isinstance(message, str) else ""
    for form in sorted(_forms(key), key=len, reverse=True):
        text = text.replace(form, _HIDDEN)
    # A key with its middle replaced by asterisks still shows its ends.
    text = re.sub(r"\S*\*{2,}\S*", _HIDDEN, without_secrets(text))
    return text if len(text) <= _LONGEST_SAID else f"{text[:_LONGEST_SAID]}..."


def _forms(key: str) -> Iterator[str]:
    if key:
        raw = key.encode()
        yield from (key, quote(key, safe=""), json.dumps(key)[1:-1])
        yield from (encode(raw).decode().rstrip("=") for encode in (base64.b64encode, base64.urlsafe_b64encode))
