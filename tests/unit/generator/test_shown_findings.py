"""How findings look on a terminal of 80 columns, and who is asked about fixes where there is no terminal."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace

import pytest
from rich.console import Console

from generator.commands.fix_dialogue import Unattended
from generator.commands.shown_findings import ask_shown, counts, print_notes, print_report
from generator.errors import AwsError
from generator.preflight.findings import Check, Finding, Input, Offer, Report, Verdict
from generator.progress import Progress

CONSOLE_URL = "https://us-east-1.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas/L-1928E07B"
OK = Finding("credentials/identity", "credentials", Verdict.OK, "signed in", "sts GetCallerIdentity", "123456789012")
OFFERED = Finding("offered/ml.g5.xlarge", "ml.g5.xlarge in us-east-1", Verdict.OK, "it is offered")
BLOCKED = Finding(
    "quota/ml.g5.xlarge",
    "quota of ml.g5.xlarge in us-east-1",
    Verdict.BLOCKED,
    "smollm2 needs 1 instance, and 2 while its endpoint is updated; the account may run 0 of them in us-east-1.",
    "service-quotas ListServiceQuotas, us-east-1",
    "0",
    f"Ask for 2 at {CONSOLE_URL}",
)
WARN = Finding("api-keys/secret", "API keys", Verdict.WARN, "HTTP_PROXY is no key of a provider.", fix="Remove it.")
UNKNOWN = Finding("guardrail/nova", "guardrail", Verdict.UNKNOWN, "GetGuardrail failed: AccessDenied: no")
SECRET = Input("key", "The key", "A_KEY", hidden=True, problem=lambda value: "it is short" if len(value) < 8 else None)


@pytest.fixture(autouse=True)
def _at_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_report_is_grouped_by_subject_and_ends_with_counts(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Report((OK, BLOCKED, UNKNOWN, OFFERED, WARN)))

    assert (
        capsys.readouterr().out
        == f"""\
AWS account
  ok       credentials: 123456789012

SageMaker
  blocked  quota of ml.g5.xlarge in us-east-1
           smollm2 needs 1 instance, and 2 while its endpoint is updated; the
           account may run 0 of them in us-east-1.
           asked  service-quotas ListServiceQuotas, us-east-1: 0
           next   Ask for 2 at
                  {CONSOLE_URL}
  ok       ml.g5.xlarge in us-east-1

Bedrock
  unknown  guardrail
           GetGuardrail failed: AccessDenied: no

API keys
  warn     API keys
           HTTP_PROXY is no key of a provider.
           next   Remove it.

