"""Prices come from AWS where it answers and from the shipped table else, and what is unknown is never zero."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from generator.families.instance_types import NEWER_TYPES, PROVIDER_TYPES
from generator.families.prices import AS_OF, HOURLY_USD
from generator.families.regions import PROVIDER_REGIONS
from generator.pricing import (
    Cost,
    EndpointUse,
    Price,
    Prices,
    Usd,
    change_words,
    cost_of,
    cost_words,
    endpoint_uses,
    price_list,
    shipped_prices,
)
from generator.pricing.running_hours import HOURS_PER_WEEK, hours_per_week

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SHIPPED = "shipped table of 2026-08-17"


def _product(instance_type: str, usd: str, *, unit: str = "Hrs", term: str = "OnDemand") -> str:
    """A document as GetProducts answers it."""
    sku = f"SKU{instance_type.replace('.', '').upper()}"
    dimension = {
        "unit": unit,
        "endRange": "Inf",
        "description": f"${usd} per Hosting {instance_type} hour in US East (N. Virginia)",
        "appliesTo": [],
        "rateCode": f"{sku}.JRTCKXETXF.6YS6EN2CT7",
        "beginRange": "0",
        "pricePerUnit": {"USD": usd},
    }
    attributes = {
        "regionCode": "us-east-1",
        "servicecode": "AmazonSageMaker",
        "instanceType": f"{instance_type}-Hosting",
        "instanceName": instance_type,
        "component": "Hosting",
        "usagetype": f"USE1-Host:{instance_type}",
        "operation": "RunInstance",
    }
    return json.dumps(
        {
            "product": {"productFamily": "ML Instance", "attributes": attributes, "sku": sku},
            "serviceCode": "AmazonSageMaker",
            "terms": {
                term: {
                    f"{sku}.JRTCKXETXF": {
                        "priceDimensions": {f"{sku}.JRTCKXETXF.6YS6EN2CT7": dimension},
                        "sku": sku,
                        "effectiveDate": "2026-11-01T00:00:00Z",
                        "offerTermCode": "JRTCKXETXF",
                        "termAttributes": {},
                    }
                }
            },
            "version": "20261120000000",
            "publicationDate": "2026-11-20T00:00:00Z",
        }
    )


def _client(**others: Any) -> Any:
    return boto3.client(
        "pricing", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing", **others
    )


@pytest.fixture
def aws() -> Iterator[Stubber]:
    """AWS's price list. What it is not told to answer is an error."""
    with Stubber(_client()) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def _asked(region: str, **others: str) -> dict[str, Any]:
    filters = [
        {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region},
        {"Type": "TERM_MATCH", "Field": "component", "Value": "Hosting"},
    ]
    return {"ServiceCode": "AmazonSageMaker", "Filters": filters, **others}


def _answer(aws: Stubber, *documents: str, region: str = "us-east-1") -> None:
    aws.add_response("get_products", {"FormatVersion": "aws_v1", "PriceList": list(documents)}, _asked(region))


def test_prices_of_all_pages_are_taken(aws: Stubber, tmp_path: Path) -> None:
    first = {"PriceList": [_product("ml.g5.xlarge", "1.4080000000")], "NextToken": "more"}
    aws.add_response("get_products", first, _asked("us-east-1"))
    second = {"PriceList": [_product("ml.g6.xlarge", "1.1267000000")]}
    aws.add_response("get_products", second, _asked("us-east-1", NextToken="more"))

    prices = price_list("us-east-1", tmp_path, online=True, now=NOON, client=aws.client)

    assert prices == Prices("us-east-1", {"ml.g5.xlarge": 1.408, "ml.g6.xlarge": 1.1267}, "AWS price list, 2026-11-22")
    assert prices.hourly("ml.g5.xlarge") == Price(1.408, "AWS price list, 2026-11-22")
    assert prices.hourly("ml.p3.2xlarge") is None, "a type that AWS does not list has no price, shipped or not"


