"""Takes secret values out of text that leaves the handler: log lines, and an upstream's own error messages.

In: text and the values that must not be in it. Out: the text with each value, in every form in which it may appear,
replaced. Separate because logging and the upstreams both need it. Vendors echo keys: OpenAI's 401 body has held one,
and a chained traceback repeats it (measured 2026-11-22).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from urllib.parse import quote

REPLACEMENT = "[redacted]"
# Nothing shorter is a key, and replacing a common short word would garble every line.
SHORTEST_SECRET = 8


def redacted(text: str, secrets: Iterable[str]) -> str:
    """`text` without any of `secrets`: plain, URL-quoted, JSON-escaped or in base64."""
    for form in sorted(_forms(secrets), key=len, reverse=True):
        text = text.replace(form, REPLACEMENT)
    return text


def _forms(secrets: Iterable[str]) -> set[str]:
    forms = set[str]()
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            raw = secret.encode()
            encodings = (base64.b64encode(raw), base64.urlsafe_b64encode(raw))
            forms |= {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]}
            forms |= {encoding.decode().rstrip("=") for encoding in encodings}
    return forms
