"""The handler's settings, read once from the environment (docs/contracts.md, section 3).

In: the environment that Terraform gives the function. Out: one frozen value. Separate so that nothing else reads
`os.environ`, and tests say what they mean without changing the process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class SettingsError(Exception):
    """The function's environment lacks something that Terraform should have set."""


@dataclass(frozen=True)
class Settings:
    """What the handler is told.

    Attributes:
        api_keys_secret_arn: None where a deployment has no API-keys secret.
        providers_url: where every provider beside AWS is answered instead of at its own address: OpenAI's API at
            `openai/v1`, Azure's at `azure`, any other at the provider's name. None, except on the local target, which
            must send neither a prompt nor a key out of the machine.
        metrics_namespace: None where the catalog wants no metrics.
        log_prompts: whether the catalog wants prompts and answers in the log.
        is_initialised_ahead: whether Lambda starts the function before there is a request (SnapStart, provisioned
            concurrency), and so gives it more than the 10 s that a request would wait for.
        before_snapshot_path: where the Web Adapter tells of a snapshot; None where there are none.
        after_restore_path: where it tells that one was restored.

    """

    deployment: str
    region: str
    api_keys_secret_arn: str | None
    providers_url: str | None = None
    metrics_namespace: str | None = None
    log_prompts: bool = False
    is_initialised_ahead: bool = False
    before_snapshot_path: str | None = None
    after_restore_path: str | None = None

    @property
    def models_path(self) -> str:
        """The SSM path under which every model's parameter lies."""
        return f"/terrachat/{self.deployment}/models"


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read the settings from `environment`.

    Raises:
        SettingsError: a variable is missing; the message names it.

    """
    return Settings(
        deployment=_required(environment, "TERRACHAT_DEPLOYMENT"),
        region=_required(environment, "AWS_REGION"),
        api_keys_secret_arn=environment.get("TERRACHAT_API_KEYS_SECRET_ARN") or None,
        providers_url=(environment.get("TERRACHAT_PROVIDERS_URL") or "").rstrip("/") or None,
        metrics_namespace=environment.get("TERRACHAT_METRICS_NAMESPACE") or None,
        log_prompts=environment.get("TERRACHAT_LOG_PROMPTS") == "true",
        # on-demand, provisioned-concurrency, snap-start or lambda-managed-instances:
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, read 2026-11-22.
        is_initialised_ahead=environment.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand") != "on-demand",
        before_snapshot_path=environment.get("AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH") or None,
        after_restore_path=environment.get("AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH") or None,
    )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise SettingsError(f"environment variable {name!r} is not set; Terraform sets it on the handler's function")
    return value
