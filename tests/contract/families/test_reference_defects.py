"""The defects of the chatbot that this product sets out to better, each with the test that it is not here.

The reference is aws-samples/aws-genai-llm-chatbot at c0be107a (2026-06-02), read and not run. Named here is what its
source does wrong, or its users complain of, and what this handler could do wrong too.
"""

from __future__ import annotations

import json
import os
import threading
from typing import Any

import httpx2
import pytest

from tests.contract.families import families
from tests.contract.families.asking import ask, play, send_only, user
from tests.contract.families.families import FAMILIES, KEY, WRONG_KEY, Family, azure
from tests.contract.families.house import House
from tests.contract.families.replies import DONE, streamed
from tests.unit.chat_handler.fake_server import Reply, Request, json_reply
from tests.unit.chat_handler.stage import aws_error, secret, wait_until

NAMED = {family.name: family for family in FAMILIES}
every_family = pytest.mark.parametrize("family", FAMILIES, ids=str)
QUESTION = [user("Capital of France? [play: paris]")]
SELF_HOSTED = {"provider": "sagemaker", "region": "us-east-1", "wire": "messages"}


def record(model_id: str, provider: str, **fields: Any) -> dict[str, Any]:
    return {"version": 1, "id": model_id, "provider": provider, "defaults": {}, **fields}


def chat(house: House, model: str, messages: list[dict[str, Any]] | None = None, **fields: Any) -> httpx2.Response:
    return house.http.post("/v1/chat/completions", json={"model": model, "messages": messages or QUESTION, **fields})


def listed(house: House) -> dict[str, dict[str, Any]]:
    return {model["id"]: model for model in house.http.get("/v1/models").json()["data"]}


def is_answered(reply: httpx2.Response) -> bool:
    assert reply.status_code == 200, reply.text
    return bool(reply.json()["choices"][0]["message"]["content"] == "Paris.")


# --- What is marked BUG ---------------------------------------------------------------------------------------------


def test_bug_an_openai_only_install_lists_models_but_can_never_answer(house: House) -> None:
    with house.deployed([record("gpt", "openai", model="gpt-4o")], {"OPENAI_API_KEY": KEY}) as alone:
        assert {name: model["status"] for name, model in listed(alone).items()} == {"gpt": "ready"}
        assert is_answered(chat(alone, "gpt"))


def test_bug_an_azure_only_install_lists_models_but_can_never_answer(house: House) -> None:
    keys = {"AZURE_OPENAI_MODELS": "Model1", **azure("Model1", KEY)}
    with house.deployed([], keys) as alone:  # not even an entry in the catalog
        assert {name: model["status"] for name, model in listed(alone).items()} == {"Model1": "ready"}
        assert is_answered(chat(alone, "Model1"))


def test_bug_an_image_for_a_self_hosted_model_is_a_type_error(house: House) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    content = [{"type": "text", "text": "What is this? [play: paris]"}, image]

    with house.asked() as arrived:
        reply = ask(house, NAMED["sagemaker_messages"], "image", [{"role": "user", "content": content}])

    assert is_answered(reply)
    assert arrived[0].body["messages"][0]["content"] == content


def test_bug_the_cross_account_role_of_bedrock_is_ignored(house: House) -> None:
    role = "arn:aws:iam::210987654321:role/bedrock"
    models = [record("nova", "bedrock", region="us-west-2", model="us.amazon.nova-lite-v1:0", role_arn=role)]
    with house.deployed(models, {}) as elsewhere:
        elsewhere.control.replies["AssumeRole"] = _ASSUMED
        assert is_answered(chat(elsewhere, "nova"))

        (assumed,) = elsewhere.control.asked("AssumeRole")
    assert b"arn%3Aaws%3Aiam%3A%3A210987654321%3Arole%2Fbedrock" in assumed.body


# --- Listing --------------------------------------------------------------------------------------------------------


