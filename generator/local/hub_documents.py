"""What the Hugging Face Hub tells of a token's owner and of a model, in its own JSON. Pure.

In: a model as the account file has it. Out: documents with the keys that huggingface_hub 2.4 reads, and made-up values:
commits and hashes follow from names, sizes from `size_gb`, in files of at most 5 GB as the Hub's models have them.
Separate from hub_wire.py, which decides who is told what.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from generator.local.account.account import HubModel

_LONG_AGO = "2025-01-01T00:00:00.000Z"
_GB = 1_000_000_000
_SHARD = 5 * _GB
_POINTER = 134  # bytes of the file that stands for a large one in git
_SMALL = {".gitattributes": 1519, "README.md": 4096, "config.json": 691, "tokenizer.json": 2_100_000}
_COMMIT = re.compile(r"[0-9a-f]{40}")
_BYTES_A_PARAMETER = 2


def whoami_document(*, may_read: bool) -> dict[str, Any]:
    """Whose token it is: one with the role `read`, or a fine-grained one that was given nothing."""
    token: dict[str, Any] = {"displayName": "local", "role": "read", "createdAt": _LONG_AGO}
    if not may_read:
        token["role"] = "fineGrained"
        token["fineGrained"] = {"canReadGatedRepos": False, "global": [], "scoped": []}
    return {
        "type": "user",
        "id": _hash("owner")[:24],
        "name": "local-target",
        "fullname": "Local Target",
        "email": "local-target@example.com",
        "emailVerified": True,
        "canPay": False,
        "isPro": False,
        "periodEnd": None,
        "avatarUrl": "/avatars/local.svg",
        "orgs": [],
        "auth": {"type": "access_token", "accessToken": token},
    }


def model_document(
    name: str, model: HubModel, revision: str, is_detailed: bool, expand: Sequence[str]
) -> dict[str, Any]:
    """A model's metadata; `is_detailed` adds the files' sizes, `expand` leaves only what it names."""
    total = _bytes(model) // _BYTES_A_PARAMETER
    document = {
        "_id": _hash(name)[:24],
        "id": name,
        "modelId": name,
        "author": name.rpartition("/")[0] or None,
        "sha": commit(name, revision),
        "createdAt": _LONG_AGO,
        "lastModified": _LONG_AGO,
        "private": False,
        "gated": model.gated,
        "disabled": False,
        "downloads": 1,
        "likes": 1,
        "tags": ["transformers", "safetensors", "text-generation"],
        "pipeline_tag": "text-generation",
        "library_name": "transformers",
        "usedStorage": _bytes(model),
        "safetensors": {"parameters": {"BF16": total}, "total": total},
        "siblings": _siblings(name, model, revision, is_detailed),
    }
    return {key: document[key] for key in ("_id", "id", *expand) if key in document} if expand else document


def listed_files(name: str, model: HubModel, revision: str) -> list[dict[str, Any]]:
    """The files of a revision: path, size and hashes; those of more than a little are in large-file storage."""
    files = []
    for path, size in {**_SMALL, **_weights(model)}.items():
        oid = _hash(f"{name}@{revision}/{path}")
        file: dict[str, Any] = {"path": path, "size": size, "oid": oid[:40]}
        if path not in _SMALL:
            file["lfs"] = {"oid": oid, "size": size, "pointerSize": _POINTER}
        files.append(file)
    return files


def refs_document(name: str, model: HubModel) -> dict[str, Any]:
    """The model's branches."""
    branches = [
        {"name": each, "ref": f"refs/heads/{each}", "targetCommit": commit(name, each)}
        for each in model.revisions or ("main",)
    ]
    return {"branches": branches, "converts": [], "tags": [], "pullRequests": []}


def commit(name: str, revision: str) -> str:
    """The commit that a revision is: a commit is itself."""
    return revision if _COMMIT.fullmatch(revision) else _hash(f"{name}@{revision}")[:40]


def _siblings(name: str, model: HubModel, revision: str, is_detailed: bool) -> list[dict[str, Any]]:
    files = listed_files(name, model, revision)
    if not is_detailed:
        return [{"rfilename": file["path"]} for file in files]
    return [_sibling(file) for file in files]


def _sibling(file: dict[str, Any]) -> dict[str, Any]:
    told = {"rfilename": file["path"], "size": file["size"], "blobId": file["oid"]}
    if "lfs" in file:
        told["lfs"] = {"sha256": file["lfs"]["oid"], "size": file["size"], "pointerSize": _POINTER}
    return told


def _weights(model: HubModel) -> dict[str, int]:
    total = _bytes(model)
    count = -(-total // _SHARD)
    if count == 1:
        return {"model.safetensors": total}
    sizes = [_SHARD] * (count - 1) + [total - _SHARD * (count - 1)]
    return {f"model-{number:05}-of-{count:05}.safetensors": size for number, size in enumerate(sizes, 1)}


def _bytes(model: HubModel) -> int:
    return round(model.size_gb * _GB)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
