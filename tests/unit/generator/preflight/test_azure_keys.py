"""Azure OpenAI's five keys for each identifier, and the list that the replaced product keeps of them."""

from __future__ import annotations

import pytest

from generator.families.azure_openai import PARTS, part_name
from generator.preflight.azure_keys import checks
from generator.preflight.findings import Verdict
from tests.unit.generator.preflight.secret_scenes import CANARY, LOCALLY, Secret, findings, fixed, refusing

MODEL1 = {"id": "Model1", "provider": "azure_openai"}
NAMED = {"id": "gpt", "provider": "azure_openai", "model": "Model1"}
GPT = {"id": "gpt", "provider": "openai", "model": "gpt-4o"}
VALUES = {
    "TYPE": "azure",
    "VERSION": "2024-10-21",
    "BASE": "https://my-resource.openai.azure.com/",
    "KEY": f"{CANARY}0123456789abcdef",
    "DEPLOYMENT_NAME": f"deployment-{CANARY}",
}


@pytest.fixture
def secret() -> Secret:
    return Secret()


def keys(identifier: str, **changed: str) -> dict[str, object]:
    """The five keys; a part with an empty value is left out."""
    values = {**VALUES, **changed}
    return {part_name(part, identifier): value for part, value in values.items() if value}


def test_a_complete_model_is_ok(secret: Secret) -> None:
    secret.holds(keys("Model1"))

    found = findings(checks, secret.scene(NAMED, {**NAMED, "id": "gpt2"}))

    assert list(found) == ["azure/Model1"]
    assert (found["azure/Model1"].verdict, found["azure/Model1"].value) == (Verdict.OK, "5 of 5 keys")
    assert found["azure/Model1"].models == ("gpt", "gpt2")


def test_every_missing_key_is_named_and_the_offer_sets_them_in_one_change(secret: Secret) -> None:
    secret.holds({"OTHER": "kept", **keys("Model1", TYPE="", BASE="", KEY="", DEPLOYMENT_NAME="")})

    missing = findings(checks, secret.scene(MODEL1))["azure/Model1"]
    before = len(secret.aws.calls)
    given = {part_name(part, "Model1"): VALUES[part] for part in ("BASE", "KEY", "DEPLOYMENT_NAME")}
    after = fixed(checks, lambda: secret.scene(MODEL1), "azure/Model1", given)

    assert (missing.verdict, missing.blocks, missing.value) == (Verdict.BLOCKED, "answers", "1 of 5 keys")
    assert missing.reason == (
        "not in the secret: AZURE_OPENAI_API_TYPE__Model1, AZURE_OPENAI_API_BASE__Model1, "
        "AZURE_OPENAI_API_KEY__Model1, AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1"
    )
    assert missing.fix == "terrachat secrets azure add Model1"
    assert missing.offer is not None
    assert [each.hidden for each in missing.offer.inputs] == [False, True, False]
    assert after is not None
    assert after.verdict is Verdict.OK
    assert secret.now == {"OTHER": "kept", **keys("Model1")}
    assert secret.aws.calls[before:].count("PutSecretValue") == 1


def test_without_a_secret_all_five_are_missing(secret: Secret) -> None:
    found = findings(checks, secret.scene(MODEL1))["azure/Model1"]

    assert (found.verdict, found.value) == (Verdict.BLOCKED, "0 of 5 keys")
    assert all(part_name(part, "Model1") in found.reason for part in PARTS)


def test_the_local_targets_first_apply_makes_them_up(secret: Secret) -> None:
    found = findings(checks, secret.scene(MODEL1, target=LOCALLY))["azure/Model1"]

    assert found.verdict is Verdict.WARN
    assert "apply --local" in found.reason


