"""The native wire of TGI's and LMI's containers (wire "generate"): one prompt in, one text out.

In: OpenAI's chat request. Out: the container's request, and its answers as OpenAI's. Pure. The prompt is a plain
transcript: such a container knows nothing of roles, and the model's own template only if the container is asked with
messages, which is the wire to prefer.

    {"inputs": str, "parameters": {"max_new_tokens", "temperature", "top_p", "do_sample", "stop", "details"}, "stream"}
    -> [{"generated_text", "details"}] (TGI) or {"generated_text", "details"} (LMI)
    -> stream of {"token": {"text", "special"}, "generated_text": null | str, "details": {"finish_reason"}}

Sources, read on 2026-11-22: djl-serving, lmi_input_output_schema.md and vllm_rolling_batch.py;
text-generation-inference, clients/python/text_generation/types.py; huggingface-hub's generated types of its answers
(`TextGenerationStreamOutputStreamDetails.input_length`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from chat_handler.errors import BadUpstreamResponseError, UpstreamError
from chat_handler.streaming import error_in_stream
from chat_handler.upstreams import answers
from chat_handler.upstreams.base import ChatRequest, JsonObject, ModelRecord
from chat_handler.upstreams.chat_terms import Takes
from chat_handler.upstreams.chat_turns import Turn, turns_of
from chat_handler.upstreams.chat_wants import stops_of, wants_of

TAKES = Takes(
    parameters=frozenset({"temperature", "top_p", "max_tokens", "stop"}),
    last_roles=("user", "assistant"),
    system_anywhere=True,
)
# Without one, TGI answers 20 tokens and LMI 30.
MAX_NEW_TOKENS = 512
# Where the model would go on and write the user's next message.
TURN_ENDS = ("\nUser:", "\nSystem:")
_SPEAKERS = {"user": "User: ", "assistant": "Assistant: "}
_FINISH_REASONS = {"length": "length", "eos_token": "stop", "stop_sequence": "stop"}


def body_of(request: ChatRequest, record: ModelRecord, subject: str) -> JsonObject:
    """The container's request.

    Raises:
        InvalidRequestError: `request` asks for something that this wire cannot carry; `param` names it.

    """
    asked = wants_of(request, record, TAKES, subject).parameters
    stops = [*asked.get("stop", ()), *TURN_ENDS]
    # TGI calls them `stop`, LMI `stop_sequences`; each ignores the other's name.
    parameters: JsonObject = {
        "max_new_tokens": asked.get("max_tokens", MAX_NEW_TOKENS),
        "details": True,
        "stop": stops,
        "stop_sequences": stops,
    }
    if temperature := asked.get("temperature", 1.0):  # TGI takes no 0: greedy is without `do_sample`
        parameters |= {"do_sample": True, "temperature": temperature}
        # TGI takes no 1. Beside no `do_sample` it would sample all the same (its NextTokenChooser, `has_warpers`).
        if 0 < (top_p := asked.get("top_p", 1)) < 1:
            parameters["top_p"] = top_p
    turns = turns_of(request, record, TAKES, subject)
    return {"inputs": _transcript(turns), "parameters": parameters, "stream": request.is_stream}


def completion_of(body: bytes, request: ChatRequest, subject: str) -> JsonObject:
    """The container's whole answer as OpenAI's.

    Raises:
        ChatError: it is no answer, or an error in disguise.

    """
    answer = _answer(body, subject)
    text = StopFilter(_stops(request))
    texts = {"content": text.feed(answer["generated_text"]) + text.rest()}
    details = _details(answer)
    reason = _finish_reason(details) or "stop"
    return answers.completion(request.model_id, texts, reason, _usage(details))


class GeneratedChunks:
    """A container's chunks of one stream, each as OpenAI's. `last` gives what comes after them."""

    def __init__(self, request: ChatRequest) -> None:
        self._chunks = answers.Chunks(request.model_id)
        self._text = StopFilter(_stops(request))
        self._with_usage = request.wants_usage
        self._usage: JsonObject | None = None

    def of(self, chunk: JsonObject) -> Iterator[JsonObject]:
        """One chunk as OpenAI's. A container that does not stream sends its whole answer as the only one.

        Raises:
            ChatError: it reports an error instead of text.

        """
        if chunk.get("error"):
            raise error_in_stream(chunk)
        whole, details = chunk.get("generated_text"), _details(chunk)
        is_end = whole is not None
        text = self._text.feed(_token_text(chunk) if "token" in chunk else whole or "")
        if is_end:
            text += self._text.rest()
        self._usage = _usage(details) or self._usage
        reason = (_finish_reason(details) or "stop") if is_end else None
        yield from self._chunks.of({"content": text} if text else {}, reason)

    def last(self) -> Iterator[JsonObject]:
        """The chunk with the usage, if there is one: it is counted also where the client does not want it."""
        if self._with_usage or self._usage is not None:
            yield self._chunks.with_usage(self._usage)


class StopFilter:
    """Takes the stop texts out of an answer that comes in pieces; TGI sends them along. Also its first spaces."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = stops
        self._held = ""
        self._is_stopped = False
        self._has_begun = False

    def feed(self, text: str) -> str:
        """What of the answer so far, `text` included, can be passed on now."""
        if self._is_stopped:
            return ""
        self._held += text if self._has_begun else text.lstrip()
        self._has_begun = self._has_begun or bool(self._held)
        found = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        self._is_stopped = bool(found)
        passed_on = min(found) if found else len(self._held) - self._begun_stop()
        sent, self._held = self._held[:passed_on], "" if found else self._held[passed_on:]
        return sent

    def rest(self) -> str:
        """What was held back, when the answer has ended."""
        rest, self._held = self._held, ""
        return rest

    def _begun_stop(self) -> int:
        """How many of the last characters may be the beginning of a stop text."""
        lengths = (
            length
            for stop in self._stops
            for length in range(min(len(stop) - 1, len(self._held)), 0, -1)
            if self._held.endswith(stop[:length])
        )
        return max(lengths, default=0)


