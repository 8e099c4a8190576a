from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from generator.local.function_code import BadCodeError, unpack


def make_zip(files: dict[str, tuple[bytes, int]]) -> bytes:
    """A zip of name -> (content, mode)."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, (content, mode) in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return target.getvalue()


def test_files_come_with_their_modes(tmp_path: Path) -> None:
    code = make_zip({"run.sh": (b"#!/bin/sh\n", 0o100755), "app/main.py": (b"x = 1\n", 0o100644)})

    root = unpack(code, tmp_path / "code")

    found = {str(path.relative_to(root)): _mode_and_content(path) for path in root.rglob("*") if path.is_file()}
    assert found == {"run.sh": (0o755, b"#!/bin/sh\n"), "app/main.py": (0o644, b"x = 1\n")}


def test_code_is_unpacked_once(tmp_path: Path) -> None:
    root = unpack(make_zip({"one": (b"1", 0o100644)}), tmp_path / "code")
    (root / "left by the function").touch()

    unpack(b"not read at all", tmp_path / "code")

    assert sorted(path.name for path in root.iterdir()) == ["left by the function", "one"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        pytest.param(make_zip({"../evil": (b"", 0o100644)}), "'../evil', which lies outside", id="parent"),
        pytest.param(make_zip({"/tmp/evil": (b"", 0o100644)}), "'/tmp/evil', which lies outside", id="absolute"),  # noqa: S108
        pytest.param(make_zip({"link": (b"/etc", 0o120777)}), "the link 'link'", id="link"),
        pytest.param(b"plain text", "not a zip", id="not a zip"),
    ],
)
def test_a_zip_that_reaches_outside_is_refused(tmp_path: Path, code: bytes, reason: str) -> None:
    with pytest.raises(BadCodeError, match=reason):
        unpack(code, tmp_path / "functions" / "code")

    assert not (tmp_path / "functions" / "code").exists()


def _mode_and_content(path: Path) -> tuple[int, bytes]:
    return stat.S_IMODE(path.stat().st_mode), path.read_bytes()
