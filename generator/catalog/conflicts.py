"""Where two parts of a catalog, each right by itself, contradict each other. Pure.

In: a catalog as plain data, of which any part may be missing or wrong. Out: the conflicts among the parts that are
usable. Separate from the models in generator.catalog because pydantic checks the whole only when every part is right,
and an author wants all problems at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.catalog.echoing import quoted
from generator.naming import MODEL_ID, collisions

Parts = tuple[str | int, ...]

# Geographies that an inference profile's prefix cannot be called from: a request stays within the geography that it
# comes from (Bedrock user guide, "Geographic cross-Region inference", read on 2026-11-22). Only pairs beyond doubt are
# listed, since that page names no complete table: Canada, say, takes part in the profiles of the US.
_FOREIGN: Mapping[str, tuple[str, ...]] = {
    "us": ("eu-", "ap-", "sa-", "cn-", "us-gov-"),
    "eu": ("us-", "ap-", "sa-", "ca-", "cn-"),
    "apac": ("us-", "eu-", "sa-", "ca-", "cn-"),
    "us-gov": ("us-east-", "us-west-", "eu-", "ap-", "sa-", "ca-", "cn-"),
}


@dataclass(frozen=True)
class Conflict:
    """A conflict at `parts`, the keys and indexes that lead there; `other` is the place it conflicts with."""

    parts: Parts
    message: str
    other: Parts | None = None

    def words(self, line_of: Callable[[Parts], int] | None = None) -> str:
        """The message; with `line_of`, naming the other place's line."""
        if self.other is None:
            return self.message
        place = f"line {line_of(self.other)}" if line_of else f"models[{self.other[1]}]"
        return f"{self.message} (see {place})"


def conflicts(document: Mapping[str, Any]) -> Iterator[Conflict]:
    """Yield the conflicts of a catalog that may have other problems too."""
    models = document.get("models")
    entries = models if isinstance(models, list | tuple) else ()
    yield from _same_ids(entries)
    yield from _foreign_profiles(document, entries)


def _same_ids(entries: Any) -> Iterator[Conflict]:
    ids = [_text(entry, "id") or "" for entry in entries]
    # An id of the wrong form is reported as such, and what it would be named is nobody's concern.
    for found in collisions(model_id if MODEL_ID.fullmatch(model_id) else None for model_id in ids):
        here, there, name = map(quoted, (ids[found.index], ids[found.earlier], found.name))
        message = f"the id {here} cannot be told from {there}: on AWS both are {name}; rename one"
        if here == there:
            message = f"the id {here} is taken by another entry; ids must differ"
        yield Conflict(("models", found.index, "id"), message, ("models", found.earlier, "id"))


def _foreign_profiles(document: Mapping[str, Any], entries: Any) -> Iterator[Conflict]:
    deployment_region = _text(document.get("bedrock"), "region") or _text(document, "region")
    for index, entry in enumerate(entries):
        model = _text(entry, "model")
        region = _text(entry, "region") or deployment_region
        if model is None or region is None or _text(entry, "provider") != "bedrock":
            continue
        prefix = model.split(".")[0]
        if region.startswith(_FOREIGN.get(prefix, ())):
            words = f"the inference profiles '{prefix}.*' cannot be called from {quoted(region)}"
            hint = "write the profile of that region's geography, or another 'region' for this entry"
            yield Conflict(("models", index, "model"), f"{words}; {hint}")


def _text(mapping: Any, key: str) -> str | None:
    value = mapping.get(key) if isinstance(mapping, Mapping) else None
    return str(value) if isinstance(value, str) else None
