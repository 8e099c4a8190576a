"""lambda/ and its pinned requirements -> a byte-stable zip for the Lambda Web Adapter.

Built before Terraform runs, which is given a finished file and its hash: a zip that is built inside a plan drifts
(terraform-aws-lambda's issues #158, #330, #345, #705). The same sources, requirements and runtime give the same
bytes on any machine, so an unchanged handler is an empty plan. A zip is built once per content and kept in a cache.
"""

from __future__ import annotations

import hashlib
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from uv import find_uv_bin

from generator.errors import PackagingError
from generator.families.lambda_runtime import LambdaRuntime

DIRECT_UPLOAD_LIMIT_BYTES = 50 * 1000 * 1000  # Lambda quotas page: "50 MB (zipped, for direct upload)", 2026-08
UNZIPPED_LIMIT_BYTES = 262_144_000  # Lambda quotas page: 250 MB with layers; the API's own figure in its error

# Installed by the requirements, but never loaded on the handler's paths (checked by running the zip without them):
# numpy, 60 MB, is langchain-aws's for embeddings; zstandard, 23 MB, is langsmith's for uploads that are never made.
_LEFT_OUT = ("numpy", "numpy.libs", "zstandard", "bin")
_LEFT_OUT_SUFFIXES = (".pyc", ".pyi", ".c", ".h", ".pxd", ".pyx")
_LEFT_OUT_FOLDERS = frozenset({"__pycache__", "tests", "test"})
# Of botocore's 28 MB of service descriptions, the ones that the handler calls.
_BOTOCORE_SERVICES = frozenset({"bedrock-runtime", "sagemaker", "sagemaker-runtime", "secretsmanager", "ssm", "sts"})


@dataclass(frozen=True)
class HandlerArchive:
    """The handler's zip."""

    path: Path
    size_bytes: int
    unzipped_bytes: int
    was_cached: bool


def build(runtime: LambdaRuntime, cache: Path, on_phase: Callable[[str], None] = lambda _: None) -> HandlerArchive:
    """The handler's zip for `runtime`, from `cache` where it was built before.

    Raises PackagingError where a requirement has no wheel for the runtime or cannot be fetched, or the result is
    larger than Lambda takes.
    """
    source = _source_folder()
    path = cache / f"chat_handler-{runtime.identifier}-{_content_hash(source, runtime)}.zip"
    was_cached = path.exists()
    if not was_cached:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="build-", dir=cache) as scratch:
            on_phase("installing the handler's requirements")
            _install(source / "requirements.txt", runtime, Path(scratch) / "packages")
            on_phase("writing the handler's zip")
            partial = Path(scratch) / "partial.zip"
            _write_zip(partial, {**_packages(Path(scratch) / "packages"), **_sources(source)})
            partial.replace(path)
    return _measured(path, was_cached)


def _source_folder() -> Path:
    """lambda/ of an installed wheel, else of the checkout."""
    here = Path(__file__).parent
    packaged = here / "_lambda"
    return packaged if packaged.is_dir() else here.parent / "lambda"


def _content_hash(source: Path, runtime: LambdaRuntime) -> str:
    digest = hashlib.sha256(f"{runtime}\0{_host(runtime)}\0{_LEFT_OUT}{sorted(_BOTOCORE_SERVICES)}".encode())
    for name, path in sorted({**_sources(source), "requirements.txt": source / "requirements.txt"}.items()):
        digest.update(f"\0{name}\0{_mode(path):o}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _host(runtime: LambdaRuntime) -> str:
    return "" if runtime.platform else sysconfig.get_platform()


def _install(requirements: Path, runtime: LambdaRuntime, target: Path) -> None:
    command = [
        *(
            find_uv_bin(),
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--only-binary",
            ":all:",
        ),
        *("--python", sys.executable, "--python-version", runtime.python_version),
        *("--target", str(target), "--link-mode", "copy", "--requirement", str(requirements)),
    ]
    if runtime.platform:
        command += ["--python-platform", runtime.platform]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PackagingError(
            f"the handler's requirements cannot be installed for {runtime.identifier} on "
            f"{runtime.platform or 'this machine'}:\n{done.stderr.strip()}",
            hint="They come from PyPI: check the network, or set UV_INDEX_URL (UV_OFFLINE=1 uses uv's cache only).",
        )


def _sources(folder: Path) -> dict[str, Path]:
    """Our own files: the start script and the package, by their names in the zip."""
    files = [folder / "run.sh", *(folder / "chat_handler").rglob("*.py")]
    return {path.relative_to(folder).as_posix(): path for path in files}


def _packages(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in _kept(folder)}


def _kept(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if not path.is_file() or relative.parts[0] in _LEFT_OUT or path.suffix in _LEFT_OUT_SUFFIXES:
            continue
        if relative.name == "RECORD" or _LEFT_OUT_FOLDERS.intersection(relative.parts[:-1]):
            continue
        if relative.parts[:2] == ("botocore", "data") and not _is_wanted_service(relative):
            continue
        if relative.parts[:2] == ("boto3", "data"):
            continue  # resource descriptions; the handler uses clients only
        yield path


def _is_wanted_service(relative: Path) -> bool:
    is_shared = len(relative.parts) == 3  # endpoints.json, partitions.json, sdk-default-configuration.json
    return is_shared or relative.parts[2] in _BOTOCORE_SERVICES


def _write_zip(path: Path, files: dict[str, Path]) -> None:
    """Sorted names, one date, two modes: nothing of this machine or this moment gets in."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, so that the modes count
            entry.external_attr = (stat.S_IFREG | _mode(files[name])) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            with files[name].open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target)


def _mode(path: Path) -> int:
    return 0o755 if path.suffix in {".sh", ".so"} else 0o644


def _measured(path: Path, was_cached: bool) -> HandlerArchive:
    with zipfile.ZipFile(path) as archive:
        unzipped = sum(entry.file_size for entry in archive.infolist())
    size = path.stat().st_size
    if size > DIRECT_UPLOAD_LIMIT_BYTES or unzipped > UNZIPPED_LIMIT_BYTES:
        raise PackagingError(
            f"the handler's zip is too large for Lambda: {size / 1e6:.1f} MB zipped (at most "
            f"{DIRECT_UPLOAD_LIMIT_BYTES / 1e6:.0f}), {unzipped / 1e6:.1f} MB unzipped (at most "
            f"{UNZIPPED_LIMIT_BYTES / 1e6:.0f})",
            hint=f"See what is in it: unzip -l {path}",
        )
    return HandlerArchive(path, size, unzipped, was_cached)
