"""The supervisor: one process that is the local target, as long as it runs.

    python -m generator.local.serve --folder DIR [--model-file FILE | --model-url URL] [--leashed]

Starts the model server, the emulated control plane and the data plane, publishes `DIR/target.json` when all of them
answer, starts the model server again when it dies, and ends everything on SIGTERM, SIGINT or, if leashed, at the end
of its standard input. Its log is its standard output. `lifecycle.py` is the door that the command line uses.
"""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from generator.errors import LocalTargetError
from generator.local.model_child import ModelChild
from generator.local.target import LOCK, LocalTarget, model_base, publish, withdraw

_LOCKED_WITHIN_S = 1.0  # whoever asks if the lock is held has it for a moment
_ENDING = (signal.SIGTERM, signal.SIGINT)
_LOG = logging.getLogger("local target")


class _Ended(BaseException):
    """Somebody wants the local target to end. Like KeyboardInterrupt, it passes through whatever catches errors."""


class Supervisor:
    """The parts of one life of the local target."""

    def __init__(self, folder: Path, *, model_file: Path | None, model_url: str | None) -> None:
        self._folder = folder
        self._model_file = model_file
        self._model_url = model_url

    def run(self) -> None:
        """Start every part, publish the target, and keep it alive until a signal raises `_Ended`.

        However this is left, every part has ended then.

        Raises:
            LocalTargetError: the model server did not start.

        """
        with ExitStack() as parts:
            target = self._start_planes(parts, self._start_model(parts))
            parts.callback(withdraw, self._folder)
            _LOG.info("ready: %s", ", ".join((target.control_url, target.data_url, target.model_url)))
            publish(self._folder, target)
            try:
                threading.Event().wait()
            finally:
                _LOG.info("ending")

    def _start_model(self, parts: ExitStack) -> Callable[[], str]:
        """Begin to start the model server; what is returned waits until it is ready and gives its address."""
        url = self._model_url
        if url is not None:
            _LOG.info("the model is served by %s", url)
            return lambda: model_base(url)
        _LOG.info("starting the model server")
        model = ModelChild(self._model_file)
        parts.callback(model.close)
        return model.wait_until_ready

    def _start_planes(self, parts: ExitStack, model_ready: Callable[[], str]) -> LocalTarget:
        _LOG.info("starting the control plane and the data plane")
        # moto takes a second to import, during which the model is already being loaded.
        from generator.local import aws_descriptions

        aws_descriptions.read_once()
        from generator.local import control_plane
        from generator.local.account.account_file import NAME, AccountFile
        from generator.local.data_plane import DataPlane, Surroundings
        from generator.local.function_code import forget
        from generator.local.rehearsals import Rehearsals

        functions = self._folder / "functions"
        forget(functions)
        data = DataPlane()
        parts.callback(data.close)
        rehearsals = Rehearsals()
        account = AccountFile(self._folder / NAME)
        account.create()
        control = control_plane.ControlPlane(data.url, rehearsals, account)
        parts.callback(control.close)
        target = _describe(control.url, data.url, model_ready())
        data.start(
            Surroundings(
                model_url=lambda: target.model_url,
                endpoint_status=control_plane.endpoint_status,
                deployed_function=control_plane.deployed_function,
                find_schedule=control_plane.find_schedule,
                rehearsals=rehearsals,
                account=account,
                aws_environment=target.aws_environment,
                functions=functions,
            )
        )
        return target


def _describe(control_url: str, data_url: str, model_url: str) -> LocalTarget:
    return LocalTarget(
        life=uuid.uuid4().hex,
        pid=os.getpid(),
        started_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        control_url=control_url,
        data_url=data_url,
        model_url=model_url,
    )


def main(argv: Sequence[str] | None = None) -> None:
    arguments = _parse(argv)
    _log_to_stdout()
    _forget_the_users_aws()
    if arguments.leashed:
        threading.Thread(target=_wait_for_end_of_stdin, daemon=True).start()
    supervisor = Supervisor(arguments.folder, model_file=arguments.model_file, model_url=arguments.model_url)
    try:
        _end_on_signals()
        _sole_use(arguments.folder)
        supervisor.run()
    except _Ended:
        _LOG.info("ended")
    except LocalTargetError as error:
        _LOG.error("%s", error.message)
        sys.exit(error.exit_code)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="serve")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--model-file", type=Path)
    parser.add_argument("--model-url")
    parser.add_argument("--leashed", action="store_true")
    return parser.parse_args(argv)


def _log_to_stdout() -> None:
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S"
    )
    for noisy in ("botocore", "werkzeug", "httpx2", "httpcore2", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _forget_the_users_aws() -> None:
    """Nothing here may reach, or be bent by, the account that the user's shell is set up for."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


def _end_on_signals() -> None:
    """A signal leaves whatever is being done, also in the middle of the start, so that what was started is closed."""

    def end(*_: object) -> None:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)  # another one must not disturb the closing
        raise _Ended

    for number in _ENDING:
        signal.signal(number, end)


def _wait_for_end_of_stdin() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _sole_use(folder: Path) -> None:
    """Take the folder's lock and never close it: the kernel gives it back when this process has ended, however.

    It is how others know that a target lives, whatever `target.json` says.

    Raises:
        LocalTargetError: another supervisor has it.

    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    deadline = time.monotonic() + _LOCKED_WITHIN_S
    while not _take(lock):
        if time.monotonic() > deadline:
            raise LocalTargetError(f"another local target already runs in {str(folder)!r}")
        time.sleep(0.05)
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    main()
