"""Which files the handler's zip holds: our own, and of the installed packages what the handler loads.

In: lambda/, and a folder that requirements were installed into. Out: files by their names in the zip. Separate from
`packaging`, which installs and writes: what may be left out is known by trial, and changes with the vendors.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

# Installed by the requirements, but never loaded on the handler's paths (test_packaging.py asks every provider out of
# the zip, without them): numpy, 60 MB, is langchain-aws's for embeddings; zstandard, 23 MB, is langsmith's for
# uploads that are never made; hf_xet and huggingface_hub, 15 MB, are for tokenizers that cohere's SDK would download,
# and with them fsspec, filelock and tqdm; cryptography, 15 MB, is google-auth's for service accounts, where the handler
# has a key, and with it cffi, pycparser and the pyasn1 pair.
LEFT_OUT = (
    *("numpy", "numpy.libs", "zstandard", "hf_xet", "huggingface_hub", "fsspec", "filelock", "tqdm"),
    *("cryptography", "cffi", "_cffi_backend", "pycparser", "pyasn1", "pyasn1_modules", "bin", ".lock"),
)
_LEFT_OUT_SUFFIXES = (".pyc", ".pyi", ".c", ".h", ".pxd", ".pyx")
_LEFT_OUT_FOLDERS = frozenset({"__pycache__", "tests", "test", "sboms"})
# Packages that are also there in pure Python, whose compiled half, 17 MB, would make faster what the handler does not
# do: cohere's SDK writes data sets with fastavro, aiohttp speaks over web sockets, and nothing here reads much YAML.
PURE_PYTHON = frozenset({"fastavro", "yaml", "aiohttp/_websocket"})
# Of botocore's 28 MB of service descriptions, the ones that the handler calls.
BOTOCORE_SERVICES = frozenset({"bedrock-runtime", "sagemaker", "sagemaker-runtime", "secretsmanager", "ssm", "sts"})


def sources(folder: Path) -> dict[str, Path]:
    """Our own files: the start script and the package, by their names in the zip."""
    files = [folder / "run.sh", *(folder / "chat_handler").rglob("*.py")]
    return {path.relative_to(folder).as_posix(): path for path in files}


def packages(folder: Path) -> dict[str, Path]:
    """What the handler needs of the packages installed in `folder`, by their names in the zip."""
    return {path.relative_to(folder).as_posix(): path for path in _kept(folder)}


def _kept(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if not path.is_file() or path.suffix in _LEFT_OUT_SUFFIXES or relative.name == "RECORD":
            continue
        if _is_left_out(relative) or _LEFT_OUT_FOLDERS.intersection(relative.parts[:-1]):
            continue
        if relative.parts[:2] == ("botocore", "data") and not _is_wanted_service(relative):
            continue
        if relative.parts[:2] == ("boto3", "data"):
            continue  # resource descriptions; the handler uses clients only
        yield path


def _is_left_out(path: Path) -> bool:
    if path.suffix == ".so" and path.parent.as_posix() in PURE_PYTHON:
        return True
    top_level = path.parts[0]
    # A module that is one compiled file: `_cffi_backend.cpython-313-x86_64-linux-gnu.so`.
    return top_level in LEFT_OUT or (top_level.endswith(".so") and top_level.partition(".")[0] in LEFT_OUT)


def _is_wanted_service(relative: Path) -> bool:
    is_shared = len(relative.parts) == 3  # endpoints.json, partitions.json, sdk-default-configuration.json
    return is_shared or relative.parts[2] in BOTOCORE_SERVICES
