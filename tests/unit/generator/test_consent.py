"""What may happen without a word, what is asked, and what `--yes` alone does not cover."""

from __future__ import annotations

import pytest

from generator.deployment.consent import Consent
from generator.deployment.plan_summary import EndpointLoss
from generator.errors import DeclinedError

GONE = EndpointLoss("mistral", "terrachat-demo-mistral", "aws_sagemaker_endpoint.mistral", is_replaced=False)
ANEW = EndpointLoss("llama", "terrachat-demo-llama", "aws_sagemaker_endpoint.llama", is_replaced=True)
BOTH = (
    "endpoints that answer now would be deleted: mistral; endpoints that answer now would be down until they are "
    "created anew: llama"
)


class Person:
    """Answers questions in turn and remembers them."""

    def __init__(self, *answers: bool) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, text: str) -> bool:
        self.asked.append(text)
        return self._answers.pop(0)


def test_yes_alone_takes_no_endpoint_down() -> None:
    with pytest.raises(DeclinedError) as caught:
        Consent().require("the plan", [GONE, ANEW], otherwise="nothing was changed")

    assert caught.value.message == f"{BOTH}; nothing was changed"
    assert "--allow-downtime" in str(caught.value.hint)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    "consent",
    [Consent(allow_downtime=True), Consent(named=frozenset({"mistral", "llama"}))],
    ids=["option", "named by the command"],
)
def test_downtime_that_was_agreed_to_is_not_refused(consent: Consent) -> None:
    consent.require("the plan", [GONE, ANEW], otherwise="nothing was changed")


def test_person_is_asked_twice_where_endpoints_are_lost() -> None:
    person = Person(True, True)

    Consent(person).require("the plan", [GONE, ANEW], otherwise="nothing was changed")

    assert person.asked == ["the plan", f"{BOTH}."]


@pytest.mark.parametrize("answers", [(False,), (True, False)], ids=["plan", "downtime"])
def test_no_to_either_question_is_a_no(answers: tuple[bool, ...]) -> None:
    person = Person(*answers)

    with pytest.raises(DeclinedError, match="nothing was changed"):
        Consent(person).require("the plan", [GONE], otherwise="nothing was changed")

    assert len(person.asked) == len(answers)


def test_without_losses_one_question_is_enough() -> None:
    person = Person(True)

    Consent(person).require("the plan", [], otherwise="nothing was changed")

    assert person.asked == ["the plan"]
