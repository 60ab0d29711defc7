"""``laptops``: whose packages came here, which never came, what is odd about them."""

import argparse
from typing import TYPE_CHECKING

from stocktake_app.cli.arguments import Arguments, Commands, add_command, open_workspace
from stocktake_app.cli.output import Answer, table

if TYPE_CHECKING:
    from stocktake_app.actions.laptops import Missing


def add_commands(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add ``laptops``."""
    add_command(
        commands, common, "laptops", _laptops, "list whose packages came here and which never came"
    )


def _laptops(arguments: Arguments) -> Answer:
    from stocktake_app.actions.laptops import laptops

    found = laptops(open_workspace(arguments))
    rows = [
        (one.name, ", ".join(one.owners), ", ".join(one.bureaux), one.packages, one.last,
         ", ".join(map(_numbers, one.missing)), one.heard[:10])
        for one in found
    ]  # fmt: skip
    header = ("laptop", "owner", "bureau", "packages", "last", "missing", "last came")
    sentences = [sentence for one in found for sentence in one.sentences]
    text = "\n".join([table(header, rows), *sentences])
    return Answer({"laptops": [one.as_json() for one in found]}, text)


def _numbers(gap: "Missing") -> str:
    return f"{gap.first}" if gap.first == gap.last else f"{gap.first}-{gap.last}"
