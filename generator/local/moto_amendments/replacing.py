"""How moto is amended: an attribute of a class or a module of its is replaced. Shared by all services' amendments."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from moto.core.responses import ActionResult, BaseResponse


def replace(
    owner: type | ModuleType, name: str, attribute: Callable[..., Any] | staticmethod[..., Any] | property
) -> None:
    """Put `attribute` in the place of `owner`'s attribute `name`, or add it."""
    setattr(owner, name, attribute)


def filter_result(response: type[BaseResponse], operation: str, change: Callable[[Any], Any]) -> None:
    """Pass what `operation` of `response` answers through `change`."""
    original = getattr(response, operation)

    @functools.wraps(original)
    def filtered(self: BaseResponse) -> ActionResult:
        return ActionResult(change(original(self).result))

    replace(response, operation, filtered)


def without_empty(result: Any) -> Any:
    """A document without the keys that hold nothing; anything else as it is."""
    if not isinstance(result, dict):
        return result
    return {key: value for key, value in result.items() if value not in (None, "", {}, [])}
