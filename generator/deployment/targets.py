"""Where a deployment lives: the AWS account that the environment's credentials open, or the local target.

Separate because every command needs it, and most need nothing else of the deployment's machinery.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from generator.local.target import LocalTarget

LOCAL_FOLDER = Path(".terrachat/local")
CACHE_FOLDER = Path(".terrachat/cache")
TERRAFORM_FOLDER = Path(".terrachat/terraform")


@dataclass(frozen=True)
class Target:
    """Where a deployment lives. `local` is None for AWS."""

    local: LocalTarget | None = None

    @property
    def name(self) -> str:
        return "local" if self.local else "aws"

    def environment(self, region: str) -> dict[str, str]:
        """What to add to the environment of whatever talks to this target."""
        return self.local.aws_environment(region) if self.local else {"AWS_REGION": region}

    def enter(self, region: str) -> None:
        """Make every AWS SDK in this process, and in its children, talk to this target."""
        if self.local:
            self.local.enter(os.environ, region)
        else:
            os.environ.update(self.environment(region))

    def module_directory(self, deployment: str) -> Path:
        """Where the module goes unless the user says otherwise.

        The local one is disposable. The one for AWS is beside the catalog, in sight: it holds the state, unless the
        user adds a backend of their own.
        """
        return LOCAL_FOLDER / "deployments" / deployment if self.local else Path("deployments") / deployment

    def called_module_directory(self, deployment: str) -> Path:
        """Where a module goes that another one calls: away from the one that holds a state of its own."""
        return LOCAL_FOLDER / "modules" / deployment if self.local else Path("modules") / deployment

    @property
    def jumpstart_folder(self) -> Path:
        """What AWS said of the JumpStart models in use, to be committed; the emulator's own words stay with it."""
        return LOCAL_FOLDER / "jumpstart.lock" if self.local else Path("jumpstart.lock")
