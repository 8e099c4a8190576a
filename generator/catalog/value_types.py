"""The types of a catalog's keys that are not AWS's own: names, numbers, texts, and what third parties call things.

Separate from generator.catalog, which says which keys there are, because each of these is a fact about somebody else's
system and changes with it. AWS's own are in aws_types.py, the times of a schedule in schedule_types.py.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator

from generator.catalog.echoing import kind_of, quoted
from generator.catalog.fields import (
    FLAG,
    NOT_A_BARE_BOOLEAN,
    Plain,
    TextRule,
    ValueRule,
    broken_rule,
    free_text,
    number,
    one_of,
    pattern,
    whole_number,
)
from generator.families.providers import PROVIDERS
from generator.naming import DEPLOYMENT_TAG, MODEL_ID, terraform_name


def as_deployment(text: str) -> str:
    """The nearest that a deployment may be called; still no name where `text` has no letter, or one only."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).lstrip("-0123456789")[:20].rstrip("-")


def as_model_id(text: str) -> str:
    """The nearest that a model's id may be; empty where `text` has no letter."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).lstrip("-._0123456789")[:32].rstrip("-._")


def _as_variable(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", text)


def _as_key_name(text: str) -> str:
    return re.sub(r"[^A-Z0-9_]+", "_", text.upper()).lstrip("_0123456789")


def _of_hub_address(text: str) -> str | None:
    found = re.match(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/([^/\s]+/[^/\s?#]+)", text)
    return found[1] if found else None


def _check_version(value: object) -> object:
    if isinstance(value, Plain) and re.fullmatch("[0-9]{1,9}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise broken_rule("expected the number 1, without quotes")
    if value != 1:
        raise broken_rule(f"the file is written for version {value}; this release reads version 1")
    return value


def _check_tag_key(key: str) -> str:
    if key.casefold().startswith("aws:"):
        raise broken_rule("tag keys that begin with 'aws:' are AWS's own; choose another name")
    return key


def _check_tags(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > 40:
        raise broken_rule(f"expected at most 40 tags (AWS takes 50, and Terrachat sets some), got {len(tags)}")
    # IAM's own words: "Duplicate tag keys found. Please note that Tag keys are case insensitive.", as quoted in
    # terraform-aws-modules/terraform-aws-rds-aurora#189; read on 2026-11-22.
    seen = {DEPLOYMENT_TAG: DEPLOYMENT_TAG}
    for key in tags:
        earlier = seen.setdefault(key.casefold(), key)
        if earlier != key:
            raise broken_rule(f"{quoted(key)} and {quoted(earlier)} are one tag to IAM, which ignores case; remove one")
    return tags


def _check_environment(environment: dict[str, str]) -> dict[str, str]:
    if len(environment) > 90:
        limit = "at most 90 variables (SageMaker takes 100, and Terrachat sets some)"
        raise broken_rule(f"expected {limit}, got {len(environment)}")
    return environment


def _check_endpoint_id(model_id: str) -> str:
    # Terraform reads `*_override.tf` as an override file, and an endpoint's file is named after its id.
    if terraform_name(model_id).split("_")[-1] == "override":
        raise broken_rule("the id of a sagemaker entry must not end in 'override', a name that Terraform keeps")
    return model_id


def _check_fallback(value: object) -> object:
    """Refuse what is no list of ids before pydantic does, in words that know what the list is for."""
    if isinstance(value, str) and MODEL_ID.fullmatch(value):
        raise broken_rule(f"expected a list of ids, got text {quoted(value)}; write [{value}]")
    if not isinstance(value, list | tuple):
        raise broken_rule(f"expected a list of ids such as [other-id], got {kind_of(value)}")
    if len(value) > _MOST_FALLBACKS:
        raise broken_rule(f"expected at most {_MOST_FALLBACKS} ids (somebody waits for all of them), got {len(value)}")
    return value


def _check_modalities(value: object) -> object:
    if not isinstance(value, list | tuple):
        raise broken_rule(f"expected a list such as [text, image], got {kind_of(value)}")
    if "text" not in value:
        raise broken_rule("expected a list with 'text' in it: every chat has text; write [text] or [text, image]")
    doubled = next((each for each in value if list(value).count(each) > 1), None)
    if doubled is not None:
        raise broken_rule(f"{quoted(str(doubled))} stands twice in the list; remove one")
    return value


def _check_base_url(url: str) -> str:
    """Refuse a URL that would carry a secret, without repeating it."""
    if "@" in url:
        raise broken_rule("a URL must not hold a user name or a password; put the key into the API-keys secret")
    if "?" in url or "#" in url:
        raise broken_rule("a URL that paths come after has no '?' and no '#'; write what stands before it")
    return url


def _without_slash(url: str) -> str:
    url = url if "://" in url else f"https://{url}"
    return url.removesuffix("/chat/completions").rstrip("/")


def _check_yes(value: object) -> object:
    if value is not True:
        raise broken_rule("expected true; to use a secret that exists, write token_secret: ARN instead")
    return value


Version = Annotated[Literal[1], ValueRule(_check_version, schema={"type": "integer"})]

DeploymentName = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    pattern(
        r"(?=.{2,20}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
        "2 to 20 lower-case letters, digits and single hyphens, first a letter and last no hyphen",
        suggest=as_deployment,
    ),
]

# IAM also restricts the characters of a tag; that is a warning (generator.catalog_warnings).
Tags = Annotated[
    dict[
        Annotated[str, free_text(128, at_least=1), AfterValidator(_check_tag_key)],
        Annotated[str, free_text(256)],
    ],
    TextRule(
        _check_tags,
        schema={
            "maxProperties": 40,
            "propertyNames": {"minLength": 1, "maxLength": 128, "not": {"pattern": "^[aA][wW][sS]:"}},
        },
    ),
]

Temperature = Annotated[float, number(0, 2)]
TopP = Annotated[float, number(0, 1, above_low=True)]
MaxTokens = Annotated[int, whole_number(1, 10_000_000, "tokens")]

ModelId = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    pattern(
        MODEL_ID.pattern,
        "1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit",
        suggest=as_model_id,
    ),
]
EndpointModelId = Annotated[ModelId, AfterValidator(_check_endpoint_id)]

_MOST_FALLBACKS = 5
Fallback = Annotated[tuple[ModelId, ...], ValueRule(_check_fallback, schema={"maxItems": _MOST_FALLBACKS})]
UnsupportedParameters = Annotated[
    Literal["refuse", "drop"], one_of("way with unsupported parameters", ("refuse", "drop"), example="refuse")
]
Modality = Annotated[Literal["text", "image"], one_of("modality", ("text", "image"), example="image")]
Modalities = Annotated[
    tuple[Modality, ...],
    ValueRule(_check_modalities, schema={"contains": {"const": "text"}, "uniqueItems": True}),
]
ContextTokens = Annotated[int, whole_number(1, 100_000_000, "tokens")]
UsdPerMillionTokens = Annotated[float, number(0, 100_000)]
# The longest that an answer may take at all is Lambda's 900 s.
TokenTimeoutS = Annotated[int, whole_number(1, 900, "seconds")]

HubModel = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    pattern(
        r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}",
        "the model's name on the Hugging Face Hub, 'organisation/name'",
        suggest=_of_hub_address,
    ),
]
HubRevision = Annotated[
    str, NOT_A_BARE_BOOLEAN, pattern(r"[A-Za-z0-9._/+-]{1,200}", "a branch, a tag or a commit", or_number=True)
]

# Source: botocore 1.44.5, sagemaker, EnvironmentMap, EnvironmentKey, EnvironmentValue; read on 2026-11-22.
Environment = Annotated[
    dict[
        Annotated[
            str,
            pattern(
                r"[A-Za-z_][A-Za-z0-9_]{0,1023}",
                "a variable's name: letters, digits and '_', first not a digit",
                suggest=_as_variable,
            ),
        ],
        Annotated[str, free_text(1024)],
    ],
    TextRule(_check_environment, schema={"maxProperties": 90, "additionalProperties": False}),
]

ThirdPartyModel = Annotated[
    str, NOT_A_BARE_BOOLEAN, pattern(r"[A-Za-z0-9._:/@-]{1,200}", "the provider's name of the model, without spaces")
]

_OWN_ENTRIES = ("openai", "azure_openai")  # their entries have classes of their own
THIRD_PARTY_PROVIDERS = tuple(
    name for name, provider in PROVIDERS.items() if name not in _OWN_ENTRIES and provider.refused is None
)
REFUSED_PROVIDERS = {name: provider.refused for name, provider in PROVIDERS.items() if provider.refused is not None}
ThirdPartyProvider = Annotated[
    str, one_of("provider", THIRD_PARTY_PROVIDERS, example="anthropic", refused=REFUSED_PROVIDERS)
]

BaseUrl = Annotated[
    str,
    AfterValidator(_check_base_url),
    pattern(
        r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[^\s/?#@]+)*",
        "the URL that the API's paths come after, such as 'https://llm.example.com/v1'",
        suggest=_without_slash,
    ),
]
KeyName = Annotated[
    str,
    pattern(
        r"[A-Z][A-Z0-9_]{0,127}",
        "the name that the key has in the API-keys secret: capitals, digits and '_', first a letter",
        suggest=_as_key_name,
    ),
]
AzureIdentifier = Annotated[
    str,
    NOT_A_BARE_BOOLEAN,
    pattern(
        r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}",
        "the identifier after '__' in the names of its keys: 1 to 64 letters, digits, '.', '_' and '-'",
        or_number=True,
    ),
]

Flag = Annotated[bool, FLAG]
Yes = Annotated[Literal[True], BeforeValidator(_check_yes), FLAG]
