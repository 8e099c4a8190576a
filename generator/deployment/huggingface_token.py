"""The Hugging Face token on its way to the secret that Terraform creates, once.

In: the environment, else a question. Out: an ephemeral variable in Terraform's environment, for the plan and for the
apply alike: Terraform keeps it in neither plan nor state, and refuses to apply a plan without it. Separate because it
is the one secret value that passes through here; it is in no argument, file or message.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from generator.deployment.state_facts import has_resource
from generator.errors import TerrachatError
from generator.planning import DeploymentPlan
from generator.terraform import Terraform

VARIABLE = "huggingface_token"
_NAMES = (f"TF_VAR_{VARIABLE}", "HF_TOKEN")  # the second is what the Hub's own library reads


def give_token(plan: DeploymentPlan, terraform: Terraform, ask: Callable[[], str] | None) -> None:
    """Let `terraform` know the token where it is about to create the secret.

    Raises TerrachatError where it is needed, and there is neither a token nor anybody to ask.
    """
    secret = plan.huggingface_secret
    if secret is None or not secret.is_created or plan.target == "local":
        return
    token = token_in_environment()
    if not token and has_resource(terraform.state(), "aws_secretsmanager_secret_version", VARIABLE):
        return
    if not token and ask is not None:
        token = ask().strip()
    if not token:
        raise TerrachatError(
            "the first apply needs the Hugging Face token for the secret that it creates",
            hint=f"Set HF_TOKEN, or {_NAMES[0]}, in the environment. Make one at huggingface.co/settings/tokens.",
        )
    terraform.set_variable(VARIABLE, token)


def token_in_environment() -> str:
    """What `give_token` takes without asking; empty where there is nothing."""
    return next((token for name in _NAMES if (token := os.environ.get(name, "").strip())), "")
