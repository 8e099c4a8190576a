"""One row a model, merged of what is planned, deployed and live."""

from __future__ import annotations

import pytest

from frontend.wire import ModelInfo
from generator.catalog import Catalog
from generator.status import merge

CATALOG = Catalog.model_validate(
    {
        "version": 1,
        "deployment": "demo",
        "region": "us-east-1",
        "models": [{"id": "gpt", "provider": "openai", "model": "gpt-4o"}],
    }
)
GPT = ModelInfo(id="gpt", provider="openai")
OLD = ModelInfo(id="old", provider="cohere")
SPARE = ModelInfo(id="Spare", provider="azure_openai")
NO_KEY = ModelInfo(id="Spare", provider="azure_openai", status="missing_key", reason="the key is not there")


@pytest.mark.parametrize(
    ("deployed", "live", "last"),
    [
        pytest.param({"gpt"}, (GPT,), ("gpt", "openai", True, True, "ready", None), id="as planned"),
        pytest.param(
            set(),
            (),
            ("gpt", "openai", True, False, None, "it is in the catalog but not deployed: terrachat apply"),
            id="not deployed yet",
        ),
        pytest.param(
            {"gpt", "old"},
            (GPT, OLD),
            ("old", "cohere", False, True, "ready", "it is deployed but not in the catalog: the next apply removes it"),
            id="taken out of the catalog",
        ),
        pytest.param(
            {"gpt"},
            (GPT, SPARE),
            (
                "Spare",
                "azure_openai",
                False,
                False,
                "ready",
                "only the API-keys secret names it, in AZURE_OPENAI_MODELS; it needs no entry",
            ),
            id="of the secret alone",
        ),
        pytest.param(
            {"gpt"},
            (GPT, NO_KEY),
            ("Spare", "azure_openai", False, False, "missing_key", "the key is not there"),
            id="of the secret alone, and not whole there",
        ),
    ],
)
def test_the_last_row(deployed: set[str], live: tuple[ModelInfo, ...], last: tuple[object, ...]) -> None:
    row = merge(CATALOG, frozenset(deployed), live, {})[-1]

    assert (row.id, row.provider, row.planned, row.deployed, row.live, row.reason) == last
