"""How Azure OpenAI's models are written in the API-keys secret, and what each of their five keys must look like.

In: names and values of the secret. Out: identifiers, and sentences on what is wrong, without a value in them: a key
may lie under any of the names. Pure. Separate because the format is the replaced product's, whose secrets work here
unchanged (AZURE_OPENAI_MODELS is its list of identifiers), and because the check and `secrets azure` must agree on it.

The addresses and versions are Microsoft's: https://learn.microsoft.com/azure/ai-foundry/openai/reference and
https://learn.microsoft.com/azure/ai-services/openai/api-version-deprecation, read on 2026-11-22.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

MODELS = "AZURE_OPENAI_MODELS"
"""The name in the secret of the list of identifiers: "Model1,Model2"."""

PARTS = ("TYPE", "VERSION", "BASE", "KEY", "DEPLOYMENT_NAME")
"""What there is of each identifier, in the order of the replaced product's documentation."""

DEFAULT_TYPE = "azure"
# The last dated version that is generally available, as of 2026-11-22: what came later is a preview, or the API "v1",
# which has other addresses and no versions.
DEFAULT_VERSION = "2024-10-21"

_PART = re.compile(r"AZURE_OPENAI_API_(TYPE|VERSION|BASE|KEY|DEPLOYMENT_NAME)__(.*)", re.DOTALL)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")  # as the catalog has it
_DEPLOYMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_VERSION = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(-preview)?")
# The hosts of a resource: <resource>.openai.azure.com and its younger forms, and the clouds of the US government and
# of China.
_HOSTS = re.compile(
    r"[a-z0-9-]+\.(openai\.azure\.(com|us|cn)|cognitiveservices\.azure\.(com|us|cn)|services\.ai\.azure\.com)"
)
# Microsoft: "On July 1, 2024 the following API preview releases will be retired and will stop accepting API requests".
_RETIRED = frozenset(f"2023-{day}-preview" for day in ("03-15", "07-01", "08-01", "09-01", "12-01"))


@dataclass(frozen=True)
class Identifiers:
    """What AZURE_OPENAI_MODELS says: the identifiers as they are meant, and what is wrong with how they are written."""

    names: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def part_name(part: str, identifier: str) -> str:
    """The name in the secret of one of an identifier's five keys."""
    return f"AZURE_OPENAI_API_{part}__{identifier}"


def part_of(name: str) -> tuple[str, str] | None:
    """The part and the identifier that a name in the secret is of, as it is written; None for any other name."""
    found = _PART.fullmatch(name)
    return (found[1], found[2]) if found else None


def identifiers_of(names: Iterable[str]) -> tuple[str, ...]:
    """The identifiers that any of the secret's names is of, as they are written, sorted."""
    return tuple(sorted({found[1] for name in names if (found := part_of(name))}))


def identifier_problem(identifier: str) -> str | None:
    """What is wrong with an identifier, as the end of a sentence; None where it is good."""
    if _IDENTIFIER.fullmatch(identifier):
        return None
    return "must be 1 to 64 letters, digits, '.', '_' and '-', and begin with a letter or a digit"


def read_identifiers(text: str) -> Identifiers:
    """Read the list as the replaced product's users write it. An empty text is no model, and not one without a name."""
    if not text.strip():
        return Identifiers(problems=("it is empty",))
    written = text.split(",")
    meant = [_meant(name) for name in written]
    names = tuple(dict.fromkeys(filter(None, meant)))
    found = (
        ("it has an empty name (a comma too many)", "" in meant),
        (
            "spaces or quotes are around a name",
            any(one != name for one, name in zip(written, meant, strict=True) if name),
        ),
        ("a name is in it twice", len(names) < len([name for name in meant if name])),
        (f"a name cannot be an identifier: it {identifier_problem('')}", any(map(identifier_problem, names))),
    )
    return Identifiers(
        tuple(name for name in names if identifier_problem(name) is None), tuple(said for said, is_so in found if is_so)
    )


def written_identifiers(names: Iterable[str]) -> str:
    """The list's text."""
    return ",".join(names)


def _meant(name: str) -> str:
    return name.strip().strip("\"'").strip()


