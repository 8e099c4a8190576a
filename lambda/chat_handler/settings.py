"""The handler's settings, read once from the environment (docs/contracts.md, section 3).

In: the environment that Terraform gives the function. Out: one frozen value. Separate so that nothing else reads
`os.environ`, and tests say what they mean without changing the process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OPENAI_BASE_URL = "https://api.openai.com/v1"


class SettingsError(Exception):
    """The function's environment lacks something that Terraform should have set."""


@dataclass(frozen=True)
class Settings:
    """`api_keys_secret_arn` is None where a deployment has no API-keys secret."""

    deployment: str
    region: str
    api_keys_secret_arn: str | None
    openai_base_url: str

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
        openai_base_url=(environment.get("OPENAI_BASE_URL") or OPENAI_BASE_URL).rstrip("/"),
    )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise SettingsError(f"environment variable {name!r} is not set; Terraform sets it on the handler's function")
    return value
