"""Models of third parties and of Azure OpenAI: whose, which, and by what names their keys are looked for.

The keys themselves are never asked for here: the secret that holds them is the deployment's, and `terrachat secrets`
puts them there.
"""

from __future__ import annotations

from collections.abc import Iterable

from generator.catalog.value_types import THIRD_PARTY_PROVIDERS
from generator.catalog_draft import Value
from generator.errors import TerrachatError
from generator.families.providers import BASE_URL_REQUIRED, keys_needed
from generator.wizard.answers import Answers, Model
from generator.wizard.questions import Problem, Questions
from generator.wizard.rules import (
    azure_identifier_problem,
    base_url_problem,
    demand,
    key_name_problem,
    third_party_model_problem,
    third_party_problem,
)
from generator.wizard.setting import Setting

_OPTION, _AZURE_OPTION = "--provider", "--azure"
NAMES = ("openai", *THIRD_PARTY_PROVIDERS)
"""Of the third parties, by LangChain's names."""


def chosen(setting: Setting, answers: Answers) -> Answers:
    """`answers` with the models that the options name, else with those that are asked for."""
    if setting.questions is None or setting.wishes.providers:
        for wish in setting.wishes.providers:
            answers = _wished(setting, answers, wish)
        return answers
    questions = setting.questions
    setting.say("\nThird parties, by the names that LangChain has for them, and the key that each needs:")
    picked = questions.several("Which", [_line(name) for name in NAMES], other=third_party_problem)
    for each in picked:
        provider = NAMES[each] if isinstance(each, int) else each
        extra = _own_server(questions, provider) if provider in BASE_URL_REQUIRED else {}
        if extra is None:
            continue
        question = f"Models of {provider}, by its own names for them, separated by commas"
        for name in _names(questions.optional(question, _each(third_party_model_problem))):
            answers = setting.added(_model(setting, answers, provider, name, extra), answers, _OPTION)
    return answers


def azure_chosen(setting: Setting, answers: Answers) -> Answers:
    """`answers` with the Azure OpenAI models that the options name, else with those that are asked for."""
    names: Iterable[str] = setting.wishes.azure
    if setting.questions is not None and not setting.wishes.azure:
        setting.say("\nEach Azure OpenAI model has an identifier of your choice: the names of its five keys end in it.")
        question = "Identifiers, such as Model1,Model2"
        names = _names(setting.questions.optional(question, _each(azure_identifier_problem)))
    for name in names:
        demand(_AZURE_OPTION, name, azure_identifier_problem)
        model_id = setting.free_id(name, answers, keep_case=True)
        entry: dict[str, Value] = {} if model_id == name else {"model": name}
        keys = keys_needed("azure_openai", identifier=name)
        answers = setting.added(Model(model_id, "azure_openai", entry, keys=keys), answers, _AZURE_OPTION)
    return answers


def _wished(setting: Setting, answers: Answers, wish: str) -> Answers:
    provider, slash, name = wish.partition("/")
    demand(_OPTION, provider, third_party_problem)
    if not slash:
        example = f"{_OPTION} {provider}/{'gpt-4o-mini' if provider == 'openai' else 'MODEL'}"
        raise TerrachatError(f"{_OPTION} {wish}: the model is missing", hint=f"Write both: {example}")
    demand(_OPTION, name, third_party_model_problem)
    if provider in BASE_URL_REQUIRED:
        raise TerrachatError(
            f"{_OPTION} {wish}: {provider!r} is a server of your own, and an option cannot say where it is",
            hint="Run init at a terminal, which asks for its address, or write base_url and key_name into the catalog.",
        )
    return setting.added(_model(setting, answers, provider, name, {}), answers, _OPTION)


def _model(setting: Setting, answers: Answers, provider: str, name: str, extra: dict[str, Value]) -> Model:
    base_url, key_name = extra.get("base_url"), extra.get("key_name")
    keys = keys_needed(
        provider, base_url=str(base_url) if base_url else None, key_name=str(key_name) if key_name else None
    )
    entry: dict[str, Value] = {"model": name, **extra}
    return Model(setting.free_id(name, answers), provider, entry, keys=keys)


def _own_server(questions: Questions, provider: str) -> dict[str, Value] | None:
    """Where it is and how its key is called; None where it is left out after all."""
    address = questions.optional(f"{provider} is a server of your own: its address", base_url_problem)
    if not address:
        return None
    key_name = questions.optional("The name of its key in the API-keys secret", key_name_problem)
    return {"base_url": address, "key_name": key_name or None}


def _line(name: str) -> str:
    keys = ", ".join(keys_needed(name))
    return f"{name}  {keys or 'a server of your own'}"


def _names(typed: str) -> list[str]:
    return typed.replace(",", " ").split()


def _each(problem: Problem) -> Problem:
    """What is wrong with one of several names."""

    def first(typed: str) -> str | None:
        names = _names(typed)
        return next((wrong for name in names if (wrong := problem(name))), None) if names else problem(typed)

    return first
