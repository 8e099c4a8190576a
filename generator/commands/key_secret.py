"""The API-keys secret that a command works on, and what is said where it cannot be used as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.commands.context import Work
from generator.errors import AwsError

if TYPE_CHECKING:
    from generator.api_keys.shapes import Shape
    from generator.api_keys.store import ApiKeySecret


def key_secret(work: Work) -> ApiKeySecret:
    """The secret of the deployment that `work` is about."""
    from generator.api_keys.store import ApiKeySecret

    return ApiKeySecret.of(work.catalog, is_local=work.target.local is not None, options=work.options)


def malformed(secret: ApiKeySecret, shape: Shape, work: Work) -> AwsError:
    """The error for a secret that is there and is no JSON object of strings."""
    return AwsError(
        f"the secret {secret.id!r} cannot be used as it is: {'; '.join(shape.problems)}",
        hint=f"Look at what can be kept of it, and decide: terrachat secrets repair{work.options}",
    )
