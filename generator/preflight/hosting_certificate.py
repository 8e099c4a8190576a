"""Whether the chat page's certificate can be used: it is there, issued, for the page's host name, and for a while yet.

In: ACM, in the deployment's region. Out: one finding. A load balancer takes no certificate that is not issued, and
browsers refuse one that is not for the name in their address bar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from generator.aws_calls import calling
from generator.catalog import HostingSettings
from generator.errors import AwsError
from generator.preflight.findings import Finding, Verdict
from generator.preflight.scene import Scene

# Source: botocore 1.44.5, acm: DescribeCertificate's errors, CertificateStatus, RenewalStatus; read on 2026-11-23.
_NOT_FOUND = "ResourceNotFoundException"
_ISSUED, _PENDING = "ISSUED", "PENDING_VALIDATION"
_WAITING_OR_FAILED = frozenset({"PENDING_VALIDATION", "FAILED"})
_SOON = timedelta(days=30)
_NAMED = 5


def examine(scene: Scene, hosting: HostingSettings, found: partial[Finding]) -> Iterator[Finding]:
    """Ask ACM about the certificate that the catalog names. Raises AwsError where it does not tell."""
    asked = f"acm DescribeCertificate, {scene.region}"
    acm = scene.aws.client("acm", scene.region)
    try:
        with calling("DescribeCertificate"):
            described = acm.describe_certificate(CertificateArn=hosting.certificate)["Certificate"]
    except AwsError as error:
        if error.code != _NOT_FOUND:
            raise
        reason = f"ACM has no certificate {hosting.certificate} in {scene.region}."
        yield found(Verdict.BLOCKED, reason, asked, "missing", _another(scene, hosting))
        return
    verdict, reason, fix = _judged(scene, hosting, described)
    yield found(verdict, reason, asked, str(described.get("Status", "")), fix)


def covers(name: str, domain: str) -> bool:
    """Whether a certificate's `name` is for `domain`: the same, or a wildcard for exactly its first label.

    Source: RFC 6125, section 6.4.3, as browsers and Go's crypto/x509 take it; read on 2026-11-23.
    """
    name, domain = name.lower(), domain.lower()
    first, _, rest = domain.partition(".")
    return name == domain or (bool(first) and bool(rest) and name == f"*.{rest}")


def _judged(scene: Scene, hosting: HostingSettings, described: Mapping[str, Any]) -> tuple[Verdict, str, str]:
    status = described.get("Status")
    if status == _PENDING:
        reason = f"AWS has not issued it: it waits for a proof that {_waiting_for(described)} is yours."
        return Verdict.BLOCKED, reason, _proof(scene, hosting, described)
    if status != _ISSUED:
        why = described.get("FailureReason") or described.get("RevocationReason")
        return Verdict.BLOCKED, f"It is {status}{f' ({why})' if why else ''}.", _another(scene, hosting)
    names = tuple(dict.fromkeys([described.get("DomainName", ""), *described.get("SubjectAlternativeNames", ())]))
    if not any(covers(name, hosting.domain) for name in names):
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        reason = f"It is for {', '.join(names[:_NAMED])}{more}, and not for {hosting.domain}."
        return Verdict.BLOCKED, reason, _another(scene, hosting)
    return _for_how_long(hosting, described)


def _for_how_long(hosting: HostingSettings, described: Mapping[str, Any]) -> tuple[Verdict, str, str]:
    end = described.get("NotAfter")
    until = f" until {end:%Y-%m-%d}" if end else ""
    is_issued = f"It is issued for {hosting.domain}{until}"
    if end is None or end - datetime.now(UTC) > _SOON:
        return Verdict.OK, f"{is_issued}.", ""
    if described.get("Type") == "IMPORTED":
        fix = "Import its successor under the same ARN: aws acm import-certificate "
        fix += f"--certificate-arn {hosting.certificate} ..."
        return Verdict.WARN, f"{is_issued}, and was imported, which AWS does not renew.", fix
    renewal = described.get("RenewalSummary", {})
    if renewal.get("RenewalStatus") in _WAITING_OR_FAILED:
        records = _records(renewal)
        reason = f"{is_issued}, and AWS's renewal of it is {renewal['RenewalStatus']}."
        return Verdict.WARN, reason, f"Look at it in the ACM console.{f' Records: {records}' if records else ''}"
    return Verdict.OK, f"{is_issued}; AWS renews it.", ""


def _open(described: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    options = described.get("DomainValidationOptions", ())
    return [each for each in options if each.get("ValidationStatus") != "SUCCESS"]


def _waiting_for(described: Mapping[str, Any]) -> str:
    return ", ".join(dict.fromkeys(str(each.get("DomainName")) for each in _open(described))) or "the domain"


def _records(described: Mapping[str, Any]) -> str:
    """The DNS records that AWS looks for. A name and its wildcard have the same."""
    records = [each["ResourceRecord"] for each in _open(described) if each.get("ResourceRecord")]
    return "; ".join(dict.fromkeys(f"{each['Name']} {each['Type']} {each['Value']}" for each in records))


def _proof(scene: Scene, hosting: HostingSettings, described: Mapping[str, Any]) -> str:
    wait = f"aws acm wait certificate-validated --region {scene.region} --certificate-arn {hosting.certificate}"
    if records := _records(described):
        return f"Add to the DNS of the domain: {records}\nThen wait: {wait}"
    if any(each.get("ValidationMethod") == "EMAIL" for each in _open(described)):
        return f"Follow the link in the mail that AWS sent to the domain's owner. Then wait: {wait}"
    return "See in the ACM console what it waits for; a new request shows its DNS record after some seconds."


def _another(scene: Scene, hosting: HostingSettings) -> str:
    return (
        f"Request one, and write its ARN to the catalog, in hosting: aws acm request-certificate --region "
        f"{scene.region} --domain-name {hosting.domain} --validation-method DNS"
    )
