"""The providers' keys, out of the API-keys secret (docs/contracts.md, section 4).

In: a function that reads the secret, and the names that providers and models declare. Out: keys by name, at most 60 s
old, and for each key that cannot be used an error that says why. Separate because rotation has rules of its own: a
new version is seen within 60 s and at once after a provider refused a key; while Secrets Manager is down the last
keys stay in use; nothing but declared names is taken. Keys are handed to the upstream that asks, and never put into
`os.environ`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from chat_handler import threads
from chat_handler.errors import MissingKeyError, SecretUnreadableError
from chat_handler.parsed_secret import ParsedSecret, Problem, Wanted, parse_secret
from chat_handler.sources import KEYS, Source

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
class _Snapshot:
    """`problem` is why the secret could not be read since, while these keys are kept."""

    version_id: str
    secret: ParsedSecret
    read_at: float
    checked_at: datetime | None
    is_outage: bool = False
    problem: str | None = None


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
        self._wanted = Wanted(frozenset(names))
        self._not_secret = Wanted()
        self._now = now
        self._snapshot: _Snapshot | None = None
        self._tried_at = float("-inf")
        self._reads_begun = 0
        self._last_read = 0
        self._lock = asyncio.Lock()
        self._seen = frozenset[str]()

    def live_secrets(self) -> frozenset[str]:
        """Every value that this process has held, for redaction. A rotated key stays a secret."""
        return self._seen

    def declare(self, *names: str, is_secret: bool = True, is_list: bool = False) -> None:
        """Take these names too. A value that `is_secret` says is none (an address, say) may be seen in the log;
        `is_list`: see `Wanted`.
        """
        if not is_secret:
            self._not_secret = replace(self._not_secret, names=self._not_secret.names.union(names))
        lists = self._wanted.lists.union(names) if is_list else self._wanted.lists
        self._want(replace(self._wanted, names=self._wanted.names.union(names), lists=lists), names)

    def declare_prefix(self, prefix: str, *, is_secret: bool = True) -> None:
        """Take every name too that begins with `prefix`."""
        if not is_secret:
            self._not_secret = replace(self._not_secret, prefixes=(*self._not_secret.prefixes, prefix))
        self._want(replace(self._wanted, prefixes=(*self._wanted.prefixes, prefix)), (prefix,))

    def source(self) -> Source | None:
        """What is to be told of the secret itself; None where nobody has needed it yet."""
        if (snapshot := self._snapshot) is None:
            return None
        whole = snapshot.secret.whole
        return Source(KEYS, snapshot.checked_at, snapshot.problem or (None if whole is None else whole.message))

    def expire(self) -> None:
        """Read the secret anew for the next key: time has passed that no clock of this process has seen."""
        self._tried_at = float("-inf")

    async def get(self, name: str) -> Key:
        """The key called `name`, at most 60 s old.

        Raises:
            MissingKeyError: it is not in the secret or cannot be used; the message says why.

        """
        (key,) = await self.get_all(name)
        return key

    async def get_all(self, *names: str) -> list[Key]:
        """The keys called `names`, all of one version of the secret, which is at most 60 s old.

        Raises:
            MissingKeyError: some are not in the secret or cannot be used; the message says of each why.

        """
        snapshot = await self._fresh()
        values = snapshot.secret.values
        if missing := [name for name in names if name not in values]:
            raise _error([snapshot.secret.problem_of(name) or _not_looked_for(name) for name in missing])
        return [Key(name, values[name], snapshot.version_id) for name in names]

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

    def _want(self, wanted: Wanted, names: Iterable[str]) -> None:
        if not all(map(self._wanted.takes, names)):
            self.expire()  # the last read did not look for them
        self._wanted = wanted

    async def _fresh(self) -> _Snapshot:
        async with self._lock:
            max_age_s = OUTAGE_RETRY_S if self._snapshot is not None and self._snapshot.is_outage else FRESH_S
            if self._snapshot is None or self._now() - self._tried_at >= max_age_s:
                return await self._read_now()
            return self._snapshot

    async def _forced(self, refused_version_id: str) -> None:
        reads_begun = self._reads_begun
        async with self._lock:
            is_refused = self._snapshot is None or self._snapshot.version_id == refused_version_id
            if is_refused and self._last_read <= reads_begun:
                await self._read_now()

    async def _read_now(self) -> _Snapshot:
        """Read the secret, with the lock."""
        self._tried_at = self._now()
        self._reads_begun += 1
        try:
            self._snapshot = await self._read()
        except BaseException:
            self.expire()  # whoever began this read has left, and others wait for its result
            raise
        self._last_read = self._reads_begun
        return self._snapshot

    async def _read(self) -> _Snapshot:
        wanted = self._wanted
        try:
            version = await threads.call(self._read_secret)
        except SecretUnavailableError as exc:
            log.warning("the API-keys secret cannot be read: %s", exc)
            problem = Problem(str(exc), SecretUnreadableError, retryable=exc.is_outage)
            unread = _Snapshot("", ParsedSecret(wanted, whole=problem), self._now(), None, exc.is_outage)
            return self._kept(exc) or unread
        secret = parse_secret(version.text, wanted)
        self._seen |= {value for name, value in secret.values.items() if not self._not_secret.takes(name)}
        return _Snapshot(version.version_id, secret, self._now(), datetime.now(UTC))

    def _kept(self, exc: SecretUnavailableError) -> _Snapshot | None:
        snapshot = self._snapshot
        if not exc.is_outage or snapshot is None or snapshot.is_outage:
            return None
        return replace(snapshot, problem=str(exc)) if self._now() - snapshot.read_at <= STALE_S else None


def _not_looked_for(name: str) -> Problem:
    return Problem(f"{name} cannot be read now; try again", SecretUnreadableError, retryable=True)


def _error(problems: list[Problem]) -> MissingKeyError:
    """The problems as one error, each said once: they may all be the whole secret's."""
    kinds = {problem.kind for problem in problems}
    message = ". ".join(dict.fromkeys(problem.message for problem in problems))
    retryable = all(problem.retryable for problem in problems)
    return Problem(message, kinds.pop() if len(kinds) == 1 else MissingKeyError, retryable).error()
