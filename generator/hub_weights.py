"""How large the weights of a model are that a server would load, by the list of its files. Pure.

In: files and their sizes, as the Hub lists them. Out: bytes, or None where the list does not say. Separate because it
is a server's rule and not the Hub's: many models bring their weights two or three times, of which one is read.

Source: vLLM's loader (model_executor/model_loader/default_loader.py, and weight_utils.py with
filter_files_not_needed_for_inference), which the other servers follow; read on 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch

# The first format that has files at the root is read, and no other.
_FORMATS = ("*.safetensors", "*.bin", "*.pt")
# The same weights once more, in the form of their makers; read where there is nothing else.
_SECOND_COPY = "consolidated*"
_OF_THE_TRAINING = ("training_args.*", "optimizer.*", "scheduler.*", "scaler.*")


def weights_size(files: Mapping[str, int | None]) -> int | None:
    """The bytes of the weights among `files`; None where there are none, or the size of one is not known."""
    at_root = {
        name: size
        for name, size in files.items()
        if "/" not in name and not any(fnmatch(name, pattern) for pattern in _OF_THE_TRAINING)
    }
    for pattern in _FORMATS:
        found = {name: size for name, size in at_root.items() if fnmatch(name, pattern)}
        if found:
            first = {name: size for name, size in found.items() if not fnmatch(name, _SECOND_COPY)}
            sizes = (first or found).values()
            return sum(filter(None, sizes)) or None if None not in sizes else None
    return None
