"""What the options of `terrachat init` say, each of them instead of a question. Pure.

Separate from the command, which reads them, because every question looks here first.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.errors import TerrachatError

AT_APPLY, NONE = "at-apply", "none"
"""What `--huggingface-secret` takes beside an ARN."""


@dataclass(frozen=True)
class Wishes:
    """The options; None and nothing where one was not given. `yes` means that nothing is asked at all."""

    deployment: str | None = None
    region: str | None = None
    sagemaker: tuple[str, ...] = ()
    bedrock: tuple[str, ...] = ()
    bedrock_region: str | None = None
    providers: tuple[str, ...] = ()
    azure: tuple[str, ...] = ()
    huggingface_secret: str | None = None
    create_huggingface_secret: bool = False
    yes: bool = False

    def __post_init__(self) -> None:
        if self.huggingface_secret is not None and self.create_huggingface_secret:
            words = "--huggingface-secret names a secret that exists, and --create-huggingface-secret makes one"
            raise TerrachatError(words, hint="Give one of the two.")

    @property
    def name_models(self) -> bool:
        """Whether any model is among them; then no other is asked for."""
        return bool(self.sagemaker or self.bedrock or self.providers or self.azure)

    @property
    def name_token(self) -> bool:
        """Whether they say where the Hugging Face token is, or that there is none."""
        return self.huggingface_secret is not None or self.create_huggingface_secret


def missing(what: str, option: str) -> TerrachatError:
    """The error for what only a person or an option could say."""
    return TerrachatError(f"{what}, and there is nobody to ask", hint=f"Give it: {option}")
