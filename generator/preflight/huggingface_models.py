"""Each model that is fetched from the Hugging Face Hub: whether it is there, may be read, and fits its instance.

In: a scene. Out: one finding for each entry, huggingface/model/<id>. An endpoint learns of a licence that nobody has
accepted, or of a revision that is misspelt, after ten minutes of starting; the Hub knows at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.catalog import HuggingFaceSource, SageMakerEntry
from generator.deployment.targets import LOCAL_FOLDER
from generator.errors import AwsError, HubError, TerrachatError
from generator.hub import Hub, HubModel
from generator.local.account import account_file
from generator.model_fit import fit_of_files
from generator.preflight.findings import Check, Finding, Offer, Verdict
from generator.preflight.huggingface_token_source import TokenSource, hub_entries
from generator.preflight.scene import Scene

_ACCOUNT_FILE = LOCAL_FOLDER / account_file.NAME
# huggingface.co/docs/hub/models-gated: automatic approval is the default, "manual approval" has the authors decide on
# each request, within a time that is not named; users "share their contact information (username and email address)
# with the model authors". Read on 2026-11-22.
_SHARED = "The owner of the account agrees to the licence, and the authors see the account's name and e-mail address."
_AFTERWARDS = {
    "auto": "Access to this model is granted with the request.",
    "manual": "The authors of this model decide on each request; Hugging Face names no time for it.",
}


def checks(scene: Scene) -> Iterator[Check]:
    """One for each entry whose weights are on the Hub. The token is read once for all."""
    source = TokenSource(scene)
    for entry in hub_entries(scene):
        if isinstance(entry.source, HuggingFaceSource):
            model = _Model(scene, source, entry, entry.source)
            yield Check(f"huggingface/model/{entry.id}", model.subject, model.examine, models=(entry.id,))


@dataclass(frozen=True)
class _Blindness:
    """Why what only the token's owner sees cannot be asked, as the end of a sentence, and what would change that."""

    why: str
    fix: str


