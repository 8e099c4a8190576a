"""The handler's zip: complete, small, and the same bytes for the same sources."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from generator import packaging
from generator.catalog import Catalog
from generator.errors import PackagingError
from generator.families.lambda_runtime import ON_AWS, ON_AWS_ARM, LambdaRuntime, on_this_machine
from generator.packaging import HandlerArchive
from generator.packaging.handler_size import DIRECT_UPLOAD_BYTES, UNZIPPED_LIMIT_BYTES, refuse_oversize

MIB = 2**20
EVERYTHING = frozenset({"anthropic", "bedrock", "cohere", "google_genai"})
# Asks each provider out of the zip, at an address where nobody answers, through the handler's own code for it: what the
# zip lacks would be missed here, at the import, at the first question, or at the first stream.
ASK_EVERYBODY = """
import asyncio, json
import chat_handler.app, uvicorn
from chat_handler.aws import AwsClients
from chat_handler.errors import ChatError
from chat_handler.http_client import HttpClient
from chat_handler.keys import KeyStore, SecretVersion
from chat_handler.settings import Settings
from chat_handler.upstreams import PROVIDERS
from chat_handler.upstreams.base import ChatRequest, ModelRecord, Services

NOBODY = "http://127.0.0.1:9"
KEYS = {f"{name}_API_KEY": "key-0123456789" for name in ("ANTHROPIC", "COHERE", "GOOGLE", "OPENAI")}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
BODY = {"messages": [{"role": "user", "content": "Hi"}], "temperature": 0.5, "max_tokens": 9, "tools": [TOOL]}

async def ask(name):
    keys = KeyStore(lambda: SecretVersion("v1", json.dumps(KEYS)))
    services = Services(Settings("demo", "us-east-1", None, NOBODY), AwsClients("us-east-1"), keys, HttpClient())
    fields = {"model": "a-model", "region": "us-east-1"}
    upstream = PROVIDERS[name].build(ModelRecord("asked", name, {}, fields), services)
    try:
        await upstream.complete(ChatRequest("asked", BODY))
    except ChatError as error:
        print(name, error.code)
    try:
        async for _ in upstream.stream(ChatRequest("asked", {**BODY, "stream": True})):
            pass
    except ChatError as error:
        print(name, error.code)
    await services.http.close()

for name in ("anthropic", "bedrock", "cohere", "google_genai", "openai"):
    asyncio.run(ask(name))
