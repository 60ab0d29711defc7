"""The converter's own messages as problems with a place."""

import re

from stocktake_app.questionnaire.problems import Problem, Severity
from stocktake_app.questionnaire.sheets import Workbook, cell, heading, plain_heading

_ROW = re.compile(r"\[row : (\d+)\]\s*")
_SHEET = re.compile(r"(?:On|on) the '(\w+)' sheet")
_COLUMN = re.compile(r"the '([^']+)' (?:value|column)")
_LEARN = re.compile(r"\s*Learn more: \S+")
_UNKNOWN_TYPE = re.compile(r"Unknown question type '(.*)'")
_QUOTED = re.compile(r"['\"‘“]([^'\"’”]{1,80})['\"’”]")


def problem_of(message: str, workbook: Workbook, severity: Severity) -> Problem:
    """Return the converter's message as a problem, its place found as well as can be."""
    row = _ROW.search(message)
    sheet = _SHEET.search(message)
    column = _COLUMN.search(message)
    where = sheet[1] if sheet else "survey"
    number = int(row[1]) if row else _row_of(message, workbook)
    name = column[1] if column else _guessed_column(message)
    text = _LEARN.sub("", _ROW.sub("", message)).strip()
    return Problem(
        where, number, _heading(workbook, where, number, name),
        _value(workbook, where, number, name), _sentence(text), "", severity,
    )  # fmt: skip


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _guessed_column(message: str) -> str:
    if "question type" in message or "List name" in message or "list name" in message:
        return "type"
    return "name" if "name" in message.lower() else ""


def _row_of(message: str, workbook: Workbook) -> int:
    """Find the row of a message that names none: by the type or name that it quotes."""
    unknown = _UNKNOWN_TYPE.search(message)
    quoted = {unknown[1]} if unknown else set(_QUOTED.findall(message))
    column = "type" if unknown else "name"
    for number, row in enumerate(workbook.rows("survey"), 2):
        if cell(row, column) in quoted:
            return number
    return 0


def _heading(workbook: Workbook, sheet: str, number: int, column: str) -> str:
    rows = workbook.rows(sheet)
    known = column and 2 <= number < len(rows) + 2
    return heading(rows[number - 2], plain_heading(column)) if known else column


def _value(workbook: Workbook, sheet: str, number: int, column: str) -> str:
    rows = workbook.rows(sheet)
    known = column and 2 <= number < len(rows) + 2  # noqa: PLR2004 - the header is row 1
    return cell(rows[number - 2], plain_heading(column)) if known else ""
