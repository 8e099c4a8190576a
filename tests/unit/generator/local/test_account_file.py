"""The account file: what a person writes is read at once, what is written back keeps their words."""

from __future__ import annotations

import logging
import re
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from generator.local.account.account import SERVICES, Account, BedrockModel, HubModel, QuotaRequest
from generator.local.account.account_file import AccountFile, BrokenAccountError, default_text
from generator.local.account.edits import Add, Put


@pytest.fixture
def file(tmp_path: Path) -> AccountFile:
    return AccountFile(tmp_path / "account.yaml")


def written(file: AccountFile, text: str) -> Account:
    file.path.write_text(text, encoding="utf-8")
    return file.read()


def test_without_a_file_everything_is_as_it_should_be(file: AccountFile) -> None:
    account = file.read()

    assert (account.quota("ml.g5.xlarge"), account.iam.simulation, account.refusal("sts")) == (100, True, None)
    assert account.bedrock.model("amazon.nova-micro-v1:0").agreement == "AVAILABLE"
    assert account.hub.model("any/model").exists


def test_the_default_is_written_once_and_says_the_same_as_no_file(file: AccountFile) -> None:
    file.create()
    assert file.path.read_text(encoding="utf-8") == default_text()
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    played = file.read()
    assert played.model_copy(update={"quotas": {}, "hub": Account().hub}) == Account()
    assert played.hub.tokens.refused == ("hf_wrong",)

    file.path.write_text("quotas: {default: 7}", encoding="utf-8")
    file.create()

    assert file.read().quota("ml.g5.xlarge") == 7


def test_each_example_in_the_default_can_be_uncommented(file: AccountFile) -> None:
    lines = default_text().splitlines()
    examples = [number for number, line in enumerate(lines) if line.strip().startswith("#   as in: ")]

    assert len(examples) == 7
    for number in examples:
        said = [*lines]
        key = next(at for at in range(number - 1, -1, -1) if not said[at].lstrip().startswith("#"))
        said[key] = said[key].partition(":")[0] + ": " + said[number].partition("as in: ")[2]
        assert written(file, "\n".join(said)) != written(file, default_text())


def test_every_change_is_seen_at_once(file: AccountFile) -> None:
    seen = [written(file, f"quotas: {{default: {number}}}").quota("ml.m5.large") for number in range(9)]

    assert seen == list(range(9))


def test_what_is_not_said_of_an_instance_type_is_the_default(file: AccountFile) -> None:
    account = written(file, "quotas: {default: not_applied, ml.g5.xlarge: 0, ml.p5.48xlarge: 2}")

    assert [account.quota(f"ml.{name}") for name in ("g5.xlarge", "p5.48xlarge", "m5.large")] == [0, 2, None]


def test_keys_with_nothing_behind_them_are_as_absent(file: AccountFile) -> None:
    assert written(file, "quotas:\nbedrock:\n  models:\n    # amazon.nova: {}\n  roles:\nrefusals:\n") == Account()
    assert written(file, "") == Account()


def test_models_are_found_by_their_profiles_too(file: AccountFile) -> None:
    bedrock = written(file, "bedrock: {models: {us.amazon.nova-micro-v1:0: {entitled: false}}}").bedrock

    assert not bedrock.model("amazon.nova-micro-v1:0").entitled
    assert not bedrock.model("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0").entitled
    assert bedrock.model("amazon.nova-lite-v1:0").entitled
    assert bedrock.key("amazon.nova-micro-v1:0") == "us.amazon.nova-micro-v1:0"


def test_services_are_named_in_several_ways(file: AccountFile) -> None:
    account = written(file, "refusals: {service-quotas: slow, '*': ThrottlingException}")

    assert account.refusal("servicequotas") == "slow"
    assert account.refusal("bedrock") == "ThrottlingException"


