"""Each fix is offered once, made only when it is wanted, and looked at again; a failure does not stop the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from generator.errors import AwsError, TerrachatError
from generator.preflight.examining import ask_all, report_of
from generator.preflight.findings import Check, Finding, Input, Offer, Verdict
from generator.preflight.fixing import fix


class Account:
    """What is missing in it, and offers that put it right.

    `then` is what comes up once something is there; what is `together` is put right by one fix.
    """

    def __init__(self, *missing: str, then: Mapping[str, str] | None = None) -> None:
        self.missing = list(missing)
        self._then = then or {}
        self.given: list[Mapping[str, str]] = []
        self.inputs: tuple[Input, ...] = ()
        self.by_hand = False
        self.together: tuple[str, ...] = ()
        self.broken: Mapping[str, Exception] = {}
        self.asked_times = 0

    def checks(self) -> list[Check]:
        return [Check(f"test/{name}", name, self._examine(name)) for name in ("a", "b", "c")]

    def _examine(self, name: str) -> Callable[[], Iterator[Finding]]:
        def examine() -> Iterator[Finding]:
            self.asked_times += 1
            if name not in self.missing:
                yield Finding(f"test/{name}", name, Verdict.OK, "it is there")
                return
            offer = Offer(f"Add {name}", "Nothing else.", self._make(name), self.inputs, self.by_hand)
            yield Finding(f"test/{name}", name, Verdict.BLOCKED, "it is not there", fix=f"add {name}", offer=offer)

        return examine

    def _make(self, name: str) -> Callable[[Mapping[str, str]], str]:
        def make(values: Mapping[str, str]) -> str:
            if name in self.broken:
                raise self.broken[name]
            self.given.append(values)
            for each in self.together if name in self.together else (name,):
                self.missing.remove(each)
            if name in self._then:
                self.missing.append(self._then[name])
            return f"{name} is there."

        return make


class Recorded:
    """A dialogue that notes what is said, and agrees but to what is declined."""

    def __init__(self, *declined: str, values: Mapping[str, str] | None = None) -> None:
        self.said: list[str] = []
        self._declined = declined
        self._values = values or {}

    def agrees(self, finding: Finding, offer: Offer) -> bool:
        agrees = finding.subject not in self._declined
        self.said.append(f"{offer.title}: {'yes' if agrees else 'no'}")
        return agrees

    def value(self, wanted: Input) -> str | None:
        return self._values.get(wanted.name)

    @contextmanager
    def at_work(self, offer: Offer) -> Iterator[None]:
        self.said.append(f"begin: {offer.title}")
        yield

    def made(self, _offer: Offer, said: str) -> None:
        self.said.append(said)

    def failed(self, offer: Offer, error: TerrachatError) -> None:
        self.said.append(f"failed: {offer.title}: {error.message}")

    def now(self, findings: Sequence[Finding]) -> None:
        self.said += [f"now: {each.subject} {each.verdict}" for each in findings]


def fixed(account: Account, dialogue: Recorded) -> list[str]:
    """The verdicts in the end."""
    answers = fix(ask_all(account.checks()), account.checks, ask_all, dialogue)
    return [str(each.verdict) for each in report_of(answers).findings]


def test_a_fix_is_made_and_its_check_asked_again() -> None:
    account, dialogue = Account("b"), Recorded()

    assert fixed(account, dialogue) == ["ok", "ok", "ok"]
    assert dialogue.said == ["Add b: yes", "begin: Add b", "b is there.", "now: b ok"]


def test_what_is_declined_is_left_and_not_offered_again() -> None:
    account, dialogue = Account("a", "b"), Recorded("a")

    assert fixed(account, dialogue) == ["blocked", "ok", "ok"]
    assert dialogue.said.count("Add a: no") == 1


def test_nothing_is_asked_again_where_nothing_was_made() -> None:
    account, dialogue = Account("a"), Recorded("a")

    fixed(account, dialogue)

    assert account.asked_times == 3


def test_a_fix_that_fails_is_told_and_the_next_is_offered() -> None:
    account, dialogue = Account("a", "b"), Recorded()
    account.broken = {"a": AwsError("PutThing failed: AccessDenied: no")}

    assert fixed(account, dialogue) == ["blocked", "ok", "ok"]
    assert dialogue.said[:4] == [
        "Add a: yes",
        "begin: Add a",
        "failed: Add a: PutThing failed: AccessDenied: no",
        "now: a blocked",
    ]
    assert "b is there." in dialogue.said


def test_a_defect_of_a_fix_is_told_without_its_words() -> None:
    account, dialogue = Account("a", "b"), Recorded()
    account.broken = {"a": ValueError("sk-planted")}

    assert fixed(account, dialogue) == ["blocked", "ok", "ok"]
    assert "failed: Add a: this fix has a defect (ValueError); please report it" in dialogue.said
    assert "sk-planted" not in str(dialogue.said)


def test_what_comes_up_after_a_fix_is_offered_too() -> None:
    """As a secret that can be read at last, and lacks a key."""
    account, dialogue = Account("c", then={"c": "a"}), Recorded()

    assert fixed(account, dialogue) == ["ok", "ok", "ok"]
    assert [each for each in dialogue.said if each.startswith("Add")] == ["Add c: yes", "Add a: yes"]


def test_what_an_earlier_fix_has_mended_is_not_offered() -> None:
    """As a licence that two models share."""
    account, dialogue = Account("a", "b"), Recorded()
    account.together = ("a", "b")

    assert fixed(account, dialogue) == ["ok", "ok", "ok"]
    assert [each for each in dialogue.said if each.startswith("Add")] == ["Add a: yes"]


def test_values_are_given_by_their_names() -> None:
    account, dialogue = Account("a"), Recorded(values={"key": "sk-planted"})
    account.inputs = (Input("key", "The key", "A_KEY", hidden=True),)

    assert fixed(account, dialogue) == ["ok", "ok", "ok"]
    assert account.given == [{"key": "sk-planted"}]
    assert "sk-planted" not in str(dialogue.said)


def test_a_fix_without_its_value_is_not_made() -> None:
    account, dialogue = Account("a"), Recorded()
    account.inputs = (Input("key", "The key", "A_KEY", hidden=True),)

    assert fixed(account, dialogue) == ["blocked", "ok", "ok"]
    assert account.given == []


def test_a_check_that_is_gone_after_a_fix_is_no_failure() -> None:
    """As where the fix changed the catalog, and the entry needs nothing of the kind any more."""
    account, dialogue = Account("a"), Recorded()
    answers = ask_all(account.checks())

    left = fix(answers, lambda: account.checks()[1:], ask_all, dialogue)

    assert [each.check.id for each in left] == ["test/b", "test/c"]
    assert dialogue.said == ["Add a: yes", "begin: Add a", "a is there."]
