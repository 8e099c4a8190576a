"""What servers' own error codes mean, in a refusal and in the middle of a stream alike.

In: nothing. Out: sets of codes. Separate because a reply with a status and an event in a stream are read in two places,
which must not differ. Read 2026-11-22.
"""

from __future__ import annotations

# The prompt, or prompt and answer, is more than the model can read.
TOO_LONG = frozenset(
    {
        "context_length_exceeded",  # OpenAI, Azure OpenAI, Groq
        "exceed_context_size_error",  # llama.cpp #15780: the `type`, with HTTP 500 in its first versions
    }
)
# The prompt was refused for its content.
FILTERED = frozenset(
    {
        "content_filter",  # Azure OpenAI: https://learn.microsoft.com/en-us/answers/questions/5896505
        "ResponsibleAIPolicyViolation",  # Azure OpenAI's inner code
        "content_policy_violation",  # OpenAI
    }
)
# The account has nothing left: waiting does not mend it. OpenAI's two, and Anthropic's.
# https://platform.openai.com/docs/guides/error-codes
USED_UP = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_error"})
