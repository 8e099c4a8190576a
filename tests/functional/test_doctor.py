"""`doctor` on the local target, as its account file is edited: each finding goes from ok to blocked and back.

One catalog has a model for each prerequisite. Everything is broken at once, since each finding stands for itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pexpect
import pytest
import yaml

from generator.module_dir.lock import locked
from tests.functional.stage import Deployment, Ran, Stage, endpoint_entry
from tests.unit.generator.local.waiting import until
from tests.unit.generator.preflight.hosting_scenes import HOSTING

pytestmark = pytest.mark.local

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/doctor.schema.json").read_text(encoding="utf-8"))
GATED = "meta-llama/Llama-3.1-8B-Instruct"
CLAUDE = "anthropic.claude-sonnet-4-20250514-v1:0"
ROLE = "arn:aws:iam::210987654321:role/bedrock-caller"
GUARDRAIL = "abcdefghij12"
TOKEN, KEY = "hf_planted" + "x" * 20, "sk-planted-key-of-a-test"
TOKEN_SECRET, KEYS_SECRET = "hf-token", "terrachat/doctor/api-keys"
AZURE_KEYS = {
    "AZURE_OPENAI_API_TYPE__Model1": "azure",
    "AZURE_OPENAI_API_VERSION__Model1": "2024-10-21",
    "AZURE_OPENAI_API_BASE__Model1": "https://model1.openai.azure.com/",
    "AZURE_OPENAI_API_KEY__Model1": "planted" + "0123456789abcdef" * 2,
    "AZURE_OPENAI_API_DEPLOYMENT_NAME__Model1": "Model1DeploymentName",
}
KEYS = {"AZURE_OPENAI_MODELS": "Model1", "OPENAI_API_KEY": KEY, **AZURE_KEYS}
FORM = {
    "TERRACHAT_USE_CASE_COMPANY_NAME": "Example",
    "TERRACHAT_USE_CASE_COMPANY_WEBSITE": "https://www.example.com",
    "TERRACHAT_USE_CASE_INTENDED_USERS": "0",
    "TERRACHAT_USE_CASE_INDUSTRY": "Education",
    "TERRACHAT_USE_CASE_PURPOSE": "Questions of a class",
}
# What a script gives for the offers' inputs.
VALUES = {"HF_TOKEN": TOKEN, "OPENAI_API_KEY": KEY, **FORM, **AZURE_KEYS}

BROKEN: dict[str, Any] = {
    "quotas": {"ml.g5.xlarge": 0},
    "instance_types": {"not_offered": ["ml.p5.48xlarge"]},
    "images": {"missing": ["*vllm*"]},
    "iam": {"denied": ["sagemaker:CreateEndpoint"]},
    "bedrock": {
        "models": {
            "amazon.nova-micro-v1:0": {"agreement": "NOT_AVAILABLE"},
            "mistral.mistral-large-2402-v1:0": {"offered": False},
        },
        "use_case_form": False,
        "guardrails": {"missing": [GUARDRAIL]},
        "roles": {"refused": [ROLE]},
    },
    "hub": {"models": {GATED: {"gated": "auto", "licence_accepted": False}}},
}
# Not JSON, as after an edit by hand.
MALFORMED = "{'AZURE_OPENAI_MODELS': 'Model1'}"
# What becomes of each finding when all of that is broken, and the secrets and the endpoint are too; and when --fix has
# made what it has to offer.
WAYS = {
    "quota/ml.g5.xlarge": ("blocked", "ok"),
    "offered/ml.p5.48xlarge": ("blocked", "blocked"),
    "image/llama": ("blocked", "blocked"),
    "permissions/deploy": ("blocked", "blocked"),
    "bedrock-model/mistral": ("blocked", "blocked"),
    "bedrock-access/nova": ("blocked", "ok"),
    "bedrock-use-case/us-east-1": ("blocked", "ok"),
    "guardrail/nova": ("blocked", "blocked"),
    f"bedrock-role/{ROLE}": ("unknown", "unknown"),
    "endpoint/in-house": ("blocked", "blocked"),
    "huggingface/secret": ("blocked", "ok"),
    "huggingface/model/llama": ("blocked", "blocked"),
    "api-keys/secret": ("blocked", "ok"),
    "api-keys/OPENAI_API_KEY": ("blocked", "ok"),
    "azure/Model1": ("blocked", "ok"),
}


@dataclass(frozen=True)
class Office:
    """A catalog with a prerequisite of each kind, and the account and the secrets that it needs."""

    stage: Stage
    deployment: Deployment

    def account(self, **document: Any) -> None:
        """Edit the account. What is not named is as it should be."""
        path = self.stage.terrachat.folder / ".terrachat/local/account.yaml"
        path.write_text(json.dumps(document), encoding="utf-8")

    def doctor(self, *arguments: str, given: Mapping[str, str] | None = None) -> Ran:
        """Run it, where `given` is in the environment."""
        file = self.deployment.catalog.name
        return self.stage.terrachat("doctor", "--local", "--catalog", file, *arguments, environment=given)

    def verdicts(self, *arguments: str, given: Mapping[str, str] | None = None) -> dict[str, str]:
        """The verdict of each finding by its id."""
        document = self.doctor("--json", *arguments, given=given).json()
        jsonschema.validate(document, SCHEMA)
        return {each["id"]: each["verdict"] for each in document["findings"]}

    def write_secret(self, name: str, text: str) -> str:
        """Make the deployment's secret `name` hold `text`; its ARN."""
        tags = [{"Key": "terrachat:deployment", "Value": self.deployment.name}]
        client = self.stage.client("secretsmanager")
        try:
            return str(client.create_secret(Name=name, SecretString=text, Tags=tags)["ARN"])
        except client.exceptions.ResourceExistsException:
            return str(client.put_secret_value(SecretId=name, SecretString=text)["ARN"])

    def read_secret(self, name: str) -> str:
        return str(self.stage.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])

    def mend(self) -> None:
        """Make everything as it should be."""
        self.account()
        self.write_secret(TOKEN_SECRET, TOKEN)
        self.write_secret(KEYS_SECRET, json.dumps(KEYS))
        if self.stage.endpoint("in-house") is None:
            _create_endpoint(self.stage.client("sagemaker"), "in-house")

    def break_(self) -> None:
        """Break everything that can be."""
        self.account(**BROKEN)
        self.write_secret(TOKEN_SECRET, f'"{TOKEN}"')
        self.write_secret(KEYS_SECRET, MALFORMED)
        self.stage.client("sagemaker").delete_endpoint(EndpointName="in-house")
        until(lambda: self.stage.endpoint("in-house") is None)


