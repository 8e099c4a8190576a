"""The types of a catalog's keys that are ARNs: of roles, secrets, keys and topics that exist.

Separate from aws_types.py because each is what one service calls its own, with that service's limits. Where the named
things must be is in region_conflicts.py.
"""

from __future__ import annotations

from typing import Annotated

from generator.catalog.fields import pattern

# An ARN up to its resource; the partitions as botocore's own patterns take them.
ARN = r"arn:aws(?:-[a-z-]+)?:"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_KEY_ID = rf"(?:{_UUID}|mrk-[0-9a-f]{{32}})"

# Source: botocore 1.44.5, iam, roleNameType and pathType; read on 2026-11-22.
RoleArn = Annotated[
    str,
    pattern(
        rf"{ARN}iam::[0-9]{{12}}:role/(?:[A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{{1,64}}",
        "a role's ARN, such as 'arn:aws:iam::123456789012:role/bedrock-caller'",
    ),
]

# Secrets Manager ends the ARN of a secret in a hyphen and six characters of its own; without them it matches no policy.
# Source: botocore 1.44.5, secretsmanager, CreateSecretResponse.ARN; read on 2026-11-22.
SecretArn = Annotated[
    str,
    pattern(
        rf"{ARN}secretsmanager:[a-z0-9-]+:[0-9]{{12}}:secret:[A-Za-z0-9/_+=.@-]{{1,512}}-[A-Za-z0-9]{{6}}",
        "a secret's whole ARN, which ends in '-' and six characters, such as "
        "'arn:aws:secretsmanager:us-east-1:123456789012:secret:my-secret-a1b2c3'",
    ),
]

# The forms that Terraform 1.11's S3 backend takes, as `terraform init` says; tried on 2026-11-22.
KmsKey = Annotated[
    str,
    pattern(
        rf"{_KEY_ID}|alias/[A-Za-z0-9/_-]{{1,250}}|{ARN}kms:[a-z0-9-]+:[0-9]{{12}}:(?:key/{_KEY_ID}|alias/[A-Za-z0-9/_-]+)",
        "a KMS key's id, its ARN, or 'alias/NAME'",
        suggest=lambda text: f"alias/{text}" if "/" not in text else None,
    ),
]

# For a policy, which knows a key by its ARN only: "You cannot use a key id, alias name, or alias ARN".
# Source: AWS KMS developer guide, "Specifying KMS keys in IAM policy statements"; read on 2026-11-22.
KmsKeyArn = Annotated[
    str,
    pattern(
        rf"{ARN}kms:[a-z0-9-]+:[0-9]{{12}}:key/(?:[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|mrk-[0-9a-f]{{32}})",
        "a KMS key's ARN and not an alias's, such as "
        "'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'",
    ),
]

# Alarms tell standard topics. Source: botocore 1.44.5, sns, CreateTopic, Name; read on 2026-11-22.
TopicArn = Annotated[
    str,
    pattern(
        rf"{ARN}sns:[a-z0-9-]+:[0-9]{{12}}:[A-Za-z0-9_-]{{1,256}}",
        "an SNS topic's ARN, and not a FIFO topic's, such as 'arn:aws:sns:us-east-1:123456789012:alarms'",
    ),
]
