from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from generator.local.rehearsals import Rehearsal, Rehearsals

REFUSED = {"kind": "refuse", "operation": "CreateModel", "code": "ValidationException", "reason": "no"}


@pytest.mark.parametrize(
    ("rehearsal", "met"),
    [
        pytest.param({"kind": "fail"}, ["CreateEndpoint"], id="fail"),
        pytest.param({"kind": "roll_back"}, ["UpdateEndpoint"], id="roll_back"),
        pytest.param({"kind": "slow", "seconds": 1}, ["CreateEndpoint", "UpdateEndpoint"], id="slow"),
        pytest.param({"kind": "refuse"}, ["CreateEndpoint"], id="refuse"),
        pytest.param(REFUSED, ["CreateModel"], id="refuse another operation"),
    ],
)
def test_a_rehearsal_is_met_by_its_own_operations(rehearsal: dict[str, Any], met: list[str]) -> None:
    wanted = Rehearsal(**rehearsal)

    operations: Any = ["CreateModel", "CreateEndpointConfig", "CreateEndpoint", "UpdateEndpoint", "DeleteEndpoint"]
    assert [operation for operation in operations if wanted.meets(operation, "any")] == met


@pytest.mark.parametrize(
    ("pattern", "name", "met"),
    [
        pytest.param("*", "terrachat-demo-m", True, id="any"),
        pytest.param("terrachat-demo-m", "terrachat-demo-m2", False, id="whole name"),
        pytest.param("terrachat-demo-*", "terrachat-demo-m", True, id="pattern"),
        pytest.param("terrachat-DEMO-m", "terrachat-demo-m", False, id="case"),
    ],
)
def test_a_name_is_a_shell_pattern(pattern: str, name: str, met: bool) -> None:
    assert Rehearsal(kind="fail", name=pattern).meets("CreateEndpoint", name) is met


def test_a_rehearsal_counts_down_and_is_gone() -> None:
    rehearsals = Rehearsals()
    rehearsals.switch_on(Rehearsal(kind="fail", name="a", times=2))

    taken = [rehearsals.take("CreateEndpoint", name) is not None for name in ("b", "a", "a", "a")]

    assert taken == [False, True, True, False]


def test_one_without_a_count_stays_until_all_are_switched_off() -> None:
    rehearsals = Rehearsals()
    rehearsals.switch_on(Rehearsal(kind="fail", times=None))
    act = rehearsals.act

    before = [rehearsals.take("CreateEndpoint", "a") is not None for _ in range(3)]
    rehearsals.switch_off()

    assert (before, rehearsals.take("CreateEndpoint", "a"), rehearsals.act) == ([True] * 3, None, act + 1)


def test_the_same_again_replaces_the_first() -> None:
    rehearsals = Rehearsals()
    for name, seconds in (("a", 1.0), ("b", 2.0), ("a", 3.0)):
        rehearsals.switch_on(Rehearsal(kind="slow", name=name, seconds=seconds))

    assert [(each.name, each.seconds) for each in rehearsals.active()] == [("b", 2.0), ("a", 3.0)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param({"kind": "slow"}, "'slow' needs 'seconds'", id="slow"),
        pytest.param({"kind": "refuse", "code": "ThrottlingException"}, "'refuse' needs a 'reason'", id="code"),
        pytest.param({"kind": "refuse", "operation": "CreateModel"}, "'refuse' needs a 'reason'", id="operation"),
        pytest.param({"kind": "fail", "endpoint": "a"}, "Extra inputs are not permitted", id="unknown key"),
    ],
)
def test_what_cannot_be_acted_out_is_refused(body: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Rehearsal.model_validate(body)
