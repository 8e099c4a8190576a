"""How large a model is, as far as its name says. Pure.

In: a model's name as a hub has it. Out: its parameters and the bytes of one, or None where the name does not say: a
size is never guessed. Separate from model_fit.py because names are a world of their own, with traps: parameters that
are active only, experts, tokens of training, lengths of context.

Sources, read on 2026-11-22: the model cards of the exceptions in KNOWN; the conventions of the Hugging Face Hub for
the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class ModelSize:
    """`billions` of parameters of `bytes_each`, stored in `precision` ("16 bits", "AWQ")."""

    billions: float
    bytes_each: float
    precision: str

    @property
    def gigabytes(self) -> float:
        """The weights' size in GB (10^9 bytes)."""
        return self.billions * self.bytes_each


# Names whose numbers are not the parameters that must be held: of experts that share what they do not differ in
# (Mistral AI's cards of Mixtral), and of the parameters that are active for one token (Meta's cards of Llama 4).
KNOWN: tuple[tuple[str, float], ...] = (
    (r"8x7b", 46.7),
    (r"8x22b", 141),
    (r"17b-16e", 109),
    (r"17b-128e", 400),
)

# A number of parameters stands by itself. Not so `A3B` (active ones), `E4B` (effective ones), `8x7B` (experts),
# `16E`, and what is a count of tokens or a length: `tokens4B`, `3T`, `128k`.
_NUMBER = re.compile(r"(?<![a-z0-9.])(\d{1,5}(?:\.\d{1,3})?)(b|m)(?![a-z0-9])")
# With these in a name, a plain number beside them may be the active parameters, or of one expert. `A3B` is not among
# them: by convention it stands beside the number of all parameters (Qwen3-30B-A3B).
_EXPERTS = re.compile(r"(?<![a-z0-9])(?:\d+x\d|\d+e(?![a-z0-9])|e\d+(?:\.\d+)?b)")
_ONE_MILLION_TOKENS = re.compile(r"(?<![a-z0-9.])1m(?![a-z0-9])")

# GGUF files of many precisions share one name, and MLX is for other machines.
_UNREADABLE = re.compile(r"gguf|(?<![a-z0-9])mlx(?![a-z])")
# 0.55 bytes: 4 bits, and what the scales and the layers that stay in 16 bits add (about a tenth).
_PRECISIONS: tuple[tuple[re.Pattern[str], float, str], ...] = tuple(
    (re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])"), bytes_each, name)
    for words, bytes_each, name in (
        (r"8-?bit|int8|w8a8|w8a16|fp8|float8", 1.0, "8 bits"),
        (r"(?:bnb-)?4-?bit|int4|w4a16|w4a8|awq|gptq|nf4|fp4|mxfp4|nvfp4", 0.55, "4 bits"),
        (r"fp32|float32", 4.0, "32 bits"),
    )
)
# The weights of gpt-oss are MXFP4 whatever the name (OpenAI's model card).
_FOUR_BITS_BY_NATURE = re.compile(r"(?<![a-z0-9])gpt-oss-")
_SIXTEEN_BITS = (2.0, "16 bits")


def model_size(name: str, precision: str = "") -> ModelSize | None:
    """The size of the model called `name` (`mistralai/Mistral-7B-Instruct-v0.3`), or None where its name has none.

    `precision` is what the server is told besides (`fp8`, `awq`): its words count before those of the name.
    """
    words = name.rstrip("/").rpartition("/")[2].casefold().replace("_", "-")
    if _UNREADABLE.search(words):
        return None
    billions = _billions(words)
    if billions is None:
        return None
    return ModelSize(billions, *_precision(precision.casefold(), words))


def _billions(words: str) -> float | None:
    for shape, billions in KNOWN:
        if re.search(rf"(?<![a-z0-9.]){shape}(?![a-z0-9])", words):
            return billions
    if _EXPERTS.search(words):
        return None
    numbers = _NUMBER.findall(_ONE_MILLION_TOKENS.sub("", words))
    sizes = [float(number) / (1000 if unit == "m" else 1) for number, unit in numbers]
    return max(sizes, default=0) or None


def _precision(told: str, words: str) -> tuple[float, str]:
    for text in (told, words):
        for pattern, bytes_each, name in _PRECISIONS:
            if pattern.search(text):
                return bytes_each, name
    return (0.55, "4 bits") if _FOUR_BITS_BY_NATURE.search(words) else _SIXTEEN_BITS
