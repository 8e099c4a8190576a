"""Checks are asked side by side, and none of them keeps another from its answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from generator.errors import AwsError
from generator.preflight.examining import Answered, ask_all
from generator.preflight.findings import Check, Finding, Report, Verdict
from tests.unit.generator.preflight.examined import examine


def check(name: str, examine: Callable[[], Iterable[Finding]] | None = None) -> Check:
    return Check(f"test/{name}", f"the {name}", examine or (lambda: [finding(name)]), models=("m",))


def finding(name: str, verdict: Verdict = Verdict.OK) -> Finding:
    return Finding(f"test/{name}", f"the {name}", verdict, "said")


def verdicts(report: Report) -> list[tuple[str, str]]:
    return [(each.id, str(each.verdict)) for each in report.findings]


def test_checks_wait_for_one_another_and_all_answer() -> None:
    """Each of them goes on only when all have begun, which they never would one by one."""
    meeting = threading.Barrier(12, timeout=30)

    def meet() -> Iterator[Finding]:
        meeting.wait()
        yield finding("one")

    report = examine([check(str(number), meet) for number in range(12)])

    assert report.verdict is Verdict.OK


def test_findings_come_in_the_order_of_their_checks() -> None:
    last = threading.Event()

    def after_the_last() -> list[Finding]:
        assert last.wait(30)
        return [finding("a")]

    def the_last() -> list[Finding]:
        last.set()
        return [finding("b"), finding("c")]

    report = examine([check("a", after_the_last), check("b", the_last)])

    assert verdicts(report) == [("test/a", "ok"), ("test/b", "ok"), ("test/c", "ok")]


def test_what_is_refused_is_unknown_with_its_reason_and_next_step() -> None:
    def refused() -> list[Finding]:
        raise AwsError("ListThings failed: AccessDenied: no", hint="Sign in as another.", code="AccessDenied")

    found = examine([check("refused", refused), check("next")]).findings

    assert [each.verdict for each in found] == [Verdict.UNKNOWN, Verdict.OK]
    assert (found[0].id, found[0].subject, found[0].models) == ("test/refused", "the refused", ("m",))
    assert (found[0].reason, found[0].fix) == ("ListThings failed: AccessDenied: no", "Sign in as another.")


def test_what_was_found_before_a_refusal_stays() -> None:
    def half() -> Iterator[Finding]:
        yield finding("half", Verdict.BLOCKED)
        raise AwsError("the second question failed")

    assert verdicts(examine([check("half", half)])) == [("test/half", "blocked"), ("test/half", "unknown")]


def test_a_defect_of_a_check_is_told_without_its_words_and_stops_nothing() -> None:
    def defect() -> list[Finding]:
        raise KeyError("hf_planted")

    found = examine([check("defect", defect), check("next")]).findings

    assert [each.verdict for each in found] == [Verdict.UNKNOWN, Verdict.OK]
    assert "KeyError" in found[0].reason
    assert "hf_planted" not in repr(found)


def test_a_check_that_never_answers_is_told_and_not_waited_for() -> None:
    never = threading.Event()

    def hang() -> list[Finding]:
        never.wait()
        return []

    found = ask_all([check("hangs", hang), check("answers")], patience_s=1)
    never.set()

    assert [each.findings[0].verdict for each in found] == [Verdict.UNKNOWN, Verdict.OK]
    assert found[0].findings[0].reason == "no answer within 1 s"


def test_each_answer_is_told_in_the_callers_thread() -> None:
    told: list[tuple[Answered, threading.Thread]] = []

    answers = ask_all([check("a"), check("b")], on_done=lambda each: told.append((each, threading.current_thread())))

    assert sorted((each.check.id for each, _ in told)) == ["test/a", "test/b"]
    assert {thread for _, thread in told} == {threading.current_thread()}
    assert {each for each, _ in told} == set(answers)


def test_nothing_to_ask_is_ok() -> None:
    assert examine([]) == Report(())
    assert Report(()).verdict is Verdict.OK
