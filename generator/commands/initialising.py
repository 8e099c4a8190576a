"""init: the wizard that makes a catalog, or adds to one.

It asks at a terminal; without one, or with --yes, every answer is an option, or a variable of the environment.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from generator.commands.context import (
    CATALOG,
    CatalogOption,
    LocalOption,
    TargetName,
    TargetOption,
    YesOption,
    running_local_target,
)

if TYPE_CHECKING:
    from generator.wizard.wishes import Wishes

_PREFIX = "TERRACHAT_INIT"

DeploymentOption = Annotated[
    str | None,
    typer.Option("--deployment", help="The deployment's name.", metavar="NAME", envvar=f"{_PREFIX}_DEPLOYMENT"),
]
RegionOption = Annotated[
    str | None, typer.Option("--region", help="The AWS region.", metavar="REGION", envvar=f"{_PREFIX}_REGION")
]
SageMakerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--sagemaker",
        help="A model of the Hugging Face Hub on an endpoint of its own. More than one: repeat it.",
        metavar="HF_ID[@INSTANCE_TYPE]",
        envvar=f"{_PREFIX}_SAGEMAKER",
    ),
]
BedrockOption = Annotated[
    list[str] | None,
    typer.Option(
        "--bedrock",
        help="A Bedrock model, or its inference profile. More than one: repeat it.",
        metavar="MODEL_ID",
        envvar=f"{_PREFIX}_BEDROCK",
    ),
]
BedrockRegionOption = Annotated[
    str | None,
    typer.Option(
        "--bedrock-region",
        help="Where Bedrock is called.",
        metavar="REGION",
        envvar=f"{_PREFIX}_BEDROCK_REGION",
        show_default="the deployment's region",
    ),
]
ProviderOption = Annotated[
    list[str] | None,
    typer.Option(
        "--provider",
        help="A third party's model, such as openai/gpt-4o-mini. More than one: repeat it.",
        metavar="NAME/MODEL",
        envvar=f"{_PREFIX}_PROVIDER",
    ),
]
AzureOption = Annotated[
    list[str] | None,
    typer.Option(
        "--azure",
        help="An Azure OpenAI model, by the identifier in the names of its keys. More than one: repeat it.",
        metavar="IDENTIFIER",
        envvar=f"{_PREFIX}_AZURE",
    ),
]
SecretOption = Annotated[
    str | None,
    typer.Option(
        "--huggingface-secret",
        help="The secret that holds the Hugging Face token; at-apply: the first apply makes it; none: there is none.",
        metavar="ARN|at-apply|none",
        envvar=f"{_PREFIX}_HUGGINGFACE_SECRET",
    ),
]
CreateSecretOption = Annotated[
    bool,
    typer.Option(
        "--create-huggingface-secret",
        help="Make that secret now, from HF_TOKEN in the environment or a hidden question.",
        envvar=f"{_PREFIX}_CREATE_HUGGINGFACE_SECRET",
    ),
]


class _AtTerminal:
    """Asks whoever sits there, on stderr: plain lines, so that nothing is lost without colour or sight."""

    def say(self, text: str) -> None:
        typer.echo(text, err=True)

    def ask(self, prompt: str) -> str:
        return str(typer.prompt(prompt, default="", show_default=False, prompt_suffix="", err=True))

    def ask_hidden(self, prompt: str) -> str:
        return str(typer.prompt(prompt, default="", show_default=False, prompt_suffix="", hide_input=True, err=True))


def init(  # noqa: PLR0913, PLR0917 - each question is an option too, and typer reads them from here
    catalog: CatalogOption = CATALOG,
    target: TargetOption = TargetName.AWS,
    local: LocalOption = False,
    deployment: DeploymentOption = None,
    region: RegionOption = None,
    sagemaker: SageMakerOption = None,
    bedrock: BedrockOption = None,
    bedrock_region: BedrockRegionOption = None,
    provider: ProviderOption = None,
    azure: AzureOption = None,
    huggingface_secret: SecretOption = None,
    create_huggingface_secret: CreateSecretOption = False,
    yes: YesOption = False,
) -> None:
    """Make a catalog, or add to one: asks which models, shows what it would write, and asks again.

    Every question has an option and a variable, so that a script can do the same.
    """
    from generator.wizard.wishes import Wishes

    wishes = Wishes(
        deployment=deployment,
        region=region,
        sagemaker=tuple(sagemaker or ()),
        bedrock=tuple(bedrock or ()),
        bedrock_region=bedrock_region,
        providers=tuple(provider or ()),
        azure=tuple(azure or ()),
        huggingface_secret=huggingface_secret,
        create_huggingface_secret=create_huggingface_secret,
        yes=yes,
    )
    _install(catalog, wishes, is_local=local or target is TargetName.LOCAL)


def _install(catalog: Path, wishes: Wishes, *, is_local: bool) -> None:
    from generator.aws_clients import AwsClients
    from generator.hub import Hub
    from generator.wizard.installing import install
    from generator.wizard.outside import AskedOutside

    environment = dict(os.environ)  # before the local target puts in its own region
    if is_local:
        # Each client is told its region; this one only completes the settings.
        running_local_target().enter(os.environ, "us-east-1")
    outside = AskedOutside(
        AwsClients(), Hub(environment.get("HF_TOKEN", "").strip() or None, os.environ.get("HF_ENDPOINT"))
    )
    option = "" if catalog == CATALOG else f" --catalog {catalog}"
    option += " --local" if is_local else ""
    try:
        done = install(
            catalog,
            wishes,
            _AtTerminal(),
            outside,
            environment,
            is_interactive=sys.stdin.isatty(),
            option=option,
            is_local=is_local,
        )
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("\nStopped. Nothing was written.", err=True)
        raise typer.Exit(130) from None
    if done.is_written:
        print(f"{catalog} is written.")
    print("Next:")
    for step in done.next_steps:
        print(f"  {step}")
