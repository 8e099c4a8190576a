"""The demo's page and what it stands on, as real processes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from generator import demo
from generator.deployment.targets import LOCAL_FOLDER, Target
from generator.errors import LocalTargetError
from generator.loading import load_catalog
from generator.local import lifecycle
from generator.progress import Progress
from tests.unit.generator.local.fake_model import FakeModel

_CATALOG = Path(__file__).parents[3] / "catalog.yaml"


def test_page_ends_with_a_word_when_the_local_target_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with FakeModel().running() as model:
        target = lifecycle.start(LOCAL_FOLDER, model_url=model.url, leashed=True).target

        with pytest.raises(LocalTargetError, match="the local target ended"):
            demo.serve_page(
                load_catalog(_CATALOG),
                Target(target),
                Progress(),
                None,
                on_ready=lambda _: os.kill(target.pid, signal.SIGKILL),
            )
