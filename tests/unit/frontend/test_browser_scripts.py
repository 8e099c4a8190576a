"""The page's own scripts: constant text, allowed by its hash, told by attributes."""

from __future__ import annotations

from pathlib import Path

import pytest

import frontend
from frontend import announcement, browser_scripts

FILES = sorted(Path(frontend.__file__).with_name("assets").glob("*.js"))


def test_the_policy_allows_every_script_of_ours() -> None:
    of_files = [browser_scripts.hash_of(browser_scripts.source(path.stem).encode()) for path in FILES]

    assert FILES
    assert list(browser_scripts.hashes()) == of_files


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_script_can_stand_in_a_page_as_it_is(path: Path) -> None:
    source = browser_scripts.source(path.stem)

    assert "</script" not in source.lower()
    assert "eval(" not in source
    assert not any(line != line.rstrip() for line in source.split("\n"))


def test_what_a_script_is_told_cannot_leave_its_attribute() -> None:
    element = browser_scripts.html("announcement", chat_id='"><script>alert(1)</script>')

    assert element.startswith('<script data-chat-id="&quot;&gt;&lt;script&gt;')
    assert element.count("<script") == 1


def test_an_announcement_varies_in_its_attributes_only() -> None:
    one, other = announcement.html("en", "Done"), announcement.html("vi", "Xong")

    assert one.split(">", 1)[1] == other.split(">", 1)[1]