def _stops(request: ChatRequest) -> list[str]:
    """The texts that end an answer: the caller's and the transcript's own."""
    return [*stops_of(request.body), *TURN_ENDS]


def _transcript(turns: Sequence[Turn]) -> str:
    lines = [f"{_SPEAKERS.get(turn.role, '')}{turn.text}\n" for turn in turns]
    return "".join([*lines, "Assistant:"])


def _answer(body: bytes, subject: str) -> JsonObject:
    try:
        answer = json.loads(body)
    except ValueError as exc:
        raise BadUpstreamResponseError(f"{subject} answered {len(body)} bytes that are not JSON") from exc
    answer = answer[0] if isinstance(answer, list) and answer else answer
    if isinstance(answer, dict) and answer.get("error"):
        raise error_in_stream(answer)
    if not isinstance(answer, dict) or not isinstance(answer.get("generated_text"), str):
        raise BadUpstreamResponseError(
            f"{subject} answered JSON without a generated_text; does it speak the wire 'generate'?"
        )
    return answer


def _token_text(chunk: JsonObject) -> str:
    token = chunk["token"]
    if not isinstance(token, dict) or token.get("special") or token.get("special_token"):
        return ""
    return str(token.get("text") or "")


def _details(chunk: JsonObject) -> JsonObject:
    details = chunk.get("details")
    return details if isinstance(details, dict) else {}


def _finish_reason(details: JsonObject) -> str | None:
    reason = details.get("finish_reason")
    if reason == "error":
        raise UpstreamError("the model's server stopped with an error in the middle of the answer")
    return None if reason is None else _FINISH_REASONS.get(str(reason), "stop")


def _usage(details: JsonObject) -> JsonObject | None:
    """The usage, where the container says both counts: TGI does in the last chunk of a stream; of a whole answer it
    lists the prompt's tokens only if it is told to, which it then may refuse.
    """
    prefill, prompt, generated = (details.get(name) for name in ("prefill", "input_length", "generated_tokens"))
    if isinstance(prefill, list) and prefill:
        prompt = len(prefill)
    if not isinstance(prompt, int) or not isinstance(generated, int):
        return None
    return answers.usage_of(prompt, generated)