def part_problem(part: str, value: str) -> str | None:
    """What keeps a part from being used, as the end of a sentence that begins with its name; None where nothing does.

    The value is not repeated. Spaces around it are no problem, as whoever reads it takes them off.
    """
    text = value.strip()
    if not text:
        return "is empty"
    if text[0] in "\"'" or text[-1] in "\"'":
        return "has quotes around its value"
    if not (text.isascii() and text.isprintable()) or " " in text:
        return "has a space, a line break or a character in it that is none of ASCII's"
    return _PROBLEMS[part](text)


def part_remark(part: str, value: str) -> str | None:
    """What there is to know of a part that can be used, as the end of such a sentence; None where there is nothing."""
    text = value.strip()
    if part == "TYPE" and text.lower() != DEFAULT_TYPE:
        return f"is not {DEFAULT_TYPE!r}; the chat handler takes it for that"
    if part == "VERSION" and text in _RETIRED:
        return f"is a preview that Microsoft announced to end on 2024-07-01; {DEFAULT_VERSION} is generally available"
    if part == "BASE" and not _HOSTS.fullmatch(urlsplit(text).hostname or ""):
        return "is not an address of Azure's for one resource, which is right only for a gateway of your own"
    return None


def with_model(secret: Mapping[str, object], identifier: str, parts: Mapping[str, str]) -> dict[str, object]:
    """The secret with an identifier's keys, by part, and with the identifier in the list, once."""
    keys = {part_name(part, identifier): value for part, value in parts.items()}
    return {**secret, **keys, MODELS: written_identifiers(dict.fromkeys((*_listed(secret), identifier)))}


def without_model(secret: Mapping[str, object], identifier: str) -> dict[str, object]:
    """The secret without an identifier's keys, and without it in the list; an empty list is left out."""
    names = {part_name(part, identifier) for part in PARTS}
    kept = {name: value for name, value in secret.items() if name not in names}
    listed = _listed(secret)
    if identifier in listed:
        kept[MODELS] = written_identifiers(name for name in listed if name != identifier)
    return kept if kept.get(MODELS) else {name: value for name, value in kept.items() if name != MODELS}


def _listed(secret: Mapping[str, object]) -> tuple[str, ...]:
    text = secret.get(MODELS)
    return read_identifiers(text).names if isinstance(text, str) else ()


def _type_problem(value: str) -> str | None:
    # https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes, read on 2026-11-22
    if value.lower().replace("_", "").replace("-", "") in ("azuread", "ad"):
        return (
            "asks for tokens of Microsoft Entra ID, which end after 60 to 90 minutes and which the chat handler cannot "
            f"renew; it takes a resource's key: set {DEFAULT_TYPE!r} and the key"
        )
    return None


def _version_problem(value: str) -> str | None:
    found = _VERSION.fullmatch(value)
    try:
        datetime.date.fromisoformat(found[1] if found else "")
    except ValueError:
        return f"is not a date, with or without '-preview' after it, such as {DEFAULT_VERSION}"
    return None


def _base_problem(value: str) -> str | None:
    try:
        url = urlsplit(value)
        host = url.hostname
    except ValueError:  # brackets that are no IPv6 address
        url, host = urlsplit(""), None
    if url.scheme != "https" or not host:
        return "is not a URL such as https://my-resource.openai.azure.com"
    if "@" in url.netloc or url.query or url.fragment:
        return "must be an address alone, without a user, a '?' or a '#'"
    if _HOSTS.fullmatch(host) and url.path.strip("/"):
        return "must end after the host's name: the rest, from /openai on, is added to it"
    return None


def _key_problem(value: str) -> str | None:
    return "begins with http, as an address does and no key" if re.match("https?://", value) else None


def _deployment_problem(value: str) -> str | None:
    if _DEPLOYMENT.fullmatch(value):
        return None
    return "must be a deployment's name alone: letters, digits, '.', '_' and '-'"


_PROBLEMS: dict[str, Callable[[str], str | None]] = {
    "TYPE": _type_problem,
    "VERSION": _version_problem,
    "BASE": _base_problem,
    "KEY": _key_problem,
    "DEPLOYMENT_NAME": _deployment_problem,
}