2 ok, 1 warn, 1 unknown, 1 blocked.
"""
    )


def test_a_kind_without_a_title_is_a_subject_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Report((Finding("new/x", "x", Verdict.OK, "said"),)))

    assert capsys.readouterr().out.startswith("new\n  ok       x\n")


def test_what_cannot_be_asked_for_one_reason_has_it_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Report((UNKNOWN, OK, replace(UNKNOWN, id="image/m", subject="image"))))

    out = capsys.readouterr().out
    assert out.count("GetGuardrail failed") == 1
    assert "  unknown  image: for the same reason\n" in out


@pytest.mark.parametrize("between", [replace(UNKNOWN, reason="another"), WARN], ids=["another reason", "a warning"])
def test_the_same_reason_is_the_one_told_before(between: Finding, capsys: pytest.CaptureFixture[str]) -> None:
    """After another reason it is told again: nobody could tell which is meant."""
    print_report(Report((UNKNOWN, replace(between, id="image/m"), replace(UNKNOWN, id="probe/m"))))

    assert capsys.readouterr().out.count("GetGuardrail failed") == 2


def test_what_is_well_in_the_same_words_takes_one_line_together(capsys: pytest.CaptureFixture[str]) -> None:
    """As one guardrail of three models."""
    print_report(Report((OK, replace(OK, id="credentials/b"), replace(OK, id="credentials/c"), OFFERED)))

    out = capsys.readouterr().out
    assert out.splitlines()[1] == "  ok       credentials: 123456789012 (3 times)"
    assert out.endswith("\n4 ok.\n")


def test_what_is_well_takes_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Report((replace(OK, value="a long answer " * 10),)))

    assert capsys.readouterr().out.splitlines()[1] == (
        "  ok       credentials: a long answer a long answer a long answer a long …"
    )


def test_lines_of_a_text_stay_lines(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Report((Finding("new/x", "x", Verdict.WARN, "one\ntwo [bold]"),)))

    assert "           one\n           two [bold]\n" in capsys.readouterr().out


def test_a_command_on_a_line_of_its_own_stays_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """It is copied; a shell takes each line for a command."""
    command = f"aws iam create-policy --policy-name p --policy-document '{'x' * 40}'"
    print_report(Report((replace(WARN, fix=f"Have it attached:\n  {command}"),)))

    assert f"           next   Have it attached:\n                    {command}\n" in capsys.readouterr().out


def test_notes_of_an_apply_leave_out_what_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    print_notes(Report((OK, BLOCKED, UNKNOWN, WARN)), "terrachat doctor")

    out, err = capsys.readouterr()
    assert out == ""
    assert "credentials" not in err
    assert err.index("warn     API keys") < err.index("blocked  quota of ml.g5.xlarge")
    assert err.endswith("1 question had no answer; terrachat doctor says which.\n")


def test_an_apply_of_which_all_is_well_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    print_notes(Report((OK,)), "terrachat doctor")

    assert capsys.readouterr().err == ""


def test_counts_name_what_there_is() -> None:
    assert counts(Report((OK, OFFERED, BLOCKED))) == "2 ok, 1 blocked"
    assert counts(Report(())) == "nothing to ask"


def test_progress_names_what_is_open_on_a_terminal_and_only_the_end_elsewhere() -> None:
    shown, plain = io.StringIO(), io.StringIO()
    checks = [Check("a/b", "the first", lambda: [OK]), Check("c/d", "the second", lambda: [BLOCKED])]

    for output, is_terminal in ((shown, True), (plain, False)):
        ask_shown(Progress(Console(file=output, force_terminal=is_terminal, width=80)), "Ask", checks)

    assert "Ask 0/2" in shown.getvalue()
    assert "Ask 1/2: waiting for the " in shown.getvalue()
    assert plain.getvalue().splitlines()[0] == "Ask …"
    assert plain.getvalue().splitlines()[1].startswith("✓ Ask: 1 ok, 1 blocked  ")
    assert len(plain.getvalue().splitlines()) == 2


class Made:
    """An offer that notes the values with which it is made."""

    def __init__(self, *inputs: Input, by_hand: bool = False) -> None:
        self.given: list[Mapping[str, str]] = []
        self.offer = Offer("Set the key", "The handler uses it within a minute.", self._make, inputs, by_hand)

    def _make(self, values: Mapping[str, str]) -> str:
        self.given.append(values)
        return "Set."


def test_unattended_agrees_and_says_what_and_with_what_consequence(capsys: pytest.CaptureFixture[str]) -> None:
    offer = Made().offer

    assert Unattended(Progress(), {}).agrees(BLOCKED, offer)
    said = capsys.readouterr().err
    assert "blocked  quota of ml.g5.xlarge" in said
    assert said.endswith("\nSet the key.\nThe handler uses it within a minute.\n")


def test_unattended_does_nothing_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    assert not Unattended(Progress(), {}).agrees(BLOCKED, Made(by_hand=True).offer)
    said = capsys.readouterr().err
    assert CONSOLE_URL in said
    assert said.endswith("Skipped: only a person can do this.\n")


def test_unattended_takes_values_from_the_environment() -> None:
    assert Unattended(Progress(), {"A_KEY": "sk-planted"}).value(SECRET) == "sk-planted"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "Skipped: key is needed, and in the environment A_KEY is not set.\n"),
        ("sk-bad", "Skipped: key is needed, and in the environment A_KEY: it is short.\n"),
    ],
    ids=["missing", "not a key"],
)
def test_unattended_skips_what_it_has_no_value_for(
    value: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {} if value is None else {"A_KEY": value}

    assert Unattended(Progress(), environment).value(SECRET) is None
    assert capsys.readouterr().err == said


def test_what_came_of_a_fix_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    dialogue = Unattended(Progress(), {})

    dialogue.made(Made().offer, "Set.")
    dialogue.failed(Made().offer, AwsError("PutSecretValue failed: AccessDenied: no", hint="Sign in as another."))
    dialogue.now([BLOCKED])

    assert capsys.readouterr().err.splitlines()[:4] == [
        "Set.",
        "That failed: PutSecretValue failed: AccessDenied: no",
        "Sign in as another.",
        "  blocked  quota of ml.g5.xlarge in us-east-1",
    ]