"""


@pytest.fixture(scope="module")
def base(zips: Path) -> HandlerArchive:
    """The zip of a catalog whose providers need no packages of their own."""
    return packaging.build(on_this_machine(), zips)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> HandlerArchive:
    """The zip of a catalog that has every provider."""
    return packaging.build(on_this_machine(), tmp_path_factory.mktemp("cache"), packages=EVERYTHING)


def names_in(archive: HandlerArchive) -> list[str]:
    with zipfile.ZipFile(archive.path) as zipped:
        return zipped.namelist()


def top_level(archive: HandlerArchive) -> set[str]:
    return {name.split("/")[0] for name in names_in(archive)}


def python_on(archive: HandlerArchive, folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """`program`, run with nothing but the zip and the standard library."""
    with zipfile.ZipFile(archive.path) as zipped:
        zipped.extractall(folder)
    return subprocess.run(
        [getattr(sys, "_base_executable", sys.executable), "-S", "-W", "ignore", "-c", program],
        cwd=folder,
        env={
            "PYTHONPATH": str(folder),
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "AWS_ACCESS_KEY_ID": "AKIA0123456789",
            "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_same_bytes_come_out_twice(base: HandlerArchive, tmp_path: Path) -> None:
    again = packaging.build(on_this_machine(), tmp_path)

    assert (again.path.name, again.path.read_bytes()) == (base.path.name, base.path.read_bytes())


def test_second_build_comes_from_the_cache(base: HandlerArchive) -> None:
    again = packaging.build(on_this_machine(), base.path.parent)

    assert (again.path, again.was_cached) == (base.path, True)


def test_the_name_of_a_zip_is_known_before_it_is_built(everything: HandlerArchive) -> None:
    path = packaging.archive_path(on_this_machine(), everything.path.parent, EVERYTHING)

    assert path == everything.path
    assert path != packaging.archive_path(on_this_machine(), everything.path.parent, EVERYTHING - {"cohere"})


def test_entries_are_sorted_and_say_nothing_of_this_machine(everything: HandlerArchive) -> None:
    with zipfile.ZipFile(everything.path) as zipped:
        entries = zipped.infolist()

    names = [entry.filename for entry in entries]
    assert names == sorted(names)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 & 0o777 for entry in entries} == {0o644, 0o755}


def test_start_script_is_executable_and_ours_alone_is_inside(base: HandlerArchive) -> None:
    with zipfile.ZipFile(base.path) as zipped:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in zipped.infolist()}

    assert modes["run.sh"] == 0o755
    assert "chat_handler" in top_level(base)
    assert top_level(base).isdisjoint({"generator", "frontend", "tests", "streamlit", "moto"})


def test_a_catalog_without_langchains_providers_carries_no_langchain(base: HandlerArchive) -> None:
    assert [name for name in top_level(base) if name.startswith(("langchain", "langsmith", "pydantic"))] == []
    assert base.size_bytes < 11_000_000


def test_all_providers_at_once_stay_well_below_what_lambda_takes(everything: HandlerArchive) -> None:
    with zipfile.ZipFile(everything.path) as zipped:
        without_byte_code = [entry for entry in zipped.infolist() if not entry.filename.endswith(".pyc")]
    assert sum(entry.compress_size for entry in without_byte_code) < 30 * MIB
    assert sum(entry.file_size for entry in without_byte_code) < 80 * MIB
    assert everything.size_bytes < DIRECT_UPLOAD_BYTES
    assert everything.unzipped_bytes < UNZIPPED_LIMIT_BYTES / 2
    assert top_level(everything).isdisjoint({"numpy", "zstandard", "hf_xet", "huggingface_hub", "cryptography"})
    assert not [name for name in top_level(everything) if name.startswith(("_cffi_backend", "."))]


def test_the_size_report_adds_up(everything: HandlerArchive) -> None:
    with zipfile.ZipFile(everything.path) as zipped:
        compressed = sum(entry.compress_size for entry in zipped.infolist())

    sizes = [size for _, size in everything.largest]
    assert (sum(sizes), sizes) == (compressed, sorted(sizes, reverse=True))
    assert {"anthropic", "chat_handler", "langchain_core"} <= {name for name, _ in everything.largest}


@pytest.mark.parametrize(("size", "needs_s3"), [(45_000_000, False), (45_000_001, True)])
def test_a_large_zip_goes_through_s3(size: int, needs_s3: bool) -> None:
    assert HandlerArchive(Path("x.zip"), size, size, was_cached=False).needs_s3 is needs_s3


def test_handler_loads_from_the_zip_and_the_standard_library_alone(base: HandlerArchive, tmp_path: Path) -> None:
    done = python_on(base, tmp_path, "import chat_handler.app, uvicorn, boto3, httpx2; print('loaded')")

    assert (done.stdout, done.returncode) == ("loaded\n", 0), done.stderr


def test_every_provider_is_asked_out_of_the_zip(everything: HandlerArchive, tmp_path: Path) -> None:
    done = python_on(everything, tmp_path, ASK_EVERYBODY)

    asked = [f"{name} network_error" for name in (*sorted(EVERYTHING), "openai") for _ in ("plain", "stream")]
    assert (done.stdout.splitlines(), done.returncode) == (asked, 0), done.stderr


@pytest.mark.parametrize(
    ("runtime", "machine"),
    [pytest.param(ON_AWS, "x86_64", id="x86_64"), pytest.param(ON_AWS_ARM, "aarch64", id="arm64")],
)
def test_zip_for_aws_holds_the_lambda_runtimes_own_binaries(
    runtime: LambdaRuntime, machine: str, tmp_path: Path
) -> None:
    archive = packaging.build(runtime, tmp_path, packages=frozenset({"bedrock"}))

    with zipfile.ZipFile(archive.path) as zipped:
        libraries = [name for name in zipped.namelist() if name.endswith(".so")]
        headers = {zipped.read(name)[18:20] for name in libraries}
    assert any("cpython-313" in name for name in libraries)
    assert [name for name in libraries if f"{machine}-linux-gnu" not in name and ".abi3." not in name] == []
    assert not [name for name in names_in(archive) if name.endswith(".pyc")]
    assert headers == {{"x86_64": b"\x3e\x00", "aarch64": b"\xb7\x00"}[machine]}  # the machine in an ELF file's header


def test_a_runtime_without_wheels_is_an_error_that_names_it(tmp_path: Path) -> None:
    nowhere = LambdaRuntime("3.11", "x86_64", "x86_64-manylinux2014", "python3.13-old")

    with pytest.raises(PackagingError, match=r"cannot be installed for python3\.13-old on x86_64-manylinux2014"):
        packaging.build(nowhere, tmp_path, packages=frozenset({"bedrock"}))

    assert list(tmp_path.glob("*.zip")) == []


def test_what_lambda_does_not_take_is_refused_with_the_largest_packages_and_who_brings_them(tmp_path: Path) -> None:
    contents = {
        "yaml/loader.py": 3_000_000,
        "google/genai/client.py": 2_000_000,
        "chat_handler/app.py": 1_000_000,
        "jsonpointer.py": 500,
    }
    owners = {"pyyaml-6.0.3": "yaml/loader.py", "google_genai-2.34.0": "google/genai/client.py"}
    requirements = {
        "cohere": ["pyyaml==6.0.3 \\", "    --hash=sha256:0"],
        "google_genai": ["google-genai==2.34.0 \\", "PyYAML==6.0.3 \\"],
    }
    for name, size in contents.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * size)
    for distribution, name in owners.items():
        (tmp_path / f"{distribution}.dist-info").mkdir()
        (tmp_path / f"{distribution}.dist-info/RECORD").write_text(f"{name},sha256=x,9\n", encoding="utf-8")
    for provider, lines in requirements.items():
        (tmp_path / f"{provider}.txt").write_text("\n".join(lines), encoding="utf-8")
    files = {name: tmp_path / name for name in contents}
    pinned = {provider: tmp_path / f"{provider}.txt" for provider in requirements}

    refuse_oversize(files, tmp_path, pinned, limit=6_000_500)
    with pytest.raises(PackagingError) as caught:
        refuse_oversize(files, tmp_path, pinned, limit=6_000_499)

    assert caught.value.message == (
        "the handler is too large for Lambda: 6.0 MB unzipped, at most 6.0 MB; yaml 3 MB (for cohere, google_genai), "
        "google 2 MB (for google_genai), chat_handler 1 MB, jsonpointer 0 MB"
    )
    assert caught.value.hint == (
        "Take a provider out of the catalog, or give some of its models a deployment of their own."
    )


@pytest.mark.parametrize(
    ("models", "packages"),
    [
        pytest.param([{"id": "gpt", "provider": "openai", "model": "gpt-4o"}], set(), id="OpenAI"),
        pytest.param([{"id": "azure", "provider": "azure_openai"}], set(), id="Azure OpenAI"),
        pytest.param([{"id": "own", "provider": "sagemaker", "endpoint": "mine"}], set(), id="SageMaker"),
        pytest.param([{"id": "llama", "provider": "groq", "model": "llama"}], set(), id="passed through"),
        pytest.param(
            [
                {"id": "nova", "provider": "bedrock", "model": "us.amazon.nova-micro-v1:0"},
                {"id": "haiku", "provider": "anthropic", "model": "claude-haiku-4-5"},
                {"id": "sonnet", "provider": "anthropic", "model": "claude-sonnet-4-5"},
            ],
            {"bedrock", "anthropic"},
            id="through LangChain",
        ),
    ],
)
def test_a_catalogs_packages_are_what_its_providers_need(models: list[dict[str, str]], packages: set[str]) -> None:
    catalog = Catalog.model_validate({"version": 1, "deployment": "demo", "region": "us-east-1", "models": models})

    assert packaging.packages_for(catalog) == packages
