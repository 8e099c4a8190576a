"""The AWS regions, as data.

Separate because a mistyped region is otherwise found by the first AWS call, as a name that does not resolve.

Sources, read on 2026-11-22: the regions of botocore 1.44.5 (data/partitions.json, without its pseudo-regions
`*-global`), of which hashicorp/aws 5.100.0 refuses the NEWER_REGIONS with "invalid AWS Region" when `terraform
plan` configures it (tried with the fourteen newest; the older ones are taken to be accepted).
"""

from __future__ import annotations

PROVIDER_REGIONS: tuple[str, ...] = tuple(
    """
    af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2
    ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7
    ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-isoe-west-1 eu-north-1
    eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 eusc-de-east-1 il-central-1 me-central-1
    me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-iso-east-1
    us-iso-west-1 us-isob-east-1 us-isof-east-1 us-isof-south-1 us-west-1 us-west-2
    """.split()  # noqa: SIM905 - forty names in three lines
)
NEWER_REGIONS: tuple[str, ...] = ("ap-southeast-6", "me-west-1", "sa-west-1", "us-isob-west-1")
