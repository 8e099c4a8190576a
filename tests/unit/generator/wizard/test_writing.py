"""Whatever is chosen, the catalog that is written is valid, says exactly that, and keeps what was there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import editing
from generator.catalog import Entry, ExistingEndpointEntry, HuggingFaceSource, SageMakerEntry
from generator.catalog_warnings import catalog_warnings
from generator.families.curated_bedrock import known_models
from generator.families.curated_models import CURATED
from generator.families.providers import BASE_URL_REQUIRED
from generator.families.regions import PROVIDER_REGIONS
from generator.loading import load_catalog
from generator.wizard.rules import third_party_problem
from generator.wizard.third_parties import NAMES
from generator.wizard.wishes import Wishes
from tests.unit.generator.wizard.scripted import Wizard

# A container of AWS's own is not in every region, and that is planning's to say; these differ in partition and price.
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-1", "sa-east-1", "us-gov-west-1", "cn-north-1")
PROVIDERS = tuple(name for name in NAMES if name not in BASE_URL_REQUIRED)
TEXTS = st.from_regex(r"[A-Za-z0-9._:@-]{1,40}", fullmatch=True)


def arn_in(region: str) -> str:
    partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get("us-gov" if "gov" in region else region[:2], "aws")
    return f"arn:{partition}:secretsmanager:{region}:123456789012:secret:hf-a1b2c3"


@st.composite
def wishes(draw: st.DrawFn, region: str | None = None) -> Wishes:
    """Any combination that can be chosen."""
    region = region or draw(st.sampled_from(REGIONS))
    curated = draw(st.lists(st.sampled_from([each.name for each in CURATED]), max_size=4))
    bedrock = [each.model for each in known_models(region)]
    found = Wishes(
        deployment=draw(st.sampled_from(("demo", "on", "a-1"))),
        region=region,
        sagemaker=tuple(curated),
        bedrock=tuple(draw(st.lists(st.sampled_from(bedrock), max_size=3)) if bedrock else []),
        providers=tuple(f"{draw(st.sampled_from(PROVIDERS))}/{draw(TEXTS)}" for _ in range(draw(st.integers(0, 3)))),
        azure=tuple(draw(st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", fullmatch=True), max_size=2))),
        huggingface_secret=draw(st.sampled_from((arn_in(region), "at-apply", "none"))) if curated else None,
        yes=True,
    )
    return found if found.name_models else Wishes(**{**vars(found), "azure": ("Model1",)})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wizard")


def expected(wished: Wishes) -> set[tuple[str, str]]:
    """Whose models the catalog must have, and what they are called there."""
    return {
        *(("sagemaker", name.casefold()) for name in wished.sagemaker),
        *(("bedrock", name) for name in wished.bedrock),
        *((name.partition("/")[0], name.partition("/")[2].casefold()) for name in wished.providers),
        *(("azure_openai", name.casefold()) for name in wished.azure),
    }


def found(wizard: Wizard) -> set[tuple[str, str]]:
    return {(entry.provider, called(entry).casefold()) for entry in load_catalog(wizard.path).models}


def called(entry: Entry) -> str:
    """What its provider calls the model of `entry`."""
    if isinstance(entry, SageMakerEntry):
        assert isinstance(entry.source, HuggingFaceSource)
        return entry.source.huggingface
    assert not isinstance(entry, ExistingEndpointEntry)
    return entry.model or entry.id


@given(wished=wishes())
def test_every_combination_is_a_catalog_that_says_what_was_chosen(folder: Path, wished: Wishes) -> None:
    wizard = Wizard(folder)
    wizard.path.unlink(missing_ok=True)

    wizard.run(wished)

    catalog = load_catalog(wizard.path)
    assert (catalog.deployment, catalog.region) == (wished.deployment, wished.region)
    assert found(wizard) == expected(wished)
    assert catalog_warnings(catalog) == ()
    assert all(len(line) <= 120 or "# " not in line for line in wizard.text.splitlines())
    # Chosen once more, everything is there.
    assert not wizard.run(wished).is_written


@given(data=st.data(), line_end=st.sampled_from(("\n", "\r\n")), ends_open=st.booleans())
def test_adding_keeps_every_byte_that_was_there(
    folder: Path, data: st.DataObject, line_end: str, ends_open: bool
) -> None:
    wizard = Wizard(folder)
    wizard.path.unlink(missing_ok=True)
    first = data.draw(wishes("eu-west-1"))
    second = data.draw(wishes("eu-west-1"))
    second = Wishes(
        **{
            **vars(second),
            "deployment": None,
            "huggingface_secret": first.huggingface_secret or second.huggingface_secret,
        }
    )
    wizard.run(first)
    before = wizard.text.replace("\n", line_end)
    before = before.rstrip() if ends_open else before
    wizard.path.write_bytes(before.encode())

    wizard.run(second)

    after = wizard.path.read_bytes().decode()
    assert found(wizard) == expected(first) | expected(second)
    if first.huggingface_secret == second.huggingface_secret:
        assert after.startswith(before)
    editing.read(wizard.path).checked()


def test_names_of_third_parties_are_those_that_a_catalog_takes() -> None:
    assert [name for name in NAMES if third_party_problem(name)] == []


def test_regions_of_the_test_are_real() -> None:
    assert set(REGIONS) <= set(PROVIDER_REGIONS)
