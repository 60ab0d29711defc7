"""``list``, ``show``, ``search``, ``conflicts``, ``resolve``, ``trace``: what is recorded."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from stocktake_app.cli.arguments import Arguments, Commands, add_command, now, open_workspace
from stocktake_app.cli.output import Answer, table
from stocktake_app.errors import RefusedError

if TYPE_CHECKING:
    from stocktake_app.actions.conflicts import Version
    from stocktake_app.store.workspace import Workspace


def add_commands(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the commands that read entries and settle conflicts."""
    add_command(commands, common, "list", _list, "list the entries")
    show = add_command(commands, common, "show", _show, "show one entry with its answers")
    show.add_argument("entry", metavar="ENTRY")
    show.add_argument("--history", action="store_true", help="every value each answer ever had")
    show.add_argument(
        "--attachments", type=Path, metavar="DIR", help="write its attachments into this folder"
    )
    search = add_command(commands, common, "search", _search, "find words in entries")
    search.add_argument("words", nargs="+", metavar="WORD")
    add_command(commands, common, "conflicts", _conflicts, "list answers with differing versions")
    resolve = add_command(commands, common, "resolve", _resolve, "decide between versions")
    resolve.add_argument("entry", metavar="ENTRY")
    resolve.add_argument("path", metavar="PATH")
    choice = resolve.add_mutually_exclusive_group(required=True)
    choice.add_argument("--choose", type=int, metavar="N", help="version N of `conflicts`, from 1")
    choice.add_argument("--value", help="this value instead")
    choice.add_argument("--blank", action="store_true", help="no answer")
    resolve.add_argument(
        "--yes", action="store_true", help="leave it blank even where an answer is required"
    )
    trace = add_command(commands, common, "trace", _trace, "where a finding came from, with signer")
    trace.add_argument(
        "reference", metavar="REF", help="as a paper prints it, or ENTRY[/findings[ROW]]"
    )


def _list(arguments: Arguments) -> Answer:
    from stocktake_app.actions import reading

    workspace = open_workspace(arguments)
    entries = reading.all_entries(workspace)
    titled = _titles(workspace)
    rows = [(e["id"], titled(e["title"]), e["state"], e["conflicts"] or "") for e in entries]
    return Answer(
        {"entries": entries}, table(("entry", "title", "state", "differing versions"), rows)
    )


def _show(arguments: Arguments) -> Answer:
    from stocktake_app.actions import reading

    workspace = open_workspace(arguments)
    entry = reading.one_entry(workspace, arguments.entry, history=arguments.history)
    if arguments.attachments is not None:
        reading.save_attachments(workspace, entry["id"], arguments.attachments)
    rows = [(path, value) for path, value in entry["answers"].items()]
    rows += [
        (path, "(erased)" if path in entry["erased"] else "(withheld)")
        for path in entry["withheld"]
    ]
    title = _titles(workspace)(entry["title"])
    return Answer(entry, f"{title}\n\n{table(('question', 'answer'), rows)}")


def _search(arguments: Arguments) -> Answer:
    from stocktake_app.actions import reading

    words = " ".join(arguments.words)
    workspace = open_workspace(arguments)
    found = reading.find(workspace, words)
    titled = _titles(workspace)
    rows = [(one["entry"], titled(one["title"]), one["excerpt"]) for one in found]
    return Answer({"words": words, "entries": found}, table(("entry", "title", "found"), rows))


def _conflicts(arguments: Arguments) -> Answer:
    from stocktake_app.actions import conflicts

    found = conflicts.pending(open_workspace(arguments))
    rows = [
        (one.entry, one.path, number, _words(version), version.author, version.time)
        for one in found
        for number, version in enumerate(one.versions, start=1)
    ]
    header = ("entry", "question", "version", "value", "who", "when")
    return Answer({"conflicts": [one.as_json() for one in found]}, table(header, rows))


def _words(version: "Version") -> str | None:
    return "(withheld)" if version.withheld else version.value


def _resolve(arguments: Arguments) -> Answer:
    from stocktake_app.actions import conflicts

    workspace = open_workspace(arguments)
    conflict = conflicts.one(workspace, arguments.entry, arguments.path)
    value = arguments.value
    if (
        arguments.blank
        and not arguments.yes
        and conflicts.needs_answer(workspace, conflict, now=now())
    ):
        raise RefusedError(
            f"the questionnaire requires an answer at {conflict.path}; choose a version or give "
            "--value, or say --yes to leave it blank all the same"
        )
    decided = value
    if arguments.choose is not None:
        chosen = conflicts.version(conflict, arguments.choose)
        value, decided = chosen.value, chosen.stored
    change = conflicts.resolve(workspace, conflict.entry, conflict.path, decided, now=now())
    return Answer(
        {"entry": conflict.entry, "path": conflict.path, "value": value, "change": change},
        f"Decided: {conflict.path} is {value!r}. It travels with your next package.",
    )


def _trace(arguments: Arguments) -> Answer:
    from stocktake_app.actions import reading

    workspace = open_workspace(arguments)
    steps = reading.trace(workspace, arguments.reference)
    header = ("signer", "office", "when", "verdict", "signed record", "fingerprint", "package")
    rows = [
        (
            one["signer_name"],
            one["office"],
            one["time"],
            one["verdict"],
            one["seal"][:16],
            one["fingerprint"],
            one["package"],
        )
        for one in steps["changes"]
    ]
    title = _titles(workspace)(steps["title"])
    return Answer(steps, f"{title}\n{steps['text']}\n\n{table(header, rows)}")


def _titles(workspace: "Workspace") -> Callable[[str], str]:
    """Return what turns a stored title, often a register's code, into words."""
    from stocktake_app.store.labels import Labels

    return Labels(workspace, workspace.profile.language).words