def test_without_its_type_alone_a_model_answers(secret: Secret) -> None:
    secret.holds(keys("Model1", TYPE=""))

    found = findings(checks, secret.scene(MODEL1))["azure/Model1"]
    after = fixed(checks, lambda: secret.scene(MODEL1), "azure/Model1")

    assert (found.verdict, found.reason) == (Verdict.WARN, "not in the secret: AZURE_OPENAI_API_TYPE__Model1")
    assert after is not None
    assert after.verdict is Verdict.OK
    assert secret.now["AZURE_OPENAI_API_TYPE__Model1"] == "azure"


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        pytest.param("TYPE", "azure_ad", "Microsoft Entra ID", id="tokens"),
        pytest.param("VERSION", "latest", "is not a date", id="no date"),
        pytest.param("BASE", "https://x.openai.azure.com/openai", "must end after the host's name", id="a path"),
        pytest.param("KEY", "x" * 32, "placeholder", id="the documentation's placeholder"),
        pytest.param("KEY", f'"{CANARY}"', "quotes", id="quotes"),
        pytest.param("DEPLOYMENT_NAME", "gpt 4o", "a space", id="a space"),
    ],
)
def test_a_malformed_part_blocks_and_is_asked_for_anew(secret: Secret, part: str, value: str, words: str) -> None:
    secret.holds(keys("Model1", **{part: value}))
    name = part_name(part, "Model1")

    found = findings(checks, secret.scene(MODEL1))["azure/Model1"]
    given = {} if part == "TYPE" else {name: VALUES[part]}
    after = fixed(checks, lambda: secret.scene(MODEL1), "azure/Model1", given)

    assert found.verdict is Verdict.BLOCKED
    assert found.reason.startswith(f"{name} ")
    assert words in found.reason
    assert after is not None
    assert after.verdict is Verdict.OK
    assert secret.now == keys("Model1")


def test_a_part_that_is_no_string_blocks(secret: Secret) -> None:
    secret.holds({**keys("Model1"), "AZURE_OPENAI_API_KEY__Model1": None})

    found = findings(checks, secret.scene(MODEL1))["azure/Model1"]

    assert (found.verdict, found.reason) == (
        Verdict.BLOCKED,
        "AZURE_OPENAI_API_KEY__Model1 is null and not a string",
    )


def test_what_is_odd_is_told_and_needs_no_fix(secret: Secret) -> None:
    secret.holds(keys("Model1", VERSION="2023-07-01-preview"))

    found = findings(checks, secret.scene(MODEL1))["azure/Model1"]

    assert (found.verdict, found.offer) == (Verdict.WARN, None)
    assert "announced to end" in found.reason


def test_a_malformed_secret_holds_no_model(secret: Secret) -> None:
    secret.holds("{")

    found = findings(checks, secret.scene(MODEL1))["azure/Model1"]

    assert (found.verdict, found.fix) == (Verdict.BLOCKED, "terrachat secrets repair")


@pytest.mark.parametrize(
    ("text", "words", "becomes"),
    [
        pytest.param("Model1, Model2", "spaces or quotes", "Model1,Model2", id="spaces"),
        pytest.param("Model1,,Model2", "a comma too many", "Model1,Model2", id="an empty name"),
        pytest.param("Model1,Model2,Model1", "is in it twice", "Model1,Model2", id="twice"),
        pytest.param("model1,Model2", "'model1' is written 'Model1' in the catalog", "Model1,Model2", id="its case"),
        pytest.param("", "it is empty", None, id="empty"),
        pytest.param(",", "a comma too many", None, id="a comma alone"),
    ],
)
def test_the_list_is_written_anew(secret: Secret, text: str, words: str, becomes: str | None) -> None:
    secret.holds({"AZURE_OPENAI_MODELS": text, **keys("Model1"), **keys("Model2")})

    found = findings(checks, secret.scene(MODEL1))["azure/models"]
    after = fixed(checks, lambda: secret.scene(MODEL1), "azure/models")

    assert found.verdict is Verdict.WARN
    assert words in found.reason
    assert secret.now.get("AZURE_OPENAI_MODELS") == becomes
    assert (after.verdict if after else None) == (Verdict.OK if becomes else None)