def test_rows_that_are_no_price_of_an_hour_are_left_out(aws: Stubber, tmp_path: Path) -> None:
    nameless = json.loads(_product("ml.g5.xlarge", "9"))
    del nameless["product"]["attributes"]["instanceName"]
    _answer(
        aws,
        _product("ml.p5.48xlarge", "0.0000000000"),
        _product("ml.g5.2xlarge", "9", unit="GB-Mo"),
        _product("ml.g5.4xlarge", "9", term="Reserved"),
        json.dumps(nameless),
        _product("ml.g5.xlarge", "1.4080000000"),
    )

    prices = price_list("us-east-1", tmp_path, online=True, now=NOON, client=aws.client)

    assert prices.usd_per_hour == {"ml.g5.xlarge": 1.408}


def test_an_answer_is_remembered_for_a_day(aws: Stubber, tmp_path: Path) -> None:
    _answer(aws, _product("ml.g5.xlarge", "1.4"))
    first = price_list("us-east-1", tmp_path / "made", online=True, now=NOON, client=aws.client)
    again = price_list(
        "us-east-1", tmp_path / "made", online=True, now=NOON + dt.timedelta(hours=23), client=aws.client
    )
    assert again == first

    _answer(aws, _product("ml.g5.xlarge", "1.5"))
    later = price_list(
        "us-east-1", tmp_path / "made", online=True, now=NOON + dt.timedelta(hours=25), client=aws.client
    )
    assert later.hourly("ml.g5.xlarge") == Price(1.5, "AWS price list, 2026-11-23")


def test_an_answer_from_the_future_is_asked_for_again(aws: Stubber, tmp_path: Path) -> None:
    _answer(aws, _product("ml.g5.xlarge", "1.4"))
    price_list("us-east-1", tmp_path, online=True, now=NOON + dt.timedelta(days=400), client=aws.client)
    _answer(aws, _product("ml.g5.xlarge", "1.5"))

    prices = price_list("us-east-1", tmp_path, online=True, now=NOON, client=aws.client)

    assert prices.hourly("ml.g5.xlarge") == Price(1.5, "AWS price list, 2026-11-22")


def test_each_region_has_its_own_memory(aws: Stubber, tmp_path: Path) -> None:
    _answer(aws, _product("ml.g5.xlarge", "1.4"))
    _answer(aws, _product("ml.g5.xlarge", "1.7"), region="eu-west-1")

    for region, usd in (("us-east-1", 1.4), ("eu-west-1", 1.7)):
        prices = price_list(region, tmp_path, online=True, now=NOON, client=aws.client)
        assert prices.usd_per_hour == {"ml.g5.xlarge": usd}


def test_an_old_answer_is_better_than_the_shipped_table(aws: Stubber, tmp_path: Path) -> None:
    _answer(aws, _product("ml.g5.xlarge", "1.4"))
    price_list("us-east-1", tmp_path, online=True, now=NOON, client=aws.client)
    aws.add_client_error("get_products", "AccessDeniedException", "no")

    prices = price_list("us-east-1", tmp_path, online=True, now=NOON + dt.timedelta(days=40), client=aws.client)

    assert prices.hourly("ml.g5.xlarge") == Price(1.4, "AWS price list, 2026-11-22")


