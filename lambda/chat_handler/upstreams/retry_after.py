"""How long an upstream asks to wait, from its reply's headers: seconds, a date, or AWS's and Azure's milliseconds."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

_MILLISECOND_HEADERS = ("retry-after-ms", "x-ms-retry-after-ms", "x-amz-retry-after")


def retry_after_s(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Seconds to wait, at least 0; None where `headers` (lower-case names) ask for nothing that can be read."""
    for name in _MILLISECOND_HEADERS:
        if (milliseconds := _number(headers.get(name))) is not None:
            return milliseconds / 1000
    value = headers.get("retry-after")
    if value is None:
        return None
    if (seconds := _number(value)) is not None:
        return seconds
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now())
    except (ValueError, OverflowError):
        return None


def _number(value: str | None) -> float | None:
    # Digits, perhaps with a fraction, and not endless: float() would take "nan", and make an infinity of 400 digits.
    return float(value) if value is not None and re.fullmatch(r"\s*[0-9]{1,12}(\.[0-9]{1,9})?\s*", value) else None
