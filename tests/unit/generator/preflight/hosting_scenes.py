"""Scenes whose catalog has the chat page run on AWS, and what is found about one thing that the page needs."""

from __future__ import annotations

from typing import Any

from generator.preflight.findings import Finding
from generator.preflight.hosting_checks import checks
from generator.preflight.scene import Scene
from tests.unit.generator.aws_answers import Answer
from tests.unit.generator.preflight.examined import examine
from tests.unit.generator.preflight.played_scenes import THIRD_PARTY, scene

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:chat-page-a1b2c3"
METADATA_URL = "https://login.example.com/.well-known/openid-configuration"
VPC = "vpc-0123456789abcdef0"
FRONT_A, FRONT_B, BACK = "subnet-aaaaaaaa", "subnet-bbbbbbbb", "subnet-cccccccc"
HOSTING: dict[str, Any] = {
    "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/chat-page:1.0",
    "domain": "chat.example.com",
    "certificate": CERTIFICATE,
    "vpc": VPC,
    "subnets": {"load_balancer": [FRONT_A, FRONT_B], "tasks": [BACK]},
    "oidc": {"metadata_url": METADATA_URL, "client_id": "terrachat", "secret": SECRET},
}


def hosted(aws: dict[str, tuple[Answer, ...]] | None = None, *, is_local: bool = False, **hosting: Any) -> Scene:
    """A scene with the page on AWS, whose services give these answers and no others."""
    return scene(THIRD_PARTY, aws=aws, is_local=is_local, hosting={**HOSTING, **hosting})


def found(name: str, of: Scene) -> Finding:
    """What is found about one thing that the page needs."""
    (asked,) = (each for each in checks(of) if each.id == f"hosting/{name}")
    (finding,) = examine((asked,)).findings
    assert finding.id == f"hosting/{name}"
    return finding