def _create_endpoint(sagemaker: Any, name: str) -> None:
    container = {"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"}
    variant = {"VariantName": "a", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.g5.xlarge"}
    with suppress(sagemaker.exceptions.ClientError):  # they outlive the endpoint
        sagemaker.create_model(
            ModelName=name, PrimaryContainer=container, ExecutionRoleArn="arn:aws:iam::123456789012:role/mine"
        )
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1})


@pytest.fixture(scope="module")
def office(stage: Stage) -> Office:
    made = Office(stage, stage.deployment("doctor"))
    arn = made.write_secret(TOKEN_SECRET, TOKEN)
    made.deployment.write(
        endpoint_entry("llama") | {"source": {"huggingface": GATED, "revision": "main"}},
        endpoint_entry("big", "ml.p5.48xlarge"),
        {"id": "in-house", "provider": "sagemaker", "endpoint": "in-house", "wire": "messages"},
        {"id": "nova", "provider": "bedrock", "model": "us.amazon.nova-micro-v1:0"},
        {"id": "claude", "provider": "bedrock", "model": f"us.{CLAUDE}"},
        {"id": "mistral", "provider": "bedrock", "model": "mistral.mistral-large-2402-v1:0"},
        {"id": "elsewhere", "provider": "bedrock", "model": "us.amazon.nova-lite-v1:0", "role_arn": ROLE},
        {"id": "gpt", "provider": "openai", "model": "gpt-4o-mini"},
        {"id": "Model1", "provider": "azure_openai"},
        huggingface={"token_secret": arn},
        bedrock={"guardrail": {"id": GUARDRAIL, "version": "1"}},
    )
    return made


@pytest.fixture
def well(office: Office) -> Office:
    """Everything is as it should be."""
    office.mend()
    return office


def test_nothing_is_found_where_all_is_well(well: Office) -> None:
    ran = well.doctor("--json")

    assert set(well.verdicts().values()) == {"ok"}, ran.stdout
    assert ran.exit_code == 0
    assert WAYS.keys() <= well.verdicts().keys()