@every_family
def test_what_is_listed_cannot_be_called(house: House, family: Family) -> None:
    """Every family that is listed as ready answers."""
    model = family.model("plain")

    assert house.http.get(f"/v1/models/{model}").json()["status"] == "ready"
    assert is_answered(chat(house, model))


def test_what_can_be_called_is_not_listed(house: House) -> None:
    """O-series models and ids with brackets, dots and slashes were left out, or listed and then refused."""
    names = {"o3": "o3-mini", "tuned": "ft:gpt-4o:acme (v1.2):a/b", "dotted.name": "gpt-4.1"}
    models = [record(model_id, "openai", model=name) for model_id, name in names.items()]
    with house.deployed(models, {"OPENAI_API_KEY": KEY}) as other, other.asked() as arrived:
        assert set(listed(other)) == set(names)
        assert all(is_answered(chat(other, model_id)) for model_id in names)

    assert [one.body["model"] for one in arrived] == list(names.values())


def test_one_bad_key_or_secret_kills_the_whole_list(house: House) -> None:
    models = [
        record("gpt", "openai", model="gpt-4o"),
        record("own", endpoint="terrachat-demo-own", **SELF_HOSTED),
    ]
    with house.deployed(models, "not an object") as other:
        states = listed(other)
        assert {name: model["status"] for name, model in states.items()} == {"gpt": "missing_key", "own": "ready"}
        assert "JSON object" in states["gpt"]["reason"]
        assert is_answered(chat(other, "own"))


def test_any_error_empties_the_list_without_a_reason(house: House) -> None:
    models = [
        record("gone", endpoint="terrachat-demo-gone", **SELF_HOSTED),
        record("gpt", "openai", model="gpt-4o"),
        record("denied", endpoint="denied", **SELF_HOSTED),
    ]

    def described(request: Request) -> Reply:
        name = request.json()["EndpointName"]
        return aws_error("AccessDeniedException") if name == "denied" else aws_error("ValidationException")

    with house.deployed(models, {"OPENAI_API_KEY": KEY}) as other:
        other.control.replies["DescribeEndpoint"] = described
        states = listed(other)

    assert states["gpt"]["status"] == "ready"
    assert states["denied"]["status"] == "no_access"
    assert states["gone"]["status"] in ("stopped", "failed")
    assert all(states[name]["reason"] for name in ("gone", "denied"))


def test_every_page_load_asks_every_service_again(house: House) -> None:
    with house.deployed([record("own", endpoint="terrachat-demo-own", **SELF_HOSTED)], {}) as other:
        for _ in range(3):
            listed(other)

        asked = [len(other.control.asked(what)) for what in ("GetParametersByPath", "DescribeEndpoint")]
    assert asked == [1, 1]


# --- Parameters and prompts -----------------------------------------------------------------------------------------


@every_family
def test_top_p_is_dropped(house: House, family: Family) -> None:
    with house.asked() as arrived:
        reply = ask(house, family, "plain", QUESTION, top_p=0.25)

    assert is_answered(reply)
    assert arrived[0].body["top_p"] == 0.25


@every_family
def test_the_system_prompt_is_ignored(house: House, family: Family) -> None:
    with house.asked() as arrived:
        reply = ask(house, family, "system", [{"role": "system", "content": "Answer in Vietnamese."}, *QUESTION])

    assert is_answered(reply)
    assert "Answer in Vietnamese." in json.dumps(arrived[0].body["messages"])


@pytest.mark.parametrize("family", [one for one in FAMILIES if one.name != "sagemaker_generate"], ids=str)
def test_the_history_is_flattened_into_one_prompt(house: House, family: Family) -> None:
    history = [user("Hello"), {"role": "assistant", "content": "Hi"}, *QUESTION]
    with house.asked() as arrived:
        reply = ask(house, family, "plain", history)

    assert is_answered(reply)
    assert [one["role"] for one in arrived[0].body["messages"]] == ["user", "assistant", "user"]


