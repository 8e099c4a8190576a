"""Who uses the page, what the environment says of signing in, and where the page may be served."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontend import oidc
from frontend.access import AccessError, SignedOut, User, exposed, only_user, user_of
from frontend.oidc import Oidc, SettingsError
from frontend.settings import MAY_START, from_environment

COMPLETE = {
    "TERRACHAT_OIDC_METADATA_URL": "https://issuer.example.com/.well-known/openid-configuration",
    "TERRACHAT_OIDC_CLIENT_ID": "client",
    "TERRACHAT_OIDC_CLIENT_SECRET": "the-client-secret",
    "TERRACHAT_OIDC_COOKIE_SECRET": "the-cookie-secret-of-32-characters",
    "TERRACHAT_OIDC_REDIRECT_URI": "https://chat.example.com/oauth2callback",
}
ANN = {"is_logged_in": True, "iss": "https://issuer.example.com", "sub": "1", "iat": 1_000_000, "nonce": "n"}
HOURS = 12
SOON, LATER = 1_000_000 + HOURS * 3600 - 1, 1_000_000 + HOURS * 3600


@pytest.fixture
def issuer() -> Oidc:
    found = oidc.from_environment(COMPLETE)
    assert found is not None
    return found


def who(issuer: Oidc, ended: SignedOut | None = None, now: float = SOON, **claims: object) -> User:
    return user_of({**ANN, **claims}, issuer, ended or SignedOut(), now)


def test_an_owner_is_the_issuer_and_its_subject_and_nothing_else(issuer: Oidc) -> None:
    ann = who(issuer, name="Ann", email="a@example.com")

    assert who(issuer, name="Bob", email="b@example.com", iat=1_000_001).owner == ann.owner
    assert who(issuer, sub="2", name="Ann", email="a@example.com").owner != ann.owner
    assert who(issuer, iss="https://other.example.com").owner != ann.owner
    assert "#" not in who(issuer, sub="1#conversation").owner


@pytest.mark.parametrize(
    "claims",
    [{"sub": None}, {"sub": ""}, {"sub": 7}, {"iss": None}, {"iss": ""}, {"iat": None}, {"iat": "now"}, {"iat": True}],
)
def test_who_the_issuer_does_not_name_is_refused(issuer: Oidc, claims: dict[str, Any]) -> None:
    with pytest.raises(AccessError) as caught:
        who(issuer, **claims)

    assert caught.value.reason == "refused"


def test_without_a_sign_in_there_is_no_user(issuer: Oidc) -> None:
    for claims in ({}, {"is_logged_in": False}, {**ANN, "is_logged_in": None}):
        with pytest.raises(AccessError) as caught:
            user_of(claims, issuer, SignedOut(), SOON)
        assert caught.value.reason == "signed_out"


def test_a_sign_in_is_over_after_its_hours_and_says_whose_it_was(issuer: Oidc) -> None:
    ann = who(issuer, now=SOON, auth_time=1)

    with pytest.raises(AccessError) as caught:
        who(issuer, now=LATER)

    assert (caught.value.reason, caught.value.user) == ("expired", ann)


def test_signing_out_ends_this_sign_in_and_no_other(issuer: Oidc) -> None:
    ended, ann = SignedOut(), who(issuer)
    assert ann.login is not None
    ended.add(ann.login, SOON)

    with pytest.raises(AccessError) as caught:
        who(issuer, ended)

    assert caught.value.reason == "ended"
    assert who(issuer, ended, nonce="another").owner == ann.owner


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": " Ann \n Lee ", "email": "a@example.com"}, "Ann Lee"),
        ({"name": " ", "cognito:username": "ann"}, "ann"),
        ({"email": "a@example.com"}, "a@example.com"),
        ({"name": "x" * 99}, "x" * 60),
        ({"name": 5}, None),
    ],
)
def test_a_name_is_what_the_issuer_says_and_may_be_missing(
    issuer: Oidc, claims: dict[str, Any], name: str | None
) -> None:
    assert who(issuer, **claims).name == name


def test_all_variables_make_an_issuer_and_none_makes_none(issuer: Oidc) -> None:
    assert from_environment({"AWS_REGION": "us-east-1"}).oidc is None
    assert from_environment({name: "" for name in COMPLETE}).oidc is None
    assert (issuer.origin, issuer.is_https, issuer.session_hours) == ("https://chat.example.com", True, HOURS)
    assert issuer.streamlit_secrets()["auth"]["client_secret"] == "the-client-secret"


def test_no_secret_is_in_what_is_printed_of_settings() -> None:
    printed = repr(from_environment(COMPLETE))

    assert "the-client-secret" not in printed
    assert "the-cookie-secret" not in printed


@pytest.mark.parametrize("missing", sorted(COMPLETE))
def test_a_part_of_the_variables_is_refused_by_name(missing: str) -> None:
    with pytest.raises(SettingsError) as caught:
        from_environment({**COMPLETE, missing: " "})

    assert missing in str(caught.value)
    assert "the-c" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TERRACHAT_OIDC_METADATA_URL", "http://issuer.example.com/"),
        ("TERRACHAT_OIDC_METADATA_URL", "issuer.example.com"),
        ("TERRACHAT_OIDC_METADATA_URL", "https://[::1"),
        ("TERRACHAT_OIDC_METADATA_URL", "https://issuer.example.com:99999/"),
        ("TERRACHAT_OIDC_METADATA_URL", "https://us er.example.com/"),
        ("TERRACHAT_OIDC_REDIRECT_URI", "https://[chat.example.com/oauth2callback"),
        ("TERRACHAT_OIDC_REDIRECT_URI", "https://me:short-secret@chat.example.com/oauth2callback"),
        ("TERRACHAT_OIDC_REDIRECT_URI", "https://chat.example.com/oauth2callback?short-secret"),
        ("TERRACHAT_OIDC_REDIRECT_URI", "https://chát.example.com/oauth2callback"),
        ("TERRACHAT_OIDC_REDIRECT_URI", "http://chat.example.com/oauth2callback"),
        ("TERRACHAT_OIDC_REDIRECT_URI", "https://chat.example.com/"),
        ("TERRACHAT_OIDC_COOKIE_SECRET", "short-secret"),
        ("TERRACHAT_OIDC_SESSION_HOURS", "0"),
        ("TERRACHAT_OIDC_SESSION_HOURS", "nan"),
        ("TERRACHAT_OIDC_SESSION_HOURS", "a day"),
        ("TERRACHAT_MAY_START", "perhaps"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_without_repeating_it(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        from_environment({**COMPLETE, name: value})

    assert name in str(caught.value)
    assert "short-secret" not in str(caught.value)


ANY_URL = st.one_of(
    st.text(),
    st.from_regex(r"(?i)https?://[\[\]:@%/a-z0-9.\-#? \u2100]{0,20}(/oauth2callback)?", fullmatch=True),
)


@given(
    changed=st.dictionaries(
        st.sampled_from([*oidc.NAMES, oidc.SESSION_HOURS, MAY_START, "TERRACHAT_OWNER", "TERRACHAT_DEPLOYMENT"]),
        ANY_URL,
    )
)
@example(changed={oidc.REDIRECT_URI: "https://["})
@example(changed={oidc.METADATA_URL: "https://\u2100"})
def test_any_text_in_the_environment_is_used_or_refused_by_name(changed: dict[str, str]) -> None:
    try:
        found = from_environment({**COMPLETE, **changed})
    except SettingsError as exc:
        assert any(name in str(exc) for name in (*oidc.NAMES, oidc.SESSION_HOURS, MAY_START))
    else:
        assert found.oidc is None or found.oidc.origin.startswith("https://" if found.oidc.is_https else "http://")


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://chat.example.com/oauth2callback", "https://chat.example.com"),
        ("HTTPS://Chat.Example.com:443/oauth2callback", "https://chat.example.com"),
        ("https://chat.example.com:8443/oauth2callback", "https://chat.example.com:8443"),
        ("http://[::1]:8501/oauth2callback", "http://[::1]:8501"),
    ],
)
def test_the_pages_origin_is_told_as_browsers_tell_it(uri: str, origin: str) -> None:
    issuer = oidc.from_environment({**COMPLETE, "TERRACHAT_OIDC_REDIRECT_URI": uri})

    assert issuer is not None
    assert (issuer.origin, issuer.is_https) == (origin, origin.startswith("https"))


@pytest.mark.parametrize(
    ("environment", "may_start"),
    [
        ({}, True),
        ({"TERRACHAT_MAY_START": "false"}, False),
        (COMPLETE, False),
        ({**COMPLETE, "TERRACHAT_MAY_START": "True"}, True),
    ],
)
def test_whoever_signs_in_may_start_models_only_where_that_is_said(
    environment: dict[str, str], may_start: bool
) -> None:
    assert from_environment(environment).may_start is may_start


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "localhost", "LOCALHOST.", "::1", "::ffff:127.0.0.1"])
def test_without_signing_in_the_page_is_for_this_machine(address: str) -> None:
    assert exposed(None, address) is None


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.2", "chat.local", "localhost.evil.com"])
def test_without_signing_in_the_page_is_served_to_nobody_else(issuer: Oidc, address: str | None) -> None:
    assert "TERRACHAT_OIDC_CLIENT_ID" in str(exposed(None, address))
    assert exposed(issuer, address) is None


def test_a_page_without_signing_in_is_for_who_sits_at_its_machine() -> None:
    assert only_user("ann", None) == only_user("ann", "127.0.0.1") == User("ann")
    with pytest.raises(AccessError) as caught:
        only_user("ann", "192.168.1.9")
    assert caught.value.reason == "not_here"
