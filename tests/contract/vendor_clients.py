"""The vendors' own SDKs, pointed at a local target, each asked in one way and heard in one way.

In: a text, and what a question may hold beside it, in OpenAI's terms where the SDKs differ only in names. Out: a
`Heard`. Their exceptions go through as they are.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import anthropic
import cohere
from google import genai
from google.genai import types

PIXEL = base64.b64decode("iVBORw0KGgo=")
TOOL = {"name": "weather", "description": "The weather in a city"}
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


@dataclass(frozen=True)
class Heard:
    """An answer: its text, reasoning, tool calls (name and arguments), reason, and tokens in and out."""

    text: str = ""
    thoughts: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    reason: str | None = None
    usage: tuple[int, int] | None = None


class Vendor(Protocol):
    """One SDK. `settings` are system, temperature 0.5, top-p 0.25, a limit of 9 tokens and the stop sequence END."""

    name: str

    def ask(self, url: str, text: str, *, key: str = "sk-any", settings: bool = False) -> Heard: ...

    def stream(self, url: str, text: str, *, timeout_s: float = 30.0) -> Heard: ...

    def ask_with_tool(self, url: str, text: str) -> Heard: ...

    def ask_after_tool(self, url: str) -> Heard:
        """Asks with a history in which the tool was called and has answered `echo sunny`."""
        ...

    def ask_about_image(self, url: str, text: str) -> Heard: ...


class Anthropic:
    name = "anthropic"

    def ask(self, url: str, text: str, *, key: str = "sk-any", settings: bool = False) -> Heard:
        # The SDK has no arguments for them any more, the API takes them; LangChain sends them in the same way.
        sampling = {"temperature": 0.5, "top_p": 0.25}
        more: dict[str, Any] = {"system": "Be brief.", "stop_sequences": ["END"], "extra_body": sampling}
        return self._heard(url, [_user(text)], key=key, **(more if settings else {}))

    def stream(self, url: str, text: str, *, timeout_s: float = 30.0) -> Heard:
        client = _anthropic(url, "sk-any").with_options(timeout=timeout_s)
        said, thoughts, calls, reason, usage = "", "", [], None, None
        arguments: list[str] = []
        with client.messages.create(model="claude-x", max_tokens=9, messages=[_user(text)], stream=True) as events:
            for event in events:
                if event.type == "content_block_start" and event.content_block.type == "tool_use":
                    calls.append(event.content_block.name)
                elif event.type == "content_block_delta":
                    said += getattr(event.delta, "text", "")
                    thoughts += getattr(event.delta, "thinking", "")
                    arguments.append(getattr(event.delta, "partial_json", ""))
                elif event.type == "message_delta":
                    reason = event.delta.stop_reason
                    usage = (event.usage.input_tokens or 0, event.usage.output_tokens)
        return Heard(said, thoughts, tuple((name, "".join(arguments)) for name in calls), reason, usage)

    def ask_with_tool(self, url: str, text: str) -> Heard:
        return self._heard(url, [_user(text)], tools=[self._tool()], tool_choice={"type": "any"})

    def ask_after_tool(self, url: str) -> Heard:
        used = {"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "Paris"}}
        result = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "echo sunny"}]}
        turns = [_user("Weather?"), {"role": "assistant", "content": [used]}, {"role": "user", "content": [result]}]
        return self._heard(url, turns, tools=[self._tool()])

    def ask_about_image(self, url: str, text: str) -> Heard:
        source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(PIXEL).decode()}
        parts = [{"type": "text", "text": text}, {"type": "image", "source": source}]
        return self._heard(url, [{"role": "user", "content": parts}])

    def _tool(self) -> dict[str, Any]:
        return {**TOOL, "input_schema": SCHEMA}

    def _heard(self, url: str, messages: list[Any], *, key: str = "sk-any", **more: Any) -> Heard:
        reply = _anthropic(url, key).messages.create(model="claude-x", max_tokens=9, messages=messages, **more)
        blocks = reply.content
        return Heard(
            "".join(block.text for block in blocks if block.type == "text"),
            "".join(block.thinking for block in blocks if block.type == "thinking"),
            tuple((block.name, block.input) for block in blocks if block.type == "tool_use"),
            reply.stop_reason,
            (reply.usage.input_tokens, reply.usage.output_tokens),
        )


class Cohere:
    name = "cohere"

    def ask(self, url: str, text: str, *, key: str = "sk-any", settings: bool = False) -> Heard:
        messages = [*([{"role": "system", "content": "Be brief."}] if settings else []), _user(text)]
        more: dict[str, Any] = {"temperature": 0.5, "p": 0.25, "max_tokens": 9, "stop_sequences": ["END"]}
        return self._heard(url, messages, key=key, **(more if settings else {}))

    def stream(self, url: str, text: str, *, timeout_s: float = 30.0) -> Heard:
        return asyncio.run(self._streamed(url, text, timeout_s))

    async def _streamed(self, url: str, text: str, timeout_s: float) -> Heard:
        """Its other client decodes each piece of the network for itself, and so spoils characters that are cut."""
        said, thoughts, calls, reason, usage = "", "", [], None, None
        arguments: list[str] = []
        client = cohere.AsyncClientV2(api_key="sk-any", base_url=f"{url}/cohere", timeout=timeout_s)
        async for event in client.chat_stream(model="command-x", messages=[_user(text)]):
            delta: Any = getattr(event, "delta", None)
            if event.type == "content-delta":
                said += delta.message.content.text or ""
                thoughts += delta.message.content.thinking or ""
            elif event.type == "tool-call-start":
                calls.append(delta.message.tool_calls.function.name)
            elif event.type == "tool-call-delta":
                arguments.append(delta.message.tool_calls.function.arguments)
            elif event.type == "message-end":
                reason, usage = delta.finish_reason, _cohere_usage(delta.usage)
        return Heard(said, thoughts, tuple((name, "".join(arguments)) for name in calls), reason, usage)

    def ask_with_tool(self, url: str, text: str) -> Heard:
        return self._heard(url, [_user(text)], tools=[self._tool()], tool_choice="REQUIRED")

    def ask_after_tool(self, url: str) -> Heard:
        function = {"name": "weather", "arguments": '{"city": "Paris"}'}
        called = {"role": "assistant", "tool_calls": [{"id": "t1", "type": "function", "function": function}]}
        result = {"role": "tool", "tool_call_id": "t1", "content": "echo sunny"}
        return self._heard(url, [_user("Weather?"), called, result], tools=[self._tool()])

    def ask_about_image(self, url: str, text: str) -> Heard:
        image = {"url": f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"}
        parts = [{"type": "text", "text": text}, {"type": "image_url", "image_url": image}]
        return self._heard(url, [{"role": "user", "content": parts}])

    def _tool(self) -> dict[str, Any]:
        return {"type": "function", "function": {**TOOL, "parameters": SCHEMA}}

    def _heard(self, url: str, messages: list[Any], *, key: str = "sk-any", **more: Any) -> Heard:
        reply = cohere.ClientV2(api_key=key, base_url=f"{url}/cohere").chat(
            model="command-x", messages=messages, request_options={"max_retries": 0}, **more
        )
        parts: list[Any] = reply.message.content or []
        calls: list[Any] = reply.message.tool_calls or []
        return Heard(
            "".join(part.text for part in parts if part.type == "text"),
            "".join(part.thinking for part in parts if part.type == "thinking"),
            tuple((call.function.name, call.function.arguments) for call in calls),
            reply.finish_reason,
            _cohere_usage(reply.usage),
        )


class Google:
    name = "google_genai"

    def ask(self, url: str, text: str, *, key: str = "sk-any", settings: bool = False) -> Heard:
        config = types.GenerateContentConfig(
            system_instruction="Be brief.", temperature=0.5, top_p=0.25, max_output_tokens=9, stop_sequences=["END"]
        )
        return self._heard(url, text, config if settings else None, key=key)

    def stream(self, url: str, text: str, *, timeout_s: float = 30.0) -> Heard:
        client = _google(url, "sk-any", timeout_s)
        return _joined(client.models.generate_content_stream(model="gemini-x", contents=text))

    def ask_with_tool(self, url: str, text: str) -> Heard:
        mode = types.FunctionCallingConfig(mode=types.FunctionCallingConfigMode.ANY)
        config = types.GenerateContentConfig(
            tools=[self._tool()], tool_config=types.ToolConfig(function_calling_config=mode)
        )
        return self._heard(url, text, config)

    def ask_after_tool(self, url: str) -> Heard:
        called = types.Part.from_function_call(name="weather", args={"city": "Paris"})
        result = types.Part.from_function_response(name="weather", response={"result": "echo sunny"})
        contents: list[Any] = [
            types.Content(role="user", parts=[types.Part(text="Weather?")]),
            types.Content(role="model", parts=[called]),
            types.Content(role="user", parts=[result, types.Part(text="echo sunny")]),
        ]
        return self._heard(url, contents, types.GenerateContentConfig(tools=[self._tool()]))

    def ask_about_image(self, url: str, text: str) -> Heard:
        return self._heard(url, [text, types.Part.from_bytes(data=PIXEL, mime_type="image/png")], None)

    def _tool(self) -> types.Tool:
        declared = types.FunctionDeclaration(
            name=TOOL["name"], description=TOOL["description"], parameters_json_schema=SCHEMA
        )
        return types.Tool(function_declarations=[declared])

    def _heard(self, url: str, contents: Any, config: Any, *, key: str = "sk-any") -> Heard:
        client = _google(url, key, 30.0)
        return _joined([client.models.generate_content(model="gemini-x", contents=contents, config=config)])


VENDORS: tuple[Vendor, ...] = (Anthropic(), Cohere(), Google())


def _user(text: str) -> Any:
    return {"role": "user", "content": text}


@cache
def _anthropic(url: str, key: str) -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key=key, base_url=f"{url}/anthropic", max_retries=0)


@cache
def _google(url: str, key: str, timeout_s: float) -> genai.Client:
    options = types.HttpOptions(base_url=f"{url}/google_genai", timeout=int(timeout_s * 1000))
    return genai.Client(api_key=key, http_options=options)


def _cohere_usage(usage: Any) -> tuple[int, int] | None:
    return None if usage is None else (int(usage.tokens.input_tokens), int(usage.tokens.output_tokens))


def _joined(responses: Iterable[types.GenerateContentResponse]) -> Heard:
    text, thoughts, calls, reason, usage = "", "", [], None, None
    for response in responses:
        candidate = response.candidates[0] if response.candidates else None
        for part in (candidate.content.parts or []) if candidate and candidate.content else []:
            if part.function_call:
                calls.append((part.function_call.name or "", part.function_call.args))
            elif part.thought:
                thoughts += part.text or ""
            else:
                text += part.text or ""
        if candidate and candidate.finish_reason:
            reason = candidate.finish_reason.value
        if response.prompt_feedback and response.prompt_feedback.block_reason:
            reason = response.prompt_feedback.block_reason.value
        if response.usage_metadata:
            counted = response.usage_metadata
            usage = (counted.prompt_token_count or 0, counted.candidates_token_count or 0)
    return Heard(text, thoughts, tuple(calls), reason, usage)
