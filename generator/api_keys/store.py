"""The deployment's API-keys secret, changed without losing anybody's key.

In: a catalog, and the AWS that the environment names. Out: the secret's shape, and changes to it. Every change is a
compare-and-set: a new version is made beside the current one, and becomes current only if nobody else's has by then;
otherwise the change is made again on top of theirs. Separate from versions.py, which has the calls.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from generator.api_keys.history import KeyChange, last_changes
from generator.api_keys.place import EMPTY, SecretPlace, place_of
from generator.api_keys.shapes import Shape, diagnose
from generator.api_keys.versions import BEFORE_REPAIR, CREATED, CURRENT, NOT_FOUND, PENDING, SecretVersions, Version
from generator.aws_calls import client as aws_client
from generator.catalog import Catalog
from generator.errors import AwsError
from generator.naming import DEPLOYMENT_TAG

_ATTEMPTS = 8
_MOST_BYTES = 65_536  # of the whole secret. Source: Secrets Manager's user guide, "Quotas", read on 2026-11-22.

Document = Mapping[str, object]


@dataclass(frozen=True)
class Repair:
    """What a repair did: the names that were kept, what was lost, and the command that brings the old version back."""

    kept: tuple[str, ...]
    lost: tuple[str, ...]
    undo: str


class ApiKeySecret:
    """The secret of one deployment. Its methods raise AwsError, which never holds a value."""

    def __init__(
        self,
        place: SecretPlace,
        client: Any,
        *,
        is_local: bool = False,
        options: str | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._place = place
        self._versions = SecretVersions(client, place.id, place.region)
        self._is_local = is_local
        self._options = options if options is not None else " --local" if is_local else ""
        self._pause = pause
        self.was_created = False
        """Whether the secret was not there, and has been created by this."""

    @classmethod
    def of(
        cls, catalog: Catalog, client: Any = None, *, is_local: bool = False, options: str | None = None
    ) -> ApiKeySecret:
        """The secret of `catalog`'s deployment. `client` is one of Secrets Manager in `place_of(catalog).region`;
        `options` are what a command in a hint needs to find the same catalog and target, None: the target alone.

        A secret that the catalog names is its owner's and never created here, but in the local target, which plays
        the account that it is in.
        """
        place = place_of(catalog)
        asked = client or aws_client("secretsmanager", place.region)
        return cls(place, asked, is_local=is_local, options=options)

    @property
    def id(self) -> str:
        """Its name, or the ARN that the catalog names."""
        return self._place.id

    @property
    def region(self) -> str:
        return self._place.region

    @property
    def is_owned(self) -> bool:
        """Whether it is the deployment's own, and not one that the catalog names."""
        return self._place.is_owned

    def exists(self) -> bool:
        """Whether there is such a secret, with a value or without. One that is scheduled for deletion is an error."""
        return self.describe() is not None

    def describe(self) -> Mapping[str, Any] | None:
        """Its ARN, tags and dates, as Secrets Manager tells them; None where there is no secret."""
        return self._versions.describe()

    def claim_problem(self, found: Mapping[str, Any]) -> tuple[str, str] | None:
        """Why Terraform may not take over the secret that `describe` found, and what to do; None where it may."""
        deployment = self._place.tags.get(DEPLOYMENT_TAG)
        tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", ())}
        if not self.is_owned or tags.get(DEPLOYMENT_TAG) == deployment:
            return None
        tag = self._versions.command("tag-resource", "--tags", f"Key={DEPLOYMENT_TAG},Value={deployment}")
        return (
            f"exists already and is not of this deployment: it has no tag {DEPLOYMENT_TAG}={deployment}",
            f"If it is yours, give it that tag: {tag}\n"
            "If not, rename the deployment in the catalog, or name the secret there as the one to use: "
            f"api_keys: {{secret: {found['ARN']}}}",
        )

    def read(self) -> Shape:
        """What its text is. AwsError with the code ResourceNotFoundException where there is no secret."""
        return _shape(self._current())

    def create(self) -> None:
        """Create it without keys, as Terraform would, unless it is there."""
        if not (self.is_owned or self._is_local):
            raise self._missing()
        place = self._place
        self.was_created = self._versions.create(place.local_name, EMPTY, place.description, place.tags)

    def put(self, values: Mapping[str, str]) -> None:
        """Set these keys and leave all others alone. Creates the secret where it is not there."""
        self.change(lambda found: {**found, **values}, creates=True)

    def add_missing(self, values: Mapping[str, str]) -> None:
        """Set those of these keys that are not there yet."""
        self.change(lambda found: {**values, **found}, creates=True)

    def remove(self, names: Iterable[str]) -> tuple[str, ...]:
        """Remove these keys. Returns those that were there."""
        unwanted = frozenset(names)
        before = self.change(lambda found: {name: found[name] for name in found if name not in unwanted})
        return tuple(sorted(unwanted & before.keys()))

    def repair(self, shown: Shape | None = None) -> Repair:
        """Make a JSON object of strings of it, and keep the version that it was under a label of its own.

        AwsError where there is nothing to repair, and where it is not any more what was `shown` and agreed to.
        """
        shapes: list[Shape] = []

        def mend(found: Version | None) -> Document:
            shape = _shape(found)
            if shape.repaired is None:
                raise AwsError(f"there is nothing to repair in the secret {self.id!r}")
            if shown not in (None, shape):
                hint = "Look at it again, and then decide."
                raise AwsError(f"somebody has changed the secret {self.id!r} in the meantime", hint=hint)
            self._keep(found)
            shapes.append(shape)
            return shape.repaired

        old, new = self._replace(mend)
        kept = tuple(sorted(shapes[-1].repaired or {}))
        return Repair(kept, shapes[-1].lost, self._undo(old, new) if old and new else "")

    def names_with_changes(self) -> tuple[KeyChange, ...]:
        """Every key, sorted, with when its value last changed."""
        names = self.read().names
        if not names:
            return ()
        born = (self.describe() or {}).get("CreatedDate")
        return last_changes(names, self._versions.all(), lambda each: _values(self._versions.version(each.id)), born)

    def first_version(self, *, may_add: bool) -> str | None:
        """The id of the version `{}` that Terraform may have in its state, because it holds no key.

        Where there is none, or its label is on a version with keys, it is added beside the current version, if that
        may be; else there is None.
        """
        found = self._versions.labelled(CREATED)
        if found is not None and found.text == EMPTY:
            return found.id
        return self._versions.add(EMPTY, CREATED)[0] if may_add else None

    def change(self, edit: Callable[[Document], Document], *, creates: bool = False) -> Document:
        """Replace the object by what `edit` makes of it, or of what others have made of it. Returns what it was."""
        before: list[Document] = []

        def edited(found: Version | None) -> Document | None:
            before.append(self._document(found))
            after = edit(before[-1])
            return None if after == before[-1] and found is not None else after

        self._replace(edited, creates=creates)
        return before[-1]

    def _replace(
        self, edit: Callable[[Version | None], Document | None], *, creates: bool = False
    ) -> tuple[str | None, str | None]:
        """Replace the current version by `edit`'s of it. Returns the ids of both; without a new one nothing changed."""
        new = ""
        for attempt in range(_ATTEMPTS):
            found = self._current(creates=creates)
            old = found.id if found else None
            after = edit(found)
            if after is None:
                return old, None
            new, is_current = self._versions.add(self._text(after), PENDING)
            if is_current or self._versions.make_current(new, old):
                self._versions.unlabel(PENDING, new)
                return old, new
            self._pause(random.uniform(0, 0.1 * 2**attempt))  # noqa: S311 - only so that two do not try in step
        self._versions.unlabel(PENDING, new)
        raise AwsError(
            f"the secret {self.id!r} is being changed by others all the time: {_ATTEMPTS} attempts came too late",
            hint="Nothing of yours was changed. Run the same command again.",
        )

    def _current(self, *, creates: bool = False) -> Version | None:
        try:
            return self._versions.current()
        except AwsError as error:
            if error.code != NOT_FOUND:
                raise
            if not creates:
                raise self._missing() from error
        self.create()
        return self._versions.current()

    def _document(self, found: Version | None) -> Document:
        if found is None:
            return {}
        shape = _shape(found)
        if shape.document is None:
            raise AwsError(
                f"the secret {self.id!r} cannot be changed as it is: {'; '.join(shape.problems)}",
                hint=f"Look at what can be kept of it, and decide: terrachat secrets repair{self._options}",
            )
        return shape.document

    def _text(self, document: Document) -> str:
        text = json.dumps(document)
        if len(text) > _MOST_BYTES:  # in ASCII, a byte a character
            # Secrets Manager's own refusal would repeat the text.
            raise AwsError(f"the keys together are {len(text):,} bytes, and a secret holds {_MOST_BYTES:,}")
        return text

    def _keep(self, found: Version | None) -> None:
        """Label the version that is about to be replaced, so that it stays in existence."""
        if found is None:
            return
        holder = self._versions.labelled(BEFORE_REPAIR)
        if holder is None or holder.id != found.id:
            self._versions.label(BEFORE_REPAIR, found.id, holder.id if holder else None)

    def _undo(self, old: str, new: str) -> str:
        moved = ["--version-stage", CURRENT, "--move-to-version-id", old, "--remove-from-version-id", new]
        return self._versions.command("update-secret-version-stage", *moved)

    def _missing(self) -> AwsError:
        if not (self.is_owned or self._is_local):
            hint = "Correct api_keys.secret in the catalog, or create that secret with {} as its value."
        else:
            hint = f"Set a key, which creates it: terrachat secrets set NAME{self._options}"
        return AwsError(f"there is no secret {self.id!r} in {self.region}", hint=hint, code=NOT_FOUND)


def _shape(found: Version | None) -> Shape:
    return diagnose(None) if found is None else diagnose(found.text, is_binary=found.is_binary)


def _values(version: Version) -> Mapping[str, str]:
    """The keys of a version as its author meant them: a key has not changed because a comma was mended."""
    shape = _shape(version)
    found = shape.document if shape.document is not None else shape.repaired or {}
    return {name: json.dumps(value) for name, value in found.items()}