class _Model:
    """One entry's model."""

    def __init__(self, scene: Scene, tokens: TokenSource, entry: SageMakerEntry, source: HuggingFaceSource) -> None:
        self._scene = scene
        self._tokens = tokens
        self._entry = entry
        self._name, self._revision = source.huggingface, source.revision
        self._page = scene.hub(None).page(self._name)
        self.subject = f"{self._name} on the Hugging Face Hub"

    def examine(self) -> tuple[Finding]:
        try:
            model, blindness = self._found()
            if model.gated is None:
                return (self._fit(model, ""),)
            return (self._gated(model, blindness),)
        except HubError as error:
            if error.kind == "unreachable":
                raise
            return (self._blocked(error, value=error.kind.replace("_", " ")),)

    def _found(self) -> tuple[HubModel, _Blindness | None]:
        """The model as the token's owner sees it, else as everybody does, and why it is the latter."""
        hub, blindness = self._hub()
        try:
            return hub.model(self._name, self._revision), blindness
        except HubError as error:
            if error.kind != "unauthorized":
                raise
        blindness = _Blindness("the Hub does not accept the token", "See the finding huggingface/token.")
        return self._scene.hub(None).model(self._name, self._revision), blindness

    def _hub(self) -> tuple[Hub, _Blindness | None]:
        """The Hub as the endpoint will see it, else as everybody does."""
        nobody, see = self._scene.hub(None), "See the finding huggingface/secret."
        if not self._tokens.is_wanted:
            return nobody, None
        try:
            found = self._tokens.found()
        except AwsError:
            return nobody, _Blindness("the secret of the token cannot be read", see)
        if found.token:
            return self._scene.hub(found.token), None
        if found.diagnosis:
            return nobody, _Blindness("there is no token in its secret", see)
        fix = "Set HF_TOKEN in the environment, and run the same command again."
        return nobody, _Blindness("there is no token yet", fix)

    def _gated(self, model: HubModel, blindness: _Blindness | None) -> Finding:
        value = f"gated: {model.gated}"
        if not self._tokens.is_wanted:
            reason = f"{self._name!r} is gated, and the catalog names no Hugging Face token to fetch it with."
            fix = f"Accept its licence at {self._page}, and give a token: terrachat secrets huggingface"
            return self._finding(Verdict.BLOCKED, reason, value, f"{fix}{self._scene.option}")
        if blindness:
            reason = f"{self._name!r} is gated, and whether its licence is accepted cannot be asked: {blindness.why}."
            return self._finding(Verdict.UNKNOWN, reason, value, blindness.fix)
        try:
            self._hub()[0].check_access(self._name)
        except HubError as error:
            if error.kind == "gated":
                return self._not_accepted(error, model)
            raise
        return self._fit(model, "; its licence is accepted")

    def _not_accepted(self, error: HubError, model: HubModel) -> Finding:
        name = self._owner()
        owner = name or "the token's owner"
        afterwards = _AFTERWARDS[model.gated or "auto"]
        fix = f"Open {self._page}, signed in as {owner}, and accept the licence. {afterwards}"
        if self._scene.is_local:
            fix = f"{fix} Or set licence_accepted: true for it in {_ACCOUNT_FILE}, under hub.models."

        def make(_values: Mapping[str, str]) -> str:
            return afterwards

        offer = Offer(f"Accept the licence of {self._name} as {owner}", _SHARED, make, by_hand=True)
        reason = f"{_sentence(error.message)} The token is {name}'s." if name else _sentence(error.message)
        return self._finding(Verdict.BLOCKED, reason, f"gated: {model.gated}", fix, offer)

    def _owner(self) -> str | None:
        try:
            return self._tokens.account().name
        except TerrachatError:
            return None

    def _fit(self, model: HubModel, told: str) -> Finding:
        if model.size_bytes is None:
            reason = f"{self._name!r} is there{told}; how large its weights are, the Hub does not say."
            return self._finding(Verdict.OK, reason, model.revision[:7])
        size = f"{model.size_bytes / 1e9:,.1f} GB"
        value = f"{size}, {model.revision[:7]}" if model.revision else size
        if warning := fit_of_files(self._entry, model.size_bytes / 1e9):
            fix = "Choose another instance_type in the catalog, or another model."
            return self._finding(Verdict.WARN, _sentence(warning.message), value, fix)
        volume = self._volume_gib()
        if volume and model.size_bytes > volume * 2**30:
            reason = f"{self._name!r} has {size} of weights, and the instance's disk has {volume} GiB."
            return self._finding(Verdict.WARN, reason, value, "Give the entry a larger volume_gib in the catalog.")
        reason = f"{self._name!r} is there{told}; its {size} of weights fit {self._entry.instance_type}."
        return self._finding(Verdict.OK, reason, value)

    def _volume_gib(self) -> int | None:
        """None where the instance brings a disk of its own, and where the plan is not known, which others find."""
        try:
            endpoints = self._scene.plan.endpoints
        except TerrachatError:
            return None
        return next((each.volume_gib for each in endpoints if each.model_id == self._entry.id), None)

    def _blocked(self, error: HubError, value: str) -> Finding:
        fix = error.hint or ""
        if error.kind == "revision_not_found":
            fix = f"Correct source.revision of {self._entry.id!r} in the catalog. {fix}"
        return self._finding(Verdict.BLOCKED, _sentence(error.message), value, fix)

    def _finding(self, verdict: Verdict, reason: str, value: str, fix: str = "", offer: Offer | None = None) -> Finding:
        asked = f"Hugging Face Hub, GET /api/models/{self._name}"
        id_, models = f"huggingface/model/{self._entry.id}", (self._entry.id,)
        return Finding(id_, self.subject, verdict, reason, asked, value, fix, models, offer=offer)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
