"""A deployment through its life, beside the demo, which stays as it is all the while."""

from __future__ import annotations

import pytest

from tests.functional.conftest import Deployed
from tests.functional.stage import endpoint_entry

pytestmark = [pytest.mark.local, pytest.mark.timeout(600)]  # several runs of Terraform each


def test_change_rename_stop_start_and_destroy(deployed: Deployed) -> None:
    """Each step touches what it is about and nothing else; in the end nothing is left but the demo."""
    story = deployed.deployment("story")
    beside = deployed.everything()

    story.write(endpoint_entry("kept"), endpoint_entry("before"))
    story.ok("apply", "--yes")
    first = deployed.endpoint("terrachat-story-kept")
    assert first is not None

    # Another instance type: the endpoint is updated in place. AWS, and the emulator, refuse that where the old
    # configuration is gone before the endpoint has the new one.
    kept = endpoint_entry("kept", "ml.g5.2xlarge")
    story.write(kept, endpoint_entry("before"))
    changed = story.ok("apply", "--yes")
    second = deployed.endpoint("terrachat-story-kept")
    assert second is not None
    assert changed.touched == {"aws_sagemaker_endpoint_configuration.kept", "aws_sagemaker_endpoint.kept"}
    assert second["CreationTime"] == first["CreationTime"]
    assert deployed.instance_type("terrachat-story-kept") == "ml.g5.2xlarge"

    # Another name is another endpoint. The old one answers, so its end must be agreed to.
    story.write(kept, endpoint_entry("after"))
    refused = story.run("apply", "--yes")
    assert (refused.exit_code, refused.touched) == (4, set())
    assert "endpoints that answer now would be deleted: before; nothing was changed" in refused.stderr
    assert "--allow-downtime" in refused.stderr
    renamed = story.ok("apply", "--yes", "--allow-downtime")
    about = {"before", "after", "model_before", "model_after", "handler_sagemaker"}
    assert {address.rpartition(".")[2] for address in renamed.touched} <= about
    assert deployed.endpoint("terrachat-story-before") is None
    assert deployed.endpoint("terrachat-story-after") is not None

    # Stopped, the entry is still planned, and there is nothing to change.
    stopped = story.ok("stop", "after", "--yes")
    assert "aws_sagemaker_endpoint.after" in stopped.touched
    assert deployed.endpoint("terrachat-story-after") is None
    assert story.changes() == []
    started = story.ok("start", "after", "--yes")
    assert started.touched == stopped.touched
    assert deployed.endpoint("terrachat-story-after") is not None

    assert story.ok("destroy", "--yes", "--json").json() == {"destroyed": True, "remains": []}
    assert deployed.everything() == beside
    assert story.ok("destroy", "--yes").stdout == "There was nothing to destroy.\n"

    # Terraform never knew the secret of a key that was set after its last apply.
    secrets = deployed.client("secretsmanager")
    secret = secrets.create_secret(Name="terrachat/story/api-keys", SecretString="{}")["ARN"]
    remains = story.ok("destroy", "--yes", "--json").json()["remains"]
    assert [(each["kind"], each["name"]) for each in remains] == [("secret", secret)]
    secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
