"""Reads what ships beside the code: Markdown questionnaires, registers, the vocabulary page."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FORMS = ROOT / "forms"
REGISTERS = ROOT / "resources" / "registers"
DEMO = ROOT / "resources" / "demo"
REAL_DATA = ROOT.parent / "shared" / "data"

LANGUAGES = ("English (en)", "Français (fr)", "Español (es)", "العربية (ar)")
QUESTIONNAIRES = (
    "regional",
    "country",
    "thematic",
    "stakeholder",
    "consultation",
    "pledge_update",
    "indicator_reading",
    "initiative_update",
)

Row = dict[str, str]


@dataclass(frozen=True)
class Line:
    """One row of a survey sheet with its path from the root of the questionnaire."""

    path: str
    row: Row

    @property
    def kind(self) -> str:
        """The type without the name of its list."""
        return self.row["type"].split(" ")[0]

    @property
    def list_name(self) -> str:
        """The list or register file of a select question, else empty."""
        return self.row["type"].partition(" ")[2]

    @property
    def is_question(self) -> bool:
        """Say whether a person or a formula answers it."""
        return not self.kind.startswith(("begin", "end"))


def all_forms() -> list[str]:
    """Return the keys of all shipped questionnaires, registers included."""
    return sorted(path.stem for path in FORMS.glob("*.md"))


@cache
def sheet(key: str, name: str) -> list[Row]:
    """Return one sheet of a Markdown questionnaire as rows by column; blank cells are left out."""
    found: list[list[str]] = []
    current = ""
    for line in (FORMS / f"{key}.md").read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells[0]:
            current = cells[0]
        elif current == name:
            found.append(cells[1:])
    if not found:
        return []
    head, *rest = found
    return [{column: cell for column, cell in zip(head, row, strict=False) if cell} for row in rest]


def survey(key: str) -> Iterator[Line]:
    """Yield the groups, repeats and questions of a questionnaire in order, with their paths."""
    parents: list[str] = []
    for row in sheet(key, "survey"):
        if row["type"].startswith("end"):
            parents.pop()
            continue
        yield Line("/".join([*parents, row["name"]]), row)
        if row["type"].startswith("begin"):
            parents.append(row["name"])


@cache
def questions(key: str) -> dict[str, Line]:
    """Return groups, repeats and questions by path."""
    return {line.path: line for line in survey(key)}


@cache
def choices(key: str, list_name: str) -> dict[str, Row]:
    """Return the choices of one list of a questionnaire, by name."""
    return {row["name"]: row for row in sheet(key, "choices") if row["list_name"] == list_name}


def register_names() -> list[str]:
    """Return the file names of the shipped registers."""
    return sorted(path.name for path in REGISTERS.glob("*.csv"))


@cache
def register(file: str) -> dict[str, Row]:
    """Return the rows of a register by their ``name``."""
    with (REGISTERS / file).open(encoding="utf-8", newline="") as lines:
        return {row["name"]: row for row in csv.DictReader(lines)}


@cache
def register_rows(file: str) -> list[Row]:
    """Return the rows of a register as they stand, repeated names included."""
    with (REGISTERS / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def load_demo(name: str) -> Any:
    """Return one JSON file of the demonstration, such as ``scenario`` or ``entries/…``."""
    return json.loads((DEMO / f"{name}.json").read_text(encoding="utf-8"))


def demo_entries() -> list[str]:
    """Return the keys of the demonstration's entries."""
    return sorted(path.stem for path in (DEMO / "entries").glob("*.json"))
