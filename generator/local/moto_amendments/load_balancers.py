"""Load balancers: what moto 5.2.5 does otherwise than AWS."""

from __future__ import annotations

from typing import Any

from moto.acm.exceptions import CertificateNotFound
from moto.acm.models import AWSCertificateManagerBackend

from generator.local.moto_amendments.replacing import replace


def amend() -> None:
    _certificates_are_there()


def _certificates_are_there() -> None:
    """A listener names a certificate that is the owner's and no part of a deployment: it is as it should be."""
    in_use = AWSCertificateManagerBackend.set_certificate_in_use_by

    def set_certificate_in_use_by(self: Any, arn: str, load_balancer_name: str) -> None:
        try:
            in_use(self, arn, load_balancer_name)
        except CertificateNotFound:
            return

    replace(AWSCertificateManagerBackend, "set_certificate_in_use_by", set_certificate_in_use_by)
