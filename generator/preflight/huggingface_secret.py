"""The Hugging Face token: whether its secret is there and holds a token alone, and whether the Hub takes the token.

In: a scene. Out: the findings huggingface/secret and huggingface/token. CloudFormation reads the secret when a model is
created and gives its text to the container as it is, so that a JSON object, quotes or a line break end up in the
container's environment, and the download is refused after minutes of waiting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator import huggingface_secret as secrets
from generator.aws_calls import calling, secret_command
from generator.catalog.partitions import parsed_arn
from generator.errors import AwsError, HubError
from generator.hub import GATED_PERMISSION, TOKENS_PAGE
from generator.preflight.findings import Check, Finding, Input, Offer, Verdict
from generator.preflight.huggingface_token_source import FoundToken, TokenSource
from generator.preflight.scene import Scene

_SECRET, _TOKEN = "huggingface/secret", "huggingface/token"
_SUBJECT_OF_SECRET, _SUBJECT_OF_TOKEN = "secret of the Hugging Face token", "Hugging Face token"
_RUNNING = "What is deployed keeps the token that its models were created with."
_KEPT = "The version before stays in Secrets Manager as AWSPREVIOUS."


def checks(scene: Scene) -> Iterator[Check]:
    """Whether the secret is as it has to be, and whether the token in it is valid. Nothing where none is wanted."""
    source = TokenSource(scene)
    if source.is_created or (source.is_wanted and source.users):
        yield Check(_SECRET, _SUBJECT_OF_SECRET, lambda: [_Examined(scene, source).secret()], models=source.users)
        yield Check(_TOKEN, _SUBJECT_OF_TOKEN, lambda: _Examined(scene, source).token(), models=source.users)


class _Examined:
    """One look at the secret and its token."""

    def __init__(self, scene: Scene, source: TokenSource) -> None:
        self._scene = scene
        self._source = source
        self._name = secrets.name_of(source.secret)
        self._command = f"terrachat secrets huggingface{scene.option}"

    def secret(self) -> Finding:
        try:
            found = self._source.found()
        except AwsError as error:
            return self._unreadable(error)
        if not found.is_deployed:
            return self._not_yet(found)
        diagnosis = found.diagnosis or secrets.diagnose(None)
        if diagnosis.token is None:
            offer = self._repair() if diagnosis.repaired else self._new_token()
            reason = f"The secret {self._name!r} cannot be used: {diagnosis.words}."
            fix = f"Write the token alone into it, as plain text: {self._command}"
            return self._finding(Verdict.BLOCKED, reason, value="not a token", fix=fix, offer=offer)
        return self._readable()

    def token(self) -> Iterator[Finding]:
        try:
            found = self._source.found()
        except AwsError as error:
            if _is_about_the_secret(error):  # which is a finding already
                return
            raise
        if found.token is None:
            return
        try:
            account = self._source.account()
        except HubError as error:
            if error.kind != "unauthorized":
                raise
            yield self._refused(found, error)
            return
        if account.may_read:
            reason = f"The token is {account.name}'s, and may read what its owner may."
            yield self._of_token(Verdict.OK, reason, account.name)
        else:
            reason = f"The token is {account.name}'s, a fine-grained one that may read public models only."
            fix = f"For gated models tick '{GATED_PERMISSION}' at {TOKENS_PAGE}."
            yield self._of_token(Verdict.WARN, reason, account.name, fix)

    def _unreadable(self, error: AwsError) -> Finding:
        name, region = self._name, self._scene.region
        if secrets.is_missing(error):
            reason = f"There is no secret {name!r} in {region} that the catalog's 'token_secret' could mean."
            # Its last six characters are AWS's own: what is made anew under the same name has another ARN.
            fix = f"Correct the ARN in the catalog, or make a secret and have the catalog name it: {self._command}"
            if self._scene.is_local:
                reason = f"{reason} A secret of the local target ends with it."
            return self._finding(Verdict.BLOCKED, reason, value="does not exist", fix=fix)
        if secrets.has_no_value(error):
            reason = f"The secret {name!r} exists, and nothing was ever put into it."
            fix = f"Put the token into it: {self._command}"
            return self._finding(Verdict.BLOCKED, reason, value="no value", fix=fix, offer=self._new_token())
        if not secrets.is_being_deleted(error):
            raise error
        reason = f"The secret {name!r} is scheduled for deletion, and cannot be read."
        if self._source.is_created:
            reason = f"{reason} Terraform cannot create one of that name either."
            delete = secret_command(self._source.client, "delete-secret", name, "--force-delete-without-recovery")
            fix = f"Delete it for good: {delete}"
            return self._finding(Verdict.BLOCKED, reason, value="scheduled for deletion", fix=fix)
        fix = f"Restore it: {secret_command(self._source.client, 'restore-secret', self._source.secret)}"
        return self._finding(Verdict.BLOCKED, reason, value="scheduled for deletion", fix=fix, offer=self._restore())

    def _not_yet(self, found: FoundToken) -> Finding:
        """Terraform creates the secret, and has not yet."""
        told = f"The first apply creates the secret {self._name!r}"
        if self._scene.is_local:
            return self._finding(Verdict.OK, f"{told}; on the local target it needs no token.", value="not created yet")
        if found.diagnosis is None:
            reason = f"{told}, and asks for the token."
            fix = f"Have it at hand, or set HF_TOKEN where nobody can be asked. Make one: {TOKENS_PAGE}"
            return self._finding(Verdict.WARN, reason, value="not created yet", fix=fix)
        if found.diagnosis.token is None:
            reason = f"{told} with the token in the environment, which cannot be used: {found.diagnosis.words}."
            fix = "Set HF_TOKEN (or TF_VAR_huggingface_token, which comes first) to the token alone."
            return self._finding(Verdict.BLOCKED, reason, value="not a token", fix=fix)
        reason = f"{told} with the token in the environment."
        return self._finding(Verdict.OK, reason, value="not created yet")

    def _readable(self) -> Finding:
        reason = f"The secret {self._name!r} holds a token and nothing else, as plain text."
        arn = parsed_arn(self._source.secret)
        if arn is None or arn.account == self._own_account():
            return self._finding(Verdict.OK, reason, value="a token")
        # "To access a secret in a different AWS account, use the ARN of the secret" (Secrets Manager user guide,
        # cfn-example_reference-secret), and "the secret must be encrypted with a KMS key that you manage" for it (the
        # same, auth-and-access_examples_cross); read on 2026-11-22.
        reason = f"{reason} It is in another account, {arn.account}."
        fix = (
            "Whoever runs apply needs to be let in by the secret's policy, and by that of its own KMS key, as you are."
        )
        return self._finding(Verdict.WARN, reason, value="a token", fix=fix)

    def _own_account(self) -> str:
        with calling("Asking for the account"):
            return str(self._scene.aws.client("sts", self._scene.region).get_caller_identity()["Account"])

    def _refused(self, found: FoundToken, error: HubError) -> Finding:
        reason = f"{error.message[0].upper()}{error.message[1:]}."
        if found.is_deployed:
            fix = f"Make a new one with the role 'read' at {TOKENS_PAGE}, and: {self._command}"
            return self._of_token(Verdict.BLOCKED, reason, "refused", fix, self._new_token())
        fix = f"Make a new one with the role 'read' at {TOKENS_PAGE}, and set HF_TOKEN to it."
        return self._of_token(Verdict.BLOCKED, reason, "refused", fix)

    def _repair(self) -> Offer:
        def make(_values: Mapping[str, str]) -> str:
            diagnosis = secrets.read(self._source.secret, self._source.client)  # it may have changed since
            if diagnosis.token:
                return "The secret holds the token alone already."
            if diagnosis.repaired is None:
                raise AwsError(f"the secret {self._name!r} has changed: {diagnosis.words}", hint=self._command)
            secrets.put(self._source.secret, diagnosis.repaired, self._source.client)
            return "The secret holds the token alone."

        title = f"Write the token that is in the secret {self._name!r} back into it, alone and as plain text"
        return Offer(title, f"{_KEPT} {_RUNNING}", make)

    def _new_token(self) -> Offer:
        def make(values: Mapping[str, str]) -> str:
            secrets.put(self._source.secret, values["token"].strip(), self._source.client)
            return "The secret holds the new token."

        wanted = Input("token", "Hugging Face token", "HF_TOKEN", hidden=True, problem=secrets.problem_of)
        return Offer(f"Put a new token into the secret {self._name!r}", f"{_KEPT} {_RUNNING}", make, (wanted,))

    def _restore(self) -> Offer:
        def make(_values: Mapping[str, str]) -> str:
            with calling(f"Restoring the secret {self._name!r}"):
                self._source.client.restore_secret(SecretId=self._source.secret)
            return "The secret is restored, with what was in it."

        consequence = "Its deletion is cancelled; as long as it exists, AWS charges for it."
        return Offer(f"Restore the secret {self._name!r}", consequence, make)

    def _finding(
        self, verdict: Verdict, reason: str, *, value: str, fix: str = "", offer: Offer | None = None
    ) -> Finding:
        asked = f"secretsmanager GetSecretValue, {self._scene.region}"
        users = self._source.users
        return Finding(_SECRET, _SUBJECT_OF_SECRET, verdict, reason, asked, value, fix, users, offer=offer)

    def _of_token(
        self, verdict: Verdict, reason: str, value: str, fix: str = "", offer: Offer | None = None
    ) -> Finding:
        asked = "Hugging Face Hub, GET /api/whoami-v2"
        users = self._source.users
        return Finding(_TOKEN, _SUBJECT_OF_TOKEN, verdict, reason, asked, value, fix, users, offer=offer)


def _is_about_the_secret(error: AwsError) -> bool:
    return secrets.is_missing(error) or secrets.has_no_value(error) or secrets.is_being_deleted(error)
