"""``report``: coverage and the background paper."""

import argparse
from typing import Any

from stocktake_app.cli.arguments import (
    Arguments,
    Commands,
    add_command,
    file_to_write,
    now,
    open_workspace,
)
from stocktake_app.cli.output import Answer, table


def add_commands(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add ``report``."""
    report = add_command(commands, common, "report", _report, "write a report")
    report.add_argument("kind", choices=["background", "coverage"], metavar="KIND")
    report.add_argument("--format", choices=["pdf", "docx"], default="pdf")
    report.add_argument("--out", type=file_to_write, metavar="FILE", help="needed for background")
    report.add_argument("--language", default="en", choices=["en", "fr", "es", "ar"])
    report.add_argument("--audience", choices=["internal", "public"], default="internal")


def _report(arguments: Arguments) -> Answer:
    from stocktake_app.actions import reporting

    workspace = open_workspace(arguments)
    if arguments.kind == "coverage":
        return _coverage(reporting.coverage_json(workspace, arguments.language))
    done = reporting.background(
        workspace,
        arguments.out,
        form=arguments.format,
        language=arguments.language,
        audience=arguments.audience,
        now=now(),
    )
    return Answer(done.as_json(), f"Written: {done.path} ({done.findings} findings)")


def _coverage(found: dict[str, Any]) -> Answer:
    parts = ["PRACTICE: nothing here is real"] if found["practice"] else []
    parts.append(f"Classification: {found['classification']}")
    parts.append(f"{found['entries']} entries, {found['findings']} findings")
    for one in found["breakdowns"]:
        rows = [(row["label"], row["entries"], row["findings"]) for row in one["rows"]]
        parts.append(table((one["title"], "entries", "findings"), rows))
    return Answer(found, "\n\n".join(parts))
