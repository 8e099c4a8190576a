"""What checks find, when nobody has to see them being asked."""

from __future__ import annotations

from collections.abc import Sequence

from generator.preflight.examining import ask_all, report_of
from generator.preflight.findings import Check, Report


def examine(checks: Sequence[Check]) -> Report:
    """All findings of all `checks`."""
    return report_of(ask_all(checks))
