"""The parsed arguments of a command, and the few things every command reads from them."""

import argparse
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stocktake_app.cli.faces import Faces
from stocktake_app.cli.output import Answer, complain
from stocktake_app.errors import UserFileError, WrongUseError

if TYPE_CHECKING:
    from stocktake_app.store.workspace import Workspace

Commands = Any
"""What ``ArgumentParser.add_subparsers`` returns; argparse keeps its type private."""

MAX_SMALL_FILE = 16 * 1024 * 1024


class Arguments(argparse.Namespace):
    """Arguments with the defaults of the common ones."""

    workspace: Path | None = None
    json: bool = False
    version: bool = False
    selftest: bool = False
    faces: Faces
    opened: list["Workspace"]
    passphrase_file: Path | None = None
    run: Callable[["Arguments"], Answer] | None = None


def add_command(
    commands: Commands,
    common: argparse.ArgumentParser,
    name: str,
    run: Callable[[Arguments], Answer],
    summary: str,
) -> argparse.ArgumentParser:
    """Add one command that takes the common arguments; returns its parser for more."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, parents=[common], help=summary, description=summary[0].upper() + summary[1:] + "."
    )
    parser.set_defaults(run=run)
    return parser


def file_to_write(text: str) -> Path:
    """Return the path of a file that ``--out`` names; for argparse."""
    path = Path(text)
    if not text or path.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not a file name")
    return path


def file_to_read(text: str) -> Path:
    """Return the path of a file that the command reads; for argparse.

    A name that leads nowhere is wrong use, said before anything is done; a file that is there and
    cannot be used is an answer that is no.
    """
    path = Path(text)
    if not text or not path.exists():
        raise argparse.ArgumentTypeError(f"there is no file {text!r}")
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is a folder, not a file")
    return path


def now() -> datetime:
    """Return the time on this machine's clock, with its offset."""
    return datetime.now(UTC).astimezone()


def passphrase(arguments: Arguments) -> str | None:
    """Return the passphrase from ``--passphrase-file`` or ``STOCKTAKE_PASSPHRASE``, if given."""
    if arguments.passphrase_file is None:
        return os.environ.get("STOCKTAKE_PASSPHRASE") or None
    return first_line(arguments.passphrase_file)


def first_line(path: Path) -> str:
    """Return the secret that stands in the first line of a file.

    Raises:
        UserFileError: the file cannot be read, or the line is empty.
    """
    first = read_file(path).decode("utf-8", "replace").splitlines()[:1]
    if not first or not first[0]:
        raise UserFileError(f"The first line of {path} is empty")
    return first[0]


def workspace_folder(arguments: Arguments) -> Path:
    """Return the workspace folder from ``--workspace`` or ``STOCKTAKE_WORKSPACE``.

    Raises:
        WrongUseError: neither is given.
    """
    given = arguments.workspace or os.environ.get("STOCKTAKE_WORKSPACE")
    if not given:
        raise WrongUseError("which workspace? Give --workspace DIR or set STOCKTAKE_WORKSPACE")
    return Path(given)


def open_workspace(arguments: Arguments) -> "Workspace":
    """Open the workspace that the command works on; it is closed when the command ends.

    That it was copied or is older than it was is seen once, and said once, on stderr.
    """
    from stocktake_app.actions.workspaces import NOTES, open_folder

    workspace = open_folder(workspace_folder(arguments), passphrase=passphrase(arguments))
    arguments.opened.append(workspace)
    if workspace.incarnation in NOTES:
        complain(NOTES[workspace.incarnation])
    return workspace


def read_file(path: Path, limit: int = MAX_SMALL_FILE) -> bytes:
    """Read a file that the user named.

    Raises:
        UserFileError: missing, a folder, unreadable or larger than ``limit`` bytes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise UserFileError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > limit:
        raise UserFileError(f"{path} is larger than {limit // 2**20} MB; that cannot be right")
    return data
