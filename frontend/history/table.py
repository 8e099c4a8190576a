"""The deployment's DynamoDB table: items in, items out, every failure as one `HistoryError`.

In: keys and items as plain Python values. Out: the same. Separate because it is the only module that talks to DynamoDB;
what the items mean is in the modules beside it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH = 25  # BatchWriteItem takes no more
# BatchWriteItem of a busy table leaves some undone, or refuses all; AWS recommends to try again after pauses that grow
# (DynamoDB API reference, BatchWriteItem, 2026-11-23). These come to 9 s at most.
_BATCH_TRIES = 9
_BUSY = frozenset({"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"})
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 2.0
_CONFIG = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3, "mode": "standard"})

Key = Mapping[str, str]
Item = dict[str, Any]


class HistoryError(Exception):
    """The table could not be used.

    `code` is `history_unavailable | history_denied | history_missing | no_credentials`; the catalogue of messages says
    what to do about each.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Table:
    """One table. Thread-safe: boto3's clients are, its resources are not. Every method raises `HistoryError`.

    `days` is how long an item is kept after it was written, None for ever: `expires_at` then says when DynamoDB may
    remove it (within a few days of it, so what has expired is left out here, too).
    """

    def __init__(
        self,
        name: str,
        region: str,
        session: boto3.Session | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        days: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self.clock = clock
        self._days = days
        self._sleep = sleep
        with self._translated():
            self._client: DynamoDBClient = (session or boto3.Session()).client(
                "dynamodb", region_name=region, config=_CONFIG
            )

    def get(self, key: Key) -> Item | None:
        with self._translated():
            reply = self._client.get_item(TableName=self.name, Key=_pack(key), ConsistentRead=True)
        item = _unpack(reply["Item"]) if "Item" in reply else None
        return item if item is not None and self._is_alive(item) else None

    def query(self, pk: str, prefix: str, until: str | None = None) -> tuple[Item, ...]:
        """The items under `pk` whose sort key begins with `prefix`, in order of it; all of them for an empty one.

        `until` makes it a range instead: from `prefix` to `until`, both included.
        """
        condition, values = "pk = :pk", {":pk": pk}
        if until is not None:
            condition = f"{condition} AND sk BETWEEN :from AND :until"
            values |= {":from": prefix, ":until": until}
        elif prefix:  # no key may be empty, not even one to compare with
            condition = f"{condition} AND begins_with(sk, :from)"
            values |= {":from": prefix}
        with self._translated():
            pages = self._client.get_paginator("query").paginate(
                TableName=self.name,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=_pack(values),
                ConsistentRead=True,
            )
            found = [_unpack(item) for page in pages for item in page["Items"]]
        return tuple(filter(self._is_alive, found))

    def put(self, item: Item, condition: str | None = None, *, lasting: bool = False) -> bool:
        """Write the whole item; False, and nothing written, if `condition` does not hold.

        One that is `lasting` is kept until somebody deletes it, however long the others are.
        """
        more: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
        kept = item if self._days is None or lasting else item | {"expires_at": self._expiry(self._days)}
        with self._translated():
            return _holds(lambda: self._client.put_item(TableName=self.name, Item=_pack(kept), **more))

    def change(self, key: Key, changes: Mapping[str, Any]) -> bool:
        """Set attributes of an item that exists, None removes one; False if there is none."""
        fields = dict(changes) if self._days is None else {**changes, "expires_at": self._expiry(self._days)}
        numbered = {f"#a{number}": name for number, name in enumerate(fields)}
        gone = [f"#a{number}" for number, value in enumerate(fields.values()) if value is None]
        values = {f":a{number}": value for number, value in enumerate(fields.values()) if value is not None}
        parts = [
            "SET " + ", ".join(f"#{name[1:]} = {name}" for name in values) if values else "",
            "REMOVE " + ", ".join(gone) if gone else "",
        ]
        return self._update(key, " ".join(filter(None, parts)), numbered, values, "attribute_exists(pk)")

    def add(self, key: Key, amounts: Mapping[str, int]) -> None:
        """Add to the numbers of an item, atomically; an item or a number that is not there begins at 0."""
        numbered = {f"#a{number}": name for number, name in enumerate(amounts)}
        values = {f":a{number}": amount for number, amount in enumerate(amounts.values())}
        self._update(key, "ADD " + ", ".join(f"#{name[1:]} {name}" for name in values), numbered, values, None)

    def delete(self, keys: Iterable[Key]) -> None:
        """Remove the items, in order; what does not exist is no error.

        A table that is too busy for them ends it with a `HistoryError` that says how many are left.
        """
        asked = list(keys)
        for start in range(0, len(asked), _BATCH):
            batch = asked[start : start + _BATCH]
            undone = self._delete_batch(batch)
            if undone:
                left = undone + len(asked) - start - len(batch)
                raise HistoryError(
                    "history_unavailable", f"Table {self.name!r} is too busy: {left} of {len(asked)} items are left."
                )

    def _update(
        self, key: Key, expression: str, names: Mapping[str, str], values: Mapping[str, Any], condition: str | None
    ) -> bool:
        more: dict[str, Any] = {"ExpressionAttributeValues": _pack(values)} if values else {}
        more |= {"ConditionExpression": condition} if condition else {}
        with self._translated():
            return _holds(
                lambda: self._client.update_item(
                    TableName=self.name,
                    Key=_pack(key),
                    UpdateExpression=expression,
                    ExpressionAttributeNames=dict(names),
                    **more,
                )
            )

    def _delete_batch(self, keys: list[Key]) -> int:
        """How many of the keys the table did not take, however often it was asked."""
        left: Mapping[str, Any] = {self.name: [{"DeleteRequest": {"Key": _pack(key)}} for key in keys]}
        for attempt in range(_BATCH_TRIES):
            if attempt:
                self._sleep(random.uniform(0.5, 1) * min(_FIRST_PAUSE_S * 2**attempt, _LONGEST_PAUSE_S))  # noqa: S311
            with self._translated():
                left = self._written(left)
            if not left:
                break
        return len(left.get(self.name, ()))

    def _written(self, requests: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is left of the requests; all of them where the table took none."""
        try:
            return self._client.batch_write_item(RequestItems=requests).get("UnprocessedItems", {})
        except ClientError as exc:
            if exc.response["Error"].get("Code") in _BUSY:
                return requests
            raise

    def _expiry(self, days: int) -> int:
        return int(self.clock().timestamp()) + days * 86_400

    def _is_alive(self, item: Item) -> bool:
        expires_at = item.get("expires_at")
        return expires_at is None or int(expires_at) > self.clock().timestamp()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ClientError as exc:
            code = exc.response["Error"].get("Code", "")
            raise HistoryError(_code_of(code), f"Table {self.name!r} cannot be used ({code}).") from exc
        except (NoCredentialsError, PartialCredentialsError) as exc:
            raise HistoryError(
                "no_credentials", f"There are no AWS credentials to use table {self.name!r} with."
            ) from exc
        except BotoCoreError as exc:
            said = f"Table {self.name!r} cannot be reached ({type(exc).__name__})."
            raise HistoryError("history_unavailable", said) from exc


def _pack(item: Mapping[str, Any]) -> dict[str, Any]:
    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in item.items()}


def _unpack(item: Mapping[str, Any]) -> Item:
    deserializer = TypeDeserializer()
    return {name: _plain(deserializer.deserialize(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    # boto3's Binary wraps what DynamoDB holds as bytes; its type stubs leave out what is inside.
    return vars(value)["value"] if isinstance(value, Binary) else value


def _holds(write: Callable[[], object]) -> bool:
    """Whether the condition of `write` held."""
    try:
        write()
    except ClientError as exc:
        if exc.response["Error"].get("Code") == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _code_of(code: str) -> str:
    if "AccessDenied" in code:
        return "history_denied"
    return "history_missing" if code == "ResourceNotFoundException" else "history_unavailable"
