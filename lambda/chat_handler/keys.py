"""The providers' keys, out of the API-keys secret (docs/contracts.md, section 4).

In: a function that reads the secret, and the names that providers and models declare. Out: keys by name, at most 60 s
old, and for each key that cannot be used a sentence that says why. Separate because rotation has rules of its own: a
new version is seen within 60 s and at once after a provider refused a key; while Secrets Manager is down the last
keys stay in use; nothing but declared names is taken; one bad value harms one provider. Keys are handed to the
upstream that asks, and never put into `os.environ`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chat_handler import threads
from chat_handler.errors import MissingKeyError

log = logging.getLogger(__name__)

FRESH_S = 60.0
# While Secrets Manager cannot be reached the last keys are used this long.
STALE_S = 3600.0
# While Secrets Manager cannot be reached and there are no last keys, it is asked this often.
OUTAGE_RETRY_S = 5.0


class SecretUnavailableError(Exception):
    """The secret cannot be read; the message says why and what to do. `is_outage`: it may be readable again soon."""

    def __init__(self, message: str, *, is_outage: bool) -> None:
        super().__init__(message)
        self.is_outage = is_outage


@dataclass(frozen=True)
class SecretVersion:
    """What Secrets Manager holds now. `text` is None where the secret is binary."""

    version_id: str
    text: str | None = field(repr=False)


@dataclass(frozen=True)
class Key:
    """One provider's key, and the version of the secret that it came from."""

    name: str
    value: str = field(repr=False)
    version_id: str


@dataclass(frozen=True)
class ParsedSecret:
    """The usable keys, and for the others what is wrong with them. No value is in a reason."""

    values: Mapping[str, str] = field(repr=False)
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class _Snapshot:
    version_id: str
    secret: ParsedSecret
    read_at: float
    is_outage: bool = False


class KeyStore:
    """The keys of the process. `read_secret` blocks; it is called in a thread, one call at a time."""

    def __init__(
        self,
        read_secret: Callable[[], SecretVersion],
        names: Iterable[str] = (),
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read_secret = read_secret
        self._names = set(names)
        self._not_secret = set[str]()
        self._now = now
        self._snapshot: _Snapshot | None = None
        self._tried_at = float("-inf")
        self._reads_begun = 0
        self._lock = asyncio.Lock()
        self._seen = set[str]()

    def live_secrets(self) -> frozenset[str]:
        """Every value that this process has held, for redaction. A rotated key stays a secret."""
        return frozenset(self._seen)

    def declare(self, *names: str, is_secret: bool = True) -> None:
        """Take these names too. A value that `is_secret` says is none (an address, say) may be seen in the log."""
        if not is_secret:
            self._not_secret.update(names)
        if not self._names.issuperset(names):
            self._names.update(names)
            self._tried_at = float("-inf")  # the last read did not look for them

    async def get(self, name: str) -> Key:
        """The key called `name`, at most 60 s old.

        Raises:
            MissingKeyError: it is not in the secret or cannot be used; the message says why.

        """
        snapshot = await self._fresh()
        if (value := snapshot.secret.values.get(name)) is None:
            raise MissingKeyError(snapshot.secret.reasons.get(name, f"{name} cannot be read now; try again"))
        return Key(name, value, snapshot.version_id)

    async def replacement(self, refused: Key) -> Key | None:
        """The key to use instead of `refused`, which its provider does not accept; None if it has not changed.

        Reads the secret at most once, and not at all if a newer version has been read since; requests that were refused
        at the same time share one read. A refusal costs a request to the provider, which is what limits the reads.

        Raises:
            MissingKeyError: the key is no longer in the secret.

        """
        await self._forced(refused.version_id)
        current = await self.get(refused.name)
        return current if current.value != refused.value else None

    async def _fresh(self) -> _Snapshot:
        async with self._lock:
            max_age_s = OUTAGE_RETRY_S if self._snapshot is not None and self._snapshot.is_outage else FRESH_S
            if self._snapshot is None or self._now() - self._tried_at >= max_age_s:
                self._snapshot = await self._read()
            return self._snapshot

    async def _forced(self, refused_version_id: str) -> None:
        reads_begun = self._reads_begun
        async with self._lock:
            is_refused = self._snapshot is None or self._snapshot.version_id == refused_version_id
            if is_refused and self._reads_begun == reads_begun:
                self._snapshot = await self._read()

    async def _read(self) -> _Snapshot:
        self._tried_at = self._now()
        self._reads_begun += 1
        try:
            version = await threads.call(self._read_secret)
        except SecretUnavailableError as exc:
            log.warning("the API-keys secret cannot be read: %s", exc)
            return self._kept(exc) or _Snapshot("", _without_values(self._names, str(exc)), self._now(), exc.is_outage)
        secret = parse_secret(version.text, self._names)
        self._seen.update(value for name, value in secret.values.items() if name not in self._not_secret)
        return _Snapshot(version.version_id, secret, self._now())

    def _kept(self, exc: SecretUnavailableError) -> _Snapshot | None:
        snapshot = self._snapshot
        if not exc.is_outage or snapshot is None or snapshot.is_outage:
            return None
        return snapshot if self._now() - snapshot.read_at <= STALE_S else None


def parse_secret(text: str | None, names: Iterable[str]) -> ParsedSecret:
    """Take `names` out of the secret's text, a JSON object of strings. Values are stripped; numbers become strings."""
    names = tuple(names)
    try:
        document = json.loads(text) if text is not None else None
    except (ValueError, RecursionError):
        return _without_values(names, "the API-keys secret is not JSON; it must be an object, {} if empty")
    if not isinstance(document, dict):
        kind = "binary" if text is None else type(document).__name__
        return _without_values(names, f"the API-keys secret is {kind} and not a JSON object of strings")
    problems = {name: _problem(name, document) for name in names}
    return ParsedSecret(
        {name: str(document[name]).strip() for name, problem in problems.items() if problem is None},
        {name: problem for name, problem in problems.items() if problem is not None},
    )


def _without_values(names: Iterable[str], reason: str) -> ParsedSecret:
    return ParsedSecret({}, dict.fromkeys(names, reason))


def _problem(name: str, document: dict[str, Any]) -> str | None:
    advice = f"set it with: terrachat secrets set {name}"
    if name not in document:
        return f"{name} is not in the API-keys secret; {advice}"
    value = document[name]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return f"{name} in the API-keys secret is {type(value).__name__} and not a string; {advice}"
    text = str(value).strip()
    if not text:
        return f"{name} in the API-keys secret is empty; {advice}"
    if not (text.isascii() and text.isprintable()) or " " in text:
        return f"{name} in the API-keys secret holds a character that no key has (a space or line break?); {advice}"
    return None
