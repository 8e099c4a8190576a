"""What an owner has chosen for all their chats, in the deployment's table.

In: an owner and `Preferences`. Out: the same; failures as `HistoryError`. Separate because it has a key of its own in
the table (docs/contracts.md, section 5).
"""

from __future__ import annotations

from dataclasses import dataclass

from frontend.history.table import Table


@dataclass(frozen=True)
class Preferences:
    """`default_model` is asked where neither the tab nor the address names one; None leaves it to the page.

    `language` is used where the address names none; None follows the browser.
    """

    default_model: str | None = None
    language: str | None = None


class PreferenceStore:
    """Every method raises `HistoryError`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, owner: str) -> Preferences:
        item = self._table.get(_key(owner)) or {}
        return Preferences(item.get("default_model"), item.get("language"))

    def write(self, owner: str, preferences: Preferences) -> None:
        attributes = {"default_model": preferences.default_model, "language": preferences.language}
        chosen = {name: value for name, value in attributes.items() if value is not None}
        self._table.put(_key(owner) | chosen, lasting=True)


def _key(owner: str) -> dict[str, str]:
    return {"pk": owner, "sk": "preferences"}
