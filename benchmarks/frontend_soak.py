"""Many sessions for many minutes, each with one question after another, and what the server keeps of them.

In: a running page. Out: memory and threads before, meanwhile, and when everybody has gone. Separate because it takes
minutes where everything else takes seconds.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import psutil

from benchmarks.frontend_servers import SESSION_TTL_S
from benchmarks.frontend_session import Session
from benchmarks.handler_servers import Running

_LOOK_S = 0.5
# For sessions to be given up, and for threads that wait for something to notice it.
_GONE_WITHIN_S = SESSION_TTL_S + 60.0
# Above the baseline: what an allocator may keep (a seventh, or 30 MiB), and threads of a pool.
_MORE_MEMORY, _MORE_MIB, _MORE_THREADS = 1.15, 30.0, 4


@dataclass(frozen=True)
class Moment:
    memory_mib: float
    threads: int


@dataclass(frozen=True)
class Soak:
    """`answers` came whole; `dead` sessions waited for one that did not. `first` is after a tenth of the time."""

    answers: int
    dead: int
    megabytes: float
    baseline: Moment
    first: Moment
    last: Moment
    after: Moment

    @property
    def is_back(self) -> bool:
        most = max(self.baseline.memory_mib * _MORE_MEMORY, self.baseline.memory_mib + _MORE_MIB)
        return self.after.memory_mib <= most and self.after.threads <= self.baseline.threads + _MORE_THREADS


@dataclass(frozen=True)
class _Told:
    answers: int
    received_bytes: int
    is_dead: bool


def soak(running: Running, url: str, sessions: int, minutes: float) -> Soak:
    """Let so many sessions ask, wait for the answer, and ask again, for so many minutes; then close them all.

    As many ask once before: what is loaded or kept for the first ones is no leak.
    """
    process = psutil.Process(running.process.pid)
    asyncio.run(_watched(process, url, sessions, 0))
    time.sleep(SESSION_TTL_S * 2)
    baseline = _moment(process)
    told, first, last = asyncio.run(_watched(process, url, sessions, minutes))
    _until_gone(process, baseline)
    return Soak(
        answers=sum(each.answers for each in told),
        dead=sum(each.is_dead for each in told),
        megabytes=sum(each.received_bytes for each in told) / 1e6,
        baseline=baseline,
        first=first,
        last=last,
        after=_moment(process),
    )


async def _watched(process: psutil.Process, url: str, count: int, minutes: float) -> tuple[list[_Told], Moment, Moment]:
    """The time begins when all sessions are open."""
    sessions = await asyncio.gather(*(Session.opened(url) for _ in range(count)))
    asked = asyncio.gather(*(_asked(session, number, minutes * 60) for number, session in enumerate(sessions)))
    await asyncio.sleep(minutes * 6)
    first = _moment(process)
    await asyncio.sleep(minutes * 54)
    last = _moment(process)
    return await asked, first, last


async def _asked(session: Session, number: int, seconds: float) -> _Told:
    """Ask at least once, and again until the time is over."""
    until, answers = time.monotonic() + seconds, 0
    try:
        while answers == 0 or time.monotonic() < until:
            await session.ask(f"Question {answers} of session {number}")
            answers += 1
    except TimeoutError:
        return _Told(answers, session.received_bytes, is_dead=True)
    finally:
        await session.socket.close()
    return _Told(answers, session.received_bytes, is_dead=False)


def _until_gone(process: psutil.Process, baseline: Moment) -> None:
    """Wait until the sessions are given up and their threads have ended, but not for ever."""
    deadline = time.monotonic() + _GONE_WITHIN_S
    time.sleep(SESSION_TTL_S * 2)
    while process.num_threads() > baseline.threads and time.monotonic() < deadline:
        time.sleep(_LOOK_S)


def _moment(process: psutil.Process) -> Moment:
    return Moment(process.memory_info().rss / 2**20, process.num_threads())
