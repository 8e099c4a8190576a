"""What the wizard asks of the world outside: prices, the Hugging Face Hub, Bedrock, Secrets Manager.

In: the AWS and the Hub that the environment names. Out: their answers; AwsError and HubError where there is none, which
is for the wizard to say and to go on without. Separate, and a protocol, because nothing else in the wizard leaves this
machine, and because only one of these changes anything: `create_secret`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from generator import huggingface_secret
from generator.aws_clients import AwsClients
from generator.bedrock_offers import BedrockOffer, offers
from generator.hub import Hub, HubModel
from generator.pricing import Prices, shipped_prices
from generator.wizard.answers import NewSecret


class Outside(Protocol):
    """What is asked."""

    def prices(self, region: str) -> Prices:
        """What endpoints cost in `region`, as far as that is known."""

    def hub_model(self, name: str) -> HubModel:
        """What the Hub says of a model. Raises HubError."""

    def bedrock_offers(self, region: str) -> Sequence[BedrockOffer]:
        """The models that Bedrock has on offer in `region`. Raises AwsError."""

    def shared_secret(self, region: str) -> str | None:
        """The ARN of the secret that Terrachat makes for tokens, where `region` has it.

        Raises AwsError, also where it is scheduled for deletion: it can be neither read nor made anew.
        """

    def create_secret(self, secret: NewSecret, region: str) -> str:
        """Make `secret` in `region`. Returns its ARN. Raises AwsError."""


class AskedOutside:
    """Asks for real."""

    def __init__(self, clients: AwsClients, hub: Hub) -> None:
        self._clients = clients
        self._hub = hub

    def prices(self, region: str) -> Prices:
        return shipped_prices(region)

    def hub_model(self, name: str) -> HubModel:
        return self._hub.model(name)

    def bedrock_offers(self, region: str) -> Sequence[BedrockOffer]:
        return offers(self._clients, region)

    def shared_secret(self, region: str) -> str | None:
        asked = self._clients.client("secretsmanager", region)
        return huggingface_secret.find(huggingface_secret.SHARED_NAME, asked)

    def create_secret(self, secret: NewSecret, region: str) -> str:
        client = self._clients.client("secretsmanager", region)
        return huggingface_secret.create(secret.name, secret.token, huggingface_secret.SHARED_TAGS, region, client)
