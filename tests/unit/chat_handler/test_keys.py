from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_handler.errors import MissingKeyError
from chat_handler.keys import KeyStore, SecretUnavailableError, SecretVersion
from chat_handler.parsed_secret import ParsedSecret, Wanted, parse_secret

OUTAGE = SecretUnavailableError("Secrets Manager is down", is_outage=True)
REFUSAL = SecretUnavailableError("the role may not read it", is_outage=False)


@dataclass
class Secret:
    """Secrets Manager and a clock, as far as the key store sees them."""

    holds: str | SecretUnavailableError
    version: str = "v1"
    reads: int = 0
    time: float = 1000.0
    store: KeyStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = KeyStore(self.read, ("A_KEY", "B_KEY"), now=lambda: self.time)

    def read(self) -> SecretVersion:
        self.reads += 1
        if isinstance(self.holds, SecretUnavailableError):
            raise self.holds
        return SecretVersion(self.version, self.holds)

    async def value(self, name: str = "A_KEY") -> str:
        try:
            return (await self.store.get(name)).value
        except MissingKeyError as error:
            return f"missing: {error.message}"


def test_a_key_is_read_once_a_minute() -> None:
    async def story() -> list[tuple[str, int]]:
        secret = Secret('{"A_KEY": "one"}')
        seen = [(await secret.value(), secret.reads)]
        secret.holds, secret.version = '{"A_KEY": "two"}', "v2"
        secret.time += 59
        seen.append((await secret.value(), secret.reads))
        secret.time += 1
        return [*seen, (await secret.value(), secret.reads)]

    assert asyncio.run(story()) == [("one", 1), ("one", 1), ("two", 2)]


def test_many_requests_at_once_read_it_once() -> None:
    async def story() -> tuple[set[str], int]:
        secret = Secret('{"A_KEY": "one"}')
        return set(await asyncio.gather(*(secret.value() for _ in range(20)))), secret.reads

    assert asyncio.run(story()) == ({"one"}, 1)


def test_a_name_that_is_declared_later_is_read_at_once_and_only_then() -> None:
    async def story() -> tuple[str, str, int]:
        secret = Secret('{"A_KEY": "one", "C_KEY": "three"}')
        await secret.value()
        secret.store.declare("A_KEY", "C_KEY")
        first = await secret.value("C_KEY")
        secret.store.declare("C_KEY")
        return first, await secret.value("C_KEY"), secret.reads

    assert asyncio.run(story()) == ("three", "three", 2)


def test_a_name_that_is_declared_in_an_outage_waits_for_its_end() -> None:
    async def story() -> tuple[str, str, str]:
        secret = Secret('{"A_KEY": "one", "C_KEY": "three"}')
        await secret.value()
        holds, secret.holds = secret.holds, OUTAGE
        secret.store.declare("C_KEY")
        during = await secret.value("C_KEY"), await secret.value()
        secret.holds = holds
        secret.time += 60
        return (*during, await secret.value("C_KEY"))

    assert asyncio.run(story()) == ("missing: C_KEY cannot be read now; try again", "one", "three")


def test_what_is_no_secret_may_be_seen() -> None:
    async def story() -> frozenset[str]:
        secret = Secret('{"A_KEY": "one-canary", "AN_ADDRESS": "https://example.com"}')
        secret.store.declare("AN_ADDRESS", is_secret=False)
        assert await secret.value("AN_ADDRESS") == "https://example.com"
        return secret.store.live_secrets()

    assert asyncio.run(story()) == {"one-canary"}


def test_a_removed_key_is_removed() -> None:
    async def story() -> str:
        secret = Secret('{"A_KEY": "one"}')
        await secret.value()
        secret.holds = "{}"
        secret.time += 60
        return await secret.value()

    assert asyncio.run(story()) == (
        "missing: A_KEY is not in the API-keys secret; set it with: terrachat secrets set A_KEY"
    )


def test_a_refused_key_is_replaced_at_once_and_only_if_it_changed() -> None:
    async def story() -> list[Any]:
        secret = Secret('{"A_KEY": "one"}')
        first = await secret.store.get("A_KEY")
        same = await secret.store.replacement(first)
        secret.holds, secret.version = '{"A_KEY": "two"}', "v2"
        changed = await secret.store.replacement(first)
        reads = secret.reads
        already_read = await secret.store.replacement(first)
        return [same, changed and changed.value, already_read == changed, secret.reads - reads]

    assert asyncio.run(story()) == [None, "two", True, 0]


def test_requests_refused_at_once_share_one_read() -> None:
    async def story() -> tuple[set[str], int]:
        secret = Secret('{"A_KEY": "one"}')
        first = await secret.store.get("A_KEY")
        secret.holds, secret.version = '{"A_KEY": "two"}', "v2"
        found = await asyncio.gather(*(secret.store.replacement(first) for _ in range(20)))
        return {key.value for key in found if key}, secret.reads

    assert asyncio.run(story()) == ({"two"}, 2)


