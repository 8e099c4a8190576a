"""One LangChain model for each key, while keys change and requests run side by side."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chat_handler.upstreams.langchain_models import KeyedModels


class Model:
    """Stands for a vendor's model, whose connections take a moment to close."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.times_closed = 0

    async def close(self) -> None:
        self.times_closed += 1
        await asyncio.sleep(0)
        await asyncio.sleep(0)


class Models:
    def __init__(self) -> None:
        self.made: list[Model] = []

    def make(self, key: str) -> Any:
        self.made.append(Model(key))
        return self.made[-1]


async def used(models: KeyedModels, key: str) -> bool:
    """Whether the model for `key` was open for as long as it was used."""
    async with models.of(key) as model:
        found: Any = model
        was_open = not found.times_closed
        await asyncio.sleep(0.01)
        return was_open and not found.times_closed and found.key == key


@pytest.mark.parametrize("at_once", [2, 8])
def test_requests_that_come_with_a_new_key_at_once_each_have_an_open_model(at_once: int) -> None:
    scripted = Models()

    async def run() -> list[bool]:
        models = KeyedModels(scripted.make, Model.close)
        assert await used(models, "old")
        return await asyncio.gather(*(used(models, "new") for _ in range(at_once)))

    assert all(asyncio.run(run()))
    *replaced, _ = sorted(scripted.made, key=lambda model: -model.times_closed)
    assert [model.times_closed for model in scripted.made].count(0) == 1
    assert {model.times_closed for model in replaced} == {1}


def test_an_answer_that_is_still_coming_keeps_its_replaced_model_open() -> None:
    scripted = Models()

    async def run() -> list[int]:
        models = KeyedModels(scripted.make, Model.close)
        async with models.of("old") as model:
            old: Any = model
            async with models.of("new"):
                pass
            before = old.times_closed
        return [before, old.times_closed]

    assert asyncio.run(run()) == [0, 1]


def test_a_model_that_cannot_be_closed_fails_nobodys_request(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(_: Any) -> None:
        raise OSError("secret words")

    async def run() -> None:
        models = KeyedModels(Models().make, fail)
        for key in ("old", "new"):
            async with models.of(key):
                pass

    asyncio.run(run())

    assert "OSError" in caplog.text
    assert "secret words" not in caplog.text
