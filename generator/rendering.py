"""DeploymentPlan -> RenderedFile tuple: the text of a Terraform module. Pure but for reading our own templates.

Templates hold no logic beyond loops and simple ifs, and every `{{ }}` in them must end in one of three filters:

- `hcl`     any value as an HCL expression: strings are quoted and escaped, mappings become aligned objects;
- `within`  text inside a quoted string that the template itself writes, escaped;
- `ident`   an address, refused unless it is plain identifiers with dots between them.

An expression without a filter is an error at render time, so a hostile value in a catalog cannot become Terraform.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generator.planning import DeploymentPlan

_COMMON = (
    "versions",
    "providers",
    "variables",
    "locals",
    "iam",
    "secrets",
    "handler",
    "history",
    "discovery",
    "outputs",
)
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*")
_ESCAPE = re.compile(r"\\.")
_NOT_IN_HCL = {r"\b": r"\u0008", r"\f": r"\u000c"}
_BARE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class RenderedFile:
    """One file of a module: its name in the module directory and its text."""

    name: str
    text: str


class _Hcl(str):
    """Text that has been through a filter."""

    __slots__ = ()


def render(plan: DeploymentPlan) -> tuple[RenderedFile, ...]:
    """Render `plan` as a Terraform module, fmt-clean and byte-stable, in the order in which one would read it."""
    files = [_render(f"{name}.tf", f"{name}.tf.j2", plan=plan) for name in _COMMON]
    files += [
        _render(f"sagemaker_{endpoint.address}.tf", "sagemaker.tf.j2", plan=plan, endpoint=endpoint)
        for endpoint in plan.endpoints
    ]
    if plan.target == "local":
        files.append(_render("local_override.tf", "local_override.tf.j2", plan=plan))
    return tuple(files)


def _render(name: str, template: str, **values: object) -> RenderedFile:
    return RenderedFile(name, _environment().get_template(template).render(**values))


@cache
def _environment() -> Environment:
    # Autoescape is for HTML; `finalize` holds every expression to HCL's own escaping instead.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(_template_folder()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_only_filtered,
    )
    environment.filters |= {"hcl": hcl, "within": within, "ident": ident}
    return environment


def _template_folder() -> Path:
    """The templates of an installed wheel, else those of the checkout."""
    here = Path(__file__).parent
    packaged = here / "_templates"
    return packaged if packaged.is_dir() else here.parent / "terraform_templates"


def _only_filtered(value: object) -> object:
    if not isinstance(value, _Hcl):
        raise TypeError(f"a template prints a value that went through none of hcl, within, ident: {value!r}")
    return value


def hcl(value: object, indent: int = 0) -> _Hcl:
    """`value` as an HCL expression whose first line starts where the template stands.

    `indent` is the number of spaces before the line that a mapping starts on. Mappings of several keys become one
    aligned line a key, as `terraform fmt` would write them.
    """
    return _Hcl(_expression(value, indent))


def within(value: str) -> _Hcl:
    """`value` as it must stand inside a quoted template string."""
    return _Hcl(_quoted(value)[1:-1])


def ident(value: str) -> _Hcl:
    """`value` as a bare address. Raises ValueError where it is not one."""
    if not _IDENTIFIER.fullmatch(value):
        raise ValueError(f"{value!r} is not a Terraform address")
    return _Hcl(value)


def _expression(value: object, indent: int) -> str:
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
    # Escape by escape: a search for `\b` alone would also find it in `\\b`, an escaped backslash before a letter.
    text = _ESCAPE.sub(lambda found: _NOT_IN_HCL.get(found[0], found[0]), json.dumps(value, ensure_ascii=False))
    return text.replace("${", "$${").replace("%{", "%%{")
