"""What a deployment is, decided: the classes that planning fills and that templates, prices and summaries read.

Data only, frozen, no IO. Separate from the deciding so that whoever reads a plan does not import how it is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from generator.api_keys.place import SecretPlace
from generator.permissions import Arn, Permissions, SchedulingPermissions
from generator.planning.hosting_plan import HostingPlan

Form = Literal["root", "module"]
Upload = Literal["direct", "s3"]
UpdatePolicy = Literal["blue_green", "rolling"]


@dataclass(frozen=True)
class HandlerPlan:
    """The chat handler Lambda, as it is on AWS. `provisioned_concurrency` is of instances, None keeps none started."""

    name: str
    runtime: str
    architecture: str
    layer_arn: str
    memory_mib: int
    timeout_s: int
    log_retention_days: int
    log_prompts: bool = False
    snap_start: bool = False
    provisioned_concurrency: int | None = None

    @property
    def is_published(self) -> bool:
        """Whether requests go to a published version, the only thing that Lambda starts from a snapshot or ahead."""
        return self.snap_start or self.provisioned_concurrency is not None


@dataclass(frozen=True)
class MonitoringPlan:
    """What CloudWatch shows and watches of the handler's metrics, which are under `namespace`.

    A dashboard's name is the account's, of all its regions, so that `dashboard` has the region in it; None is no
    dashboard. `topic` is the ARN of who hears of the alarms.
    """

    namespace: str
    dashboard: str | None
    alarms: bool
    topic: str | None


@dataclass(frozen=True)
class HandlerPackage:
    """The handler's zip: what it is built for, and its way to Lambda, in a request (`direct`) or by a bucket (`s3`)."""

    upload: Upload
    architecture: str


@dataclass(frozen=True)
class ScalingPlan:
    """Autoscaling: between `min_count` and `max_count` instances, `target_concurrency` requests at a time on each."""

    min_count: int
    max_count: int
    target_concurrency: int


@dataclass(frozen=True)
class SchedulePlan:
    """When the endpoint exists: `start` and `stop` are EventBridge Scheduler's six-field cron expressions."""

    start: str
    stop: str
    timezone: str


@dataclass(frozen=True)
class S3Location:
    """An object or a prefix in S3; `key` has no leading slash."""

    bucket: str
    key: str

    @classmethod
    def of(cls, uri: str) -> S3Location:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return cls(bucket, key)


