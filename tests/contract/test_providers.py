"""The generator's table of providers and the handler's say the same, and the zip's requirements fit both."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from chat_handler.aws import AwsClients
from chat_handler.http_client import HttpClient
from chat_handler.keys import KeyStore, SecretVersion
from chat_handler.settings import Settings
from chat_handler.upstreams import PROVIDERS as HANDLED
from chat_handler.upstreams import anthropic, cohere, google_genai
from chat_handler.upstreams import azure_openai as azure
from chat_handler.upstreams.base import Services
from chat_handler.upstreams.openai_servers import SERVERS
from generator.catalog.value_types import THIRD_PARTY_PROVIDERS
from generator.families.azure_openai import read_identifiers
from generator.families.providers import BASE_URL_REQUIRED, PROVIDERS, keys_needed

ROOT = Path(__file__).parents[2]
VENDORS = {module.VENDOR.name: module.VENDOR for module in (anthropic, cohere, google_genai)}
USABLE = {name: provider for name, provider in PROVIDERS.items() if provider.refused is None}


def test_every_provider_of_the_catalog_has_its_facts() -> None:
    assert set(THIRD_PARTY_PROVIDERS) <= set(PROVIDERS)


def test_the_handler_answers_for_every_provider_that_a_catalog_may_have() -> None:
    assert set(HANDLED) == {"sagemaker", "bedrock", *USABLE}


def test_what_is_refused_says_why() -> None:
    refused = {name: provider.refused for name, provider in PROVIDERS.items() if provider.refused}

    assert set(refused) == {"google_anthropic_vertex", "google_vertexai", "ibm", "langsmith"}
    assert [reason for reason in refused.values() if reason.endswith(".") or len(reason) < 40] == []


def test_passed_through_providers_agree_on_address_and_key() -> None:
    generators = {
        (provider.name, provider.base_url, provider.key_names)
        for provider in USABLE.values()
        if provider.kind == "openai" and provider.name != "azure_openai"
    }

    assert generators == {
        (server.name, server.base_url, (server.key_name,) if server.key_name else ()) for server in SERVERS
    }


def test_translated_providers_agree_on_address_and_key() -> None:
    generators = {
        (provider.name, provider.base_url, provider.key_names)
        for provider in USABLE.values()
        if provider.kind == "langchain"
    }

    assert generators == {(vendor.name, vendor.base_url, (vendor.key_name,)) for vendor in VENDORS.values()}


def test_the_providers_without_an_address_are_servers_of_the_users() -> None:
    assert {server.name for server in SERVERS if server.base_url is None} == BASE_URL_REQUIRED


@pytest.mark.parametrize("name", [name for name, provider in USABLE.items() if provider.kind == "langchain"])
def test_a_translated_providers_package_is_the_one_that_the_handler_imports(name: str) -> None:
    (package,) = USABLE[name].packages
    wanted = (ROOT / "lambda/requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()

    assert package.replace("-", "_") == VENDORS[name].module
    assert [line for line in wanted if not line.startswith("#")] == [package]


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        pytest.param({"provider": "sagemaker"}, (), id="SageMaker"),
        pytest.param({"provider": "openai"}, ("OPENAI_API_KEY",), id="OpenAI"),
        pytest.param({"provider": "openai", "base_url": "https://x"}, (), id="a server without a key"),
        pytest.param({"provider": "openai", "base_url": "https://x", "key_name": "OWN"}, ("OWN",), id="its own key"),
        pytest.param({"provider": "anthropic"}, ("ANTHROPIC_API_KEY",), id="Anthropic"),
        pytest.param({"provider": "ollama"}, (), id="Ollama"),
        pytest.param(
            {"provider": "azure_openai", "identifier": "Model1"},
            tuple(name.format("Model1") for name in (azure.KEY, azure.BASE, azure.VERSION, azure.DEPLOYMENT)),
            id="Azure OpenAI",
        ),
    ],
)
def test_the_keys_that_an_entry_needs(entry: dict[str, str], names: tuple[str, ...]) -> None:
    assert keys_needed(**entry) == names


@pytest.mark.parametrize(
    "text",
    [
        "Model1,Model2",
        " Model1 , \"Model2\",'Model3'",
        "Model1,,Model1,",
        "a b,Model1,-x,é," + "x" * 65,
        "Model1,\nModel2",
        "",
        ",",
    ],
    ids=["plain", "spaces and quotes", "empty and twice", "no identifiers", "lines", "empty", "a comma"],
)
def test_both_read_the_list_of_azures_models_alike(text: str) -> None:
    secret = json.dumps({azure.MODELS: text})
    keys = KeyStore(lambda: SecretVersion("v1", secret))
    services = Services(Settings("demo", "us-east-1", "arn"), AwsClients("us-east-1"), keys, HttpClient())

    found = asyncio.run(azure.AzureModels(services)())

    assert found.records is not None
    assert tuple(record.id for record in found.records) == read_identifiers(text).names


def test_every_key_name_is_documented() -> None:
    contracts = (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")

    assert [name for one in USABLE.values() for name in one.key_names if f"`{name}`" not in contracts] == []


def test_all_requirement_files_pin_the_same_versions() -> None:
    """So that any choice of them can be installed together."""
    pins: dict[str, set[str]] = {}
    for path in (ROOT / "lambda/requirements").glob("*.txt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "==" in line:
                name, _, version = line.partition("==")
                pins.setdefault(f"{path.stem}: {name}", set()).add(version.split()[0])
    together = {name.removeprefix("constraints: "): found for name, found in pins.items() if "constraints" in name}

    assert {name: found for name, found in pins.items() if found != together[name.partition(": ")[2]]} == {}