@pytest.mark.parametrize(
    "damage", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "read_at": "x", "hourly_usd": 1}']
)
def test_a_damaged_memory_is_replaced(damage: str, aws: Stubber, tmp_path: Path) -> None:
    (tmp_path / "prices-us-east-1.json").write_text(damage)
    _answer(aws, _product("ml.g5.xlarge", "1.4"))

    price_list("us-east-1", tmp_path, online=True, now=NOON, client=aws.client)

    assert json.loads((tmp_path / "prices-us-east-1.json").read_text()) == {
        "version": 1,
        "read_at": "2026-11-22T12:00:00+00:00",
        "hourly_usd": {"ml.g5.xlarge": 1.4},
    }
    assert [file.name for file in tmp_path.iterdir()] == ["prices-us-east-1.json"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ExpiredTokenException", "ThrottlingException"])
def test_a_refusal_falls_back_to_the_shipped_table(code: str, aws: Stubber, tmp_path: Path) -> None:
    aws.add_client_error("get_products", code, "no")

    prices = price_list("us-east-1", tmp_path, online=True, now=NOON, client=aws.client)

    assert prices == shipped_prices("us-east-1")
    assert prices.source == SHIPPED
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "document", ["no JSON", "[]", "{}", '{"product": {"attributes": {}}, "terms": {"OnDemand": 1}}']
)
def test_an_answer_of_another_form_falls_back(document: str, aws: Stubber, tmp_path: Path) -> None:
    _answer(aws, document)

    assert price_list("us-east-1", tmp_path, online=True, client=aws.client) == shipped_prices("us-east-1")


def test_without_credentials_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    assert price_list("us-east-1", tmp_path, online=True) == shipped_prices("us-east-1")


def test_without_a_network_the_shipped_table_serves(tmp_path: Path) -> None:
    # Port 9, discard: nobody listens there, and the connection is refused at once.
    client = _client(endpoint_url="http://127.0.0.1:9", config=Config(retries={"total_max_attempts": 1}))

    assert price_list("us-east-1", tmp_path, online=True, client=client) == shipped_prices("us-east-1")


def test_offline_asks_nobody(aws: Stubber, tmp_path: Path) -> None:
    # The Stubber fails on any call that it was not told of.
    assert price_list("us-east-1", tmp_path, online=False, client=aws.client) == shipped_prices("us-east-1")


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_other_partitions_are_not_asked_about(region: str, aws: Stubber, tmp_path: Path) -> None:
    assert price_list(region, tmp_path, online=True, client=aws.client) == Prices(region, {}, SHIPPED)


def test_an_unwritable_memory_is_no_error(aws: Stubber, tmp_path: Path) -> None:
    _answer(aws, _product("ml.g5.xlarge", "1.4"))
    (tmp_path / "file").touch()

    prices = price_list("us-east-1", tmp_path / "file", online=True, now=NOON, client=aws.client)

    assert prices.usd_per_hour == {"ml.g5.xlarge": 1.4}


def test_the_shipped_table_is_of_types_and_regions_that_exist() -> None:
    assert NOON.date() > AS_OF
    assert HOURLY_USD.keys() <= set(PROVIDER_REGIONS)
    for prices in HOURLY_USD.values():
        assert prices.keys() <= {*PROVIDER_TYPES, *NEWER_TYPES}
        assert all(0.01 < usd < 200 for usd in prices.values())


PRICES = Prices("us-east-1", {"ml.g5.xlarge": 1.408, "ml.g6.xlarge": 1.1267}, SHIPPED)


def _cost(*uses: EndpointUse) -> Cost:
    return cost_of(uses, PRICES)


