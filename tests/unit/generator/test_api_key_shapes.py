"""What people put into the API-keys secret is named for what it is, without a value; what can be kept is kept."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.api_keys.entries import plain_name, shown_name
from generator.api_keys.shapes import diagnose

TWO = {"A": "sk-planted-1", "B": "sk-planted-2"}
PLAIN = '{"A": "sk-planted-1", "B": "sk-planted-2"}'


@pytest.mark.parametrize("text", ["{}", PLAIN, ' \n{"A": "sk-planted-1", "B": "sk-planted-2"}\n'])
def test_an_object_of_strings_is_sound(text: str) -> None:
    shape = diagnose(text)

    assert (shape.is_sound, shape.is_editable, shape.repaired, shape.lost) == (True, True, None, ())
    assert shape.values == shape.document == json.loads(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(None, "it has no value yet; without keys it must be {}", id="no value"),
        pytest.param("", "it is an empty string; without keys it must be {}", id="empty"),
        pytest.param(" \n", "it is an empty string; without keys it must be {}", id="blank"),
        pytest.param("''", "it is an empty string; without keys it must be {}", id="single quotes"),
        pytest.param('""', "it is an empty string; without keys it must be {}", id="double quotes"),
    ],
)
def test_what_is_empty_becomes_an_object_and_loses_nothing(text: str | None, problem: str) -> None:
    shape = diagnose(text)

    assert (shape.values, shape.problems, shape.repaired, shape.lost) == (None, (problem,), {}, ())
    assert not shape.is_editable


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            '{\n  "A": "sk-planted-1",\n  "B": "sk-planted-2",\n}',
            "it is not JSON: line 3, column 22: a comma before the closing brace",
            id="comma at the end",
        ),
        pytest.param(
            "{'A': 'sk-planted-1', 'B': 'sk-planted-2'}",
            'it is not JSON: line 1, column 2: single quotes; write "',
            id="single quotes",
        ),
        pytest.param(
            "{“A”: “sk-planted-1”, ‘B’: ‘sk-planted-2’}",
            'it is not JSON: line 1, column 2: typographic quotes; write "',
            id="typographic quotes",
        ),
        pytest.param(
            '\n{\n  "A": "sk-planted-1"\n  "B": "sk-planted-2"\n}',
            "it is not JSON: line 4, column 3: a comma is missing before this, or a quote",
            id="no comma",
        ),
        pytest.param(
            '{"A": "sk-planted-1", "B": "sk-planted-2"',
            "it is not JSON: line 1, column 42: it ends in the middle; a quote or a brace is missing",
            id="no closing brace",
        ),
        pytest.param(
            '"A": "sk-planted-1", "B": "sk-planted-2"',
            "it is not JSON: line 1, column 4: there is more text behind its end",
            id="no braces",
        ),
        pytest.param(
            "{A: sk-planted-1, B: sk-planted-2}",
            "it is not JSON: line 1, column 2: a name in double quotes is expected here",
            id="no quotes",
        ),
        pytest.param(
            '{"A" = "sk-planted-1", "B" => "sk-planted-2"}',
            "it is not JSON: line 1, column 6: a colon is missing before this",
            id="no colon",
        ),
        pytest.param(
            '{"A": sk-planted-1, "B": "sk-planted-2"}',
            "it is not JSON: line 1, column 7: a value is expected here",
            id="a value without quotes",
        ),
        pytest.param(
            '# keys\nA=sk-planted-1\n\nexport B="sk-planted-2"\n',
            "it is lines of NAME=VALUE and not a JSON object",
            id="lines",
        ),
        pytest.param(
            "A: sk-planted-1\nB: 'sk-planted-2'",
            "it is lines of NAME=VALUE and not a JSON object",
            id="lines with colons",
        ),
        pytest.param(
            json.dumps(PLAIN),
            "it is a JSON string that holds JSON: the object was encoded twice",
            id="encoded twice",
        ),
        pytest.param(
            '[{"A": "sk-planted-1"}, {"B": "sk-planted-2"}]',
            "it is a list of objects and not one object",
            id="list of objects",
        ),
        pytest.param(
            f"\ufeff{PLAIN}",
            "it begins with a character that cannot be seen (a byte order mark)",
            id="byte order mark",
        ),
    ],
)
def test_what_is_nearly_json_is_read(text: str, problem: str) -> None:
    shape = diagnose(text)

    assert (shape.values, shape.problems, shape.repaired, shape.lost) == (None, (problem,), TWO, ())
    assert not shape.is_editable


def test_a_line_break_that_was_pasted_with_a_key_is_taken_off() -> None:
    shape = diagnose('{"A": "sk-planted-1\n", "B": "sk-planted-2"}')

    where = "line 1, column 20: a line break or another control character inside a value"
    assert (shape.problems, shape.repaired) == ((f"it is not JSON: {where}",), TWO)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('["sk-planted-1"]', "a list"),
        ("null", "null"),
        ("42", "a number"),
        ("true", "true or false"),
        ('"sk-planted-1"', "a string"),
    ],
)
def test_json_that_is_no_object_has_nothing_to_keep(text: str, kind: str) -> None:
    shape = diagnose(text)

    assert shape.problems == (f"it is {kind} and not a JSON object of names and values",)
    assert (shape.repaired, shape.lost) == ({}, ("everything: there is no name with a value in it",))


@pytest.mark.parametrize("text", ["sk-planted-1", "[" * 100_000, "{", '{"A": "sk-planted-1, "B": "sk-planted-2"}'])
def test_what_cannot_be_read_is_lost_and_said_to_be(text: str) -> None:
    shape = diagnose(text)

    assert (shape.repaired, shape.lost) == ({}, ("everything: no name with a value can be read in it",))


def test_what_follows_the_last_readable_key_is_lost_and_said_to_be() -> None:
    shape = diagnose('{"A": "sk-planted-1",\n "B": {"C": "sk-planted-2"},}')

    assert (shape.repaired, shape.lost) == ({"A": "sk-planted-1"}, ("what stands from line 2, column 2 on",))


def test_values_that_are_no_strings_harm_themselves_only() -> None:
    shape = diagnose('{"A": "sk-planted-1", "N": 1.10, "T": true, "Z": null, "O": {"x": 2.50}, "L": [1]}')

    assert shape.values == {"A": "sk-planted-1", "N": "1.10"}
    assert shape.unusable == {
        "T": "is true or false and not a string",
        "Z": "is null and not a string",
        "O": "is an object and not a string",
        "L": "is a list and not a string",
    }
    assert shape.problems == tuple(f"'{name}' {problem}" for name, problem in shape.unusable.items())
    assert shape.remarks == ("'N' is a number; a key is text, in quotes",)
    assert shape.repaired == {"A": "sk-planted-1", "N": "1.10"}
    assert shape.lost == (
        "'T', which is true or false",
        "'Z', which is null",
        "'O', which is an object",
        "'L', which is a list",
    )
    assert shape.document == {
        "A": "sk-planted-1",
        "N": "1.10",
        "T": True,
        "Z": None,
        "O": {"x": "2.50"},
        "L": ["1"],
    }
    assert shape.names == ("A", "L", "N", "O", "T", "Z")


def test_of_two_values_of_one_name_the_last_counts_as_it_does_for_the_handler() -> None:
    shape = diagnose(
        '{"A": "sk-planted-1", "A": "sk-planted-2", "B": null, "B": "b", "C": "c", "C": null, "D": "d", "D": "d"}'
    )

    assert shape.values == shape.repaired == {"A": "sk-planted-2", "B": "b", "D": "d"}
    assert shape.lost == (
        "the first value of 'A'",
        "'B', which is null",
        "the first value of 'C'",
        "'C', which is null",
    )
    assert not shape.is_editable


def test_names_and_values_with_something_around_them_are_mended() -> None:
    shape = diagnose('{" A\\n": "sk-planted-1", "\\ufeffB": "sk-planted-2 \\n"}')

    assert shape.repaired == TWO
    assert shape.problems == (
        "the name 'A' has a space or line break around it, so that it is not found",
        "the name 'B' has a space or line break around it, so that it is not found",
    )
    assert shape.remarks == ("'B' has a space or line break around its value, which the handler leaves out",)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "is empty"),
        ("sk planted", "holds a character that no key has, such as a space or a typographic quote"),
        ("“sk-planted”", "holds a character that no key has, such as a space or a typographic quote"),
        ("sk-pla\nnted", "holds a line break or another control character"),
    ],
)
def test_a_value_that_the_handler_refuses_is_not_usable_and_not_repaired(value: str, reason: str) -> None:
    shape = diagnose(json.dumps({"A": value}))

    assert (shape.values, shape.unusable, shape.problems) == ({}, {"A": reason}, ())
    assert (shape.remarks, shape.repaired) == ((f"'A' {reason}",), None)


def test_a_value_without_a_name_is_lost() -> None:
    assert diagnose('{" ": "sk-planted-1"}').lost == ("a value without a name",)


@pytest.mark.parametrize(
    ("text", "problems", "repaired", "lost"),
    [
        pytest.param(PLAIN, (), TWO, (), id="sound text"),
        pytest.param(
            "A=1", ("it is lines of NAME=VALUE and not a JSON object",), {"A": "1"}, (), id="text that is not JSON"
        ),
        pytest.param(None, (), {}, ("everything: it cannot be read as text",), id="no text"),
    ],
)
def test_a_binary_secret_is_read_as_text(
    text: str | None, problems: tuple[str, ...], repaired: dict[str, str], lost: tuple[str, ...]
) -> None:
    shape = diagnose(text, is_binary=True)

    assert shape.problems == ("it is binary (SecretBinary) and must be text (SecretString)", *problems)
    assert (shape.values, shape.repaired, shape.lost) == (None, repaired, lost)


def test_a_key_in_the_place_of_its_name_is_not_shown() -> None:
    shape = diagnose('{"sk-planted-0123456789": "OPENAI_API_KEY", "A B": 1, "sk-planted-9876543210": null}')

    said = " ".join((*shape.problems, *shape.remarks, *shape.lost))
    assert "planted" not in said
    assert "'A B' is no name of a key: letters, digits, '_', '.' and '-', first no digit" in shape.remarks
    assert (plain_name("OPENAI_API_KEY"), plain_name("A B"), "planted" in plain_name("sk-planted-0123456789")) == (
        "OPENAI_API_KEY",
        "'A B'",
        False,
    )
    assert shown_name("x" * 200) == "(hidden: a name of 200 characters)"


_PIECES = st.sampled_from(
    ["{", "}", "[", "]", '"', "'", "“", ",", ":", "=", "\n", " ", "\ufeff", "A", "B_1", "\\", "1", "null"]
)


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_no_text_breaks_it_and_what_it_repairs_needs_no_repair(text: str) -> None:
    shape = diagnose(text)

    assert shape.repaired is None or diagnose(json.dumps(shape.repaired)).repaired is None
    assert shape.problems or shape.values is not None


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z][A-Z0-9_]{0,10}", fullmatch=True), st.from_regex(r"sk-[a-z0-9]{4,12}", fullmatch=True)
    )
)
def test_every_way_of_writing_the_same_keys_is_read_alike(keys: dict[str, str]) -> None:
    ways = [
        json.dumps(keys),
        json.dumps(json.dumps(keys)),
        str(keys),
        json.dumps(keys, indent=2)[:-1] + ",\n}" if keys else "{}",
        "\n".join(f"{name}={value}" for name, value in keys.items()) or "{}",
        json.dumps(keys).replace('"', "”"),
    ]

    for way in ways:
        shape = diagnose(way)
        assert (shape.repaired if shape.repaired is not None else shape.values) == keys, way


def test_a_shape_shows_no_value() -> None:
    shape = diagnose('{"A": "sk-planted-1", "B": 1}')

    assert "planted" not in repr(shape)
    assert "planted" in str(asdict(shape)["values"])
