"""Programs that people have: OpenAI's client, LangChain's ChatOpenAI and Pydantic AI, unmodified, against the handler.

Each is asked for chat, stream, tools, usage and errors, of a family that is passed through and of one that is
translated. The clients know nothing of Terrachat: they get a base URL and a key that is not used.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from tests.contract.families.families import FAMILIES, Family
from tests.contract.families.house import House
from tests.contract.families.scripted_model import VIETNAMESE

NAMED = {family.name: family for family in FAMILIES}
# One that is passed through over HTTP, one over AWS's event stream, and one that is translated.
some_families = pytest.mark.parametrize(
    "family", [NAMED["openai"], NAMED["sagemaker_messages"], NAMED["bedrock"]], ids=str
)
PLAY_PARIS = "Capital of France? [play: paris]"
PLAY_TOOL = "How is the weather in Hà Nội? [play: tool]"
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
WEATHER = "31 degrees [play: paris]"


class City(BaseModel):
    """What a model is told to answer."""

    city: str


def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"{city}: {WEATHER}"


@pytest.fixture
def client(house: House) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{house.url}/v1", api_key="unused") as made:
        yield made


def user(text: str) -> Any:
    return {"role": "user", "content": text}


class TestOpenAI:
    """The official client, with its defaults: it retries twice by itself."""

    @some_families
    def test_chat(self, client: openai.OpenAI, family: Family) -> None:
        answer = client.chat.completions.create(
            model=family.model("client"),
            messages=[{"role": "system", "content": "Be brief."}, user(PLAY_PARIS)],
            temperature=0.2,
            max_tokens=32,
            stop=["STOP"],
        )

        assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("Paris.", "stop")
        assert answer.usage is not None
        assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (5, 2, 7)

    @some_families
    def test_stream_with_usage(self, client: openai.OpenAI, family: Family) -> None:
        chunks = list(
            client.chat.completions.create(
                model=family.model("client"),
                messages=[user("Bạn là ai? [play: vietnamese]")],
                stream=True,
                stream_options={"include_usage": True},
            )
        )

        assert "".join(one.choices[0].delta.content or "" for one in chunks if one.choices) == "".join(VIETNAMESE)
        assert [one.usage.total_tokens for one in chunks if one.usage] == [5 + len(VIETNAMESE)]

    @some_families
    def test_tools_and_back(self, client: openai.OpenAI, family: Family) -> None:
        messages = [user(PLAY_TOOL)]
        asked = client.chat.completions.create(model=family.model("client"), messages=messages, tools=[TOOL])
        (call,) = asked.choices[0].message.tool_calls or []
        assert call.type == "function"
        result = get_weather(**json.loads(call.function.arguments))

        messages += [asked.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": result}]
        answer = client.chat.completions.create(model=family.model("client"), messages=messages, tools=[TOOL])

        assert (call.function.name, asked.choices[0].finish_reason) == ("get_weather", "tool_calls")
        assert answer.choices[0].message.content == "Paris."

    @some_families
    def test_stream_helper_puts_a_tool_call_together(self, client: openai.OpenAI, family: Family) -> None:
        with client.chat.completions.stream(
            model=family.model("client"), messages=[user(PLAY_TOOL)], tools=[TOOL]
        ) as events:
            answer = events.get_final_completion()

        (call,) = answer.choices[0].message.tool_calls or []
        assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", {"city": "Hà Nội"})
        assert answer.choices[0].finish_reason == "tool_calls"

    def test_structured_answer(self, client: openai.OpenAI, house: House) -> None:
        with house.asked() as arrived:
            answer = client.chat.completions.parse(
                model="openai-client", messages=[user("Capital of France? [play: json]")], response_format=City
            )

        assert answer.choices[0].message.parsed == City(city="Paris")
        assert arrived[0].body["response_format"]["type"] == "json_schema"

    def test_models(self, client: openai.OpenAI) -> None:
        listed = {model.id: model for model in client.models.list()}

        assert {family.model("client") for family in FAMILIES} <= set(listed)
        assert client.models.retrieve("bedrock-client") == listed["bedrock-client"]
        with pytest.raises(openai.NotFoundError) as caught:
            client.models.retrieve("bedrock-clent")
        assert caught.value.code == "model_not_found"

    def test_refused_request(self, client: openai.OpenAI) -> None:
        with pytest.raises(openai.BadRequestError) as caught:
            client.chat.completions.create(model="openai-client", messages=[])

        assert (caught.value.code, caught.value.param) == ("invalid_request", "messages")
        assert caught.value.request_id

    def test_wrong_key_is_told_once(self, client: openai.OpenAI, house: House) -> None:
        with pytest.raises(openai.InternalServerError) as caught:
            client.chat.completions.create(model="openai-wrong-key", messages=[user(PLAY_PARIS)])

        assert (caught.value.code, caught.value.status_code) == ("authentication_failed", 502)
        assert len(house.requests_logged("openai-wrong-key")) == 1  # `x-should-retry: false`

    def test_throttling(self, house: House) -> None:
        with (
            openai.OpenAI(base_url=f"{house.url}/v1", api_key="unused", max_retries=0) as client,
            house.fault("openai", "throttle", times=None),
            pytest.raises(openai.RateLimitError) as caught,
        ):
            client.chat.completions.create(model="openai-throttled", messages=[user(PLAY_PARIS)])

        assert caught.value.code == "throttled"

    @some_families
    def test_error_in_mid_stream_comes_after_the_text(self, client: openai.OpenAI, family: Family) -> None:
        texts: list[str] = []
        with pytest.raises(openai.APIError) as caught:
            for chunk in client.chat.completions.create(
                model=family.model("no_finish"), messages=[user("Capital? [play: no_finish]")], stream=True
            ):
                texts += [choice.delta.content or "" for choice in chunk.choices]

        assert caught.value.code == "stream_truncated"
        assert "".join(texts)

    @some_families
    def test_async_client(self, house: House, family: Family) -> None:
        asyncio.run(_ask_async(house, family))


async def _ask_async(house: House, family: Family) -> None:
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key="unused") as client:
        model = family.model("client")
        plain = await client.chat.completions.create(model=model, messages=[user(PLAY_PARIS)])
        stream = await client.chat.completions.create(model=model, messages=[user(PLAY_PARIS)], stream=True)
        texts = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
        tool = await client.chat.completions.create(model=model, messages=[user(PLAY_TOOL)], tools=[TOOL])
        listed = [each.id async for each in client.models.list()]
        with pytest.raises(openai.NotFoundError):
            await client.chat.completions.create(model="nobody", messages=[user(PLAY_PARIS)])

    assert (plain.choices[0].message.content, "".join(texts)) == ("Paris.", "Paris.")
    assert plain.usage is not None
    assert plain.usage.total_tokens == 7
    assert [call.type for call in tool.choices[0].message.tool_calls or []] == ["function"]
    assert model in listed


class TestChatOpenAI:
    """LangChain's class for OpenAI's API."""

    @some_families
    def test_chat_stream_and_usage(self, house: House, family: Family) -> None:
        model = _langchain(house, family)

        answer = model.invoke([("system", "Be brief."), ("user", PLAY_PARIS)])
        chunks = list(model.stream(PLAY_PARIS))

        assert answer.content == "Paris."
        assert answer.usage_metadata["total_tokens"] == 7
        assert answer.response_metadata["finish_reason"] == "stop"
        whole = chunks[0]
        for chunk in chunks[1:]:
            whole += chunk
        assert (whole.content, whole.usage_metadata["total_tokens"]) == ("Paris.", 7)

    @some_families
    def test_tools_and_back(self, house: House, family: Family) -> None:
        from langchain_core.messages import HumanMessage, ToolMessage

        model = _langchain(house, family).bind_tools([get_weather])
        asked = model.invoke([HumanMessage(PLAY_TOOL)])
        (call,) = asked.tool_calls
        result = ToolMessage(get_weather(**call["args"]), tool_call_id=call["id"])
        answer = model.invoke([HumanMessage(PLAY_TOOL), asked, result])

        assert (call["name"], call["args"]) == ("get_weather", {"city": "Hà Nội"})
        assert answer.content == "Paris."

    @some_families
    def test_streamed_tool_call(self, house: House, family: Family) -> None:
        chunks = list(_langchain(house, family).bind_tools([get_weather]).stream(PLAY_TOOL))

        whole = chunks[0]
        for chunk in chunks[1:]:
            whole += chunk
        assert [(call["name"], call["args"]) for call in whole.tool_calls] == [("get_weather", {"city": "Hà Nội"})]

    def test_structured_answer(self, house: House) -> None:
        model = _langchain(house, NAMED["openai"]).with_structured_output(City)

        assert model.invoke("Capital of France? [play: json]") == City(city="Paris")

    def test_errors_are_openais(self, house: House) -> None:
        with pytest.raises(openai.NotFoundError) as caught:
            _langchain(house, NAMED["openai"], model="nobody").invoke(PLAY_PARIS)

        assert caught.value.code == "model_not_found"


class TestPydanticAI:
    """Pydantic AI's agent on its model class for OpenAI's chat API."""

    @some_families
    def test_chat_and_usage(self, house: House, family: Family) -> None:
        result = _run(house, family, PLAY_PARIS)

        assert result.output == "Paris."
        assert (result.usage.input_tokens, result.usage.output_tokens) == (5, 2)

    @some_families
    def test_agent_with_a_tool(self, house: House, family: Family) -> None:
        result = _run(house, family, PLAY_TOOL, tools=[get_weather])

        assert result.output == "Paris."
        assert result.usage.tool_calls == 1

    @some_families
    def test_stream(self, house: House, family: Family) -> None:
        async def streamed() -> list[str]:
            async with _agent(house, family) as agent, agent.run_stream(PLAY_PARIS) as result:
                return [text async for text in result.stream_text(delta=True, debounce_by=None)]

        assert "".join(asyncio.run(streamed())) == "Paris."

    def test_structured_answer_through_a_tool(self, house: House) -> None:
        result = _run(house, NAMED["openai"], PLAY_TOOL, output_type=_weather_output())

        assert result.output.city == "Hà Nội"

    def test_errors_have_their_status(self, house: House) -> None:
        from pydantic_ai.exceptions import ModelHTTPError

        with pytest.raises(ModelHTTPError) as caught:
            _run(house, NAMED["openai"], PLAY_PARIS, model="nobody")

        assert caught.value.status_code == 404
        assert isinstance(caught.value.body, dict)
        assert caught.value.body["code"] == "model_not_found"


def _langchain(house: House, family: Family, model: str | None = None) -> Any:
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        model=model or family.model("client"),
        base_url=f"{house.url}/v1",
        api_key=SecretStr("unused"),
        stream_usage=True,
    )


@contextlib.asynccontextmanager
async def _agent(house: House, family: Family, model: str | None = None, **arguments: Any) -> Any:
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key="unused") as client:
        provider = OpenAIProvider(openai_client=client)
        yield Agent(OpenAIChatModel(model or family.model("client"), provider=provider), **arguments)


def _run(house: House, family: Family, question: str, **arguments: Any) -> Any:
    async def run() -> Any:
        async with _agent(house, family, **arguments) as agent:
            return await agent.run(question)

    return asyncio.run(run())


def _weather_output() -> Any:
    from pydantic_ai import ToolOutput

    return ToolOutput(City, name="get_weather")
