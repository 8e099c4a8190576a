"""Rewrite the golden modules (`make golden`). The diff is the review."""

from __future__ import annotations

import shutil

from tests.golden.modules import CASES, expected_folder, rendered


def main() -> None:
    for case in CASES:
        folder = expected_folder(case)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in rendered(case):
            (folder / file.name).write_text(file.text, encoding="utf-8")


if __name__ == "__main__":
    main()
