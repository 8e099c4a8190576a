"""What both pages stand on, as a program: a scripted upstream, and an emulated AWS with a deployment in it.

    python -m benchmarks.frontend_stack

It writes one line of JSON, `{"upstream": URL, "environment": {...}}`, and runs until its standard input ends.
"""

from __future__ import annotations

import json
import sys

from tests.browser.fake_models import Asked, Script
from tests.browser.stack import running_stack

TALKER = "talker"
TALKER_WORDS, TALKER_WORDS_A_SECOND = 400, 20


def main() -> None:
    with running_stack() as stack:
        stack.handler.models = (*stack.handler.models, TALKER)
        stack.handler.scripts[TALKER] = _talk
        stack.publish_models()
        told = {"upstream": f"{stack.handler.url}v1", "environment": dict(stack.environment)}
        print(json.dumps(told), flush=True)
        sys.stdin.read()


def _talk(_: Asked) -> Script:
    """As a model of today writes: some hundred words, twenty a second."""
    words = [f"word{number} " for number in range(TALKER_WORDS)]
    return Script(words, pause_s=1 / TALKER_WORDS_A_SECOND)


if __name__ == "__main__":
    main()