ALWAYS = EndpointUse("always", "ml.g5.xlarge", 1, 1)
SCALED = EndpointUse("scaled", "ml.g5.xlarge", 1, 3)
SCHEDULED = EndpointUse("scheduled", "ml.g6.xlarge", 2, 2, 50)
IRREGULAR = EndpointUse("irregular", "ml.g5.xlarge", 1, 1, None)
STOPPED = EndpointUse("stopped", "ml.p4d.24xlarge", 0, 0)
UNPRICED = EndpointUse("big", "ml.p4d.24xlarge", 1, 1)


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (ALWAYS, "$1.41 an hour, about $1,028 a month (730 h)"),
        (SCALED, "$1.41 to $4.22 an hour, about $1,028 to $3,084 a month (730 h)"),
        (SCHEDULED, "$2.25 an hour while it runs, about $490 a month (50 h a week)"),
        (IRREGULAR, "$1.41 an hour while it runs, unknown a month (its schedule differs from week to week)"),
        (STOPPED, "nothing while stopped"),
        (UNPRICED, "unknown (no price of ml.p4d.24xlarge in us-east-1 is known)"),
    ],
    ids=lambda value: value.model_id if isinstance(value, EndpointUse) else "",
)
def test_the_words_of_one_endpoint(use: EndpointUse, expected: str) -> None:
    assert cost_words(_cost(use).endpoints[0]) == expected


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        pytest.param((), "nothing: no endpoint runs", id="none"),
        pytest.param((STOPPED,), "nothing: no endpoint runs", id="stopped"),
        pytest.param((ALWAYS, STOPPED), "$1.41 an hour, about $1,028 a month (730 h)", id="one"),
        pytest.param((ALWAYS, SCALED), "$2.82 to $5.63 an hour, about $2,056 to $4,111 a month (730 h)", id="a range"),
        pytest.param((ALWAYS, SCHEDULED), "$3.66 an hour while all run, about $1,517 a month", id="a schedule"),
        pytest.param(
            (UNPRICED,), "unknown (big: no price of ml.p4d.24xlarge in us-east-1 is known)", id="nothing is known"
        ),
        pytest.param(
            (ALWAYS, UNPRICED),
            "$1.41 an hour, about $1,028 a month (730 h), and unknown for 1 of 2 "
            "(big: no price of ml.p4d.24xlarge in us-east-1 is known)",
            id="a part is known",
        ),
    ],
)
def test_the_words_of_all_endpoints(uses: tuple[EndpointUse, ...], expected: str) -> None:
    assert cost_words(_cost(*uses)) == expected


def test_sums_leave_out_what_is_unknown_and_name_it() -> None:
    prices = Prices("us-east-1", {"ml.g5.xlarge": 1.5}, SHIPPED)
    cost = cost_of([ALWAYS, SCALED, UNPRICED, IRREGULAR], prices)

    assert (cost.hourly, cost.monthly, cost.source) == (Usd(4.5, 7.5), Usd(2190, 4380), SHIPPED)
    assert [endpoint.use.model_id for endpoint in cost.unknown] == ["big", "irregular"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param((ALWAYS,), (ALWAYS,), "unchanged", id="nothing"),
        pytest.param((), (ALWAYS,), "+$1.41 an hour, about +$1,028 a month", id="more"),
        pytest.param((ALWAYS,), (STOPPED,), "-$1.41 an hour, about -$1,028 a month", id="less"),
        pytest.param((ALWAYS,), (UNPRICED, ALWAYS), "unchanged, not counting big (unknown)", id="unknown"),
        pytest.param(
            (ALWAYS, replace(UNPRICED, instance_type=ALWAYS.instance_type)),
            (ALWAYS, UNPRICED),
            "unchanged, not counting big (unknown)",
            id="to a machine without a known price: no saving",
        ),
    ],
)
def test_the_words_of_a_change(before: tuple[EndpointUse, ...], after: tuple[EndpointUse, ...], expected: str) -> None:
    assert change_words(_cost(*before), _cost(*after)) == expected


@dataclass(frozen=True)
class Scaling:
    min_count: int
    max_count: int


@dataclass(frozen=True)
class Schedule:
    start: str
    stop: str


@dataclass(frozen=True)
class Endpoint:
    """As much of a plan's endpoint as its cost needs."""

    model_id: str = "m"
    instance_type: str = "ml.g5.xlarge"
    instance_count: int = 2
    scaling: Scaling | None = None
    schedule: Schedule | None = None
    is_stopped: bool = False


