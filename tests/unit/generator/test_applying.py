"""From a plan to what is deployed: what is asked, what is mended, what is verified, and what is said of a failure."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from generator.catalog import Catalog
from generator.deployment.applying import Applied, Job, apply
from generator.deployment.consent import Consent
from generator.deployment.endpoint_watch import EndpointWatch
from generator.deployment.live_endpoints import LiveEndpoints
from generator.deployment.resuming import IMPORTS, JOURNAL
from generator.errors import AwsError, DeclinedError, TerraformError
from generator.families.lambda_runtime import ON_AWS
from generator.planning import plan_deployment
from generator.pricing import shipped_prices
from generator.progress import Progress
from generator.terraform import PLAN_FILE, Terraform
from tests.unit.generator.aws_answers import endpoint, live, log_of, no_endpoint
from tests.unit.generator.played_terraform import (
    PlayedTerraform,
    applied,
    failed,
    outputs,
    planned,
    resource,
    state,
)

CATALOG = Catalog.model_validate(
    {
        "version": 1,
        "deployment": "demo",
        "region": "us-east-1",
        "models": [
            {
                "id": "m",
                "provider": "sagemaker",
                "source": {"huggingface": "a/b"},
                "container": "vllm",
                "instance_type": "ml.g5.xlarge",
            },
            {"id": "g", "provider": "openai", "model": "gpt-4o"},
        ],
    }
)
PLAN = plan_deployment(CATALOG, ON_AWS)
NAME = "terrachat-demo-m"
ENDPOINT = "aws_sagemaker_endpoint.m"
MINE = {"terrachat:deployment": "demo"}
DONE = {"says": [outputs(handler_url="https://h/"), applied(2)]}
UPDATE = {"says": [planned(ENDPOINT, "update")], "writes": [PLAN_FILE]}
DESCRIBED_UPDATE = {"document": {"resource_changes": [resource(ENDPOINT, "update", before={"name": NAME})]}}
SERVES = endpoint(NAME, config="c-2")
VERIFIED = state(m="c-2")


@pytest.fixture
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PlayedTerraform:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    (tmp_path / "module").mkdir()
    return PlayedTerraform(tmp_path / "bin")


def job(terraform: PlayedTerraform, aws: LiveEndpoints, output: io.StringIO | None = None) -> Job:
    terraform.install()
    module = Path("module")
    progress = Progress(Console(file=output or io.StringIO(), width=200))
    return Job(
        terraform=Terraform(module, cli_folder=Path("cli"), on_event=progress.terraform),
        directory=module,
        plan=PLAN,
        live=aws,
        watch=EndpointWatch({}, aws, progress.note),
        progress=progress,
        prices=lambda: shipped_prices("us-east-1"),
        ready=lambda: ("g",),
        role_wait_s=0,
    )


def deployed_before() -> None:
    Path("module/terraform.tfstate").write_text('{"resources": [{"type": "aws_iam_role"}]}')


def interrupted_before() -> None:
    Path(f"module/{JOURNAL}").write_text("{}")


def test_first_apply_is_one_terraform_run_when_nobody_is_asked(terraform: PlayedTerraform) -> None:
    terraform.runs = {"apply": [DONE], "state pull": [VERIFIED]}

    result = apply(job(terraform, live(SERVES)), Consent())

    assert result == Applied({"handler_url": "https://h/"}, 2)
    assert terraform.calls == ["apply", "state"]
    assert not Path(f"module/{JOURNAL}").exists()


def test_next_apply_is_planned_described_and_verified(terraform: PlayedTerraform) -> None:
    deployed_before()
    terraform.runs = {"plan": [UPDATE], "show": [DESCRIBED_UPDATE], "apply": [DONE], "state pull": [VERIFIED]}
    output = io.StringIO()

    apply(job(terraform, live(SERVES), output), Consent())

    assert terraform.calls == ["plan", "show", "apply", "state"]
    assert "~ m: update the endpoint in place" in output.getvalue()
    assert "Cost then: $1.41 an hour" in output.getvalue()


def test_nothing_to_change_is_nothing_to_apply(terraform: PlayedTerraform) -> None:
    deployed_before()
    terraform.runs = {"plan": [{"says": [], "writes": [PLAN_FILE]}], "state pull": [VERIFIED]}

    result = apply(job(terraform, live(SERVES)), Consent())

    assert result == Applied({"handler_url": "https://h/"}, 0)
    assert terraform.calls == ["plan", "state"]


def test_yes_alone_deletes_no_endpoint_that_answers(terraform: PlayedTerraform) -> None:
    deployed_before()
    lost = {"document": {"resource_changes": [resource(ENDPOINT, "delete", before={"name": NAME})]}}
    terraform.runs = {"plan": [UPDATE], "show": [lost]}

    with pytest.raises(DeclinedError, match="endpoints that answer now would be deleted: m; nothing was changed"):
        apply(job(terraform, live(endpoint(NAME))), Consent())

    assert terraform.calls == ["plan", "show"]
    assert not Path(f"module/{PLAN_FILE}").exists()


def test_failed_endpoint_may_be_created_anew(terraform: PlayedTerraform) -> None:
    """It answers nobody, so that nothing is lost."""
    deployed_before()
    anew = {"document": {"resource_changes": [resource(ENDPOINT, "delete", "create", before={"name": NAME})]}}
    terraform.runs = {"plan": [UPDATE], "show": [anew], "apply": [DONE], "state pull": [VERIFIED]}

    apply(job(terraform, live(endpoint(NAME, "Failed"), SERVES)), Consent())

    assert "apply" in terraform.calls


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            endpoint(NAME, config="c-1", failure="Received server error (0) from model"),
            "m: the endpoint 'terrachat-demo-m' runs the configuration 'c-1'; 'c-2' was applied. AWS rolled the "
            "update back (Received server error (0) from model); what answers is the old model",
        ),
        (endpoint(NAME, "Failed", "c-2"), "m: the endpoint 'terrachat-demo-m' is Failed"),
        (no_endpoint(NAME), "m: the endpoint 'terrachat-demo-m' does not exist, though Terraform has applied it"),
    ],
    ids=["rolled back", "failed", "gone"],
)
def test_success_that_aws_does_not_show_is_a_failure(terraform: PlayedTerraform, found: Any, said: str) -> None:
    terraform.runs = {"apply": [DONE], "state pull": [VERIFIED]}

    with pytest.raises(AwsError) as caught:
        apply(job(terraform, live(found)), Consent())

    assert caught.value.message == f"what was applied is not what runs:\n{said}"
    assert caught.value.exit_code == 3


def test_failed_model_is_named_with_reason_log_and_next_step(terraform: PlayedTerraform) -> None:
    waiter = "waiting for SageMaker AI Endpoint (terrachat-demo-m) to be in service: unexpected state 'Failed'"
    terraform.runs = {"apply": [{"says": [failed(waiter, ENDPOINT)], "code": 1}]}
    reason = "The primary container for production variant AllTraffic did not pass the ping health check."
    aws = live(endpoint(NAME, "Failed", failure=reason), logs=log_of(NAME, "loading", "CUDA out of memory"))

    with pytest.raises(TerraformError) as caught:
        apply(job(terraform, aws), Consent())

    assert caught.value.message.splitlines() == [
        "one endpoint did not come up; everything else was applied.",
        f"m: the endpoint 'terrachat-demo-m' is Failed: {reason}",
        "  last lines of /aws/sagemaker/Endpoints/terrachat-demo-m:",
        "    loading",
        "    CUDA out of memory",
        "  The model does not fit the machine. Choose a larger instance_type, or a shorter context (for vllm: "
        "environment: {SM_VLLM_MAX_MODEL_LEN: 4096}).",
        "These models are deployed and answer: g.",
    ]
    assert Path(f"module/{JOURNAL}").exists()


def test_quota_is_named_though_no_endpoint_was_created(terraform: PlayedTerraform) -> None:
    said = (
        "creating SageMaker AI Endpoint (terrachat-demo-m): ResourceLimitExceeded: The account-level service limit "
        "'ml.g5.xlarge for endpoint usage' is 0 Instances, with current utilization of 0 Instances and a request "
        "delta of 1 Instances."
    )
    terraform.runs = {"apply": [{"says": [failed(said, ENDPOINT), failed("no", "aws_iam_role.x")], "code": 1}]}

    with pytest.raises(TerraformError) as caught:
        apply(job(terraform, live(no_endpoint(NAME))), Consent())

    assert "m: the endpoint 'terrachat-demo-m' was not created: creating SageMaker" in caught.value.message
    assert "The quota 'ml.g5.xlarge for endpoint usage'" in caught.value.message
    assert "Ask for 1" in caught.value.message
    assert "aws_iam_role.x: no" in caught.value.message
    assert "everything else was applied" not in caught.value.message


ROLE = "Please ensure that the role exists and that its trust relationship policy allows the action"


def test_role_that_is_not_known_yet_is_waited_for_once(terraform: PlayedTerraform) -> None:
    not_yet = {"says": [failed(ROLE, "aws_sagemaker_model.m")], "code": 1}
    terraform.runs = {"apply": [not_yet, DONE], "plan": [UPDATE], "state pull": [VERIFIED]}

    assert apply(job(terraform, live(SERVES)), Consent()).num_changes == 2
    assert terraform.calls == ["apply", "plan", "apply", "state"]


def test_role_that_stays_unknown_is_a_failure(terraform: PlayedTerraform) -> None:
    not_yet = {"says": [failed(ROLE, "aws_iam_role.m")], "code": 1}
    terraform.runs = {"apply": [not_yet, not_yet], "plan": [UPDATE]}

    with pytest.raises(TerraformError, match="trust relationship"):
        apply(job(terraform, live()), Consent())

    assert terraform.calls == ["apply", "plan", "apply"]


def test_second_try_takes_down_nothing_that_was_not_agreed_to(terraform: PlayedTerraform) -> None:
    not_yet = {"says": [failed(ROLE, "aws_iam_role.m")], "code": 1}
    replaces = {"says": [planned(ENDPOINT, "replace")], "writes": [PLAN_FILE]}
    terraform.runs = {"apply": [not_yet], "plan": [replaces]}

    with pytest.raises(TerraformError, match="trust relationship"):
        apply(job(terraform, live(endpoint(NAME))), Consent())

    assert terraform.calls == ["apply", "plan"]
    assert not Path(f"module/{PLAN_FILE}").exists()


GROUP = "aws_cloudwatch_log_group.handler"
EXISTS = {"says": [failed("creating: ResourceAlreadyExistsException: The log group exists", GROUP)], "code": 1}
CREATES = {"document": {"resource_changes": [resource(GROUP, "create", after={"name": "/aws/lambda/h"})]}}


def imported(tags: dict[str, str]) -> dict[str, Any]:
    return {"document": {"resource_changes": [resource(GROUP, "no-op", before={"tags": tags})]}}


def test_what_a_stopped_apply_left_is_taken_over(terraform: PlayedTerraform) -> None:
    interrupted_before()
    terraform.runs = {
        "state pull": [state(), VERIFIED],
        "plan": [UPDATE, UPDATE | {"sees": [IMPORTS]}],
        "show": [CREATES, imported(MINE)],
        "apply": [EXISTS, DONE],
    }

    apply(job(terraform, live(SERVES)), Consent())

    block = (terraform.folder / IMPORTS).read_text()
    assert block == f'import {{\n  to = {GROUP}\n  id = "/aws/lambda/h"\n}}\n'
    assert not Path(f"module/{IMPORTS}").exists()
    assert not Path(f"module/{JOURNAL}").exists()


def test_what_belongs_to_another_is_left_alone(terraform: PlayedTerraform) -> None:
    interrupted_before()
    terraform.runs = {
        "state pull": [state()],
        "plan": [UPDATE, UPDATE],
        "show": [CREATES, imported({"terrachat:deployment": "other"})],
        "apply": [EXISTS],
    }

    with pytest.raises(TerraformError, match=f"these exist already and are not of this deployment: {GROUP}"):
        apply(job(terraform, live()), Consent())

    assert not Path(f"module/{PLAN_FILE}").exists()


def test_the_secret_of_a_key_that_was_set_while_terraform_worked_is_left_to_the_next_apply(
    terraform: PlayedTerraform,
) -> None:
    interrupted_before()
    exists = failed(
        "creating: ResourceExistsException: The secret already exists.", "aws_secretsmanager_secret.api_keys"
    )
    terraform.runs = {
        "plan": [{"says": [planned(GROUP, "create")], "writes": [PLAN_FILE]}],
        "show": [CREATES],
        "apply": [{"says": [exists], "code": 1}],
    }

    with pytest.raises(TerraformError, match="already exists"):
        apply(job(terraform, live()), Consent())

    assert terraform.calls.count("plan") == 1


def test_nothing_is_taken_over_unless_an_apply_was_stopped(terraform: PlayedTerraform) -> None:
    deployed_before()
    terraform.runs = {"plan": [UPDATE], "show": [CREATES], "apply": [EXISTS]}

    with pytest.raises(TerraformError, match="The log group exists"):
        apply(job(terraform, live()), Consent())

    assert terraform.calls == ["plan", "show", "apply"]


def test_endpoint_that_a_schedule_created_is_taken_over_before_its_configuration_goes(
    terraform: PlayedTerraform,
) -> None:
    deployed_before()
    creates = {"says": [planned(ENDPOINT, "create")], "writes": [PLAN_FILE]}
    described = {"document": {"resource_changes": [resource(ENDPOINT, "create", after={"name": NAME})]}}
    taken = {"document": {"resource_changes": [resource(ENDPOINT, "update", before={"name": NAME, "tags": MINE})]}}
    terraform.runs = {
        "plan": [creates, UPDATE | {"sees": [IMPORTS]}],
        "show": [described, taken, taken],
        "apply": [DONE],
        "state pull": [VERIFIED],
    }

    apply(job(terraform, live(endpoint(NAME), SERVES)), Consent())

    assert (terraform.folder / IMPORTS).read_text() == f'import {{\n  to = {ENDPOINT}\n  id = "{NAME}"\n}}\n'
    assert terraform.calls == ["plan", "show", "plan", "show", "show", "apply", "state"]


@pytest.mark.parametrize(
    ("found", "untainted"),
    [(endpoint(NAME, config="c-2"), True), (endpoint(NAME, "Failed", "c-2"), False), (no_endpoint(NAME), False)],
    ids=["came up", "failed", "gone"],
)
def test_endpoint_whose_creation_was_cut_short_is_kept_if_it_came_up(
    terraform: PlayedTerraform, found: Any, untainted: bool
) -> None:
    interrupted_before()
    document = state(m="c-2")["document"]
    tainted = {"status": "tainted", "attributes": {"name": NAME}}
    document["resources"].append(
        {"mode": "managed", "type": "aws_sagemaker_endpoint", "name": "m", "instances": [tainted]}
    )
    terraform.runs = {"state pull": [{"document": document}, VERIFIED], "plan": [{"says": []}]}

    apply(job(terraform, live(found, SERVES)), Consent())

    assert ("untaint" in terraform.calls) is untainted


@pytest.mark.parametrize("answer", [lambda _: False, None], ids=["no", "Ctrl-C"])
def test_plan_does_not_outlive_a_no(terraform: PlayedTerraform, answer: Callable[[str], bool] | None) -> None:
    """A plan holds values of the state in clear."""

    def pressed(_: str) -> bool:
        raise KeyboardInterrupt

    deployed_before()
    terraform.runs = {"plan": [UPDATE], "show": [DESCRIBED_UPDATE]}

    with pytest.raises((DeclinedError, KeyboardInterrupt)):
        apply(job(terraform, live()), Consent(answer or pressed))

    assert not Path(f"module/{PLAN_FILE}").exists()
    assert "apply" not in terraform.calls
