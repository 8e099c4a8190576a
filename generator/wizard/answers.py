"""What was chosen for a catalog, as values. Pure.

Separate from asking.py, which is how it comes about, and writing.py, which is what becomes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from generator.catalog_draft import Value


@dataclass(frozen=True)
class Model:
    """One model, whoever serves it.

    Attributes:
        id: its entry's id, which no other entry has.
        provider: the entry's provider.
        entry: what the entry says besides.
        comments: what is worth knowing beside the entry.
        keys: the names in the API-keys secret that it needs.
        gated: whether its weights need a Hugging Face token; None where that could not be found out.

    """

    id: str
    provider: str
    entry: Mapping[str, Value]
    comments: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    gated: bool | None = False

    @property
    def item(self) -> Mapping[str, Value]:
        """The whole entry, in the order in which people write it."""
        return {"id": self.id, "provider": self.provider, **self.entry}


@dataclass(frozen=True)
class TokenSecret:
    """A secret that exists and holds the Hugging Face token."""

    arn: str


@dataclass(frozen=True)
class NewSecret:
    """A secret that is created before the catalog is written, with this token in it."""

    name: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class SecretAtApply:
    """A secret of the deployment's own, which the first apply creates and asks the token for."""


Token = TokenSecret | NewSecret | SecretAtApply


@dataclass(frozen=True)
class Answers:
    """A catalog to be, or what changes in one. `bedrock_region` None means what the catalog says, or its region."""

    deployment: str
    region: str
    bedrock_region: str | None = None
    token: Token | None = None
    models: tuple[Model, ...] = ()

    def and_model(self, model: Model) -> Answers:
        """These, and one model more."""
        return replace(self, models=(*self.models, model))

    def of(self, provider: Literal["sagemaker", "bedrock", "azure_openai"]) -> tuple[Model, ...]:
        """The chosen models of one provider."""
        return tuple(model for model in self.models if model.provider == provider)