@every_family
def test_a_prompt_may_not_hold_line_breaks_quotes_or_accents(house: House, family: Family) -> None:
    text = 'Dòng một:\n\t"trích dẫn" & <thẻ> {{x}} ${y} 100% \\ \N{ROBOT FACE}'
    with house.asked() as arrived:
        reply = ask(house, family, "plain", [user(f"{text} [play: paris]")])

    assert is_answered(reply)
    assert text in _text_of(arrived[0].body["messages"][-1])


def test_temperature_and_top_p_at_once_make_newer_anthropic_models_fail(house: House) -> None:
    """A catalog's defaults hold both; of those such a model gets one."""
    with house.asked() as arrived:
        reply = chat(house, families.SAMPLED["id"])

    assert is_answered(reply)
    assert ("temperature" in arrived[0].body, "top_p" in arrived[0].body) == (True, False)


def test_azure_and_openai_reasoning_models_refuse_max_tokens(house: House) -> None:
    models = [record("o3", "openai", model="o3-mini")]
    with house.deployed(models, {"OPENAI_API_KEY": KEY}) as other, other.asked() as arrived:
        assert is_answered(chat(other, "o3", max_tokens=64))

    assert (arrived[0].body.get("max_completion_tokens"), "max_tokens" in arrived[0].body) == (64, False)


def test_the_guardrail_is_stored_but_never_read(house: House) -> None:
    guardrail = {"id": "gr-1234567890", "version": "1"}
    models = [record("nova", "bedrock", region="us-west-2", model="us.amazon.nova-lite-v1:0", guardrail=guardrail)]
    with house.deployed(models, {}) as other, house.fault("bedrock", "content_filter"):
        (choice,) = chat(other, "nova").json()["choices"]

    assert choice["finish_reason"] == "content_filter"


# --- Providers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["ai21", "mistralai", "groq", "deepseek", "xai", "fireworks", "together"])
def test_only_openai_and_azure_exist_of_the_providers_that_are_promised(house: House, provider: str) -> None:
    """And Cohere, Anthropic and Google, which are families of their own here. Bedrock need not be on."""
    keys = {"WRONG_KEY": WRONG_KEY, "OWN": KEY}
    models = [
        record("good", provider, model="any", key_name="OWN"),
        record("bad", provider, model="any", key_name="WRONG_KEY"),
    ]
    with house.deployed(models, keys) as other:
        assert is_answered(chat(other, "good"))
        assert chat(other, "bad").json()["error"]["code"] == "authentication_failed"


def test_a_new_self_hosted_model_needs_code(house: House) -> None:
    """It needs a parameter: the handler finds it at the first question, without a restart."""
    with house.deployed([record("gpt", "openai", model="gpt-4o")], {"OPENAI_API_KEY": KEY}) as other:
        assert list(listed(other)) == ["gpt"]
        new = record("in-house", endpoint="an-endpoint-that-exists", **SELF_HOSTED)
        found = {"Name": "/terrachat/demo/models/in-house", "Value": json.dumps(new)}
        other.control.replies["GetParametersByPath"] = json_reply({"Parameters": [found]})

        wait_until(lambda: chat(other, "in-house").status_code == 200, "the new model is found")


@pytest.mark.parametrize("name", ["sagemaker_messages", "sagemaker_generate"])
def test_self_hosted_models_never_stream(house: House, name: str) -> None:
    answer = streamed(play(house, NAMED[name], "stream", "vietnamese", is_stream=True))

    assert sum(bool(delta.get("content")) for delta in answer.deltas) > 1
    assert answer.end == DONE


def test_one_failing_model_takes_the_others_down(house: House) -> None:
    models = [
        record("down", endpoint="terrachat-demo-down", **SELF_HOSTED),
        record("gpt", "openai", model="gpt-4o"),
        record("newer", "openai", model="gpt-4o") | {"version": 2},
        record("strange", "of-another-world", model="x"),
    ]
    with house.deployed(models, {"OPENAI_API_KEY": KEY}) as other, house.fault("sagemaker", "overloaded", times=None):
        assert set(listed(other)) == {"down", "gpt"}
        assert chat(other, "down").status_code >= 500
        assert is_answered(chat(other, "gpt"))


