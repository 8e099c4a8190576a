"""The secret of the Hugging Face token and the token in it: each verdict, and what each offer does."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from generator.errors import AwsError, HubError
from generator.preflight.findings import Finding, Verdict
from generator.preflight.huggingface_secret import checks
from generator.preflight.scene import Scene
from tests.unit.generator import played_hub as says
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.played_hub import PlayedHub
from tests.unit.generator.preflight.examined import examine
from tests.unit.generator.preflight.hub_scenes import (
    ARN,
    CREATED,
    LOCAL,
    MISSING,
    MODEL,
    NAMED,
    TOKEN,
    examined,
    holds,
    holds_no_secret,
    refuses,
    scene,
)

NAME = "terrachat/demo/huggingface-token"
WRITTEN = {"ARN": ARN, "Name": "team/hub", "VersionId": "v" * 32}
DELETED = refuses("InvalidRequestException", "You can't perform this operation: the secret was marked for deletion.")
NO_VALUE = refuses("ResourceNotFoundException", "can't find the specified secret value for staging label: AWSCURRENT")


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedHub]:
    for name in ("HF_TOKEN", "TF_VAR_huggingface_token", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with says.played_hub() as played:
        played.says["/api/whoami-v2"] = says.BAD_TOKEN
        played.to["/api/whoami-v2", TOKEN] = says.whoami("alice")
        monkeypatch.setenv("HF_ENDPOINT", played.url)
        yield played


def secret(at: Scene) -> Finding:
    (finding,) = examined(checks(at), "huggingface/secret")
    assert holds_no_secret(finding)
    assert (finding.id, finding.models) == ("huggingface/secret", ("mistral",))
    assert finding.asked == "secretsmanager GetSecretValue, us-east-1"
    return finding


def token(at: Scene) -> Finding | None:
    found = examined(checks(at), "huggingface/token")
    assert holds_no_secret(*found)
    return found[0] if found else None


def make(finding: Finding, **values: str) -> str:
    assert finding.offer
    assert "planted" not in finding.offer.title + finding.offer.consequence
    return finding.offer.make(values)


def put(secret: str = ARN) -> Answer:
    """A new version, which is the token and nothing else."""
    return Answer("put_secret_value", WRITTEN, None, {"SecretId": secret, "SecretString": TOKEN})


def test_nothing_is_asked_where_no_token_is_wanted() -> None:
    assert list(checks(scene(None))) == []


def test_nothing_is_asked_where_no_model_is_from_the_hub() -> None:
    other = {"id": "gpt", "provider": "openai", "model": "gpt-4o"}

    assert list(checks(scene(NAMED, models=[other]))) == []
    assert len(list(checks(scene(CREATED, models=[other])))) == 2  # Terraform wants a token all the same


def test_a_token_alone_is_ok() -> None:
    finding = secret(scene(NAMED, holds(TOKEN)))

    assert (finding.verdict, finding.value) == (Verdict.OK, "a token")
    assert finding.reason == "The secret 'team/hub' holds a token and nothing else, as plain text."


def test_a_secret_of_another_account_is_a_warning() -> None:
    finding = secret(scene(NAMED, holds(TOKEN), account="999999999999"))

    assert finding.verdict is Verdict.WARN
    assert finding.reason.endswith("It is in another account, 123456789012.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{TOKEN}\n", "it ends with a line break."),
        (json.dumps({"HF_TOKEN": TOKEN}), "it is a JSON object, as the console's page of keys and values makes it, "),
        (f'"{TOKEN}"', "it is in quotes."),
    ],
)
def test_what_is_around_the_token_blocks_and_is_repaired(text: str, words: str) -> None:
    at = scene(NAMED, holds(text), holds(text), put())

    finding = secret(at)

    assert (finding.verdict, finding.blocks) == (Verdict.BLOCKED, "deployment")
    assert words in finding.reason
    assert finding.fix == "Write the token alone into it, as plain text: terrachat secrets huggingface"
    assert finding.offer
    assert "AWSPREVIOUS" in finding.offer.consequence
    assert make(finding) == "The secret holds the token alone."


def test_a_repair_that_somebody_else_made_is_left_alone() -> None:
    finding = secret(scene(NAMED, holds(f"{TOKEN}\n"), holds(TOKEN)))

    assert make(finding) == "The secret holds the token alone already."


def test_a_secret_that_changed_meanwhile_is_left_alone() -> None:
    finding = secret(scene(NAMED, holds(f"{TOKEN}\n"), holds("planted")))

    with pytest.raises(AwsError, match="the secret 'team/hub' has changed: it does not look like a token"):
        make(finding)


def test_what_holds_no_token_wants_a_new_one() -> None:
    finding = secret(scene(NAMED, holds("planted"), put()))

    assert finding.verdict is Verdict.BLOCKED
    assert finding.offer
    (wanted,) = finding.offer.inputs
    assert (wanted.name, wanted.variable, wanted.hidden) == ("token", "HF_TOKEN", True)
    assert wanted.problem("planted") == "it does not look like a token, which is hf_ and letters and digits"
    assert wanted.problem(TOKEN) is None
    assert make(finding, token=TOKEN) == "The secret holds the new token."


def test_a_secret_that_is_not_there_blocks() -> None:
    finding = secret(scene(NAMED, MISSING))

    assert (finding.verdict, finding.value, finding.offer) == (Verdict.BLOCKED, "does not exist", None)
    words = "Correct the ARN in the catalog, or make a secret and have the catalog name it"
    assert finding.fix == f"{words}: terrachat secrets huggingface"
    assert token(scene(NAMED, MISSING)) is None


def test_a_secret_without_a_value_blocks() -> None:
    finding = secret(scene(NAMED, NO_VALUE, put()))

    assert (finding.verdict, finding.value) == (Verdict.BLOCKED, "no value")
    assert make(finding, token=TOKEN) == "The secret holds the new token."
    assert token(scene(NAMED, NO_VALUE)) is None


def test_a_secret_that_is_being_deleted_is_restored() -> None:
    restored = Answer("restore_secret", {"ARN": ARN, "Name": "team/hub"}, None, {"SecretId": ARN})
    finding = secret(scene(NAMED, DELETED, restored))

    assert (finding.verdict, finding.value) == (Verdict.BLOCKED, "scheduled for deletion")
    assert make(finding) == "The secret is restored, with what was in it."
    assert token(scene(NAMED, DELETED)) is None


def test_a_name_that_is_being_deleted_keeps_terraform_from_using_it() -> None:
    finding = secret(scene(CREATED, DELETED))

    assert (finding.verdict, finding.offer) == (Verdict.BLOCKED, None)
    assert finding.fix.endswith(
        "delete-secret --secret-id terrachat/demo/huggingface-token --region us-east-1 --force-delete-without-recovery"
    )


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "ExpiredTokenException"])
def test_a_secret_that_cannot_be_asked_for_is_unknown(code: str) -> None:
    report = examine(list(checks(scene(NAMED, refuses(code)))))

    assert [(each.id, each.verdict) for each in report.findings] == [
        ("huggingface/secret", Verdict.UNKNOWN),
        ("huggingface/token", Verdict.UNKNOWN),
    ]


def test_the_first_apply_asks_for_the_token() -> None:
    finding = secret(scene(CREATED, MISSING))

    assert (finding.verdict, finding.value) == (Verdict.WARN, "not created yet")
    assert finding.reason == (
        "The first apply creates the secret 'terrachat/demo/huggingface-token', and asks for the token."
    )
    assert token(scene(CREATED, MISSING)) is None


@pytest.mark.parametrize("variable", ["HF_TOKEN", "TF_VAR_huggingface_token"])
def test_a_token_in_the_environment_is_examined(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, TOKEN)

    found = token(scene(CREATED, MISSING))

    assert secret(scene(CREATED, MISSING)).verdict is Verdict.OK
    assert found
    assert (found.verdict, found.value) == (Verdict.OK, "alice")


def test_a_wrong_token_in_the_environment_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "'hf_planted'")

    finding, found = secret(scene(CREATED, MISSING)), token(scene(CREATED, MISSING))

    assert (finding.verdict, finding.offer) == (Verdict.BLOCKED, None)
    assert "it is in quotes" in finding.reason
    assert found
    assert (found.verdict, found.value, found.offer) == (Verdict.BLOCKED, "refused", None)
    assert "set HF_TOKEN to it" in found.fix


def test_a_secret_that_terraform_created_is_examined() -> None:
    finding = secret(scene(CREATED, holds(f"{TOKEN}\n"), holds(f"{TOKEN}\n"), put(NAME)))

    assert finding.verdict is Verdict.BLOCKED
    assert make(finding) == "The secret holds the token alone."
    assert secret(scene(CREATED, holds(TOKEN))).verdict is Verdict.OK


def test_a_valid_token_is_its_owners() -> None:
    found = token(scene(NAMED, holds(TOKEN)))

    assert found
    assert (found.verdict, found.value, found.asked) == (
        Verdict.OK,
        "alice",
        "Hugging Face Hub, GET /api/whoami-v2",
    )
    assert found.reason == "The token is alice's, and may read what its owner may."


def test_a_wrapped_token_is_examined_too() -> None:
    found = token(scene(NAMED, holds(f"{TOKEN}\n")))

    assert found
    assert found.verdict is Verdict.OK


def test_a_refused_token_blocks_and_is_replaced() -> None:
    found = token(scene(NAMED, holds("hf_planted_old"), put()))

    assert found
    assert (found.verdict, found.value) == (Verdict.BLOCKED, "refused")
    assert found.reason == "The Hugging Face Hub does not accept the token: it is mistyped, expired or revoked."
    assert make(found, token=f"{TOKEN}\n") == "The secret holds the new token."


def test_a_token_for_public_models_only_is_a_warning(hub: PlayedHub) -> None:
    hub.to["/api/whoami-v2", TOKEN] = says.whoami("alice", "fineGrained", {"canReadGatedRepos": False})

    found = token(scene(NAMED, holds(TOKEN)))

    assert found
    assert found.verdict is Verdict.WARN
    assert found.fix == (
        "For gated models tick 'Read access to contents of all public gated repos you can access' at "
        "https://huggingface.co/settings/tokens."
    )


def test_a_hub_that_cannot_be_asked_is_unknown_and_stops_nothing_else(hub: PlayedHub) -> None:
    hub.to["/api/whoami-v2", TOKEN] = says.refused(503, "no")
    report = examine(list(checks(scene(NAMED, holds(TOKEN)))))

    assert [(each.id, each.verdict) for each in report.findings] == [
        ("huggingface/secret", Verdict.OK),
        ("huggingface/token", Verdict.UNKNOWN),
    ]
    with pytest.raises(HubError):
        token(scene(NAMED, holds(TOKEN)))


def test_the_secret_is_read_once() -> None:
    at = scene(NAMED, holds(TOKEN))  # a second reading would be one call too many

    report = examine(list(checks(at)))

    assert [each.verdict for each in report.findings] == [Verdict.OK, Verdict.OK]


def test_the_local_target_needs_no_token(hub: PlayedHub) -> None:
    hub.to["/api/whoami-v2", "hf_local"] = says.whoami("local-target")
    before, after = scene(CREATED, MISSING, target=LOCAL), scene(CREATED, holds("local"), target=LOCAL)

    assert (secret(before).verdict, secret(after).verdict) == (Verdict.OK, Verdict.OK)
    found = token(scene(CREATED, holds("local"), target=LOCAL))
    assert found
    assert found.value == "local-target"


def test_the_local_target_has_its_own_option() -> None:
    finding = secret(scene(NAMED, holds("planted"), target=LOCAL))

    assert finding.fix.endswith("terrachat secrets huggingface --local")


def test_a_secret_of_the_local_target_is_said_to_end_with_it() -> None:
    finding = secret(scene(NAMED, MISSING, target=LOCAL))

    assert finding.reason.endswith("could mean. A secret of the local target ends with it.")


def test_models_are_those_from_the_hub() -> None:
    other = {"id": "gpt", "provider": "openai", "model": "gpt-4o"}

    assert secret(scene(NAMED, holds(TOKEN), models=[MODEL, other])).models == ("mistral",)
