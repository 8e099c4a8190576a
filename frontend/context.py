"""What of a conversation a model is sent. Pure.

In: the turns before, the question, the system prompt, and how much the model can read. Out: messages, and how many
turns did not fit. Separate because what is left out must be the same here and in what the page says about it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from frontend.costs import CHARACTERS_OF_A_TOKEN
from frontend.history.records import TurnRecord
from frontend.wire import Image, Message

# Where nobody says how much a model reads: small ones read 2,000 to 8,000 tokens.
UNKNOWN_CONTEXT_CHARACTERS = 12_000
# Room for the answer where no limit of tokens was chosen, and for what a model's template adds to each message.
ANSWER_TOKENS = 1_024
_TEMPLATE_TOKENS = 8
# Longer conversations than this are sent in part, however much a model reads: each question pays for all before it.
MOST_CHARACTERS = 400_000
# The handler takes requests of 6 MB (docs/contracts.md, section 3), pictures a third larger than their bytes.
MOST_PICTURE_BYTES = 3_500_000


@dataclass(frozen=True)
class Context:
    """`left_out` counts the earlier turns that did not fit, `pictures_left_out` those pictures of the others."""

    messages: tuple[Message, ...]
    left_out: int
    pictures_left_out: int

    @property
    def characters(self) -> int:
        return sum(len(message.content) for message in self.messages)


def room(context_tokens: int | None, max_tokens: int | None) -> int:
    """How many characters a conversation may have for a model that reads `context_tokens`, answer included."""
    if context_tokens is None:
        return UNKNOWN_CONTEXT_CHARACTERS
    answer = min(max_tokens or ANSWER_TOKENS, context_tokens // 2)
    return min(MOST_CHARACTERS, (context_tokens - answer) * (CHARACTERS_OF_A_TOKEN - 1))


def context_for(
    earlier: Sequence[TurnRecord],
    question: Message,
    system_prompt: str,
    characters: int,
    picture: Callable[[str], Image | None] = lambda _: None,
) -> Context:
    """The messages that carry `question` and as many whole earlier turns as fit, the latest first to be kept.

    Turns without an answer are left out (providers want question and answer in turn), and so are failed ones: a retry
    should not see its own failure. Neither counts as left out, since nothing was said. `picture` reads one by its id.
    """
    told = [turn for turn in earlier if turn.answer and turn.status != "error"]
    left = characters - len(question.content) - len(system_prompt)
    budget = MOST_PICTURE_BYTES - sum(len(image.data) for image in question.images)
    kept: list[Message] = []
    taken = missing = 0
    for turn in reversed(told):
        left -= len(turn.question) + len(turn.answer) + 2 * _TEMPLATE_TOKENS * CHARACTERS_OF_A_TOKEN
        if left < 0:
            break
        images = tuple(filter(None, map(picture, turn.images))) if budget > 0 else ()
        budget -= sum(len(image.data) for image in images)
        images = images if budget >= 0 else ()
        missing += len(turn.images) - len(images)
        kept = [Message("user", turn.question, images), Message("assistant", turn.answer), *kept]
        taken += 1
    system = (Message("system", system_prompt),) if system_prompt else ()
    return Context((*system, *kept, question), len(told) - taken, missing)
