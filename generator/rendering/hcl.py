"""Python values -> HCL expressions, escaped, and laid out as `terraform fmt` would lay them out. Pure.

Separate because this is the one place where text from a catalog becomes Terraform: whatever reaches a module has been
through `hcl`, `within`, `ident` or `arn`, and come out as `Hcl`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from generator.permissions import Arn

_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*")
_PLAIN = re.compile(r"[A-Za-z0-9 ._/:@*#(),=+-]*")
_ESCAPE = re.compile(r"\\.")
_NOT_IN_HCL = {r"\b": r"\u0008", r"\f": r"\u000c"}
_BARE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Hcl(str):
    """Text that is HCL already."""

    __slots__ = ()


class Reference(str):
    """A value that is an address, as `hcl` writes it without quotes. Raises ValueError where it is not one."""

    __slots__ = ()

    def __new__(cls, address: str) -> Reference:
        return super().__new__(cls, ident(address))


def hcl(value: object, indent: int = 0) -> Hcl:
    """`value` as an HCL expression whose first line starts where the template stands.

    `indent` is the number of spaces before the line that a mapping starts on. Mappings of several keys become one
    aligned line a key, as `terraform fmt` would write them.
    """
    return Hcl(_expression(value, indent))


def within(value: str) -> Hcl:
    """`value` as it must stand inside a quoted template string."""
    return Hcl(_quoted(value)[1:-1])


def ident(value: str) -> Hcl:
    """`value` as a bare address. Raises ValueError where it is not one."""
    if not _IDENTIFIER.fullmatch(value):
        raise ValueError(f"{value!r} is not a Terraform address")
    return Hcl(value)


def arn(value: Arn) -> Hcl:
    """An ARN as a string; the partition, and what the deployment has of its own, come from `local`."""
    region = "${local.region}" if value.region is None else within(value.region)
    account = "${local.account_id}" if value.account is None else within(value.account)
    return Hcl(f'"arn:${{local.partition}}:{value.service}:{region}:{account}:{within(value.resource)}"')


def _expression(value: object, indent: int) -> str:
    if isinstance(value, Reference):
        return value
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        return _object(value, indent)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_expression(item, indent) for item in value)}]"
    return json.dumps(value)


def _object(value: Mapping[str, Any], indent: int) -> str:
    if not value:
        return "{}"
    pairs = [
        (key if _BARE_KEY.fullmatch(key) else _quoted(key), _expression(item, indent + 2))
        for key, item in value.items()
    ]
    body = "\n".join(_aligned(pairs, " " * (indent + 2)))
    return f"{{\n{body}\n{' ' * indent}}}"


def _aligned(pairs: list[tuple[str, str]], pad: str) -> list[str]:
    """One attribute a line, as `terraform fmt` aligns them.

    fmt aligns runs of one-line values; a value of several lines ends a run. It measures keys in grapheme clusters,
    which Python cannot count without another library: a key that is not ASCII stands between blank lines, where there
    is nothing to align it with.
    """
    lines: list[str] = []
    was_ascii = True
    for (is_long, is_ascii), run in groupby(pairs, key=lambda pair: ("\n" in pair[1], pair[0].isascii())):
        items = list(run)
        width = 0 if is_long or not is_ascii else max(len(key) for key, _ in items)
        for key, text in items:
            if lines and not (is_ascii and was_ascii):
                lines.append("")
            lines.append(f"{pad}{key:<{width}} = {text}")
            was_ascii = is_ascii
    return lines


def _quoted(value: str) -> str:
    r"""A quoted HCL string that evaluates to exactly `value`.

    HCL's escapes are JSON's but for three: `\b` and `\f` do not exist, and characters beyond the basic plane are
    not written as surrogate pairs. `${` and `%{` start a template and are doubled (HCL native syntax specification,
    "Quoted templates"; checked against Terraform 1.11.4 in tests).
    """
    if _PLAIN.fullmatch(value):  # most are, and nothing in them needs escaping
        return f'"{value}"'
    # Escape by escape: a search for `\b` alone would also find it in `\\b`, an escaped backslash before a letter.
    text = _ESCAPE.sub(lambda found: _NOT_IN_HCL.get(found[0], found[0]), json.dumps(value, ensure_ascii=False))
    return text.replace("${", "$${").replace("%{", "%%{")