# --- Keys -----------------------------------------------------------------------------------------------------------


def test_any_name_in_the_secret_overrides_the_functions_own_environment(house: House) -> None:
    before = dict(os.environ)
    keys = {"OPENAI_API_KEY": KEY, "AWS_REGION": "mars-1", "TERRACHAT_DEPLOYMENT": "theirs", "PATH": "/nowhere"}
    with house.deployed([record("gpt", "openai", model="gpt-4o")], keys) as other:
        assert is_answered(chat(other, "gpt"))

    assert dict(os.environ) == before
    assert KEY not in json.dumps(before)


@pytest.mark.parametrize("value", [{"nested": KEY}, ["x"], True, None, "", "two words"])
def test_one_bad_value_breaks_every_provider(house: House, value: Any) -> None:
    models = [
        record("gpt", "openai", model="gpt-4o"),
        record("mistral", "mistralai", model="mistral-large"),
        record("own", endpoint="terrachat-demo-own", **SELF_HOSTED),
    ]
    with house.deployed(models, {"OPENAI_API_KEY": value, "MISTRAL_API_KEY": KEY}) as other:
        error = chat(other, "gpt").json()["error"]
        assert is_answered(chat(other, "mistral"))
        assert is_answered(chat(other, "own"))
        assert listed(other)["gpt"]["status"] == "missing_key"

    assert "OPENAI_API_KEY" in error["message"]
    assert KEY not in json.dumps(error)


def test_a_number_in_the_secret_is_a_type_error(house: House) -> None:
    with house.deployed([record("gpt", "openai", model="gpt-4o")], {"OPENAI_API_KEY": 123456789}) as other:
        assert is_answered(chat(other, "gpt"))


def test_a_new_key_is_not_there_for_minutes(house: House) -> None:
    """The old key is refused once, the secret read anew, and the same question answered."""
    with house.deployed([record("gpt", "openai", model="gpt-4o")], {"OPENAI_API_KEY": WRONG_KEY}) as other:
        assert chat(other, "gpt").json()["error"]["code"] == "authentication_failed"
        other.control.replies["GetSecretValue"] = secret({"OPENAI_API_KEY": KEY}, version="v2")

        assert is_answered(chat(other, "gpt"))


def test_a_key_that_was_removed_stays_in_warm_environments(house: House) -> None:
    with house.deployed([record("gpt", "openai", model="gpt-4o")], {"OPENAI_API_KEY": KEY}) as other:
        assert is_answered(chat(other, "gpt"))
        other.control.replies["GetSecretValue"] = secret({}, version="v2")
        with house.fault("openai", "unauthorized"):  # the provider has forgotten it too
            refused = chat(other, "gpt").json()["error"]

        assert refused["code"] == "missing_key"
        assert listed(other)["gpt"]["status"] == "missing_key"


def test_the_secret_is_read_for_every_question(house: House) -> None:
    with house.deployed([record("gpt", "openai", model="gpt-4o")], {"OPENAI_API_KEY": KEY}) as other:
        for _ in range(5):
            assert is_answered(chat(other, "gpt"))

        assert len(other.control.asked("GetSecretValue")) == 1


def test_azures_list_of_models_is_not_trimmed(house: House) -> None:
    keys = {"AZURE_OPENAI_MODELS": " A ,B.2,, A,", **azure("A", KEY), **azure("B.2", KEY)}
    with house.deployed([], keys) as other:
        assert sorted(listed(other)) == ["A", "B.2"]
        assert is_answered(chat(other, "A"))
        assert is_answered(chat(other, "B.2"))


def test_only_the_key_of_azures_five_names_is_checked(house: House) -> None:
    keys = {"AZURE_OPENAI_MODELS": "A, Bare", **azure("A", KEY), "AZURE_OPENAI_API_KEY__Bare": KEY}
    with house.deployed([], keys) as other:
        states = listed(other)
        error = chat(other, "Bare").json()["error"]
        assert is_answered(chat(other, "A"))

    missing = [f"AZURE_OPENAI_API_{what}__Bare" for what in ("BASE", "VERSION", "DEPLOYMENT_NAME")]
    assert states["Bare"]["status"] == "missing_key"
    assert [name for name in missing if name not in states["Bare"]["reason"]] == []
    assert [name for name in missing if name not in error["message"]] == []


