"""What is mended in a questionnaire before it is converted, each repair said.

Only what leaves no doubt: forms in daily use have these faults, and other tools let them pass.
"""

import re

from stocktake_app.questionnaire.problems import Problem, Severity
from stocktake_app.questionnaire.sheets import Row, Workbook, cell, heading, plain_heading

_NAME_START = re.compile(r"[^\W\d]")
_NOT_IN_NAME = re.compile(r"[^\w.\-]+")
_OTHER_TYPES = {"tel": "text", "phone": "text", "phonenumber_text": "text", "email": "text"}
_BROKEN_COLUMNS = frozenset({"instance::tag", "instance:tag"})
RESERVED_NAME = "meta"


def repair(workbook: Workbook) -> list[Problem]:
    """Mend the sheets in place and return what was mended."""
    return [
        *_type_names(workbook),
        *_columns(workbook),
        *_names(workbook),
        *_duplicate_choices(workbook),
    ]


def _repaired(place: tuple[str, int, str], value: str, message: str, done: str) -> Problem:
    sheet, row, column = place
    return Problem(sheet, row, column, value, message, done, Severity.REPAIRED)


def _type_names(workbook: Workbook) -> list[Problem]:
    found = []
    for number, row in enumerate(workbook.rows("survey"), 2):
        old = cell(row, "type")
        new = _OTHER_TYPES.get(old.lower())
        if new:
            column = heading(row, "type")
            row[column] = new
            message = "this type is not an XLSForm one."
            found.append(
                _repaired(("survey", number, column), old, message, f"It is asked as {new}.")
            )
    return found


def _columns(workbook: Workbook) -> list[Problem]:
    """Leave out columns that other programs add and that the converter stumbles over."""
    found = []
    for row in workbook.rows("survey"):
        for column in [key for key in row if plain_heading(key) in _BROKEN_COLUMNS]:
            del row[column]
            found.append(column)
    return [
        _repaired(("survey", 1, column), column, "this column is another program's own.",
                  "It is left out.")
        for column in dict.fromkeys(found)
    ]  # fmt: skip


def _names(workbook: Workbook) -> list[Problem]:
    rows = workbook.rows("survey")
    taken = {cell(row, "name") for row in rows}
    found: list[Problem] = []
    for number, row in enumerate(rows, 2):
        old = cell(row, "name")
        if not old or cell(row, "type").replace("_", " ").startswith("end "):
            continue
        message = _fault_of_name(old)
        if not message:
            continue
        new = _fresh(_mended(old), taken)
        taken.add(new)
        column = heading(row, "name")
        row[column] = new
        _rename_references(workbook, old, new)
        found.append(
            _repaired(("survey", number, column), old, message, f"It is named {new} here.")
        )
    return found


def _fault_of_name(name: str) -> str:
    if name.lower() == RESERVED_NAME:
        return "this name is kept for the entry's own data."
    if not _NAME_START.match(name) or _NOT_IN_NAME.search(name):
        return "a name has letters, digits, - . and _ only, and begins with a letter or _."
    return ""


def _mended(name: str) -> str:
    plain = _NOT_IN_NAME.sub("_", name)
    return plain if _NAME_START.match(plain) and plain.lower() != RESERVED_NAME else f"_{plain}"


def _fresh(name: str, taken: set[str]) -> str:
    number = 2
    fresh = name
    while fresh in taken:
        fresh = f"{name}_{number}"
        number += 1
    return fresh


def _rename_references(workbook: Workbook, old: str, new: str) -> None:
    pattern = re.compile(r"\$\{\s*" + re.escape(old) + r"\s*\}")
    for rows in workbook.sheets.values():
        for row in rows:
            for column, text in row.items():
                if isinstance(text, str) and "${" in text:
                    row[column] = pattern.sub(lambda _: f"${{{new}}}", text)


def _duplicate_choices(workbook: Workbook) -> list[Problem]:
    """Let the same name stand twice in a list, as forms that filter choices rely on."""
    settings = workbook.rows("settings")
    if any(cell(row, "allow_choice_duplicates").lower() in {"yes", "true"} for row in settings):
        return []
    seen: set[tuple[str, str]] = set()
    found = []
    for number, row in enumerate(workbook.rows("choices"), 2):
        key = (cell(row, "list_name"), cell(row, "name"))
        if all(key) and key in seen:
            message = f"this name is in the list “{key[0]}” already."
            place = ("choices", number, heading(row, "name"))
            found.append(_repaired(place, key[1], message, "Both are offered; change one of them."))
        seen.add(key)
    if found:
        _set(workbook, "allow_choice_duplicates", "yes")
    return found


def _set(workbook: Workbook, setting: str, value: str) -> None:
    rows: list[Row] = workbook.sheets.setdefault("settings", [])
    if not rows:
        rows.append({})
    rows[0][setting] = value
    headers = workbook.headers.get("settings_header") or [{}]
    workbook.headers["settings_header"] = [{**headers[0], setting: None}]
