"""Azure OpenAI's deployments, passed through. Everything about one is in the API-keys secret, under its identifier.

In: a model's record, whose `model` is the identifier. Out: an upstream that sends to
`<base>/openai/deployments/<deployment>/chat/completions?api-version=<version>` with the header `api-key`.
https://learn.microsoft.com/azure/ai-services/openai/reference, read 2026-11-22. Separate from `openai_servers.py`
because the address is as secret as the key: it changes with the secret, without an apply.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from chat_handler.errors import MissingKeyError
from chat_handler.keys import Key, KeyStore
from chat_handler.upstreams.addresses import Address
from chat_handler.upstreams.base import ModelRecord, Provider, Services
from chat_handler.upstreams.openai import OpenAIUpstream

# Of the five that belong to an identifier, AZURE_OPENAI_API_TYPE is not needed: it is always `azure`.
KEY = "AZURE_OPENAI_API_KEY__{}"
BASE = "AZURE_OPENAI_API_BASE__{}"
VERSION = "AZURE_OPENAI_API_VERSION__{}"
DEPLOYMENT = "AZURE_OPENAI_API_DEPLOYMENT_NAME__{}"
# The first dated version whose chat completions take `stream_options`; older ones refuse the whole request.
# openai-python #1469, azure-sdk-for-java #40998, griptape #1640; read 2026-11-22.
FIRST_WITH_STREAM_OPTIONS = "2024-09-01"


def build(record: ModelRecord, services: Services) -> OpenAIUpstream:
    """The upstream of one entry.

    Raises:
        RecordError: the record does not say which identifier.

    """
    replaced = services.settings.providers_url
    base_url = f"{replaced}/azure" if replaced else None
    return OpenAIUpstream(record, AzureAddresses(record.text("model"), services.keys, base_url), services)


class AzureAddresses:
    """One identifier's deployment. `base_url` is used instead of the secret's where it is not None."""

    def __init__(self, identifier: str, keys: KeyStore, base_url: str | None = None) -> None:
        self.subject = f"Azure OpenAI's model {identifier!r}"
        self.key_name: str | None = KEY.format(identifier)
        self._base_url = base_url
        self._key = KEY.format(identifier)
        self._base = BASE.format(identifier)
        self._version = VERSION.format(identifier)
        self._deployment = DEPLOYMENT.format(identifier)
        self._keys = keys
        keys.declare(self._key)
        keys.declare(self._base, self._version, self._deployment, is_secret=False)

    async def current(self) -> Address:
        return await self._address(await self._keys.get(self._key))

    async def replacement(self, refused: Address) -> Address | None:
        # Not only the key: a key that is moved to another resource is refused by the old one.
        assert refused.key is not None  # noqa: S101 - Azure's addresses always have one
        key = await self._keys.replacement(refused.key)
        address = await self._address(key or refused.key)
        return address if key is not None or address.url != refused.url else None

    async def _address(self, key: Key) -> Address:
        version = (await self._keys.get(self._version)).value
        deployment = (await self._keys.get(self._deployment)).value
        base_url = self._base_url or await self._checked_base()
        return Address(
            f"{base_url}/openai/deployments/{quote(deployment, safe='')}/chat/completions"
            f"?api-version={quote(version, safe='')}",
            deployment,
            {"api-key": key.value},
            key,
            _unknown_fields(version),
        )

    async def _checked_base(self) -> str:
        base_url = (await self._keys.get(self._base)).value.rstrip("/")
        if not re.fullmatch(r"https?://[^/?#@]+(/[^?#]*)?", base_url):
            raise MissingKeyError(
                f"{self._base} in the API-keys secret is not a URL such as https://my-resource.openai.azure.com; "
                f"set it with: terrachat secrets set {self._base}"
            )
        return base_url


def _unknown_fields(version: str) -> frozenset[str]:
    is_dated = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", version)
    return frozenset({"stream_options"}) if is_dated and version[:10] < FIRST_WITH_STREAM_OPTIONS else frozenset()


PROVIDER = Provider("azure_openai", build)
