"""What AWS or a container says when an endpoint fails leads to the one thing that would help."""

from __future__ import annotations

import pytest

from generator.deployment.endpoint_hints import next_step

QUOTA = (
    "ResourceLimitExceeded: The account-level service limit 'ml.g5.2xlarge for endpoint usage' is 1 Instances, with "
    "current utilization of 1 Instances and a request delta of 2 Instances. Please use AWS Service Quotas to request "
    "an increase for this quota."
)
PING = "The primary container for production variant AllTraffic did not pass the ping health check."
NO_START = "CannotStartContainerError. Please ensure the model container for variant AllTraffic starts correctly."


@pytest.mark.parametrize(
    ("reason", "log", "expected"),
    [
        (
            QUOTA,
            (),
            "The quota 'ml.g5.2xlarge for endpoint usage' (Service Quotas, Amazon SageMaker) is 1, 1 are in use "
            "and 2 more were asked for. Ask for 3",
        ),
        ("ResourceLimitExceeded: too many", (), "Ask for a larger quota"),
        (
            "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error",
            (),
            "no machine of this type free",
        ),
        (NO_START, (), "AMI is too old"),
        (PING, ("INFO: loading",), "did not answer /ping in time"),
        (PING, ("requests.exceptions.HTTPError: 401 Client Error for url: https://huggingface.co/x",), "terms"),
        (PING, ("huggingface_hub.errors.GatedRepoError: 403",), "terms"),
        (PING, ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB",), "does not fit the machine"),
        (PING, ("OSError: [Errno 28] No space left on device",), "volume_gib"),
        ("Could not assume role arn:aws:iam::1:role/x", (), "run the same command again"),
        ("VolumeSize parameter is not allowed for the selected Instance type ml.g5.xlarge.", (), "volume_gib"),
        ("something new", (), "Mend the cause"),
    ],
    ids=[
        "quota",
        "quota without numbers",
        "capacity",
        "no log",
        "ping",
        "401",
        "gated",
        "memory",
        "disk",
        "role",
        "volume",
        "unknown",
    ],
)
def test_next_step(reason: str, log: tuple[str, ...], expected: str) -> None:
    assert expected in next_step(reason, log)
