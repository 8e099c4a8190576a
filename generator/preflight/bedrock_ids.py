"""What a catalog's Bedrock entries name: which kind of id, called where and in whose name. Pure.

Separate from the checks, all of which ask about these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from generator.catalog import BedrockEntry, Catalog, Guardrail
from generator.catalog.partitions import parsed_arn
from generator.families.bedrock_models import PROFILE, base_model
from generator.planning.discovery import bedrock_guardrail, bedrock_region, bedrock_role

Kind = Literal["model", "profile", "throughput"]


@dataclass(frozen=True)
class Place:
    """A region, as whoever runs this sees it (`role` None) or as a role does, which may be of another account."""

    region: str
    role: str | None = None

    def __str__(self) -> str:
        return f"{self.region} as {self.role}" if self.role else self.region


@dataclass(frozen=True)
class BedrockUse:
    """One entry's model.

    Attributes:
        entry: the entry's id.
        key: where the catalog says it, for people: `models[2].model`.
        model: the id or ARN as it is written.
        kind: a foundation model, a profile that routes to one, or throughput that was bought for one.
        base: the foundation model, None where the name does not say which.
        place: where it is called, and in whose name.
        guardrail: what prompts and answers are checked against.

    """

    entry: str
    key: str
    model: str
    kind: Kind
    base: str | None
    place: Place
    guardrail: Guardrail | None = None


def bedrock_uses(catalog: Catalog) -> Iterator[BedrockUse]:
    """All Bedrock entries, in their order."""
    for index, entry in enumerate(catalog.models):
        if isinstance(entry, BedrockEntry):
            kind, base = _taken_apart(entry.model)
            place = Place(bedrock_region(catalog, entry), bedrock_role(catalog, entry))
            guardrail = bedrock_guardrail(catalog, entry)
            yield BedrockUse(entry.id, f"models[{index}].model", entry.model, kind, base, place, guardrail)


def _taken_apart(model: str) -> tuple[Kind, str | None]:
    arn = parsed_arn(model)
    if arn is None:
        return ("profile" if PROFILE.fullmatch(model) else "model"), base_model(model)
    sort, _, name = arn.resource.partition("/")
    if sort == "provisioned-model":
        return "throughput", None
    return "profile", base_model(name) if sort == "inference-profile" else None
