"""The Hugging Face token that gated weights need: in which secret it is, or that there is none.

Asked as soon as there is a model on SageMaker. A token that is typed goes into a new secret in Secrets Manager once
everything is agreed to, and nowhere else; the catalog names the secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from generator.errors import AwsError, TerrachatError
from generator.hub import TOKENS_PAGE
from generator.huggingface_secret import SHARED_NAME, problem_of
from generator.wizard.answers import Answers, NewSecret, SecretAtApply, Token, TokenSecret
from generator.wizard.questions import Questions
from generator.wizard.rules import demand, secret_arn_problem
from generator.wizard.setting import Setting
from generator.wizard.wishes import AT_APPLY, NONE, missing

_OPTION, _CREATE_OPTION = "--huggingface-secret", "--create-huggingface-secret"
_AGAIN: Literal["choose again"] = "choose again"
_TOKEN_QUESTION = f"The token, from {TOKENS_PAGE}"
_OPTIONS = f"{_OPTION} ARN, {_CREATE_OPTION}, {_OPTION} {AT_APPLY} or {_OPTION} {NONE}"


def chosen(setting: Setting, answers: Answers, environment: Mapping[str, str]) -> Answers:
    """`answers` with the secret of the token. `environment` may hold the token itself, as HF_TOKEN.

    Raises TerrachatError where a gated model needs it and nobody says where it is, AwsError where a secret is to be
    made and AWS cannot be asked.
    """
    if setting.wishes.name_token:
        return _checked(setting, answers, _wished(setting, answers, environment))
    if not answers.of("sagemaker"):
        return answers
    if setting.catalog is not None and setting.catalog.huggingface is not None:
        return answers
    if setting.questions is None:
        if gated := _gated(answers):
            raise missing(f"{gated} may need a Hugging Face token", _OPTIONS)
        return answers
    return _asked(setting, setting.questions, answers)


def _wished(setting: Setting, answers: Answers, environment: Mapping[str, str]) -> Token | None:
    wished = setting.wishes.huggingface_secret
    if wished == NONE:
        return None
    if wished == AT_APPLY:
        return SecretAtApply()
    if wished is not None:
        return TokenSecret(demand(_OPTION, wished, secret_arn_problem))
    existing = setting.outside.shared_secret(answers.region)
    if existing is not None:
        _say_existing(setting, existing)
        return TokenSecret(existing)
    token = environment.get("HF_TOKEN", "").strip()
    if not token and setting.questions is not None:
        return NewSecret(SHARED_NAME, setting.questions.hidden(_TOKEN_QUESTION, problem_of))
    if not token:
        raise missing(f"{_CREATE_OPTION} needs the token", "HF_TOKEN in the environment")
    if problem := problem_of(token):
        raise TerrachatError(f"HF_TOKEN: {problem}", hint=f"Make one: {TOKENS_PAGE}")
    return NewSecret(SHARED_NAME, token)


def _checked(setting: Setting, answers: Answers, token: Token | None) -> Answers:
    answers = replace(answers, token=token)
    if (answers.models or setting.entries) and (wrong := setting.problem(answers)):
        raise TerrachatError(f"{_OPTION}: {wrong}")
    return answers


def _asked(setting: Setting, questions: Questions, answers: Answers) -> Answers:
    gated = _gated(answers)
    setting.say(
        "\nGated weights are fetched with a Hugging Face token, which is kept in Secrets Manager. "
        + (f"It is needed for {gated}." if gated else "None of the chosen models is gated.")
    )
    options = (
        "There is such a secret: I give its ARN",
        f"Create the secret {SHARED_NAME!r} in {answers.region} from a token that I type now",
        "The first apply creates a secret of the deployment's own, and asks for the token then",
        f"No token{': endpoints of gated models will not start' if gated else ''}",
    )
    while True:
        picked = questions.one("The token", options, 0 if gated else 3)
        try:
            token = _by_choice(setting, questions, answers, picked)
        except AwsError as error:
            setting.say(f"  That is not possible: {error.message}.{f' {error.hint}' if error.hint else ''}")
            continue
        if token == _AGAIN:
            continue
        with_token = replace(answers, token=token)
        wrong = setting.problem(with_token)
        if wrong is None:
            return with_token
        setting.say(f"  That is not taken: {wrong}.")


def _by_choice(
    setting: Setting, questions: Questions, answers: Answers, picked: int
) -> Token | Literal["choose again"] | None:
    match picked:
        case 0:
            arn = questions.optional("The secret's ARN", secret_arn_problem, _AGAIN)
            return TokenSecret(arn) if arn else _AGAIN
        case 1:
            existing = setting.outside.shared_secret(answers.region)
            if existing is None:
                token = questions.hidden(_TOKEN_QUESTION, problem_of, _AGAIN)
                return NewSecret(SHARED_NAME, token) if token else _AGAIN
            _say_existing(setting, existing)
            return TokenSecret(existing)
        case 2:
            return SecretAtApply()
    return None


def _say_existing(setting: Setting, arn: str) -> None:
    setting.say(f"That secret exists, and is used as it is: {arn}")
    setting.say(f"To put another token into it: terrachat secrets huggingface{setting.option}")


def _gated(answers: Answers) -> str:
    """The models that need a token, or may: the Hub did not say."""
    sure = [model.id for model in answers.of("sagemaker") if model.gated]
    unsure = [f"{model.id} (perhaps: the Hub did not say)" for model in answers.of("sagemaker") if model.gated is None]
    return ", ".join((*sure, *unsure))
