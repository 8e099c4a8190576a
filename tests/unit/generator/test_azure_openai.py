"""How Azure OpenAI's models are written in the API-keys secret: names, the list, and the form of each part."""

from __future__ import annotations

import pytest

from generator.families.azure_openai import (
    DEFAULT_VERSION,
    PARTS,
    identifier_problem,
    identifiers_of,
    part_name,
    part_of,
    part_problem,
    part_remark,
    read_identifiers,
    with_model,
    without_model,
)

# The replaced product's documentation, which the source document repeats.
DOCUMENTED = {
    "AZURE_OPENAI_MODELS": "Model1,Model2",
    "AZURE_OPENAI_API_TYPE__Model1": "azure",
    "AZURE_OPENAI_API_VERSION__Model1": "2023-05-15",
    "AZURE_OPENAI_API_BASE__Model1": "https://model1.openai.azure.com/",
    "AZURE_OPENAI_API_KEY__Model1": "0123456789abcdef0123456789abcdef",
    "AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1": "Model1DeploymentName",
}


def test_the_documented_format_is_read_as_it_is() -> None:
    parts = {name: part_of(name) for name in DOCUMENTED}

    assert read_identifiers(DOCUMENTED["AZURE_OPENAI_MODELS"]).names == ("Model1", "Model2")
    assert read_identifiers(DOCUMENTED["AZURE_OPENAI_MODELS"]).problems == ()
    assert [found[0] for found in parts.values() if found] == list(PARTS)
    assert identifiers_of(DOCUMENTED) == ("Model1",)
    assert [
        name
        for name, found in parts.items()
        if found and (part_problem(found[0], DOCUMENTED[name]) or part_remark(found[0], DOCUMENTED[name]))
    ] == []


@pytest.mark.parametrize(
    ("text", "names", "words"),
    [
        pytest.param("", (), ["it is empty"], id="empty: one model without a name in the replaced product"),
        pytest.param("  ", (), ["it is empty"], id="blank"),
        pytest.param("A, B", ("A", "B"), ["spaces or quotes are around a name"], id="a space after the comma"),
        pytest.param('"A","B"', ("A", "B"), ["spaces or quotes are around a name"], id="quotes"),
        pytest.param("A,,B,", ("A", "B"), ["it has an empty name (a comma too many)"], id="commas too many"),
        pytest.param("A,B,A", ("A", "B"), ["a name is in it twice"], id="twice"),
        pytest.param("A,gpt 4", ("A",), ["a name cannot be an identifier: it must be"], id="no identifier"),
        pytest.param("A,a", ("A", "a"), [], id="two that differ in case"),
    ],
)
def test_the_list_says_what_is_wrong_with_it(text: str, names: tuple[str, ...], words: list[str]) -> None:
    found = read_identifiers(text)

    assert found.names == names
    assert len(found.problems) == len(words)
    assert all(problem.startswith(word) for problem, word in zip(found.problems, words, strict=True))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("TYPE", "azure"),
        ("TYPE", "Azure"),
        ("VERSION", DEFAULT_VERSION),
        ("VERSION", "2025-04-01-preview"),
        ("BASE", "https://my-resource.openai.azure.com"),
        ("BASE", " https://my-resource.openai.azure.com/\n"),
        ("BASE", "https://my-resource.cognitiveservices.azure.com/"),
        ("BASE", "https://my-resource.services.ai.azure.com"),
        ("BASE", "https://my-resource.openai.azure.us"),
        ("KEY", "0" * 32),
        ("KEY", "a" * 84),
        ("DEPLOYMENT_NAME", "gpt-4o_v1.2"),
    ],
)
def test_good_parts(part: str, value: str) -> None:
    assert (part_problem(part, value), part_remark(part, value)) == (None, None)


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("TYPE", "azure_ad", "Microsoft Entra ID"),
        ("TYPE", "azuread", "Microsoft Entra ID"),
        ("VERSION", "", "is empty"),
        ("VERSION", "latest", "is not a date"),
        ("VERSION", "2024-13-45", "is not a date"),
        ("VERSION", "2024-10-21-beta", "is not a date"),
        ("VERSION", '"2024-10-21"', "quotes"),
        ("BASE", "planted.openai.azure.com", "is not a URL"),
        ("BASE", "http://planted.openai.azure.com", "is not a URL"),
        ("BASE", "https://", "is not a URL"),
        ("BASE", "https://[::1", "is not a URL"),
        ("BASE", "https://planted.openai.azure.com/openai/deployments/x", "must end after the host's name"),
        ("BASE", "https://planted.openai.azure.com/?api-version=2024-10-21", "an address alone"),
        ("BASE", "https://user@planted.openai.azure.com", "an address alone"),
        ("BASE", "'https://planted.openai.azure.com'", "quotes"),
        ("KEY", "   ", "is empty"),
        ("KEY", "two words", "a space"),
        ("KEY", "https://planted.openai.azure.com", "as an address does"),
        ("DEPLOYMENT_NAME", "https://x/deployments/gpt", "must be a deployment's name alone"),
        ("DEPLOYMENT_NAME", "gpt 4o", "a space"),
    ],
)
def test_parts_that_cannot_be_used_say_why_without_the_value(part: str, value: str, words: str) -> None:
    problem = part_problem(part, value)

    assert problem
    assert words in problem
    assert "planted" not in problem


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("TYPE", "open_ai", "takes it for that"),
        ("VERSION", "2023-07-01-preview", "announced to end on 2024-07-01"),
        ("BASE", "https://gateway.example.com/team", "a gateway of your own"),
    ],
)
def test_parts_that_work_and_are_odd(part: str, value: str, words: str) -> None:
    assert part_problem(part, value) is None
    assert words in (part_remark(part, value) or "")


@pytest.mark.parametrize("identifier", ["", "gpt 4", "-x", "a" * 65, "a__b/c", "é"])
def test_what_is_no_identifier(identifier: str) -> None:
    assert identifier_problem(identifier)


@pytest.mark.parametrize("name", ["AZURE_OPENAI_MODELS", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_API_KEY_Model1"])
def test_other_names_are_no_parts(name: str) -> None:
    assert part_of(name) is None


def test_an_identifier_keeps_its_case_and_its_underscores() -> None:
    assert part_of("AZURE_OPENAI_API_DEPLOYMENT_NAME__my__Model") == ("DEPLOYMENT_NAME", "my__Model")


def test_a_model_is_added_beside_the_others_and_once() -> None:
    parts = dict.fromkeys(PARTS, "v")

    once = with_model({"OTHER": "1", "AZURE_OPENAI_MODELS": "A, B"}, "C", parts)
    twice = with_model(once, "C", parts)

    assert once == twice
    assert once["AZURE_OPENAI_MODELS"] == "A,B,C"
    assert once["OTHER"] == "1"
    assert {name for name in once if name.endswith("__C")} == {part_name(part, "C") for part in PARTS}


def test_a_model_is_removed_with_its_keys_and_no_others() -> None:
    both = with_model(with_model({"OTHER": "1"}, "A", {"KEY": "a"}), "B", {"KEY": "b"})

    without = without_model(both, "A")

    assert without == {"OTHER": "1", "AZURE_OPENAI_API_KEY__B": "b", "AZURE_OPENAI_MODELS": "B"}
    assert without_model(without, "B") == {"OTHER": "1"}  # an empty list is one model without a name to some
    assert without_model(without, "C") == without
