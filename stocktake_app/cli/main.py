"""The ``stocktake`` command: reads the arguments, runs one action, says the result.

Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 machine trouble. Nothing heavy is imported
before the command needs it, so ``--version`` answers at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from stocktake_app import __version__
from stocktake_app.cli import (
    capture,
    confidential,
    entries,
    identity,
    laptops,
    packages,
    reports,
    sync,
    workspace,
)
from stocktake_app.cli.arguments import Arguments, file_to_read, now
from stocktake_app.cli.faces import Faces
from stocktake_app.cli.output import Answer, complain, show, write_anything
from stocktake_app.errors import MachineError, StocktakeError, WrongUseError

PACKAGE_SUFFIXES = {".xlsx", ".pdf", ".age"}


class _Parser(argparse.ArgumentParser):
    """A parser that raises our own error, so that wrong use is said like everything else."""

    def error(self, message: str) -> NoReturn:
        raise WrongUseError(f"{message}. Try: {self.prog} --help")


def main(argv: Sequence[str], faces: Faces) -> int:
    """Run one command and return its exit code; no traceback leaves here."""
    write_anything()
    _leave_no_memory_dumps()
    try:
        return _run(argv, faces)
    except StocktakeError as error:
        return _refuse(error, as_json="--json" in argv)
    except KeyboardInterrupt:
        complain("stopped. Nothing is half-done")
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        return _refuse(
            MachineError(f"this computer could not do it: {error.strerror}{where}"),
            as_json="--json" in argv,
        )
    except Exception as error:  # noqa: BLE001 - the border: our own fault becomes one sentence
        return _own_fault(error)


def _leave_no_memory_dumps() -> None:
    """Let a crash of a library write no file of this program's memory, where keys may be."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _refuse(error: StocktakeError, *, as_json: bool) -> int:
    """Say on stderr why it was not done; with ``--json`` also as an object on stdout."""
    complain(str(error))
    answer = Answer({"error": str(error), "exit_code": error.exit_code}, code=error.exit_code)
    return show(answer, as_json=True) if as_json else answer.code


def _run(argv: Sequence[str], faces: Faces) -> int:
    if files := _only_packages(argv):
        return _window(faces, None, files)
    arguments = make_parser().parse_args(argv, namespace=Arguments(faces=faces, opened=[]))
    if arguments.version:
        return show(_version(), as_json=arguments.json)
    if arguments.selftest:
        return show(_selftest(), as_json=arguments.json)
    if arguments.run is None:
        return _window(faces, arguments.workspace, ())
    try:
        return show(arguments.run(arguments), as_json=arguments.json)
    finally:
        for workspace in arguments.opened:
            workspace.close()


def _window(faces: Faces, workspace: Path | None, files: Sequence[Path]) -> int:
    os.environ.pop("STOCKTAKE_PASSPHRASE", None)  # the window asks; it may start other programs
    return faces.window(workspace, files)


def _only_packages(argv: Sequence[str]) -> list[Path]:
    """Return the files when nothing but packages is given, as by a double click."""
    files = [Path(one) for one in argv]
    packages = all(one.suffix.lower() in PACKAGE_SUFFIXES and one.is_file() for one in files)
    return files if packages else []


def _version() -> Answer:
    return Answer({"version": __version__}, f"Stocktake {__version__}")


def _selftest() -> Answer:
    from stocktake_app.actions.selftest import selftest

    steps = selftest(now=now())
    return Answer({"selftest": "passed", "steps": steps}, "\n".join([*steps, "Self-test passed."]))


def _own_fault(error: Exception) -> int:
    from stocktake_app.actions.fault_log import write_fault

    complain(
        f"this is a fault in Stocktake, not yours ({type(error).__name__}). "
        f"What was saved stays saved. Please send this file to support: {write_fault(error)}"
    )
    return 3


def make_parser() -> argparse.ArgumentParser:
    """Build the parser of every command; ``docs/command-line.md`` is checked against it."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--workspace", type=Path, metavar="DIR", help="the workspace folder")
    common.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    common.add_argument(
        "--passphrase-file", type=file_to_read, metavar="FILE",
        help="first line is the passphrase (or set STOCKTAKE_PASSPHRASE)",
    )  # fmt: skip
    parser = _Parser(
        prog="stocktake",
        description="Offline stocktaking for the Global Compact on Refugees. "
        "Without a command, the window opens; with nothing but packages, it opens to check them.",
        parents=[common],
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    parser.add_argument(
        "--selftest", action="store_true", help="capture, export and verify once, then clean up"
    )
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    places = (workspace, identity, laptops, capture, entries, confidential, packages, sync, reports)
    for module in places:
        module.add_commands(commands, common)
    return parser
