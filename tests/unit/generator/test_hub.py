"""The Hub's answers and refusals, over real HTTP, in words of our own that hold no token."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import huggingface_hub
import pytest

from generator.errors import HubError
from generator.hub import Hub, HubAccount, HubModel
from generator.hub_weights import weights_size
from tests.unit.generator import played_hub as says
from tests.unit.generator.played_hub import COMMIT, PlayedHub, Says

TOKEN = "hf_planted_3f9a"
NAME = "org/model"
API = f"/api/models/{NAME}"


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedHub]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with says.played_hub() as hub:
        yield hub


def error_of(hub: Hub, what: str, *arguments: Any) -> HubError:
    """What `hub` raises; the token is nowhere in it, nor in what it was raised from."""
    with pytest.raises(HubError) as raised:
        getattr(hub, what)(*arguments)
    told = "".join(traceback.format_exception(raised.value)) + (raised.value.hint or "")
    assert TOKEN not in told
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    return raised.value


@pytest.mark.parametrize(
    ("role", "fine_grained", "may_read"),
    [
        ("read", None, True),
        ("write", None, True),
        ("fineGrained", {"canReadGatedRepos": True, "global": [], "scoped": []}, True),
        ("fineGrained", {"scoped": [{"entity": {"type": "org"}, "permissions": ["repo.content.read"]}]}, True),
        ("fineGrained", {"canReadGatedRepos": False, "global": ["discussion.write"], "scoped": []}, False),
        ("fineGrained", {}, False),
    ],
)
def test_a_token_has_an_owner_and_may_read_or_not(
    played: PlayedHub, role: str, fine_grained: Mapping[str, Any] | None, may_read: bool
) -> None:
    played.says["/api/whoami-v2"] = says.whoami("alice", role, fine_grained)

    assert Hub(TOKEN, played.url).account() == HubAccount("alice", may_read)
    assert played.asked == [("/api/whoami-v2", TOKEN)]


def test_a_refused_token_is_unauthorized(played: PlayedHub) -> None:
    played.says["/api/whoami-v2"] = says.BAD_TOKEN

    error = error_of(Hub(TOKEN, played.url), "account")

    assert (error.kind, error.message) == (
        "unauthorized",
        "the Hugging Face Hub does not accept the token: it is mistyped, expired or revoked",
    )


def test_without_a_token_nobody_is_asked(played: PlayedHub) -> None:
    assert error_of(Hub(None, played.url), "account").kind == "unauthorized"
    assert played.asked == []


@pytest.mark.parametrize("token", ["hf_planted_3f9a\n", "hf_planted 3f9a", "hf_plänted_3f9a"])
def test_what_cannot_be_a_token_is_not_sent(played: PlayedHub, token: str) -> None:
    error = error_of(Hub(token, played.url), "account")

    assert error.kind == "unauthorized"
    assert token.strip() not in error.message
    assert played.asked == []


def test_no_token_of_the_machine_is_used(played: PlayedHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    played.says[API] = says.model(NAME)

    Hub(None, played.url).model(NAME)

    assert played.asked == [(API, "")]


def test_a_model_has_a_commit_and_a_size(played: PlayedHub) -> None:
    files = {"README.md": 10, "model-00001-of-00002.safetensors": 5, "model-00002-of-00002.safetensors": 3}
    played.says[f"{API}/revision/v1.0"] = says.model(NAME, gated="manual", files=files)

    assert Hub(TOKEN, played.url).model(NAME, "v1.0") == HubModel(NAME, COMMIT, "manual", 8)


def test_an_open_model_is_not_gated(played: PlayedHub) -> None:
    played.says[API] = says.model(NAME, gated=False)

    assert Hub(None, played.url).model(NAME) == HubModel(NAME, COMMIT, None, None)


@pytest.mark.parametrize(("token", "said"), [(TOKEN, says.NO_SUCH_MODEL), (None, says.NOBODY_SEES_IT)])
def test_a_model_that_is_not_there_may_be_private(played: PlayedHub, token: str | None, said: Says) -> None:
    played.says[API] = said

    error = error_of(Hub(token, played.url), "model", NAME)

    assert error.kind == "not_found"
    assert error.message == f"the Hugging Face Hub has no model {NAME!r}, or it is private and the token may not see it"


def test_a_refused_token_is_no_missing_model(played: PlayedHub) -> None:
    played.says[API] = says.BAD_TOKEN

    assert error_of(Hub(TOKEN, played.url), "model", NAME).kind == "unauthorized"


def test_what_is_no_name_of_a_model_is_not_found(played: PlayedHub) -> None:
    assert error_of(Hub(None, played.url), "model", "a/b/c").kind == "not_found"


@pytest.mark.parametrize(
    ("branches", "hint"),
    [
        (says.refs("main", "v1.0"), "Did you mean 'v1.0'?"),
        (says.refs("main"), "It has 'main'."),
        (says.NOT_ACCEPTED, "See its branches and tags: {url}/org/model/tree/main"),
    ],
)
def test_a_missing_revision_names_the_near_one(played: PlayedHub, branches: Says, hint: str) -> None:
    played.says[f"{API}/revision/v1"] = says.NO_SUCH_REVISION
    played.says[f"{API}/refs"] = branches

    error = error_of(Hub(TOKEN, played.url), "model", NAME, "v1")

    assert (error.kind, error.hint) == ("revision_not_found", hint.format(url=played.url))
    assert error.message == "'org/model' has no revision 'v1' on the Hugging Face Hub"


def test_access_that_was_granted(played: PlayedHub) -> None:
    played.says[f"{API}/auth-check"] = says.ALLOWED

    Hub(TOKEN, played.url).check_access(NAME)

    assert played.asked == [(f"{API}/auth-check", TOKEN)]


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        (says.NOT_ACCEPTED, "gated", "the licence of 'org/model' is not accepted"),
        (says.WAITING, "gated", "the request for access to 'org/model' waits for its authors"),
        (says.REJECTED, "gated", "the authors of 'org/model' have rejected the request for access"),
        (says.NO_PERMISSION, "forbidden", "the Hugging Face token is a fine-grained one that may not read 'org/model'"),
    ],
)
def test_access_that_was_not(played: PlayedHub, said: Says, kind: str, message: str) -> None:
    played.says[f"{API}/auth-check"] = said

    error = error_of(Hub(TOKEN, played.url), "check_access", NAME)

    assert (error.kind, error.message) == (kind, message)


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_hub_out_of_order_is_unreachable(played: PlayedHub, status: int) -> None:
    played.says["/api/whoami-v2"] = says.refused(status, f"no, {TOKEN}")

    error = error_of(Hub(TOKEN, played.url), "account")

    assert error.kind == "unreachable"
    assert error.message.endswith(f"cannot be asked: it answered with HTTP status {status}")
    assert len(played.asked) == 1


@pytest.mark.parametrize("body", ["<html>Sign in to the network</html>", "[]", "{}"])
def test_what_is_no_hub_is_unreachable(played: PlayedHub, body: str) -> None:
    played.says["/api/whoami-v2"] = Says(body)
    played.says[API] = Says(body)

    for error in (error_of(Hub(TOKEN, played.url), "account"), error_of(Hub(TOKEN, played.url), "model", NAME)):
        assert error.kind == "unreachable"
        assert "what answers there is not the Hub" in error.message


def test_a_closed_port_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"

    error = error_of(Hub(TOKEN, f"http://user:planted@{address}"), "account")

    assert (error.kind, error.message) == (
        "unreachable",
        f"the Hugging Face Hub ({address}) cannot be asked: [Errno 111] Connection refused",
    )


def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    assert error_of(Hub(TOKEN, "http://hub.invalid"), "account").kind == "unreachable"


def test_an_address_that_is_none_is_unreachable() -> None:
    assert error_of(Hub(TOKEN, "huggingface"), "account").kind == "unreachable"


def hang_up(server: socket.socket) -> None:
    server.accept()[0].close()


def test_a_hub_that_hangs_up_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=hang_up, args=(server,), daemon=True).start()
        error = error_of(Hub(TOKEN, f"http://127.0.0.1:{server.getsockname()[1]}"), "account")

    assert error.kind == "unreachable"


def test_a_proxy_is_honoured(played: PlayedHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", played.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    huggingface_hub.close_session()  # what asks has read the proxies, in an earlier test
    played.says["http://hub.invalid/api/whoami-v2"] = says.whoami("alice")

    assert Hub(TOKEN, "http://hub.invalid").account().name == "alice"


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "nonsense://user:planted@127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_is_unreachable(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    huggingface_hub.close_session()  # what asks has read the proxies, in an earlier test

    error = error_of(Hub(TOKEN, "http://hub.invalid"), "account")

    assert error.kind == "unreachable"
    assert "planted" not in f"{error.message}{error.hint}"


def test_offline_is_said() -> None:
    program = (
        "from generator.hub import Hub\nfrom generator.errors import HubError\n"
        "try:\n    Hub('hf_x').account()\nexcept HubError as error:\n    print(error.kind, error.message, error.hint)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], env={"HF_HUB_OFFLINE": "1"}, capture_output=True, text=True, check=True
    )

    assert done.stdout == (
        "unreachable the Hugging Face Hub (huggingface.co) cannot be asked: HF_HUB_OFFLINE is set Unset HF_HUB_OFFLINE "
        "to ask the Hub.\n"
    )


def test_many_ask_at_once(played: PlayedHub) -> None:
    played.says["/api/whoami-v2"] = says.whoami("alice")

    with ThreadPoolExecutor(16) as pool:
        names = list(pool.map(lambda _: Hub(TOKEN, played.url).account().name, range(32)))

    assert names == ["alice"] * 32


@pytest.mark.parametrize(
    ("files", "size"),
    [
        ({"model.safetensors": 7, "pytorch_model.bin": 7, "config.json": 1}, 7),
        ({"pytorch_model-1.bin": 4, "pytorch_model-2.bin": 3, "training_args.bin": 9, "optimizer.pt": 9}, 7),
        ({"model-1.safetensors": 4, "consolidated.safetensors": 4, "original/consolidated.00.pth": 4}, 4),
        ({"consolidated.safetensors": 4}, 4),
        ({"onnx/model.safetensors": 4, "model.Q4_K_M.gguf": 2}, None),
        ({"model.safetensors": None}, None),
        ({}, None),
    ],
)
def test_weights_are_those_that_a_server_loads(files: Mapping[str, int | None], size: int | None) -> None:
    assert weights_size(files) == size