def test_each_finding_is_blocked_by_its_edit_and_mended_by_its_fix(well: Office) -> None:
    well.break_()

    broken = well.verdicts()
    mended = well.doctor("--json", "--fix", "--yes", given=VALUES)
    fixed = {each["id"]: each["verdict"] for each in mended.json()["findings"]}

    assert {id_: (broken[id_], fixed[id_]) for id_ in WAYS} == WAYS
    assert "OPENAI_API_KEY is set" in mended.stderr
    secrets = (TOKEN, KEY, AZURE_KEYS["AZURE_OPENAI_API_KEY__Model1"])
    assert [secret for secret in secrets if secret in mended.stdout + mended.stderr] == []
    assert json.loads(well.read_secret(KEYS_SECRET)) == KEYS
    assert well.read_secret(TOKEN_SECRET) == TOKEN
    assert well.doctor().exit_code == 5

    well.mend()

    assert set(well.verdicts().values()) == {"ok"}


NOVA, MISTRAL = "amazon.nova-micro-v1:0", "mistral.mistral-large-2402-v1:0"


def _with_models(hub: dict[str, Any], **bedrock: dict[str, Any]) -> dict[str, Any]:
    """Edits of one model on the Hub, and of models on Bedrock."""
    of_bedrock = {{"nova": NOVA, "mistral": MISTRAL}[name]: edit for name, edit in bedrock.items()}
    return {"hub": {"models": {GATED: hub}}, "bedrock": {"models": of_bedrock}}


QUOTA, PERMISSIONS, LLAMA = "quota/ml.g5.xlarge", "permissions/deploy", "huggingface/model/llama"
# The rest of what the account file can say: edits, and what becomes of the findings that they turn. Several at once,
# where they turn different ones: a command for each would take minutes.
EDITS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "never raised, no on-demand, pending": (
        {
            "quotas": {"ml.g5.xlarge": "not_applied"},
            **_with_models(
                {"gated": "manual", "licence_accepted": "pending"},
                nova={"agreement": "PENDING"},
                mistral={"on_demand": False},
            ),
        },
        {QUOTA: "blocked", LLAMA: "blocked", "bedrock-access/nova": "warn", "bedrock-model/mistral": "blocked"},
    ),
    "no simulation, rejected, not authorized, legacy": (
        {
            "iam": {"simulation": False},
            **_with_models(
                {"gated": "manual", "licence_accepted": "rejected"},
                nova={"authorized": False},
                mistral={"lifecycle": "LEGACY"},
            ),
        },
        {PERMISSIONS: "unknown", LLAMA: "blocked", "bedrock-access/nova": "blocked", "bedrock-model/mistral": "warn"},
    ),
    "no such model, not entitled, elsewhere": (
        _with_models({"exists": False}, nova={"entitled": False}, mistral={"offered": ["us-west-2"]}),
        {LLAMA: "blocked", "bedrock-access/nova": "blocked", "bedrock-model/mistral": "blocked"},
    ),
    "no such revision": (_with_models({"revisions": ["v2"]}), {LLAMA: "blocked"}),
    "too large": (_with_models({"size_gb": 300}), {LLAMA: "warn"}),
    "token refused": ({"hub": {"tokens": {"refused": [TOKEN]}}}, {"huggingface/token": "blocked"}),
    "token without read": ({"hub": {"tokens": {"without_read": [TOKEN]}}}, {"huggingface/token": "warn"}),
}


@pytest.mark.parametrize(("account", "turned"), EDITS.values(), ids=EDITS.keys())
def test_each_edit_of_the_account_turns_its_finding(
    account: dict[str, Any], turned: dict[str, str], well: Office
) -> None:
    well.account(**account)

    found = well.verdicts(*(part for id_ in turned for part in ("--only", id_)))

    assert {id_: found[id_] for id_ in turned} == turned


def test_a_token_that_is_refused_is_replaced(well: Office) -> None:
    well.account(hub={"tokens": {"refused": [TOKEN]}})

    found = well.verdicts("--only", "huggingface", "--fix", "--yes", given={"HF_TOKEN": TOKEN + "2"})

    assert set(found.values()) == {"ok"}
    assert well.read_secret(TOKEN_SECRET) == TOKEN + "2"


