"""What the checks look at: a catalog, where it is or will be deployed, and the services that can be asked.

One object for all checks of a run, so that clients, the deployment's plan and the account's id are made and asked for
once. May be used from any thread.
"""

from __future__ import annotations

import os
from pathlib import Path

from generator.aws_clients import AwsClients
from generator.catalog import Catalog
from generator.deployment.generating import plan_for, runtime_for
from generator.deployment.targets import Target
from generator.hub import Hub
from generator.planning import DeploymentPlan
from generator.shared_answers import SharedAnswers


class Scene:
    """A catalog before its deployment, or after it.

    `aws` are the clients of all services; `probe` says whether checks may ask models something, which costs tokens;
    `catalog_option` is what a command needs to find the catalog.
    """

    def __init__(
        self,
        catalog: Catalog,
        target: Target,
        directory: Path,
        aws: AwsClients | None = None,
        *,
        probe: bool = False,
        catalog_option: str = "",
    ) -> None:
        self.catalog = catalog
        self._catalog_option = catalog_option
        self.target = target
        self.directory = directory
        self.aws = aws or AwsClients()
        self.probe = probe
        self._answers = SharedAnswers()

    @property
    def region(self) -> str:
        """The deployment's region."""
        return self.catalog.region

    @property
    def is_local(self) -> bool:
        return self.target.local is not None

    @property
    def option(self) -> str:
        """What a command in a next step needs to work on the same catalog and target: " --local", or nothing."""
        return f"{' --local' if self.is_local else ''}{self._catalog_option}"

    @property
    def plan(self) -> DeploymentPlan:
        """What would be deployed. Raises AwsError where JumpStart had to be asked and cannot be, and PlanningError."""
        return self._answers.once("plan", self._planned)

    def _planned(self) -> DeploymentPlan:
        return plan_for(self.catalog, self.target, runtime_for(self.catalog, self.target))

    def hub(self, token: str | None) -> Hub:
        """The Hugging Face Hub, or the local target's, as whoever holds `token` sees it; None is nobody."""
        return Hub(token, os.environ.get("HF_ENDPOINT"))
