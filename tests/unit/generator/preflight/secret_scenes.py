"""Scenes with an API-keys secret, and what a fix makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.aws_clients import AwsClients
from generator.deployment.targets import Target
from generator.preflight.findings import Check, Finding
from generator.preflight.scene import Scene
from tests.unit.generator.aws_answers import Answer, client
from tests.unit.generator.played_secrets import PlayedSecrets
from tests.unit.generator.preflight.examined import examine
from tests.unit.generator.preflight.played_scenes import LOCAL, REGION, catalog

Checks = Callable[[Scene], Iterator[Check]]
LOCALLY = Target(LOCAL)
NAME = "terrachat/demo/api-keys"
# In every value that is a key; in nothing that is shown.
CANARY = "canary7f3a9"


class Secret:
    """The API-keys secret of the deployment `demo`, not there at first, and scenes with it."""

    def __init__(self) -> None:
        self.aws = PlayedSecrets()

    def holds(self, text: str | Mapping[str, object], deployment: str | None = "demo") -> None:
        """Let it hold `text`, made for `deployment`; by nobody knows whom where that is None."""
        self.aws.hold(NAME, text, {"terrachat:deployment": deployment} if deployment else {})

    @property
    def now(self) -> Any:
        """What it holds."""
        return json.loads(self.aws.current(NAME))

    def scene(
        self,
        *models: dict[str, Any],
        target: Target = Target(),  # noqa: B008 - frozen
        aws: Mapping[tuple[str, str, str | None], Any] | None = None,
        probe: bool = False,
        **settings: Any,
    ) -> Scene:
        clients = AwsClients({("secretsmanager", REGION, None): self.aws, **(aws or {})})
        return Scene(catalog(*models, **settings), target, Path("deployments/demo"), clients, probe=probe)


def refusing(code: str, message: str, *models: dict[str, Any]) -> Scene:
    """A scene in which Secrets Manager refuses every question."""
    aws = client("secretsmanager", Answer("get_secret_value", error=(code, message)))
    return Scene(catalog(*models), Target(), Path("d"), AwsClients({("secretsmanager", REGION, None): aws}))


def findings(checks: Checks, scene: Scene) -> dict[str, Finding]:
    """All findings by id, none of which has a key in it."""
    found = examine(tuple(checks(scene))).findings
    for each in found:
        shown = [repr(each), json.dumps(each.document())]
        shown += [each.offer.title, each.offer.consequence] if each.offer else []
        assert CANARY not in " ".join(shown)
    by_id = {each.id: each for each in found}
    assert len(by_id) == len(found)
    return by_id


def fixed(
    checks: Checks, build: Callable[[], Scene], id_: str, given: Mapping[str, str] | None = None
) -> Finding | None:
    """Make the offer of a finding; the finding as it is afterwards, None where there is none any more."""
    offer = findings(checks, build())[id_].offer
    assert offer is not None
    values = given or {}
    assert [each.name for each in offer.inputs] == list(values)
    assert not any(each.problem(values[each.name]) for each in offer.inputs)
    assert CANARY not in offer.make(values)
    return findings(checks, build()).get(id_)