def test_uses_follow_from_a_plan() -> None:
    office = Schedule("0 8 ? * MON-FRI *", "0 18 ? * MON-FRI *")

    assert endpoint_uses(
        [
            Endpoint(),
            Endpoint(scaling=Scaling(1, 4)),
            Endpoint(schedule=office),
            Endpoint(schedule=Schedule("0 8 1 * ? *", "0 18 1 * ? *")),
            Endpoint(scaling=Scaling(1, 4), is_stopped=True),
        ]
    ) == (
        EndpointUse("m", "ml.g5.xlarge", 2, 2, HOURS_PER_WEEK),
        EndpointUse("m", "ml.g5.xlarge", 1, 4, HOURS_PER_WEEK),
        EndpointUse("m", "ml.g5.xlarge", 2, 2, 50),
        EndpointUse("m", "ml.g5.xlarge", 2, 2, None),
        EndpointUse("m", "ml.g5.xlarge", 0, 0, HOURS_PER_WEEK),
    )


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        pytest.param("0 8 ? * MON-FRI *", "0 18 ? * MON-FRI *", 50, id="office hours"),
        pytest.param("30 8 ? * 2-6 *", "0 18 ? * 2-6 *", 47.5, id="numbered days, half hours"),
        pytest.param("0 8 ? * MON *", "0 18 ? * FRI *", 106, id="through the week"),
        pytest.param("0 22 ? * FRI *", "0 6 ? * SUN *", 32, id="over the week's end"),
        pytest.param("0 22 * * ? *", "0 6 * * ? *", 56, id="every night, over midnight"),
        pytest.param("0 8,14 ? * mon,tue *", "0 12,18 ? * mon,tue *", 16, id="twice a day"),
        pytest.param("0 8/2 ? * SAT *", "30 8/2 ? * SAT *", 4, id="steps"),
        pytest.param("0 8-12/4 ? * SAT *", "0 18 ? * SAT *", 10, id="started twice, stopped once"),
        pytest.param("0 8 ? * MON *", "0 9 ? * MON,FRI *", 1, id="stopped twice"),
        pytest.param("0 8 ? * MON *", "0 8 ? * MON *", None, id="both at once"),
        pytest.param("0 8 1 * ? *", "0 18 1 * ? *", None, id="a day of the month"),
        pytest.param("0 8 ? 6-8 MON *", "0 18 ? * MON *", None, id="months"),
        pytest.param("0 8 ? * MON 2027", "0 18 ? * MON *", None, id="a year"),
        pytest.param("0 8 ? * 6L *", "0 18 ? * 6L *", None, id="the last Friday"),
        pytest.param("0 8 ? * 3#2 *", "0 18 ? * 3#2 *", None, id="the second Tuesday"),
        pytest.param("0 25 ? * MON *", "0 18 ? * MON *", None, id="no hour"),
        pytest.param("0 18-8 ? * MON *", "0 18 ? * MON *", None, id="a range that turns round"),
        pytest.param("0 0/0 ? * MON *", "0 18 ? * MON *", None, id="no step"),
        pytest.param("", "0 18 ? * MON *", None, id="empty"),
    ],
)
def test_hours_of_a_schedule(start: str, stop: str, expected: float | None) -> None:
    assert hours_per_week(start, stop) == expected


@given(
    st.text(alphabet="0123456789MONFRIL*?/-,# ", max_size=40), st.sampled_from(["0 18 ? * MON-FRI *", "0 6 * * ? *"])
)
def test_any_expression_gives_hours_of_a_week_or_none(start: str, stop: str) -> None:
    hours = hours_per_week(start, stop)

    assert hours is None or 0 < hours <= HOURS_PER_WEEK


@given(
    st.sets(st.integers(0, 23), min_size=1),
    st.sets(st.integers(0, 23), min_size=1),
    st.sets(st.integers(1, 7), min_size=1),
)
def test_running_and_not_running_make_a_week(starts: set[int], stops: set[int], days: set[int]) -> None:
    def expression(hours: set[int]) -> str:
        return f"0 {','.join(map(str, hours))} ? * {','.join(map(str, days))} *"

    running, idle = (hours_per_week(expression(a), expression(b)) for a, b in ((starts, stops), (stops, starts)))

    if starts & stops:
        assert running is idle is None
    else:
        assert running is not None
        assert idle is not None
        assert running + idle == HOURS_PER_WEEK
