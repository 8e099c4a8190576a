"""Each model of the Hub: there or not, to be read or not, fitting or not; and the account file of the local target."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import huggingface_hub
import pytest
import uvicorn
from starlette.applications import Starlette

from generator.errors import HubError
from generator.hub import Hub
from generator.local.account.account_file import AccountFile
from generator.local.hub_wire import hub_routes
from generator.preflight.findings import Finding, Verdict
from generator.preflight.huggingface_models import checks
from generator.preflight.scene import Scene
from tests.unit.generator import played_hub as says
from tests.unit.generator.played_hub import COMMIT, PlayedHub, Says
from tests.unit.generator.preflight.examined import examine
from tests.unit.generator.preflight.hub_scenes import (
    CREATED,
    LOCAL,
    MISSING,
    MODEL,
    NAME,
    NAMED,
    TOKEN,
    examined,
    holds,
    holds_no_secret,
    refuses,
    scene,
)

API = f"/api/models/{NAME}"
ID = "huggingface/model/mistral"
FITTING = {"model.safetensors": 14_500_000_000}
ASKS = "Hugging Face Hub, GET /api/models/mistralai/Mistral-7B-Instruct-v0.3"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedHub]:
    for name in ("HF_TOKEN", "TF_VAR_huggingface_token", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with says.played_hub() as played:
        played.says["/api/whoami-v2"] = says.whoami("alice")
        played.says[API] = says.model(NAME, files=FITTING)
        monkeypatch.setenv("HF_ENDPOINT", played.url)
        yield played


def found(at: Scene) -> Finding:
    (finding,) = examined(checks(at), ID)
    assert holds_no_secret(finding)
    assert (finding.id, finding.models, finding.asked) == (ID, ("mistral",), ASKS)
    return finding


def gated(hub: PlayedHub, kind: str, access: Says = says.NOT_ACCEPTED) -> None:
    hub.says[API] = says.model(NAME, gated=kind, files=FITTING)
    hub.says[f"{API}/auth-check"] = access


def model(**changes: Any) -> dict[str, Any]:
    return MODEL | changes


@pytest.mark.parametrize("settings", [None, NAMED])
def test_an_open_model_that_fits_is_ok(hub: PlayedHub, settings: dict[str, Any] | None) -> None:
    finding = found(scene(settings, *([holds(TOKEN)] if settings else [])))

    assert (finding.verdict, finding.value) == (Verdict.OK, f"14.5 GB, {COMMIT[:7]}")
    assert finding.reason == f"{NAME!r} is there; its 14.5 GB of weights fit ml.g5.xlarge."
    assert {token for _, token in hub.asked} == {TOKEN if settings else ""}


def test_a_model_whose_size_is_not_told_is_ok(hub: PlayedHub) -> None:
    hub.says[API] = says.model(NAME, files={"model.Q4_K_M.gguf": 4})

    finding = found(scene(None))

    assert (finding.verdict, finding.value) == (Verdict.OK, COMMIT[:7])
    assert finding.reason == f"{NAME!r} is there; how large its weights are, the Hub does not say."


@pytest.mark.parametrize("said", [says.NO_SUCH_MODEL, says.NOBODY_SEES_IT])
def test_a_model_that_is_not_there_blocks(hub: PlayedHub, said: Says) -> None:
    hub.says[API] = said

    finding = found(scene(None))

    assert (finding.verdict, finding.value, finding.blocks) == (Verdict.BLOCKED, "not found", "deployment")
    assert finding.reason == (
        f"The Hugging Face Hub has no model {NAME!r}, or it is private and the token may not see it."
    )


def test_a_private_model_is_seen_with_the_token(hub: PlayedHub) -> None:
    hub.says[API] = says.NOBODY_SEES_IT
    hub.to[API, TOKEN] = says.model(NAME, files=FITTING)

    assert found(scene(NAMED, holds(TOKEN))).verdict is Verdict.OK


def test_a_revision_that_is_not_there_blocks_and_the_near_one_is_named(hub: PlayedHub) -> None:
    hub.says[f"{API}/revision/mian"] = says.NO_SUCH_REVISION
    hub.says[f"{API}/refs"] = says.refs("main", "v1")

    finding = found(scene(None, models=[model(source={"huggingface": NAME, "revision": "mian"})]))

    assert (finding.verdict, finding.value) == (Verdict.BLOCKED, "revision not found")
    assert finding.reason == f"{NAME!r} has no revision 'mian' on the Hugging Face Hub."
    assert finding.fix == "Correct source.revision of 'mistral' in the catalog. Did you mean 'main'?"


def test_a_gated_model_without_a_token_in_the_catalog_blocks(hub: PlayedHub) -> None:
    gated(hub, "auto")

    finding = found(scene(None))

    assert (finding.verdict, finding.value) == (Verdict.BLOCKED, "gated: auto")
    assert finding.reason == f"{NAME!r} is gated, and the catalog names no Hugging Face token to fetch it with."
    assert finding.fix == f"Accept its licence at {hub.url}/{NAME}, and give a token: terrachat secrets huggingface"
    assert found(scene(None, target=LOCAL)).fix.endswith("terrachat secrets huggingface --local")


def test_a_licence_that_is_accepted_is_ok(hub: PlayedHub) -> None:
    gated(hub, "manual", says.ALLOWED)

    finding = found(scene(NAMED, holds(TOKEN)))

    assert finding.verdict is Verdict.OK
    assert finding.reason == (f"{NAME!r} is there; its licence is accepted; its 14.5 GB of weights fit ml.g5.xlarge.")


@pytest.mark.parametrize(
    ("kind", "access", "reason", "afterwards"),
    [
        (
            "auto",
            says.NOT_ACCEPTED,
            f"The licence of {NAME!r} is not accepted. The token is alice's.",
            "Access to this model is granted with the request.",
        ),
        (
            "manual",
            says.WAITING,
            f"The request for access to {NAME!r} waits for its authors. The token is alice's.",
            "The authors of this model decide on each request; Hugging Face names no time for it.",
        ),
    ],
)
def test_a_licence_that_is_not_accepted_blocks_and_a_person_accepts_it(
    hub: PlayedHub, kind: str, access: Says, reason: str, afterwards: str
) -> None:
    gated(hub, kind, access)

    finding = found(scene(NAMED, holds(TOKEN)))

    assert (finding.verdict, finding.value, finding.reason) == (Verdict.BLOCKED, f"gated: {kind}", reason)
    assert finding.fix == f"Open {hub.url}/{NAME}, signed in as alice, and accept the licence. {afterwards}"
    assert finding.offer
    assert finding.offer.by_hand
    assert finding.offer.title == f"Accept the licence of {NAME} as alice"
    assert "e-mail address" in finding.offer.consequence
    assert finding.offer.make({}) == afterwards


def test_a_licence_is_blocked_for_an_owner_whom_the_hub_does_not_name(hub: PlayedHub) -> None:
    gated(hub, "auto")
    hub.says["/api/whoami-v2"] = says.refused(429, "too many")

    finding = found(scene(NAMED, holds(TOKEN)))

    assert finding.reason == f"The licence of {NAME!r} is not accepted."
    assert "signed in as the token's owner" in finding.fix


def test_a_token_that_may_not_read_gated_models_blocks(hub: PlayedHub) -> None:
    gated(hub, "auto", says.NO_PERMISSION)

    finding = found(scene(NAMED, holds(TOKEN)))

    assert (finding.verdict, finding.value) == (Verdict.BLOCKED, "forbidden")
    assert finding.reason == f"The Hugging Face token is a fine-grained one that may not read {NAME!r}."
    assert finding.fix.startswith("Tick 'Read access to contents of all public gated repos you can access'")


@pytest.mark.parametrize(
    ("answer", "why", "fix"),
    [
        (refuses("AccessDeniedException"), "the secret of the token cannot be read", "huggingface/secret"),
        (holds("planted"), "there is no token in its secret", "huggingface/secret"),
        (holds("hf_planted_old"), "the Hub does not accept the token", "huggingface/token"),
    ],
)
def test_a_licence_that_cannot_be_asked_about_is_unknown(hub: PlayedHub, answer: Any, why: str, fix: str) -> None:
    gated(hub, "auto")
    hub.to[API, "hf_planted_old"] = says.BAD_TOKEN

    finding = found(scene(NAMED, answer))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.reason == (f"{NAME!r} is gated, and whether its licence is accepted cannot be asked: {why}.")
    assert finding.fix == f"See the finding {fix}."


def test_before_the_first_apply_there_is_no_token_to_ask_with(hub: PlayedHub, monkeypatch: pytest.MonkeyPatch) -> None:
    gated(hub, "auto", says.ALLOWED)
    without = found(scene(CREATED, MISSING))
    monkeypatch.setenv("HF_TOKEN", TOKEN)

    assert without.verdict is Verdict.UNKNOWN
    assert without.fix == "Set HF_TOKEN in the environment, and run the same command again."
    assert found(scene(CREATED, MISSING)).verdict is Verdict.OK


def test_an_open_model_needs_no_token_that_works(hub: PlayedHub) -> None:
    hub.to[API, "hf_planted_old"] = says.BAD_TOKEN

    assert found(scene(NAMED, holds("hf_planted_old"))).verdict is Verdict.OK
    assert found(scene(NAMED, refuses("AccessDeniedException"))).verdict is Verdict.OK


def test_weights_that_do_not_fit_are_a_warning_with_the_numbers(hub: PlayedHub) -> None:
    hub.says[API] = says.model(NAME, files={"model.safetensors": 141_100_000_000})

    finding = found(scene(None))

    assert (finding.verdict, finding.value) == (Verdict.WARN, f"141.1 GB, {COMMIT[:7]}")
    assert finding.reason.startswith(
        f"{NAME!r} has 141.1 GB of weights, and ml.g5.xlarge has 24 GB of GPU memory (1 x A10G)"
    )
    assert "choose ml." in finding.reason


def test_weights_that_are_quantized_while_they_load_are_judged_by_name(hub: PlayedHub) -> None:
    hub.says[API] = says.model(NAME, files={"model.safetensors": 30_000_000_000})
    quantized = model(environment={"SM_VLLM_QUANTIZATION": "fp8"})

    assert found(scene(None)).verdict is Verdict.WARN
    assert found(scene(None, models=[quantized])).verdict is Verdict.OK


def test_weights_that_the_disk_cannot_hold_are_a_warning(hub: PlayedHub) -> None:
    hub.says[API] = says.model(NAME, files={"model.safetensors": 60_000_000_000})
    small = model(instance_type="ml.p3.16xlarge", volume_gib=50)

    finding = found(scene(None, models=[small]))

    assert (finding.verdict, finding.fix) == (Verdict.WARN, "Give the entry a larger volume_gib in the catalog.")
    assert finding.reason == f"{NAME!r} has 60.0 GB of weights, and the instance's disk has 50 GiB."
    assert found(scene(None, models=[small | {"volume_gib": 100}])).verdict is Verdict.OK
    # A GiB is more than a GB: 56 of them hold 60.1.
    assert found(scene(None, models=[small | {"volume_gib": 56}])).verdict is Verdict.OK


def test_a_hub_that_cannot_be_asked_is_unknown(hub: PlayedHub) -> None:
    hub.says[API] = says.refused(503, "no")

    report = examine(list(checks(scene(None))))

    assert [each.verdict for each in report.findings] == [Verdict.UNKNOWN]
    with pytest.raises(HubError):
        found(scene(None))


def test_a_licence_that_the_hub_does_not_tell_of_is_unknown(hub: PlayedHub) -> None:
    gated(hub, "auto", says.refused(500, "no"))

    assert examine(list(checks(scene(NAMED, holds(TOKEN))))).verdict is Verdict.UNKNOWN


def test_the_token_and_its_owner_are_asked_for_once(hub: PlayedHub) -> None:
    gated(hub, "auto")
    many = [model(id=f"m{number}") for number in range(12)]

    report = examine(list(checks(scene(NAMED, holds(TOKEN), models=many))))  # one answer of Secrets Manager for all

    assert [each.verdict for each in report.findings] == [Verdict.BLOCKED] * 12
    assert [path for path, _ in hub.asked].count("/api/whoami-v2") == 1


def test_only_models_of_the_hub_are_looked_at() -> None:
    others: list[dict[str, Any]] = [
        {"id": "gpt", "provider": "openai", "model": "gpt-4o"},
        {"id": "s3", "provider": "sagemaker", "source": {"s3": "s3://my-bucket/m/"}, "instance_type": "ml.g5.xlarge"},
    ]

    assert list(checks(scene(None, models=others))) == []


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The local target's Hub at a real socket; its account file."""
    path = tmp_path / "account.yaml"
    file = AccountFile(path)
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=hub_routes(file)), port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/hub")
    huggingface_hub.close_session()
    yield path
    huggingface_hub.close_session()
    server.should_exit = True
    thread.join()


