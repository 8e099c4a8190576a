"""What can be done to `account.yaml`: one key set, or one entry added. Pure.

Separate because whoever asks for a change needs these two words and nothing of YAML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Put:
    """`value` becomes what stands at `keys`; mappings on the way are made."""

    keys: Sequence[str]
    value: Any


@dataclass(frozen=True)
class Add:
    """`value` becomes the first entry of the list at `keys`."""

    keys: Sequence[str]
    value: Any


Edit = Put | Add
