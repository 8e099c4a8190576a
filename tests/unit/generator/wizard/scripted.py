"""The wizard's two borders, played: a person who types what a script says, and a world outside that answers at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generator.bedrock_offers import BedrockOffer
from generator.errors import AwsError, HubError
from generator.hub import HubModel
from generator.pricing import Prices, shipped_prices
from generator.wizard.answers import NewSecret
from generator.wizard.installing import Installed, install
from generator.wizard.wishes import Wishes

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:hf-a1b2c3"
NEW_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:terrachat-huggingface-token-d4e5f6"
TOKEN = "hf_" + "x" * 34
OFFLINE = AwsError("nobody is signed in to AWS")


class ScriptEndedError(Exception):
    """The person has nothing more to say: what a terminal turns into Ctrl-D."""


class ScriptedTerminal:
    """Types `lines`, one at each prompt. `shown` is everything that appeared, prompts with what was typed included."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._lines = iter(lines)
        self.shown = ""
        self.hidden_prompts: list[str] = []

    def say(self, text: str) -> None:
        self.shown += f"{text}\n"

    def ask(self, prompt: str) -> str:
        typed = self._next(prompt)
        self.shown += f"{prompt}{typed}\n"
        return typed

    def ask_hidden(self, prompt: str) -> str:
        self.hidden_prompts.append(prompt)
        self.shown += f"{prompt}\n"
        return self._next(prompt)

    def _next(self, prompt: str) -> str:
        line = next(self._lines, None)
        if line is None:
            raise ScriptEndedError(prompt)
        return line

    @property
    def left(self) -> list[str]:
        """What was never asked for."""
        return list(self._lines)


@dataclass
class PlayedOutside:
    """Answers what it is given; what it is not given cannot be reached. `made` are the secrets that were created."""

    hub: Mapping[str, HubModel | HubError] = field(default_factory=dict)
    bedrock: Mapping[str, Sequence[BedrockOffer]] = field(default_factory=dict)
    secret: str | AwsError | None = OFFLINE
    made: list[tuple[NewSecret, str]] = field(default_factory=list)

    def prices(self, region: str) -> Prices:
        return shipped_prices(region)

    def hub_model(self, name: str) -> HubModel:
        found = self.hub.get(name) or HubError("the Hugging Face Hub cannot be asked", kind="unreachable")
        if isinstance(found, HubError):
            raise found
        return found

    def bedrock_offers(self, region: str) -> Sequence[BedrockOffer]:
        if region not in self.bedrock:
            raise OFFLINE
        return self.bedrock[region]

    def shared_secret(self, region: str) -> str | None:
        if isinstance(self.secret, AwsError):
            raise self.secret
        return self.secret

    def create_secret(self, secret: NewSecret, region: str) -> str:
        self.made.append((secret, region))
        return NEW_ARN.replace("us-east-1", region)


@dataclass
class Wizard:
    """`terrachat init` in `folder`, for a person or by options."""

    folder: Path
    outside: PlayedOutside = field(default_factory=PlayedOutside)
    environment: Mapping[str, str] = field(default_factory=dict)
    terminal: ScriptedTerminal = field(default_factory=ScriptedTerminal)
    is_local: bool = False

    @property
    def path(self) -> Path:
        return self.folder / "catalog.yaml"

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def answer(self, *lines: str, wishes: Wishes | None = None) -> Installed:
        """Somebody at a terminal types these lines, and they are all that is asked."""
        self.terminal = ScriptedTerminal(lines)
        done = install(
            self.path,
            wishes or Wishes(),
            self.terminal,
            self.outside,
            self.environment,
            is_interactive=True,
            is_local=self.is_local,
        )
        assert self.terminal.left == []
        return done

    def run(self, wishes: Wishes) -> Installed:
        """Nobody is at a terminal."""
        self.terminal = ScriptedTerminal()
        return install(self.path, wishes, self.terminal, self.outside, self.environment, is_interactive=False)