def test_azure_is_listed_where_none_is_configured(house: House) -> None:
    with house.deployed(
        [record("gpt", "openai", model="gpt-4o")], {"OPENAI_API_KEY": KEY, "AZURE_OPENAI_MODELS": ""}
    ) as o:
        assert list(listed(o)) == ["gpt"]


# --- Tokens, errors, waiting ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("family", [one for one in FAMILIES if one.counts], ids=str)
def test_tokens_are_metered_for_bedrock_only(house: House, family: Family, is_stream: bool) -> None:
    """Whether or not the client asked for usage."""
    reply = play(house, family, "usage", "paris", is_stream=is_stream)

    line = house.logged(reply.headers["x-request-id"])
    assert (line.get("input_tokens"), line.get("output_tokens")) == (5, 2), line


def test_something_went_wrong_is_all_that_a_user_is_told(house: House) -> None:
    """Every failure has a code, a message that names the model, and says what to do; the log has the same code."""
    with house.fault("openai", "throttle", times=None):
        throttled = chat(house, NAMED["openai"].model("throttled"))
    refused = chat(house, NAMED["openai"].model("wrong_key"))
    unknown = chat(house, "opnai-plain")

    errors = [reply.json()["error"] for reply in (throttled, refused, unknown)]
    assert [error["code"] for error in errors] == ["throttled", "authentication_failed", "model_not_found"]
    assert "terrachat secrets set WRONG_KEY" in errors[1]["message"]
    assert "did you mean 'openai-plain'" in errors[2]["message"]
    for reply, error in zip((throttled, refused, unknown), errors, strict=True):
        assert error["request_id"] == reply.headers["x-request-id"]
        assert house.logged(error["request_id"])["error"] == error["code"]


def test_a_lambda_that_runs_out_of_time_leaves_the_user_with_no_message(house: House) -> None:
    """The answer, or an error, is there before Lambda would end the function."""
    body = {"model": NAMED["openai"].model("silent"), "messages": [user("Hi [play: silent]")]}
    context = json.dumps({"deadline": 0})
    reply = house.http.post("/v1/chat/completions", json=body, headers={"x-amzn-lambda-context": context})

    assert (reply.status_code, reply.json()["error"]["code"]) == (504, "deadline_exceeded")


def test_ten_users_wait_behind_one_another(house: House) -> None:
    """One whose model is silent holds nobody up, on any family that blocks a thread."""
    blocked = [
        send_only(house, NAMED[name], "gone_early", "silent", is_stream=True)
        for name in ("sagemaker_messages", "bedrock", "openai")
        for _ in range(4)
    ]
    try:
        assert all(is_answered(chat(house, family.model("plain"))) for family in FAMILIES)
    finally:
        for one in blocked:
            one.close()


def test_text_of_parallel_answers_is_mixed_up(house: House) -> None:
    texts: dict[int, str] = {}

    def read(number: int, family: Family) -> None:
        texts[number] = streamed(play(house, family, "stream", "vietnamese", is_stream=True)).text

    readers = [threading.Thread(target=read, args=(number, FAMILIES[number % len(FAMILIES)])) for number in range(18)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    assert len(texts) == 18
    assert set(texts.values()) == {"Xin chào, tôi là một mô hình ngôn ngữ 🤖."}


def _text_of(message: dict[str, Any]) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


_ASSUMED = Reply(
    b'<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
    b"<AccessKeyId>ASIAOTHER</AccessKeyId><SecretAccessKey>other-secret</SecretAccessKey>"
    b"<SessionToken>other-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
    b"</Credentials></AssumeRoleResult></AssumeRoleResponse>",
    headers={"content-type": "text/xml"},
)
