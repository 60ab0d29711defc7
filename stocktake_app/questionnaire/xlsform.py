"""XLSForm (Markdown, xls, xlsx, csv) or XForm file to XForm XML, with every fault placed."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from stocktake_app.questionnaire.checks import check
from stocktake_app.questionnaire.form import NOT_CAPTURED, Fault, Form, read_form
from stocktake_app.questionnaire.kobo import expand_kobo
from stocktake_app.questionnaire.problems import Problem, Severity
from stocktake_app.questionnaire.pyxform_messages import problem_of
from stocktake_app.questionnaire.repairs import repair
from stocktake_app.questionnaire.sheets import (
    Workbook,
    cell,
    file_kind,
    heading,
    read_workbook,
)
from stocktake_app.questionnaire.xml_tree import BadFormError

_OF_NO_CONCERN = ("max-pixels", "on most devices", "machine-readable codes")
"""Remarks of the converter about telephones and servers."""


@dataclass(frozen=True)
class Conversion:
    """The XForm (None when the form cannot be opened) and every problem found, repairs included."""

    xform: bytes | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems for which the form is refused."""
        return tuple(one for one in self.problems if one.severity is Severity.ERROR)


def convert(data: bytes, name: str) -> Conversion:
    """Convert a questionnaire file; ``name`` is the file's name. Never raises for bad content."""
    kind = file_kind(data, name)
    if kind == ".xml":
        return _judged(data, None, [])
    workbook = read_workbook(data, kind)
    if isinstance(workbook, Problem):
        return Conversion(None, (workbook,))
    problems = _misnamed(kind, name)
    problems += expand_kobo(workbook)
    problems += repair(workbook)
    converted = _pyxform(workbook, PurePath(name).stem)
    if isinstance(converted, str):
        return Conversion(None, (*problems, *_refusals(converted, workbook)))
    xform, remarks = converted
    problems += [
        problem_of(one, workbook, Severity.WARNING)
        for one in remarks
        if not any(phrase in one for phrase in _OF_NO_CONCERN)
    ]
    return _judged(xform, workbook, problems)


def _misnamed(kind: str, name: str) -> list[Problem]:
    suffix = PurePath(name).suffix.lower()
    if {kind, suffix} != {".xls", ".xlsx"}:
        return []
    message = f"the file is named {suffix} but is a {kind} file."
    return [Problem("", 0, "file", name, message, f"It is read as {kind}.", Severity.REPAIRED)]


def _pyxform(workbook: Workbook, fallback_name: str) -> tuple[bytes, list[str]] | str:
    """Return the XForm and the converter's remarks, or why it refuses."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert as convert_with_pyxform

    remarks: list[str] = []
    try:
        made = convert_with_pyxform(
            workbook.for_pyxform(fallback_name), warnings=remarks, validate=False
        )
    except PyXFormError as error:
        return str(error)
    except RecursionError:
        return "The form is nested too deep."
    except Exception as error:  # noqa: BLE001 - faulty forms end pyxform in any way
        return f"The form cannot be converted ({type(error).__name__}: {error})."
    return made.xform.encode(), [str(one) for one in remarks]


def _refusals(message: str, workbook: Workbook) -> list[Problem]:
    """Return our own findings, and the converter's unless they say the same."""
    own = check(workbook)
    if own and not own[0].row:
        return own
    theirs = problem_of(message, workbook, Severity.ERROR)
    if any((one.sheet, one.row) == (theirs.sheet, theirs.row) for one in own):
        return own
    return [theirs, *own]


def _judged(xform: bytes, workbook: Workbook | None, problems: list[Problem]) -> Conversion:
    """Load the form to find the faults of its rules."""
    try:
        form = read_form(xform)
    except BadFormError as error:
        return Conversion(None, (*problems, Problem("", 0, "file", "", str(error))))
    rows = _rows_of_paths(workbook) if workbook else {}
    problems = problems + [_placed(fault, workbook, rows) for fault in form.faults]
    problems += _not_captured(form, rows)
    if not any(question.has_control for question in form.questions()):
        problems.append(Problem("survey", 0, "", "", "the form asks nothing.", "Add questions."))
    problems = list(dict.fromkeys(problems))
    refused = any(one.severity is Severity.ERROR for one in problems)
    return Conversion(None if refused else xform, tuple(problems))


def _rows_of_paths(workbook: Workbook) -> dict[str, int]:
    """Return the survey row (counted with the header) of every path."""
    found: dict[str, int] = {}
    groups: list[str] = []
    for number, row in enumerate(workbook.rows("survey"), 2):
        kind = cell(row, "type").replace("_", " ").lower()
        if kind.startswith("end "):
            del groups[-1:]
            continue
        path = "/".join([*groups, cell(row, "name")])
        found.setdefault(path, number)
        if kind.startswith("begin "):
            groups.append(cell(row, "name"))
    return found


def _placed(fault: Fault, workbook: Workbook | None, rows: dict[str, int]) -> Problem:
    number = rows.get(fault.path, 0)
    advice = "Correct the expression." if fault.severity is Severity.ERROR else ""
    if workbook is None or not number:
        column = f"{fault.path} {fault.aspect}".strip()
        return Problem("form", 0, column, fault.expression, fault.message, advice, fault.severity)
    row = workbook.rows("survey")[number - 2]
    column = heading(row, str(fault.aspect))
    value = cell(row, str(fault.aspect)) or fault.expression
    return Problem("survey", number, column, value, fault.message, advice, fault.severity)


def _not_captured(form: Form, rows: dict[str, int]) -> Iterable[Problem]:
    for question in form.questions():
        if question.kind in NOT_CAPTURED:
            number = rows.get(question.path, 0)
            message = f"{question.kind} answers cannot be captured; the question is shown only."
            place = ("survey", number, "type") if number else ("form", 0, question.path)
            yield Problem(*place, str(question.kind), message, "", Severity.WARNING)
