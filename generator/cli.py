"""The command line `terrachat`: its commands, its exit codes, and the border where every error becomes a message.

Exit codes: 0 ok, 1 what the user gave is wrong, 2 usage, 3 Terraform or AWS failed, 4 declined, 5 blocked, 70 a
defect of ours, 130 stopped with Ctrl-C. Results go to stdout; progress and errors go to stderr. Only this module and
`commands/` print, prompt or exit.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from generator.commands import (
    api_keys,
    azure_keys,
    chatting,
    checking,
    checking_keys,
    deploying,
    doctor,
    huggingface_secret,
    initialising,
    local_target,
    looking,
    switching,
)
from generator.errors import TerrachatError

# What a folder is like that cannot be worked in; not a defect, wherever it comes up.
_NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EEXIST}
_WRITABLE_HINT = "Terrachat keeps its state in .terrachat and deployments: run it in a folder that you may write to."

app = typer.Typer(
    name="terrachat",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata

        print(f"terrachat {metadata.version('terrachat')}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """One YAML catalog of models in, a multi-model chatbot on your own AWS account out."""


app.command("init")(initialising.init)
app.command("validate")(checking.validate)
app.command("doctor")(doctor.doctor)
app.command("schema")(checking.schema)
app.command("generate")(checking.generate)
app.command("plan")(deploying.plan)
app.command("apply")(deploying.apply)
app.command("stop")(switching.stop)
app.command("start")(switching.start)
app.command("destroy")(deploying.destroy)
app.command("status")(looking.status)
app.command("models")(chatting.models)
app.command("ask")(chatting.ask_model)
app.command("chat")(chatting.chat)
app.command("demo")(chatting.run_demo)

secrets_app = typer.Typer(help="API keys of third parties, and the Hugging Face token.", no_args_is_help=True)
secrets_app.command("list")(api_keys.list_keys)
secrets_app.command("set")(api_keys.set_key)
secrets_app.command("unset")(api_keys.unset_key)
secrets_app.command("repair")(api_keys.repair)
secrets_app.command("check")(checking_keys.check)
secrets_app.command("huggingface")(huggingface_secret.huggingface)
azure_app = typer.Typer(help="The five keys of each Azure OpenAI model.", no_args_is_help=True)
azure_app.command("add")(azure_keys.add)
azure_app.command("list")(azure_keys.list_models)
azure_app.command("remove")(azure_keys.remove)
secrets_app.add_typer(azure_app, name="azure")
app.add_typer(secrets_app, name="secrets")

local_app = typer.Typer(help="The local target: AWS and a language model on this machine.", no_args_is_help=True)
local_app.command("up")(local_target.up)
local_app.command("down")(local_target.down)
local_app.command("status")(local_target.status)
local_app.command("logs")(local_target.logs)
app.add_typer(local_app, name="local")


def main() -> None:
    """Run the command line: every error becomes one message and an exit code."""
    # A polite kill, or a closed terminal, ends work as Ctrl-C does: Terraform saves its state, nothing is left running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup wants it
        signal.signal(signal.SIGHUP, _hang_up)
    try:
        app()
    except TerrachatError as error:
        _print_error(error)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001 - the outermost border: a defect of ours must not show a traceback
        if isinstance(error, OSError) and error.errno in _NOT_WRITABLE:
            _print_error(TerrachatError(f"{error.filename}: {error.strerror}", hint=_WRITABLE_HINT))
            sys.exit(TerrachatError.exit_code)
        sys.exit(_report_defect())


def _hang_up(*_: object) -> NoReturn:
    """The terminal is gone, and printing to it would fail in the middle of what is left to do."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    raise KeyboardInterrupt


def _print_error(error: TerrachatError) -> None:
    from rich.console import Console

    # Without emoji: rich takes the `:secret:` of an ARN for one.
    console = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
    console.print(error.message, markup=False)
    if error.hint:
        console.print(error.hint, markup=False, style="dim")


def _report_defect() -> int:
    """Keep the traceback in a file for a bug report, and say so in one line."""
    import tempfile
    import traceback

    path = Path(".terrachat/defect.log")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        path = Path(tempfile.mkdtemp(prefix="terrachat-")) / path.name
    path.write_text(traceback.format_exc(), encoding="utf-8")
    path.chmod(0o600)
    error = sys.exception()
    typer.echo(
        f"terrachat has a defect: {type(error).__name__}. The details are in {path}; please report it.",
        err=True,
    )
    return 70  # EX_SOFTWARE


if __name__ == "__main__":
    main()
