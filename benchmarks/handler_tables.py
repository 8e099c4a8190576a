"""The figures of `handler_traffic.py` as the tables of docs/performance.md, with the goals and whether they are met.

What a server adds is its own quantile less the one of the direct calls, of the same rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.handler_load import Timings, quantile
from benchmarks.handler_traffic import CALLS, HASTY_STREAMS, HASTY_TOKENS, STEADY_STREAMS, Figures, Load

CALL_GOAL_MS = {0.5: 0.5, 0.99: 3.0}
TOKEN_GOAL_US = 60.0
# At most this share of what LiteLLM adds.
PEER_GOAL = 0.2
_QUANTILES = (0.5, 0.99)
_FLOOR, _SDK, _PEER = "relay of bytes", "bare SDK behind Starlette", "LiteLLM proxy"

Values = Callable[[Timings], Sequence[float]]


def print_tables(figures: Figures, at_once: Sequence[int]) -> None:
    """Print every table. The second server is ours; ratios are to it."""
    calls = _added(figures, CALLS, lambda seen: seen.calls, 1e3, at_once)
    _print("Added to a call, in ms", figures, at_once, calls)
    _print_rates(figures, at_once)
    first = _added(figures, STEADY_STREAMS, lambda seen: seen.first_tokens, 1e3, at_once)
    _print("Added to the first token, in ms", figures, at_once, first)
    tokens = _added(figures, HASTY_STREAMS, lambda seen: seen.calls, 1e6 / HASTY_TOKENS, at_once)
    _print(f"Added to each of {HASTY_TOKENS} tokens that come without a pause, in µs", figures, at_once, tokens)
    steady = _added(figures, STEADY_STREAMS, lambda seen: seen.tokens, 1e6, at_once)
    _print("Added to the journey of a token, 50 a second and stream, in µs", figures, at_once, steady)
    _print_costs(figures, at_once)
    _judge(figures, calls, tokens, at_once[0])


Added = dict[tuple[str, int, float], float]


def _added(figures: Figures, load: Load, values: Values, scale: float, at_once: Sequence[int]) -> Added:
    direct = figures.names[0]

    def of(name: str, many: int, share: float) -> float:
        return quantile(values(figures.seen[name, load.name, many].timings), share) * scale

    return {
        (name, many, share): of(name, many, share) - of(direct, many, share)
        for name in figures.names[1:]
        for many in at_once
        for share in _QUANTILES
    }


def _print(title: str, figures: Figures, at_once: Sequence[int], added: Added) -> None:
    print(f"\n## {title}\n")
    print("| | " + " | ".join(f"{many} at once: p50 | p99" for many in at_once) + f" | ratio of p50 at {at_once[0]} |")
    print("|---|" + "---|---|" * len(at_once) + "---|")
    ours = added[figures.names[1], at_once[0], 0.5]
    for name in figures.names[1:]:
        cells = [_number(added[name, many, share]) for many in at_once for share in _QUANTILES]
        # What came in pieces and left together may take less time than it does directly.
        ratio = f"{added[name, at_once[0], 0.5] / ours:.2f}" if ours > 0 else ""
        print(f"| {_title(name)} | " + " | ".join(cells) + f" | {ratio} |")


def _print_rates(figures: Figures, at_once: Sequence[int]) -> None:
    print("\n## Calls a second\n")
    print("| | " + " | ".join(f"{many} at once" for many in at_once) + f" | ratio at {at_once[-1]} |")
    print("|---|" + "---|" * len(at_once) + "---|")
    rates = {
        (name, many): len(seen.timings.calls) / seen.timings.took_s
        for (name, load, many), seen in figures.seen.items()
        if load == CALLS.name
    }
    ours = rates[figures.names[1], at_once[-1]]
    for name in figures.names:
        cells = [f"{rates[name, many]:,.0f}" for many in at_once]
        print(f"| {_title(name)} | " + " | ".join(cells) + f" | {rates[name, at_once[-1]] / ours:.2f} |")


def _print_costs(figures: Figures, at_once: Sequence[int]) -> None:
    most = at_once[-1]
    print(f"\n## Processor time at {most} at once, and memory after the last round\n")
    print("| | a call, in µs | a token, 50 a second, in µs | a token without pause, in µs | memory, in MiB |")
    print("|---|---|---|---|---|")
    for name in figures.names:
        call = figures.seen[name, CALLS.name, most]
        steady, hasty = (figures.seen[name, load.name, most] for load in (STEADY_STREAMS, HASTY_STREAMS))
        cells = [
            call.processor_s / len(call.timings.calls),
            steady.processor_s / (len(steady.timings.tokens) + len(steady.timings.calls)),
            hasty.processor_s / (len(hasty.timings.tokens) + len(hasty.timings.calls)),
        ]
        micros = " | ".join(_number(cell * 1e6) for cell in cells)
        print(f"| {_title(name)} | {micros} | {figures.memory_mib[name]:.0f} |")


def _judge(figures: Figures, calls: Added, tokens: Added, one: int) -> None:
    ours = figures.names[1]
    print("\nGoals:")
    for share, goal in CALL_GOAL_MS.items():
        added, sdk = calls[ours, one, share], calls[_SDK, one, share]
        _say(f"a call, p{share * 100:.0f}, a whole hop", added, goal, "ms")
        _say(f"a call, p{share * 100:.0f}, over the bare SDK in the same place", added - sdk, goal, "ms")
    _say("a token, p50", tokens[ours, one, 0.5], TOKEN_GOAL_US, "µs")
    for what, of, unit in (("a call", calls, "ms"), ("a token", tokens, "µs")):
        _say(f"{what}, p50, beside LiteLLM", of[ours, one, 0.5], PEER_GOAL * of[_PEER, one, 0.5], unit)


def _say(what: str, value: float, goal: float, unit: str) -> None:
    print(f"- {what}: {_number(value)} {unit}, goal {_number(goal)}: {'met' if value <= goal else 'MISSED'}")


def _title(name: str) -> str:
    return f"{name} (floor)" if name == _FLOOR else name


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
