"""A module directory keeps what is not ours, and loses nothing that was edited."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from generator.errors import ModuleDirError
from generator.module_dir import ARCHIVE, Archive, ModuleDiff, compare, unified_diff, uploaded
from generator.module_dir import write as write_for
from generator.module_dir.identity import MANIFEST, ModuleIdentity
from generator.rendering import RenderedFile

FILES = (RenderedFile("a.tf", "a\n"), RenderedFile("b.tf", "b\n"))


def write(directory: Path, files: Sequence[RenderedFile], archive: Path | None) -> ModuleDiff:
    built = Archive("zip-1", "direct", archive)
    return write_for(directory, files, built, ModuleIdentity("demo", "us-east-1", "aws"))


def test_first_write_adds_everything(tmp_path: Path) -> None:
    diff = write(tmp_path / "new", FILES, None)

    assert (diff.added, diff.changed, diff.removed, diff.unchanged) == (("a.tf", "b.tf"), (), (), ())
    assert (tmp_path / "new" / "a.tf").read_text() == "a\n"


def test_unchanged_files_are_not_touched(tmp_path: Path) -> None:
    write(tmp_path, FILES, None)
    before = (tmp_path / "a.tf").stat().st_mtime_ns

    diff = write(tmp_path, FILES, None)

    assert (diff.is_empty, diff.unchanged) == (True, ("a.tf", "b.tf"))
    assert (tmp_path / "a.tf").stat().st_mtime_ns == before


def test_stale_owned_files_are_pruned_and_others_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, FILES, None)
    mine = {"mine.tf": "mine", "terraform.tfstate": "{}", ".terraform.lock.hcl": "lock"}
    for name, text in mine.items():
        (tmp_path / name).write_text(text)

    diff = write(tmp_path, FILES[:1], None)

    assert (diff.removed, diff.unchanged) == (("b.tf",), ("a.tf",))
    assert {name: (tmp_path / name).read_text() for name in mine} == mine
    assert not (tmp_path / "b.tf").exists()


def test_edited_file_stops_the_whole_write(tmp_path: Path) -> None:
    write(tmp_path, FILES, None)
    (tmp_path / "a.tf").write_text("edited")

    with pytest.raises(ModuleDirError, match=r"generated files were edited by hand: a\.tf"):
        write(tmp_path, (RenderedFile("a.tf", "A\n"), RenderedFile("b.tf", "B\n")), None)

    assert [(tmp_path / name).read_text() for name in ("a.tf", "b.tf")] == ["edited", "b\n"]


def test_a_write_that_was_stopped_before_its_manifest_can_be_repeated(tmp_path: Path) -> None:
    write(tmp_path, FILES, None)
    wanted = (RenderedFile("a.tf", "A\n"), RenderedFile("b.tf", "B\n"))
    (tmp_path / "a.tf").write_text("A\n")

    assert write(tmp_path, wanted, None).changed == ("b.tf",)


def test_deleted_owned_file_is_written_again(tmp_path: Path) -> None:
    write(tmp_path, FILES, None)
    (tmp_path / "a.tf").unlink()

    assert write(tmp_path, FILES, None).added == ("a.tf",)


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.write_text("other"), lambda p: p.symlink_to("x")])
def test_what_is_not_ours_is_never_overwritten(tmp_path: Path, make: object) -> None:
    make(tmp_path / "a.tf")  # type: ignore[operator]

    with pytest.raises(ModuleDirError, match=r"did not write stand in its way: a\.tf"):
        write(tmp_path, FILES, None)

    assert not (tmp_path / "b.tf").exists()


def test_archive_is_copied_and_owned(tmp_path: Path) -> None:
    archive = tmp_path / "some.zip"
    archive.write_bytes(b"zip")

    diff = write(tmp_path / "module", FILES, archive)

    assert ARCHIVE in diff.added
    assert (tmp_path / "module" / ARCHIVE).read_bytes() == b"zip"


def test_broken_manifest_says_what_to_do(tmp_path: Path) -> None:
    write(tmp_path, FILES, None)
    (tmp_path / MANIFEST).write_text("{")

    with pytest.raises(ModuleDirError, match="the list of generated files cannot be read") as caught:
        write(tmp_path, FILES, None)

    assert caught.value.hint is not None
    assert MANIFEST in caught.value.hint


def test_unwritable_directory_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(ModuleDirError, match="the module cannot be written"):
        write(tmp_path / "file" / "module", FILES, None)


def test_no_partial_file_stays(tmp_path: Path) -> None:
    write(tmp_path, FILES, None)

    assert sorted(path.name for path in tmp_path.iterdir()) == [MANIFEST, "a.tf", "b.tf"]


def test_comparison_needs_neither_the_zip_nor_a_write(tmp_path: Path) -> None:
    """As in CI: what git does not keep is not there."""
    (tmp_path / "zip").write_bytes(b"zip")
    write(tmp_path, FILES, tmp_path / "zip")
    (tmp_path / ARCHIVE).unlink()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    same = compare(tmp_path, FILES, Archive("zip-1", "direct"))
    other = compare(tmp_path, (RenderedFile("a.tf", "A\n"), RenderedFile("c.tf", "c\n")), Archive("zip-2", "direct"))

    assert (same.is_empty, same.unchanged) == (True, ("a.tf", "b.tf", ARCHIVE))
    assert (other.added, other.changed, other.removed) == (("c.tf",), ("a.tf", ARCHIVE), ("b.tf",))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_comparison_tells_what_was_edited(tmp_path: Path) -> None:
    write(tmp_path, FILES, None)
    (tmp_path / "a.tf").write_text("edited\n")

    assert compare(tmp_path, FILES, Archive("zip-1", "direct")).changed == ("a.tf",)
    assert unified_diff(tmp_path, FILES) == "--- a/a.tf\n+++ b/a.tf\n@@ -1 +1 @@\n-edited\n+a\n"


def test_way_of_the_zip_is_remembered(tmp_path: Path) -> None:
    assert uploaded(tmp_path) == "direct"

    write_for(tmp_path, FILES, Archive("zip-1", "s3"), ModuleIdentity("demo", "us-east-1", "aws"))

    assert uploaded(tmp_path) == "s3"
