"""Bedrock models to offer where Bedrock cannot be asked what it has: a short list with a date.

Data. Separate from the wizard because it goes out of date by itself: with AWS at hand, Bedrock's own answer is what is
offered, and `terrachat doctor` asks for each model in any case.

Sources, read on 2026-11-22 in a stored copy of the Amazon Bedrock user guide of October 2026 (c2hans/aws-docs, commit
25c01efa): the model card of each of the six, for its ids and the regions that its profiles are called from, and the
table "Models by Region". The cards of Nova Micro and Nova Lite give the regions of Asia, but no id for them: that
begins with `apac.` in AWS's CloudFormation reference of Amazon Connect's AIPrompt, and public code of 2026-10-01 had it
from Bedrock in ap-northeast-1. All six are active there, and Claude Haiku 4.5 was promised until 2026-10-16 only.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

AS_OF = dt.date(2026, 11, 22)
"""When this list was made."""


@dataclass(frozen=True)
class KnownModel:
    """A model by the id that a request names, and what people call it."""

    model: str
    name: str


_MICRO, _LITE, _PRO = "Amazon Nova Micro", "Amazon Nova Lite", "Amazon Nova Pro"
_US = frozenset({"us-east-1", "us-east-2", "us-west-2"})
_EU = frozenset(
    {"eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3", "il-central-1"}
)  # not London, which has the models themselves, nor Zurich
_APAC = frozenset({"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"})
_APAC_OF_PRO = _APAC | {
    "ap-east-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7", "me-central-1",
}  # fmt: skip
_GLOBAL_OF_NOVA = frozenset(
    """
    ap-east-2 ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4
    ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-north-1 eu-south-1 eu-south-2
    eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 us-east-1 us-east-2 us-west-1 us-west-2
    """.split()  # noqa: SIM905 - two dozen names in three lines
)
_GLOBAL_OF_CLAUDE = _GLOBAL_OF_NOVA | {
    "af-south-1", "ap-northeast-3", "ap-south-2", "eu-central-2", "me-south-1", "mx-central-1", "sa-east-1",
}  # fmt: skip

# Each with the regions that it can be called from: a profile's geography does not say so, and some regions of it, such
# as Hong Kong, have no Bedrock at all.
_KNOWN: tuple[tuple[KnownModel, frozenset[str]], ...] = (
    (KnownModel("us.amazon.nova-micro-v1:0", _MICRO), _US),
    (KnownModel("us.amazon.nova-lite-v1:0", _LITE), _US | {"us-west-1"}),
    (KnownModel("us.amazon.nova-pro-v1:0", _PRO), _US | {"us-west-1"}),
    (KnownModel("eu.amazon.nova-micro-v1:0", _MICRO), _EU),
    (KnownModel("eu.amazon.nova-lite-v1:0", _LITE), _EU),
    (KnownModel("eu.amazon.nova-pro-v1:0", _PRO), _EU),
    (KnownModel("apac.amazon.nova-micro-v1:0", _MICRO), _APAC),
    (KnownModel("apac.amazon.nova-lite-v1:0", _LITE), _APAC),
    (KnownModel("apac.amazon.nova-pro-v1:0", _PRO), _APAC_OF_PRO),
    (KnownModel("global.amazon.nova-2-lite-v1:0", "Amazon Nova 2 Lite"), _GLOBAL_OF_NOVA),
    (KnownModel("global.anthropic.claude-haiku-4-5-20251001-v1:0", "Claude Haiku 4.5"), _GLOBAL_OF_CLAUDE),
    (KnownModel("global.anthropic.claude-sonnet-4-6", "Claude Sonnet 4.6"), _GLOBAL_OF_CLAUDE),
)


def known_models(region: str) -> tuple[KnownModel, ...]:
    """What can probably be called from `region`; none where this list knows of nothing."""
    return tuple(model for model, regions in _KNOWN if region in regions)
