"""Questionnaires: which are on offer, and whether a file would open."""

import csv
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from stocktake_app.actions.result import Result
from stocktake_app.errors import UserFileError, WrongUseError
from stocktake_app.questionnaire.form import Form, Question, load_form
from stocktake_app.questionnaire.library import shipped_forms, xform_of
from stocktake_app.questionnaire.problems import Problem
from stocktake_app.questionnaire.xlsform import convert
from stocktake_app.settings import MAX_FORM_BYTES, resource

TITLES = "resources/registers/questionnaires.csv"


@dataclass(frozen=True)
class OfferedForm(Result):
    """A questionnaire that can be filled: its key (``regional``), title and what it is for.

    ``register`` says that it keeps a reference list, which only HQ publishes.
    """

    key: str
    title: str
    description: str
    register: bool


@dataclass(frozen=True)
class FormCheck(Result):
    """Whether a questionnaire file opens, and every problem found in it."""

    opens: bool
    title: str
    questions: int
    problems: tuple[Problem, ...]

    def as_json(self) -> dict[str, object]:
        """Return the check with its problems as objects."""
        return {
            "opens": self.opens,
            "title": self.title,
            "questions": self.questions,
            "problems": [asdict(problem) for problem in self.problems],
        }


def offered(language: str = "en") -> tuple[OfferedForm, ...]:
    """Return the shipped questionnaires in their usual order, titled in a language.

    Nothing is converted for it: titles stand in a register beside the forms.
    """
    keys = {form.key for form in shipped_forms()}
    with resource(TITLES).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["name"] in keys]
    return tuple(
        OfferedForm(
            key=row["name"],
            title=row.get(f"label_{language}") or row["label"],
            description=row.get(f"description_{language}") or row["description"],
            register=row["kind"] == "register",
        )
        for row in rows
    )


def xform_by_key(key: str) -> bytes:
    """Return the XForm of a shipped questionnaire, or of an XLSForm file of that name.

    Raises:
        WrongUseError: there is neither.
        UserFileError: the file has faults.
    """
    shipped = {form.key: form.path for form in shipped_forms()}
    if key in shipped:
        return xform_of(shipped[key])
    path = Path(key)
    if not path.is_file():
        raise WrongUseError(f"there is no form {key!r}. Shipped are: {', '.join(sorted(shipped))}")
    if path.stat().st_size > MAX_FORM_BYTES:
        raise UserFileError(f"{key} is larger than {MAX_FORM_BYTES // 2**20} MB")
    conversion = convert(path.read_bytes(), path.name)
    if conversion.xform is None:
        raise UserFileError(f"{key} cannot be used: {conversion.problems[0]}")
    return conversion.xform


def check(data: bytes, name: str) -> FormCheck:
    """Say whether a questionnaire file opens; every problem by sheet, row and column."""
    conversion = convert(data, name)
    if conversion.xform is None:
        return FormCheck(opens=False, title=name, questions=0, problems=conversion.problems)
    form = load_form(conversion.xform)
    questions = sum(isinstance(node, Question) for node in form.nodes.values())
    return FormCheck(
        opens=True, title=form.title, questions=questions, problems=conversion.problems
    )


@lru_cache(maxsize=16)
def form_of(xform: bytes) -> Form:
    """Load a form once; the last sixteen are kept."""
    return load_form(xform)
