"""Azure OpenAI's deployments, passed through. Everything about one is in the API-keys secret, under its identifier.

In: a model's record, whose `model` is the identifier, or the secret's own list of identifiers. Out: an upstream that
sends to `<base>/openai/deployments/<deployment>/chat/completions?api-version=<version>` with the header `api-key`.
https://learn.microsoft.com/azure/ai-services/openai/reference, read 2026-11-22. Separate from `openai_servers.py`
because the address is as secret as the key: it changes with the secret, without an apply.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from chat_handler.errors import MissingKeyError, SecretMalformedError, SecretUnreadableError
from chat_handler.keys import Key, KeyStore
from chat_handler.upstreams.addresses import Address
from chat_handler.upstreams.base import Discovered, ModelRecord, Provider, Services
from chat_handler.upstreams.openai import OpenAIUpstream

# The identifiers of the models that are listed without a catalog entry: "Model1,Model2".
MODELS = "AZURE_OPENAI_MODELS"
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
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


class AzureModels:
    """Finds the models that the secret's list names, whether the secret has all of their keys or not."""

    def __init__(self, services: Services) -> None:
        self._has_secret = services.settings.api_keys_secret_arn is not None
        self._keys = services.keys
        if self._has_secret:
            # Whatever belongs to any identifier, so that a new one needs no other look at the secret.
            self._keys.declare(MODELS, is_secret=False, is_list=True)
            self._keys.declare_prefix(KEY.format(""))
            for pattern in (BASE, VERSION, DEPLOYMENT):
                self._keys.declare_prefix(pattern.format(""), is_secret=False)

    async def __call__(self) -> Discovered:
        """The models that are listed now."""
        if not self._has_secret:
            return Discovered()
        try:
            listed = (await self._keys.get(MODELS)).value
        except SecretMalformedError as error:
            return Discovered(problems=(error.message,), source=self._keys.source())
        except SecretUnreadableError:
            return Discovered(None, source=self._keys.source())
        except MissingKeyError:
            return Discovered(source=self._keys.source())
        names = dict.fromkeys(filter(None, (name.strip().strip("\"'").strip() for name in listed.split(","))))
        good = [name for name in names if _IDENTIFIER.fullmatch(name)]
        problem = (
            f"{MODELS} in the API-keys secret has a name that cannot be an identifier (1 to 64 letters, digits, '.', "
            "'_' and '-', and first a letter or a digit); correct it with: terrachat secrets azure"
        )
        problems = (problem,) if len(good) < len(names) else ()
        return Discovered(tuple(map(_record, good)), problems, self._keys.source())


def _record(identifier: str) -> ModelRecord:
    fields = {"version": 1, "id": identifier, "provider": PROVIDER.name, "model": identifier}
    return ModelRecord(identifier, PROVIDER.name, {}, fields)


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
        names = (self._key, self._base, self._version, self._deployment)
        key, base, version, deployment = await self._keys.get_all(*names)
        base_url = self._base_url or _checked_base(base)
        return Address(
            f"{base_url}/openai/deployments/{quote(deployment.value, safe='')}/chat/completions"
            f"?api-version={quote(version.value, safe='')}",
            deployment.value,
            {"api-key": key.value},
            key,
            _unknown_fields(version.value),
        )

    async def replacement(self, refused: Address) -> Address | None:
        # Not only the key: a key that is moved to another resource is refused by the old one.
        assert refused.key is not None  # noqa: S101 - Azure's addresses always have one
        key = await self._keys.replacement(refused.key)
        address = await self.current()
        return address if key is not None or address.url != refused.url else None


def _checked_base(base: Key) -> str:
    base_url = base.value.rstrip("/")
    if not re.fullmatch(r"https?://[^/?#@]+(/[^?#]*)?", base_url):
        raise SecretMalformedError(
            f"{base.name} in the API-keys secret is not a URL such as https://my-resource.openai.azure.com; "
            f"set it with: terrachat secrets set {base.name}"
        )
    return base_url


def _unknown_fields(version: str) -> frozenset[str]:
    is_dated = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", version)
    return frozenset({"stream_options"}) if is_dated and version[:10] < FIRST_WITH_STREAM_OPTIONS else frozenset()


PROVIDER = Provider("azure_openai", build, AzureModels)
