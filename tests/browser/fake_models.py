"""The models of the fake handler: what each lists about itself, and what it writes.

In: a model's id and a question. Out: a `Script` that `fake_handler.py` plays. Separate from it so that the server knows
no model by name, and the texts can be used without a server.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

SECRET = "SECRET123"  # what an upstream would say in its error; it must reach nobody
TORTURE = """Before the torture.

<script>window.XSS = 1</script> <img src=x onerror="window.XSS = 2">

![remote](https://evil.invalid/a.png) ![ref][evil] [evil]

[evil]: https://evil.invalid/b.png

[click](javascript:window.XSS=3) [data](data:text/html,x) [fine](https://example.invalid/page)

`![code](https://evil.invalid/d.png)` ` ![split `
` ![two lines](https://evil.invalid/e.png) `

| ` | ![cell](https://evil.invalid/f.png) | ` |
|---|---|---|
| 1 | 2 | 3 |

:red[not red] :material/face: :smile: Note:this costs $5 and $10; \\(x^2\\)

$$
```
$$
![hidden in math](https://evil.invalid/g.png)

After the torture.

<div>
```

![hidden in html](https://evil.invalid/c.png)
"""
CODE = "\n".join(
    (
        "def nested(values):",
        "    for value in values:",
        "        if value:",
        "\t# a tab before this comment",
        "            yield value",
        "",
        f'LONG = "{"x" * 291}"',
        "print(list(nested([0, 1])))",
    )
)
MARKDOWN = """so \\(x^2\\) costs $5 and $10, and `a * b` stays code

\\[ \\int_0^1 x^2 \\, dx = \\frac{1}{3} \\]

- one
  - two
    - three

| left | middle | right |
|:---|:---:|---:|
| 1 | 2 | 3 |

```python
print("nobody closed this")
"""
VIETNAMESE = "ạ ả ấ ầ ẩ ẫ ậ ắ ẵ ặ ơ ư đ Đ ố ồ ữ ỹ: Tiếng Việt có đủ dấu."
VIETNAMESE_NFD = unicodedata.normalize("NFD", VIETNAMESE)  # the same, with combining marks
LONG_CHARACTERS = 150_000
_CHUNK = 25

# docs/contracts.md, section 3: the status of a reply that fails before anything was sent.
STATUS_OF_CODE: Mapping[str, int] = {
    "invalid_request": 400,
    "context_length_exceeded": 400,
    "content_filter": 400,
    "request_too_large": 413,
    "model_not_found": 404,
    "missing_key": 503,
    "secret_unavailable": 503,
    "secret_malformed": 503,
    "provider_not_installed": 503,
    "model_not_ready": 503,
    "endpoint_failed": 503,
    "endpoint_missing": 503,
    "circuit_open": 503,
    "no_access": 403,
    "authentication_failed": 502,
    "throttled": 429,
    "insufficient_quota": 429,
    "upstream_error": 502,
    "model_error": 502,
    "network_error": 502,
    "bad_upstream_response": 502,
    "response_too_large": 502,
    "all_fallbacks_failed": 502,
    "upstream_timeout": 504,
    "deadline_exceeded": 504,
    "stream_truncated": 502,
    "internal": 500,
}
# The codes that another try will not mend.
FINAL = {"invalid_request", "context_length_exceeded", "content_filter", "no_access", "model_not_found", "missing_key"}


@dataclass(frozen=True)
class Asked:
    """`question` is the last message; `again` says that this model was asked the same before."""

    model: str
    question: str
    images: int = 0
    questions: int = 1
    again: bool = False


@dataclass(frozen=True)
class Script:
    """`words` one after the other, `pause_s` after every `burst` of them; the first after `first_s`.

    Then the model is finished for the reason `finish`, None where it never says so; or `error` is the code that it
    fails with, which is the reply itself where `before` says so; or it `hangs` for ever. `counts` is false for a model
    that tells no usage. After `held_after` words the handler's `release` is waited for: how far an answer is must not
    depend on how busy the machine is.
    """

    words: Sequence[str]
    pause_s: float = 0.01
    first_s: float = 0.0
    burst: int = 1
    finish: str | None = "stop"
    error: str | None = None
    hangs: bool = False
    before: bool = False
    counts: bool = True
    warnings: Sequence[str] = ()
    held_after: int | None = None


def listed(model: str) -> dict[str, Any]:
    """What `GET /v1/models` says of `model`, beside its id."""
    now = datetime.now(UTC)
    told: dict[str, Any] = {
        "provider": "fake",
        "region": "us-east-1",
        "status": "ready",
        "reason": None,
        "checked_at": _written(now),
        "until": None,
        "stops_at": None,
        "startable": False,
        "modalities": ["text"],
        "supports_streaming": True,
        "context_tokens": 8192,
        "price": None,
        "fallback": [],
        "parameters": None,
        "unsupported_parameters": [],
    }
    if model == "asleep":
        told |= {"until": _written(now + timedelta(days=1)), "stops_at": _written(now + timedelta(days=2))}
    return told | dict(_TOLD.get(model, {}))


def script(asked: Asked) -> Script:
    """What the model that was asked does."""
    write = _SCRIPTS.get(asked.model)
    return write(asked) if write is not None else Script([f"You said: {asked.question}"])


def written(text: str, **played: Any) -> Script:
    """A script that writes exactly `text`, seven characters at a time."""
    return Script(pieces(text, 7), **played)


def pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def long_text(characters: int) -> str:
    """Exactly so many characters of paragraphs, with code blocks, lists and tables among them."""
    blocks: list[str] = []
    length = 0
    while length < characters:
        blocks.append(_block(len(blocks) + 1))
        length += len(blocks[-1]) + 2
    return "\n\n".join(blocks)[:characters]


def _block(number: int) -> str:
    if number % 10 == 0:
        return "\n".join(("```python", *(f"value_{number}_{line} = {line} * {number}" for line in range(20)), "```"))
    if number % 12 == 0:
        return "\n".join(f"- point {line} of list {number}" for line in range(8))
    if number % 15 == 7:
        rows = (f"| row {line} | {line * number} |" for line in range(5))
        return "\n".join(("| name | value |", "|---|---:|", *rows))
    return f"Paragraph {number}. " + "It goes on and on about nothing in particular. " * 8


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _failing(asked: Asked) -> Script:
    """Fails as its question says: `throttled`, or `throttled late` for after ten words."""
    code, _, when = asked.question.partition(" ")
    known = code if code in STATUS_OF_CODE else "upstream_error"
    return Script(_parts(), error=known, before=when != "late")


def _flaky(asked: Asked) -> Script:
    return Script([f"You said: {asked.question}"]) if asked.again else Script(_parts(), error="upstream_error")


def _parts() -> list[str]:
    return [f"part{n} " for n in range(10)]


def _said(asked: Asked) -> list[str]:
    return [f"You said: {asked.question}"]


def _fast(_: Asked) -> Script:
    end = "\n\nThe very end."
    text = long_text(LONG_CHARACTERS - len(end)) + end
    return Script(pieces(text, _CHUNK), pause_s=0.001, burst=5)


_SCRIPTS: Mapping[str, Callable[[Asked], Script]] = {
    "slow": lambda _: Script([f"word{n} " for n in range(40)], pause_s=0.1),
    "held": lambda _: Script([f"word{n} " for n in range(40)], pause_s=0.05, held_after=10),
    "prompt": lambda asked: Script(["Here ", "you ", "are: ", asked.question], first_s=0.3),
    "fast": _fast,
    "tall": lambda _: Script([f"line {n}\n\n" for n in range(60)], pause_s=0.1),
    "hang": lambda _: Script(["one ", "two ", "three "], pause_s=0.02, hangs=True),
    "mute": lambda _: Script([], hangs=True, before=True),
    "broken": lambda _: Script(_parts(), error="upstream_error"),
    "flaky": _flaky,
    "failing": _failing,
    "cut": lambda _: Script(_parts(), finish=None),
    "clipped": lambda asked: Script(_said(asked), finish="length" if asked.questions == 1 else "stop"),
    "filtered": lambda _: Script(_parts(), finish="content_filter"),
    "torture": lambda _: written(TORTURE, pause_s=0.005),
    "parrot": lambda asked: written(asked.question, pause_s=0.002),
    "code": lambda _: written(f"Here it is:\n\n```python\n{CODE}\n```\n\nThat was it.", pause_s=0.002),
    "math": lambda _: written(MARKDOWN, pause_s=0.02),
    "vietnamese": lambda _: written(f"{VIETNAMESE}\n\n{VIETNAMESE_NFD}"),
    "vision": lambda asked: Script([f"I see {asked.images} pictures. You said: {asked.question}"]),
    "warned": lambda asked: Script(_said(asked), warnings=["`seed` was left out: the model does not take it."]),
    "uncounted": lambda asked: Script(_said(asked), counts=False),
}
_TOLD: Mapping[str, Mapping[str, Any]] = {
    "starting": {"status": "starting", "reason": "The endpoint is being created (fake)."},
    "away": {"status": "stopped", "reason": "It is night (fake).", "fallback": ["echo"]},
    "asleep": {"status": "stopped", "reason": "It is out of its hours (fake).", "startable": True},
    "vision": {"modalities": ["text", "image"]},
    "picky": {
        "parameters": ["max_tokens", "max_completion_tokens", "stop", "temperature", "top_p"],
        "unsupported_parameters": ["temperature", "top_p"],
    },
    "priced": {"price": {"input": 1, "output": 2}},
    "small": {"context_tokens": 600},
}
MODELS = ("echo", *_SCRIPTS, *(model for model in _TOLD if model not in _SCRIPTS))
