"""`terrachat init` as a whole: ask, show what would be written, ask once more, write, and say what comes next.

In: where the catalog is, the options, somebody to talk to and the world outside. Out: what was written. Up to the last
question nothing is changed anywhere; after it the token's secret is made, if one is to be, and then the file is written
in one step.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from generator import editing
from generator.catalog_draft import Draft
from generator.errors import CatalogError, DeclinedError, TerrachatError
from generator.hub import PUBLIC
from generator.wizard.answers import Answers, NewSecret, SecretAtApply, TokenSecret
from generator.wizard.asking import Defaults, answers_to
from generator.wizard.outside import Outside
from generator.wizard.questions import Questions, Terminal
from generator.wizard.setting import Setting
from generator.wizard.wishes import Wishes, missing
from generator.wizard.writing import SCHEMA_FILE, stand_in_arn


@dataclass(frozen=True)
class Installed:
    """What came of it. `next_steps` are commands, and pages to open, in their order; `is_written` is false where the
    catalog was what it should be already.
    """

    is_written: bool
    next_steps: tuple[str, ...]


def install(
    path: Path,
    wishes: Wishes,
    terminal: Terminal,
    outside: Outside,
    environment: Mapping[str, str],
    *,
    is_interactive: bool,
    option: str = "",
    is_local: bool = False,
) -> Installed:
    """Make the catalog at `path`, or add to it.

    `option` is what a later command needs to work on the same target and catalog, `is_local` whether that is the local
    target. Raises DeclinedError where the person says no, CatalogError where the catalog that is there is none, and
    what asking raises; nothing is written then.
    """
    questions = Questions(terminal) if is_interactive and not wishes.yes else None
    has_schema = (path.parent / SCHEMA_FILE).is_file()
    setting = _with_former(
        Setting(path, wishes, outside, terminal.say, questions, has_schema=has_schema, option=option, is_local=is_local)
    )
    answers = answers_to(setting, Defaults(path.resolve().parent.name, environment))
    draft = setting.proposed(answers)
    draft.checked()
    if setting.former is not None and draft.content == setting.former.content:
        terminal.say(f"\n{path} says all of that already: there is nothing to write.")
        return Installed(is_written=False, next_steps=tuple(_next_steps(answers, option)))
    _agree(setting, answers, draft)
    _write(setting, answers, draft)
    return Installed(is_written=True, next_steps=tuple(_next_steps(answers, option)))


def _with_former(setting: Setting) -> Setting:
    """`setting` with the catalog that is there already, if there is one."""
    path = setting.path
    if not path.exists():
        if not path.parent.is_dir():
            raise TerrachatError(f"{path}: there is no folder {str(path.parent)!r}", hint="Make the folder first.")
        return setting
    try:
        former = editing.read(path)
    except CatalogError:
        setting.say(
            f"{path} is there and is no valid catalog; it is left as it is. Mend it, or begin another one with "
            "--catalog FILE. What is wrong with it:"
        )
        raise
    catalog = former.checked()
    models = "1 model" if len(catalog.models) == 1 else f"{len(catalog.models)} models"
    setting.say(f"{path} is there, with {models}: what it says is the default, and stays unless you change it.")
    return replace(setting, former=former, catalog=catalog)


def _agree(setting: Setting, answers: Answers, draft: Draft) -> None:
    name = str(setting.path)
    setting.say(f"\n{_shown(setting, answers, draft)}")
    if isinstance(answers.token, NewSecret):
        where = f"on the local target, in {answers.region}," if setting.is_local else f"in {answers.region}"
        afterwards = (
            "It ends with the local target (terrachat local down); the next one, and AWS, need another: terrachat "
            "secrets huggingface"
            if setting.is_local
            else "Secrets Manager bills it by the month until you delete it."
        )
        setting.say(f"The secret {answers.token.name!r} is created {where} before the file is written. {afterwards}")
    if setting.wishes.yes:
        return
    if setting.questions is None:
        raise missing(f"this writes {name}", "--yes")
    if not setting.questions.yes(f"Write {name}?", default=True):
        raise DeclinedError("Nothing was written.")


def _shown(setting: Setting, answers: Answers, draft: Draft) -> str:
    """The whole catalog, or how the one that is there would change."""
    text = draft.text
    if isinstance(answers.token, NewSecret):
        text = text.replace(stand_in_arn(answers.token, answers.region), "(its ARN, once it is created)")
    if setting.former is None:
        return f"{draft.path}:\n\n{text}"
    name = str(draft.path)
    lines = difflib.unified_diff(
        setting.former.text.splitlines(), text.splitlines(), name, f"{name} (as it would be)", lineterm=""
    )
    return "\n".join(lines) + "\n"


def _write(setting: Setting, answers: Answers, draft: Draft) -> None:
    arn = None
    if isinstance(answers.token, NewSecret):
        arn = setting.outside.create_secret(answers.token, answers.region)
        draft = setting.proposed(replace(answers, token=TokenSecret(arn)))
    try:
        if setting.former is None:
            editing.create(setting.path, draft.content)
        else:
            editing.write(draft)
    except TerrachatError as error:
        if arn is None:
            raise
        words = f"{error.message}\nThe secret was created all the same: {arn}"
        raise TerrachatError(words, hint=f"Give it the next time: --huggingface-secret {arn}") from error


def _next_steps(answers: Answers, option: str) -> Iterator[str]:
    yield f"terrachat doctor{option}"
    for model in answers.of("sagemaker"):
        source = model.entry["source"]
        if model.gated and isinstance(source, Mapping):
            yield f"accept the licence of {source['huggingface']}: {PUBLIC}/{source['huggingface']}"
    azure = answers.of("azure_openai")
    for name in dict.fromkeys(key for model in answers.models if model not in azure for key in model.keys):
        yield f"terrachat secrets set {name}{option}"
    for model in azure:
        yield f"terrachat secrets azure add {model.entry.get('model', model.id)}{option}"
    asks = "  (asks for the Hugging Face token)" if isinstance(answers.token, SecretAtApply) else ""
    yield f"terrachat apply{option}{asks}"