def test_actions_are_compared_in_any_case(file: AccountFile) -> None:
    iam = written(file, "iam: {denied: ['SageMaker:Create*']}").iam

    assert [iam.allows(action) for action in ("sagemaker:CreateEndpoint", "sagemaker:DeleteEndpoint")] == [False, True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("quotas: {ml.g5.xlarge: many}", "1:10: quotas.ml.g5.xlarge: it should be a number of instances, or"),
        ("quotas: {ml.g5.xlarge: true}", "1:10: quotas.ml.g5.xlarge: it should be a number of instances, or"),
        ("quotas:\n  g5.xlarge: 3", "2:3: quotas.g5.xlarge: it should be an instance type such as ml.g5.xlarge"),
        ("images: [a]", "1:1: images: it should hold keys and values"),
        ("images: {missing: vllm}", "1:10: images.missing: it should be a list"),
        ("iam: {denied: [x, 1]}", "1:19: iam.denied.1: it should be a text"),
        ("iam: {simulation: 'yes'}", "1:7: iam.simulation: it should be true or false"),
        ("bedrok: {}", "1:1: bedrok: there is no such key; do you mean bedrock?"),
        ("1: 2", "1:1: 1: there is no such key"),
        (
            "bedrock:\n  models:\n    x.y:\n      agrement: PENDING",
            "4:7: bedrock.models.x.y.agrement: there is no such key; do you mean agreement?",
        ),
        ("bedrock: {models: {x.y: {offered: 3}}}", "1:26: bedrock.models.x.y.offered: it should be true, false or a"),
        ("bedrock: {models: {x.y: {agreement: NO}}}", "1:26: bedrock.models.x.y.agreement: it should be 'AVAILABLE',"),
        ("hub: {models: {a/b: {gated: true}}}", "1:22: hub.models.a/b.gated: it should be false, 'auto' or 'manual'"),
        ("hub: {models: {a/b: {size_gb: 0}}}", "1:22: hub.models.a/b.size_gb: it should be greater than 0"),
        ("quota_requests: {requested: [{type: ml.a.b}]}", "1:30: quota_requests.requested.0.value: it is missing"),
        ("refusals: {bedrok: slow}", "1:12: refusals.bedrok: it is no service that can be refused; do you mean bedr"),
        ("refusals: {qqqqqqq: slow}", "1:12: refusals.qqqqqqq: it is no service that can be refused; there are app"),
        ("refusals: {sts: no}", "1:12: refusals.sts: it should be 'AccessDeniedException',"),
        ("quotas: {", "1:10: expected"),
        ("\tquotas: {}", "1:1: found character"),
        ("quotas: {}\nquotas: {}", '2:1: found duplicate key "quotas"'),
        ("- a", "1:1: it should hold keys and values, as in quotas: {default: 100}"),
        ("hub: {tokens: {refused: [\x00]}}", "it is no YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(file: AccountFile, text: str, said: str) -> None:
    with pytest.raises(BrokenAccountError, match=re.escape(f"{file.path}:") + ".*" + re.escape(said)):
        written(file, text)


def test_all_that_is_wrong_is_said_in_order(file: AccountFile) -> None:
    with pytest.raises(BrokenAccountError) as caught:
        written(file, "iam: {denied: no}\nimages: {missing: no}\nquotas: {default: -1}")

    lines = str(caught.value).splitlines()
    assert [line.removeprefix(f"{file.path}:").split(":")[0] for line in lines] == ["1", "2", "3"]


@pytest.mark.parametrize(
    "text",
    ["hub: {tokens: {refused: hf_planted}}", "hub: hf_planted\nhub: hf_planted", "hub: {models: hf_planted}"],
)
def test_no_value_is_repeated(file: AccountFile, text: str) -> None:
    with pytest.raises(BrokenAccountError) as caught:
        written(file, text)

    assert "hf_planted" not in str(caught.value)


def test_what_cannot_be_read_is_said_too(file: AccountFile) -> None:
    file.path.write_bytes(b"\xff\xfe")
    with pytest.raises(BrokenAccountError, match="it cannot be read"):
        file.read()

    file.path.unlink()
    file.path.mkdir()
    with pytest.raises(BrokenAccountError, match="it cannot be read"):
        file.read()


def test_a_broken_file_is_logged_once_for_each_state(file: AccountFile, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    for text in ("a: 1", "a: 1", "b: 1"):
        with pytest.raises(BrokenAccountError):
            written(file, text)
        with pytest.raises(BrokenAccountError):
            file.read()

    ours = [record for record in caplog.records if record.name == "account"]
    assert [record.getMessage().rpartition("1:1: ")[2] for record in ours] == [
        "a: there is no such key",
        "b: there is no such key",
    ]


def test_a_broken_file_is_never_written_to(file: AccountFile) -> None:
    with pytest.raises(BrokenAccountError):
        written(file, "quotas: {default: no}  # mine")

    with pytest.raises(BrokenAccountError):
        file.change(Put(("quotas", "ml.g5.xlarge"), 4))

    assert file.path.read_text(encoding="utf-8") == "quotas: {default: no}  # mine"
    assert written(file, "quotas: {default: 3}").quota("ml.g5.xlarge") == 3


def test_a_change_leaves_all_other_lines_as_they_are(file: AccountFile) -> None:
    file.create()

    file.change(
        Put(("quotas", "ml.g5.xlarge"), 4),
        Add(("quota_requests", "requested"), {"type": "ml.g5.xlarge", "value": 4}),
        Put(("bedrock", "models", "amazon.nova-micro-v1:0", "agreement"), "AVAILABLE"),
        Put(("bedrock", "use_case_form"), False),
    )

    before, after = default_text().splitlines(), file.path.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == [
        "quotas: {ml.g5.xlarge: 4, default: 100}",
        "  requested: [{type: ml.g5.xlarge, value: 4}]",
        "  models: {amazon.nova-micro-v1:0: {agreement: AVAILABLE}}",
        "  use_case_form: false",
    ]
    assert len(after) == len(before)


def test_a_change_keeps_what_a_person_wrote_in_their_own_way(file: AccountFile) -> None:
    text = """\
# Ours
quotas:
  # in use
  default: 3   # too few

  ml.p4d.24xlarge: 1
  # ml.g5.xlarge: 0

quota_requests:
  requested:
    # asked on Monday
    - {type: ml.g6.xlarge, value: 2}
hub: # the Hub
bedrock:
  models:
    # "quoted"
    "mistral.x": {agreement: PENDING} # waits
# The end.
"""
    written(file, text)

    file.change(
        Put(("quotas", "default"), 4),
        Put(("quotas", "ml.g5.xlarge"), 5),
        Add(("quota_requests", "requested"), {"type": "ml.g5.xlarge", "value": 5}),
        Put(("hub", "models", "a/b", "licence_accepted"), True),
        Put(("bedrock", "models", "mistral.x", "agreement"), "AVAILABLE"),
    )

    assert file.path.read_text(encoding="utf-8") == (
        text.replace("  default: 3 ", "  ml.g5.xlarge: 5\n  default: 4 ")
        .replace("    - {type: ml.g6", "    - {type: ml.g5.xlarge, value: 5}\n    - {type: ml.g6")
        .replace("hub: #", "hub: {models: {a/b: {licence_accepted: true}}} #")
        .replace("PENDING", "AVAILABLE")
    )
    assert file.read().quota("ml.g5.xlarge") == 5


def test_a_change_without_a_file_begins_with_the_default(file: AccountFile) -> None:
    file.change(Put(("quotas", "ml.g5.xlarge"), 4))

    assert file.path.read_text(encoding="utf-8").startswith(default_text().splitlines()[0])


def test_a_change_of_an_empty_file_makes_what_it_needs(file: AccountFile) -> None:
    written(file, "# all of it\n\n# is commented out\n")

    file.change(Add(("quota_requests", "requested"), {"type": "ml.g5.xlarge", "value": 4}))

    assert file.read().quota_requests.requested[0].value == 4
    assert file.path.read_text(encoding="utf-8").startswith("# all of it\n\n# is commented out\n")


def test_a_link_stays_one_and_the_mode_too(file: AccountFile, tmp_path: Path) -> None:
    shared = tmp_path / "shared.yaml"
    shared.write_text("quotas: {default: 1}")
    shared.chmod(0o640)
    file.path.symlink_to(shared)

    file.change(Put(("quotas", "default"), 2))

    assert (file.path.is_symlink(), shared.read_text()) == (True, "quotas: {default: 2}\n")
    assert stat.S_IMODE(shared.stat().st_mode) == 0o640


def test_changes_from_many_threads_lose_none(file: AccountFile) -> None:
    file.create()
    names = [f"ml.g5.{number}xlarge" for number in range(16)]
    threads = [threading.Thread(target=file.change, args=(Put(("quotas", name), 7),)) for name in names]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [file.read().quota(name) for name in names] == [7] * 16


def test_the_manual_and_the_default_name_every_key() -> None:
    manual = (Path(__file__).parents[4] / "docs/local-target.md").read_text(encoding="utf-8")
    section = manual.partition("## The account that it plays")[2].partition("\n## ")[0]

    assert [key for key in (*_keys(Account), *_keys(BedrockModel), *_keys(HubModel)) if key not in default_text()] == []
    named = (*_keys(Account), *_keys(BedrockModel), *_keys(HubModel), *_keys(QuotaRequest), *SERVICES)
    assert [key for key in named if key not in section] == []


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for key, field in model.model_fields.items():
        yield key
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _keys(field.annotation)
