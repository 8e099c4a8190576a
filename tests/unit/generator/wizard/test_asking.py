"""`terrachat init` at a terminal: what is asked in which order, and what the catalog says afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from generator.bedrock_offers import BedrockOffer
from generator.catalog import Catalog, HuggingFaceSource, SageMakerEntry, TokenSecret
from generator.errors import AwsError, CatalogError, DeclinedError, HubError, TerrachatError
from generator.families.curated_models import CURATED
from generator.hub import HubModel
from generator.loading import load_catalog
from generator.wizard.wishes import Wishes
from tests.unit.generator.wizard.scripted import (
    ARN,
    NEW_ARN,
    TOKEN,
    PlayedOutside,
    ScriptEndedError,
    Wizard,
)

SMALL = str(1 + [each.name for each in CURATED].index("HuggingFaceTB/SmolLM2-135M-Instruct"))
LLAMA = str(1 + [each.name for each in CURATED].index("meta-llama/Llama-3.1-8B-Instruct"))
EXISTING = """\
# mine
version: 1
deployment: mine
region: us-west-2  # near
models:
  - {id: gpt, provider: openai, model: gpt-4o}  # the first
"""


@pytest.fixture
def wizard(tmp_path: Path) -> Wizard:
    folder = tmp_path / "My Chatbot"
    folder.mkdir()
    return Wizard(folder)


def offer(model: str, provider: str = "Amazon", *, is_legacy: bool = False) -> BedrockOffer:
    lifecycle = "LEGACY" if is_legacy else "ACTIVE"
    return BedrockOffer(model, model.title(), provider, lifecycle)  # type: ignore[arg-type]


def loaded(wizard: Wizard) -> Catalog:
    return load_catalog(wizard.path)


def test_enter_all_the_way_needs_one_answer_only(wizard: Wizard) -> None:
    done = wizard.answer("", "", "", "", "1", "")

    catalog = loaded(wizard)
    assert (catalog.deployment, catalog.region) == ("my-chatbot", "us-east-1")
    assert [entry.provider for entry in catalog.models] == ["bedrock"]
    assert done.is_written
    assert done.next_steps == ("terrachat doctor", "terrachat apply")


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_region_of_the_environment_is_the_default(wizard: Wizard, variable: str) -> None:
    wizard.environment = {variable: "eu-west-3"}

    wizard.answer("", "", "", "", "1", "")

    assert loaded(wizard).region == "eu-west-3"


def test_region_that_aws_does_not_have_is_no_default(wizard: Wizard) -> None:
    wizard.environment = {"AWS_REGION": "moon-1"}

    wizard.answer("", "", "", "", "1", "")

    assert loaded(wizard).region == "us-east-1"


def test_folder_whose_name_has_no_letters_gives_no_name(tmp_path: Path) -> None:
    folder = tmp_path / "2026"
    folder.mkdir()
    wizard = Wizard(folder)

    wizard.answer("", "", "", "", "1", "")

    assert loaded(wizard).deployment == "chatbot"


def test_answers_that_break_a_rule_are_asked_again_with_the_near_name(wizard: Wizard) -> None:
    wizard.answer("Demo!", "demo", "us-eats-1", "us-east-1", "2", "", "1", "")

    shown = wizard.terminal.shown
    assert "That is not taken: expected 2 to 20 lower-case letters" in shown
    assert "write 'demo'" in shown
    assert "unknown AWS region 'us-eats-1'; did you mean 'us-east-1'?" in shown


def test_every_kind_at_once(wizard: Wizard) -> None:
    done = wizard.answer(
        "", "", "1,2,3,4",
        SMALL, "", "4",  # SageMaker: the model, its machine, no token
        "us-west-2", "2",  # Bedrock
        "openai, cohere", "gpt-4o-mini,gpt-4o", "command-r-plus",
        "Model1,7up",
        "y",
    )  # fmt: skip

    catalog = loaded(wizard)
    assert [(entry.id, entry.provider) for entry in catalog.models] == [
        ("smollm2-135m-instruct", "sagemaker"),
        ("nova-lite", "bedrock"),
        ("gpt-4o-mini", "openai"),
        ("gpt-4o", "openai"),
        ("command-r-plus", "cohere"),
        ("Model1", "azure_openai"),
        ("up", "azure_openai"),
    ]
    assert catalog.bedrock.region == "us-west-2"
    assert done.next_steps == (
        "terrachat doctor",
        "terrachat secrets set OPENAI_API_KEY",
        "terrachat secrets set COHERE_API_KEY",
        "terrachat secrets azure add Model1",
        "terrachat secrets azure add 7up",
        "terrachat apply",
    )


def test_the_whole_catalog_is_shown_before_it_is_written(wizard: Wizard) -> None:
    wizard.answer("", "", "", "", "1", "")

    before, _, after = wizard.terminal.shown.partition("Write ")
    assert wizard.text in before
    assert after.startswith(f"{wizard.path}? y or n [y]: ")


def test_no_writes_nothing(wizard: Wizard) -> None:
    with pytest.raises(DeclinedError, match="Nothing was written"):
        wizard.answer("", "", "", "", "1", "n")

    assert list(wizard.folder.iterdir()) == []


@pytest.mark.parametrize("answered", range(6))
def test_end_at_any_question_writes_nothing(wizard: Wizard, answered: int) -> None:
    with pytest.raises(ScriptEndedError):
        wizard.answer(*("", "", "", "", "1", "y")[:answered])

    assert list(wizard.folder.iterdir()) == []


def test_catalog_without_a_model_is_asked_for_one(wizard: Wizard) -> None:
    wizard.answer("", "", "2", "", "", "3", "1", "gpt-4o", "")

    assert "A catalog needs a model." in wizard.terminal.shown
    assert [entry.id for entry in loaded(wizard).models] == ["gpt-4o"]


def test_options_are_not_asked_again(wizard: Wizard) -> None:
    wizard.answer("", "", wishes=Wishes(deployment="demo", bedrock=("amazon.nova-micro-v1:0",)))

    assert "deployment's name" not in wizard.terminal.shown
    assert [entry.id for entry in loaded(wizard).models] == ["nova-micro"]


def test_yes_at_a_terminal_asks_nothing(wizard: Wizard) -> None:
    wizard.answer(wishes=Wishes(bedrock=("amazon.nova-micro-v1:0",), yes=True))

    assert loaded(wizard).deployment == "my-chatbot"


class TestSageMaker:
    """Which model, on what machine, at what price, and with which token."""

    def test_list_has_size_licence_machine_price_and_gate(self, wizard: Wizard) -> None:
        wizard.answer("", "", "1", SMALL, "", "4", "")

        line = next(line for line in wizard.terminal.shown.splitlines() if "Llama-3.1-8B" in line)
        assert "8 B, Llama 3.1 Community, gated (manual), ml.g5.2xlarge, $1.51 an hour; " in line

    def test_price_that_is_not_known_is_said_not_to_be(self, wizard: Wizard) -> None:
        wizard.answer("", "eu-west-1", "1", SMALL, "", "4", "")

        assert "ml.g5.xlarge, price not known" in wizard.terminal.shown
        assert "# Its endpoint costs what ml.g5.xlarge costs in eu-west-1 (see aws.amazon.com/" in wizard.text

    def test_entry_is_served_as_the_list_says_and_its_comment_has_the_cost(self, wizard: Wizard) -> None:
        wizard.answer("", "", "1", SMALL, "", "4", "")

        (entry,) = loaded(wizard).models
        assert isinstance(entry, SageMakerEntry)
        assert (entry.container, entry.instance_type) == ("vllm", "ml.g5.xlarge")
        assert entry.environment == {"SM_VLLM_MAX_MODEL_LEN": "8192"}
        assert "$1.41 an hour, about $1,028 a month (730 h) by the shipped table of 2026-08-17" in wizard.text
        assert "terrachat stop smollm2-135m-instruct" in wizard.text
        assert "135 M parameters, chats of up to 8,192 of its 8,192 tokens" in wizard.text

    def test_another_machine_is_taken(self, wizard: Wizard) -> None:
        wizard.answer("", "", "1", SMALL, "ml.g6.xlarge", "4", "")

        (entry,) = loaded(wizard).models
        assert isinstance(entry, SageMakerEntry)
        assert entry.instance_type == "ml.g6.xlarge"

    def test_machine_that_is_too_small_is_asked_about(self, wizard: Wizard) -> None:
        wizard.answer(
            "", "", "1", LLAMA, "ml.g4dn.xlarge", "n", "ml.m5.xlarge", "n", "g5.xlarge", "ml.g5.xlarge", "4", ""
        )

        shown = wizard.terminal.shown
        assert "needs about 16 GB for its weights in 16 bits" in shown
        assert "ml.m5.xlarge has no GPU" in shown
        assert "did you mean 'ml.g5.xlarge'?" in shown

    def test_machine_that_is_too_small_is_taken_from_who_knows_better(self, wizard: Wizard) -> None:
        wizard.answer("", "", "1", LLAMA, "ml.g4dn.xlarge", "y", "4", "")

        (entry,) = loaded(wizard).models
        assert isinstance(entry, SageMakerEntry)
        assert entry.instance_type == "ml.g4dn.xlarge"

    def test_any_model_of_the_hub_with_a_machine_for_its_size(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(hub={"some/model": HubModel("some/model", "c0ffee", "auto", 60 * 10**9)})

        wizard.answer("", "", "1", "some/model", "ml.g5.2xlarge", "n", "", "1", ARN, "")

        (entry,) = loaded(wizard).models
        assert isinstance(entry, SageMakerEntry)
        assert entry.source == HuggingFaceSource(huggingface="some/model")
        assert entry.instance_type == "ml.g5.12xlarge"
        assert "'some/model' has 60.0 GB of weights, and ml.g5.2xlarge has 24 GB" in wizard.terminal.shown
        assert "some/model, 60 GB; gated: accept the licence on its page, and access is given at once" in wizard.text

    def test_hub_that_cannot_be_reached_is_a_word(self, wizard: Wizard) -> None:
        wizard.answer("", "", "1", "some/model-8B", "", "4", "")

        assert "some/model-8B: the Hugging Face Hub cannot be asked.\nIt is taken as it is" in wizard.terminal.shown
        assert "model-8b (perhaps: the Hub did not say)" in wizard.terminal.shown
        (entry,) = loaded(wizard).models
        assert isinstance(entry, SageMakerEntry)
        assert entry.instance_type == "ml.g5.2xlarge"

    def test_machine_for_a_model_of_unknown_size_has_no_default(self, wizard: Wizard) -> None:
        wizard.answer("", "", "1", "some/model", "", "ml.g5.xlarge", "4", "")

        assert "Instance type for some/model: \n" in wizard.terminal.shown

    @pytest.mark.parametrize(("typed", "count"), [("n", 1), ("y", 2)])
    def test_model_that_the_hub_does_not_have_is_taken_on_request_only(
        self, wizard: Wizard, typed: str, count: int
    ) -> None:
        wizard.outside = PlayedOutside(hub={"some/modle": HubError("there is no model 'some/modle'", kind="not_found")})

        wizard.answer(
            "", "", "1", f"some/modle,{SMALL}", typed, *(["ml.g5.xlarge"] if typed == "y" else []), "", "4", ""
        )

        assert "some/modle: there is no model 'some/modle'." in wizard.terminal.shown
        assert len(loaded(wizard).models) == count

    @pytest.mark.parametrize(
        ("number", "hub", "listed"),
        [(SMALL, "auto", "accept the licence on its page"), (LLAMA, None, "ask for access on its page")],
        ids=["gated since", "gated as listed"],
    )
    def test_hub_is_asked_whether_a_listed_model_is_gated_by_now(
        self, wizard: Wizard, number: str, hub: Literal["auto"] | None, listed: str
    ) -> None:
        name = CURATED[int(number) - 1].name
        wizard.outside = PlayedOutside(hub={name: HubModel(name, "c0ffee", hub, 10**9)})

        wizard.answer("", "", "1", number, "", "4", "")

        assert "It is needed for " in wizard.terminal.shown
        assert f"gated: {listed}" in wizard.text
        assert "terrachat doctor asks again" not in wizard.terminal.shown

    def test_hub_that_cannot_be_reached_leaves_a_listed_model_as_it_is_listed(self, wizard: Wizard) -> None:
        wizard.answer("", "", "1", SMALL, "", "4", "")

        assert "cannot be asked.\nIt is taken as the list of 2026-11-22 has it" in wizard.terminal.shown
        assert "perhaps" not in wizard.terminal.shown

    def test_listed_model_that_is_gone_from_the_hub_is_taken_on_request_only(self, wizard: Wizard) -> None:
        name = CURATED[int(LLAMA) - 1].name
        wizard.outside = PlayedOutside(hub={name: HubError(f"there is no model {name!r}", kind="not_found")})

        wizard.answer("", "", "1", f"{LLAMA},{SMALL}", "n", "", "4", "")

        assert [entry.id for entry in loaded(wizard).models] == ["smollm2-135m-instruct"]

    def test_name_that_is_none_of_the_hubs_is_asked_again(self, wizard: Wizard) -> None:
        wizard.answer("", "", "1", "https://huggingface.co/a/b", SMALL, "", "4", "")

        assert "write 'a/b'" in wizard.terminal.shown


class TestToken:
    """Asked as soon as there is a model on SageMaker."""

    def test_gated_model_is_named_and_the_arn_is_the_first_choice(self, wizard: Wizard) -> None:
        wizard.answer("", "", "1", LLAMA, "", "", "not-an-arn", ARN, "")

        assert loaded(wizard).huggingface == TokenSecret(token_secret=ARN)
        assert "It is needed for llama-3.1-8b-instruct." in wizard.terminal.shown
        assert "No token: endpoints of gated models will not start" in wizard.terminal.shown
        assert "a secret's whole ARN" in wizard.terminal.shown

    def test_licence_of_a_gated_model_is_a_next_step(self, wizard: Wizard) -> None:
        done = wizard.answer("", "", "1", LLAMA, "", "", ARN, "")

        page = "https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct"
        assert done.next_steps[1] == f"accept the licence of meta-llama/Llama-3.1-8B-Instruct: {page}"

    def test_without_a_gated_model_going_on_without_is_the_default(self, wizard: Wizard) -> None:
        wizard.answer("", "", "1", SMALL, "", "", "")

        assert "None of the chosen models is gated." in wizard.terminal.shown
        assert loaded(wizard).huggingface is None

    def test_secret_is_made_from_a_hidden_token_after_the_last_question(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(secret=None)

        wizard.answer("", "", "1", LLAMA, "", "2", "nonsense", TOKEN, "")

        ((made, region),) = wizard.outside.made
        assert (made.name, made.token, region) == ("terrachat-huggingface-token", TOKEN, "us-east-1")
        assert loaded(wizard).huggingface == TokenSecret(token_secret=NEW_ARN)
        assert len(wizard.terminal.hidden_prompts) == 2
        assert "token_secret: (its ARN, once it is created)" in wizard.terminal.shown
        assert "The secret 'terrachat-huggingface-token' is created in us-east-1" in wizard.terminal.shown

    def test_token_is_never_shown(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(secret=None)

        wizard.answer("", "", "1", LLAMA, "", "2", "nonsense", TOKEN, "")

        assert TOKEN not in wizard.terminal.shown + wizard.text + repr(wizard.outside.made)
        assert "nonsense" not in wizard.terminal.shown

    def test_no_at_the_end_makes_no_secret(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(secret=None)

        with pytest.raises(DeclinedError):
            wizard.answer("", "", "1", LLAMA, "", "2", TOKEN, "n")

        assert wizard.outside.made == []
        assert not wizard.path.exists()

    def test_secret_that_is_there_is_used_as_it_is(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(secret=NEW_ARN)

        wizard.answer("", "", "1", LLAMA, "", "2", "")

        assert loaded(wizard).huggingface == TokenSecret(token_secret=NEW_ARN)
        assert wizard.outside.made == []
        assert "terrachat secrets huggingface" in wizard.terminal.shown

    def test_aws_that_cannot_be_asked_leaves_the_other_choices(self, wizard: Wizard) -> None:
        done = wizard.answer("", "", "1", LLAMA, "", "2", "3", "")

        assert "  That is not possible: nobody is signed in to AWS.\n" in wizard.terminal.shown
        assert "huggingface: {create_secret: true}" in wizard.text
        assert done.next_steps[-1] == "terrachat apply  (asks for the Hugging Face token)"

    def test_enter_goes_back_to_the_choice(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(secret=None)

        wizard.answer("", "", "1", LLAMA, "", "1", "", "2", "", "4", "")

        assert "The secret's ARN [Enter: choose again]: \n" in wizard.terminal.shown
        assert "[Enter: choose again] (what you type is not shown): " in wizard.terminal.hidden_prompts[0]
        assert wizard.terminal.shown.count("The token [1]: ") == 3
        assert "That is not taken" not in wizard.terminal.shown
        assert loaded(wizard).huggingface is None

    def test_reason_why_a_secret_cannot_be_made_comes_with_what_to_do(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(secret=AwsError("it is scheduled for deletion", hint="Restore it: aws ..."))

        wizard.answer("", "", "1", LLAMA, "", "2", "4", "")

        assert "That is not possible: it is scheduled for deletion. Restore it: aws ...\n" in wizard.terminal.shown

    def test_secret_of_the_local_target_is_said_to_end_with_it(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(secret=None)
        wizard.is_local = True

        wizard.answer("", "", "1", LLAMA, "", "2", TOKEN, "")

        assert "is created on the local target, in us-east-1, before the file" in wizard.terminal.shown
        assert "It ends with the local target (terrachat local down)" in wizard.terminal.shown
        assert "bills" not in wizard.terminal.shown

    def test_secret_of_another_region_is_not_taken(self, wizard: Wizard) -> None:
        wizard.answer("", "", "1", LLAMA, "", "1", ARN.replace("us-east-1", "eu-west-1"), "1", ARN, "")

        assert "the secret is in 'eu-west-1', and it is read in the deployment's region" in wizard.terminal.shown


class TestBedrock:
    """In its region, from what is on offer there."""

    def test_offers_of_the_region(self, wizard: Wizard) -> None:
        wizard.outside.bedrock = {"us-west-2": [offer("a.one-v1:0"), offer("a.two-v1:0", is_legacy=True)]}

        wizard.answer("", "", "2", "us-west-2", "2,1", "")

        assert "  2  a.two-v1:0  A.Two-V1:0 (legacy: AWS will take it away)\n" in wizard.terminal.shown
        assert [entry.id for entry in loaded(wizard).models] == ["two", "one"]
        assert "bedrock: {region: us-west-2}\n" in wizard.text

    def test_long_list_is_asked_by_owner_first(self, wizard: Wizard) -> None:
        offers = [offer(f"a.m{each}", "Acme") for each in range(7)] + [offer(f"b.m{each}", "Bolt") for each in range(7)]
        wizard.outside.bedrock = {"us-east-1": offers}

        wizard.answer("", "", "2", "", "2", "7", "")

        assert "  1  Acme\n  2  Bolt\n" in wizard.terminal.shown
        assert "model: b.m6" in wizard.text
        assert "a.m1 " not in wizard.terminal.shown

    def test_bedrock_that_cannot_be_asked_gives_a_list_with_a_date(self, wizard: Wizard) -> None:
        wizard.answer("", "", "2", "eu-central-1", "1", "")

        assert "It cannot be asked: nobody is signed in to AWS" in wizard.terminal.shown
        assert "a short list of 2026-11-22" in wizard.terminal.shown
        assert "model: eu.amazon.nova-micro-v1:0" in wizard.text

    def test_id_that_is_not_in_the_list_can_be_typed(self, wizard: Wizard) -> None:
        wizard.answer("", "", "2", "", "anthropic.claude-opus-9-v1:0", "")

        assert [entry.id for entry in loaded(wizard).models] == ["claude-opus-9"]

    def test_nobodys_models_leave_ids_to_type(self, wizard: Wizard) -> None:
        wizard.outside.bedrock = {
            "us-east-1": [offer(f"{owner}.m{each}", owner) for owner in "ab" for each in range(7)]
        }

        wizard.answer("", "", "2", "", "", "1", "a.m3-v1:0", "")

        assert "Which, by its id, several as a,b [Enter: none]: 1\n" in wizard.terminal.shown
        assert "That is not taken: there is no list to give a number of.\n" in wizard.terminal.shown
        assert "model: a.m3-v1:0" in wizard.text

    def test_region_that_the_short_list_has_nothing_for(self, wizard: Wizard) -> None:
        wizard.answer("", "us-gov-west-1", "2", "", "amazon.nova-micro-v1:0", "")

        assert "There is nothing for us-gov-west-1 in a short list of 2026-11-22" in wizard.terminal.shown

    def test_profile_of_another_geography_is_left_out_with_the_reason(self, wizard: Wizard) -> None:
        wizard.answer("", "", "2", "eu-west-1", "us.amazon.nova-micro-v1:0,1", "")

        assert "us.amazon.nova-micro-v1:0 (bedrock) is left out: the inference profiles" in wizard.terminal.shown
        assert len(loaded(wizard).models) == 1


class TestThirdParties:
    """By LangChain's names, with the exact names of their keys."""

    def test_names_are_listed_with_their_keys(self, wizard: Wizard) -> None:
        wizard.answer("", "", "3", "1", "gpt-4o", "")

        for line in ("openai  OPENAI_API_KEY", "perplexity  PPLX_API_KEY", "huggingface  HF_TOKEN"):
            assert line in wizard.terminal.shown
        assert (
            "# Third parties, who bill by use. Keys that the API-keys secret has to hold: OPENAI_API_KEY\n"
            in wizard.text
        )

    def test_misspelt_and_refused_names(self, wizard: Wizard) -> None:
        wizard.answer("", "", "3", "opnai", "google_vertexai", "bedrock", "openai", "gpt 4o!", "gpt-4o", "")

        shown = wizard.terminal.shown
        assert "unknown provider 'opnai'; did you mean 'openai'?" in shown
        assert "the provider 'google_vertexai' takes the credentials of a Google Cloud service account" in shown
        assert "Bedrock's models are chosen with --bedrock" in shown
        assert "the provider's name of the model, without spaces" in shown

    def test_enter_leaves_one_out_after_all(self, wizard: Wizard) -> None:
        wizard.answer("", "", "3,4", "openai litellm groq", "", "", "x", "", "")

        assert [entry.provider for entry in loaded(wizard).models] == ["groq"]
        assert "such as Model1,Model2 [Enter: none]: " in wizard.terminal.shown

    @pytest.mark.parametrize(("key", "expected"), [("", "null"), ("MY_KEY", "MY_KEY")])
    def test_server_of_ones_own_needs_address_and_key(self, wizard: Wizard, key: str, expected: str) -> None:
        wizard.answer("", "", "3", "litellm", "llm.example.com", "https://llm.example.com/v1", key, "x", "")

        assert "write 'https://llm.example.com'" in wizard.terminal.shown
        assert f"base_url: https://llm.example.com/v1, key_name: {expected}}}" in wizard.text


