"""The API-keys secret as it is found: its form, the keys that a catalog needs, and names that nobody asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.aws_clients import AwsClients
from generator.deployment.targets import Target
from generator.preflight.api_keys import checks
from generator.preflight.findings import Verdict
from generator.preflight.scene import Scene
from tests.unit.generator.preflight.played_scenes import REGION, catalog
from tests.unit.generator.preflight.secret_scenes import CANARY, LOCALLY, NAME, Secret, findings, fixed, refusing

GPT = {"id": "gpt", "provider": "openai", "model": "gpt-4o"}
MINI = {"id": "mini", "provider": "openai", "model": "gpt-4o-mini"}
NOVA = {"id": "nova", "provider": "bedrock", "model": "amazon.nova-micro-v1:0"}
KEY = f"sk-{CANARY}{'b' * 30}"


@pytest.fixture
def secret() -> Secret:
    return Secret()


def test_a_secret_with_every_key_is_ok(secret: Secret) -> None:
    secret.holds({"OPENAI_API_KEY": KEY})

    found = findings(checks, secret.scene(GPT, MINI))

    assert {id_: (each.verdict, each.value) for id_, each in found.items()} == {
        "api-keys/secret": (Verdict.OK, "1 key"),
        "api-keys/OPENAI_API_KEY": (Verdict.OK, "set, for gpt and mini"),
    }
    assert found["api-keys/OPENAI_API_KEY"].models == ("gpt", "mini")
    assert found["api-keys/secret"].asked == "secretsmanager GetSecretValue, us-east-1"


def test_the_secret_is_read_once_for_all_checks(secret: Secret) -> None:
    secret.holds({})

    found = findings(checks, secret.scene(GPT, {"id": "c", "provider": "cohere", "model": "command-r"}))

    assert [each.verdict for each in found.values()] == [Verdict.OK, Verdict.BLOCKED, Verdict.BLOCKED]
    assert sorted(secret.aws.calls) == ["DescribeSecret", "GetSecretValue"]


@pytest.mark.parametrize("deployment", ["another", None])
def test_a_strangers_secret_blocks_the_deployment_as_apply_would_refuse_it(
    secret: Secret, deployment: str | None
) -> None:
    secret.holds({"OPENAI_API_KEY": KEY}, deployment)

    found = findings(checks, secret.scene(GPT))

    stranger = found["api-keys/secret"]
    assert (stranger.verdict, stranger.blocks) == (Verdict.BLOCKED, "deployment")
    assert "not of this deployment: it has no tag terrachat:deployment=demo" in stranger.reason
    tag = f"--secret-id {NAME} --region us-east-1 --tags Key=terrachat:deployment,Value=demo"
    assert f"aws secretsmanager tag-resource {tag}\n" in stranger.fix
    assert found["api-keys/OPENAI_API_KEY"].verdict is Verdict.OK


def test_whose_a_secret_is_that_the_catalog_names_is_not_asked(secret: Secret) -> None:
    arn = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:team/keys-a1b2c3"
    secret.aws.hold(arn, {"OPENAI_API_KEY": KEY}, {})

    assert findings(checks, secret.scene(GPT, api_keys={"secret": arn}))["api-keys/secret"].verdict is Verdict.OK
    assert secret.aws.calls == ["GetSecretValue"]


def test_before_the_first_apply_the_secret_is_not_missed_and_its_keys_are(secret: Secret) -> None:
    found = findings(checks, secret.scene(GPT))

    assert found["api-keys/secret"].verdict is Verdict.OK
    assert "the first apply creates it" in found["api-keys/secret"].value
    assert found["api-keys/OPENAI_API_KEY"].verdict is Verdict.BLOCKED


def test_the_local_targets_first_apply_makes_keys_up(secret: Secret) -> None:
    found = findings(checks, secret.scene(GPT, target=LOCALLY))

    assert found["api-keys/OPENAI_API_KEY"].verdict is Verdict.WARN
    assert "apply --local" in found["api-keys/OPENAI_API_KEY"].reason


def test_a_secret_that_the_catalog_names_must_be_there(secret: Secret) -> None:
    arn = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:team/keys-a1b2c3"

    found = findings(checks, secret.scene(GPT, api_keys={"secret": arn}))["api-keys/secret"]

    assert (found.verdict, found.blocks) == (Verdict.BLOCKED, "deployment")
    assert "api_keys" in found.fix


def test_a_missing_key_blocks_answers_and_is_set_by_its_offer(secret: Secret) -> None:
    secret.holds({"OTHER": "kept"})

    missing = findings(checks, secret.scene(GPT, MINI))["api-keys/OPENAI_API_KEY"]
    after = fixed(checks, lambda: secret.scene(GPT, MINI), missing.id, {"OPENAI_API_KEY": f" {KEY}\n"})

    assert (missing.verdict, missing.blocks, missing.value) == (Verdict.BLOCKED, "answers", "missing")
    assert "gpt and mini cannot be asked without it" in missing.reason
    assert missing.fix == "terrachat secrets set OPENAI_API_KEY"
    assert missing.offer is not None
    assert [(each.variable, each.hidden) for each in missing.offer.inputs] == [("OPENAI_API_KEY", True)]
    assert after is not None
    assert after.verdict is Verdict.OK
    assert secret.now == {"OTHER": "kept", "OPENAI_API_KEY": KEY}


def test_setting_a_key_before_the_first_apply_creates_the_secret(secret: Secret) -> None:
    after = fixed(checks, lambda: secret.scene(GPT), "api-keys/OPENAI_API_KEY", {"OPENAI_API_KEY": KEY})

    assert after is not None
    assert after.verdict is Verdict.OK
    assert secret.now == {"OPENAI_API_KEY": KEY}


def test_a_command_for_the_local_target_says_so(secret: Secret) -> None:
    secret.holds({})

    found = findings(checks, secret.scene(GPT, target=LOCALLY))["api-keys/OPENAI_API_KEY"]

    assert (found.verdict, found.fix) == (Verdict.BLOCKED, "terrachat secrets set OPENAI_API_KEY --local")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(f'"{KEY}"', "quotes", id="quotes"),
        pytest.param(f"Bearer {KEY}", "begins with 'Bearer'", id="Bearer"),
        pytest.param(f"OPENAI_API_KEY={KEY}", "a name and a '='", id="its name"),
    ],
)
def test_what_is_pasted_around_a_key_is_taken_off(secret: Secret, value: str, words: str) -> None:
    secret.holds({"OPENAI_API_KEY": value})

    found = findings(checks, secret.scene(GPT))["api-keys/OPENAI_API_KEY"]
    after = fixed(checks, lambda: secret.scene(GPT), found.id)

    assert found.verdict is Verdict.BLOCKED
    assert words in found.reason
    assert after is not None
    assert after.verdict is Verdict.OK
    assert secret.now == {"OPENAI_API_KEY": KEY}


@pytest.mark.parametrize("value", ["xxxxx", "sk-xxxxxxxxxxxxxxx", "<your key>", "", "a\nb", '""'])
def test_what_is_no_key_is_asked_for_anew(secret: Secret, value: str) -> None:
    secret.holds({"OPENAI_API_KEY": value})

    found = findings(checks, secret.scene(GPT))["api-keys/OPENAI_API_KEY"]
    after = fixed(checks, lambda: secret.scene(GPT), found.id, {"OPENAI_API_KEY": KEY})

    assert (found.verdict, found.fix) == (Verdict.BLOCKED, "terrachat secrets set OPENAI_API_KEY")
    assert after is not None
    assert after.verdict is Verdict.OK


def test_a_key_that_is_no_string_cannot_be_used(secret: Secret) -> None:
    secret.holds({"OPENAI_API_KEY": None})

    found = findings(checks, secret.scene(GPT))

    assert found["api-keys/OPENAI_API_KEY"].reason == "OPENAI_API_KEY is null and not a string"


@pytest.mark.parametrize("value", ["xxxxx", f'"{KEY}"', "two words", ""])
def test_a_value_that_is_no_key_is_refused_where_it_is_asked_for(secret: Secret, value: str) -> None:
    offer = findings(checks, secret.scene(GPT))["api-keys/OPENAI_API_KEY"].offer

    assert offer is not None
    problem = offer.inputs[0].problem(value)
    assert problem
    assert CANARY not in problem


def test_a_malformed_secret_blocks_what_needs_a_key_and_is_repaired(secret: Secret) -> None:
    secret.holds(f'{{"OPENAI_API_KEY": "{KEY}",}}')

    found = findings(checks, secret.scene(GPT))
    offer = found["api-keys/secret"].offer
    after = fixed(checks, lambda: secret.scene(GPT), "api-keys/secret")

    assert (found["api-keys/secret"].verdict, found["api-keys/secret"].blocks) == (Verdict.BLOCKED, "answers")
    assert "a comma before the closing brace" in found["api-keys/secret"].reason
    assert found["api-keys/secret"].fix == "terrachat secrets repair"
    assert found["api-keys/OPENAI_API_KEY"].verdict is Verdict.BLOCKED
    assert offer is not None
    assert "Kept: 'OPENAI_API_KEY'." in offer.consequence
    assert "can be brought back" in offer.consequence
    assert after is not None
    assert after.verdict is Verdict.OK
    assert secret.now == {"OPENAI_API_KEY": KEY}


def test_an_empty_string_is_no_empty_object(secret: Secret) -> None:
    secret.holds("''")

    found = findings(checks, secret.scene(NOVA))["api-keys/secret"]
    after = fixed(checks, lambda: secret.scene(NOVA), found.id)

    assert found.verdict is Verdict.WARN  # no model of this catalog needs a key
    assert "{}" in found.reason
    assert after is not None
    assert (after.verdict, after.value) == (Verdict.OK, "no keys")


def test_spaces_around_a_value_are_told_and_taken_off(secret: Secret) -> None:
    secret.holds({"OPENAI_API_KEY": f" {KEY}\n"})

    found = findings(checks, secret.scene(GPT))
    after = fixed(checks, lambda: secret.scene(GPT), "api-keys/secret")

    assert found["api-keys/secret"].verdict is Verdict.WARN
    assert "a space or line break around its value" in found["api-keys/secret"].reason
    assert found["api-keys/OPENAI_API_KEY"].verdict is Verdict.OK  # the handler leaves them out
    assert after is not None
    assert after.verdict is Verdict.OK
    assert secret.now == {"OPENAI_API_KEY": KEY}


def test_what_a_repair_does_not_keep_is_said_before(secret: Secret) -> None:
    secret.holds(f'{{"OPENAI_API_KEY": "{KEY}", "FLAG": true}}')

    offer = findings(checks, secret.scene(GPT))["api-keys/secret"].offer

    assert offer is not None
    assert "Not kept: 'FLAG', which is true or false." in offer.consequence


def test_a_misspelt_name_is_renamed(secret: Secret) -> None:
    secret.holds({"OPEN_AI_API_KEY": KEY, "OTHER_THING": "kept"})

    found = findings(checks, secret.scene(GPT))["api-keys/OPEN_AI_API_KEY"]
    after = fixed(checks, lambda: secret.scene(GPT), found.id)

    assert found.verdict is Verdict.WARN
    assert "did you mean OPENAI_API_KEY?" in found.reason
    assert found.fix == "terrachat secrets unset OPEN_AI_API_KEY"
    assert after is None
    assert secret.now == {"OPENAI_API_KEY": KEY, "OTHER_THING": "kept"}


def test_a_misspelt_name_beside_the_right_one_is_not_renamed(secret: Secret) -> None:
    secret.holds({"OPEN_AI_API_KEY": "old", "OPENAI_API_KEY": KEY})

    found = findings(checks, secret.scene(GPT))["api-keys/OPEN_AI_API_KEY"]

    assert (found.verdict, found.offer) == (Verdict.WARN, None)


def test_a_key_of_a_provider_that_no_entry_uses_is_no_fault(secret: Secret) -> None:
    secret.holds({"OPENAI_API_KEY": KEY, "DEEPSEEK_API_KEY": KEY})

    found = findings(checks, secret.scene(GPT))["api-keys/DEEPSEEK_API_KEY"]

    assert (found.verdict, found.value) == (Verdict.OK, "is deepseek's, which no entry uses")


def test_a_key_in_the_place_of_a_name_is_not_shown(secret: Secret) -> None:
    secret.holds({KEY: "OPENAI_API_KEY"})

    found = findings(checks, secret.scene(GPT))["api-keys/(hidden)"]

    assert found.verdict is Verdict.WARN
    assert "console" in found.fix


def test_azures_names_are_left_to_their_own_checks(secret: Secret) -> None:
    secret.holds({"AZURE_OPENAI_MODELS": "Model1", "AZURE_OPENAI_API_KEY__Model1": KEY})

    found = findings(checks, secret.scene({"id": "Model1", "provider": "azure_openai"}))

    assert list(found) == ["api-keys/secret"]


def test_a_refusal_of_aws_is_not_known() -> None:
    found = findings(checks, refusing("AccessDeniedException", "no", GPT))

    assert {each.verdict for each in found.values()} == {Verdict.UNKNOWN}
    assert set(found) == {"api-keys/secret", "api-keys/OPENAI_API_KEY"}


def test_a_secret_that_is_about_to_be_deleted_blocks_the_deployment() -> None:
    words = "You can't perform this operation on the secret because it was marked for deletion."

    found = findings(checks, refusing("InvalidRequestException", words, GPT))["api-keys/secret"]

    assert (found.verdict, found.blocks) == (Verdict.BLOCKED, "deployment")
    assert "restore-secret" in found.fix


def test_building_the_checks_asks_nothing() -> None:
    built = list(checks(Scene(catalog(GPT), Target(), Path("d"), AwsClients({}))))

    assert [each.id for each in built] == ["api-keys/secret", "api-keys/OPENAI_API_KEY"]
    assert all(each.is_cheap for each in built)
