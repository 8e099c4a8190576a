"""The hosted page in a catalog: what is refused in which words, what is warned of, and what the page's role may do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore import xform_name

from generator.catalog import Catalog
from generator.catalog_warnings import catalog_warnings
from generator.commands.deploying import print_applied
from generator.deployment.applying import Applied
from generator.errors import CatalogError
from generator.families.lambda_runtime import ON_AWS
from generator.loading import load_catalog
from generator.planning import plan_deployment
from generator.preflight.permission_needs import needs
from generator.rendering import render
from tests.golden.modules import FOLDER, whole_module

PROJECT = Path(__file__).parents[3]
GPT = {"id": "gpt", "provider": "openai", "model": "gpt-4o"}
HOURS = {"start": "0 8 ? * MON-FRI *", "stop": "0 18 ? * MON-FRI *"}
BY_DAY = {
    "id": "day",
    "provider": "sagemaker",
    "source": {"s3": "s3://bucket/a/"},
    "instance_type": "ml.g5.xlarge",
    "schedule": HOURS,
}
HOSTING: dict[str, Any] = {
    "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/chat-page:1.0",
    "domain": "chat.example.com",
    "certificate": "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab",
    "vpc": "vpc-0123456789abcdef0",
    "subnets": {"load_balancer": ["subnet-01234567", "subnet-12345678"], "tasks": ["subnet-01234567"]},
    "oidc": {
        "metadata_url": "https://login.example.com/.well-known/openid-configuration",
        "client_id": "terrachat",
        "secret": "arn:aws:secretsmanager:us-east-1:123456789012:secret:chat-page-a1b2c3",
    },
}


def document(*models: dict[str, Any], **hosting: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "deployment": "demo",
        "region": "us-east-1",
        "hosting": {**HOSTING, **hosting},
        "models": list(models or (GPT,)),
    }


def told(tmp_path: Path, content: dict[str, Any]) -> list[str]:
    """The problems of a catalog, without their places in the file."""
    path = tmp_path / "catalog.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        load_catalog(path)
    return [str(problem).split(": ", 1)[1] for problem in caught.value.problems]


WRONG: tuple[tuple[str, dict[str, Any], str], ...] = (
    (
        "image elsewhere",
        {"image": "ghcr.io/team/chat-page:1.0"},
        "hosting.image: expected the URI of the page's image in a private ECR repository, with its tag or its digest, "
        "got 'ghcr.io/team/chat-page:1.0'",
    ),
    (
        "image of another partition",
        {"image": "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/chat-page:1.0"},
        "hosting.image: hosts in 'us-east-1' end in 'amazonaws.com', got 'amazonaws.com.cn'",
    ),
    (
        "address for a domain",
        {"domain": "https://Chat.example.com/"},
        "hosting.domain: expected the page's host name, such as 'chat.example.com', in lower case, got "
        "'https://Chat.example.com/'; write 'chat.example.com'",
    ),
    (
        "certificate of another region",
        {"certificate": HOSTING["certificate"].replace("us-east-1", "eu-west-1")},
        "hosting.certificate: the certificate is in 'eu-west-1', and the chat page in the deployment's region, "
        "'us-east-1'; name a certificate of that region",
    ),
    (
        "secret of another partition",
        {"oidc": {**HOSTING["oidc"], "secret": HOSTING["oidc"]["secret"].replace("arn:aws:", "arn:aws-cn:")}},
        "hosting.oidc.secret: this is in AWS's partition 'aws-cn', and the deployment's region, 'us-east-1', in 'aws'; "
        "nothing is shared between partitions",
    ),
    (
        "one subnet",
        {"subnets": {"load_balancer": ["subnet-01234567"], "tasks": ["subnet-01234567"]}},
        "hosting.subnets.load_balancer: expected 2 to 16 subnets, got 1",
    ),
    (
        "one subnet twice",
        {"subnets": {"load_balancer": ["subnet-01234567"] * 2, "tasks": ["subnet-01234567"]}},
        "hosting.subnets.load_balancer: 'subnet-01234567' stands twice in the list; remove one",
    ),
    (
        "subnet without a list",
        {"subnets": {"load_balancer": ["subnet-01234567", "subnet-12345678"], "tasks": "subnet-01234567"}},
        "hosting.subnets.tasks: expected a list of subnets such as [subnet-0123456789abcdef0], got text "
        "'subnet-01234567'",
    ),
    (
        "VPC that is none",
        {"vpc": "main"},
        "hosting.vpc: expected a VPC's id, such as 'vpc-0123456789abcdef0', got 'main'",
    ),
    (
        "issuer instead of its configuration",
        {"oidc": {**HOSTING["oidc"], "metadata_url": "https://login.example.com/"}},
        "hosting.oidc.metadata_url: expected the address of the provider's OpenID configuration, "
        "'https://HOST/.../.well-known/openid-configuration' without a port, got 'https://login.example.com/'; write "
        "'https://login.example.com/.well-known/openid-configuration'",
    ),
    (
        "share of a processor that Fargate lacks",
        {"tasks": {"cpu": 600}},
        "hosting.tasks.cpu: Fargate has no share of 600 units; write one of 256, 512, 1024, 2048, 4096",
    ),
    (
        "memory that Fargate lacks",
        {"tasks": {"cpu": 1024}},
        "hosting.tasks.cpu: Fargate has no task of 1024 units of a processor with 1024 MiB; write memory_mib: 2048",
    ),
    (
        "memory between two steps",
        {"tasks": {"memory_mib": 1500}},
        "hosting.tasks.memory_mib: Fargate has no task of 512 units of a processor with 1500 MiB; write memory_mib: "
        "1024",
    ),
    (
        "fewer at most than at least",
        {"tasks": {"min": 3, "max": 2}},
        "hosting.tasks.max: the most tasks, 2, are fewer than the least, 3; raise 'max' or lower 'min'",
    ),
    (
        "address that is no range",
        {"allowed_cidrs": ["203.0.113.7"]},
        "hosting.allowed_cidrs[0]: expected a range of IPv4 addresses, got '203.0.113.7'; write '203.0.113.7/32'",
    ),
    (
        "host bits in a range",
        {"allowed_cidrs": ["10.0.0.0/8", "203.0.113.7/24"]},
        "hosting.allowed_cidrs[1]: expected a range of IPv4 addresses, got '203.0.113.7/24'; write '203.0.113.0/24'",
    ),
    (
        "range of IPv6",
        {"allowed_cidrs": ["2001:db8::/32"]},
        "hosting.allowed_cidrs[0]: expected a range of IPv4 addresses such as '203.0.113.0/24', got '2001:db8::/32'",
    ),
)


@pytest.mark.parametrize(("hosting", "expected"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_wrong_hosting_is_refused_in_these_words(tmp_path: Path, hosting: dict[str, Any], expected: str) -> None:
    assert told(tmp_path, document(**hosting)) == [expected]


def test_what_is_missing_is_named_with_an_example(tmp_path: Path) -> None:
    content = document()
    content["hosting"] = {"tasks": {}, "oidc": {}}
    content["history"] = {"retention_days": 0}

    problems = told(tmp_path, content)

    assert [problem.split(":")[1].strip() for problem in problems if "missing key" in problem] == [
        *(f"missing key '{key}'" for key in ("image", "domain", "certificate", "vpc", "subnets")),
        *(f"missing key '{key}'" for key in ("metadata_url", "client_id", "secret")),
    ]
    assert (
        "hosting.oidc: missing key 'client_id': the id of the page's client at the provider, e.g. client_id: terrachat"
        in problems
    )
    assert "history.retention_days: expected a whole number from 1 to 3650 days, got 0" in problems


def test_what_is_probably_not_meant_is_said() -> None:
    odd = document(image=f"{HOSTING['image'].rpartition(':')[0]}:latest", allow_start=True, tasks={"min": 2, "max": 2})

    assert [(each.key_path, each.message) for each in catalog_warnings(Catalog.model_validate(odd))] == [
        (
            "hosting.image",
            "the tag 'latest' may be another image tomorrow, and Terraform sees no change; write a version or a digest",
        ),
        ("hosting.allow_start", "no entry has a 'schedule', so that there is nothing to start"),
        ("hosting.tasks.max", "the most tasks are as many as the least, so that nothing is ever scaled; remove it"),
    ]
    assert catalog_warnings(Catalog.model_validate(document(BY_DAY, allow_start=True))) == ()


def test_role_of_the_page_may_do_what_the_page_does_and_no_more() -> None:
    """Which operations of DynamoDB the page calls stands in one of its modules."""
    table = (PROJECT / "frontend/history/table.py").read_text(encoding="utf-8")
    by_method = {
        xform_name(name): name
        for name in boto3.client("dynamodb", region_name="us-east-1").meta.service_model.operation_names
    }
    called = {*re.findall(r"self\._client\.(\w+)\(", table), *re.findall(r'get_paginator\("(\w+)"\)', table)}
    called -= {"get_paginator"}

    assert called
    assert {f"dynamodb:{by_method[method]}" for method in called} == actions("dynamodb", "hosted")


def test_endpoints_are_started_only_where_the_catalog_allows_it() -> None:
    assert actions("sagemaker", "hosted") == {
        "sagemaker:AddTags",
        "sagemaker:CreateEndpoint",
        "sagemaker:DescribeEndpoint",
    }
    assert actions("sagemaker", "hosted_internal") == set()


def actions(service: str, case: str) -> set[str]:
    (text,) = (file.text for file in whole_module(case) if file.name == "hosting.tf")
    return set(re.findall(rf'"({service}:[A-Za-z]+)"', text))


def test_a_secret_is_in_no_module() -> None:
    """Terraform is told where the secrets are, and ECS reads them."""
    (text,) = (file.text for file in whole_module("hosted") if file.name == "hosting.tf")
    environment, secrets = text.split("environment = [")[1].split("secrets = [")

    assert "SECRET" not in environment.split("]")[0]
    assert re.findall(r'name = "(\w+)", valueFrom = "[^"]+:(\w+)::"', secrets) == [
        ("TERRACHAT_OIDC_CLIENT_SECRET", "client_secret"),
        ("TERRACHAT_OIDC_COOKIE_SECRET", "cookie_secret"),
    ]


@pytest.mark.parametrize("case", ["hosted", "hosted_internal", "everything"])
def test_descriptions_and_names_are_such_as_aws_takes(case: str) -> None:
    """The provider does not look at them. Source: botocore 1.44.5, ec2, CreateSecurityGroup, Description; elbv2,
    CreateLoadBalancer and CreateTargetGroup, Name: 32 characters; read on 2026-11-22.
    """
    (text,) = (file.text for file in whole_module(case) if file.name == "hosting_network.tf")
    longest = Catalog.model_validate({**document(), "deployment": "d" * 20})

    described = re.findall(r'description += "(.*)"', text)
    assert len(described) > 5
    assert [each for each in described if not re.fullmatch(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}", each)] == []
    assert len(plan_deployment(longest, ON_AWS).name) <= 32


def test_record_says_how_to_start_unless_its_tags_are_too_long_for_it() -> None:
    def record(tags: dict[str, str]) -> str:
        catalog = Catalog.model_validate({**document(BY_DAY), "tags": tags})
        return next(file.text for file in render(plan_deployment(catalog, ON_AWS)) if file.name == "discovery.tf")

    short = record({"team": "ml"})

    assert "endpoint_config = aws_sagemaker_endpoint_configuration.day.name" in short
    assert "tags            = local.tags" in short
    assert "usd_per_hour    = 1.408" in short
    assert "endpoint_config" not in record({f"tag-{number}": "x" * 256 for number in range(20)})


def test_whoever_deploys_needs_more_permissions_only_with_hosting() -> None:
    def services(name: str) -> set[str]:
        catalog = load_catalog(FOLDER / name / "catalog.yaml")
        plan = plan_deployment(catalog, ON_AWS)
        return {action.split(":")[0] for need in needs(plan, "123456789012") for action in need.actions}

    assert services("hosted") - services("scaling_and_schedule") == {"ec2", "ecs", "elasticloadbalancing"}
    assert "application-autoscaling" not in services("hosted_internal")


def test_after_an_apply_it_is_said_what_is_left_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = {
        "handler_url": "https://handler/",
        "chat_url": "https://chat.example.com",
        "chat_load_balancer": "terrachat-demo-1.us-east-1.elb.amazonaws.com",
        "chat_redirect_uri": "https://chat.example.com/oauth2callback",
    }

    print_applied(Applied(outputs, 2), as_json=False)

    assert capsys.readouterr().out == (
        "2 changes made. The handler: https://handler/\n"
        "The chat page: https://chat.example.com, once that name is an alias or a CNAME of\n"
        "  terrachat-demo-1.us-east-1.elb.amazonaws.com, and your sign-in provider knows\n"
        "  https://chat.example.com/oauth2callback\n"
    )
