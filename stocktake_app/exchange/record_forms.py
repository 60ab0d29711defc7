"""How answers to a questionnaire are read: columns, cells and words in the reader's language.

Everything about a form is worked out once; per answer nothing is left but look-ups.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cached_property

from stocktake_app.documents.record import Cell, Column
from stocktake_app.documents.record import Kind as Shown
from stocktake_app.questionnaire.form import Form
from stocktake_app.questionnaire.nodes import Group, Kind, Node, Question, Repeat
from stocktake_app.translations import Translator

Registers = Callable[[str], Mapping[str, str]]
"""Gives the labels of a register's rows by name, in the reader's language."""

MAX_TITLE_CHARS = 120
MAX_LABEL_CHARS = 1_000
MAX_LISTED_CHARS = 100_000
"""Longer labels and lists of choices are cut: a hostile form must not swell what is shown."""

_MAX_KNOWN = 100_000


class AsIs(str):
    """An answer that is shown as it stands, whatever its question asks for."""

    __slots__ = ()


_SHOWN = {
    Kind.LONG_TEXT: (Shown.LONG_TEXT, 60),
    Kind.INTEGER: (Shown.NUMBER, 14),
    Kind.DECIMAL: (Shown.NUMBER, 14),
    Kind.RANGE: (Shown.NUMBER, 14),
    Kind.DATE: (Shown.DATE, 14),
    Kind.TIME: (Shown.TIME, 12),
    Kind.SELECT_MULTIPLE: (Shown.TEXT, 34),
    Kind.SELECT_ONE: (Shown.TEXT, 26),
}
_TEXT = (Shown.TEXT, 30)


@dataclass(frozen=True)
class FormReader:
    """Reads answers to one form in one language."""

    form: Form
    title: str
    registers: Registers
    translate: Translator

    @cached_property
    def _language(self) -> str:
        return self.form.language_of(self.translate.language)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions outside repeats, in the order of the form."""
        return tuple(questions_in(self.form.root))

    @cached_property
    def repeats(self) -> dict[str, tuple[Question, ...]]:
        """The questions of each repeat by the repeat's generic path, inner repeats apart."""
        return {
            path: tuple(questions_in(node))
            for path, node in self.form.nodes.items()
            if isinstance(node, Repeat)
        }

    def label(self, path: str) -> str:
        """Return the label of a question or group as one line, or its name if it has none."""
        label = self._labels.get(path)
        if label is None:
            known = path in self.form.nodes
            words = " ".join(self.form.label(path, self._language).split()) if known else ""
            label = self._labels[path] = words[:MAX_LABEL_CHARS] or path.rpartition("/")[2]
        return label

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {}

    def columns_of(self, questions: Sequence[Question]) -> tuple[Column, ...]:
        """Return the columns of all these questions."""
        return tuple(column for question in questions for column in self.columns(question))

    def columns(self, question: Question) -> tuple[Column, ...]:
        """Return the columns of a question: a moment has two, the second for its offset."""
        title = self.label(question.path)[:MAX_TITLE_CHARS]
        if question.kind is Kind.DATE_TIME:
            offset = Column(self.translate("Offset from UTC"), Shown.TEXT, 12)
            return (Column(title, Shown.MOMENT, 19), offset)
        kind, width = _SHOWN.get(question.kind, _TEXT)
        return (Column(title, kind, width),)

    @cached_property
    def _plans(self) -> dict[str, tuple[dict[str, tuple[int, Question]], tuple[Cell, ...]]]:
        """Per sheet: by path below the row, the first column and the question; and a blank row."""
        return {
            path: self._plan(path, questions)
            for path, questions in {"": self.questions, **self.repeats}.items()
        }

    def _plan(
        self, path: str, questions: Sequence[Question]
    ) -> tuple[dict[str, tuple[int, Question]], tuple[Cell, ...]]:
        places: dict[str, tuple[int, Question]] = {}
        width = 0
        for one in questions:
            places[one.path[len(path) + 1 if path else 0 :]] = (width, one)
            width += len(self.columns(one))
        return places, ("",) * width

    def cells(self, repeat: str, answers: Mapping[str, str]) -> list[Cell]:
        """Return the cells of one row of a repeat (generic path), or of the form itself ("").

        ``answers`` are by the path below the row.
        """
        places, blank = self._plans[repeat]
        found: list[Cell] = list(blank)
        for path, value in answers.items():
            place = places.get(path)
            if place is not None and value:
                first, question = place
                for column, cell in enumerate(self._cells(question, value), first):
                    found[column] = cell
        return found

    def _cells(self, question: Question, value: str) -> tuple[Cell, ...]:
        """Return what stands in a question's columns, as a real date or number where it is one."""
        if question.kind is Kind.DATE_TIME:
            return (value, "") if isinstance(value, AsIs) else _moment(value)
        if isinstance(value, AsIs):
            return (value,)
        read = _READERS.get(question.kind)
        return (read(value) if read else self._words(question, value),)

    def text(self, question: Question, value: str) -> str:
        """Return an answer as a person reads it: labels, a date with the month's name."""
        from babel.dates import format_date

        if isinstance(value, AsIs):
            return value
        if question.kind is Kind.DATE and isinstance(day := _date(value), date):
            return format_date(day, "long", locale=self.translate.locale)
        if question.kind is Kind.TIME and isinstance(clock := _time(value), time):
            return f"{clock:%H:%M}"
        if question.kind is Kind.DATE_TIME:
            moment, offset = _moment(value)
            shown = f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, datetime) else value
            return f"{shown} (UTC{offset})" if offset else shown
        return self._words(question, value)

    def _words(self, question: Question, value: str) -> str:
        if question.kind is Kind.SELECT_ONE:
            return self._choice(question, value)
        if question.kind in {Kind.SELECT_MULTIPLE, Kind.RANK}:
            return self._listed(question, value)
        return value

    def _listed(self, question: Question, value: str) -> str:
        found, room = [], MAX_LISTED_CHARS
        for name in value.split():
            found.append(self._choice(question, name))
            room -= len(found[-1])
            if room < 0:
                return "; ".join([*found, "…"])
        return "; ".join(found)

    def _choice(self, question: Question, name: str) -> str:
        key = (question.path, name)
        label = self._choices.get(key)
        if label is None:
            if len(self._choices) > _MAX_KNOWN:
                self._choices.clear()
            found = self._find_choice(question, name)
            label = self._choices[key] = found[:MAX_LABEL_CHARS] or name
        return label

    @cached_property
    def _choices(self) -> dict[tuple[str, str], str]:
        return {}

    def _find_choice(self, question: Question, name: str) -> str:
        if question.register:
            return self.registers(question.register).get(name, "")
        return self.form.choice_label(question.path, name, self._language)


