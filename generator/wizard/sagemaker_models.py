"""Models on SageMaker endpoints: which, on what machine, what that costs, and whether their weights are gated.

Offered are the curated list and any other model of the Hugging Face Hub, about which the Hub is asked. That it cannot
be reached is said and no reason to stop: `doctor` asks again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from generator.catalog_draft import Value
from generator.errors import HubError, TerrachatError
from generator.families.curated_models import AS_OF, BY_NAME, CURATED, CuratedModel
from generator.hub import PUBLIC
from generator.pricing import EndpointUse, cost_of, cost_words
from generator.wizard.answers import Answers, Model
from generator.wizard.questions import Questions
from generator.wizard.rules import demand, hub_model_problem, instance_type_problem
from generator.wizard.setting import Setting
from generator.wizard.sizing import objection, proposed_type

_OPTION = "--sagemaker"


@dataclass(frozen=True)
class _Found:
    """What is known of a model, from the curated list or from the Hub; `is_known` where it is from either.

    `words` are what there is to say of it.
    """

    name: str
    words: str
    gated: Literal["auto", "manual"] | None = None
    is_known: bool = True
    size_bytes: int | None = None
    instance_type: str | None = None
    environment: tuple[tuple[str, int], ...] = ()


def chosen(setting: Setting, answers: Answers) -> Answers:
    """`answers` with the models that the options name, else with those that are chosen from the list."""
    if setting.questions is None or setting.wishes.sagemaker:
        for wish in setting.wishes.sagemaker:
            answers = _wished(setting, answers, wish)
        return answers
    questions = setting.questions
    setting.say(f"\nOpen models for SageMaker endpoints (a list of {AS_OF}), with what a machine for each costs:")
    lines = [_line(setting, each, answers.region) for each in CURATED]
    picked = questions.several(
        "Which, by number, or another one's name on the Hugging Face Hub", lines, other=hub_model_problem
    )
    for name in (CURATED[each].name if isinstance(each, int) else each for each in picked):
        found = _found(setting, name)
        if found is None and not questions.yes(f"Take {name} all the same?", default=False):
            continue
        found = found or _unknown(name)
        instance_type = _ask_instance_type(setting, questions, found)
        answers = setting.added(_model(setting, answers, found, instance_type), answers, _OPTION)
    return answers


def _wished(setting: Setting, answers: Answers, wish: str) -> Answers:
    name, _, instance_type = wish.partition("@")
    demand(_OPTION, name, hub_model_problem)
    found = _found(setting, name)
    if found is None:
        raise TerrachatError(
            f"{_OPTION} {name}: the Hugging Face Hub has no such model, or it is private",
            hint="Check the name. For a private one set HF_TOKEN in the environment.",
        )
    instance_type = instance_type or found.instance_type or proposed_type(name, found.size_bytes) or ""
    if not instance_type:
        large = f"no machine that is known holds its {(found.size_bytes or 0) / 1e9:,.0f} GB"
        raise TerrachatError(
            f"{_OPTION} {name}: {large if found.size_bytes else 'how large it is could not be found out'}",
            hint=f"Name the machine: {_OPTION} {name}@ml.g5.2xlarge",
        )
    demand(_OPTION, instance_type, instance_type_problem)
    if against := objection(name, instance_type, found.size_bytes):
        setting.say(f"warning: {against}")
    return setting.added(_model(setting, answers, found, instance_type), answers, _OPTION)


def _ask_instance_type(setting: Setting, questions: Questions, found: _Found) -> str:
    proposed = found.instance_type or proposed_type(found.name, found.size_bytes)
    while True:
        typed = questions.text(f"Instance type for {found.name}", instance_type_problem, proposed or "")
        against = None if typed == proposed else objection(found.name, typed, found.size_bytes)
        if against is None:
            return typed
        setting.say(f"  {against}")
        if questions.yes("Take it all the same?", default=False):
            return typed


def _found(setting: Setting, name: str) -> _Found | None:
    """What there is to know of the model `name`; None where the Hub says that there is none."""
    curated = BY_NAME.get(name.casefold())
    try:
        model = setting.outside.hub_model(curated.name if curated else name)
    except HubError as error:
        setting.say(f"{name}: {error.message}.")
        if error.kind == "not_found":
            return None
        setting.say(
            f"It is taken as {f'the list of {AS_OF} has it' if curated else 'it is'}; terrachat doctor asks again."
        )
        return _of_curated(curated, curated.gated) if curated else _unknown(name)
    if curated:
        # A gate may have come since the list was made. One that is gone is no harm: the token is not needed then.
        return _of_curated(curated, model.gated or curated.gated)
    size = f", {model.size_bytes / 1e9:,.0f} GB" if model.size_bytes else ""
    words = f"{name}{size}; {_gated_words(model.gated)}; {PUBLIC}/{name}"
    return _Found(name, words, model.gated, size_bytes=model.size_bytes)


def _unknown(name: str) -> _Found:
    return _Found(name, f"{name}; {PUBLIC}/{name}", is_known=False)


def _of_curated(model: CuratedModel, gated: Literal["auto", "manual"] | None) -> _Found:
    length = f"chats of up to {model.max_model_len:,} of its {model.context_tokens:,} tokens"
    licence = f"{model.licence}, {_gated_words(gated)}"
    words = f"{model.name}: {_size(model)} parameters, {length}; {licence}; {model.card}"
    return _Found(
        model.name,
        words,
        gated,
        instance_type=model.instance_type,
        environment=(("SM_VLLM_MAX_MODEL_LEN", model.max_model_len),),
    )


def _gated_words(gated: Literal["auto", "manual"] | None) -> str:
    match gated:
        case "auto":
            return "gated: accept the licence on its page, and access is given at once"
        case "manual":
            return "gated: ask for access on its page, and its owner decides"
    return "not gated"


def _model(setting: Setting, answers: Answers, found: _Found, instance_type: str) -> Model:
    model_id = setting.free_id(found.name, answers)
    cost = _cost(setting, answers.region, instance_type)
    comments = (
        found.words,
        f"Its endpoint costs {cost}, asked or not. To end that: terrachat stop {model_id}",
    )
    entry: dict[str, Value] = {
        "source": {"huggingface": found.name},
        "container": "vllm",
        "instance_type": instance_type,
    }
    if found.environment:
        entry["environment"] = dict(found.environment)
    gated = found.gated is not None if found.is_known else None
    return Model(model_id, "sagemaker", entry, comments, gated=gated)


def _cost(setting: Setting, region: str, instance_type: str) -> str:
    prices = setting.outside.prices(region)
    cost = cost_of([EndpointUse("", instance_type, 1, 1)], prices).endpoints[0]
    if cost.hourly is None:
        return f"what {instance_type} costs in {region} (see aws.amazon.com/sagemaker/pricing)"
    return f"{cost_words(cost)} by the {prices.source}"


def _line(setting: Setting, model: CuratedModel, region: str) -> str:
    price = setting.outside.prices(region).hourly(model.instance_type)
    cost = f"${price.usd_per_hour:,.2f} an hour" if price else "price not known"
    gated = "" if model.gated is None else f", gated ({model.gated})"
    return f"{model.name}: {_size(model)}, {model.licence}{gated}, {model.instance_type}, {cost}; {model.known_for}"


def _size(model: CuratedModel) -> str:
    return f"{model.billions:g} B" if model.billions >= 1 else f"{model.billions * 1000:g} M"