def test_values_that_are_not_given_are_named_and_the_rest_is_done(well: Office) -> None:
    well.account(quotas={"ml.g5.xlarge": 0})
    well.write_secret(KEYS_SECRET, "{}")

    ran = well.doctor("--fix", "--yes")

    assert ran.exit_code == 5
    assert "Skipped: OPENAI_API_KEY is needed" in ran.stderr
    assert "  ok       quota of ml.g5.xlarge in us-east-1: " in ran.stdout
    assert well.read_secret(KEYS_SECRET) == "{}"


def test_a_request_that_aws_sits_on_is_seen_and_not_made_twice(well: Office) -> None:
    well.account(quotas={"ml.g5.xlarge": 0}, quota_requests={"approve": "never"})

    for _ in range(2):
        ran = well.doctor("--fix", "--yes", "--only", "quota")

    assert "PENDING" in ran.stdout
    account = yaml.safe_load((well.stage.terrachat.folder / ".terrachat/local/account.yaml").read_text())
    assert [each["type"] for each in account["quota_requests"]["requested"]] == ["ml.g5.xlarge"]


@pytest.mark.parametrize("refusal", ["AccessDeniedException", "ThrottlingException", "ExpiredTokenException"])
def test_what_a_service_refuses_is_unknown_and_nothing_else_is(refusal: str, well: Office) -> None:
    services = {"servicequotas": {"quota"}, "ecr": {"image"}, "iam": {"permissions"}}
    services |= {"ec2": {"offered"}, "sagemaker": {"quota", "endpoint"}}
    # Whose account it is that the token's secret should be in, STS says too.
    services["sts"] = {"credentials", "permissions", "bedrock-role", "huggingface"}
    services["bedrock"] = {"bedrock-model", "bedrock-access", "bedrock-use-case", "guardrail"}
    if refusal != "ExpiredTokenException":  # which the Hub says of the token in the secret: that is blocked
        services["hub"] = {"huggingface"}
    well.account(refusals=dict.fromkeys(services, refusal))

    found = {id_: verdict for id_, verdict in well.verdicts().items() if verdict != "ok"}

    assert {id_.partition("/")[0] for id_ in found} == set().union(*services.values())
    assert set(found.values()) == {"unknown"}
    assert well.doctor().exit_code == 0


def test_a_service_that_does_not_answer_is_unknown_and_holds_up_nothing_else(well: Office) -> None:
    well.account(refusals={"ecr": "slow"})

    found = {id_: verdict for id_, verdict in well.verdicts().items() if verdict != "ok"}

    assert found == {"image/llama": "unknown", "image/big": "unknown"}


def test_only_what_is_asked_for_is_asked(well: Office) -> None:
    assert well.verdicts("--only", "quota/ml.g5", "--only", "api-keys/secret").keys() == {
        "quota/ml.g5.xlarge",
        "api-keys/secret",
    }

    ran = well.doctor("--only", "quotas")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "there is no check 'quotas' for this catalog" in ran.stderr


def test_without_a_terminal_fixes_want_a_yes(well: Office) -> None:
    ran = well.doctor("--fix")

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "nobody to ask\nPass --yes." in ran.stderr
    assert well.doctor("--yes").exit_code == 2


def test_a_broken_account_file_is_named_and_nothing_is_a_defect(well: Office) -> None:
    (well.stage.terrachat.folder / ".terrachat/local/account.yaml").write_text("quotas: {ml.g5.xlarge: many}\n")

    ran = well.doctor("--only", "quota")

    assert "account.yaml" in ran.stdout
    assert "defect" not in ran.stdout


