"""The prices of instance types: from AWS's price list where it can be asked, else from the table that is shipped.

In: a region, and a folder to remember AWS's answer in for a day. Out: `Prices`, always, with their source in words; it
is never an error that AWS cannot be asked, since nothing depends on a price. Separate from price_list.py, which is how
AWS is asked, and from pricing.py, which is what follows from prices.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import AwsError
from generator.families.prices import AS_OF, HOURLY_USD
from generator.json_files import write_json
from generator.pricing.price_list import hourly_usd

_CACHE_LASTS = dt.timedelta(days=1)
_CACHE_VERSION = 1


@dataclass(frozen=True)
class Price:
    """One hour of one instance. `source` is for people: "AWS price list, 2026-11-22", "shipped table of 2026-08-17"."""

    usd_per_hour: float
    source: str


@dataclass(frozen=True)
class Prices:
    """The prices of one region, all from one source. A type without a price has no entry."""

    region: str
    usd_per_hour: Mapping[str, float]
    source: str

    def hourly(self, instance_type: str) -> Price | None:
        """The price of `instance_type`, or None where it is not known."""
        usd = self.usd_per_hour.get(instance_type)
        return None if usd is None else Price(usd, self.source)


def shipped_prices(region: str) -> Prices:
    """The prices that come with this program; none for most regions."""
    return Prices(region, HOURLY_USD.get(region, {}), f"shipped table of {AS_OF.isoformat()}")


def price_list(region: str, cache: Path, *, online: bool, now: dt.datetime | None = None, client: Any = None) -> Prices:
    """The best prices that can be had for `region`; never an error, since nothing depends on them.

    With `online`, AWS's price list: from `cache`, a folder, where it is less than a day old, else from AWS with the
    credentials that the environment has (a few seconds at most), else from `cache` however old it is (its date is in
    the source). Without, or where all of that fails, the shipped table. The local target must not be `online`.
    `client` is a boto3 client of `pricing`.
    """
    if not online:
        return shipped_prices(region)
    moment = now or dt.datetime.now(dt.UTC)
    file = cache / f"prices-{region}.json"
    cached = _read(file)
    if cached is None or not moment - _CACHE_LASTS < cached.read_at <= moment:
        with suppress(AwsError):  # no credentials, no permission, no network: a price is not worth an error
            cached = _Cached(moment, hourly_usd(region, client))
            _write(file, cached)
    if cached is None:
        return shipped_prices(region)
    return Prices(region, cached.hourly_usd, f"AWS price list, {cached.read_at.date().isoformat()}")


@dataclass(frozen=True)
class _Cached:
    read_at: dt.datetime
    hourly_usd: Mapping[str, float]


def _read(file: Path) -> _Cached | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["version"] != _CACHE_VERSION:
            return None
        hourly = {str(name): float(usd) for name, usd in content["hourly_usd"].items()}
        return _Cached(dt.datetime.fromisoformat(content["read_at"]).astimezone(dt.UTC), hourly)
    except (OSError, ValueError, TypeError, LookupError, AttributeError):  # absent, cut short or edited: a cache only
        return None


def _write(file: Path, cached: _Cached) -> None:
    content = {
        "version": _CACHE_VERSION,
        "read_at": cached.read_at.isoformat(),
        "hourly_usd": dict(cached.hourly_usd),
    }
    with suppress(OSError):  # a read-only checkout has no cache, and needs none
        write_json(file, content)
