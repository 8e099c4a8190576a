"""Changes a user's catalog file at one place: comments, order, quotes and line ends everywhere else stay.

In: a path, the keys that lead to the place, a value. Out: the file, replaced in one step, and the text that it had.
What changes in the text is generator.catalog_draft's; here the file is read, and written only if it is a catalog
afterwards.

Separate from generator.loading, which never writes.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from generator.catalog import SageMakerEntry
from generator.catalog.conflict import Parts
from generator.catalog_draft import Draft, Value, refuse
from generator.errors import CatalogError, CatalogProblem
from generator.loading import parse_catalog
from generator.loading.catalog_file import read_catalog_file
from generator.suggesting import nearest


def set_stopped(path: Path, model_id: str, stopped: bool) -> str:
    """Write `stopped: true` into the entry `model_id` of the catalog at `path`, or remove the key.

    Returns the text that the file had; it is left alone where there is nothing to change. Raises CatalogError where the
    file is no catalog, has no such entry, or would be none afterwards (an entry without an endpoint of its own, say).
    """
    catalog = parse_catalog(read_catalog_file(path), path)
    ids = [entry.id for entry in catalog.models]
    if model_id not in ids:
        near = nearest(model_id, ids)
        known = f"did you mean {near!r}?" if near else f"known: {', '.join(map(repr, ids[:5]))}"
        refuse(path, (), f"no entry has the id {model_id!r}; {known}")
    index = ids.index(model_id)
    entry = catalog.models[index]
    if not isinstance(entry, SageMakerEntry):
        refuse(path, ("models", index), f"{model_id!r} has no endpoint of its own that could be stopped or started")
    if entry.stopped == stopped:
        return _content(path)
    parts: Parts = ("models", index, "stopped")
    if entry.schedule is not None:
        refuse(path, parts, f"the schedule of {model_id!r} creates and deletes its endpoint; change that instead")
    return set_key(path, parts, value=True) if stopped else remove_key(path, parts)


def set_key(path: Path, parts: Parts, value: Value) -> str:
    """Make `value` what stands at `parts` of the catalog at `path`; mappings on the way that are missing are written.

    `parts` are keys and, for an entry, its index: `("huggingface", "token_secret")`, `("models", 2, "stopped")`.
    Returns the text that the file had. Raises CatalogError where the file is no catalog, before or after.
    """
    return write(read(path).with_key(parts, value))


def remove_key(path: Path, parts: Parts) -> str:
    """Remove the key at `parts` of the catalog at `path`, and the mapping around it if no key is left in that.

    A comment behind the key stays. Returns and raises as `set_key` does; a key that is not there is refused.
    """
    return write(read(path).without_key(parts))


def read(path: Path) -> Draft:
    """The catalog at `path`, to be changed. Raises CatalogError where it is none."""
    parse_catalog(read_catalog_file(path), path)
    content = _content(path)
    return Draft(path, content, content)


def write(draft: Draft) -> str:
    """Write what became of a catalog that was `read`. Returns the text that the file had.

    Raises CatalogError, and writes nothing, where the draft is no catalog, or the file is another by now.
    """
    draft.checked()
    if _content(draft.path) != draft.former:
        refuse(draft.path, (), "the file was changed meanwhile, by somebody else; nothing was written")
    restore(draft.path, draft.content)
    return draft.former


def create(path: Path, content: str) -> None:
    """Write a new catalog. Raises CatalogError where `content` is none, or where there is a file at `path` already."""
    parse_catalog(content, path)
    try:
        # The name is taken before anything is written to it, so that no file of somebody else's is ever replaced.
        path.touch(exist_ok=False)
    except OSError as exc:
        raise _unwritable(path, exc) from exc
    try:
        restore(path, content)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def restore(path: Path, content: str) -> None:
    """Give the file at `path` the `content` that another function here returned. Raises CatalogError."""
    target = path.resolve()  # a link stays a link
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode())
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(target.stat().st_mode & 0o7777)
            Path(name).replace(target)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as exc:
        raise _unwritable(path, exc) from exc


def _unwritable(path: Path, exc: OSError) -> CatalogError:
    words = f"cannot be written: {exc.strerror or exc}; nothing was changed"
    return CatalogError([CatalogProblem(str(path), 0, 0, "", words)])


def _content(path: Path) -> str:
    """The file's own text, with its line ends and its byte order mark. It has been read before, as a catalog."""
    return path.read_bytes().decode("utf-8")
