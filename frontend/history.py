"""Keeps conversations in the deployment's DynamoDB table.

In: an owner and values from `records.py`. Out: values; every failure as one `HistoryError`. All access goes by owner:
another owner's conversation is one that does not exist. Separate because it is the only module that talks to DynamoDB.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from frontend.records import (
    Conversation,
    TurnRecord,
    conversation_item,
    conversation_key,
    read_conversation,
    read_turn,
    turn_item,
    write_time,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TITLE_LENGTH = 60
_BATCH = 25  # BatchWriteItem takes no more
_CONFIG = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3, "mode": "standard"})


class HistoryError(Exception):
    """The table could not be used.

    `code` is `history_unavailable | history_denied | history_missing | no_credentials`; the catalogue of messages says
    what to do about each.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class TurnExistsError(Exception):
    """Another process took this number first."""


class ConversationStore:
    """The conversations of every owner in one table. Thread-safe: boto3's clients are, its resources are not."""

    def __init__(
        self,
        table: str,
        region: str,
        session: boto3.Session | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._table = table
        self._clock = clock
        with _translated(table):
            self._client: DynamoDBClient = (session or boto3.Session()).client(
                "dynamodb", region_name=region, config=_CONFIG
            )

    def create(self, owner: str, question: str) -> Conversation:
        """A new conversation whose title is `question`, cut. Raises `HistoryError`."""
        now = self._clock()
        conversation = Conversation(secrets.token_urlsafe(16), title_of(question), now, now)
        with _translated(self._table):
            self._client.put_item(TableName=self._table, Item=_pack(conversation_item(owner, conversation)))
        return conversation

    def find(self, owner: str, conversation_id: str) -> Conversation | None:
        """The owner's conversation, None if there is none with this id. Raises `HistoryError`."""
        with _translated(self._table):
            reply = self._client.get_item(
                TableName=self._table,
                Key=_pack(conversation_key(owner, conversation_id)),
                ConsistentRead=True,
            )
        return read_conversation(_unpack(reply["Item"])) if "Item" in reply else None

    def list_conversations(self, owner: str, limit: int, offset: int = 0) -> tuple[Conversation, ...]:
        """The owner's conversations, the one last used first, `limit` of them after `offset`. Raises `HistoryError`.

        The sort key holds a random id, so all are read (one request for some 5,000) and sorted here.
        """
        found = [read_conversation(item) for item in self._query(owner, "conversation#")]
        found.sort(key=lambda conversation: (conversation.updated_at, conversation.id), reverse=True)
        return tuple(found[offset : offset + limit])

    def load_turns(self, owner: str, conversation_id: str) -> tuple[TurnRecord, ...]:
        """All turns in order; none if the conversation is not the owner's. Raises `HistoryError`."""
        now = self._clock()
        return tuple(read_turn(item, now) for item in self._query(f"{owner}#{conversation_id}", "turn#"))

    def add_turn(self, owner: str, conversation_id: str, turn: TurnRecord) -> None:
        """Add a turn, and move its conversation to the top. Raises `TurnExistsError`, `HistoryError`."""
        if not self._put(owner, conversation_id, turn, "attribute_not_exists(pk)"):
            raise TurnExistsError
        self._touch(owner, conversation_id)

    def put_turn(self, owner: str, conversation_id: str, turn: TurnRecord) -> bool:
        """Rewrite a turn under its own key; False, and nothing written, if it is deleted. Raises `HistoryError`."""
        return self._put(owner, conversation_id, turn, "attribute_exists(pk)")

    def delete(self, owner: str, conversation_id: str) -> None:
        """Remove a conversation and its turns; one that does not exist is no error. Raises `HistoryError`.

        The conversation's own item goes last: if this is broken off, it is still listed and can be deleted again.
        """
        turns = [{"pk": item["pk"], "sk": item["sk"]} for item in self._query(f"{owner}#{conversation_id}", "turn#")]
        with _translated(self._table):
            for start in range(0, len(turns), _BATCH):
                self._delete_batch(turns[start : start + _BATCH])
            self._client.delete_item(TableName=self._table, Key=_pack(conversation_key(owner, conversation_id)))

    def _put(self, owner: str, conversation_id: str, turn: TurnRecord, condition: str) -> bool:
        item = _pack(turn_item(owner, conversation_id, turn))
        with _translated(self._table):
            return _holds(
                lambda: self._client.put_item(TableName=self._table, Item=item, ConditionExpression=condition)
            )

    def _touch(self, owner: str, conversation_id: str) -> None:
        with _translated(self._table):
            _holds(
                lambda: self._client.update_item(
                    TableName=self._table,
                    Key=_pack(conversation_key(owner, conversation_id)),
                    UpdateExpression="SET updated_at = :now",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeValues=_pack({":now": write_time(self._clock())}),
                )
            )

    def _query(self, pk: str, prefix: str) -> Iterator[dict[str, Any]]:
        with _translated(self._table):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues=_pack({":pk": pk, ":prefix": prefix}),
                ConsistentRead=True,
            )
            items = [_unpack(item) for page in pages for item in page["Items"]]
        yield from items

    def _delete_batch(self, keys: list[dict[str, str]]) -> None:
        left: Mapping[str, Any] = {self._table: [{"DeleteRequest": {"Key": _pack(key)}} for key in keys]}
        while left:
            left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems", {})


def title_of(question: str) -> str:
    """The first question on one line, cut at a word to at most `TITLE_LENGTH` characters."""
    line = " ".join(question.split())
    if len(line) <= TITLE_LENGTH:
        return line
    head = line[: TITLE_LENGTH - 1]
    return f"{head.rsplit(' ', 1)[0] if ' ' in head[20:] else head}…"


def _pack(item: Mapping[str, Any]) -> dict[str, Any]:
    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in item.items()}


def _unpack(item: Mapping[str, Any]) -> dict[str, Any]:
    deserializer = TypeDeserializer()
    return {name: deserializer.deserialize(value) for name, value in item.items()}


def _holds(write: Callable[[], object]) -> bool:
    """Whether the condition of `write` held."""
    try:
        write()
    except ClientError as exc:
        if exc.response["Error"].get("Code") == "ConditionalCheckFailedException":
            return False
        raise
    return True


@contextmanager
def _translated(table: str) -> Iterator[None]:
    try:
        yield
    except ClientError as exc:
        code = exc.response["Error"].get("Code", "")
        raise HistoryError(_code_of(code), f"Table {table!r} cannot be used ({code}).") from exc
    except (NoCredentialsError, PartialCredentialsError) as exc:
        raise HistoryError("no_credentials", f"There are no AWS credentials to use table {table!r} with.") from exc
    except BotoCoreError as exc:
        raise HistoryError("history_unavailable", f"Table {table!r} cannot be reached ({type(exc).__name__}).") from exc


def _code_of(code: str) -> str:
    if "AccessDenied" in code:
        return "history_denied"
    return "history_missing" if code == "ResourceNotFoundException" else "history_unavailable"
