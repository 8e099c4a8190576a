"""Changes to one API-keys secret at the same time, over the wire of the local control plane: no key is ever lost."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from generator.api_keys.place import SecretPlace
from generator.api_keys.store import ApiKeySecret
from tests.contract.local_clients import Running

# A change that nobody disturbs takes four calls: read, add a version, make it current, take its label off.
CALLS = 4
PENDING = "TERRACHAT_PENDING"


class Turns:
    """Says which of two writers may make the next call; when the order ends, or one is done, whoever comes first."""

    def __init__(self, order: Sequence[int]) -> None:
        self._order = list(order)
        self._changed = threading.Condition()

    def take(self, writer: int, call: Callable[[], Any]) -> Any:
        with self._changed:
            assert self._changed.wait_for(lambda: not self._order or self._order[0] == writer, timeout=60)
            try:
                return call()
            finally:
                self._order = self._order[1:]
                self._changed.notify_all()

    def leave(self, writer: int) -> None:
        with self._changed:
            self._order = [each for each in self._order if each != writer]
            self._changed.notify_all()


class TakingTurns:
    """A client of Secrets Manager whose calls wait for their turn."""

    def __init__(self, client: Any, turns: Turns, writer: int) -> None:
        self._client, self._turns, self._writer = client, turns, writer

    def __getattr__(self, operation: str) -> Any:
        return lambda **given: self._turns.take(self._writer, lambda: getattr(self._client, operation)(**given))


def secret_at(name: str, client: Any) -> ApiKeySecret:
    return ApiKeySecret(SecretPlace(name, None, "us-east-1"), client, pause=lambda _: None)


def write_at_once(client: Any, name: str, order: Sequence[int], *changes: Callable[[ApiKeySecret], Any]) -> None:
    turns = Turns(order)

    def run(writer: int) -> None:
        try:
            changes[writer](secret_at(name, TakingTurns(client, turns, writer)))
        finally:
            turns.leave(writer)

    with ThreadPoolExecutor(len(changes)) as pool:
        for done in [pool.submit(run, writer) for writer in range(len(changes))]:
            done.result()


def stored(client: Any, name: str) -> Any:
    return json.loads(client.get_secret_value(SecretId=name)["SecretString"])


def labels(client: Any, name: str) -> list[str]:
    found = client.describe_secret(SecretId=name)["VersionIdsToStages"].values()
    return sorted(label for each in found for label in each)


@pytest.fixture(scope="module")
def client(local_target: Running) -> Any:
    return local_target.client("secretsmanager")


@pytest.mark.parametrize("seconds_turns", list(itertools.combinations(range(2 * CALLS), CALLS)), ids=str)
def test_of_two_changes_none_is_lost_in_whatever_order_their_calls_come(
    client: Any, seconds_turns: tuple[int, ...]
) -> None:
    name = f"terrachat/race-{'-'.join(map(str, seconds_turns))}/api-keys"
    secret_at(name, client).put({"KEPT": "0", "OLD": "1"})
    order = [int(turn in seconds_turns) for turn in range(2 * CALLS)]

    write_at_once(client, name, order, lambda one: one.put({"A": "a"}), lambda two: two.remove(["OLD"]))

    assert stored(client, name) == {"KEPT": "0", "A": "a"}
    assert labels(client, name) == ["AWSCURRENT", "AWSPREVIOUS", "TERRACHAT_CREATED"]


@pytest.mark.parametrize("order", [[0, 1] * 5, [1, 0, 0, 1, 1, 0], []], ids=str)
def test_two_first_keys_create_one_secret(client: Any, order: list[int]) -> None:
    name = f"terrachat/first-{len(order)}/api-keys"

    write_at_once(client, name, order, lambda one: one.put({"A": "a"}), lambda two: two.put({"B": "b"}))

    assert stored(client, name) == {"A": "a", "B": "b"}
    assert labels(client, name) == ["AWSCURRENT", "AWSPREVIOUS", "TERRACHAT_CREATED"]


def test_many_changes_at_once_are_all_made(client: Any) -> None:
    name = "terrachat/many/api-keys"
    secret_at(name, client).put({f"OLD_{number}": "x" for number in range(3)})
    puts = [lambda each, number=number: each.put({f"NEW_{number}": str(number)}) for number in range(3)]

    write_at_once(client, name, [], *puts, lambda each: each.remove(["OLD_0"]), lambda each: each.remove(["OLD_1"]))

    assert stored(client, name) == {"OLD_2": "x", "NEW_0": "0", "NEW_1": "1", "NEW_2": "2"}


def test_a_change_that_was_killed_leaves_what_was_current_and_is_cleaned_up_by_the_next(client: Any) -> None:
    name = "terrachat/killed/api-keys"
    secret_at(name, client).put({"A": "1"})
    client.put_secret_value(SecretId=name, SecretString='{"A": "half-done"}', VersionStages=[PENDING])

    assert stored(client, name) == {"A": "1"}
    secret_at(name, client).put({"B": "2"})

    assert stored(client, name) == {"A": "1", "B": "2"}
    assert PENDING not in labels(client, name)


def test_what_a_person_pastes_in_the_console_meanwhile_is_not_lost(client: Any) -> None:
    """The console knows no compare-and-set: what it writes is current at once, and what we write comes on top of it."""
    name = "terrachat/console/api-keys"
    secret_at(name, client).put({"A": "1"})

    class PastedBeforeItIsCurrent:
        def __init__(self) -> None:
            self.is_done = False

        def __getattr__(self, operation: str) -> Any:
            if operation == "update_secret_version_stage" and not self.is_done:
                self.is_done = True
                client.put_secret_value(SecretId=name, SecretString='{"A": "1", "PASTED": "2"}')
            return getattr(client, operation)

    secret_at(name, PastedBeforeItIsCurrent()).put({"B": "3"})

    assert stored(client, name) == {"A": "1", "PASTED": "2", "B": "3"}


def test_a_repair_can_be_taken_back(client: Any) -> None:
    name = "terrachat/repaired/api-keys"
    broken = "{'A': 'sk-planted', 'B': {},}"
    before = client.create_secret(Name=name, SecretString=broken)["VersionId"]

    done = secret_at(name, client).repair()

    assert stored(client, name) == {"A": "sk-planted"}
    kept = client.get_secret_value(SecretId=name, VersionStage="TERRACHAT_BEFORE_REPAIR")
    assert (kept["VersionId"], kept["SecretString"]) == (before, broken)
    words = done.undo.split()
    options = dict(zip(words[3::2], words[4::2], strict=True))
    client.update_secret_version_stage(
        SecretId=options["--secret-id"],
        VersionStage=options["--version-stage"],
        MoveToVersionId=options["--move-to-version-id"],
        RemoveFromVersionId=options["--remove-from-version-id"],
    )
    assert client.get_secret_value(SecretId=name)["SecretString"] == broken


def test_each_key_tells_when_it_changed(client: Any) -> None:
    name = "terrachat/dated/api-keys"
    secret = secret_at(name, client)
    for change in ({"A": "1", "B": "1"}, {"B": "2"}, {"C": "1"}):
        secret.put(change)
    client.put_secret_value(SecretId=name, SecretString='{"A": "1", "B": "2", "C": "1"}')  # nothing has changed

    found = {each.name: each for each in secret.names_with_changes()}
    listed = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]

    moments = sorted(each["CreatedDate"] for each in listed)
    assert [found[key].changed for key in "ABC"] == moments[1:4]
    assert all(each.is_exact for each in found.values())
