"""A local target and a command line that works on it: what the story tests deploy to, and how they look at it.

Everything is done through the command line, as a user would; what came of it is read from the emulated AWS and from
Terraform's state.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx2
import yaml

from generator.local.local_log import last_lines
from tests.functional.shared_provider import OWN_PROVIDER, Provider

# All that the module can create, as AWS lists it: service, paginated operation, key of the list, field of the name.
_LISTS = (
    ("iam", "list_roles", "Roles", "RoleName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("dynamodb", "list_tables", "TableNames", None),
    ("secretsmanager", "list_secrets", "SecretList", "Name"),
    ("ssm", "describe_parameters", "Parameters", "Name"),
    ("sagemaker", "list_models", "Models", "ModelName"),
    ("sagemaker", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"),
    ("sagemaker", "list_endpoints", "Endpoints", "EndpointName"),
    ("scheduler", "list_schedules", "Schedules", "Name"),
    ("scheduler", "list_schedule_groups", "ScheduleGroups", "Name"),
    ("cloudformation", "describe_stacks", "Stacks", "StackName"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
)
_SCALABLE_TARGETS = ("application-autoscaling", "describe_scalable_targets", "ScalableTargets", "ResourceId")


@dataclass(frozen=True)
class Ran:
    """A finished command."""

    exit_code: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        return json.loads(self.stdout)

    @property
    def touched(self) -> set[str]:
        """Addresses of the resources that Terraform did something to, as the progress tells them."""
        return set(re.findall(r"^ +(\w+\.\w+): \w+ in ", self.stderr, re.MULTILINE))


@dataclass(frozen=True)
class CommandLine:
    """`terrachat` in a folder, without the AWS settings of whoever runs the tests.

    `provider` is what Terraform uses in it.
    """

    folder: Path
    provider: Provider = OWN_PROVIDER

    def __call__(
        self, *arguments: str, stdin: str = "", timeout_s: float = 200, environment: Mapping[str, str] | None = None
    ) -> Ran:
        done = subprocess.run(
            self.argv(*arguments),
            cwd=self.folder,
            env={**self.environment(), **self._provider_for(arguments), **(environment or {})},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str, stdin: str = "") -> Ran:
        """Run, and expect it to succeed."""
        ran = self(*arguments, stdin=stdin)
        said = f"terrachat {' '.join(arguments)}: {ran.exit_code}\n{ran.stdout}\n{ran.stderr}\n{self.local_log()}"
        assert ran.exit_code == 0, said
        return ran

    def argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "generator.cli", *arguments]

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "OPENAI_"))}
        return {**kept, "PYTHONPATH": str(Path(__file__).parents[2])}

    def module(self, deployment: str) -> Path:
        """Where the local target's module of a deployment is generated."""
        return self.folder / ".terrachat/local/deployments" / deployment

    def _provider_for(self, arguments: Sequence[str]) -> Mapping[str, str]:
        """What the command's Terraform needs to know of the provider, by the deployment of the command's catalog."""
        if self.provider == OWN_PROVIDER or "--local" not in arguments:
            return {}
        file = arguments[arguments.index("--catalog") + 1] if "--catalog" in arguments else "catalog.yaml"
        catalog = yaml.safe_load((self.folder / file).read_text(encoding="utf-8"))
        return self.provider.for_module(self.module(catalog["deployment"]))

    def local_log(self) -> str:
        """What the folder's local target logged last, for whoever looks for the cause of a failure."""
        log = self.folder / ".terrachat/local/local.log"
        return f"local.log: …\n{last_lines(log)}" if log.exists() else "no local.log"


@dataclass(frozen=True)
class Stage:
    """A local target that runs, with its command line."""

    terrachat: CommandLine
    target: dict[str, Any]

    def aws(self, region: str = "us-east-1") -> dict[str, Any]:
        """Arguments with which any boto3 client talks to this target's control plane."""
        return {
            "endpoint_url": self.target["control_url"],
            "region_name": region,
            "aws_access_key_id": "local",
            "aws_secret_access_key": "local",
        }

    def client(self, service: str) -> Any:
        return boto3.client(service, **self.aws())  # type: ignore[call-overload]

    def endpoint(self, name: str) -> dict[str, Any] | None:
        """An endpoint as SageMaker describes it, None when there is none."""
        sagemaker = self.client("sagemaker")
        if not sagemaker.list_endpoints(NameContains=name)["Endpoints"]:
            return None
        described: dict[str, Any] = sagemaker.describe_endpoint(EndpointName=name)
        return described

    def instance_type(self, endpoint: str) -> str:
        """What an endpoint runs on now, by the configuration that it serves."""
        sagemaker = self.client("sagemaker")
        config = sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
        variants = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
        return str(variants[0]["InstanceType"])

    def everything(self) -> set[str]:
        """Names of all that the module can create, as AWS lists them."""
        found = {name for each in _LISTS for name in self._names(*each)}
        return found | set(self._names(*_SCALABLE_TARGETS, ServiceNamespace="sagemaker"))

    def _names(self, service: str, operation: str, key: str, field: str | None, **arguments: str) -> list[str]:
        pages = self.client(service).get_paginator(operation).paginate(**arguments)
        return [f"{service}: {item[field] if field else item}" for page in pages for item in page[key]]

    def rehearse(self, **rehearsal: Any) -> None:
        """Switch on one rehearsal (docs/local-target.md)."""
        reply = httpx2.put(f"{self.target['data_url']}/rehearsals", json=rehearsal)
        assert reply.status_code == 200, reply.text

    def end_rehearsals(self) -> None:
        assert httpx2.delete(f"{self.target['data_url']}/rehearsals").status_code == 200

    def run_schedule(self, group: str, name: str) -> None:
        """Do what the schedule does when its time has come."""
        reply = httpx2.post(f"{self.target['data_url']}/schedules/{group}/{name}/run")
        assert reply.status_code == 200, reply.text

    def deployment(self, name: str) -> Deployment:
        return Deployment(self, name)


@dataclass(frozen=True)
class Deployment:
    """One deployment on a stage. Its catalog is rewritten as a story goes on."""

    stage: Stage
    name: str

    @property
    def catalog(self) -> Path:
        return self.stage.terrachat.folder / f"{self.name}.yaml"

    @property
    def module(self) -> Path:
        return self.stage.terrachat.module(self.name)

    def write(self, *models: Mapping[str, Any], **sections: Any) -> None:
        """Write the catalog. YAML takes JSON. Answers are short: nobody reads them."""
        common = {"version": 1, "deployment": self.name, "region": "us-east-1", "defaults": {"max_tokens": 32}}
        document = {**common, **sections, "models": models}
        self.catalog.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")

    def run(self, *arguments: str) -> Ran:
        return self.stage.terrachat(*arguments, "--local", "--catalog", self.catalog.name)

    def ok(self, *arguments: str) -> Ran:
        return self.stage.terrachat.ok(*arguments, "--local", "--catalog", self.catalog.name)

    def changes(self) -> list[str]:
        """What a plan would do now, `action address` each."""
        changes = self.ok("plan", "--json").json()["changes"]
        return [f"{change['action']} {change['address']}" for change in changes]


def endpoint_entry(model_id: str, instance_type: str = "ml.g5.xlarge", **keys: Any) -> dict[str, Any]:
    """A catalog entry of a small model on an endpoint of its own."""
    source = {"huggingface": "HuggingFaceTB/SmolLM2-135M-Instruct"}
    return {"id": model_id, "provider": "sagemaker", "source": source, "instance_type": instance_type, **keys}
