"""The page on XLSForm support says what the code does: functions, types, appearances."""

import re
from pathlib import Path

from stocktake_app.questionnaire import xpath
from stocktake_app.questionnaire.nodes import NOT_CAPTURED, Kind
from stocktake_app.questionnaire.xpath import compiler
from stocktake_app.questionnaire.xpath.functions.registry import FUNCTIONS, MANY
from stocktake_app.questionnaire.xpath.special import SPECIAL

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "xlsform-support.md").read_text("utf-8")


def section(title: str) -> list[list[str]]:
    """The table of one section, without its head."""
    text = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.*) \|$", text, re.MULTILINE)[2:]
    return [[cell.strip() for cell in row.split(" | ")] for row in rows]


def arguments(least: int, most: int) -> str:
    if most == MANY:
        return f"{least} or more"
    return str(least) if least == most else f"{least} to {most}"


def expected_functions() -> list[list[str]]:
    assert compiler
    assert xpath
    rows = {
        one.name: (arguments(one.least, one.most), one.summary) for one in FUNCTIONS.values()
    } | {name: (arguments(least, most), text) for name, (least, most, text, _) in SPECIAL.items()}
    return [[f"`{name}`", *rows[name]] for name in sorted(rows)]


def test_the_page_lists_every_function_and_no_other() -> None:
    table = "\n".join(f"| {' | '.join(row)} |" for row in expected_functions())
    assert section("Functions") == expected_functions(), f"the table should be:\n{table}"


def test_the_page_lists_every_type_and_says_which_are_not_captured() -> None:
    rows = section("Question types")
    assert [row[0].strip("`") for row in rows] == [str(kind) for kind in Kind]
    refused = {row[0].strip("`") for row in rows if row[1].startswith("no")}
    assert refused == {str(kind) for kind in NOT_CAPTURED}


def test_every_appearance_on_the_page_is_one_that_the_program_looks_for() -> None:
    sources = [
        path.read_text("utf-8")
        for folder in ("questionnaire", "ui")
        for path in sorted((ROOT / "stocktake_app" / folder).rglob("*.py"))
    ]
    for row in section("Appearances"):
        word = row[0].strip("`")
        assert any(f'"{word}"' in source for source in sources), word
