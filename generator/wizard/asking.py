"""The order of the wizard's questions, and what is asked in each case.

In: a `Setting`. Out: `Answers`. An option takes the place of its question; where nobody is asked, what has no option
is what the catalog says already, else its default, and what has no default is an error that names the option.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from generator.catalog.value_types import as_deployment
from generator.errors import TerrachatError
from generator.wizard import bedrock_models, hub_token, sagemaker_models, third_parties
from generator.wizard.answers import Answers
from generator.wizard.questions import Problem, Questions
from generator.wizard.rules import demand, deployment_problem, region_problem
from generator.wizard.setting import Setting
from generator.wizard.wishes import missing

_MODELS = "--sagemaker, --bedrock, --provider or --azure"
_KINDS = (
    "SageMaker: open models on machines of your own, paid by the hour",
    "Amazon Bedrock: models that AWS serves, paid by use",
    "third parties such as OpenAI, Anthropic, Cohere: with your key, paid by use",
    "Azure OpenAI: your own deployments there",
)
_USUAL_KIND = "2"  # the one that costs nothing while nobody asks and needs no key
_USUAL_NAME, _USUAL_REGION = "chatbot", "us-east-1"


@dataclass(frozen=True)
class Defaults:
    """What Enter takes in an empty folder: its name, and the region that the environment names."""

    folder: str
    environment: Mapping[str, str]

    @property
    def deployment(self) -> str:
        name = as_deployment(self.folder)
        return name if deployment_problem(name) is None else _USUAL_NAME

    @property
    def region(self) -> str:
        names = (self.environment.get(name, "") for name in ("AWS_REGION", "AWS_DEFAULT_REGION"))
        return next((name for name in names if name and region_problem(name) is None), _USUAL_REGION)


def answers_to(setting: Setting, defaults: Defaults) -> Answers:
    """Everything that is asked, in its order.

    Raises TerrachatError where there is nobody to ask and an option is missing, or where an option is not taken.
    """
    if setting.questions is None and setting.catalog is None and not setting.wishes.name_models:
        raise missing("a catalog needs a model", _MODELS)
    answers = _region(setting, _deployment(setting, defaults), defaults)
    answers = _models(setting, answers, defaults)
    while not answers.models and setting.catalog is None:
        if setting.questions is None:
            raise TerrachatError("no model is left, and a catalog needs one; nothing was written")
        setting.say("A catalog needs a model.")
        answers = _models(setting, answers, defaults)
    return answers


def _models(setting: Setting, answers: Answers, defaults: Defaults) -> Answers:
    kinds = _kinds(setting)
    if 0 in kinds:
        answers = sagemaker_models.chosen(setting, answers)
    if 0 in kinds or setting.wishes.name_token:
        answers = hub_token.chosen(setting, answers, defaults.environment)
    if 1 in kinds:
        answers = bedrock_models.chosen(setting, answers)
    elif setting.wishes.bedrock_region is not None:
        answers = bedrock_models.moved(setting, answers, setting.wishes.bedrock_region)
    if 2 in kinds:
        answers = third_parties.chosen(setting, answers)
    if 3 in kinds:
        answers = third_parties.azure_chosen(setting, answers)
    return answers


def _deployment(setting: Setting, defaults: Defaults) -> Answers:
    catalog = setting.catalog
    default = catalog.deployment if catalog else defaults.deployment
    region = catalog.region if catalog else defaults.region
    answers = Answers(_value(setting, "--deployment", "The deployment's name", default, deployment_problem), region)
    if catalog and answers.deployment != catalog.deployment:
        setting.say(
            f"{answers.deployment!r} is another deployment than {catalog.deployment!r}, which stays as it is, and "
            "costs what it costs, until you destroy it."
        )
    return answers


def _region(setting: Setting, answers: Answers, defaults: Defaults) -> Answers:
    default = setting.catalog.region if setting.catalog else defaults.region

    def problem(region: str) -> str | None:
        wrong = region_problem(region)
        if wrong is None and setting.catalog is not None and not setting.wishes.name_token:
            wrong = setting.problem(replace(answers, region=region))
        return wrong

    return replace(answers, region=_value(setting, "--region", "AWS region", default, problem))


def _value(setting: Setting, option: str, question: str, default: str, problem: Problem) -> str:
    wished = {"--deployment": setting.wishes.deployment, "--region": setting.wishes.region}[option]
    if wished is not None:
        return demand(option, wished, problem)
    return setting.questions.text(question, problem, default) if setting.questions else default


def _kinds(setting: Setting) -> set[int]:
    """Which kinds of model are asked for, as indexes of _KINDS."""
    wishes = setting.wishes
    by_option = (wishes.sagemaker, wishes.bedrock, wishes.providers, wishes.azure)
    if wishes.name_models or setting.questions is None:
        return {kind for kind, wished in enumerate(by_option) if wished}
    return _asked_kinds(setting, setting.questions)


def _asked_kinds(setting: Setting, questions: Questions) -> set[int]:
    setting.say("\nModels from where?" if setting.catalog is None else "\nMore models, from where?")
    default = _USUAL_KIND if setting.catalog is None else ""
    return {each for each in questions.several("Which", _KINDS, default) if isinstance(each, int)}
