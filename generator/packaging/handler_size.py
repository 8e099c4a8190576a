"""How large the handler's zip is, what makes it so, and whether Lambda takes it.

In: a zip, and which provider's requirements name which package. Out: sizes, or a refusal that names the largest
packages and who brings each. Separate from `packaging`: the limits are Lambda's, and a user who meets one has to
choose which provider to leave out.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.errors import PackagingError

# Lambda quotas page, read 2026-08: "50 MB (zipped, for direct upload)". Terraform sends the zip in base64 inside a
# request, so a margin is kept.
DIRECT_UPLOAD_BYTES = 45_000_000
UNZIPPED_LIMIT_BYTES = 262_144_000  # Lambda quotas page: 250 MB with layers; the API's own figure in its error
_NAMED = 5


@dataclass(frozen=True)
class ZipSize:
    """Bytes of a zip, of what is in it, and by its top-level packages: (name, compressed bytes), largest first."""

    zipped: int
    unzipped: int
    largest: tuple[tuple[str, int], ...]


def size_of(path: Path) -> ZipSize:
    """The size of the zip at `path`."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    compressed = Counter[str]()
    for entry in entries:
        compressed[_top_level(entry.filename)] += entry.compress_size
    return ZipSize(path.stat().st_size, sum(entry.file_size for entry in entries), tuple(compressed.most_common()))


def refuse_oversize(
    files: Mapping[str, Path], installed: Path, requirements: Mapping[str, Path], limit: int = UNZIPPED_LIMIT_BYTES
) -> None:
    """Check that Lambda takes `files`, the contents of a zip by name.

    Args:
        files: what the zip will hold.
        installed: the folder that its packages were installed into.
        requirements: the requirement files that they were installed from, by provider.
        limit: the most bytes that Lambda takes.

    Raises PackagingError where it does not; the message names the largest packages and who brings each.
    """
    sizes = Counter[str]()
    for name, path in files.items():
        sizes[_top_level(name)] += path.stat().st_size
    if (total := sizes.total()) <= limit:
        return
    owners = _owners(installed)
    pinned = {provider: _pinned(path) for provider, path in requirements.items()}
    named = ", ".join(
        f"{package} {size / 1e6:.0f} MB{_by(owners.get(package, set()), pinned)}"
        for package, size in sizes.most_common(_NAMED)
    )
    raise PackagingError(
        f"the handler is too large for Lambda: {total / 1e6:.1f} MB unzipped, at most {limit / 1e6:.1f} MB; {named}",
        hint="Take a provider out of the catalog, or give some of its models a deployment of their own.",
    )


def _top_level(name: str) -> str:
    """`langchain_aws/utils.py` is langchain_aws's, and so is `langchain_aws-1.9.1.dist-info/METADATA`."""
    return re.sub(r"-[0-9][^/]*\.dist-info$|\.libs$|(\.[^/]*)?\.(py|so)$", "", name.partition("/")[0])


def _owners(installed: Path) -> dict[str, set[str]]:
    """Which distributions put files under each top-level name: `yaml` is pyyaml's, `google` several packages'."""
    owners = defaultdict[str, set[str]](set)
    for record in installed.glob("*.dist-info/RECORD"):
        distribution = _normalised(record.parent.name.partition("-")[0])
        for line in record.read_text(encoding="utf-8").splitlines():
            owners[_top_level(line.partition(",")[0])].add(distribution)
    return owners


def _pinned(requirements: Path) -> frozenset[str]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(_normalised(pin) for pin in pins)


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _by(distributions: set[str], pinned: Mapping[str, frozenset[str]]) -> str:
    providers = sorted(provider for provider, names in pinned.items() if names & distributions)
    return f" (for {', '.join(providers)})" if providers else ""
