"""Which keys a catalog needs, whose a name is, and what the handler takes for a key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chat_handler.parsed_secret import Wanted, parse_secret
from generator.api_keys.names import known_names, meant, needed_keys, provider_of, value_problem
from generator.api_keys.place import SecretPlace, place_of
from generator.catalog import Catalog

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:SharedApiKeysSecret1A2B-a1b2c3"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def catalog_of(*models: dict[str, Any], **settings: Any) -> Catalog:
    entries = models or ({"id": "gpt", "provider": "openai", "model": "gpt-4o"},)
    return Catalog.model_validate(
        {"version": 1, "deployment": "demo", "region": "us-east-1", **settings, "models": list(entries)}
    )


CATALOG = catalog_of(
    {"id": "nova", "provider": "bedrock", "model": "amazon.nova-micro-v1:0"},
    {"id": "gpt", "provider": "openai", "model": "gpt-4o"},
    {"id": "mini", "provider": "openai", "model": "gpt-4o-mini"},
    {"id": "own", "provider": "openai", "model": "m", "base_url": "https://a.example/v1", "key_name": "OWN_KEY"},
    {"id": "other", "provider": "groq", "model": "m", "key_name": "OWN_KEY"},
    {"id": "open", "provider": "openai", "model": "m", "base_url": "https://b.example/v1", "key_name": None},
    {"id": "europe", "provider": "azure_openai", "model": "Model1"},
)


def test_each_needed_key_names_the_entries_that_need_it() -> None:
    assert needed_keys(CATALOG) == {
        "OPENAI_API_KEY": ("gpt", "mini"),
        "OWN_KEY": ("own", "other"),
        "AZURE_OPENAI_API_KEY__Model1": ("europe",),
        "AZURE_OPENAI_API_BASE__Model1": ("europe",),
        "AZURE_OPENAI_API_VERSION__Model1": ("europe",),
        "AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1": ("europe",),
    }


def test_what_other_products_keep_beside_an_azure_model_is_known() -> None:
    beside = {"AZURE_OPENAI_API_TYPE__Model1", "AZURE_OPENAI_MODELS"}

    assert set(known_names(CATALOG)) == beside | needed_keys(CATALOG).keys()
    assert known_names(catalog_of()) == ("OPENAI_API_KEY",)


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("OPENAI_API_KEY", "openai"),
        ("PPLX_API_KEY", "perplexity"),
        ("OWN_KEY", "openai, groq"),
        ("AZURE_OPENAI_API_BASE__Model1", "azure_openai Model1"),
        ("AZURE_OPENAI_API_TYPE__Any.2", "azure_openai Any.2"),
        ("AZURE_OPENAI_MODELS", "azure_openai"),
        ("OPENAI_APIKEY", "unknown"),
    ],
)
def test_a_name_tells_its_provider(name: str, provider: str) -> None:
    assert provider_of(CATALOG, name) == provider


@pytest.mark.parametrize(
    ("name", "near"),
    [
        pytest.param("OPENAI_APIKEY", "OPENAI_API_KEY", id="misspelt"),
        pytest.param("openai-api-key", "OPENAI_API_KEY", id="case and hyphens"),
        pytest.param("OPENAI_API_KEY", None, id="in use"),
        pytest.param("COHERE_API_KEY", None, id="another provider's own"),
        pytest.param("SOMETHING", None, id="far from all"),
    ],
)
def test_a_name_that_is_not_in_use_is_told_from_a_misspelt_one(name: str, near: str | None) -> None:
    assert meant(CATALOG, name) == near


@pytest.mark.parametrize(
    "value", ["sk-planted", " sk-planted\n", "", " ", "a b", "a\nb", "a\tb", "“a”", "a\u00a0b", "a\u2028b", "\x7f", "ạ"]
)
def test_a_value_has_a_problem_exactly_where_the_handler_would_refuse_it(value: str) -> None:
    is_taken = "A" in parse_secret(json.dumps({"A": value}), Wanted(frozenset({"A"}))).values

    assert (value_problem("A", value) is None) == is_taken


def test_the_list_of_azure_models_is_no_key_and_may_have_spaces() -> None:
    assert value_problem("AZURE_OPENAI_MODELS", "Model1, Model2") is None
    assert value_problem("AZURE_OPENAI_MODELS", "Model1\nModel2") is not None


def test_the_secret_is_the_deployments_own_with_its_tags() -> None:
    place = place_of(catalog_of(tags={"team": "ml"}))

    assert (place.id, place.region, place.is_owned) == ("terrachat/demo/api-keys", "us-east-1", True)
    assert (place.name, place.local_name) == (place.id, place.id)
    assert place.tags == {"team": "ml", "terrachat:deployment": "demo"}


def test_the_secret_is_the_one_that_the_catalog_names() -> None:
    place = place_of(catalog_of(tags={"team": "ml"}, api_keys={"secret": ARN, "kms_key": KEY}))

    assert place == SecretPlace("SharedApiKeysSecret1A2B", ARN, "us-east-1", KEY)
    assert (place.id, place.is_owned, place.local_name) == (ARN, False, "SharedApiKeysSecret1A2B-a1b2c3")
