"""Which request fields a form offers, and what becomes of its values."""

from __future__ import annotations

from frontend.history.records import ChatSettings
from frontend.parameters import PARAMETERS, chosen, not_taken, offered
from frontend.wire import ModelInfo

PICKY = ModelInfo(id="picky", unsupported_parameters=("temperature",))


def test_what_no_model_takes_is_not_offered() -> None:
    assert [each.name for each in offered([PICKY])] == [each.name for each in PARAMETERS if each.name != "temperature"]
    assert offered([PICKY, ModelInfo(id="any")]) == PARAMETERS
    assert offered([ModelInfo(id="none", parameters=())]) == ()


def test_what_a_form_does_not_show_stays_as_it_was() -> None:
    before = ChatSettings("Be brief.", {"temperature": 0.5, "seed": 7})

    after = chosen(before, " Be long. ", {"seed": None, "max_tokens": 9, "temperature": 1.0}, offered([PICKY]))

    assert after == ChatSettings("Be long.", {"temperature": 0.5, "max_tokens": 9})
    assert not_taken(after, PICKY) == ("temperature",)
