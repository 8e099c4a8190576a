"""When each key of the secret last changed: its versions, compared from the current one back. Pure but for `read`.

In: the versions that exist, and a function that reads one. Out: a `KeyChange` a key. Separate from the store because
nothing is changed here, and because it may end before it knows: Secrets Manager keeps 100 versions, and each takes a
call of its own.

A change that was refused because somebody else's came first leaves a version that was never current; it is a second
or so older than the one that counts, and so is the date that it may lead to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from generator.api_keys.versions import CURRENT, ListedVersion

_MOST_READ = 40
"""So that a listing ends within seconds. Whoever has changed more keys since is told how far back was looked."""
_AT_BIRTH = timedelta(seconds=5)


@dataclass(frozen=True)
class KeyChange:
    """A key and when its value last changed.

    Where `is_exact` is false, the value was the same in the oldest version that was looked at, which is of that time.
    `changed` is None where no version could be looked at.
    """

    name: str
    changed: datetime | None
    is_exact: bool


def last_changes(
    names: Iterable[str],
    versions: Iterable[ListedVersion],
    read: Callable[[ListedVersion], Mapping[str, str]],
    born: datetime | None = None,
    most: int = _MOST_READ,
) -> tuple[KeyChange, ...]:
    """When each of `names` got the value that it has in the current version.

    `versions` are newest first; `read` gives the values of one. At most `most` are read. `born` is when the secret was
    created, which tells its first version from the oldest that still exists.
    """
    past = _from_current(tuple(versions))
    open_names = set(names)
    values = dict(read(past[0])) if past else {}
    since = {name: past[0].created for name in open_names} if past else {}
    exact: set[str] = set()
    for version in past[1:most]:
        if not open_names:
            break
        found = read(version)
        same = {name for name in open_names if found.get(name) == values.get(name)}
        exact |= open_names - same
        since.update(dict.fromkeys(same, version.created))
        open_names = same
    if past and born is not None and len(past) <= most and past[-1].created - born <= _AT_BIRTH:
        exact |= open_names
    return tuple(KeyChange(name, since.get(name), name in exact) for name in sorted(names))


def _from_current(versions: tuple[ListedVersion, ...]) -> tuple[ListedVersion, ...]:
    """The current version and what is older: what is newer was never current, or is not any more."""
    start = next((index for index, each in enumerate(versions) if CURRENT in each.labels), len(versions))
    return versions[start:]
