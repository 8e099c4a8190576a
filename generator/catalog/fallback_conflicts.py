"""Where the entries' fallbacks lead nowhere, or back to where they came from. Pure.

Separate from conflicts.py because it is the one rule that follows a path through the entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.catalog.conflict import Conflict, Parts, text
from generator.catalog.echoing import listed, quoted
from generator.naming import MODEL_ID
from generator.suggesting import nearest

_MOST_SHOWN = 5


@dataclass(frozen=True)
class _Link:
    """The entry `to` stands in the list of `by`, at `place`."""

    by: str
    to: str
    place: Parts


_Links = Mapping[str, Sequence[_Link]]


def fallback_conflicts(entries: Sequence[Mapping[str, Any]]) -> Iterator[Conflict]:
    """Yield the conflicts among the lists `fallback` of all entries."""
    ids = {name: index for index, entry in enumerate(entries) if (name := text(entry.get("id")))}
    links: dict[str, list[_Link]] = {}
    for index, entry in enumerate(entries):
        by, seen = text(entry.get("id")) or "", set[str]()
        for link in _links(by, entry.get("fallback"), ("models", index, "fallback")):
            message = _wrong(link, ids, seen)
            seen.add(link.to)
            if message:
                yield Conflict(link.place, message)
            else:
                links.setdefault(by, []).append(link)
    yield from _circles(links)


def _links(by: str, fallback: Any, where: Parts) -> Iterator[_Link]:
    for number, name in enumerate(fallback if isinstance(fallback, list | tuple) else ()):
        to = text(name) or ""
        if MODEL_ID.fullmatch(to):  # else what is wrong with it is said already
            yield _Link(by, to, (*where, number))


def _wrong(link: _Link, ids: Mapping[str, int], seen: set[str]) -> str | None:
    if link.to == link.by:
        return "an entry cannot answer in its own place; remove it"
    if link.to in seen:
        return f"{quoted(link.to)} stands twice in the list; remove one"
    if link.to in ids:
        return None
    others = [name for name in ids if name != link.by and MODEL_ID.fullmatch(name)]
    known = f"known: {listed(others)}" if 0 < len(others) <= _MOST_SHOWN else "write the id of another entry"
    near = nearest(link.to, others)
    return f"no entry has the id {quoted(link.to)}; {f'did you mean {near!r}?' if near else known}"


def _circles(links: _Links) -> Iterator[Conflict]:
    """Each link that leads back, found by walking every path once; no recursion, as a catalog may hold a thousand."""
    finished = set[str]()
    for start in links:
        walked = {} if start in finished else {start: iter(links[start])}
        while walked:
            name, rest = next(reversed(walked.items()))
            link = next(rest, None)
            if link is None:
                finished.add(name)
                del walked[name]
            elif link.to in walked:
                yield _circle(link, list(walked), links)
            elif link.to not in finished:
                walked[link.to] = iter(links.get(link.to, ()))


def _circle(link: _Link, walked: Sequence[str], links: _Links) -> Conflict:
    names = [*walked[walked.index(link.to) :], link.to]
    shown = names if len(names) <= _MOST_SHOWN else [*names[: _MOST_SHOWN - 2], "...", *names[-2:]]
    words = f"the fallbacks go round in a circle, {' -> '.join(map(quoted, shown))}; remove one of these"
    return Conflict(link.place, words.replace("'...'", "..."), links[link.to][0].place)
