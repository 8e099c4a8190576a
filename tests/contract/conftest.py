"""One local target for all contract tests of its wires (docs/contracts.md, section 6), run as users run it.

Behind it stands a fake model server. Tests share it, so each has names of its own for what it deploys.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from generator.local import lifecycle
from generator.local.account.account_file import NAME, AccountFile
from tests.contract.local_clients import Running, deploy_endpoint
from tests.unit.generator.local.fake_model import FakeModel


@pytest.fixture(scope="session")
def local_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("local")
    with FakeModel().running() as model:
        started = lifecycle.start(folder, model_url=model.url, leashed=True)
        deploy_endpoint(started.target)
        yield Running(started.target, folder, model)
        started.close()


@pytest.fixture
def local(local_target: Running) -> Iterator[Running]:
    """The shared local target, in which no fault and no rehearsal outlives its test."""
    yield local_target
    for door in ("faults", "rehearsals"):
        httpx2.delete(f"{local_target.target.data_url}/{door}")


@pytest.fixture
def account(local: Running) -> Iterator[AccountFile]:
    """The file of the account that the local target plays, which is put back after the test."""
    file = AccountFile(local.folder / NAME)
    before = file.path.read_text(encoding="utf-8")
    yield file
    file.path.write_text(before, encoding="utf-8")
