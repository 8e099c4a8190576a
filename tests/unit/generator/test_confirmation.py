"""A question on a terminal that ends without an answer is a no, not a crash and not a yes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = "from generator.commands.context import confirmation; print(confirmation()('Terraform will ...'))"


@pytest.mark.parametrize(("typed", "answer"), [(b"y\n", "True"), (b"n\n", "False"), (b"\x04", "False")])
def test_end_of_input_is_a_no(typed: bytes, answer: str) -> None:
    terminal, stdin = os.openpty()
    os.write(terminal, typed)

    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdin=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(stdin)
    os.close(terminal)

    assert (done.returncode, done.stdout.strip()) == (0, answer), done.stderr
    assert "Traceback" not in done.stderr
