"""How many instances a deployment takes: the arithmetic of quotas."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.planning import EndpointPlan
from generator.preflight.quota_needs import Running, TypeNeed, type_needs
from tests.unit.generator.preflight.played_scenes import SELF_HOSTED, scene

TYPE, OTHER = "ml.g5.xlarge", "ml.g6.xlarge"
HOURS = {"start": "0 8 ? * MON-FRI *", "stop": "0 18 ? * MON-FRI *"}


def endpoints(*entries: dict[str, Any]) -> tuple[EndpointPlan, ...]:
    return scene(*({**SELF_HOSTED, "id": f"m{number}", **entry} for number, entry in enumerate(entries))).plan.endpoints


def need(*entries: dict[str, Any], running: tuple[Running, ...] = ()) -> TypeNeed:
    (found,) = type_needs(endpoints(*entries), running)
    return found


def own(count: int, number: int = 0, type_: str = TYPE) -> Running:
    return Running(f"terrachat-demo-m{number}", type_, count)


def three(found: TypeNeed) -> tuple[int, int, int]:
    return found.deployed, found.scaled, found.updated


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({}, (1, 1, 2)),
        ({"instances": {"min": 3}}, (3, 3, 6)),
        ({"instances": {"min": 1, "max": 4}}, (1, 4, 5)),
        ({"instances": {"min": 8}, "update": "rolling"}, (8, 8, 10)),
        ({"schedule": HOURS}, (1, 1, 1)),
    ],
    ids=[
        "one",
        "three, twice in an update",
        "scaled",
        "rolling, by a batch",
        "scheduled: deleted before it is changed",
    ],
)
def test_first_deployment_scaling_and_update(entry: dict[str, Any], expected: tuple[int, int, int]) -> None:
    assert three(need(entry)) == expected


def test_stopped_entry_takes_nothing() -> None:
    assert type_needs(endpoints({"stopped": True}), ()) == ()
    assert three(need({"stopped": True}, {})) == (1, 1, 2)


def test_types_are_counted_apart_in_the_order_of_the_catalog() -> None:
    found = type_needs(endpoints({"instance_type": OTHER}, {}, {"instance_type": OTHER}), ())

    assert [(each.instance_type, each.models, each.deployed) for each in found] == [
        (OTHER, ("m0", "m2"), 2),
        (TYPE, ("m1",), 1),
    ]


def test_other_endpoints_hold_theirs() -> None:
    found = need({}, running=(Running("somebody's", TYPE, 3), Running("somebody's", OTHER, 7)))

    assert (found.others, three(found)) == (3, (4, 4, 5))


def test_own_endpoint_that_runs_is_not_counted_twice() -> None:
    assert three(need({}, running=(own(1),))) == (1, 1, 2)


def test_own_endpoint_that_scaled_out_keeps_what_it_has() -> None:
    assert three(need({"instances": {"min": 1, "max": 4}}, running=(own(3),))) == (3, 4, 5)


def test_another_number_is_an_update_at_once() -> None:
    assert need({"instances": {"min": 3}}, running=(own(1),)).deployed == 4
    assert need({"instances": {"min": 8}, "update": "rolling"}, running=(own(4),)).deployed == 10


def test_what_moves_to_another_type_or_stops_holds_its_instances_until_then() -> None:
    moving = need({"instance_type": OTHER}, running=(own(2), own(5, type_="ml.g4dn.xlarge")))
    assert (moving.instance_type, moving.leaving, moving.deployed) == (OTHER, 0, 1)

    beside = type_needs(endpoints({"instance_type": OTHER}, {}, {"stopped": True}), (own(2), own(4, 2)))
    by_type = {each.instance_type: each for each in beside}
    assert (by_type[TYPE].leaving, by_type[TYPE].others, by_type[TYPE].deployed) == (6, 0, 7)


counts = st.integers(1, 100)
fleets = st.lists(
    st.fixed_dictionaries(
        {
            "instance_type": st.sampled_from([TYPE, OTHER]),
            "instances": counts.flatmap(lambda least: st.fixed_dictionaries({"min": st.just(least)})),
            "stopped": st.booleans(),
        }
    ),
    min_size=1,
    max_size=5,
)
runs = st.lists(
    st.builds(
        Running,
        st.sampled_from(["terrachat-demo-m0", "terrachat-demo-m1", "x", "y"]),
        st.sampled_from([TYPE, OTHER]),
        counts,
    ),
    max_size=6,
)


@given(fleets, runs)
def test_every_instance_is_counted_once(entries: list[dict[str, Any]], running: list[Running]) -> None:
    for found in type_needs(endpoints(*entries), running):
        held = sum(each.count for each in running if each.instance_type == found.instance_type)
        assert found.others + found.leaving + sum(entry.now for entry in found.entries) == held


@given(fleets, runs, runs)
def test_what_runs_besides_never_lowers_a_need(
    entries: list[dict[str, Any]], running: list[Running], more: list[Running]
) -> None:
    strangers = [each for each in more if each.name in {"x", "y"}]
    before, after = type_needs(endpoints(*entries), running), type_needs(endpoints(*entries), [*running, *strangers])

    for less, now in zip(before, after, strict=True):
        extra = sum(each.count for each in strangers if each.instance_type == less.instance_type)
        assert three(now) == tuple(number + extra for number in three(less))


@given(fleets, runs)
def test_desired_quota_refuses_nothing(entries: list[dict[str, Any]], running: list[Running]) -> None:
    for found in type_needs(endpoints(*entries), running):
        assert all(found.desired >= number for number in three(found))
        assert found.updated >= found.scaled
        assert found.deployed >= sum(entry.now for entry in found.entries)
