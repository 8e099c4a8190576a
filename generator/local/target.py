"""What a running local target offers, read from `.terrachat/local/target.json`.

The file exists exactly while the local target runs (docs/contracts.md, section 6). Everything else in the
product learns from here that there is a local target, and where.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass
from pathlib import Path

VERSION = 1
LOCK = "supervisor.lock"  # held by the supervisor as long as it lives; holds its process id
ACCESS_KEY = "local"  # the emulator accepts any credentials; these say what they are
# What a user's shell may hold for another account, provider or module. A service's own endpoint (AWS_ENDPOINT_URL_SSM)
# outranks AWS_ENDPOINT_URL; a workspace or a data folder is that of another Terraform module.
_OF_OTHER_TARGETS = ("AWS_", "OPENAI_", "HF_", "HUGGING_FACE_", "HUGGINGFACE_", "TF_CLI_ARGS", "TF_VAR_")
_OF_OTHER_MODULES = ("TF_DATA_DIR", "TF_WORKSPACE")


@dataclass(frozen=True)
class LocalTarget:
    """The addresses of one running local target.

    `life` changes with every start: the emulator keeps its state in memory, so whatever was applied to one life
    does not exist in the next.
    """

    life: str
    pid: int
    started_at: str
    control_url: str
    data_url: str
    model_url: str

    def aws_environment(self, region: str) -> dict[str, str]:
        """The environment in which any AWS SDK, and OpenAI's, talks to this target and to nothing else."""
        return {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.control_url,
            "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": self.data_url,
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": self.data_url,
            "AWS_CONFIG_FILE": os.devnull,  # a profile may set endpoints, credentials and roles of its own
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "OPENAI_BASE_URL": f"{self.data_url}/openai/v1",
        }

    def enter(self, environment: MutableMapping[str, str], region: str) -> None:
        """Turn `environment` into one in which everything reaches this target, and nothing another or a proxy.

        Proxies stay for what does need the network (packages, Terraform's provider), but not for loopback: neither
        botocore nor OpenAI's client makes that exception by itself.
        """
        for name in list(environment):
            if name.startswith(_OF_OTHER_TARGETS) or name in _OF_OTHER_MODULES:
                del environment[name]
        direct = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
        if direct.strip() != "*":  # which Python's libraries understand only where it stands alone
            direct = ",".join([*filter(None, [direct]), "127.0.0.1", "localhost"])
        hub = f"{self.data_url}/hub"
        environment.update({**self.aws_environment(region), "HF_ENDPOINT": hub, "no_proxy": direct, "NO_PROXY": direct})


def model_base(url: str) -> str:
    """The address of an OpenAI-compatible server, given with or without `/v1`."""
    return url.rstrip("/").removesuffix("/v1")


def find(folder: Path) -> LocalTarget | None:
    """The local target that runs with its state in `folder`, or None.

    A file that a crashed or killed target left behind counts as none.
    """
    try:
        document = json.loads((folder / "target.json").read_text(encoding="utf-8"))
        if document.pop("version") != VERSION:
            return None
        target = LocalTarget(**document)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if (folder / LOCK).exists() and holder(folder) is None:
        return None
    return target if _is_alive(target.pid) else None


def holder(folder: Path) -> int | None:
    """The process id of the supervisor that holds the folder, None when none does.

    The lock, not the process id, says that it lives: ids are used again, and a zombie has one too.
    """
    try:
        with (folder / LOCK).open("r+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held_by = lock.read()
                return int(held_by) if held_by.isdigit() else None
    except FileNotFoundError:
        return None
    return None


def publish(folder: Path, target: LocalTarget) -> None:
    """Say that `target` is ready. Atomic, and readable by the owner only."""
    partial = folder / "target.json.partial"
    partial.write_text(json.dumps({"version": VERSION, **asdict(target)}, indent=2), encoding="utf-8")
    partial.chmod(0o600)
    partial.replace(folder / "target.json")


def withdraw(folder: Path) -> None:
    """Say that no target runs here any more."""
    (folder / "target.json").unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