def test_a_list_as_documented_is_ok_and_its_models_are_looked_at(secret: Secret) -> None:
    secret.holds({"AZURE_OPENAI_MODELS": "Model1,Model2", **keys("Model1"), **keys("Model2", BASE="")})

    found = findings(checks, secret.scene(GPT))

    assert {id_: each.verdict for id_, each in found.items()} == {
        "azure/models": Verdict.OK,
        "azure/Model1": Verdict.OK,  # nothing asks for it, and nothing is wrong with it
        "azure/Model2": Verdict.WARN,
    }
    assert found["azure/models"].value == "Model1, Model2"
    assert "listed without an entry of the catalog" in found["azure/Model1"].value
    assert "AZURE_OPENAI_API_BASE__Model2" in found["azure/Model2"].reason


def test_a_list_that_is_no_string_is_removed(secret: Secret) -> None:
    secret.holds({"AZURE_OPENAI_MODELS": ["Model1"], **keys("Model1")})

    found = findings(checks, secret.scene(MODEL1))["azure/models"]
    after = fixed(checks, lambda: secret.scene(MODEL1), "azure/models")

    assert found.reason == "it is a list and not a string"
    assert after is None


def test_a_key_in_the_place_of_a_listed_name_is_not_shown(secret: Secret) -> None:
    key = f"{CANARY}{'0' * 32}"
    secret.holds({"AZURE_OPENAI_MODELS": f"Model1,{key}", **keys("Model1")})

    found = findings(checks, secret.scene(MODEL1))
    after = fixed(checks, lambda: secret.scene(MODEL1), "azure/models")

    assert set(found) == {"azure/models", "azure/Model1"}
    assert f"a name of {len(key)} characters has no keys" in found["azure/models"].reason
    assert after is not None
    assert after.verdict is Verdict.OK
    assert secret.now["AZURE_OPENAI_MODELS"] == "Model1"


def test_keys_of_nobody_are_told(secret: Secret) -> None:
    secret.holds({**keys("Model1"), **keys("Other")})

    found = findings(checks, secret.scene(MODEL1))["azure/Other"]

    assert (found.verdict, found.offer) == (Verdict.WARN, None)
    assert "neither an entry of the catalog nor AZURE_OPENAI_MODELS names Other" in found.reason


@pytest.mark.parametrize("written", ["model1", "Model_1", "Modell1"])
def test_keys_under_a_near_name_are_renamed(secret: Secret, written: str) -> None:
    secret.holds({"OTHER": "kept", **keys(written)})

    found = findings(checks, secret.scene(MODEL1))
    after = fixed(checks, lambda: secret.scene(MODEL1), f"azure/{written}")

    assert found["azure/Model1"].verdict is Verdict.BLOCKED
    assert found[f"azure/{written}"].verdict is Verdict.WARN
    assert "did you mean 'Model1'?" in found[f"azure/{written}"].reason
    assert found[f"azure/{written}"].fix == f"terrachat secrets azure remove {written}"
    assert after is None
    assert findings(checks, secret.scene(MODEL1))["azure/Model1"].verdict is Verdict.OK
    assert secret.now == {"OTHER": "kept", **keys("Model1")}


def test_a_space_after_the_identifier_is_seen(secret: Secret) -> None:
    secret.holds(keys("Model1 "))

    found = findings(checks, secret.scene(MODEL1))

    assert found["azure/Model1"].verdict is Verdict.BLOCKED
    assert "did you mean 'Model1'?" in found["azure/Model1 "].reason
    assert found["azure/Model1 "].fix == "terrachat secrets azure remove 'Model1 '"


def test_a_neighbour_is_no_misspelling(secret: Secret) -> None:
    secret.holds({**keys("Model1"), **keys("Model2")})

    found = findings(checks, secret.scene(MODEL1))["azure/Model2"]

    assert "did you mean" not in found.reason


def test_without_azure_there_is_nothing_to_say(secret: Secret) -> None:
    secret.holds({"OPENAI_API_KEY": "x"})

    assert findings(checks, secret.scene(GPT)) == {}


def test_a_refusal_of_aws_is_not_known() -> None:
    found = findings(checks, refusing("AccessDeniedException", "no", MODEL1))

    assert {id_: each.verdict for id_, each in found.items()} == {
        "azure/models": Verdict.UNKNOWN,
        "azure/Model1": Verdict.UNKNOWN,
    }