def test_a_client_that_leaves_while_the_secret_is_read_costs_nobody_else_the_new_key() -> None:
    gate = threading.Event()

    async def story() -> str | None:
        secret = Secret('{"A_KEY": "one"}')

        def read() -> SecretVersion:
            version = secret.read()
            if secret.reads == 3:
                gate.wait(5)
            return version

        secret.store = KeyStore(read, ("A_KEY",), now=lambda: secret.time)
        first = await secret.store.get("A_KEY")
        secret.time += 60
        refreshing = asyncio.create_task(secret.store.get("A_KEY"))
        await asyncio.sleep(0)
        leaves, stays = (asyncio.create_task(secret.store.replacement(first)) for _ in range(2))
        await refreshing
        secret.holds, secret.version = '{"A_KEY": "two"}', "v2"
        while secret.reads < 3:
            await asyncio.sleep(0.001)
        leaves.cancel()
        gate.set()
        key = await stays
        return key.value if key else None

    assert asyncio.run(story()) == "two"


def test_a_client_that_leaves_while_the_secret_is_read_makes_no_key_older_than_a_minute() -> None:
    async def story() -> str:
        secret = Secret('{"A_KEY": "one"}')
        await secret.value()
        secret.holds, secret.version = '{"A_KEY": "two"}', "v2"
        secret.time += 60
        leaves = asyncio.create_task(secret.value())
        await asyncio.sleep(0)
        leaves.cancel()
        await asyncio.wait([leaves])
        return await secret.value()

    assert asyncio.run(story()) == "two"


@pytest.mark.parametrize(
    ("elapsed_s", "expected"),
    [
        pytest.param(60, "one", id="the last key is used"),
        pytest.param(3600, "one", id="for an hour"),
        pytest.param(3661, "missing: Secrets Manager is down", id="and no longer"),
    ],
)
def test_while_secrets_manager_is_down(elapsed_s: float, expected: str) -> None:
    async def story() -> str:
        secret = Secret('{"A_KEY": "one"}')
        await secret.value()
        secret.holds = OUTAGE
        secret.time += elapsed_s
        return await secret.value()

    assert asyncio.run(story()) == expected


def test_an_outage_from_the_start_is_over_in_seconds() -> None:
    async def story() -> list[str]:
        secret = Secret(OUTAGE)
        seen = [await secret.value()]
        secret.holds = '{"A_KEY": "one"}'
        secret.time += 5
        return [*seen, await secret.value()]

    assert asyncio.run(story()) == ["missing: Secrets Manager is down", "one"]


def test_a_refusal_ends_the_use_of_the_last_keys() -> None:
    async def story() -> str:
        secret = Secret('{"A_KEY": "one"}')
        await secret.value()
        secret.holds = REFUSAL
        secret.time += 60
        return await secret.value()

    assert asyncio.run(story()) == "missing: the role may not read it"


def test_every_value_that_was_ever_held_is_redacted() -> None:
    async def story() -> frozenset[str]:
        secret = Secret('{"A_KEY": "one", "B_KEY": "two", "OTHER": "x"}')
        await secret.value()
        secret.holds = '{"A_KEY": "three"}'
        secret.time += 60
        await secret.value()
        return secret.store.live_secrets()

    assert asyncio.run(story()) == {"one", "two", "three"}


def parsed_names(text: str | None, *names: str) -> ParsedSecret:
    return parse_secret(text, Wanted(frozenset(names)))


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        pytest.param('{"A_KEY": " k1\\n"}', "k1", None, id="stripped"),
        pytest.param('{"A_KEY": 12}', "12", None, id="a number becomes a string"),
        pytest.param('{"A_KEY": 1e5}', "1e5", None, id="as it is written"),
        pytest.param('{"A_KEY": "k1", "B_KEY": ' + "9" * 5000 + "}", "k1", None, id="beside one too long for Python"),
        pytest.param("{}", None, "A_KEY is not in", id="absent"),
        pytest.param('{"A_KEY": ""}', None, "A_KEY in the API-keys secret is empty", id="empty"),
        pytest.param('{"A_KEY": "canary key"}', None, "A_KEY in the API-keys secret holds a character", id="space"),
        pytest.param('{"A_KEY": "canary\\r\\nX: y"}', None, "holds a character", id="header injection"),
        pytest.param('{"A_KEY": "canaryé"}', None, "holds a character", id="not ASCII"),
        pytest.param('{"A_KEY": ["canary"]}', None, "is list and not a string", id="list"),
        pytest.param('{"A_KEY": {"a": "canary"}}', None, "is dict and not a string", id="object"),
        pytest.param('{"A_KEY": true}', None, "is bool and not a string", id="boolean"),
        pytest.param('{"A_KEY": null}', None, "is NoneType and not a string", id="null"),
        pytest.param("canary", None, "is not JSON", id="plain text"),
        pytest.param("", None, "is not JSON", id="no text"),
        pytest.param('["canary"]', None, "is list and not a JSON object", id="a list"),
        pytest.param(None, None, "is binary and not a JSON object", id="binary"),
    ],
)
def test_a_bad_secret_is_named_and_never_repeated(text: str | None, value: str | None, reason: str | None) -> None:
    parsed = parsed_names(text, "A_KEY")

    assert parsed.values.get("A_KEY") == value
    found = parsed.problem_of("A_KEY")
    assert (found is None) if reason is None else (found is not None and reason in found.message)
    assert "canary" not in str(found)


