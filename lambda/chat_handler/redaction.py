"""Takes secret values out of text that leaves the handler: log lines, and an upstream's own error messages.

In: text and the values that must not be in it. Out: the text with each value, in every form in which it may appear,
replaced. Separate because logging and the upstreams both need it. Vendors echo keys: OpenAI's 401 body has held one,
and a chained traceback repeats it (measured 2026-11-22).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote

REPLACEMENT = "[redacted]"
# Nothing shorter is a key, and replacing a common short word would garble every line.
SHORTEST_SECRET = 8


def redacted(text: str, secrets: Iterable[str]) -> str:
    """`text` without any of `secrets`: plain, URL-quoted, JSON-escaped or in base64."""
    for form in _forms(frozenset(secrets)):
        text = text.replace(form, REPLACEMENT)
    return text


# Secrets change with a rotation and lines come by the thousand; a handful of sets are in use at a time.
@lru_cache(maxsize=8)
def _forms(secrets: frozenset[str]) -> tuple[str, ...]:
    """Every form of every secret, longest first: a form may be part of another."""
    forms = {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in _forms_of(secret)}
    return tuple(sorted(forms, key=len, reverse=True))


def _forms_of(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield json.dumps(secret)[1:-1]
    raw = secret.encode()
    for before in range(3):  # bytes in front of it in what was encoded, as in HTTP's `user:key`: base64 goes by threes
        first = (before * 8 + 5) // 6
        last = (before + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * before + raw)[first:last].decode()
