"""Whether the API-keys secret has all five keys of each Azure OpenAI model, in a form that can be used.

In: a scene. Out: `azure/<identifier>` for each identifier that an entry, the secret's list or any of its names is of,
and `azure/models` for that list, AZURE_OPENAI_MODELS. What the keys look like is in families/azure_openai.py. No
finding has a value in it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from generator.api_keys.entries import shown_name
from generator.api_keys.shapes import Shape
from generator.catalog import AzureOpenAIEntry, Catalog
from generator.families.azure_openai import (
    DEFAULT_TYPE,
    MODELS,
    PARTS,
    Identifiers,
    identifier_problem,
    identifiers_of,
    part_name,
    part_of,
    part_remark,
    read_identifiers,
    written_identifiers,
)
from generator.preflight.api_keys import AFTERWARDS, MALFORMED
from generator.preflight.findings import Check, Finding, Input, Offer, Verdict
from generator.preflight.key_suspicions import azure_problem
from generator.preflight.scene import Scene
from generator.preflight.shared_secret import SharedSecret, raw_value
from generator.suggesting import nearest

# The chat handler takes it for `azure` whatever it says, so that nothing fails without it.
_NOT_READ = "TYPE"
_SHORTEST_KEY = 32


def checks(scene: Scene) -> Iterator[Check]:
    """One check of the list and of what only the secret names, and one of each identifier of the catalog."""
    secret = SharedSecret(scene)
    models = tuple(model for ids in _identifiers(scene.catalog).values() for model in ids)
    yield Check("azure/models", MODELS, partial(_of_the_secret, scene, secret), models=models)
    for identifier, ids in _identifiers(scene.catalog).items():
        named = _Named(scene, secret, identifier, ids)
        yield Check(f"azure/{identifier}", named.subject, named.examine, models=ids)


def set_offer(secret: SharedSecret, identifier: str, names: tuple[str, ...]) -> Offer:
    """Setting some of an identifier's keys. Its type is not asked for: there is one."""
    asked = tuple(name for name in names if name != part_name("TYPE", identifier))
    given = {name: DEFAULT_TYPE for name in names if name not in asked}

    def make(values: Mapping[str, str]) -> str:
        secret.store.put({**given, **{name: values[name].strip() for name in asked}})
        return f"The keys of {identifier} are set; the handler uses them within a minute."

    return Offer(
        title=f"Set {', '.join(names)}",
        consequence=AFTERWARDS,
        make=make,
        inputs=tuple(_input(identifier, part) for part in PARTS if part_name(part, identifier) in asked),
    )


def _input(identifier: str, part: str) -> Input:
    name = part_name(part, identifier)
    return Input(name, name, name, hidden=part == "KEY", problem=partial(azure_problem, part, identifier))


@dataclass(frozen=True)
class _Named:
    """One identifier: of the entries `ids`, or of none where only the secret names it."""

    scene: Scene
    secret: SharedSecret
    identifier: str
    ids: tuple[str, ...] = ()
    is_listed: bool = True

    @property
    def subject(self) -> str:
        return f"Azure OpenAI's {self.identifier}"

    def examine(self) -> Iterator[Finding]:
        shape = self.secret.shape()
        if shape is not None and shape.values is None:
            yield self._found(Verdict.BLOCKED, MALFORMED, fix=f"terrachat secrets repair{self.scene.option}")
        elif shape is None and self.scene.is_local:
            reason = f"the keys of {self.identifier} are not set yet; the first apply --local sets made-up ones"
            yield self._found(Verdict.WARN, reason, value="missing")
        else:
            yield self.of(shape or Shape({}))

    def of(self, shape: Shape) -> Finding:
        """The finding for what is in the secret."""
        missing = tuple(name for name in self._names.values() if name not in shape.names)
        wrong = {name: said for part, name in self._names.items() if (said := _problem(shape, part, self.identifier))}
        remarks = [
            f"{name} {said}" for part, name in self._names.items() if (said := _remark(shape, part, self.identifier))
        ]
        flaws = [f"not in the secret: {', '.join(missing)}"] if missing else []
        flaws += [f"{name} {reason}" for name, reason in wrong.items()]
        harms = {*missing, *wrong} - ({self._names[_NOT_READ]} & set(missing))
        value = f"{len(PARTS) - len(missing)} of {len(PARTS)} keys"
        if not flaws and not remarks and (self.ids or self.is_listed):
            return self._complete(value)
        return self._found(
            Verdict.BLOCKED if harms and self.ids else Verdict.WARN,
            "; ".join([*flaws, *remarks, *self._unused]),
            value=value,
            fix=f"terrachat secrets azure add {self.identifier}{self.scene.option}",
            offer=set_offer(self.secret, self.identifier, (*missing, *wrong)) if flaws else None,
        )

    def _complete(self, value: str) -> Finding:
        note = "".join(f", {said}" for said in self._unused)
        return self._found(Verdict.OK, f"all five keys of {self.identifier} are there{note}", value=value + note)

    @property
    def _names(self) -> dict[str, str]:
        return {part: part_name(part, self.identifier) for part in PARTS}

    @property
    def _unused(self) -> tuple[str, ...]:
        if self.ids:
            return ()
        if self.is_listed:
            return ("listed without an entry of the catalog",)
        return (f"neither an entry of the catalog nor {MODELS} names {self.identifier}",)

    def _found(self, verdict: Verdict, reason: str, **more: Any) -> Finding:
        found = partial(Finding, f"azure/{self.identifier}", self.subject, verdict, reason)
        return found(asked=self.secret.asked, models=self.ids, blocks="answers", **more)


