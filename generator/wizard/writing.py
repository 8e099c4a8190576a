"""Answers -> a catalog's text: a new one with comments, or one that exists with what is new. Pure.

Separate from asking: what a catalog looks like should not depend on how its content came about.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from generator.catalog import Catalog
from generator.catalog.partitions import partition_of
from generator.catalog_draft import Draft, Value, flow, item_lines
from generator.wizard.answers import Answers, Model, NewSecret, SecretAtApply, TokenSecret

SCHEMA_FILE = "catalog.schema.json"
"""What an editor's schema is called, beside the catalog."""

_WIDTH = 116
_HEAD = (
    "What is deployed: one entry a model. Written by terrachat init, and yours from here on: every key is in "
    "docs/catalog.md, and terrachat validate says what is wrong."
)
_HUGGINGFACE = (
    "The Hugging Face token that gated weights are fetched with. It is in Secrets Manager only, as plain text."
)
_BEDROCK = "Where Bedrock is called, which may be another region than that of the deployment."
_DEFAULTS = "What a request gets that says nothing of its own; without it, what each model thinks right."
_MODELS_OF: Mapping[str, str] = {
    "sagemaker": "",
    "bedrock": "Amazon Bedrock: billed by what is asked and answered, and by nothing else.",
    "azure_openai": "Azure OpenAI. The five keys of each are put into the API-keys secret with "
    "terrachat secrets azure add IDENTIFIER",
}
_THIRD_PARTIES = "Third parties, who bill by use. Keys that the API-keys secret has to hold: {keys}"


def new_catalog(answers: Answers, *, has_schema: bool = False) -> str:
    """A commented catalog. `has_schema` is whether the schema lies beside it, for editors."""
    lines = [f"# yaml-language-server: $schema=./{SCHEMA_FILE}"] if has_schema else []
    lines += [
        *_comment(_HEAD),
        "version: 1",
        f"deployment: {flow(answers.deployment)}  # begins every name on AWS; another name is another deployment",
        f"region: {answers.region}",
    ]
    if answers.token is not None:
        lines += ["", *_comment(_HUGGINGFACE), f"huggingface: {flow(_secret(answers))}"]
    if answers.bedrock_region is not None:
        lines += ["", *_comment(_BEDROCK), f"bedrock: {{region: {answers.bedrock_region}}}"]
    lines += ["", *_comment(_DEFAULTS), "# defaults: {temperature: 0.6, max_tokens: 1024}", "", "models:"]
    for number, (model, comments) in enumerate(_commented(answers.models)):
        if number and comments:
            lines.append("")
        lines += (f"  {line}" for line in item_lines(model.item, _wrapped(comments, _WIDTH - 2)))
    return "\n".join(lines) + "\n"


def changed_catalog(former: Draft, catalog: Catalog, answers: Answers) -> Draft:
    """`former`, which says what `catalog` is, with what the answers change and add."""
    draft = former
    if answers.deployment != catalog.deployment:
        draft = draft.with_key(("deployment",), answers.deployment)
    if answers.region != catalog.region:
        draft = draft.with_key(("region",), answers.region)
    if answers.bedrock_region not in (None, catalog.bedrock.region):
        draft = draft.with_key(("bedrock", "region"), answers.bedrock_region)
    if answers.token is not None:
        draft = draft.with_key(("huggingface",), _secret(answers))
    kinds = frozenset(_kind(entry.provider) for entry in catalog.models)
    for model, comments in _commented(answers.models, kinds):
        draft = draft.with_entry(model.item, _wrapped(comments, _WIDTH - 2))
    return draft


def stand_in_arn(secret: NewSecret, region: str) -> str:
    """What stands for the ARN of a secret that is not made yet: one that no account has."""
    return f"arn:{partition_of(region)}:secretsmanager:{region}:000000000000:secret:{secret.name}-000000"


def _secret(answers: Answers) -> Mapping[str, Value]:
    match answers.token:
        case TokenSecret(arn=arn):
            return {"token_secret": arn}
        case NewSecret():
            return {"token_secret": stand_in_arn(answers.token, answers.region)}
        case SecretAtApply():
            return {"create_secret": True}
    return {}


def _commented(models: Iterable[Model], known: frozenset[str] = frozenset()) -> Iterator[tuple[Model, tuple[str, ...]]]:
    """Each model with its comments; the first of each kind that is not `known` also with what to say of the kind."""
    for kind, group in groupby(models, key=lambda model: _kind(model.provider)):
        members = tuple(group)
        keys = dict.fromkeys(key for member in members for key in member.keys)
        heading = _MODELS_OF.get(kind, _THIRD_PARTIES.format(keys=", ".join(keys) or "none"))
        is_new = bool(heading) and kind not in known
        for number, member in enumerate(members):
            yield member, (*([heading] if is_new and not number else []), *member.comments)


def _kind(provider: str) -> str:
    return provider if provider in _MODELS_OF else "third party"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in _wrapped((text,), _WIDTH)]


def _wrapped(comments: Iterable[str], width: int) -> list[str]:
    return [
        line
        for comment in comments
        for line in textwrap.wrap(comment, width - 2, break_long_words=False, break_on_hyphens=False)
    ]
