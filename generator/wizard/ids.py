"""Models' names -> the ids of their entries: short, the same each time, and no two that AWS cannot tell apart. Pure.

Separate because each provider names its models in a way of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from generator.catalog.value_types import as_model_id
from generator.families.bedrock_models import base_model
from generator.naming import MODEL_ID, collisions, terraform_name

_LONGEST = 32
_BEDROCK_VERSION = re.compile(r"(?:-[0-9]{8})?(?:-v[0-9]+)?(?::[0-9a-z]+)*$")


def id_for(name: str, taken: Iterable[str]) -> str:
    """An id for the model that its provider calls `name`, unlike any that is `taken`."""
    stem = as_model_id(re.split(r"[/@]", name.rstrip("/"))[-1]) or "model"
    if terraform_name(stem).split("_")[-1] == "override":  # a name that Terraform keeps
        stem = f"{stem[: _LONGEST - 6]}-model"
    others = list(taken)
    found, number = stem, 2
    while not _is_free(found, others):
        suffix = f"-{number}"
        found, number = f"{stem[: _LONGEST - len(suffix)]}{suffix}", number + 1
    return found


def bedrock_stem(model: str) -> str:
    """What is left of Bedrock's id of a model without geography, owner, date and version."""
    if model.startswith("arn:"):
        return model.rpartition("/")[2]
    return _BEDROCK_VERSION.sub("", base_model(model)).partition(".")[2] or model


def _is_free(model_id: str, taken: list[str]) -> bool:
    # What is taken does not collide among itself: it is of a valid catalog.
    usable = [other if MODEL_ID.fullmatch(other) else None for other in taken]
    return not any(collisions([*usable, model_id]))
