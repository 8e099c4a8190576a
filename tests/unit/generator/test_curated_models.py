"""The list of models that the wizard offers can be deployed as it is."""

from __future__ import annotations

import re

import pytest

from generator.catalog import Catalog, SageMakerEntry
from generator.catalog_warnings import catalog_warnings
from generator.families.containers import CONTAINERS
from generator.families.curated_bedrock import known_models
from generator.families.curated_models import BY_NAME, CURATED, CuratedModel
from generator.families.instances import instance_facts
from generator.families.prices import HOURLY_USD
from generator.families.regions import PROVIDER_REGIONS
from generator.model_fit import fit
from generator.parameter_counts import model_size


def entry_of(model: CuratedModel) -> SageMakerEntry:
    return SageMakerEntry.model_validate(
        {
            "id": "m",
            "provider": "sagemaker",
            "source": {"huggingface": model.name},
            "container": model.container,
            "instance_type": model.instance_type,
            "environment": {"SM_VLLM_MAX_MODEL_LEN": str(model.max_model_len)},
        }
    )


@pytest.mark.parametrize("model", CURATED, ids=lambda model: model.name)
class TestEveryModel:
    """What holds for each of them."""

    def test_is_an_entry_without_a_warning(self, model: CuratedModel) -> None:
        entry = entry_of(model)
        catalog = Catalog(version=1, deployment="demo", region="us-east-1", models=(entry,))

        assert catalog_warnings(catalog) == ()
        assert fit(entry) is None

    def test_fits_by_its_own_figure_with_room_for_a_whole_chat(self, model: CuratedModel) -> None:
        facts = instance_facts(model.instance_type)
        size = model_size(model.name)
        bytes_each = size.bytes_each if size else 2.0

        assert facts
        assert model.billions * bytes_each <= facts.accelerator_memory_gb * 0.85

    def test_is_as_large_as_its_name_says_or_a_little_larger(self, model: CuratedModel) -> None:
        size = model_size(model.name)

        assert size is None or size.billions <= model.billions <= size.billions * 1.3

    def test_chat_is_no_longer_than_the_model_takes(self, model: CuratedModel) -> None:
        assert 8192 <= model.max_model_len <= model.context_tokens

    def test_container_and_price_are_known(self, model: CuratedModel) -> None:
        assert model.container in CONTAINERS
        assert model.instance_type in HOURLY_USD["us-east-1"]
        assert re.fullmatch(r"https://huggingface\.co/[\w.-]+/[\w.-]+", model.card)


def test_each_is_there_once() -> None:
    assert len(BY_NAME) == len(CURATED) >= 12


def test_machines_grow_along_the_list() -> None:
    memory = [facts.accelerator_memory_gb for each in CURATED if (facts := instance_facts(each.instance_type))]

    assert memory == sorted(memory)


@pytest.mark.parametrize("region", PROVIDER_REGIONS)
def test_bedrock_models_can_be_called_from_their_region(region: str) -> None:
    """By the catalog's own rules, in every region: where nothing is known, nothing is offered."""
    models = [
        {"id": f"m{number}", "provider": "bedrock", "model": known.model}
        for number, known in enumerate(known_models(region))
    ]
    spare = {"id": "gpt", "provider": "openai", "model": "gpt-4o"}

    Catalog.model_validate({"version": 1, "deployment": "demo", "region": region, "models": [*models, spare]})

    has_none = region == "ap-east-1" or region.startswith(("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"))
    assert bool(models) == (not has_none)


@pytest.mark.parametrize(
    ("region", "models"),
    [
        ("us-east-1", "us.nova-micro us.nova-lite us.nova-pro global.nova-2-lite"),
        ("us-west-1", "us.nova-lite us.nova-pro global.nova-2-lite"),
        ("il-central-1", "eu.nova-micro eu.nova-lite eu.nova-pro global.nova-2-lite"),
        ("eu-west-2", "global.nova-2-lite"),
        ("me-central-1", "apac.nova-pro global.nova-2-lite"),
        ("ap-south-2", ""),
    ],
)
def test_nova_is_offered_where_its_profiles_are_called_from(region: str, models: str) -> None:
    """Not wherever a region's name begins alike."""
    nova = [each.model for each in known_models(region) if ".amazon." in each.model]

    assert nova == [f"{each.replace('.', '.amazon.')}-v1:0" for each in models.split()]
