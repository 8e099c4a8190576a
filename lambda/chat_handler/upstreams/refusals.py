"""What an upstream's refusal of a request is about: too long, against its content policy, or anything else.

In: the codes and the sentence that an upstream gave with a 4xx. Out: the `InvalidRequestError` that says it. Separate
because every kind of upstream refuses, and these are facts of other people's software.

A code decides where there is one. For a prompt that is too long most servers have none: their 400 says
`invalid_request_error`, `ValidationException` or `BadRequestError` for any fault of a request. There, and only there,
the sentence is looked at. What it takes to be too long is a 400 in either case, so a wrong guess costs a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from chat_handler import upstream_codes
from chat_handler.errors import ContentFilterError, ContextLengthError, InvalidRequestError

LONGEST_MESSAGE = 1000

# Sentences of servers that have no code for it. Those with an issue beside them are quoted there, read 2026-11-22; the
# last four are how their vendors are remembered to word it, and were seen nowhere.
_TOO_LONG = re.compile(
    "|".join(
        (
            r"maximum context length",  # vLLM #20409, OpenRouter (refly #1177), DeepSeek
            r"model's context length",  # vLLM from 0.16 (harbor #996), SGLang (litellm #10793)
            r"too long to fit into the model",  # vLLM #12165
            r"tokens \+ .max_new_tokens. must be <=",  # TGI (llm-vscode #94)
            r"input is too long for requested model",  # Bedrock (bedrock-chat #95)
            r"prompt is too long",  # Anthropic, also on Bedrock (strands-agents #1663)
            r"input tokens exceed the configured limit",  # Azure OpenAI (litellm #15968)
            r"input tokens exceeded",  # Amazon Nova on Bedrock (langchain-aws 1.9.1)
            r"exceeds the context window",  # Bedrock (langchain-aws 1.9.1)
            r"exceeds the maximum number of tokens",  # Google
            r"too large for model with \d+ maximum context",  # Mistral
            r"maximum prompt length",  # xAI
            r"too many tokens",  # Cohere
        )
    ),
    re.IGNORECASE,
)


def refusal(subject: str, message: str, codes: Iterable[str] = (), param: str | None = None) -> InvalidRequestError:
    """The error for a request that `subject` refused. `message` is its own sentence, about the caller's request."""
    given = set(codes)
    said = message[:LONGEST_MESSAGE] or "it gave no reason"
    if upstream_codes.FILTERED & given:
        return ContentFilterError(f"{subject} refused the prompt for its content; say it in other words")
    if upstream_codes.TOO_LONG & given or _TOO_LONG.search(message):
        return ContextLengthError(
            f"{subject} cannot read that much: {said.rstrip('.')}; shorten the messages, begin a new conversation, "
            "or ask for fewer tokens (max_tokens)",
            param="messages",
        )
    return InvalidRequestError(f"{subject} refused the request: {said}", param=param)


def is_refusal(codes: Iterable[str]) -> bool:
    """Whether a code says that the request is at fault, whatever the HTTP status says."""
    return not (upstream_codes.TOO_LONG | upstream_codes.FILTERED).isdisjoint(codes)
