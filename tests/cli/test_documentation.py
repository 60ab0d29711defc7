"""The command line and its page say the same."""

import argparse
import re
from pathlib import Path

from stocktake_app.cli.main import make_parser

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")


def commands(parser: argparse.ArgumentParser, prefix: str = "") -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                found |= commands(child, f"{prefix} {name}".strip())
    options = {option for action in parser._actions for option in action.option_strings}
    return found or {prefix: options}


def documented() -> set[str]:
    rows = re.findall(r"^\| `([a-z]+(?: [a-z]+)?)[` ]", PAGE, flags=re.MULTILINE)
    verdicts = {"verdict", "valid", "resaved", "altered", "unreadable"}
    return set(rows) - verdicts


def test_every_command_is_on_the_page_and_no_other() -> None:
    found = {" ".join(name.split()[:2]) for name in commands(make_parser())}
    reports = {"report background", "report coverage"}
    assert documented() == found - {"report"} | reports


def test_every_option_is_on_the_page() -> None:
    every = set().union(*commands(make_parser()).values())
    shared = {"-h", "--help", "--name", "--office", "--bureau", "--country", "--practice"}
    missing = [option for option in sorted(every - shared) if option not in PAGE]
    assert missing == []


def test_every_option_stands_in_the_row_of_its_command() -> None:
    common = {"-h", "--help", "--json", "--workspace", "--passphrase-file"}
    people = {"--name", "--office", "--bureau", "--country"}
    missing = []
    for name, options in commands(make_parser()).items():
        rows = [row for row in PAGE.splitlines() if row.startswith((f"| `{name} ", f"| `{name}`"))]
        missing += [f"{name} {one}" for one in options - common - people if one not in str(rows)]
    assert sorted(missing) == []
