"""Whether the chat page's certificate is there, issued, for its host name, and for a while yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.preflight.findings import Finding, Verdict
from generator.preflight.hosting_certificate import covers
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.hosting_scenes import CERTIFICATE, found, hosted
from tests.unit.generator.preflight.played_scenes import refused

RECORD = {"Name": "_a1.chat.example.com.", "Type": "CNAME", "Value": "_b2.acm-validations.aws."}


def described(**certificate: Any) -> Finding:
    issued = {
        "CertificateArn": CERTIFICATE,
        "Status": "ISSUED",
        "Type": "AMAZON_ISSUED",
        "DomainName": "chat.example.com",
        "SubjectAlternativeNames": ["chat.example.com"],
        "NotAfter": datetime.now(UTC) + timedelta(days=200),
    }
    answer = Answer(
        "describe_certificate", {"Certificate": {**issued, **certificate}}, given={"CertificateArn": CERTIFICATE}
    )
    return found("certificate", hosted({"acm": (answer,)}))


def in_days(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def test_an_issued_certificate_of_the_host_name_is_ok() -> None:
    told = described(NotAfter=datetime(2126, 1, 2, tzinfo=UTC))

    assert (told.verdict, told.value, told.fix) == (Verdict.OK, "ISSUED", "")
    assert told.reason == "It is issued for chat.example.com until 2126-01-02."
    assert told.asked == "acm DescribeCertificate, us-east-1"


def test_one_that_is_not_there_blocks() -> None:
    told = found("certificate", hosted({"acm": (refused("describe_certificate", "ResourceNotFoundException"),)}))

    assert (told.verdict, told.value) == (Verdict.BLOCKED, "missing")
    assert told.reason == f"ACM has no certificate {CERTIFICATE} in us-east-1."
    assert "aws acm request-certificate --region us-east-1 --domain-name chat.example.com" in told.fix


def test_one_that_waits_for_its_dns_record_says_which() -> None:
    proof = {"DomainName": "chat.example.com", "ValidationStatus": "PENDING_VALIDATION", "ResourceRecord": RECORD}
    done = {"DomainName": "b.example.com", "ValidationStatus": "SUCCESS", "ResourceRecord": {**RECORD, "Name": "_c3."}}

    told = described(
        Status="PENDING_VALIDATION",
        # A name and its wildcard have the same record.
        DomainValidationOptions=[proof, {**proof, "DomainName": "*.chat.example.com"}, done],
    )

    assert (told.verdict, told.value) == (Verdict.BLOCKED, "PENDING_VALIDATION")
    assert told.reason == (
        "AWS has not issued it: it waits for a proof that chat.example.com, *.chat.example.com is yours."
    )
    assert told.fix == (
        "Add to the DNS of the domain: _a1.chat.example.com. CNAME _b2.acm-validations.aws.\nThen wait: aws acm wait "
        f"certificate-validated --region us-east-1 --certificate-arn {CERTIFICATE}"
    )


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"DomainName": "chat.example.com", "ValidationMethod": "EMAIL"}, "Follow the link in the mail"),
        ({"DomainName": "chat.example.com", "ValidationMethod": "DNS"}, "See in the ACM console"),
    ],
    ids=["mail", "no record yet"],
)
def test_one_that_waits_for_something_else_says_so(option: dict[str, str], said: str) -> None:
    told = described(Status="PENDING_VALIDATION", DomainValidationOptions=[option])

    assert (told.verdict, told.fix.startswith(said)) == (Verdict.BLOCKED, True)


@pytest.mark.parametrize(
    ("status", "why", "reason"),
    [
        ("EXPIRED", {}, "It is EXPIRED."),
        ("REVOKED", {"RevocationReason": "KEY_COMPROMISE"}, "It is REVOKED (KEY_COMPROMISE)."),
        ("FAILED", {"FailureReason": "CAA_ERROR"}, "It is FAILED (CAA_ERROR)."),
        ("VALIDATION_TIMED_OUT", {}, "It is VALIDATION_TIMED_OUT."),
        ("INACTIVE", {}, "It is INACTIVE."),
    ],
)
def test_one_that_no_load_balancer_takes_blocks(status: str, why: dict[str, str], reason: str) -> None:
    told = described(Status=status, **why)

    assert (told.verdict, told.reason, told.value) == (Verdict.BLOCKED, reason, status)
    assert told.fix.startswith("Request one,")


def test_one_of_other_names_blocks_and_names_some() -> None:
    told = described(DomainName="a.org", SubjectAlternativeNames=["a.org", *(f"{n}.a.org" for n in range(5))])

    assert told.verdict is Verdict.BLOCKED
    assert told.reason == (
        "It is for a.org, 0.a.org, 1.a.org, 2.a.org, 3.a.org and 1 more, and not for chat.example.com."
    )


def test_a_wildcard_of_the_level_will_do() -> None:
    assert described(DomainName="*.Example.com", SubjectAlternativeNames=["*.Example.com"]).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("certificate", "verdict", "said"),
    [
        ({"Type": "IMPORTED"}, Verdict.WARN, "was imported, which AWS does not renew"),
        ({"RenewalSummary": {"RenewalStatus": "FAILED"}}, Verdict.WARN, "renewal of it is FAILED"),
        ({"RenewalSummary": {"RenewalStatus": "PENDING_AUTO_RENEWAL"}}, Verdict.OK, "AWS renews it"),
        ({}, Verdict.OK, "AWS renews it"),
    ],
    ids=["imported", "renewal failed", "renewal under way", "no word"],
)
def test_an_end_that_is_near_matters_where_aws_does_not_renew(
    certificate: dict[str, Any], verdict: Verdict, said: str
) -> None:
    more = {"DomainValidationOptions": [{"DomainName": "chat.example.com"}], "UpdatedAt": datetime.now(UTC)}
    given_ = {key: {**value, **more} if key == "RenewalSummary" else value for key, value in certificate.items()}

    told = described(NotAfter=in_days(29), **given_)

    assert told.verdict is verdict
    assert said in told.reason
    assert described(NotAfter=in_days(31), **given_).verdict is Verdict.OK


def test_a_renewal_that_waits_says_for_which_record() -> None:
    proof = {"DomainName": "chat.example.com", "ValidationStatus": "PENDING_VALIDATION", "ResourceRecord": RECORD}
    renewal = {
        "RenewalStatus": "PENDING_VALIDATION",
        "DomainValidationOptions": [proof],
        "UpdatedAt": datetime.now(UTC),
    }

    told = described(NotAfter=in_days(10), RenewalSummary=renewal)

    assert told.verdict is Verdict.WARN
    assert told.fix.endswith("Records: _a1.chat.example.com. CNAME _b2.acm-validations.aws.")


LABEL = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
NAME = st.lists(LABEL, min_size=2, max_size=5).map(".".join)


@given(NAME, LABEL, LABEL)
def test_a_name_covers_itself_and_a_wildcard_exactly_one_label(name: str, label: str, other: str) -> None:
    assert covers(name, name)
    assert covers(name.upper(), name)
    assert covers(f"*.{name}", f"{label}.{name}")
    assert not covers(f"*.{name}", name)
    assert not covers(f"*.{name}", f"{other}.{label}.{name}")
    assert not covers(f"{label}.{name}", name)


@given(NAME, NAME)
def test_a_name_without_a_wildcard_covers_nothing_else(name: str, domain: str) -> None:
    assert covers(name, domain) == (name == domain)
