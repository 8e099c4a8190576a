"""One process of the AWS provider for many runs of Terraform.

Each run otherwise starts the provider, 700 MB, which reads its own schema and ends: more than half of the processor
time of a plan. Terraform attaches to a provider that runs already where TF_REATTACH_PROVIDERS names it, and configures
it anew each time, with the endpoints and the region of the module at hand
(https://developer.hashicorp.com/terraform/plugin/debugging, read 2026-11-22). It is the same provider but for two
things: runs that attach to it must come one after the other, and it works in a folder of its own, where Terraform's own
would work in the module's. So the one file that it reads there by a relative path is linked for each run.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from generator.local import leash
from generator.terraform.install import filesystem_mirror

ARCHIVE = "chat_handler.zip"
_VERSION = "5.100.0"
_SAID = re.compile(r"TF_REATTACH_PROVIDERS='(.+)'")
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Provider:
    """Where Terraform finds its provider. `settings` are environment variables."""

    settings: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    def for_module(self, module: Path) -> Mapping[str, str]:
        """The environment for the next run of Terraform, which works on `module`."""
        if self.folder is not None:
            link = self.folder / ARCHIVE
            link.unlink(missing_ok=True)
            link.symlink_to(module / ARCHIVE)
        return self.settings


OWN_PROVIDER = Provider()  # each run starts one


@contextmanager
def shared_provider(folder: Path) -> Iterator[Provider]:
    """One provider while the block runs, which works in `folder`.

    Where none is unpacked on this machine, Terraform fetches its own.
    """
    executable = _unpacked()
    if executable is None:
        yield OWN_PROVIDER
        return
    log = folder / "provider.log"
    # Ends with us, however we end.
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, leash.__file__, "--", str(executable), "-debug"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {"GOGC": "400"},
            text=True,
        ) as provider,
    ):
        assert provider.stdin is not None
        assert provider.stdout is not None
        with provider.stdin:
            found = next((found for line in provider.stdout if (found := _SAID.search(line))), None)
            assert found is not None, log.read_text()
            yield Provider({"TF_REATTACH_PROVIDERS": found[1]}, folder)


def _unpacked() -> Path | None:
    mirror = filesystem_mirror()
    if mirror is None:
        return None
    machine = f"{sys.platform}_{_MACHINES.get(platform.machine(), platform.machine())}"
    folder = mirror / "registry.terraform.io/hashicorp/aws" / _VERSION / machine
    return next(folder.glob(f"terraform-provider-aws_v{_VERSION}*"), None)
