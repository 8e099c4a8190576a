"""What moto 5.2.5 needs changed before Terraform's AWS provider 5.100 can apply a whole deployment to it.

Each amendment is one function that says what moto does, what AWS does, and how the difference shows: a second
`terraform plan` that is not empty, an apply that retries for minutes or succeeds where AWS refuses (all seen on
2026-11-22 unless a source is named). They replace attributes of moto's classes, so they hold for the whole process:
only the supervisor and tests that are an embedded AWS call `amend`. Separate from `control_plane.py`, and one module
for each service, so that each can be deleted when moto catches up.
"""

from __future__ import annotations

import os

from moto.core.config import default_user_config

from generator.local.account.account_file import AccountFile
from generator.local.moto_amendments import (
    autoscaling,
    bedrock,
    cloudformation,
    containers,
    ec2,
    ecr,
    endpoints,
    functions,
    hub,
    iam,
    load_balancers,
    networks,
    quotas,
    s3,
    sagemaker,
    secrets,
)
from generator.local.rehearsals import Rehearsals


def amend(data_url: str, rehearsals: Rehearsals, account: AccountFile) -> None:
    """Apply all amendments. Function URLs will point to `data_url`; endpoints act out `rehearsals`; quotas, access and
    what exists without being emulated are as `account` says.
    """
    _stay_on_this_machine()
    sagemaker.amend(rehearsals)
    endpoints.amend(rehearsals)
    hub.amend()
    autoscaling.amend()
    cloudformation.amend()
    functions.amend(data_url)
    s3.amend()
    secrets.amend()
    networks.amend()
    load_balancers.amend()
    containers.amend()
    for service in (quotas, bedrock, iam, ecr, ec2):
        service.amend(account)


def _stay_on_this_machine() -> None:
    """Moto starts Docker containers for Lambda and Batch, and reads 400 AMIs at the first EC2 call."""
    default_user_config["lambda"] = {"use_docker": False}
    default_user_config["batch"] = {"use_docker": False}
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
