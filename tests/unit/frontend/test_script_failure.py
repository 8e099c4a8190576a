"""What slips through every border of the page is told in the page's language, and not with its own words."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def failing_page() -> None:
    from frontend.views import script_failure

    script_failure.show(RuntimeError("SECRET123"))


@pytest.mark.parametrize(("language", "title"), [("en", "Something went wrong"), ("vi", "Đã xảy ra sự cố")])
def test_a_failure_outside_the_border_is_told_without_its_text(
    language: str, title: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = AppTest.from_function(failing_page)
    page.session_state["language"] = language

    shown = page.run().error[0]

    reference = caplog.messages[-1].split()[2].rstrip(":")
    assert reference in shown.value
    assert shown.proto.title == title
    assert "SECRET123" not in shown.value
