"""Where Terraform would get the AWS provider from, and which versions are there, as far as that can be told without it.

In: the machine's files, and the registry. Separate from install.py, which sets Terraform up: this only looks.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from generator.families.instance_types import PROVIDER_VERSION
from generator.terraform.install import filesystem_mirror

PROVIDER_MINIMUM = tuple(map(int, PROVIDER_VERSION.split(".")))
REGISTRY = "https://registry.terraform.io/.well-known/terraform.json"
"""What Terraform itself asks a registry first ("Remote Service Discovery" in its documentation)."""

_PROVIDER = Path("registry.terraform.io/hashicorp/aws")
_PATIENCE_S = 8.0
_MIRROR = re.compile(r'filesystem_mirror\s*\{[^}]*?path\s*=\s*"([^"]+)"', re.DOTALL)
_COMMENT = re.compile(r"(?m)(?:#|//).*$")


@dataclass(frozen=True)
class ProviderSource:
    """Where the provider comes from.

    `mirror`: from `folders`. `configured`: as `config`, the user's own settings of Terraform, says in a way that is not
    read here. `registry`: from the registry.
    """

    kind: Literal["mirror", "configured", "registry"]
    folders: tuple[Path, ...] = ()
    config: Path | None = None


def find_source() -> ProviderSource:
    """Where Terraform would look for the provider, by the same rules as `install.plugin_settings`."""
    config = Path(os.environ.get("TF_CLI_CONFIG_FILE") or Path.home() / ".terraformrc")
    if not config.is_file():
        mirror = filesystem_mirror()
        return ProviderSource("mirror", (mirror,)) if mirror else ProviderSource("registry")
    text = _COMMENT.sub("", config.read_text(encoding="utf-8", errors="replace"))
    if "provider_installation" not in text:
        return ProviderSource("registry", config=config)
    folders = tuple(Path(each).expanduser() for each in _MIRROR.findall(text))
    if any(installed_versions(folder) for folder in folders):
        return ProviderSource("mirror", folders, config)
    return ProviderSource("configured", folders, config)


def installed_versions(folder: Path) -> list[tuple[int, ...]]:
    """The versions of the provider for this machine in a mirror, or in a module's `.terraform/providers`."""
    provider, machine = folder / _PROVIDER, _platform()
    unpacked = (each.parent.name for each in provider.glob(f"*/{machine}"))
    packed = (each.name.split("_")[1] for each in provider.glob(f"terraform-provider-aws_*_{machine}.zip"))
    return sorted(tuple(map(int, version.split("."))) for version in (*unpacked, *packed) if _is_release(version))


def why_unreachable(registry: str) -> str | None:
    """Why the registry does not answer, or None where it does."""
    import httpx2  # a tenth of a second; most commands do without

    try:
        reply = httpx2.get(registry, timeout=_PATIENCE_S, follow_redirects=True)
    except httpx2.HTTPError as error:
        return str(error) or type(error).__name__
    return None if reply.is_success else f"it answers {reply.status_code}"


def _is_release(version: str) -> bool:
    return re.fullmatch(r"\d+(?:\.\d+)+", version) is not None


def _platform() -> str:
    """The machine, as Terraform calls it: `linux_amd64`."""
    machine = platform.machine().lower()
    names = {"x86_64": "amd64", "aarch64": "arm64"}
    return f"{sys.platform}_{names.get(machine, machine)}"
