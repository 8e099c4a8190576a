"""What is deployed, in MiB: the handler's zip with one provider's packages and with all, beside LiteLLM's packages."""

from __future__ import annotations

import zipfile
from pathlib import Path

from benchmarks.handler_servers import litellm_packages
from benchmarks.peers import FOLDER
from generator.families.lambda_runtime import ON_AWS, ON_AWS_ARM
from generator.families.providers import PROVIDERS
from generator.packaging import build

ZIP_GOAL_MIB, UNZIPPED_GOAL_MIB = 30, 80
# Lambda's own limit of an unzipped function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html,
# read 2026-11-22.
LIMIT_MIB = 250
_MIB = 2**20


def print_sizes() -> None:
    """Build every zip, or take it from the cache, and print how large it is."""
    with_packages = [*sorted({"bedrock", *(name for name, provider in PROVIDERS.items() if provider.packages)})]
    choices: dict[str, list[str]] = {"pass-through and SageMaker": []}
    choices |= {name: [name] for name in with_packages} | {"all": with_packages}
    print("\n## Size, in MiB\n")
    print("| | zip, x86_64 | unzipped | zip, arm64 | unzipped |")
    print("|---|---|---|---|---|")
    for title, packages in choices.items():
        archives = [build(runtime, FOLDER / "zips", packages=frozenset(packages)) for runtime in (ON_AWS, ON_AWS_ARM)]
        cells = [f"{size / _MIB:.1f}" for each in archives for size in (each.size_bytes, each.unzipped_bytes)]
        print(f"| terrachat: {title} | " + " | ".join(cells) + " |", flush=True)
    installed = litellm_packages()
    print(f"| LiteLLM proxy, its packages | {_zipped(installed):.1f} | {_unzipped(installed):.1f} | | |")
    default = build(ON_AWS, FOLDER / "zips")
    met = default.size_bytes <= ZIP_GOAL_MIB * _MIB and default.unzipped_bytes <= UNZIPPED_GOAL_MIB * _MIB
    print(f"- without packages of providers: goal {ZIP_GOAL_MIB}, {UNZIPPED_GOAL_MIB}: {'met' if met else 'MISSED'}")
    print(f"- Lambda takes {LIMIT_MIB} unzipped")


def _files(packages: Path) -> list[Path]:
    return [path for path in packages.rglob("*") if path.is_file() and path.suffix != ".pyc"]


def _unzipped(packages: Path) -> float:
    return sum(path.stat().st_size for path in _files(packages)) / _MIB


def _zipped(packages: Path) -> float:
    target = FOLDER / "litellm.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in _files(packages):
            archive.write(path, path.relative_to(packages))
    size = target.stat().st_size / _MIB
    target.unlink()
    return size
