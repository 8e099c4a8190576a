"""The Hugging Face Hub that the local target plays, as Hugging Face's own library sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import huggingface_hub.constants
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    BadRequestError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from starlette.applications import Starlette
from starlette.testclient import TestClient

from generator.local.account.account_file import AccountFile
from generator.local.hub_wire import hub_routes
from tests.contract.local_clients import Running

# It would fetch a list of coding agents from the public Hub.
huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True

GATED = "mistralai/Mistral-7B-Instruct-v0.3"
Hub = Callable[..., HfApi]


@pytest.fixture
def hub(local: Running) -> Hub:
    """The library, for whoever holds a token; False is nobody."""
    return lambda token="hf_valid": HfApi(endpoint=f"{local.target.data_url}/hub", token=token)


def say(account: AccountFile, text: str) -> None:
    account.path.write_text(text, encoding="utf-8")


def refused(call: Callable[[], Any], kind: type[HfHubHTTPError], status: int) -> str:
    with pytest.raises(HfHubHTTPError) as caught:
        call()
    assert (type(caught.value), caught.value.response.status_code) == (kind, status)
    return caught.value.server_message or str(caught.value)


def test_a_token_is_told_whose_it_is_and_what_it_may(hub: Hub, account: AccountFile) -> None:
    say(account, "hub: {tokens: {refused: [hf_wrong], without_read: [hf_without_read]}}")

    plain, narrow = (hub(token).whoami()["auth"]["accessToken"] for token in ("hf_valid", "hf_without_read"))

    assert (hub().whoami()["type"], hub().whoami()["name"]) == ("user", "local-target")
    assert (plain["role"], "fineGrained" in plain) == ("read", False)
    assert narrow["role"] == "fineGrained"
    assert narrow["fineGrained"] == {"canReadGatedRepos": False, "global": [], "scoped": []}


@pytest.mark.parametrize("token", ["hf_wrong", '"hf_valid"', "sk-valid"])
def test_a_token_that_is_not_valid_is_refused_whatever_is_asked(hub: Hub, account: AccountFile, token: str) -> None:
    refused(hub(token).whoami, HfHubHTTPError, 401)
    said = refused(lambda: hub(token).model_info("gpt2"), HfHubHTTPError, 401)

    assert said == "Invalid credentials in Authorization header"


def test_nobody_is_not_told_who_they_are(local: Running) -> None:
    reply = httpx2.get(f"{local.target.data_url}/hub/api/whoami-v2")

    assert (reply.status_code, reply.json()) == (401, {"error": "Invalid username or password."})


def test_a_model_that_nobody_names_exists_and_is_open(hub: Hub, account: AccountFile) -> None:
    for token in ("hf_valid", "hf_without_read", False):
        found = hub(token).model_info("HuggingFaceTB/SmolLM2-135M-Instruct", files_metadata=True)
        hub(token).auth_check("HuggingFaceTB/SmolLM2-135M-Instruct")

        assert (found.id, found.author, found.private, found.gated) == (
            "HuggingFaceTB/SmolLM2-135M-Instruct",
            "HuggingFaceTB",
            False,
            False,
        )
    assert {each.rfilename: each.size for each in found.siblings or ()}["model.safetensors"] == 1_000_000_000
    assert hub().model_info("gpt2").id == "gpt2"


def test_weights_are_as_large_as_the_file_says(hub: Hub, account: AccountFile) -> None:
    say(account, f"hub: {{models: {{{GATED}: {{size_gb: 14.5}}}}}}")

    found = hub().model_info(GATED, files_metadata=True)

    weights = {each.rfilename: each.size for each in found.siblings or () if each.lfs}
    assert weights == {
        "model-00001-of-00003.safetensors": 5_000_000_000,
        "model-00002-of-00003.safetensors": 5_000_000_000,
        "model-00003-of-00003.safetensors": 4_500_000_000,
    }
    assert found.safetensors is not None
    assert found.safetensors.total == 7_250_000_000
    assert [each.size for each in hub().model_info(GATED).siblings or ()] == [None] * 7
    tree = {each.path: each for each in hub().list_repo_tree(GATED)}
    assert {path: tree[path].size for path in weights} == weights  # type: ignore[union-attr]
    assert tree["model-00001-of-00003.safetensors"].lfs.size == 5_000_000_000  # type: ignore[union-attr]


def test_only_what_is_named_is_told_on_demand(hub: Hub, account: AccountFile) -> None:
    found = hub().model_info("a/b", expand=["safetensors", "gated"])

    assert (found.id, found.gated, found.sha, found.siblings) == ("a/b", False, None, None)
    assert found.safetensors is not None


def test_revisions_exist_unless_the_file_lists_them(hub: Hub, account: AccountFile) -> None:
    say(account, "hub: {models: {a/b: {revisions: [main, v1.0]}}}")

    main, tagged = (hub().model_info("a/b", revision=each).sha for each in (None, "v1.0"))

    assert main != tagged
    assert hub().model_info("a/b", revision="main").sha == main
    assert [each.name for each in hub().list_repo_refs("a/b").branches] == ["main", "v1.0"]
    said = refused(lambda: hub().model_info("a/b", revision="v2.0"), RevisionNotFoundError, 404)
    assert said == "Invalid rev id: v2.0"
    assert hub().model_info("a/c", revision="refs/pr/1").sha
    assert hub().model_info("a/c", revision="f" * 40).sha == "f" * 40


def test_a_gated_model_is_seen_by_all_and_read_by_who_accepted(hub: Hub, account: AccountFile) -> None:
    say(account, f"hub: {{models: {{{GATED}: {{gated: auto, licence_accepted: true}}}}}}")

    assert {hub(token).model_info(GATED).gated for token in ("hf_valid", False)} == {"auto"}
    hub().auth_check(GATED)
    refused(lambda: hub(False).auth_check(GATED), GatedRepoError, 401)


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ("false", "you are not in the authorized list"),
        ("pending", "awaiting a review from the repo authors"),
        ("rejected", "has been rejected by the repo's authors"),
    ],
)
def test_a_licence_that_is_not_accepted_is_said(hub: Hub, account: AccountFile, accepted: str, said: str) -> None:
    say(account, f"hub: {{models: {{{GATED}: {{gated: manual, licence_accepted: {accepted}}}}}}}")

    assert said in refused(lambda: hub().auth_check(GATED), GatedRepoError, 403)


def test_a_fine_grained_token_needs_the_permission_for_gated_models(hub: Hub, account: AccountFile) -> None:
    say(account, f"hub: {{tokens: {{without_read: [hf_narrow]}}, models: {{{GATED}: {{gated: auto}}}}}}")

    said = refused(lambda: hub("hf_narrow").auth_check(GATED), HfHubHTTPError, 403)

    assert said.startswith("Please enable access to public gated repositories")


def test_a_model_that_is_not_there_is_not_found(hub: Hub, account: AccountFile) -> None:
    say(account, "hub: {models: {a/b: {exists: false}}}")

    for token, status in (("hf_valid", 404), (False, 401)):
        asking: tuple[Callable[[str], Any], ...] = (hub(token).model_info, hub(token).auth_check)
        for ask in asking:
            refused(partial(ask, "a/b"), RepositoryNotFoundError, status)
    assert not hub().repo_exists("a/b")


def page(local: Running, name: str) -> str:
    reply = httpx2.get(f"{local.target.data_url}/hub/{name}")
    assert reply.status_code == 200
    return reply.text


@pytest.mark.parametrize(
    ("gated", "button", "then"),
    [
        ("auto", "Agree and access repository", "You have accepted the licence."),
        ("manual", "Ask for access", "awaiting a review"),
    ],
)
def test_a_models_page_has_the_button_that_a_person_presses(
    local: Running, hub: Hub, account: AccountFile, gated: str, button: str, then: str
) -> None:
    say(account, f"hub: {{models: {{{GATED}: {{gated: {gated}, licence_accepted: false}}}}}}  # ours\n")
    assert button in page(local, GATED)

    httpx2.post(f"{local.target.data_url}/hub/{GATED}/ask-access")

    assert then in page(local, GATED)
    assert button not in page(local, GATED)
    assert "# ours" in account.path.read_text(encoding="utf-8")
    if gated == "auto":
        hub().auth_check(GATED)


def test_a_page_shows_names_as_text_and_open_models_as_open(local: Running, account: AccountFile) -> None:
    assert "open to everybody" in page(local, "a/b/tree/main")
    assert "&lt;script&gt;" in page(local, "a/<script>")
    httpx2.post(f"{local.target.data_url}/hub/a/b/ask-access")
    assert "a/b" not in account.path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("refusal", "status", "said"),
    [
        ("AccessDeniedException", 403, "Access to this resource is forbidden."),
        ("ThrottlingException", 429, "We had to rate limit you"),
        ("ExpiredTokenException", 401, "Invalid credentials in Authorization header"),
    ],
)
def test_the_hub_may_refuse_everything(hub: Hub, account: AccountFile, refusal: str, status: int, said: str) -> None:
    say(account, f"refusals: {{hub: {refusal}}}")

    assert refused(lambda: hub().model_info("a/b"), HfHubHTTPError, status).startswith(said)


def test_who_sends_no_token_has_none_that_expired(hub: Hub, account: AccountFile) -> None:
    say(account, "refusals: {hub: ExpiredTokenException}")

    assert hub(None).model_info("a/b").id == "a/b"


def test_a_slow_hub_answers_when_the_file_says_so(local: Running, hub: Hub, account: AccountFile) -> None:
    say(account, "refusals: {hub: slow}")
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.get(f"{local.target.data_url}/hub/api/models/a/b", timeout=0.3)
    answers: list[str] = []
    waiting = threading.Thread(target=lambda: answers.append(hub().whoami()["name"]))
    waiting.start()

    say(account, "refusals: {}")
    waiting.join()

    assert answers == ["local-target"]


def test_a_slow_hub_answers_at_last(tmp_path: Path) -> None:
    account = AccountFile(tmp_path / "account.yaml")
    say(account, "refusals: {hub: slow}")

    with TestClient(Starlette(routes=hub_routes(account, slow_s=0.0))) as client:
        assert client.get("/hub/api/models/a/b").json()["id"] == "a/b"


def test_whoever_asks_hears_where_a_broken_file_is_broken(hub: Hub, account: AccountFile) -> None:
    say(account, "hub:\n  modls: {}\n")

    said = refused(hub().whoami, BadRequestError, 400)

    assert said == f"{account.path}:2:3: hub.modls: there is no such key; do you mean models?"
