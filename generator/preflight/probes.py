"""Whether each model answers one small question, asked with the key and at the address that the chat handler uses.

In: a scene that says that probes are wanted; each costs a token or two. Out: `probe/<model id>`. A finding names the
key that was refused and never holds it. SageMaker's and Bedrock's are in aws_probes.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from generator.catalog import (
    AzureOpenAIEntry,
    BedrockEntry,
    Entry,
    ExistingEndpointEntry,
    OpenAIEntry,
    SageMakerEntry,
    ThirdPartyEntry,
)
from generator.families.azure_openai import part_name
from generator.families.providers import PROVIDERS
from generator.preflight.aws_probes import probe_bedrock, probe_endpoint
from generator.preflight.findings import Check, Finding, Verdict
from generator.preflight.scene import Scene
from generator.preflight.shared_secret import SharedSecret
from generator.probing import (
    Outcome,
    ProbeError,
    Question,
    Reply,
    ask,
    azure_question,
    openai_question,
    outcome_of,
    vendor_question,
)


def checks(scene: Scene) -> Iterator[Check]:
    """One for each entry, where the scene says that models may be asked; none is asked before a deployment."""
    if not scene.probe:
        return
    secret = SharedSecret(scene)
    for entry in scene.catalog.models:
        subject = f"a question to {entry.id}"
        found = partial(Finding, f"probe/{entry.id}", subject, models=(entry.id,), blocks="answers")
        yield Check(
            f"probe/{entry.id}",
            subject,
            partial(_probe, scene, secret, entry, found),
            is_cheap=False,
            models=(entry.id,),
        )


def _probe(scene: Scene, secret: SharedSecret, entry: Entry, found: partial[Finding]) -> Iterator[Finding]:
    match entry:
        case SageMakerEntry() | ExistingEndpointEntry():
            yield probe_endpoint(scene, entry, found)
        case BedrockEntry():
            yield probe_bedrock(scene, entry, found)
        case AzureOpenAIEntry():
            yield _answered(_azure(scene, entry), secret, found)
        case OpenAIEntry() | ThirdPartyEntry():
            yield _answered(_third_party(scene, entry), secret, found)


@dataclass(frozen=True)
class _Probe:
    """How one entry is asked.

    Attributes:
        who: whose server it is, for messages.
        asked: the address, as far as it is no part of the secret.
        names: the keys that it takes, in the order in which `question` has them.
        question: makes the question of their values.
        model: what the provider calls the model, or the name of the key that says so.
        set_keys: the command that sets the keys.
        correct_address: what to correct where the address is wrong.
        correct_model: what to correct where the model is not there.

    """

    who: str
    asked: str
    names: tuple[str, ...]
    question: partial[Question]
    model: str
    set_keys: str
    correct_address: str
    correct_model: str

    @property
    def key(self) -> str:
        """The key, for messages."""
        return f"the key {self.names[0]}" if self.names else "a request without a key"


def _third_party(scene: Scene, entry: OpenAIEntry | ThirdPartyEntry) -> _Probe:
    provider = PROVIDERS[entry.provider]
    usual = provider.key_names[0] if provider.key_names and not entry.base_url else None
    name = entry.key_name or usual
    base_url = entry.base_url or provider.base_url or ""
    speaks_openai = provider.kind == "openai"
    if scene.target.local:
        base_url = f"{scene.target.local.data_url}/{'openai/v1' if speaks_openai else provider.name}"
    asking = openai_question if speaks_openai else partial(vendor_question, provider.name)
    return _Probe(
        who=_who(scene, f"the server at {base_url}" if entry.base_url else provider.name),
        asked=f"chat at {base_url}",
        names=(name,) if name else (),
        question=partial(asking, base_url, entry.model),
        model=repr(entry.model),
        set_keys=f"terrachat secrets set {name}{scene.option}"
        if name
        else "Name its key with 'key_name' in the catalog.",
        correct_address=f"Correct 'base_url' of {entry.id!r} in the catalog.",
        correct_model=f"Correct 'model' of {entry.id!r} in the catalog.",
    )


def _azure(scene: Scene, entry: AzureOpenAIEntry) -> _Probe:
    identifier = entry.model or entry.id
    key, deployment, version, base = (
        part_name(part, identifier) for part in ("KEY", "DEPLOYMENT_NAME", "VERSION", "BASE")
    )
    command = f"terrachat secrets azure add {identifier}{scene.option}"
    local = f"{scene.target.local.data_url}/azure" if scene.target.local else None
    return _Probe(
        who=_who(scene, "Azure OpenAI"),
        asked=f"chat at {local or base}",
        names=(key, deployment, version, base),
        question=partial(_azure_question, local),
        model=f"that {deployment} names",
        set_keys=f"{command} (Azure answers so too where {base} is another resource's)",
        correct_address=command,
        correct_model=f"{command} (or one of {base} and {version} is wrong)",
    )


def _who(scene: Scene, provider: str) -> str:
    return "the local target" if scene.is_local else provider


def _azure_question(local: str | None, key: str, deployment: str, version: str, base: str) -> Question:
    return azure_question(local or base, deployment, version, key)


def _answered(probe: _Probe, secret: SharedSecret, found: partial[Finding]) -> Finding:
    known = partial(found, asked=probe.asked)
    shape = secret.shape() if probe.names else None
    values = (shape.values if shape else None) or {}
    if lacking := [name for name in probe.names if name not in values]:
        reason = f"it was not asked: the API-keys secret has no {' and no '.join(lacking)} that can be used"
        return known(Verdict.UNKNOWN, reason, fix=probe.set_keys)
    try:
        reply = ask(probe.question(*(values[name] for name in probe.names)))
    except ProbeError as error:
        return known(Verdict.UNKNOWN, f"{probe.who} {error}", fix="Run the same command again.")
    return _judged(probe, reply, known)


def _judged(probe: _Probe, reply: Reply, found: partial[Finding]) -> Finding:
    outcome = outcome_of(reply)
    if outcome is Outcome.ANSWERED:
        return found(Verdict.OK, f"{probe.who} answered", value=f"answered in {reply.elapsed_s:.1f} s")
    verdict, reason, fix = _refusal(probe, reply, outcome)
    return found(verdict, reason, value=f"HTTP {reply.status}", fix=fix)


def _refusal(probe: _Probe, reply: Reply, outcome: Outcome) -> tuple[Verdict, str, str]:
    refused = f"refused {probe.key}" if probe.names else "wants a key, and the catalog says that it takes none"
    said = f"and says: {reply.said}" if reply.said else "without a reason"
    return {
        Outcome.KEY_REFUSED: (Verdict.BLOCKED, f"{probe.who} {refused}", probe.set_keys),
        Outcome.FORBIDDEN: (
            Verdict.BLOCKED,
            f"{probe.who} does not let {probe.key} use the model {probe.model}",
            f"Allow it in the provider's console, or: {probe.set_keys}",
        ),
        Outcome.NO_MODEL: (
            Verdict.BLOCKED,
            f"{probe.who} does not have the model {probe.model}, or not for {probe.key}",
            probe.correct_model,
        ),
        Outcome.MOVED: (
            Verdict.BLOCKED,
            f"{probe.who} sends requests elsewhere, which is not followed: the key would go along",
            probe.correct_address,
        ),
        Outcome.USED_UP: (
            Verdict.BLOCKED,
            f"the account behind {probe.key} has used up its quota or its credit",
            "Look at the plan and the billing in the provider's console.",
        ),
        Outcome.THROTTLED: (
            Verdict.WARN,
            f"{probe.who} knows {probe.key} and asks to slow down",
            "Run the same command again in a minute.",
        ),
        Outcome.UNCLEAR: (
            Verdict.UNKNOWN,
            f"{probe.who} answered HTTP {reply.status} {said}",
            "Run the same command again." if reply.status >= 500 else "",
        ),
    }[outcome]
