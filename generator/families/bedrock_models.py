"""Amazon Bedrock's names for its models, as data: which name is a model, and which a geography's profile of one.

Separate because permissions, checks and the local target all take these names apart, and because the geographies are
AWS's and grow with it.
"""

from __future__ import annotations

import re

# Geography prefixes of Bedrock's system-defined inference profiles. Source: Bedrock user guide,
# "Supported Regions and models for inference profiles", as of 2026-08.
PROFILE = re.compile(r"(?P<geography>us|us-gov|eu|apac|au|jp|in|ca|global)\.(?P<model>[a-z0-9-]+\..+)")
"""The id of a system-defined inference profile."""


def base_model(name: str) -> str:
    """The foundation model that `name` is or routes to: Nova Micro for `us.amazon.nova-micro-v1:0`."""
    found = PROFILE.fullmatch(name)
    return found["model"] if found else name
