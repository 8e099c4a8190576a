"""Whether the API-keys secret can be read by the handler, and has the keys that the catalog's models need.

In: a scene. Out: `api-keys/secret`, and `api-keys/<name>` for each key that is needed and for each other that is
there. Azure OpenAI's are in azure_keys.py. No finding has a value in it.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from generator.api_keys.entries import shown_name
from generator.api_keys.names import UNKNOWN, meant, needed_keys, provider_of, value_problem
from generator.api_keys.shapes import Shape
from generator.api_keys.versions import SCHEDULED_FOR_DELETION
from generator.catalog.echoing import secret_kind
from generator.errors import AwsError
from generator.families.azure_openai import MODELS, part_of
from generator.preflight.findings import Check, Finding, Input, Offer, Verdict
from generator.preflight.key_suspicions import key_problem, suspicion_of
from generator.preflight.scene import Scene
from generator.preflight.shared_secret import SharedSecret, raw_value

AFTERWARDS = (
    "Models use it within a minute, without an apply; what the secret held before stays in Secrets Manager as its "
    "previous version."
)
# "You can't create this secret because a secret with this name is already scheduled for deletion."
_SCHEDULED = (
    "it is scheduled for deletion: nobody can read it, and no other of its name can be created until it is gone"
)
MALFORMED = "the API-keys secret cannot be used as it is"


def checks(scene: Scene) -> Iterator[Check]:
    """One check of the secret, and one of each key that is not Azure OpenAI's."""
    secret = SharedSecret(scene)
    needed = {name: ids for name, ids in needed_keys(scene.catalog).items() if part_of(name) is None}
    models = tuple(dict.fromkeys(model for ids in needed_keys(scene.catalog).values() for model in ids))
    yield Check("api-keys/secret", "API-keys secret", partial(_secret, scene, secret, models), models=models)
    for name, ids in needed.items():
        key = _Key(scene, secret, name, ids)
        yield Check(f"api-keys/{name}", name, key.examine, models=ids)


def set_offer(secret: SharedSecret, name: str) -> Offer:
    """Setting one key to a value that is asked for."""
    return Offer(
        title=f"Set {name}",
        consequence=AFTERWARDS,
        make=lambda values: _put(secret, name, values[name].strip(), "is set"),
        inputs=(Input(name, name, name, hidden=True, problem=partial(key_problem, name)),),
    )


def _secret(scene: Scene, secret: SharedSecret, models: tuple[str, ...]) -> Iterator[Finding]:
    finding = partial(Finding, "api-keys/secret", "API-keys secret", asked=secret.asked, models=models)
    try:
        shape = secret.shape()
    except AwsError as error:
        if error.code != SCHEDULED_FOR_DELETION:
            raise
        yield finding(verdict=Verdict.BLOCKED, reason=_SCHEDULED, fix=error.hint or "")
        return
    if shape is None:
        yield _not_there(scene, secret, finding)
        return
    if refused := secret.claim_problem():
        problem, fix = refused
        asked = f"secretsmanager DescribeSecret, {secret.store.region}"
        yield finding(verdict=Verdict.BLOCKED, reason=f"it {problem}", fix=fix, asked=asked)
    else:
        yield _of_form(scene, secret, shape, finding)
    yield from _others(scene, secret, shape)


def _of_form(scene: Scene, secret: SharedSecret, shape: Shape, finding: Callable[..., Finding]) -> Finding:
    own = tuple(f"{shown_name(name)} " for name in shape.unusable if name in needed_keys(scene.catalog))
    said = [each for each in (*shape.problems, *shape.remarks) if not each.startswith(own)]
    if shape.values is None or said:
        verdict = Verdict.BLOCKED if shape.values is None and needed_keys(scene.catalog) else Verdict.WARN
        reason = "the handler can use none of its keys: " if shape.values is None else ""
        fix = f"terrachat secrets repair{scene.option}"
        offer = _repair_offer(secret, shape) if shape.repaired is not None else None
        return finding(verdict=verdict, reason=reason + "; ".join(said), fix=fix, blocks="answers", offer=offer)
    return finding(verdict=Verdict.OK, reason="it is a JSON object of strings", value=_keys(len(shape.names)))


def _not_there(scene: Scene, secret: SharedSecret, finding: Callable[..., Finding]) -> Finding:
    if secret.store.is_owned or scene.is_local:
        reason = "it is not there yet: the first apply creates it, or setting a key does"
        return finding(verdict=Verdict.OK, reason=reason, value="not there yet, the first apply creates it")
    return finding(
        verdict=Verdict.BLOCKED,
        reason="the catalog names a secret that does not exist",
        fix="Correct 'api_keys' in the catalog, or leave it out: then the first apply creates a secret.",
        blocks="deployment",
    )


def _repair_offer(secret: SharedSecret, shape: Shape) -> Offer:
    kept = ", ".join(map(shown_name, shape.repaired or ())) or "no key, as none can be read in it"
    lost = f" Not kept: {'; '.join(shape.lost)}." if shape.lost else ""

    def make(_: Mapping[str, str]) -> str:
        repair = secret.store.repair(shape)
        return f"The secret is repaired. The text that it had comes back with: {repair.undo}"

    return Offer(
        title="Repair the API-keys secret",
        consequence=f"It is written anew as a JSON object. Kept: {kept}.{lost} The text that it has now stays in "
        "Secrets Manager as a version of its own, and can be brought back.",
        make=make,
    )


