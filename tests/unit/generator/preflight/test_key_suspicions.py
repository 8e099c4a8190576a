"""What was pasted around a key or instead of one; and the keys of 20 providers, of which nothing is suspected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.preflight.key_suspicions import azure_problem, key_problem, suspicion_of

KEY = "sk-proj-Ab1-_cd2EF"
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


@pytest.mark.parametrize(
    "value",
    [
        f'"{KEY}"',
        f"'{KEY}'",
        f"`{KEY}`",
        f'{KEY}"',
        f'" {KEY} "',
        f"Bearer {KEY}",
        f"bearer  {KEY}",
        f"OPENAI_API_KEY={KEY}",
        f"HF_TOKEN='{KEY}'",
    ],
)
def test_the_key_inside_is_found_and_not_told(value: str) -> None:
    found = suspicion_of(value)

    assert found is not None
    assert found.meant == KEY
    assert KEY not in repr(found)


@pytest.mark.parametrize(
    "value",
    [
        "xxxxx",
        "sk-xxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-...",
        "sk-****",
        "<your key>",
        "$OPENAI_API_KEY",
        "${OPENAI_API_KEY}",
        "{{ key }}",
        "%OPENAI_API_KEY%",
        "your-api-key",
        "YOUR_OPENAI_API_KEY",
        "your_key_here",
        "changeme",
        "replace-me",
        "TODO",
        "none",
        "null",
        '""',
        '"xxxxx"',
        "Bearer xxxxx",
    ],
)
def test_placeholders_have_no_key_in_them(value: str) -> None:
    found = suspicion_of(value)

    assert found is not None
    assert found.meant is None


@given(
    st.text(_ALPHABET, min_size=20, max_size=120).filter(lambda text: any(each.isdigit() for each in text)),
    st.sampled_from(["", "sk-", "sk-ant-api03-", "gsk_", "AIza", "hf_", "r8_", "xai-", "nvapi-", "tgp_v1_", "pplx-"]),
)
def test_nothing_is_suspected_of_a_key(body: str, prefix: str) -> None:
    assert suspicion_of(prefix + body) is None


@pytest.mark.parametrize("value", ["secret", "token-abc123", "EMPTY", "0123456789abcdef" * 2])
def test_keys_of_servers_of_ones_own_may_be_words(value: str) -> None:
    assert suspicion_of(value) is None


def test_a_value_for_a_key_is_refused_for_what_is_around_it_before_what_is_in_it() -> None:
    assert key_problem("K", f" {KEY}\n") is None
    assert "Bearer" in (key_problem("K", f"Bearer {KEY}") or "")
    assert key_problem("K", "two words") == "holds a character that no key has, such as a space or a typographic quote"


def test_of_azures_five_only_the_key_can_be_a_placeholder() -> None:
    assert azure_problem("KEY", "M", "x" * 32) == "holds a placeholder and no key"
    assert azure_problem("DEPLOYMENT_NAME", "M", "xxx") is None
    assert azure_problem("VERSION", "M", "soon")
