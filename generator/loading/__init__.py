"""A catalog's YAML file -> `Catalog`, or every problem in it at once, each with its place.

In: a path. Out: the frozen Catalog of generator.catalog. The steps are one module each: catalog_file.py reads the text,
yaml_tree.py gives every value a line and a column, generator.catalog judges the values, explaining.py finds the words.
This one joins them: it looks up the place of each problem, sorts them as they stand in the file, and cuts the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from generator.catalog import CONFLICT, Catalog
from generator.catalog.conflicts import Parts, conflicts
from generator.catalog.echoing import secret_kind
from generator.errors import CatalogError, CatalogProblem
from generator.loading.catalog_file import read_catalog_file
from generator.loading.explaining import explain, is_about_key, parts_of
from generator.loading.yaml_nodes import (
    Node,
    Place,
    Scalar,
    Tree,
    key_path,
    key_place,
    plain_data,
    scalars,
    value_place,
)
from generator.loading.yaml_tree import compose

MAX_SHOWN = 50


@dataclass(frozen=True)
class _Finding:
    """A problem that is placed but not yet put into words: words cost time, and only the first problems are shown."""

    place: Place
    parts: Parts
    words: Callable[[], str]


def load_catalog(path: Path) -> Catalog:
    """Read and check the catalog at `path`.

    Raises CatalogError with all problems, or the first 50 and their number, in the order of their places.
    """
    return parse_catalog(read_catalog_file(path), path)


def parse_catalog(text: str, path: Path) -> Catalog:
    """Check `text`, which read_catalog_file has accepted; `path` is what the messages call it.

    Raises CatalogError as `load_catalog` does.
    """
    tree = compose(text)
    findings = [_Finding(remark.place, remark.parts, partial(str, remark.message)) for remark in tree.remarks]
    catalog = None
    if tree.root is not None and not _is_empty(tree.root):
        findings += _secrets(tree, text)
        catalog = _judge(tree.root, tree.spoiled, findings)
    elif not findings:
        findings.append(_Finding(Place(1, 1), (), partial(_nothing, text)))
    if catalog is None or findings:
        raise CatalogError(_problems(path, findings))
    return catalog


def _is_empty(root: Node) -> bool:
    return isinstance(root, Scalar) and root.value is None


def _nothing(text: str) -> str:
    what = "has no keys yet" if text.strip() else "is empty"
    return f"the file {what}; a catalog begins with 'version: 1'"


def _judge(root: Node, spoiled: set[Place], findings: list[_Finding]) -> Catalog | None:
    """Return the catalog, or add to `findings` what keeps `root` from being one."""
    data = plain_data(root)
    try:
        return Catalog.model_validate(data)
    except ValidationError as exc:
        found = [_of_error(root, error, data) for error in exc.errors(include_url=False) if error["type"] != CONFLICT]
    if isinstance(data, dict):
        found += _conflicts(root, data)
        if _is_of_another_version(data):
            found = [finding for finding in found if finding.parts == ("version",)]
    findings += (finding for finding in found if finding.place not in spoiled)
    return None


def _is_of_another_version(data: dict[str, Any]) -> bool:
    """Whether the file is for another release: then this one's rules say nothing about the rest of it."""
    version = data.get("version")
    return isinstance(version, str) and version.isdecimal() and version != "1"


def _of_error(root: Node, error: ErrorDetails, data: object) -> _Finding:
    parts = parts_of(error)
    place = key_place(root, parts) if is_about_key(error) else value_place(root, parts)
    return _Finding(place, parts, partial(explain, error, data))


def _conflicts(root: Node, data: dict[str, Any]) -> Iterator[_Finding]:
    for conflict in conflicts(data):
        words = partial(conflict.words, lambda parts: value_place(root, parts).line)
        yield _Finding(value_place(root, conflict.parts), conflict.parts, words)


def _secrets(tree: Tree, text: str) -> Iterator[_Finding]:
    """Find what looks like a secret, in keys and values, and spoil its place: no other message may show it."""
    if tree.root is None or secret_kind(text) is None:
        return
    for place, parts, scalar in scalars(tree.root):
        if kind := secret_kind(scalar):
            tree.spoiled.add(place)
            gated = ", and the token for gated models in the secret of 'huggingface'" if "Hugging" in kind else ""
            words = f"this looks like {kind}; keys belong in the API-keys secret{gated}, not in the catalog"
            yield _Finding(place, parts, partial(str, words))


def _problems(path: Path, findings: list[_Finding]) -> list[CatalogProblem]:
    ordered = sorted(findings, key=lambda finding: finding.place)
    problems = [
        CatalogProblem(str(path), *finding.place, key_path(finding.parts), finding.words())
        for finding in ordered[:MAX_SHOWN]
    ]
    left = ordered[MAX_SHOWN:]
    if left:
        words = f"and {len(left)} more problems from here on; they are shown once these are mended"
        problems.append(CatalogProblem(str(path), *left[0].place, "", words))
    return problems
