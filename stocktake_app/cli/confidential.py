"""``erase``: confidential content removed for good, with a signed trace."""

import argparse

from stocktake_app.cli.arguments import Arguments, Commands, add_command, now, open_workspace
from stocktake_app.cli.output import Answer
from stocktake_app.errors import RefusedError


def add_commands(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the command that erases."""
    erase = add_command(commands, common, "erase", _erase, "erase confidential content for good")
    erase.add_argument("entry", metavar="ENTRY")
    erase.add_argument("path", nargs="?", metavar="PATH", help="default: all of the entry")
    erase.add_argument("--reason", required=True, metavar="TEXT", help="signed, and travels on")
    erase.add_argument("--yes", action="store_true", help="yes, for good: there is no undo")


def _erase(arguments: Arguments) -> Answer:
    from stocktake_app.actions import erasing

    workspace = open_workspace(arguments)
    if not arguments.yes:
        found = erasing.erasable(workspace, arguments.entry, arguments.path)
        raise RefusedError(
            f"this would erase {', '.join(found)} for good, here and wherever your next package "
            "is taken in; there is no undo. Say --yes to do it"
        )
    done = erasing.erase(
        workspace, arguments.entry, arguments.path, reason=arguments.reason, now=now()
    )
    return Answer(done.as_json(), done.sentence())