@dataclass(frozen=True)
class _Key:
    """One key that `ids` need."""

    scene: Scene
    secret: SharedSecret
    name: str
    ids: tuple[str, ...]

    def examine(self) -> Iterator[Finding]:
        shape = self.secret.shape()
        if shape is None:
            yield self._missing_with_the_secret()
        elif shape.values is None:
            yield self._found(Verdict.BLOCKED, MALFORMED, fix=f"terrachat secrets repair{self.scene.option}")
        elif self.name not in shape.names:
            yield self._missing()
        else:
            yield self._of_value(shape)

    def _of_value(self, shape: Shape) -> Finding:
        raw = raw_value(shape, self.name)
        suspicion = suspicion_of(raw.strip()) if raw else None
        if suspicion is not None:
            offer = self._correction(suspicion.meant) if suspicion.meant else set_offer(self.secret, self.name)
            return self._blocked(suspicion.reason, offer)
        if self.name in shape.unusable:
            return self._blocked(shape.unusable[self.name], set_offer(self.secret, self.name))
        return self._found(Verdict.OK, f"{self.name} is in the secret", value=f"set, for {_listed(self.ids)}")

    def _blocked(self, reason: str, offer: Offer) -> Finding:
        return self._found(Verdict.BLOCKED, f"{self.name} {reason}", fix=self._set_command, offer=offer)

    def _missing(self) -> Finding:
        reason = f"{self.name} is not in the API-keys secret, and {_listed(self.ids)} cannot be asked without it"
        offer = set_offer(self.secret, self.name)
        return self._found(Verdict.BLOCKED, reason, value="missing", fix=self._set_command, offer=offer)

    def _missing_with_the_secret(self) -> Finding:
        if self.scene.is_local:
            reason = f"{self.name} is not set yet; the first apply --local sets one that is made up"
            return self._found(Verdict.WARN, reason, value="missing")
        return self._missing()

    def _correction(self, meant_key: str) -> Offer:
        return Offer(
            title=f"Take off what is around the key in {self.name}",
            consequence=f"Only the key itself is kept of the value. {AFTERWARDS}",
            make=lambda _: _put(self.secret, self.name, meant_key, "holds the key alone now"),
        )

    def _found(self, verdict: Verdict, reason: str, **more: Any) -> Finding:
        found = partial(Finding, f"api-keys/{self.name}", self.name, verdict, reason)
        return found(asked=self.secret.asked, models=self.ids, blocks="answers", **more)

    @property
    def _set_command(self) -> str:
        return f"terrachat secrets set {self.name}{self.scene.option}"


def _others(scene: Scene, secret: SharedSecret, shape: Shape) -> Iterator[Finding]:
    """The keys that are there and that no entry uses, but for Azure OpenAI's."""
    for name in shape.names:
        if name in needed_keys(scene.catalog) or part_of(name) is not None or name == MODELS:
            continue
        provider = provider_of(scene.catalog, name)
        if provider == UNKNOWN:
            yield _unknown(scene, secret, shape, name)
        else:
            value = f"is {provider}'s, which no entry uses"
            yield Finding(f"api-keys/{name}", name, Verdict.OK, f"{name} {value}", secret.asked, value)


def _unknown(scene: Scene, secret: SharedSecret, shape: Shape, name: str) -> Finding:
    shown = shown_name(name)
    is_shown = secret_kind(name) is None and name in shown
    near, raw = meant(scene.catalog, name), raw_value(shape, name)
    reason = f"no entry of the catalog uses {shown}, and no provider's key has that name"
    offer = None
    if near is not None:
        reason += f"; did you mean {near}?"
        if near not in shape.names and raw is not None and value_problem(near, raw) is None:
            offer = _rename_offer(secret, name, near, raw)
    remove = f"terrachat secrets unset {shlex.quote(name)}{scene.option}"
    return Finding(
        f"api-keys/{name if is_shown else '(hidden)'}",
        name if is_shown else "a name in the API-keys secret",
        Verdict.WARN,
        reason,
        secret.asked,
        fix=remove if is_shown else "Remove it in the Secrets Manager console: it may be a key in the place of a name.",
        offer=offer,
    )


def _rename_offer(secret: SharedSecret, name: str, near: str, value: str) -> Offer:
    def make(_: Mapping[str, str]) -> str:
        secret.store.change(lambda found: {near: value.strip(), **{key: found[key] for key in found if key != name}})
        return f"{near} has the value of {shown_name(name)}, which is removed."

    return Offer(f"Rename {shown_name(name)} to {near}", AFTERWARDS, make)


def _put(secret: SharedSecret, name: str, value: str, done: str) -> str:
    secret.store.put({name: value})
    return f"{name} {done}; the handler uses it within a minute."


def _keys(number: int) -> str:
    return "no keys" if number == 0 else "1 key" if number == 1 else f"{number} keys"


def _listed(ids: Sequence[str]) -> str:
    return ids[0] if len(ids) == 1 else f"{', '.join(ids[:-1])} and {ids[-1]}"
