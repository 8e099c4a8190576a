"""`terrachat init` by options: the same catalogs, and what is missing is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.catalog import CreatedSecret, SageMakerEntry, TokenSecret
from generator.errors import AwsError, CatalogError, HubError, TerrachatError
from generator.hub import HubModel
from generator.loading import load_catalog
from generator.wizard.wishes import Wishes
from tests.unit.generator.wizard.scripted import ARN, NEW_ARN, TOKEN, PlayedOutside, Wizard

LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
SMALL = "HuggingFaceTB/SmolLM2-135M-Instruct"


@pytest.fixture
def wizard(tmp_path: Path) -> Wizard:
    folder = tmp_path / "demo"
    folder.mkdir()
    return Wizard(folder)


def refused(wizard: Wizard, wishes: Wishes) -> TerrachatError:
    before = sorted(wizard.folder.iterdir())
    with pytest.raises(TerrachatError) as caught:
        wizard.run(wishes)
    assert sorted(wizard.folder.iterdir()) == before
    assert caught.value.exit_code == 1
    return caught.value


def test_every_option(wizard: Wizard) -> None:
    wizard.run(
        Wishes(
            deployment="prod",
            region="us-east-1",
            sagemaker=(LLAMA.lower(), f"{SMALL}@ml.g6.xlarge"),
            bedrock=("us.amazon.nova-micro-v1:0",),
            bedrock_region="us-west-2",
            providers=("openai/gpt-4o-mini", "openrouter/meta-llama/llama-3.3-70b-instruct"),
            azure=("Model1",),
            huggingface_secret=ARN,
            yes=True,
        )
    )

    catalog = load_catalog(wizard.path)
    assert (catalog.deployment, catalog.region, catalog.bedrock.region) == ("prod", "us-east-1", "us-west-2")
    assert catalog.huggingface == TokenSecret(token_secret=ARN)
    assert [entry.id for entry in catalog.models] == [
        "llama-3.1-8b-instruct",
        "smollm2-135m-instruct",
        "nova-micro",
        "gpt-4o-mini",
        "llama-3.3-70b-instruct",
        "Model1",
    ]
    small = catalog.models[1]
    assert isinstance(small, SageMakerEntry)
    assert small.instance_type == "ml.g6.xlarge"


def test_what_was_written_is_shown(wizard: Wizard) -> None:
    wizard.run(Wishes(azure=("Model1",), yes=True))

    assert wizard.text in wizard.terminal.shown


@pytest.mark.parametrize(
    ("wishes", "message", "hint"),
    [
        pytest.param(
            Wishes(yes=True),
            "a catalog needs a model, and there is nobody to ask",
            "Give it: --sagemaker, --bedrock, --provider or --azure",
            id="no model",
        ),
        pytest.param(
            Wishes(azure=("Model1",)),
            "this writes {path}, and there is nobody to ask",
            "Give it: --yes",
            id="no --yes",
        ),
        pytest.param(
            Wishes(sagemaker=(LLAMA,), yes=True),
            "llama-3.1-8b-instruct may need a Hugging Face token, and there is nobody to ask",
            "Give it: --huggingface-secret ARN, --create-huggingface-secret, --huggingface-secret at-apply or "
            "--huggingface-secret none",
            id="no token",
        ),
        pytest.param(
            Wishes(sagemaker=("some/model",), yes=True),
            "--sagemaker some/model: how large it is could not be found out",
            "Name the machine: --sagemaker some/model@ml.g5.2xlarge",
            id="no size",
        ),
        pytest.param(
            Wishes(providers=("openai",), yes=True),
            "--provider openai: the model is missing",
            "Write both: --provider openai/gpt-4o-mini",
            id="no third party's model",
        ),
    ],
)
def test_missing_option_is_named(wizard: Wizard, wishes: Wishes, message: str, hint: str) -> None:
    error = refused(wizard, wishes)

    assert (error.message, error.hint) == (message.format(path=wizard.path), hint)


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        (Wishes(deployment="Prod", azure=("M",), yes=True), "--deployment: expected 2 to 20 lower-case letters"),
        (Wishes(region="us-eats-1", azure=("M",), yes=True), "--region: unknown AWS region 'us-eats-1'; did you mean"),
        (Wishes(sagemaker=("nope",), yes=True), "--sagemaker: expected the model's name on the Hugging Face Hub"),
        (
            Wishes(sagemaker=(f"{SMALL}@g5.xlarge",), yes=True),
            "--sagemaker: unknown instance type 'g5.xlarge'; did you mean 'ml.g5.xlarge'?",
        ),
        (Wishes(bedrock=("Nova Micro",), yes=True), "--bedrock: expected a Bedrock model"),
        (
            Wishes(bedrock=("us.amazon.nova-micro-v1:0",), bedrock_region="eu-west-1", yes=True),
            "--bedrock: the inference profiles 'us.*' cannot be called from 'eu-west-1'",
        ),
        (Wishes(bedrock=("a.b",), bedrock_region="eu-wset-1", yes=True), "--bedrock-region: unknown AWS region"),
        (Wishes(bedrock_region="eu-west-1", azure=("M",), yes=True), "--bedrock-region: no Bedrock model is chosen"),
        (Wishes(providers=("opnai/x",), yes=True), "--provider: unknown provider 'opnai'; did you mean 'openai'?"),
        (Wishes(providers=("sagemaker/x",), yes=True), "--provider: models of your own endpoints are chosen with"),
        (Wishes(providers=("azure_openai/x",), yes=True), "--provider: Azure OpenAI's models are chosen with --azure"),
        (Wishes(providers=("openai/a b",), yes=True), "--provider: expected the provider's name of the model"),
        (Wishes(providers=("ollama/x",), yes=True), "--provider ollama/x: 'ollama' is a server of your own"),
        (Wishes(azure=("a b",), yes=True), "--azure: expected the identifier after '__'"),
        (
            Wishes(sagemaker=(LLAMA,), huggingface_secret="hf", yes=True),
            "--huggingface-secret: expected a secret's whole ARN",
        ),
        (
            Wishes(sagemaker=(LLAMA,), huggingface_secret=ARN.replace("us-east-1", "eu-west-1"), yes=True),
            "--huggingface-secret: the secret is in 'eu-west-1'",
        ),
    ],
)
def test_option_that_is_not_taken_is_named(wizard: Wizard, wishes: Wishes, message: str) -> None:
    assert refused(wizard, wishes).message.startswith(message)


def test_pasted_token_is_not_repeated(wizard: Wizard) -> None:
    error = refused(wizard, Wishes(sagemaker=(LLAMA,), huggingface_secret=TOKEN, yes=True))

    assert TOKEN not in error.message


def test_two_answers_to_one_question_are_refused() -> None:
    with pytest.raises(TerrachatError, match="names a secret that exists"):
        Wishes(huggingface_secret=ARN, create_huggingface_secret=True)


@pytest.mark.parametrize(
    ("wished", "expected"),
    [("at-apply", CreatedSecret(create_secret=True)), ("none", None), (ARN, TokenSecret(token_secret=ARN))],
)
def test_where_the_token_is(wizard: Wizard, wished: str, expected: object) -> None:
    wizard.run(Wishes(sagemaker=(LLAMA,), huggingface_secret=wished, yes=True))

    assert load_catalog(wizard.path).huggingface == expected


def test_model_that_is_not_gated_needs_no_token(wizard: Wizard) -> None:
    wizard.run(Wishes(sagemaker=(SMALL,), yes=True))

    assert load_catalog(wizard.path).huggingface is None


class TestNewSecret:
    """--create-huggingface-secret: from HF_TOKEN, or a hidden question."""

    WISHES = Wishes(sagemaker=(LLAMA,), create_huggingface_secret=True, yes=True)

    @pytest.fixture(autouse=True)
    def _signed_in(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(secret=None)

    def test_is_made_from_the_environment(self, wizard: Wizard) -> None:
        wizard.environment = {"HF_TOKEN": f"{TOKEN}\n"}

        wizard.run(self.WISHES)

        assert [(made.token, region) for made, region in wizard.outside.made] == [(TOKEN, "us-east-1")]
        assert load_catalog(wizard.path).huggingface == TokenSecret(token_secret=NEW_ARN)
        assert TOKEN not in wizard.terminal.shown

    def test_is_asked_for_at_a_terminal(self, wizard: Wizard) -> None:
        wizard.answer("", "", TOKEN, "", wishes=Wishes(sagemaker=(LLAMA,), create_huggingface_secret=True))

        assert [made.token for made, _ in wizard.outside.made] == [TOKEN]

    def test_without_token_is_refused(self, wizard: Wizard) -> None:
        error = refused(wizard, self.WISHES)

        assert error.message == "--create-huggingface-secret needs the token, and there is nobody to ask"
        assert error.hint == "Give it: HF_TOKEN in the environment"

    def test_with_something_else_is_refused_without_repeating_it(self, wizard: Wizard) -> None:
        wizard.environment = {"HF_TOKEN": '{"token": "secret-thing"}'}

        error = refused(wizard, self.WISHES)

        assert error.message.startswith("HF_TOKEN: it is a JSON object")
        assert "secret-thing" not in error.message

    def test_that_is_there_already_is_used(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(secret=NEW_ARN)

        wizard.run(self.WISHES)

        assert wizard.outside.made == []
        assert load_catalog(wizard.path).huggingface == TokenSecret(token_secret=NEW_ARN)

    def test_without_aws_fails_before_anything_is_written(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside()

        with pytest.raises(AwsError, match="nobody is signed in to AWS"):
            wizard.run(self.WISHES)

        assert not wizard.path.exists()


class TestHub:
    """What the Hub says of a model that is not in the list."""

    def test_size_gives_the_machine_and_gate_the_need_of_a_token(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(hub={"some/model": HubModel("some/model", "c0ffee", "manual", 140 * 10**9)})

        error = refused(wizard, Wishes(sagemaker=("some/model",), yes=True))
        wizard.run(Wishes(sagemaker=("some/model",), huggingface_secret="none", yes=True))

        assert error.message.startswith("model may need a Hugging Face token")
        (entry,) = load_catalog(wizard.path).models
        assert isinstance(entry, SageMakerEntry)
        assert entry.instance_type == "ml.g6e.12xlarge"
        assert "# some/model, 140 GB; gated: ask for access on its page, and its owner decides" in wizard.text

    def test_model_that_does_not_exist_is_refused(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(hub={"some/modle": HubError("there is none", kind="not_found")})

        error = refused(wizard, Wishes(sagemaker=("some/modle@ml.g5.xlarge",), yes=True))

        assert error.message == "--sagemaker some/modle: the Hugging Face Hub has no such model, or it is private"

    def test_machine_that_is_too_small_is_a_warning(self, wizard: Wizard) -> None:
        wizard.run(Wishes(sagemaker=(f"{SMALL}@ml.m5.xlarge",), yes=True))

        assert "warning: the container 'vllm' needs an NVIDIA GPU" in wizard.terminal.shown
        assert wizard.path.exists()

    def test_model_too_large_for_any_machine_gets_no_proposal(self, wizard: Wizard) -> None:
        wizard.outside = PlayedOutside(hub={"some/model": HubModel("some/model", "c0ffee", None, 3000 * 10**9)})

        error = refused(wizard, Wishes(sagemaker=("some/model",), yes=True))

        assert error.message == "--sagemaker some/model: no machine that is known holds its 3,000 GB"


class TestExistingCatalog:
    """Options add to what is there, and change what they name."""

    @pytest.fixture(autouse=True)
    def _exists(self, wizard: Wizard) -> None:
        wizard.run(Wishes(deployment="prod", region="us-east-2", bedrock=("us.amazon.nova-micro-v1:0",), yes=True))

    def test_no_option_changes_nothing(self, wizard: Wizard) -> None:
        before = wizard.text

        assert not wizard.run(Wishes()).is_written
        assert wizard.text == before

    def test_values_that_are_there_are_kept(self, wizard: Wizard) -> None:
        wizard.run(Wishes(azure=("Model1",), yes=True))

        catalog = load_catalog(wizard.path)
        assert (catalog.deployment, catalog.region, len(catalog.models)) == ("prod", "us-east-2", 2)

    def test_region_of_bedrock_alone(self, wizard: Wizard) -> None:
        wizard.run(Wishes(bedrock_region="us-west-2", yes=True))

        assert load_catalog(wizard.path).bedrock.region == "us-west-2"

    def test_region_of_bedrock_in_which_a_model_does_not_work(self, wizard: Wizard) -> None:
        error = refused(wizard, Wishes(bedrock_region="eu-west-1", yes=True))

        assert error.message.startswith("--bedrock-region: the inference profiles 'us.*'")

    def test_region_and_secret_move_together(self, wizard: Wizard) -> None:
        wizard.run(Wishes(sagemaker=(SMALL,), huggingface_secret=ARN.replace("us-east-1", "us-east-2"), yes=True))
        wizard.run(Wishes(region="us-east-1", huggingface_secret=ARN, yes=True))

        catalog = load_catalog(wizard.path)
        assert (catalog.region, catalog.huggingface) == ("us-east-1", TokenSecret(token_secret=ARN))

    def test_region_without_its_secret_is_refused(self, wizard: Wizard) -> None:
        wizard.run(Wishes(sagemaker=(SMALL,), huggingface_secret=ARN.replace("us-east-1", "us-east-2"), yes=True))

        error = refused(wizard, Wishes(region="us-east-1", yes=True))

        assert error.message.startswith("--region: the secret is in 'us-east-2'")

    def test_same_model_twice_is_said_and_skipped(self, wizard: Wizard) -> None:
        done = wizard.run(Wishes(bedrock=("us.amazon.nova-micro-v1:0",), yes=True))

        assert not done.is_written
        assert "is in the catalog already, as 'nova-micro'" in wizard.terminal.shown

    def test_invalid_catalog_is_left(self, wizard: Wizard) -> None:
        wizard.path.write_text("version: 2\n", encoding="utf-8")

        with pytest.raises(CatalogError):
            wizard.run(Wishes(azure=("Model1",), yes=True))

        assert wizard.text == "version: 2\n"


def test_next_steps_work_on_the_same_target(wizard: Wizard) -> None:
    from generator.wizard.installing import install

    done = install(
        wizard.path,
        Wishes(providers=("openai/gpt-4o-mini",), yes=True),
        wizard.terminal,
        wizard.outside,
        {},
        is_interactive=False,
        option=" --local",
    )

    assert done.next_steps == (
        "terrachat doctor --local",
        "terrachat secrets set OPENAI_API_KEY --local",
        "terrachat apply --local",
    )
