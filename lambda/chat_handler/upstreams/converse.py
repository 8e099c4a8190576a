"""ChatBedrockConverse: LangChain's class for Bedrock, with its traps, in one place.

In: a model id, a boto3 client. Out: the LangChain model, its answers, OpenAI's finish reasons, and streams that can be
interrupted. Separate from `bedrock.py`, which knows nothing of LangChain; what a request says in Bedrock's words is in
`converse_request.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chat_handler.errors import StreamTruncatedError, UpstreamError
from chat_handler.upstreams import langchain_wire
from chat_handler.upstreams.aws_streams import interrupt
from chat_handler.upstreams.converse_request import KnownModel

if TYPE_CHECKING:
    from langchain_aws import ChatBedrockConverse
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage

# StopReason of botocore 1.44.5, read 2026-11-22.
_FINISH_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}
_MALFORMED_REASONS = ("malformed_model_output", "malformed_tool_use")


def chat_model(model: str, client: Any, guardrail: dict[str, str] | None = None) -> ChatBedrockConverse:
    """The LangChain model that asks `model` through `client`.

    Args:
        model: an id, or the ARN of a model, of a profile (AWS's or the account's own) or of provisioned throughput.
        client: boto3's client of Bedrock's runtime.
        guardrail: Converse's guardrailConfig.

    """
    from langchain_aws import ChatBedrockConverse
    from langchain_aws.utils import MODEL_ID_GEO_PREFIXES

    name = model.rpartition("/")[2]
    prefix, _, rest = name.partition(".")
    base_model = rest if prefix in MODEL_ID_GEO_PREFIXES else name
    chat_model = ChatBedrockConverse(
        model=model,
        # LangChain finds both by itself for a plain id, and wants them named for an ARN. The ARN of an account's own
        # profile does not say which model it stands for; Bedrock knows, and only LangChain's knowledge of what a model
        # takes is lost.
        base_model=base_model,
        provider=base_model.partition(".")[0],
        client=client,
        # Only application inference profiles are looked up with this one. Without it LangChain builds a client for
        # Bedrock's control plane, which takes 0.1 s and is never used.
        bedrock_client=client,
        guardrails=guardrail,
    )
    # LangChain keeps a list of models that stream, and quietly asks every other one for its whole answer at once.
    # Bedrock's own answer to ConverseStream is the truth. Set here, because LangChain overwrites an argument.
    chat_model.disable_streaming = False
    return chat_model


def known_of(model: ChatBedrockConverse) -> KnownModel:
    """What LangChain knows of the model that `model` asks."""
    from langchain_aws.utils import reasoning_effort_additional_fields

    profile = model.profile or {}
    name = model.base_model_id or model.model_id
    fields = {
        effort: reasoning_effort_additional_fields(name, effort)
        for effort in profile.get("reasoning_effort_levels") or ()
    }
    return KnownModel(
        provider=str(model.provider),
        takes_sampling=profile.get("temperature") is not False,
        effort_fields={effort: asked for effort, asked in fields.items() if asked},
    )


def finish_reason_of(metadata: Mapping[str, Any]) -> str | None:
    """OpenAI's finish reason for a message's metadata; None if it has none.

    Raises:
        UpstreamError: Bedrock says that the model's output was malformed.

    """
    reason = metadata.get("stopReason")
    if reason in _MALFORMED_REASONS:
        raise UpstreamError(f"the model's output was malformed ({reason}); ask again", retryable=True)
    return langchain_wire.finish_reason(reason, _FINISH_REASONS, "Bedrock")


def invoked(model: ChatBedrockConverse, messages: list[BaseMessage], arguments: dict[str, Any]) -> AIMessage:
    """The model's whole answer. Raises botocore's errors.

    Raises:
        BadUpstreamResponseError: what came back is no Converse answer.

    """
    with langchain_wire.reading("Bedrock"):
        return model.invoke(messages, **arguments)


class ConverseStream:
    """One streamed answer, which has begun. Iterate it in one thread; `interrupt` it from another.

    Making one raises what iterating does: LangChain sends the request when its first chunk is wanted.
    """

    def __init__(self, model: ChatBedrockConverse, messages: list[BaseMessage], arguments: dict[str, Any]) -> None:
        self._recorder = _StreamRecorder(model.client)
        self._rest = _read(model.model_copy(update={"client": self._recorder}).stream(messages, **arguments))
        self._first = next(self._rest)

    def __iter__(self) -> Iterator[AIMessageChunk]:
        """The chunks. Raises botocore's errors.

        Raises:
            StreamTruncatedError: the stream ended in the middle.
            BadUpstreamResponseError: what came back is no Converse stream.

        """
        yield self._first
        yield from self._rest

    def interrupt(self) -> None:
        """End the wait of the thread that iterates."""
        interrupt(self._recorder.stream)


def _read(chunks: Iterator[AIMessageChunk]) -> Iterator[AIMessageChunk]:
    with langchain_wire.reading("Bedrock"):
        try:
            yield from chunks
        except ConnectionError as exc:
            # What langchain-aws 1.9.1 raises where a stream has no messageStop event.
            raise StreamTruncatedError("Bedrock's stream ended in the middle of the answer; ask again") from exc


class _StreamRecorder:
    """Stands before the boto3 client and keeps the event stream, which LangChain does not hand out."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.stream: Any = None

    def converse_stream(self, **arguments: Any) -> dict[str, Any]:
        reply: dict[str, Any] = self._client.converse_stream(**arguments)
        self.stream = reply["stream"]
        return reply
