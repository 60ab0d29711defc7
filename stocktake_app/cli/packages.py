"""``export``, ``verify``, ``import``, ``undo``: packages out, judged, in, and out again."""

import argparse
from datetime import datetime

from stocktake_app.cli.arguments import (
    Arguments,
    Commands,
    add_command,
    file_to_read,
    file_to_write,
    now,
    open_workspace,
    passphrase,
    read_file,
)
from stocktake_app.cli.output import Answer, table
from stocktake_app.errors import WrongUseError


def add_commands(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the package commands."""
    export = add_command(commands, common, "export", _export, "write a signed package")
    export.add_argument("entries", nargs="*", metavar="ENTRY", help="default: all not yet sent")
    export.add_argument("--format", choices=["xlsx", "pdf"], default="xlsx")
    export.add_argument(
        "--out", type=file_to_write, metavar="FILE", help="default: packages/ with its name"
    )
    export.add_argument("--all", action="store_true", help="every entry, sent or not")
    export.add_argument(
        "--language", default="", choices=["en", "fr", "es", "ar"], help="of the readable part"
    )
    export.add_argument(
        "--to", default="hq", metavar="WHO", help="hq, or the identity that it is meant for"
    )
    export.add_argument(
        "--redact", action="store_true", help="withhold confidential answers and attachments"
    )
    export.add_argument(
        "--encrypt-to", action="append", default=[], metavar="OFFICE",
        help="HQ, a bureau's code, or a file with an office's notice: only they can open it",
    )  # fmt: skip
    verify = add_command(commands, common, "verify", _verify, "judge a package")
    verify.add_argument("file", type=file_to_read, metavar="FILE")
    verify.add_argument(
        "--trust", type=file_to_read, metavar="CA.pem", help="HQ's root certificate"
    )
    verify.add_argument("--at", metavar="TIME", help="judge as of this time (RFC 3339)")
    verify.add_argument(
        "--report", type=file_to_write, metavar="FILE.pdf", help="write a page to print and file"
    )
    verify.add_argument(
        "--language", default="", choices=["en", "fr", "es", "ar"], help="of the report"
    )
    take = add_command(commands, common, "import", _import, "take packages in")
    take.add_argument("files", nargs="+", type=file_to_read, metavar="FILE")
    take.add_argument("--dry-run", action="store_true", help="only say what would change")
    undo = add_command(commands, common, "undo", _undo, "take one import out again")
    undo.add_argument("number", type=int, metavar="IMPORT", help="its number, as `import` said")


def _export(arguments: Arguments) -> Answer:
    from stocktake_app.actions.exporting import export
    from stocktake_app.actions.packing import Kind

    done = export(
        open_workspace(arguments),
        arguments.entries or None,
        Kind(arguments.format, arguments.language, arguments.to, arguments.redact),
        out=arguments.out,
        everything=arguments.all,
        encrypt_to=arguments.encrypt_to,
        passphrase=passphrase(arguments),
        now=now(),
    )
    return Answer(done.as_json(), done.sentence())


def _verify(arguments: Arguments) -> Answer:
    from stocktake_app.actions.checking import check_file

    workspace = open_workspace(arguments) if arguments.workspace else None
    result = check_file(
        arguments.file,
        workspace=workspace,
        trust=read_file(arguments.trust) if arguments.trust else None,
        passphrase=passphrase(arguments),
        at=_time(arguments.at) if arguments.at else now(),
    )
    if arguments.report:
        from stocktake_app.actions.verification_report import write_report

        spoken = workspace.profile.language if workspace else "en"
        write_report(result, arguments.report, language=arguments.language or spoken)
    return Answer(result.as_json(), result.sentence(), code=0 if result.valid else 1)


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError as error:
        raise WrongUseError(f"--at is {text!r}, not a time such as 2021-06-23T15:00Z") from error


def _import(arguments: Arguments) -> Answer:
    from stocktake_app.actions.importing import import_files

    result = import_files(
        open_workspace(arguments),
        arguments.files,
        dry_run=arguments.dry_run,
        passphrase=passphrase(arguments),
        now=now(),
    )
    header = ("file", "verdict", "new", "same", "newer", "conflicting", "refused", "import")
    rows = [
        (
            one.name,
            one.verdict,
            one.new,
            one.same,
            one.newer,
            one.conflicting,
            one.refused,
            one.number or "",
        )
        for one in result.files
    ]
    reasons = [f"{one.name}: {said}" for one in result.files for said in (*one.reasons, *one.notes)]
    done = "Nothing was changed (dry run)." if arguments.dry_run else ""
    text = "\n".join(part for part in (table(header, rows), *reasons, done) if part)
    return Answer(result.as_json(), text, code=0 if result.accepted else 1)


def _undo(arguments: Arguments) -> Answer:
    from stocktake_app.actions.importing import undo

    done = undo(open_workspace(arguments), arguments.number, now=now())
    return Answer(done.as_json(), done.sentence())
