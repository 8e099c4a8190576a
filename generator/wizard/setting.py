"""What every question of the wizard has at hand: the options, somebody to ask, the world outside, the catalog so far.

Separate from the questions because each kind of model has a module of its own, and all of them need this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.catalog import Catalog, Entry
from generator.catalog_draft import Draft
from generator.errors import CatalogError, TerrachatError
from generator.wizard.answers import Answers, Model
from generator.wizard.ids import id_for
from generator.wizard.outside import Outside
from generator.wizard.questions import Questions
from generator.wizard.wishes import Wishes
from generator.wizard.writing import changed_catalog, new_catalog


@dataclass(frozen=True)
class Setting:
    """One run of the wizard.

    Attributes:
        path: the catalog's file.
        wishes: what the options say.
        outside: what can be asked of AWS and of the Hub.
        say: shows a line, or several.
        questions: asks; None where nobody is there, or nobody wants to be asked.
        former: the catalog that is there already.
        catalog: what it says.
        has_schema: whether the catalog's JSON Schema lies beside it, for editors.
        option: what a later command needs to work on the same target and catalog.
        is_local: whether what is asked, and where a secret is made, is the local target.

    """

    path: Path
    wishes: Wishes
    outside: Outside
    say: Callable[[str], None]
    questions: Questions | None = None
    former: Draft | None = None
    catalog: Catalog | None = None
    has_schema: bool = False
    option: str = ""
    is_local: bool = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The models that the catalog has already."""
        return self.catalog.models if self.catalog else ()

    def proposed(self, answers: Answers) -> Draft:
        """What would be written."""
        if self.former is None or self.catalog is None:
            return Draft(self.path, "", new_catalog(answers, has_schema=self.has_schema))
        return changed_catalog(self.former, self.catalog, answers)

    def problem(self, answers: Answers) -> str | None:
        """What the catalog's rules have against `answers`, which have a model, or are about a catalog that has one."""
        try:
            self.proposed(answers).checked()
        except CatalogError as error:
            return error.problems[0].message
        return None

    def free_id(self, name: str, answers: Answers, *, keep_case: bool = False) -> str:
        """An id for a model called `name` that no entry has, of the catalog or of `answers`."""
        taken = [*(entry.id for entry in self.entries), *(model.id for model in answers.models)]
        return id_for(name if keep_case else name.lower(), taken)

    def added(self, model: Model, answers: Answers, option: str) -> Answers:
        """`answers` with `model`, unless something is against that or it is there: then that is said.

        Raises TerrachatError instead, naming `option`, where there is nobody to choose another.
        """
        if known := self.known_as(model, answers):
            self.say(f"{_shown(model)} is in the catalog already, as {known!r}: it is left as it is.")
            return answers
        more = answers.and_model(model)
        wrong = self.problem(more)
        if wrong is None:
            return more
        if self.questions is None or self.wishes.name_models:
            raise TerrachatError(f"{option}: {wrong}")
        self.say(f"{_shown(model)} is left out: {wrong}.")
        return answers

    def known_as(self, model: Model, answers: Answers) -> str | None:
        """The id of an entry that is the same model, if there is one."""
        mine = _same(model.item)
        return next((each for each, theirs in self._identities(answers) if theirs == mine), None)

    def _identities(self, answers: Answers) -> Iterator[tuple[str, tuple[Any, ...]]]:
        for entry in self.entries:
            yield entry.id, _same(entry.model_dump(exclude_unset=True))
        for model in answers.models:
            yield model.id, _same(model.item)


def _same(item: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two entries the same model: who serves it, and what that one calls it."""
    source = item.get("source") or {}
    name = source.get("huggingface") or item.get("endpoint") or item.get("model") or item["id"]
    return item["provider"], str(name).casefold(), item.get("base_url"), item.get("region")


def _shown(model: Model) -> str:
    source = model.entry.get("source")
    name = source["huggingface"] if isinstance(source, Mapping) else model.entry.get("model", model.id)
    return f"{name} ({model.provider})"