@dataclass(frozen=True)
class EndpointPlan:
    """One self-hosted entry: a SageMaker model, its endpoint configuration and its endpoint.

    `weights` is the S3 URI of a prefix (it ends with a slash) or of one `.tar.gz`; None where the container fetches
    them itself. `uses_token` means that the container gets the Hugging Face token. For people: `source` says where the
    model is from, `needs_network` why its container is not cut off from the network (None: it is). None for
    `inference_ami_version`, `volume_gib` and `download_timeout_s` leaves AWS's default.
    """

    model_id: str
    address: str
    name: str
    model_name: str
    image: str
    environment: Mapping[str, str]
    instance_type: str
    instance_count: int
    startup_timeout_s: int
    inference_ami_version: str | None
    source: str
    wire: str = "messages"
    weights: str | None = None
    accepts_eula: bool = False
    uses_token: bool = False
    token_variables: tuple[str, ...] = ()
    needs_network: str | None = None
    volume_gib: int | None = None
    download_timeout_s: int | None = None
    scaling: ScalingPlan | None = None
    schedule: SchedulePlan | None = None
    update: UpdatePolicy = "blue_green"
    is_stopped: bool = False

    @property
    def is_terraform_owned(self) -> bool:
        """Whether the endpoint itself is Terraform's: a schedule owns its own, and a stopped entry has none."""
        return not self.is_stopped and self.schedule is None

    @property
    def network_isolation(self) -> bool:
        return self.needs_network is None

    @property
    def name_prefix(self) -> str:
        """Prefix of what gets a generated name, and of no other endpoint's: configurations are told apart by it.

        Terraform adds 26 characters; IAM allows a prefix of 38.
        """
        if len(self.name) <= 36:
            return f"{self.name}-"
        digest = hashlib.sha256(self.name.encode()).hexdigest()[:6]
        return f"{self.name[:29].rstrip('-')}-{digest}-"

    @property
    def image_repository_arn(self) -> Arn:
        return Arn.of_image(self.image)

    @property
    def rolling_batch(self) -> int:
        """How many instances a rolling update replaces at a time.

        SageMaker takes 5 to 50 per cent of those that run, whatever number autoscaling has them at (API reference,
        RollingUpdatePolicy, read on 2026-11-22). The catalog refuses bounds for which there is no such number.
        """
        most = self.scaling.max_count if self.scaling else self.instance_count
        return max(1, self.instance_count // 4, -(-most // 20))

    @property
    def weights_location(self) -> S3Location | None:
        return S3Location.of(self.weights) if self.weights else None

    @property
    def weights_are_archive(self) -> bool:
        return self.weights is not None and not self.weights.endswith("/")


@dataclass(frozen=True)
class DiscoveryPlan:
    """One entry's discovery parameter: `document` is its JSON, `depends_on` the addresses that must exist first.

    `start` is what `document` says of starting a scheduled endpoint outside its hours, beside what only Terraform knows
    (which configuration, which tags); None where it says nothing of it.
    """

    model_id: str
    address: str
    parameter: str
    document: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()
    start: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class BackendPlan:
    """The S3 bucket that holds Terraform's state. `kms_key_id` None is the bucket's own key."""

    bucket: str
    key: str
    region: str
    kms_key_id: str | None = None


@dataclass(frozen=True)
class HuggingFaceSecret:
    """The secret that holds the Hugging Face token: one that exists, by `arn`, or one that Terraform creates."""

    arn: str | None
    name: str

    @property
    def is_created(self) -> bool:
        return self.arn is None


@dataclass(frozen=True)
class DeploymentPlan:
    """Everything that one catalog creates.

    `tags` are all tags of a resource, `owner_tags` those of the catalog. `monitoring` None: the handler writes
    no metrics. `hosting` None: the page runs where its user starts it. `conversation_days` None: conversations are kept
    until they are deleted. `form` says whether the module is applied by itself (`root`) or called by another
    (`module`). `local_endpoint` and `local_runtime` are set for the local target only: where its control plane is, and
    the Lambda runtime of this machine's interpreter.
    """

    deployment: str
    name: str
    region: str
    tags: Mapping[str, str]
    handler: HandlerPlan
    api_keys: SecretPlace
    conversations_table: str
    handler_parameter: str
    endpoints: tuple[EndpointPlan, ...]
    permissions: Permissions
    discovery: tuple[DiscoveryPlan, ...]
    package: HandlerPackage
    owner_tags: Mapping[str, str]
    monitoring: MonitoringPlan | None = None
    hosting: HostingPlan | None = None
    conversation_days: int | None = None
    scheduling: SchedulingPermissions | None = None
    backend: BackendPlan | None = None
    huggingface_secret: HuggingFaceSecret | None = None
    form: Form = "root"
    local_endpoint: str | None = None
    local_runtime: str | None = None

    @property
    def target(self) -> Literal["aws", "local"]:
        return "local" if self.local_endpoint else "aws"

    @property
    def scheduled(self) -> tuple[EndpointPlan, ...]:
        return tuple(endpoint for endpoint in self.endpoints if endpoint.schedule)

    @property
    def terraform_version(self) -> str:
        """The oldest Terraform that will do.

        The lock of the S3 backend and write-only arguments came with 1.11, `removed` blocks with 1.7.
        """
        if self.backend is not None or (self.huggingface_secret or HuggingFaceSecret("", "")).is_created:
            return ">= 1.11"
        return ">= 1.5" if self.api_keys.is_owned else ">= 1.7"
