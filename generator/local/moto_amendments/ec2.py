"""Which instance types a region has: moto 5.2.5 answers from lists that lack the newer ones.

In: the account file. Out: every type that SageMaker has, in every region and zone, but for those that the file says
are not offered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses.instances import InstanceResponse

from generator.local.account.account_file import AccountFile
from generator.local.moto_amendments.replacing import replace
from generator.local.moto_amendments.sagemaker import instance_types

_ZONES = ("a", "b", "c")
_PAGE = 1000


def amend(account: AccountFile) -> None:
    def describe_instance_type_offerings(self: InstanceResponse) -> ActionResult:
        asked = self._get_param("LocationType") or "region"
        zones = [f"{self.region}{zone}" for zone in _ZONES]
        locations = [self.region] if asked == "region" else zones
        offered = account.read().instance_types
        types = sorted(name.removeprefix("ml.") for name in instance_types() if offered.are_offered(name))
        filters: Mapping[str, Sequence[str]] = self._filters_from_querystring()
        rows = [
            {"InstanceType": name, "LocationType": asked, "Location": location}
            for name in types
            if _passes(name, filters.get("instance-type"))
            for location in locations
            if _passes(location, filters.get("location"))
        ]
        return ActionResult(_page(rows, self))

    replace(InstanceResponse, "describe_instance_type_offerings", describe_instance_type_offerings)


def _passes(value: str, patterns: Sequence[str] | None) -> bool:
    """Whether a filter lets `value` through: `*` and `?` stand for any characters."""
    return patterns is None or any(fnmatchcase(value, pattern) for pattern in patterns)


def _page(rows: list[dict[str, str]], response: InstanceResponse) -> dict[str, Any]:
    start, count = int(response._get_param("NextToken") or 0), int(response._get_param("MaxResults") or _PAGE)
    page: dict[str, Any] = {"InstanceTypeOfferings": rows[start : start + count]}
    if start + count < len(rows):
        page["NextToken"] = str(start + count)
    return page
