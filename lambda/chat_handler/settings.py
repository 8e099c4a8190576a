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

    """

    deployment: str
    region: str
    api_keys_secret_arn: str | None
    providers_url: str | None = None

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
    )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise SettingsError(f"environment variable {name!r} is not set; Terraform sets it on the handler's function")
    return value
