"""Where a deployment's API-keys secret is, and what it is when it is new. Pure.

In: a catalog. Out: a `SecretPlace`. Separate because planning, which has Terraform create the secret, and the store,
which creates it when a key is set before the first apply, must make the same of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.catalog import Catalog
from generator.catalog.partitions import parsed_arn
from generator.naming import DEPLOYMENT_TAG

EMPTY = "{}"
DESCRIPTION = "API keys of third-party model providers, a JSON object of strings. Empty is {}, not an empty string."


@dataclass(frozen=True)
class SecretPlace:
    """A secret: `arn` is None for the deployment's own, which Terraform or the first key creates."""

    name: str
    arn: str | None
    region: str
    kms_key: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    description: str = DESCRIPTION

    @property
    def is_owned(self) -> bool:
        return self.arn is None

    @property
    def id(self) -> str:
        """What AWS is asked for."""
        return self.arn or self.name

    @property
    def local_name(self) -> str:
        """Its name in the local target, whose emulator finds an ARN of its own making, or a secret of this name."""
        return self.arn.rpartition(":")[2] if self.arn else self.name


def place_of(catalog: Catalog) -> SecretPlace:
    """The secret of `catalog`'s deployment."""
    if catalog.api_keys is None:
        tags = {**catalog.tags, DEPLOYMENT_TAG: catalog.deployment}
        return SecretPlace(f"terrachat/{catalog.deployment}/api-keys", None, catalog.region, tags=tags)
    arn = catalog.api_keys.secret
    parsed = parsed_arn(arn)
    resource = parsed.resource if parsed else arn
    # An ARN ends in a hyphen and six characters of Secrets Manager's own.
    name = resource.removeprefix("secret:")[:-7]
    return SecretPlace(name, arn, parsed.region if parsed else catalog.region, catalog.api_keys.kms_key)
