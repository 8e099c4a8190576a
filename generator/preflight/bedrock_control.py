"""Bedrock's control plane as the checks of one run ask it: each list once for a region and a role, whoever asks first.

In: the scene. Out: what Bedrock says; AwsError where it does not, to each that asked. Separate from the checks: they
are asked side by side, one for each model, and a catalog of thirty models would otherwise ask for the same list thirty
times and be throttled.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from generator.aws_calls import calling
from generator.bedrock_listing import (
    FoundationModel,
    InferenceProfile,
    bedrock_regions,
    foundation_models,
    model_of,
    profile_of,
    system_profiles,
)
from generator.errors import AwsError
from generator.preflight.bedrock_ids import BedrockUse, Place
from generator.preflight.scene import Scene
from generator.shared_answers import SharedAnswers

REFUSED = frozenset({"AccessDenied", "AccessDeniedException"})
# Bedrock's operations have one error for what does not exist, and another for a name that cannot be one.
UNKNOWN_NAME = frozenset({"ResourceNotFoundException", "ValidationException"})

_Answer = TypeVar("_Answer")


@contextmanager
def asking(operation: str, place: Place) -> Iterator[None]:
    """Turn what botocore raises inside the block into AwsError, with the place in it."""
    try:
        with calling(f"bedrock {operation} in {place}"):
            yield
    except AwsError as error:
        if error.code != "EndpointConnectionError" or place.region in bedrock_regions():
            raise
        regions = ", ".join(bedrock_regions())
        words = f"Amazon Bedrock cannot be reached in {place.region}, and is not known to be there"
        raise AwsError(
            words, hint=f"Write another region for Bedrock in the catalog: {regions}.", code=error.code
        ) from error


class BedrockControl:
    """What Bedrock says in any place. May be used from any thread; all methods raise AwsError.

    `fix_command` is the command that makes the offers of findings, for their next steps.
    """

    def __init__(self, scene: Scene) -> None:
        self.fix_command = f"terrachat doctor{scene.option} --fix"
        self._aws = scene.aws
        self._answers = SharedAnswers()

    def client(self, place: Place) -> Any:
        """The client, for what is asked once only and for what changes something."""
        try:
            return self._aws.client("bedrock", place.region, place.role)
        except AwsError as error:
            if place.role is None or error.code not in REFUSED:
                raise
            words = f"only {place.role} can be asked this, and whoever runs this may not assume that role"
            hint = f"See what is said of that role: bedrock-role/{place.role}"
            raise AwsError(words, hint=hint, code=error.code) from error

    def once(self, key: Hashable, ask: Callable[[], _Answer]) -> _Answer:
        """What `ask` answers, or raises, for whichever check asks for `key` first."""
        return self._answers.once(key, ask)

    def models(self, place: Place) -> dict[str, FoundationModel]:
        """All foundation models by id."""
        return self.once(("models", place), lambda: self._models(place))

    def model(self, place: Place, name: str) -> FoundationModel | None:
        """The foundation model of this id, None where there is none."""
        found = self.models(place).get(name)
        return found or self.once(("model", place, name), lambda: self._unlisted(place, name))

    def profiles(self, place: Place) -> tuple[InferenceProfile, ...]:
        """All system-defined profiles."""
        return self.once(("profiles", place), lambda: self._profiles(place))

    def profile(self, place: Place, model: str) -> InferenceProfile:
        """One profile, by id or ARN."""
        return self.once(("profile", place, model), lambda: self._profile(place, model))

    def throughput(self, place: Place, arn: str) -> dict[str, Any]:
        """Provisioned throughput, as AWS describes it."""
        return self.once(("throughput", place, arn), lambda: self._throughput(place, arn))

    def base_models(self, use: BedrockUse) -> tuple[str, ...]:
        """The foundation models behind an entry's name; Bedrock is asked where the name does not say."""
        if use.base is not None:
            return (use.base,)
        if use.kind == "throughput":
            return (self.throughput(use.place, use.model)["foundationModelArn"].partition("/")[2],)
        models = self.profile(use.place, use.model).models
        if not models:
            raise AwsError(f"Bedrock does not say which model {use.model!r} routes to")
        return models

    def _models(self, place: Place) -> dict[str, FoundationModel]:
        client = self.client(place)
        with asking("ListFoundationModels", place):
            return foundation_models(client, str(place))

    def _unlisted(self, place: Place, name: str) -> FoundationModel | None:
        """A model that is not on the list, which lags behind at times."""
        client = self.client(place)
        try:
            with asking(f"GetFoundationModel of {name!r}", place):
                return model_of(client.get_foundation_model(modelIdentifier=name)["modelDetails"])
        except AwsError:
            return None  # the list was had, and counts

    def _profiles(self, place: Place) -> tuple[InferenceProfile, ...]:
        client = self.client(place)
        with asking("ListInferenceProfiles", place):
            return system_profiles(client, str(place))

    def _profile(self, place: Place, model: str) -> InferenceProfile:
        client = self.client(place)
        with asking(f"GetInferenceProfile of {model!r}", place):
            return profile_of(client.get_inference_profile(inferenceProfileIdentifier=model))

    def _throughput(self, place: Place, arn: str) -> dict[str, Any]:
        client = self.client(place)
        with asking(f"GetProvisionedModelThroughput of {arn!r}", place):
            found: dict[str, Any] = client.get_provisioned_model_throughput(provisionedModelId=arn)
        return found