def questions_in(group: Group) -> Iterator[Question]:
    """Yield the questions that people answer in a group, its own repeats left out."""
    for child in group.children:
        if isinstance(child, Question):
            if child.captured:
                yield child
        elif not isinstance(child, Repeat):
            yield from questions_in(child)


def repeats_in(group: Group) -> Iterator[Repeat]:
    """Yield the repeats in a group that lie in no other repeat, in order."""
    child: Node
    for child in group.children:
        if isinstance(child, Repeat):
            yield child
        elif isinstance(child, Group):
            yield from repeats_in(child)


def _moment(value: str) -> tuple[Cell, Cell]:
    """Return local time and offset of an instant, or the text itself when it is none."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return (value, "")
    return (moment.replace(tzinfo=None, microsecond=0), offset_text(moment))


def offset_text(moment: datetime) -> str:
    """Return the offset from UTC as ``+02:00``, or "" where none is known."""
    return moment.isoformat()[-6:] if moment.tzinfo else ""


def _date(value: str) -> Cell:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return value


def _time(value: str) -> Cell:
    """Return the time of day as it was on the spot."""
    try:
        return time.fromisoformat(value).replace(tzinfo=None, microsecond=0)
    except ValueError:
        return value


def _number(value: str) -> Cell:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return number if number.is_finite() else value


_READERS: Mapping[Kind, Callable[[str], Cell]] = {
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.INTEGER: _number,
    Kind.DECIMAL: _number,
    Kind.RANGE: _number,
}
