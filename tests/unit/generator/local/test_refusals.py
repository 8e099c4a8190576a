"""What cannot be waited for in front of a whole local target: a slow service that answers at last."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from generator.local.account.account_file import AccountFile
from generator.local.refusals import RefusalGate

SIGNED = {"HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=local/20261122/us-east-1/sts/aws4_request, …"}


def application(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"reached"]


def answer(gate: RefusalGate, environ: dict[str, Any]) -> tuple[str, bytes]:
    statuses: list[str] = []
    body = b"".join(gate(environ, lambda status, _headers: statuses.append(status)))
    return statuses[0], body


def test_a_slow_service_answers_in_the_end(tmp_path: Path) -> None:
    account = AccountFile(tmp_path / "account.yaml")
    account.path.write_text("refusals: {sts: slow}")

    assert answer(RefusalGate(application, account, "me", slow_s=0.0), SIGNED) == ("200 OK", b"reached")


def test_what_is_not_signed_is_of_the_emulator_itself(tmp_path: Path) -> None:
    account = AccountFile(tmp_path / "account.yaml")
    account.path.write_text("refusals: {'*': ThrottlingException}")
    gate = RefusalGate(application, account, "me")

    assert answer(gate, {"PATH_INFO": "/moto-api/config"}) == ("200 OK", b"reached")
    assert answer(gate, SIGNED)[0] == "400 Bad Request"
