from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from generator.local.target import LocalTarget, find, publish, withdraw

_TARGET = LocalTarget(
    life="5b0c",
    pid=os.getpid(),
    started_at="2026-11-22T10:00:00Z",
    control_url="http://127.0.0.1:41001",
    data_url="http://127.0.0.1:41002",
    model_url="http://127.0.0.1:41003",
)


def test_the_file_is_as_the_contract_says(tmp_path: Path) -> None:
    publish(tmp_path, _TARGET)

    file = tmp_path / "target.json"
    assert json.loads(file.read_text()) == {
        "version": 1,
        "life": "5b0c",
        "pid": os.getpid(),
        "started_at": "2026-11-22T10:00:00Z",
        "control_url": "http://127.0.0.1:41001",
        "data_url": "http://127.0.0.1:41002",
        "model_url": "http://127.0.0.1:41003",
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_published_is_found_until_it_is_withdrawn(tmp_path: Path) -> None:
    publish(tmp_path, _TARGET)
    found = find(tmp_path)
    withdraw(tmp_path)

    assert (found, find(tmp_path)) == (_TARGET, None)


def test_a_target_whose_process_is_gone_is_not_found(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    publish(tmp_path, LocalTarget(**{**_TARGET.__dict__, "pid": gone.pid}))

    assert find(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "pid": 1}'])
def test_a_file_that_is_not_of_this_version_is_not_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "target.json").write_text(text)

    assert find(tmp_path) is None


def test_the_environment_leads_every_sdk_here() -> None:
    assert _TARGET.aws_environment("eu-west-1") == {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:41001",
        "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "http://127.0.0.1:41002",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:41002",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "OPENAI_BASE_URL": "http://127.0.0.1:41002/openai/v1",
    }


def test_entering_leaves_nothing_that_leads_elsewhere() -> None:
    environment = {
        "PATH": "/bin",
        "HTTPS_PROXY": "http://proxy:3128",
        "TF_CLI_CONFIG_FILE": "/etc/terraform.rc",
        **dict.fromkeys(("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_SSM"), "users"),
        **dict.fromkeys(("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "OPENAI_API_KEY", "OPENAI_ORG_ID"), "users"),
        **dict.fromkeys(("HF_TOKEN", "HF_HOME", "HUGGING_FACE_HUB_TOKEN", "HUGGINGFACE_CO_STAGING"), "users"),
        **dict.fromkeys(("TF_WORKSPACE", "TF_DATA_DIR", "TF_CLI_ARGS", "TF_CLI_ARGS_apply", "TF_VAR_x"), "users"),
    }

    _TARGET.enter(environment, "eu-west-1")

    assert environment == {
        "PATH": "/bin",
        "HTTPS_PROXY": "http://proxy:3128",
        "TF_CLI_CONFIG_FILE": "/etc/terraform.rc",
        "no_proxy": "127.0.0.1,localhost",
        "NO_PROXY": "127.0.0.1,localhost",
        "HF_ENDPOINT": "http://127.0.0.1:41002/hub",
        **_TARGET.aws_environment("eu-west-1"),
    }


@pytest.mark.parametrize(
    ("given", "direct"),
    [("*", "*"), ("corp.example", "corp.example,127.0.0.1,localhost"), ("", "127.0.0.1,localhost")],
)
@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_entering_keeps_the_users_exceptions_from_the_proxy(name: str, given: str, direct: str) -> None:
    environment = {name: given}

    _TARGET.enter(environment, "eu-west-1")

    assert (environment["no_proxy"], environment["NO_PROXY"]) == (direct, direct)
