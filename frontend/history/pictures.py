"""Pictures in questions, one item each beside the turns of their conversation.

In: an owner, a conversation and an `Image`. Out: its id, and the image again. Separate because a picture would not fit
into the item of its turn (400 KB each; AWS, DynamoDB quotas, 2026-11).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from frontend.history.records import conversation_partition
from frontend.history.table import Table
from frontend.wire import Image

MAX_PICTURE_BYTES = 380_000
_PREFIX = "picture#"


class PictureStore:
    """Every method raises `HistoryError`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, owner: str, conversation_id: str, image: Image) -> str:
        """Keep a picture of at most `MAX_PICTURE_BYTES`; its id."""
        image_id = secrets.token_urlsafe(16)
        key = {"pk": conversation_partition(owner, conversation_id), "sk": f"{_PREFIX}{image_id}"}
        self._table.put({**key, "media_type": image.media_type, "data": image.data})
        return image_id

    def find(self, owner: str, conversation_id: str, image_id: str) -> Image | None:
        """The picture, None if the owner has none there with this id."""
        key = {"pk": conversation_partition(owner, conversation_id), "sk": f"{_PREFIX}{image_id}"}
        item = self._table.get(key)
        return None if item is None else _image(item)


def pictures_in(items: Iterable[Mapping[str, Any]]) -> Mapping[str, Image]:
    """The pictures that are among the items of a conversation, by their ids."""
    found = ((str(item["sk"]), item) for item in items)
    return {key.removeprefix(_PREFIX): _image(item) for key, item in found if key.startswith(_PREFIX)}


def _image(item: Mapping[str, Any]) -> Image:
    return Image(str(item["media_type"]), bytes(item["data"]))
