"""The API-keys secret of a scene, read once for all checks that are built together.

In: a scene. Out: the secret's shape and its store; AwsError where it cannot be read, to each who asks. Separate because
the checks of keys, of Azure's models and of the providers all look at it, side by side.
"""

from __future__ import annotations

from functools import cached_property

from generator.api_keys.place import place_of
from generator.api_keys.shapes import Shape
from generator.api_keys.store import ApiKeySecret
from generator.api_keys.versions import NOT_FOUND
from generator.errors import AwsError
from generator.preflight.scene import Scene
from generator.shared_answers import SharedAnswers


class SharedSecret:
    """One deployment's API-keys secret. May be used from any thread."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._answers = SharedAnswers()

    @cached_property
    def store(self) -> ApiKeySecret:
        """What changes the secret. Raises AwsError where nobody is signed in."""
        client = self._scene.aws.client("secretsmanager", place_of(self._scene.catalog).region)
        return ApiKeySecret.of(self._scene.catalog, client, is_local=self._scene.is_local, options=self._scene.option)

    @property
    def asked(self) -> str:
        """Of whom the secret is asked."""
        return f"secretsmanager GetSecretValue, {place_of(self._scene.catalog).region}"

    def shape(self) -> Shape | None:
        """What the secret is; None where there is none. Raises AwsError where that cannot be known."""
        return self._answers.once("shape", self._read)

    def claim_problem(self) -> tuple[str, str] | None:
        """Why an apply may not take over the secret that is there, and what to do; None where it may."""
        found = self.store.describe() if self.store.is_owned else None
        return self.store.claim_problem(found) if found else None

    def _read(self) -> Shape | None:
        try:
            return self.store.read()
        except AwsError as error:
            if error.code != NOT_FOUND:
                raise
            return None


def raw_value(shape: Shape, name: str) -> str | None:
    """A key's text as it stands in the secret, whether it can be used or not; None where there is no text."""
    holds = shape.document if shape.document is not None else shape.values or {}
    value = holds.get(name)
    return value if isinstance(value, str) else None