class TestExistingCatalog:
    """What is there is the default, and stays."""

    @pytest.fixture(autouse=True)
    def _exists(self, wizard: Wizard) -> None:
        wizard.path.write_text(EXISTING, encoding="utf-8")

    def test_enter_changes_nothing(self, wizard: Wizard) -> None:
        done = wizard.answer("", "", "")

        assert not done.is_written
        assert wizard.text == EXISTING
        assert "says all of that already" in wizard.terminal.shown
        assert "The deployment's name [mine]" in wizard.terminal.shown
        assert "AWS region [us-west-2]" in wizard.terminal.shown

    def test_models_are_added_and_the_difference_is_shown(self, wizard: Wizard) -> None:
        wizard.answer("", "", "3", "openai", "gpt-4o-mini", "")

        added = "  - {id: gpt-4o-mini, provider: openai, model: gpt-4o-mini}\n"
        assert wizard.text == EXISTING + added
        assert f"\n+{added}" in wizard.terminal.shown
        assert " version: 1" not in wizard.terminal.shown.partition("@@")[0]

    def test_model_that_is_there_is_left_as_it_is(self, wizard: Wizard) -> None:
        wizard.answer("", "", "3", "openai", "gpt-4o,gpt-4o-mini,gpt-4o-mini", "")

        assert "gpt-4o (openai) is in the catalog already, as 'gpt': it is left as it is." in wizard.terminal.shown
        assert wizard.text.count("gpt-4o-mini") == 2

    def test_id_that_is_taken_gets_a_number(self, wizard: Wizard) -> None:
        wizard.answer("", "", "4", "gpt", "")

        assert "- {id: gpt-2, provider: azure_openai, model: gpt}\n" in wizard.text

    def test_name_and_region_can_be_changed(self, wizard: Wizard) -> None:
        wizard.answer("other", "us-east-1", "", "")

        assert wizard.text == EXISTING.replace("mine\nregion: us-west-2", "other\nregion: us-east-1")
        assert "'other' is another deployment than 'mine', which stays as it is" in wizard.terminal.shown

    def test_kind_that_has_its_heading_gets_no_second_one(self, wizard: Wizard) -> None:
        wizard.answer("", "", "2", "", "1", "")
        wizard.answer("", "", "2", "", "2", "")

        assert wizard.text.count("# Amazon Bedrock") == 1

    def test_other_region_of_bedrock_leaves_the_models_that_are_there(self, wizard: Wizard) -> None:
        wizard.answer("", "", "2", "", "1", "")
        wizard.answer("", "", "2", "eu-west-1", "1", "")

        assert loaded(wizard).bedrock.region is None
        assert "model: eu.amazon.nova-micro-v1:0, region: eu-west-1}" in wizard.text

    def test_same_model_in_another_region_is_another_one(self, wizard: Wizard) -> None:
        wizard.answer("", "", "2", "", "amazon.nova-micro-v1:0", "")
        wizard.answer("", "", "2", "eu-west-1", "amazon.nova-micro-v1:0", "")
        assert not wizard.answer("", "", "2", "eu-west-1", "amazon.nova-micro-v1:0").is_written

        assert [entry.id for entry in loaded(wizard).models] == ["gpt", "nova-micro", "nova-micro-2"]
        assert "model: amazon.nova-micro-v1:0, region: eu-west-1}" in wizard.text

    def test_token_is_asked_for_with_the_first_model_on_sagemaker_and_then_kept(self, wizard: Wizard) -> None:
        west = ARN.replace("us-east-1", "us-west-2")
        wizard.answer("", "", "1", LLAMA, "", "1", west, "")
        wizard.answer("", "", "1", SMALL, "", "")

        assert loaded(wizard).huggingface == TokenSecret(token_secret=west)
        assert [entry.id for entry in loaded(wizard).models] == [
            "gpt", "llama-3.1-8b-instruct", "smollm2-135m-instruct",
        ]  # fmt: skip

    def test_region_in_which_the_rest_does_not_work_is_not_taken(self, wizard: Wizard) -> None:
        wizard.answer("", "", "2", "", "us.amazon.nova-micro-v1:0", "")
        wizard.answer("", "eu-west-1", "us-east-2", "", "")

        assert "the inference profiles 'us.*' cannot be called from 'eu-west-1'" in wizard.terminal.shown
        assert loaded(wizard).region == "us-east-2"

    def test_no_leaves_it(self, wizard: Wizard) -> None:
        with pytest.raises(DeclinedError):
            wizard.answer("", "", "3", "openai", "gpt-4o-mini", "n")

        assert wizard.text == EXISTING

    def test_file_that_somebody_changed_meanwhile_is_left(self, wizard: Wizard) -> None:
        class Meddler(PlayedOutside):
            def shared_secret(self, region: str) -> str | None:
                wizard.path.write_text(EXISTING + "# more\n", encoding="utf-8")
                return None

        wizard.outside = Meddler()
        with pytest.raises(TerrachatError) as caught:
            wizard.answer("", "", "1", LLAMA, "", "2", TOKEN, "")

        assert "was changed meanwhile" in caught.value.message
        assert wizard.text == EXISTING + "# more\n"
        # What was done is said: a secret was made before.
        made = NEW_ARN.replace("us-east-1", "us-west-2")
        assert f"The secret was created all the same: {made}" in caught.value.message
        assert caught.value.hint == f"Give it the next time: --huggingface-secret {made}"

    def test_invalid_catalog_shows_its_problems_and_is_left(self, wizard: Wizard) -> None:
        broken = EXISTING.replace("us-west-2", "us-wset-2")
        wizard.path.write_text(broken, encoding="utf-8")

        with pytest.raises(CatalogError) as caught:
            wizard.answer()

        assert "did you mean 'us-west-2'?" in caught.value.message
        assert "is no valid catalog; it is left as it is. Mend it, or begin another" in wizard.terminal.shown
        assert wizard.text == broken


def test_folder_that_is_not_there_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    wizard = Wizard(tmp_path / "gone")

    with pytest.raises(TerrachatError, match="there is no folder"):
        wizard.answer()


def test_schema_beside_the_catalog_is_named_for_editors(wizard: Wizard) -> None:
    (wizard.folder / "catalog.schema.json").write_text("{}", encoding="utf-8")

    wizard.answer("", "", "", "", "1", "")

    assert wizard.text.startswith("# yaml-language-server: $schema=./catalog.schema.json\n")
