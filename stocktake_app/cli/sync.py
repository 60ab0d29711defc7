"""``outbox``, ``send``, ``serve``: packages over HTTP, into a folder, and HQ's receiving side."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from stocktake_app.cli.arguments import (
    Arguments,
    Commands,
    add_command,
    now,
    open_workspace,
    passphrase,
)
from stocktake_app.cli.faces import ServeOptions
from stocktake_app.cli.output import Answer, complain, table
from stocktake_app.errors import MachineError, WrongUseError

if TYPE_CHECKING:
    from stocktake_app.actions.sending import Sent


def add_commands(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the commands of transport."""
    add_command(commands, common, "outbox", _outbox, "list packages and whether they were received")
    send = add_command(commands, common, "send", _send, "send what is in the outbox")
    where = send.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", metavar="URL", help="HQ's address")
    where.add_argument("--folder", type=Path, metavar="DIR", help="a USB stick or shared folder")
    send.add_argument(
        "--encrypt-to", action="append", default=[], metavar="OFFICE",
        help="encrypt what goes to the folder: HQ, a bureau's code, or a file with its notice",
    )  # fmt: skip
    serve = add_command(commands, common, "serve", _serve, "receive packages (HQ)")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, choices=range(1, 65536), default=8765, metavar="PORT")


def _outbox(arguments: Arguments) -> Answer:
    from stocktake_app.actions.sending import outbox

    rows = outbox(open_workspace(arguments))
    header = ("package", "state", "tries", "note")
    return Answer(
        {"outbox": [row.as_json() for row in rows]},
        table(header, [(row.name, row.state, row.attempts, row.note) for row in rows]),
    )


def _send(arguments: Arguments) -> Answer:
    from stocktake_app.actions.sending import send, send_to_folder

    if arguments.encrypt_to and not arguments.folder:
        raise WrongUseError("--encrypt-to is for --folder; to HQ's address everything is encrypted")
    workspace = open_workspace(arguments)
    if arguments.folder:
        to = arguments.encrypt_to
        done = send_to_folder(workspace, arguments.folder, encrypt_to=to, now=now())
    else:
        done = send(workspace, arguments.to, passphrase=passphrase(arguments), now=now)
    return Answer(done.as_json(), done.sentence(), code=_code(done))


def _code(done: "Sent") -> int:
    if not done.reached:
        return MachineError.exit_code
    return 0 if done.complete else 1


def _serve(arguments: Arguments) -> Answer:
    options = ServeOptions(
        open_workspace(arguments),
        host=arguments.host,
        port=arguments.port,
        passphrase=passphrase(arguments),
        now=now,
        started=lambda address: complain(f"receiving on {address}; Ctrl+C ends"),
    )
    arguments.faces.serve(options)
    return Answer({"served": True}, "Stopped.")
