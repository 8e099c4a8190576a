"""Models of Amazon Bedrock: in which region, and which of those that it has on offer there.

Where Bedrock cannot be asked, a short list with its date is offered instead, and any id can be typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from generator.catalog import BedrockEntry
from generator.errors import AwsError, TerrachatError
from generator.families.curated_bedrock import AS_OF, known_models
from generator.wizard.answers import Answers, Model
from generator.wizard.ids import bedrock_stem
from generator.wizard.questions import Questions
from generator.wizard.rules import bedrock_model_problem, bedrock_region_problem, demand
from generator.wizard.setting import Setting

_OPTION, _REGION_OPTION = "--bedrock", "--bedrock-region"
_LONGEST_LIST = 12  # of a longer one it is asked first whose models are wanted


@dataclass(frozen=True)
class _Choice:
    model: str
    line: str
    owner: str


def chosen(setting: Setting, answers: Answers) -> Answers:
    """`answers` with the region and the models that the options name, else with what is chosen."""
    questions = setting.questions
    wished = setting.wishes.bedrock
    if questions is None or wished:
        region = _wished_region(setting, answers)
        picked: Sequence[str] = [demand(_OPTION, model, bedrock_model_problem) for model in wished]
    else:
        default = setting.wishes.bedrock_region or _usual_region(setting, answers)
        region = questions.text("\nRegion that Bedrock is called in", bedrock_region_problem, default)
        picked = _pick(setting, questions, region)
    own_region = _is_own(setting, answers, region)
    if picked and not own_region and region != _usual_region(setting, answers):
        answers = replace(answers, bedrock_region=region)
    for model in picked:
        entry = {"model": model, **({"region": region} if own_region else {})}
        made = Model(setting.free_id(bedrock_stem(model), answers), "bedrock", entry)
        answers = setting.added(made, answers, _OPTION)
    return answers


def moved(setting: Setting, answers: Answers, region: str) -> Answers:
    """`answers` with another region for the Bedrock models that the catalog has. Raises TerrachatError."""
    answers = replace(answers, bedrock_region=demand(_REGION_OPTION, region, bedrock_region_problem))
    if setting.catalog is None:
        raise TerrachatError(f"{_REGION_OPTION}: no Bedrock model is chosen", hint=f"Choose one: {_OPTION} MODEL_ID")
    if wrong := setting.problem(answers):
        raise TerrachatError(f"{_REGION_OPTION}: {wrong}")
    return answers


def _usual_region(setting: Setting, answers: Answers) -> str:
    """Where Bedrock is called unless something else is said."""
    return (setting.catalog.bedrock.region if setting.catalog else None) or answers.region


def _wished_region(setting: Setting, answers: Answers) -> str:
    wished = setting.wishes.bedrock_region
    if wished is None:
        return _usual_region(setting, answers)
    return demand(_REGION_OPTION, wished, bedrock_region_problem)


def _is_own(setting: Setting, answers: Answers, region: str) -> bool:
    """Whether the region has to stand in each entry: changing it for all would move the models that are there."""
    has_others = any(isinstance(entry, BedrockEntry) and entry.region is None for entry in setting.entries)
    return has_others and region != _usual_region(setting, answers)


def _pick(setting: Setting, questions: Questions, region: str) -> Sequence[str]:
    choices = _choices(setting, region)
    owners = sorted({choice.owner for choice in choices})
    if len(choices) > _LONGEST_LIST and len(owners) > 1:
        wanted = {owners[each] for each in questions.several("Whose models", owners) if isinstance(each, int)}
        choices = [choice for choice in choices if choice.owner in wanted]
    lines = [choice.line for choice in choices]
    question = "Which, by number or by its id" if lines else "Which, by its id"
    picked = questions.several(question, lines, other=bedrock_model_problem)
    return [choices[each].model if isinstance(each, int) else each for each in picked]


def _choices(setting: Setting, region: str) -> Sequence[_Choice]:
    setting.say(f"Asking Bedrock what it has in {region} ...")
    try:
        offers = setting.outside.bedrock_offers(region)
    except AwsError as error:
        setting.say(f"It cannot be asked: {error.message}")
        known = known_models(region)
        instead = "Here is" if known else f"There is nothing for {region} in"
        setting.say(f"{instead} a short list of {AS_OF} instead; terrachat doctor asks for each model.")
        return [_Choice(each.model, f"{each.model}  {each.name}", "") for each in known]
    return [
        _Choice(offer.model, f"{offer.model}  {offer.name}{_ending(offer.lifecycle)}", offer.provider)
        for offer in offers
    ]


def _ending(lifecycle: str) -> str:
    return " (legacy: AWS will take it away)" if lifecycle == "LEGACY" else ""
