"""Faults of an XLSForm found by ourselves, all at once; the converter stops at the first.

They are reported only when the converter refuses the form, so a form that it takes is never
refused for a rule of ours.
"""

import re
from collections.abc import Iterator

from stocktake_app.questionnaire.problems import Problem
from stocktake_app.questionnaire.sheets import Row, Workbook, cell, heading

_REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}]*?)\s*\}")
_SELECT = re.compile(
    r"(?:select_one|select_multiple|rank|select one|select multiple|select1|"
    r"select all that apply)(?:[ _]from)? +([^\s]+)(?: +(?:or_other|or specify other))?",
    re.IGNORECASE,
)
_BEGIN = re.compile(r"begin[ _](group|repeat|loop)", re.IGNORECASE)
_END = re.compile(r"end[ _](group|repeat|loop)", re.IGNORECASE)


def check(workbook: Workbook) -> list[Problem]:
    """Return the faults that can be seen in the sheets."""
    rows = workbook.rows("survey")
    if not any(cell(row, "type") for row in rows):
        message = "this is not an XLSForm: no sheet “survey” has a column “type”."
        return [Problem("survey", 0, "", "", message, "Give a file that has them.")]
    return [
        *_missing_names(rows),
        *_unbalanced(rows),
        *_missing_lists(workbook),
        *_unknown_references(workbook),
        *_nameless_choices(workbook),
    ]


def _problem(number: int, row: Row, column: str, message: str, advice: str) -> Problem:
    shown = heading(row, column)
    return Problem("survey", number, shown, cell(row, column), message, advice)


def _missing_names(rows: list[Row]) -> Iterator[Problem]:
    for number, row in enumerate(rows, 2):
        kind = cell(row, "type")
        if kind and not cell(row, "name") and not _END.match(kind):
            yield _problem(number, row, "name", f"this row ({kind}) has no name.", "Give it one.")


def _unbalanced(rows: list[Row]) -> Iterator[Problem]:
    """Say which groups never end, which ends never began, and which names stand twice in one."""
    open_groups: list[tuple[int, Row, str, set[str]]] = []
    names: set[str] = set()
    for number, row in enumerate(rows, 2):
        kind = cell(row, "type")
        name = cell(row, "name").lower()
        end = _END.match(kind)
        if end:
            if not open_groups or open_groups[-1][2] != end[1].lower():
                message = "nothing of this kind is open here."
                yield _problem(number, row, "type", message, "Remove it or add its beginning.")
            else:
                names = open_groups.pop()[3]
            continue
        if name and name in names:
            message = "this name stands twice in the same group."
            yield _problem(number, row, "name", message, "Change one of the two.")
        names.add(name)
        begin = _BEGIN.match(kind)
        if begin:
            open_groups.append((number, row, begin[1].lower(), names))
            names = set()
    for number, row, kind, _ in open_groups:
        yield _problem(number, row, "type", "it is never closed.", f"Add a row “end {kind}”.")


def _missing_lists(workbook: Workbook) -> Iterator[Problem]:
    lists = {cell(row, "list_name") for row in workbook.rows("choices")}
    for number, row in enumerate(workbook.rows("survey"), 2):
        match = _SELECT.fullmatch(cell(row, "type"))
        if match and match[1] not in lists and not match[1].startswith("${"):
            message = f"the list “{match[1]}” is not on the choices sheet."
            yield _problem(number, row, "type", message, "Add the list or correct its name.")


def _unknown_references(workbook: Workbook) -> Iterator[Problem]:
    known = {cell(row, "name") for row in workbook.rows("survey")}
    for number, row in enumerate(workbook.rows("survey"), 2):
        for column, text in row.items():
            for name in dict.fromkeys(_REFERENCE.findall(str(text or ""))):
                if name not in known:
                    message = f"there is no question “{name}”."
                    advice = "Correct the name or add the question."
                    yield Problem("survey", number, column, str(text), message, advice)


def _nameless_choices(workbook: Workbook) -> Iterator[Problem]:
    for number, row in enumerate(workbook.rows("choices"), 2):
        if cell(row, "list_name") and not cell(row, "name"):
            message = "this choice has no name."
            label = next(iter(row.values()), "")
            yield Problem("choices", number, "name", str(label), message, "Give it one.")
