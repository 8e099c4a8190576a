"""Changes to the API-keys secret, call by call: what Secrets Manager is asked, and what its refusals become.

That no change loses another's is shown with real writers in tests/contract/test_api_key_changes.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from generator.api_keys.place import DESCRIPTION, place_of
from generator.api_keys.store import ApiKeySecret
from generator.errors import AwsError
from tests.unit.generator.aws_answers import Answer, client
from tests.unit.generator.test_api_key_names import ARN as NAMED
from tests.unit.generator.test_api_key_names import catalog_of

ID = "terrachat/demo/api-keys"
ARN = f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{ID}-a1b2c3"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
V0, V1, V2, V3 = (f"{number}" * 32 for number in range(4))
NO_SECRET = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
NO_VALUE = (
    "ResourceNotFoundException",
    "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
)
DENIED = ("AccessDeniedException", "User: arn:aws:iam::123456789012:user/u is not authorized to perform this")
TOO_LATE = ("InvalidParameterException", "Staging label AWSCURRENT is currently attached to another version.")
DELETED = (
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
)


def current(text: str | bytes, version: str = V0, secret: str = ID) -> Answer:
    field = "SecretBinary" if isinstance(text, bytes) else "SecretString"
    return Answer(
        "get_secret_value",
        {"ARN": ARN, "Name": ID, "VersionId": version, field: text, "CreatedDate": NOW},
        given={"SecretId": secret},
    )


def refused(operation: str, error: tuple[str, str], **given: Any) -> Answer:
    return Answer(operation, error=error, given={"SecretId": ID, **given} if given else None)


def labelled(label: str, version: str | None, text: str = "{}") -> Answer:
    given = {"SecretId": ID, "VersionStage": label}
    if version is None:
        return Answer("get_secret_value", error=NO_SECRET, given=given)
    answer = {"ARN": ARN, "Name": ID, "VersionId": version, "SecretString": text, "CreatedDate": NOW}
    return Answer("get_secret_value", answer, given=given)


def added(version: str, document: Any, *labels: str) -> Answer:
    given = {
        "SecretId": ID,
        "SecretString": json.dumps(document),
        "VersionStages": [labels[0] if labels else "TERRACHAT_PENDING"],
    }
    stages = list(labels) or ["TERRACHAT_PENDING"]
    return Answer("put_secret_value", {"VersionId": version, "VersionStages": stages}, given=given)


def moved(label: str, to: str | None, since: str | None = None, error: tuple[str, str] | None = None) -> Answer:
    given = {"SecretId": ID, "VersionStage": label}
    given |= {"MoveToVersionId": to} if to else {}
    given |= {"RemoveFromVersionId": since} if since else {}
    return Answer("update_secret_version_stage", {}, error, given)


def described(**more: Any) -> Answer:
    return Answer("describe_secret", {"ARN": ARN, "Name": ID, **more}, given={"SecretId": ID})


def secret_of(
    *answers: Answer,
    is_local: bool = False,
    url: str | None = None,
    pause: Callable[[float], None] = lambda _: None,
    **settings: Any,
) -> ApiKeySecret:
    asked = client("secretsmanager", *answers, url=url)
    return ApiKeySecret(place_of(catalog_of(**settings)), asked, is_local=is_local, pause=pause)


def test_a_change_becomes_current_beside_the_version_that_it_was_made_on() -> None:
    secret_of(
        current('{"A": "1", "N": 1.10}'),
        added(V1, {"A": "1", "N": "1.10", "B": "2"}),
        moved("AWSCURRENT", V1, V0),
        moved("TERRACHAT_PENDING", None, V1),
    ).put({"B": "2"})


def test_a_change_that_came_too_late_is_made_again_on_what_came_first() -> None:
    pauses: list[float] = []

    secret_of(
        current("{}"),
        added(V1, {"B": "2"}),
        moved("AWSCURRENT", V1, V0, TOO_LATE),
        current('{"A": "1"}', V2),
        current('{"A": "1"}', V2),
        added(V3, {"A": "1", "B": "2"}),
        moved("AWSCURRENT", V3, V2),
        moved("TERRACHAT_PENDING", None, V3, TOO_LATE),  # another change has taken the label over
        pause=pauses.append,
    ).put({"B": "2"})

    assert len(pauses) == 1


def test_a_change_whose_answer_was_lost_has_been_made() -> None:
    secret_of(
        current("{}"),
        added(V1, {"B": "2"}),
        moved("AWSCURRENT", V1, V0, TOO_LATE),
        current('{"B": "2"}', V1),
        moved("TERRACHAT_PENDING", None, V1),
    ).put({"B": "2"})


def test_a_refusal_for_another_reason_is_not_tried_again() -> None:
    secret = secret_of(current("{}"), added(V1, {"B": "2"}), moved("AWSCURRENT", V1, V0, TOO_LATE), current("{}", V0))

    with pytest.raises(AwsError, match=r"UpdateSecretVersionStage of .* failed: InvalidParameterException"):
        secret.put({"B": "2"})


def test_it_gives_up_where_others_never_stop() -> None:
    rounds = [
        (current("{}"), added(V1, {"B": "2"}), moved("AWSCURRENT", V1, V0, TOO_LATE), current("{}", V2))
        for _ in range(8)
    ]
    secret = secret_of(*(each for answers in rounds for each in answers), moved("TERRACHAT_PENDING", None, V1))

    with pytest.raises(AwsError, match="being changed by others all the time: 8 attempts came too late") as caught:
        secret.put({"B": "2"})

    assert caught.value.hint == "Nothing of yours was changed. Run the same command again."


def test_a_first_value_needs_no_label_moved() -> None:
    secret_of(
        refused("get_secret_value", NO_VALUE),
        added(V1, {"A": "1"}, "TERRACHAT_PENDING", "AWSCURRENT"),
        moved("TERRACHAT_PENDING", None, V1),
    ).put({"A": "1"})


def test_a_first_value_that_came_second_is_merged() -> None:
    secret_of(
        refused("get_secret_value", NO_VALUE),
        added(V1, {"A": "1"}, "TERRACHAT_PENDING"),
        moved("AWSCURRENT", V1, error=TOO_LATE),
        current('{"B": "2"}', V2),
        current('{"B": "2"}', V2),
        added(V3, {"B": "2", "A": "1"}),
        moved("AWSCURRENT", V3, V2),
        moved("TERRACHAT_PENDING", None, V3),
    ).put({"A": "1"})


def test_a_key_before_the_first_apply_creates_the_secret_as_terraform_would() -> None:
    created: dict[str, Any] = {
        "Name": ID,
        "Description": DESCRIPTION,
        "SecretString": "{}",
        "Tags": [{"Key": "team", "Value": "ml"}, {"Key": "terrachat:deployment", "Value": "demo"}],
    }
    secret = secret_of(
        refused("get_secret_value", NO_SECRET),
        Answer("create_secret", {"ARN": ARN, "Name": ID, "VersionId": V0}, given=created),
        moved("TERRACHAT_CREATED", V0),
        current("{}"),
        added(V1, {"A": "1"}),
        moved("AWSCURRENT", V1, V0),
        moved("TERRACHAT_PENDING", None, V1),
        tags={"team": "ml"},
    )

    secret.put({"A": "1"})

    assert secret.was_created


def test_a_secret_that_somebody_created_just_now_is_used() -> None:
    secret = secret_of(
        refused("get_secret_value", NO_SECRET),
        refused("create_secret", ("ResourceExistsException", "The secret already exists.")),
        current('{"A": "1"}'),
    )

    secret.add_missing({"A": "other"})

    assert not secret.was_created


def test_a_secret_that_the_catalog_names_is_never_created() -> None:
    secret = secret_of(refused("get_secret_value", NO_SECRET), api_keys={"secret": NAMED})

    with pytest.raises(AwsError, match=r"there is no secret 'arn:aws:secretsmanager.*' in us-east-1") as caught:
        secret.put({"A": "1"})

    assert caught.value.hint == "Correct api_keys.secret in the catalog, or create that secret with {} as its value."


def test_the_local_target_plays_a_secret_that_the_catalog_names() -> None:
    created: dict[str, Any] = {
        "Name": "SharedApiKeysSecret1A2B-a1b2c3",
        "Description": DESCRIPTION,
        "SecretString": "{}",
        "Tags": [],
    }
    secret = secret_of(
        refused("get_secret_value", NO_SECRET),
        Answer("create_secret", {"ARN": NAMED, "Name": "x", "VersionId": V0}, given=created),
        Answer("update_secret_version_stage", {}),
        current('{"A": "1"}', secret=NAMED),
        is_local=True,
        api_keys={"secret": NAMED},
    )

    secret.add_missing({"A": "1"})

    assert secret.was_created


def test_nothing_is_written_where_nothing_changes() -> None:
    assert secret_of(current('{"A": "1"}')).remove(["B"]) == ()
    secret_of(current('{"A": "1"}')).put({"A": "1"})
    secret_of(current('{"A": "mine"}')).add_missing({"A": "other"})


def test_several_keys_are_removed_at_once_and_the_rest_stays() -> None:
    secret = secret_of(
        current('{"A": "1", "B": null, "C": "3"}'),
        added(V1, {"C": "3"}),
        moved("AWSCURRENT", V1, V0),
        moved("TERRACHAT_PENDING", None, V1),
    )

    assert secret.remove(["B", "A", "Z"]) == ("A", "B")


@pytest.mark.parametrize("is_local", [False, True])
@pytest.mark.parametrize(
    "text", ["''", "sk-planted-key", '["sk-planted-key"]', '{"A": "sk-planted-key"', b'{"A": "x"}']
)
def test_a_malformed_secret_is_named_never_shown_and_left_alone(text: str | bytes, is_local: bool) -> None:
    changes: list[Callable[[ApiKeySecret], Any]] = [lambda it: it.put({"A": "1"}), lambda it: it.remove(["A"])]
    for change in changes:
        with pytest.raises(AwsError, match=f"the secret '{ID}' cannot be changed as it is: it ") as caught:
            change(secret_of(current(text), is_local=is_local))

        assert caught.value.hint is not None
        assert caught.value.hint.endswith(f"terrachat secrets repair{' --local' if is_local else ''}")
        assert (
            "planted" not in f"{caught.value} {caught.value.hint} {caught.value.__cause__} {caught.value.__context__}"
        )


def test_a_secret_of_more_than_aws_takes_is_refused_before_aws_could_repeat_it() -> None:
    secret = secret_of(current("{}"))

    with pytest.raises(AwsError, match="the keys together are 70,009 bytes, and a secret holds 65,536") as caught:
        secret.put({"A": "x" * 70_000})

    assert "xxx" not in str(caught.value)


def test_what_exists_is_told_from_what_does_not() -> None:
    assert secret_of(described()).exists()
    assert not secret_of(refused("describe_secret", NO_SECRET)).exists()
    with pytest.raises(AwsError, match=r"DescribeSecret of .* failed: AccessDeniedException"):
        secret_of(refused("describe_secret", DENIED)).exists()


@pytest.mark.parametrize(
    ("is_local", "hint"),
    [
        (False, "Set a key, which creates it: terrachat secrets set NAME"),
        (True, "Set a key, which creates it: terrachat secrets set NAME --local"),
    ],
)
def test_a_missing_secret_says_how_it_comes_about(is_local: bool, hint: str) -> None:
    with pytest.raises(AwsError, match=f"there is no secret '{ID}' in us-east-1") as caught:
        secret_of(refused("get_secret_value", NO_SECRET), is_local=is_local).read()

    assert (caught.value.hint, caught.value.code) == (hint, "ResourceNotFoundException")


def test_a_secret_without_a_value_is_read_as_such() -> None:
    assert secret_of(refused("get_secret_value", NO_VALUE)).read().problems == (
        "it has no value yet; without keys it must be {}",
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda: secret_of(refused("get_secret_value", DELETED)).read(),
        lambda: secret_of(described(DeletedDate=NOW)).exists(),
        lambda: secret_of(
            refused("get_secret_value", NO_SECRET),
            refused("create_secret", (DELETED[0], "A secret with this name is already scheduled for deletion.")),
        ).put({"A": "1"}),
    ],
    ids=["read", "describe", "create"],
)
def test_a_secret_that_is_scheduled_for_deletion_can_be_kept(call: Callable[[], Any]) -> None:
    with pytest.raises(AwsError, match=f"the secret '{ID}' in us-east-1 is scheduled for deletion") as caught:
        call()

    restore = f"aws secretsmanager restore-secret --secret-id {ID} --region us-east-1"
    assert (caught.value.code, caught.value.hint) == ("ScheduledForDeletion", f"Keep it: {restore}")


@pytest.mark.parametrize(
    ("answers", "permission"),
    [
        pytest.param([refused("get_secret_value", DENIED)], "GetSecretValue", id="read"),
        pytest.param(
            [refused("get_secret_value", NO_SECRET), refused("create_secret", DENIED)], "CreateSecret", id="create"
        ),
        pytest.param([current("{}"), refused("put_secret_value", DENIED)], "PutSecretValue", id="write"),
        pytest.param(
            [current("{}"), added(V1, {"A": "1"}), moved("AWSCURRENT", V1, V0, DENIED)],
            "UpdateSecretVersionStage",
            id="make current",
        ),
    ],
)
def test_a_missing_permission_is_named(answers: list[Answer], permission: str) -> None:
    with pytest.raises(AwsError, match=f"{permission} of .* failed: AccessDeniedException") as caught:
        secret_of(*answers).put({"A": "1"})

    who = "Let the identity that you are signed in as do"
    assert caught.value.hint == f"{who} secretsmanager:{permission} on it."


def test_a_key_of_kms_that_may_not_be_used_is_named() -> None:
    with pytest.raises(AwsError) as caught:
        secret_of(refused("get_secret_value", ("AccessDeniedException", "Access to KMS is not allowed"))).read()

    assert caught.value.hint is not None
    assert "secretsmanager:GetSecretValue on it, and the use of the KMS key that encrypts it." in caught.value.hint


def test_a_repair_keeps_the_version_that_it_replaces() -> None:
    secret = secret_of(
        current("{'A': '1',}", V0),
        labelled("TERRACHAT_BEFORE_REPAIR", None),
        moved("TERRACHAT_BEFORE_REPAIR", V0),
        added(V1, {"A": "1"}),
        moved("AWSCURRENT", V1, V0),
        moved("TERRACHAT_PENDING", None, V1),
    )

    done = secret.repair()

    assert (done.kept, done.lost) == (("A",), ())
    assert done.undo == (
        f"aws secretsmanager update-secret-version-stage --secret-id {ID} --region us-east-1 "
        f"--version-stage AWSCURRENT --move-to-version-id {V0} --remove-from-version-id {V1}"
    )


def test_a_second_repair_takes_the_label_over_and_the_local_target_is_named() -> None:
    secret = secret_of(
        current('{"A": 1}', V2),
        labelled("TERRACHAT_BEFORE_REPAIR", V0),
        moved("TERRACHAT_BEFORE_REPAIR", V2, V0),
        added(V3, {"A": "1"}),
        moved("AWSCURRENT", V3, V2),
        moved("TERRACHAT_PENDING", None, V3),
        url="http://127.0.0.1:41001",
    )

    assert " --region us-east-1 --endpoint-url http://127.0.0.1:41001 " in secret.repair().undo


def test_a_repair_that_came_too_late_looks_again() -> None:
    secret = secret_of(
        current("A=1", V0),
        labelled("TERRACHAT_BEFORE_REPAIR", V0),
        added(V1, {"A": "1"}),
        moved("AWSCURRENT", V1, V0, TOO_LATE),
        current('{"A": "1"}', V2),
        current('{"A": "1"}', V2),
    )

    with pytest.raises(AwsError, match="there is nothing to repair"):
        secret.repair()


def test_a_repair_is_of_what_was_shown_or_of_nothing() -> None:
    shown = secret_of(current("A=1")).read()

    with pytest.raises(AwsError, match=r"somebody has changed the secret .* in the meantime") as caught:
        secret_of(current("A=2")).repair(shown)

    assert caught.value.hint == "Look at it again, and then decide."


def test_a_secret_without_a_value_is_repaired_to_an_empty_object() -> None:
    secret = secret_of(
        refused("get_secret_value", NO_VALUE),
        added(V1, {}, "TERRACHAT_PENDING", "AWSCURRENT"),
        moved("TERRACHAT_PENDING", None, V1),
    )

    assert secret.repair().undo == ""


def listing(*versions: tuple[str, int, list[str]], token: str | None = None, following: str | None = None) -> Answer:
    found = [
        {"VersionId": each, "CreatedDate": datetime(2026, 11, day, tzinfo=UTC)}
        | ({"VersionStages": labels} if labels else {})
        for each, day, labels in versions
    ]
    given = {"SecretId": ID, "IncludeDeprecated": True, "MaxResults": 100}
    return Answer(
        "list_secret_version_ids",
        {"Versions": found, **({"NextToken": following} if following else {})},
        given=given | ({"NextToken": token} if token else {}),
    )


def version(each: str, text: str) -> Answer:
    return Answer(
        "get_secret_value",
        {"VersionId": each, "SecretString": text, "CreatedDate": NOW},
        given={"SecretId": ID, "VersionId": each},
    )


def test_the_history_is_read_from_all_pages_and_looks_through_repairs() -> None:
    secret = secret_of(
        current('{"A": "1", "B": null}', V2),
        described(CreatedDate=datetime(2026, 11, 1, tzinfo=UTC)),
        listing((V1, 10, []), (V2, 20, ["AWSCURRENT"]), following="more"),
        listing((V0, 1, ["TERRACHAT_CREATED"]), token="more"),
        version(V2, '{"A": "1", "B": null}'),
        version(V1, "A=1"),
        version(V0, "{}"),
    )

    found = {each.name: (each.changed, each.is_exact) for each in secret.names_with_changes()}

    assert found == {
        "A": (datetime(2026, 11, 10, tzinfo=UTC), True),
        "B": (datetime(2026, 11, 20, tzinfo=UTC), True),
    }


def test_a_secret_without_keys_has_no_history_to_read() -> None:
    assert secret_of(current("{}")).names_with_changes() == ()


def test_terraform_is_given_the_empty_version_and_never_one_with_a_key() -> None:
    assert secret_of(labelled("TERRACHAT_CREATED", V0)).first_version(may_add=True) == V0
    for found in (labelled("TERRACHAT_CREATED", None), labelled("TERRACHAT_CREATED", V1, '{"A": "sk"}')):
        assert secret_of(found).first_version(may_add=False) is None
        assert secret_of(found, added(V2, {}, "TERRACHAT_CREATED")).first_version(may_add=True) == V2
