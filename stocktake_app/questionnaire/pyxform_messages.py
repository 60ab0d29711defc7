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

FIRST_ROW = 2
"""The row below the headings, which are row 1."""


def problem_of(message: str, workbook: Workbook, severity: Severity) -> Problem:
    """Return the converter's message as a problem, its place found as well as can be."""
    row = _ROW.search(message)
    sheet = _SHEET.search(message)
    column = _COLUMN.search(message)
    where = sheet[1] if sheet else "survey"
    number = int(row[1]) if row else _row_of(message, workbook)
    name = column[1] if column else _guessed_column(message)
    text = _LEARN.sub("", _ROW.sub("", message)).strip()
    shown, value = _found(workbook, where, number, name)
    return Problem(where, number, shown, value, _sentence(text), "", severity)


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


def _found(workbook: Workbook, sheet: str, number: int, column: str) -> tuple[str, str]:
    """Return a column's heading as the sheet has it, and what stands there."""
    rows = workbook.rows(sheet)
    if not column or not FIRST_ROW <= number < len(rows) + FIRST_ROW:
        return column, ""
    row, name = rows[number - FIRST_ROW], plain_heading(column)
    return heading(row, name), cell(row, name)
