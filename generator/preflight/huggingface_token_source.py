"""The Hugging Face token that the endpoints will be given, found once for all checks that need it.

In: a scene. Out: the secret's content, or the environment's token where Terraform is yet to create the secret; the same
AwsError for everybody who asks where the secret cannot be read. Separate because the secret, the token and each model
are checks of their own, and run side by side.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generator import huggingface_secret
from generator.catalog import HuggingFaceSource, SageMakerEntry
from generator.catalog.sections import TokenSecret
from generator.deployment.huggingface_token import token_in_environment
from generator.errors import AwsError
from generator.hub import HubAccount
from generator.huggingface_secret import Diagnosis
from generator.naming import huggingface_secret_name
from generator.preflight.scene import Scene

# The local target fetches nothing, and Terraform writes any word into the secret that it creates there
# (local_override.tf.j2). With this one, what the Hub says of models can be rehearsed all the same.
_STAND_IN = Diagnosis(token="hf_local")  # noqa: S106 - no token of anybody's


@dataclass(frozen=True)
class FoundToken:
    """What there is. `is_deployed` is whether the secret exists; without it the token is the environment's, if any."""

    is_deployed: bool
    diagnosis: Diagnosis | None

    @property
    def token(self) -> str | None:
        """The token, even where it is wrapped in something."""
        return self.diagnosis.best if self.diagnosis else None


class TokenSource:
    """The token of a scene's catalog. May be used from any thread."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._account: HubAccount | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether the catalog has `huggingface`."""
        return self._scene.catalog.huggingface is not None

    @property
    def is_created(self) -> bool:
        """Whether Terraform creates the secret."""
        return self.is_wanted and not isinstance(self._scene.catalog.huggingface, TokenSecret)

    @property
    def secret(self) -> str:
        """The secret's ARN, or the name of the one that Terraform creates."""
        settings = self._scene.catalog.huggingface
        if isinstance(settings, TokenSecret):
            return settings.token_secret
        return huggingface_secret_name(self._scene.catalog.deployment)

    @property
    def users(self) -> tuple[str, ...]:
        """The ids of the entries whose weights are fetched with it."""
        return tuple(each.id for each in hub_entries(self._scene))

    @property
    def client(self) -> Any:
        """What the secret is read and written with. Raises AwsError where nobody is signed in."""
        return self._scene.aws.client("secretsmanager", self._scene.region)

    def found(self) -> FoundToken:
        """What the secret holds, else the environment. Raises AwsError where the secret cannot be read."""
        with self._lock:
            found = self._found
        if isinstance(found, AwsError):
            raise found
        return found

    def account(self) -> HubAccount:
        """Whose token it is. Raises AwsError, and HubError where the Hub does not say or there is no token."""
        token = self.found().token
        with self._asking:
            if self._account is None:
                self._account = self._scene.hub(token).account()
            return self._account

    @cached_property
    def _found(self) -> FoundToken | AwsError:
        try:
            diagnosis = huggingface_secret.read(self.secret, self.client)
        except AwsError as error:
            if not (self.is_created and huggingface_secret.is_missing(error)):
                return error
            given = token_in_environment()
            missing = _STAND_IN if self._scene.is_local else None
            return FoundToken(False, huggingface_secret.diagnose(given) if given else missing)
        if self._scene.is_local and self.is_created and diagnosis.best is None:
            diagnosis = _STAND_IN
        return FoundToken(True, diagnosis)


def hub_entries(scene: Scene) -> tuple[SageMakerEntry, ...]:
    """The entries whose weights are fetched from the Hub."""
    return tuple(
        entry
        for entry in scene.catalog.models
        if isinstance(entry, SageMakerEntry) and isinstance(entry.source, HuggingFaceSource)
    )
