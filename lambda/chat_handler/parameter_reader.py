"""Reads the model parameters from SSM.

In: the deployment's path. Out: all parameters under it, over as many pages as there are. Separate from `registry.py`,
which has the rules and no AWS.
"""

from __future__ import annotations

from collections.abc import Callable

from chat_handler.aws import AwsClients
from chat_handler.errors import NoAccessError, UpstreamError
from chat_handler.registry import Parameter


def parameter_reader(clients: AwsClients, path: str) -> Callable[[], list[Parameter]]:
    """A function that reads every parameter under `path`; it blocks, and raises `ChatError`."""
    return lambda: _read(clients, path)


def _read(clients: AwsClients, path: str) -> list[Parameter]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        pages = clients.control("ssm").get_paginator("get_parameters_by_path").paginate(Path=path)
        return [Parameter(item["Name"], item["Value"]) for page in pages for item in page["Parameters"]]
    except ClientError as exc:
        code = str(exc.response.get("Error", {}).get("Code", ""))
        if code.startswith("AccessDenied"):
            message = f"the handler's role may not read the parameters under {path!r}; apply the module again"
            raise NoAccessError(message) from exc
        passes = code.startswith("Throttling") or exc.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
        raise _unreadable(path, f"SSM answered {code!r}", retryable=passes) from exc
    except BotoCoreError as exc:
        raise _unreadable(path, f"SSM is out of reach ({type(exc).__name__})", retryable=True) from exc


def _unreadable(path: str, why: str, *, retryable: bool) -> UpstreamError:
    return UpstreamError(f"the parameters under {path!r} cannot be read: {why}", retryable=retryable)
