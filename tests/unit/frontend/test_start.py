"""Where the page refuses to start: a real `streamlit run`, which ends before anybody is answered."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import frontend

APP = Path(frontend.__file__).with_name("asgi.py")


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--server.address", "0.0.0.0"], {}, "it would be served at 0.0.0.0, where others can reach it"),
        (["--server.address", ""], {}, "it would be served at every address of this machine"),
        ([], {"STREAMLIT_SERVER_ADDRESS": "::"}, "it would be served at ::, where others can reach it"),
        ([], {"TERRACHAT_OIDC_CLIENT_SECRET": "a-secret"}, "the page also needs TERRACHAT_OIDC_METADATA_URL, "),
    ],
)
def test_the_page_is_not_served_to_people_who_have_not_signed_in(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], said: str
) -> None:
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", "0", *arguments]

    ended = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith("The chat page does not start: ")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "a-secret" not in ended.stderr + ended.stdout