LOCAL_ANSWERS = [
    ("{}", Verdict.OK),
    ("{gated: auto}", Verdict.OK),
    ("{gated: auto, licence_accepted: false}", Verdict.BLOCKED),
    ("{gated: manual, licence_accepted: pending}", Verdict.BLOCKED),
    ("{exists: false}", Verdict.BLOCKED),
    ("{revisions: [v1]}", Verdict.BLOCKED),
    ("{size_gb: 141}", Verdict.WARN),
]


@pytest.mark.parametrize(("entry", "verdict"), LOCAL_ANSWERS)
def test_the_local_targets_account_file_is_seen(account: Path, entry: str, verdict: Verdict) -> None:
    account.write_text(f"hub: {{models: {{{NAME}: {entry}}}}}\n")

    named = model(source={"huggingface": NAME, "revision": "main"})
    finding = found(scene(CREATED, MISSING, models=[named], target=LOCAL))

    assert finding.verdict is verdict, finding.reason


def test_the_local_targets_page_accepts_a_licence(account: Path) -> None:
    account.write_text(f"hub: {{models: {{{NAME}: {{gated: auto, licence_accepted: false}}}}}}\n")
    before = found(scene(CREATED, MISSING, target=LOCAL))

    httpx2.post(f"{os.environ['HF_ENDPOINT']}/{NAME}/ask-access")

    assert "/hub/mistralai/Mistral-7B-Instruct-v0.3, signed in as local-target" in before.fix
    assert before.fix.endswith(
        " Or set licence_accepted: true for it in .terrachat/local/account.yaml, under hub.models."
    )
    assert found(scene(CREATED, MISSING, target=LOCAL)).verdict is Verdict.OK


def test_a_token_that_the_local_target_refuses(account: Path) -> None:
    account.write_text("hub: {tokens: {refused: [hf_wrong], without_read: [hf_without_read]}}\n")

    hub = os.environ["HF_ENDPOINT"]
    with pytest.raises(HubError) as refused:
        Hub("hf_wrong", hub).account()

    assert refused.value.kind == "unauthorized"
    assert Hub("hf_without_read", hub).account().may_read is False