def _problem(shape: Shape, part: str, identifier: str) -> str | None:
    name = part_name(part, identifier)
    if name not in shape.names:
        return None
    raw = raw_value(shape, name)
    if raw is None:
        return shape.unusable.get(name)
    return azure_problem(part, identifier, raw) or shape.unusable.get(name)


def _remark(shape: Shape, part: str, identifier: str) -> str | None:
    raw = raw_value(shape, part_name(part, identifier))
    return part_remark(part, raw) if raw is not None and _problem(shape, part, identifier) is None else None


def _of_the_secret(scene: Scene, secret: SharedSecret) -> Iterator[Finding]:
    """The list, and the identifiers that no entry has."""
    shape = secret.shape()
    if shape is None or shape.values is None:
        return
    text = raw_value(shape, MODELS)
    listed = Identifiers() if text is None else read_identifiers(text)
    if MODELS in shape.names:
        yield _list(scene, secret, shape, listed)
    used, found = _identifiers(scene.catalog), identifiers_of(shape.names)
    # Whoever has not one key may have been misspelt.
    lacking = tuple(name for name in (*used, *listed.names) if name not in found)
    for identifier in dict.fromkeys((*listed.names, *found)):
        near = nearest(identifier.strip(), lacking) if identifier not in listed.names else None
        if identifier in used or _is_hidden(identifier, found):
            continue
        if near is not None or identifier_problem(identifier):
            yield _misspelt(scene, secret, shape, identifier, near)
        else:
            yield _Named(scene, secret, identifier, is_listed=identifier in listed.names).of(shape)


def _list(scene: Scene, secret: SharedSecret, shape: Shape, listed: Identifiers) -> Finding:
    used, found = tuple(_identifiers(scene.catalog)), identifiers_of(shape.names)
    names = tuple(dict.fromkeys(_in_its_case(name, used) for name in listed.names))
    said = list(listed.problems) if raw_value(shape, MODELS) is not None else [f"it {shape.unusable[MODELS]}"]
    for name in listed.names:
        if _is_hidden(name, found):
            said.append(f"a name of {len(name)} characters has no keys: is it a key in the place of a name?")
        elif name not in names:
            said.append(f"{name!r} is written {_in_its_case(name, used)!r} in the catalog")
    finding = partial(Finding, "azure/models", MODELS, asked=secret.asked)
    if not said:
        return finding(verdict=Verdict.OK, reason="the list is well formed", value=", ".join(names))
    kept = tuple(name for name in names if not _is_hidden(name, found))
    return finding(
        verdict=Verdict.WARN,
        reason="; ".join(said),
        fix=f"terrachat doctor --fix --only azure/models{scene.option}",
        offer=_list_offer(secret, kept),
    )


def _list_offer(secret: SharedSecret, names: tuple[str, ...]) -> Offer:
    text = written_identifiers(names)

    def make(_: Mapping[str, str]) -> str:
        if names:
            secret.store.put({MODELS: text})
            return f"{MODELS} is {text!r} now."
        secret.store.remove([MODELS])
        return f"{MODELS} is removed."

    becomes = f"It becomes {text!r}." if names else "It is removed: an empty list is one model without a name to some."
    return Offer(f"Write {MODELS} anew", f"{becomes} {AFTERWARDS}", make)


def _misspelt(scene: Scene, secret: SharedSecret, shape: Shape, identifier: str, near: str | None) -> Finding:
    """Keys of an identifier that nobody asks for."""
    names = {name: part[0] for name in shape.names if (part := part_of(name)) and part[1] == identifier}
    reason = f"{', '.join(map(shown_name, names))}: neither an entry nor {MODELS} has the identifier {identifier!r}"
    offer = None
    if near is not None:
        reason += f"; did you mean {near!r}?"
        moved = {part_name(part, near): raw_value(shape, name) for name, part in names.items()}
        offer = _rename_offer(secret, tuple(names), {name: raw for name, raw in moved.items() if raw}, near)
    return Finding(
        f"azure/{identifier}",
        f"Azure OpenAI's {identifier!r}",
        Verdict.WARN,
        reason,
        secret.asked,
        fix=f"terrachat secrets azure remove {shlex.quote(identifier)}{scene.option}",
        offer=offer,
    )


def _rename_offer(secret: SharedSecret, names: tuple[str, ...], moved: Mapping[str, str], near: str) -> Offer:
    def make(_: Mapping[str, str]) -> str:
        given = {name: value.strip() for name, value in moved.items()}
        secret.store.change(lambda found: {**given, **{name: found[name] for name in found if name not in names}})
        return f"{', '.join(moved)} have these values now."

    return Offer(f"Rename {len(names)} keys to those of {near!r}", AFTERWARDS, make)


def _is_hidden(identifier: str, found: tuple[str, ...]) -> bool:
    """Whether a name that only the list has may be a key: those of Azure have 32 or 84 characters."""
    return identifier not in found and len(identifier) >= _SHORTEST_KEY


def _in_its_case(identifier: str, used: tuple[str, ...]) -> str:
    """The catalog's identifier that differs from `identifier` in its case only; else `identifier` itself."""
    same = (name for name in used if name.casefold() == identifier.casefold())
    return identifier if identifier in used else next(same, identifier)


def _identifiers(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """The identifiers of the catalog's entries, with the ids of these."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in catalog.models:
        if isinstance(entry, AzureOpenAIEntry):
            name = entry.model or entry.id
            found[name] = (*found.get(name, ()), entry.id)
    return found
