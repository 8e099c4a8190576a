"""What long work prints where there is no terminal: plain lines, in the order in which things happen."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from generator.progress import Progress, changes_as_text
from generator.terraform.events import ChangeSummary, Diagnostic, PlannedChange, ResourceProgress


def printed(*, terminal: bool = False) -> tuple[Progress, io.StringIO]:
    output = io.StringIO()
    return Progress(Console(file=output, force_terminal=terminal, width=100)), output


def test_plain_lines_name_phase_resource_and_time() -> None:
    progress, output = printed()

    with progress.phase("Apply"):
        progress.terraform(PlannedChange("aws_iam_role.handler", "create"))
        progress.terraform(ResourceProgress("start", "aws_iam_role.handler", "create", 0))
        progress.terraform(ResourceProgress("progress", "aws_iam_role.handler", "create", 10))
        progress.terraform(ResourceProgress("complete", "aws_iam_role.handler", "create", 12))
        progress.terraform(ResourceProgress("errored", "aws_lambda_function.handler", "create", 3))
        progress.terraform(Diagnostic("warning", "Deprecated"))
        progress.terraform(ChangeSummary("apply", 1, 0, 0))

    assert re.sub(r"\d+\.\d s", "N s", output.getvalue()).splitlines() == [
        "Apply …",
        "  aws_iam_role.handler: still creating, 10 s",
        "  aws_iam_role.handler: created in 12 s",
        "  aws_lambda_function.handler: failed in 3 s",
        "! Deprecated",
        "✓ Apply: 1 added, 0 changed, 0 destroyed  N s",
    ]


def test_the_parts_of_an_arn_are_no_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    Progress().show("arn:aws:secretsmanager:us-east-1:1:secret:x :key:")

    assert capsys.readouterr().err == "arn:aws:secretsmanager:us-east-1:1:secret:x :key:\n"


def test_failed_phase_leaves_the_word_to_the_error() -> None:
    progress, output = printed()

    with pytest.raises(ValueError, match="boom"), progress.phase("Apply"):
        raise ValueError("boom")

    assert output.getvalue() == "Apply …\n"
    assert "Apply" in progress.seconds


def test_terminal_keeps_what_an_ended_phase_came_to() -> None:
    progress, output = printed(terminal=True)
    with progress.phase("First"):
        progress.say("a detail that takes two lines " * 5)
        progress.refresh()
    ended = len(output.getvalue())

    with progress.phase("Second"):
        pass

    up = "\x1b[1A"
    assert up not in output.getvalue()[ended:].partition("Second")[0]


def test_terminal_keeps_a_long_detail_on_one_line() -> None:
    progress, output = printed(terminal=True)

    with progress.phase("Ask"):
        progress.count(1, 9, "waiting for " + "a long subject " * 9)

    assert re.search(r"Ask 1/9: waiting for a long .*…  0 s\n?\x1b", output.getvalue())


def test_terminal_shows_what_is_in_flight() -> None:
    progress, output = printed(terminal=True)

    with progress.phase("Apply"):
        progress.terraform(PlannedChange("aws_sagemaker_endpoint.m", "create"))
        progress.terraform(ResourceProgress("start", "aws_sagemaker_endpoint.m", "create", 0))
        progress.refresh()

    assert "Apply 0/1" in output.getvalue()
    assert "aws_sagemaker_endpoint.m: creating" in output.getvalue()


def test_text_of_others_is_not_taken_for_markup() -> None:
    progress, output = printed()

    with progress.phase("Apply"):
        progress.say("models[0] [bold]x[/bold]")

    assert "models[0] [bold]x[/bold]" in output.getvalue()


def test_changes_carry_terraforms_signs() -> None:
    changes = (PlannedChange("a.b", "create"), PlannedChange("c.d", "delete"), PlannedChange("e.f", "replace"))

    assert changes_as_text(changes) == "  + a.b\n  - c.d\n  ± e.f"


def test_note_is_told_once_and_only_of_what_is_in_flight() -> None:
    progress, output = printed()

    with progress.phase("Apply"):
        progress.terraform(ResourceProgress("start", "aws_sagemaker_endpoint.m", "create", 0))
        for text in ("downloading weights", "downloading weights", "warming up"):
            progress.note("aws_sagemaker_endpoint.m", text)
        progress.terraform(ResourceProgress("complete", "aws_sagemaker_endpoint.m", "create", 300))
        progress.note("aws_sagemaker_endpoint.m", "too late")

    assert [line for line in output.getvalue().splitlines() if "endpoint.m" in line] == [
        "  aws_sagemaker_endpoint.m: downloading weights",
        "  aws_sagemaker_endpoint.m: warming up",
        "  aws_sagemaker_endpoint.m: created in 300 s",
    ]


def test_terminal_shows_a_note_beside_its_resource() -> None:
    progress, output = printed(terminal=True)

    with progress.phase("Apply"):
        progress.terraform(ResourceProgress("start", "aws_sagemaker_endpoint.m", "create", 0))
        progress.note("aws_sagemaker_endpoint.m", "loading [bold]weights")

    assert "(loading [bold]weights)" in output.getvalue()
