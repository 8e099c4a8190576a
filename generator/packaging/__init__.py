"""lambda/ and the pinned requirements of a catalog's providers -> a byte-stable zip for the Lambda Web Adapter.

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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uv import find_uv_bin

from generator.errors import PackagingError
from generator.families.lambda_runtime import LambdaRuntime
from generator.families.providers import PROVIDERS
from generator.packaging import byte_code as byte_codes
from generator.packaging import handler_files
from generator.packaging.handler_size import DIRECT_UPLOAD_BYTES, refuse_oversize, size_of

if TYPE_CHECKING:
    from generator.catalog import Catalog

_ALWAYS = "base"  # lambda/requirements/base.txt, which every zip holds


@dataclass(frozen=True)
class HandlerArchive:
    """The handler's zip. `largest` is (top-level package, compressed bytes), largest first."""

    path: Path
    size_bytes: int
    unzipped_bytes: int
    was_cached: bool
    largest: tuple[tuple[str, int], ...] = ()

    @property
    def needs_s3(self) -> bool:
        """Whether it is too large to be uploaded directly."""
        return self.size_bytes > DIRECT_UPLOAD_BYTES


def packages_for(catalog: Catalog) -> frozenset[str]:
    """The providers of `catalog` that need packages of their own, for `build`."""
    providers = {entry.provider for entry in catalog.models}
    return frozenset(name for name in providers if name == "bedrock" or _has_packages(name))


def build(
    runtime: LambdaRuntime,
    cache: Path,
    on_phase: Callable[[str], None] = lambda _: None,
    packages: frozenset[str] = frozenset(),
    *,
    byte_code: bool = False,
) -> HandlerArchive:
    """The handler's zip for `runtime` and the providers in `packages`, from `cache` where it was built before.

    With `byte_code`, and always for this machine's own interpreter, it also holds what Python makes of its files.

    Raises PackagingError where a requirement has no wheel for the runtime or cannot be fetched, the byte code cannot be
    made, or the result is larger than Lambda takes.
    """
    contents = _contents(runtime, packages, byte_code=byte_code, may_fetch=True)
    path = contents.path_in(cache)
    was_cached = path.exists()
    if not was_cached:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="build-", dir=cache) as scratch:
            _build(contents, Path(scratch), on_phase).replace(path)
    size = size_of(path)
    return HandlerArchive(path, size.zipped, size.unzipped, was_cached, size.largest)


def archive_path(runtime: LambdaRuntime, cache: Path, packages: frozenset[str], *, byte_code: bool = False) -> Path:
    """Where `build` keeps the zip. Its name says what is in it: the same name, the same bytes. Builds nothing.

    Raises PackagingError where the byte code cannot be made.
    """
    return _contents(runtime, packages, byte_code=byte_code, may_fetch=False).path_in(cache)


@dataclass(frozen=True)
class _Contents:
    """What a zip is made of: `compiler` makes its byte code, where it has any."""

    runtime: LambdaRuntime
    source: Path
    requirements: Mapping[str, Path]
    compiler: byte_codes.Interpreter | None

    def path_in(self, cache: Path) -> Path:
        return cache / f"chat_handler-{self.runtime.identifier}-{_content_hash(self)}.zip"


def _contents(runtime: LambdaRuntime, packages: frozenset[str], *, byte_code: bool, may_fetch: bool) -> _Contents:
    source = _source_folder()
    requirements = {name: source / "requirements" / f"{name}.txt" for name in (_ALWAYS, *sorted(packages))}
    is_compiled = byte_code or runtime.platform is None
    compiler = byte_codes.interpreter(runtime.python_version, may_fetch=may_fetch) if is_compiled else None
    return _Contents(runtime, source, requirements, compiler)


def _has_packages(provider: str) -> bool:
    known = PROVIDERS.get(provider)
    return known is not None and bool(known.packages)


def _source_folder() -> Path:
    """lambda/ of an installed wheel, else of the checkout."""
    here = Path(__file__).parent.parent
    packaged = here / "_lambda"
    return packaged if packaged.is_dir() else here.parent / "lambda"


def _content_hash(contents: _Contents) -> str:
    runtime, source = contents.runtime, contents.source
    compiled_by = "" if contents.compiler is None else contents.compiler.version
    left_out = f"{handler_files.LEFT_OUT}{sorted(handler_files.PURE_PYTHON)}{sorted(handler_files.BOTOCORE_SERVICES)}"
    digest = hashlib.sha256(f"{runtime}\0{_host(runtime)}\0{left_out}\0{compiled_by}".encode())
    for name, path in sorted({**handler_files.sources(source), **contents.requirements}.items()):
        digest.update(f"\0{name}\0{_mode(path):o}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _host(runtime: LambdaRuntime) -> str:
    return "" if runtime.platform else sysconfig.get_platform()


def _build(contents: _Contents, scratch: Path, on_phase: Callable[[str], None]) -> Path:
    on_phase("installing the handler's requirements")
    _install(contents.requirements, contents.runtime, scratch / "packages")
    files = {**handler_files.packages(scratch / "packages"), **handler_files.sources(contents.source)}
    if contents.compiler is not None:
        on_phase("compiling the handler's files")
        files |= byte_codes.compiled(files, contents.compiler, scratch / "byte_code")
    brought = {name: path for name, path in contents.requirements.items() if name != _ALWAYS}
    refuse_oversize(files, scratch / "packages", brought)
    on_phase("writing the handler's zip")
    _write_zip(scratch / "partial.zip", files)
    return scratch / "partial.zip"


def _install(requirements: Mapping[str, Path], runtime: LambdaRuntime, target: Path) -> None:
    command = [find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["--python", sys.executable, "--python-version", runtime.python_version]
    command += ["--target", str(target)]
    if runtime.platform:
        command += ["--python-platform", runtime.platform]
    for path in requirements.values():
        command += ["--requirement", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PackagingError(
            f"the handler's requirements cannot be installed for {runtime.identifier} on "
            f"{runtime.platform or 'this machine'}:\n{done.stderr.strip()}",
            hint="They come from PyPI: check the network, or set UV_INDEX_URL (UV_OFFLINE=1 uses uv's cache only).",
        )


def _write_zip(path: Path, files: Mapping[str, Path]) -> None:
    """Sorted names, one date, two modes: nothing of this machine or this moment gets in."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, so that the modes count
            entry.external_attr = (stat.S_IFREG | _mode(files[name])) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            with files[name].open("rb") as content, archive.open(entry, "w") as target:
                shutil.copyfileobj(content, target)


def _mode(path: Path) -> int:
    return 0o755 if path.suffix in {".sh", ".so"} else 0o644
