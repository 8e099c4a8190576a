"""What an upstream is: the contract between the routes and whoever answers an entry's requests.

A provider is one module here with a `PROVIDER` constant, and one line in `upstreams/__init__.py`. Its `build` makes
an `Upstream` for one model record; vendor libraries are imported in there, so that a deployment pays only for what it
uses. Two kinds exist: pass-through, where the upstream speaks OpenAI's API (what is not understood is kept), and
translation through LangChain, where it does not (what cannot be carried is refused by name).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from chat_handler.aws import AwsClients
from chat_handler.errors import InvalidRequestError
from chat_handler.keys import KeyStore
from chat_handler.settings import Settings
from chat_handler.sources import Source

if TYPE_CHECKING:
    import httpx2

JsonObject = dict[str, Any]
Unsupported = Literal["refuse", "drop"]
State = Literal["ready", "starting", "stopped", "failed", "no_access", "missing_key", "unknown"]


class RecordError(Exception):
    """A model's parameter cannot be used; the message names the field. The model is left out, and the log says so."""


@dataclass(frozen=True)
class ModelRecord:
    """One discovery parameter (docs/contracts.md, section 2). `fields` is all of it, unknown keys included."""

    id: str
    provider: str
    defaults: Mapping[str, Any]
    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        """The field `name`, which must be a non-empty string.

        Raises:
            RecordError: it is missing or something else.

        """
        value = self.fields.get(name)
        if not isinstance(value, str) or not value:
            raise RecordError(f"{name!r} must be a non-empty string")
        return value

    def optional_text(self, name: str) -> str | None:
        """The field `name`; None where it is missing or null.

        Raises:
            RecordError: it is something else than a non-empty string.

        """
        return None if self.fields.get(name) is None else self.text(name)

    @property
    def fallback(self) -> tuple[str, ...]:
        """The ids of the models that answer where this one cannot, in the order in which they are tried."""
        ids = self.fields.get("fallback")
        return tuple(one for one in ids if isinstance(one, str)) if isinstance(ids, list) else ()

    @property
    def unsupported(self) -> Unsupported:
        """What becomes of a parameter that the model does not take: the request is refused, or the parameter dropped
        with a warning in the reply.
        """
        return "drop" if self.fields.get("unsupported_parameters") == "drop" else "refuse"


@dataclass(frozen=True)
class Status:
    """Whether a model can be asked; `reason` is a sentence where it is not `ready`.

    Attributes:
        source: what said so, and when; None where nothing is looked at.
        is_absent: there is nothing that could be asked, and it could be made anew: an endpoint that does not exist.

    """

    state: State
    reason: str | None = None
    source: Source | None = None
    is_absent: bool = False


READY = Status("ready")


@dataclass(frozen=True)
class ChatRequest:
    """A checked request. `body` is all that the client sent; the model's defaults are not in it.

    `warnings` is filled by the upstream that takes the request, with a sentence for each parameter that it left out;
    the reply carries them. Every attempt has a request of its own, so that no warning is there twice.
    """

    model_id: str
    body: Mapping[str, Any] = field(repr=False)
    warnings: list[str] = field(default_factory=list, compare=False)

    @property
    def is_stream(self) -> bool:
        """Whether the client asked for a stream."""
        return self.body.get("stream") is True

    @property
    def wants_usage(self) -> bool:
        """Whether the client asked for a last chunk with `usage`."""
        return bool((self.body.get("stream_options") or {}).get("include_usage"))

    def leave_out(self, record: ModelRecord, name: str, why: str) -> None:
        """Say that the model of `record` does not take the parameter `name`, `why` being the whole sentence.

        Raises:
            InvalidRequestError: the catalog does not say that such parameters are dropped; `param` is `name`.

        """
        if record.unsupported == "refuse":
            raise InvalidRequestError(f"{why}; leave it out, or use another model", param=name)
        self.warnings.append(f"{why}; it was left out")

    def merged(self, defaults: Mapping[str, Any]) -> JsonObject:
        """The body with `defaults` where it has nothing (or null) of its own.

        `max_tokens` and `max_completion_tokens` are one limit under two names, and OpenAI refuses both at once.
        """
        own = {name: value for name, value in self.body.items() if value is not None}
        limits = {"max_tokens", "max_completion_tokens"}
        dropped = limits if limits.intersection(own) else set[str]()
        return {**self.body, **{k: v for k, v in defaults.items() if k not in own and k not in dropped}}


class Upstream(Protocol):
    """Answers the requests of one model. Every error it raises is a `ChatError`."""

    async def status(self) -> Status:
        """Whether the model can be asked now. Cheap: cached where it costs a call."""
        ...

    async def complete(self, request: ChatRequest) -> JsonObject:
        """The whole answer, as OpenAI's `chat.completion`."""
        ...

    def stream(self, request: ChatRequest) -> AsyncGenerator[JsonObject, None]:
        """The answer in OpenAI's `chat.completion.chunk` objects. Closing the generator stops the upstream."""
        ...


@dataclass(frozen=True)
class Services:
    """What upstreams are built from. Tests swap the clients at the network's border, not here."""

    settings: Settings
    aws: AwsClients
    keys: KeyStore
    http: Callable[[], httpx2.AsyncBaseTransport]
    """Gives what sends the process's HTTP requests; it is made by the first upstream that sends something."""


@dataclass(frozen=True)
class Discovered:
    """Models that no catalog names, and what is wrong with how they are written down where they were found.

    `records` is None where they cannot be told now; `source` is where they were looked for.
    """

    records: tuple[ModelRecord, ...] | None = ()
    problems: tuple[str, ...] = ()
    source: Source | None = None


@dataclass(frozen=True)
class Provider:
    """One line of the table.

    Attributes:
        build: raises `RecordError` for a record that it cannot use.
        discovery: gives what finds the provider's models beside the catalog's; None where it has no others. That raises
            nothing, and is cheap: every list of models and every unknown id calls it.

    """

    name: str
    build: Callable[[ModelRecord, Services], Upstream]
    discovery: Callable[[Services], Callable[[], Awaitable[Discovered]]] | None = None