def test_a_person_is_asked_about_each_fix(well: Office) -> None:
    """One is declined, one made, and one waited for while the person does it."""
    well.account(
        quotas={"ml.g5.xlarge": 0},
        bedrock={"models": {"amazon.nova-micro-v1:0": {"agreement": "NOT_AVAILABLE"}}},
        hub={"models": {GATED: {"gated": "auto", "licence_accepted": False}}},
    )
    talk = _at_terminal(well, "doctor", "--fix")

    talk.expect(r"Request \d x 'ml\.g5\.xlarge for endpoint usage' in us-east-1\.")
    talk.expect_exact("Do this? [y/N]:")
    talk.sendline("n")
    talk.expect_exact("Accept the terms of amazon.nova-micro-v1:0")
    talk.expect_exact("Do this? [y/N]:")
    talk.sendline("y")
    talk.expect_exact(f"Accept the licence of {GATED}")
    talk.expect_exact("Enter when it is done, s to skip it:")
    well.account(quotas={"ml.g5.xlarge": 0}, hub={"models": {GATED: {"gated": "auto"}}})
    talk.sendline("")
    talk.expect(pexpect.EOF)
    talk.close()

    assert talk.exitstatus == 5
    assert well.verdicts()["quota/ml.g5.xlarge"] == "blocked"
    assert [id_ for id_, verdict in well.verdicts().items() if verdict != "ok"] == ["quota/ml.g5.xlarge"]


def test_ctrl_c_waits_for_nobody_and_says_how_things_stand(well: Office) -> None:
    well.account(refusals={"ecr": "slow"})
    talk = _at_terminal(well, "doctor", "--only", "image", kind="xterm")
    talk.expect_exact("waiting for the container image")

    talk.sendintr()

    talk.expect_exact("Stopped. Nothing was changed.")
    talk.expect(pexpect.EOF)
    talk.close()
    assert talk.exitstatus == 130


def test_apply_stops_before_it_changes_anything(well: Office) -> None:
    well.account(quotas={"ml.g5.xlarge": 0})
    empty = well.stage.everything()

    ran = well.deployment.run("apply", "--yes")

    assert (ran.exit_code, ran.stdout) == (5, "")
    assert "blocked  quota of ml.g5.xlarge in us-east-1" in ran.stderr
    assert "1 prerequisite is missing" in ran.stderr
    file = well.deployment.catalog.name
    assert f"Mend: terrachat doctor --fix --local --catalog {file}\n" in ran.stderr
    assert f"terrachat apply --skip-doctor --local --catalog {file}\n" in ran.stderr
    assert "Plan" not in ran.stderr
    assert well.stage.everything() == empty


def test_apply_goes_on_where_only_answers_are_missing_or_unknown(well: Office) -> None:
    well.account(refusals={"servicequotas": "AccessDeniedException"})
    well.write_secret(KEYS_SECRET, "{}")

    ran = _applied_until_it_works(well)

    file = well.deployment.catalog.name
    assert "blocked  OPENAI_API_KEY" in ran.stderr
    assert f"1 question had no answer; terrachat doctor --local --catalog {file} says which." in ran.stderr
    assert "another terrachat" in ran.stderr


def test_apply_goes_on_where_it_is_told_to(well: Office) -> None:
    well.account(quotas={"ml.g5.xlarge": 0})

    ran = _applied_until_it_works(well, "--skip-doctor")

    assert "Preflight" not in ran.stderr
    assert "another terrachat" in ran.stderr


def test_the_page_on_aws_stops_no_apply_to_the_local_target(well: Office) -> None:
    """Nobody made what its `hosting` names. Of that only the image is played, and here it is missing."""
    hosted = Office(well.stage, well.stage.deployment("hosted"))
    hosted.deployment.write({"id": "gpt", "provider": "openai", "model": "gpt-4o-mini"}, hosting=HOSTING)
    hosted.account(images={"missing": ["team/chat-page:*"]})

    found = hosted.verdicts("--only", "hosting")
    ran = _applied_until_it_works(hosted)

    parts = ("certificate", "network", "image", "secret", "sign-in")
    assert found == {f"hosting/{part}": "warn" if part == "image" else "ok" for part in parts}
    assert "warn     the image of the chat page" in ran.stderr
    assert "another terrachat" in ran.stderr


def _applied_until_it_works(office: Office, *options: str) -> Ran:
    """An apply that the preflight lets pass, and that then finds its module directory taken: the rest takes minutes."""
    with locked(office.deployment.module):
        return office.deployment.run("apply", *options)


def _at_terminal(office: Office, *arguments: str, kind: str = "dumb") -> pexpect.spawn[str]:
    command_line = office.stage.terrachat
    program, *argv = command_line.argv(*arguments, "--local", "--catalog", office.deployment.catalog.name)
    return pexpect.spawn(
        program,
        argv,
        cwd=str(command_line.folder),
        env={**command_line.environment(), "TERM": kind},
        encoding="utf-8",
        timeout=60,
        dimensions=(50, 100),
    )
