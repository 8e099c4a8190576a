"""The handler's zip: complete, small, and the same bytes for the same sources."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from generator import packaging
from generator.errors import PackagingError
from generator.families.lambda_runtime import ON_AWS, LambdaRuntime, on_this_machine


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> packaging.HandlerArchive:
    return packaging.build(on_this_machine(), tmp_path_factory.mktemp("cache"))


def test_the_same_bytes_come_out_twice(archive: packaging.HandlerArchive, tmp_path: Path) -> None:
    again = packaging.build(on_this_machine(), tmp_path)

    assert again.path.read_bytes() == archive.path.read_bytes()


def test_second_build_comes_from_the_cache(archive: packaging.HandlerArchive) -> None:
    again = packaging.build(on_this_machine(), archive.path.parent)

    assert (again.path, again.was_cached) == (archive.path, True)


def test_entries_are_sorted_and_say_nothing_of_this_machine(archive: packaging.HandlerArchive) -> None:
    with zipfile.ZipFile(archive.path) as zipped:
        entries = zipped.infolist()

    names = [entry.filename for entry in entries]
    assert names == sorted(names)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 & 0o777 for entry in entries} == {0o644, 0o755}


def test_start_script_is_executable_and_ours_alone_is_inside(archive: packaging.HandlerArchive) -> None:
    with zipfile.ZipFile(archive.path) as zipped:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in zipped.infolist()}

    tops = {name.split("/")[0] for name in modes}
    assert modes["run.sh"] == 0o755
    assert "chat_handler" in tops
    assert tops.isdisjoint({"generator", "frontend", "tests", "streamlit", "moto", "numpy", "zstandard"})


def test_zip_stays_well_below_what_lambda_takes(archive: packaging.HandlerArchive) -> None:
    assert archive.size_bytes < 15_000_000
    assert archive.unzipped_bytes < 50_000_000


def test_handler_loads_from_the_zip_and_the_standard_library_alone(
    archive: packaging.HandlerArchive, tmp_path: Path
) -> None:
    """Bedrock's LangChain path too, which is what the left-out packages are declared by."""
    with zipfile.ZipFile(archive.path) as zipped:
        zipped.extractall(tmp_path)
    program = "import chat_handler.app, uvicorn; from langchain_aws import ChatBedrockConverse; print('loaded')"

    done = subprocess.run(
        [getattr(sys, "_base_executable", sys.executable), "-S", "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.returncode) == ("loaded\n", 0), done.stderr


def test_zip_for_aws_holds_the_lambda_runtimes_own_binaries(tmp_path: Path) -> None:
    archive = packaging.build(ON_AWS, tmp_path)

    with zipfile.ZipFile(archive.path) as zipped:
        libraries = [name for name in zipped.namelist() if name.endswith(".so")]
    assert libraries
    assert [name for name in libraries if "x86_64-linux-gnu" not in name and ".abi3." not in name] == []
    assert any("cpython-313" in name for name in libraries)


def test_a_runtime_without_wheels_is_an_error_that_names_it(tmp_path: Path) -> None:
    nowhere = LambdaRuntime("3.13", "x86_64", "x86_64-manylinux2014", "python3.13-old")

    with pytest.raises(PackagingError, match=r"cannot be installed for python3\.13-old on x86_64-manylinux2014"):
        packaging.build(LambdaRuntime("3.11", "x86_64", nowhere.platform, nowhere.identifier), tmp_path)

    assert list(tmp_path.glob("*.zip")) == []