def test_one_bad_value_harms_one_key_and_other_names_are_not_taken() -> None:
    parsed = parsed_names('{"A_KEY": [], "B_KEY": "fine", "AWS_REGION": "x"}', "A_KEY", "B_KEY")

    assert (parsed.values, set(parsed.problems)) == ({"B_KEY": "fine"}, {"A_KEY"})


@given(st.text() | st.builds(json.dumps, st.dictionaries(st.text(), st.text())))
def test_any_text_gives_each_name_a_value_or_a_reason(text: str) -> None:
    parsed = parsed_names(text, "A_KEY", "B_KEY")

    assert [(name in parsed.values) == (parsed.problem_of(name) is None) for name in ("A_KEY", "B_KEY")] == [True, True]


def test_a_prefix_takes_whatever_begins_with_it() -> None:
    async def story() -> list[Any]:
        secret = Secret('{"A_KEY": "one", "P__x": "two", "P__y": [], "Q__x": "three"}')
        await secret.value()
        secret.store.declare_prefix("P__")
        seen: list[Any] = [await secret.value("P__x"), await secret.value("P__y"), await secret.value("P__z")]
        reads = secret.reads
        secret.store.declare("P__x")
        return [*seen, await secret.value("P__x"), secret.reads - reads, await secret.value("Q__x")]

    assert asyncio.run(story()) == [
        "two",
        "missing: P__y in the API-keys secret is list and not a string; set it with: terrachat secrets set P__y",
        "missing: P__z is not in the API-keys secret; set it with: terrachat secrets set P__z",
        "two",
        0,
        "missing: Q__x cannot be read now; try again",
    ]


def test_of_several_keys_each_that_is_missing_is_named_and_the_whole_secrets_fault_once() -> None:
    async def story() -> list[str]:
        secret = Secret('{"B_KEY": ""}')
        seen = []
        for holds in (secret.holds, "no JSON", '{"A_KEY": "one", "B_KEY": "two"}'):
            secret.holds = holds
            secret.store.expire()
            try:
                seen.append(" and ".join(key.value for key in await secret.store.get_all("A_KEY", "B_KEY")))
            except MissingKeyError as error:
                seen.append(f"{error.code}: {error.message}")
        return seen

    assert asyncio.run(story()) == [
        "missing_key: A_KEY is not in the API-keys secret; set it with: terrachat secrets set A_KEY. "
        "B_KEY in the API-keys secret is empty; set it with: terrachat secrets set B_KEY",
        "secret_malformed: the API-keys secret is not JSON; it must be an object, {} if empty",
        "one and two",
    ]


@pytest.mark.parametrize(
    ("holds", "code", "retryable"),
    [
        pytest.param("{}", "missing_key", False, id="absent"),
        pytest.param('{"A_KEY": ""}', "secret_malformed", False, id="empty"),
        pytest.param("no JSON", "secret_malformed", False, id="no JSON"),
        pytest.param(OUTAGE, "secret_unavailable", True, id="outage"),
        pytest.param(REFUSAL, "secret_unavailable", False, id="refused"),
    ],
)
def test_each_reason_has_its_code(holds: str | SecretUnavailableError, code: str, retryable: bool) -> None:
    with pytest.raises(MissingKeyError) as caught:
        asyncio.run(Secret(holds).store.get("A_KEY"))

    assert (caught.value.code, caught.value.retryable) == (code, retryable)


def test_a_list_for_people_may_hold_spaces() -> None:
    parsed = parse_secret('{"LIST": "a, b\\n"}', Wanted(frozenset({"LIST"}), lists=frozenset({"LIST"})))

    assert parsed.values == {"LIST": "a, b"}


def test_no_value_is_in_a_representation() -> None:
    held: list[Callable[[], Any]] = [
        lambda: SecretVersion("v1", "canary"),
        lambda: parsed_names('{"A_KEY": "canary"}', "A_KEY"),
        lambda: asyncio.run(Secret('{"A_KEY": "canary"}').store.get("A_KEY")),
    ]

    assert not any("canary" in repr(make()) for make in held)
