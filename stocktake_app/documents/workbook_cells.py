"""Cells and rows of a workbook as XML: real types, and text that never becomes a formula.

A row costs a few string operations per cell: what is the same for all cells of a column is made
once, and text without anything special is written as it is.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from stocktake_app.documents import palette
from stocktake_app.documents.characters import visible
from stocktake_app.documents.parts import TakeBytes
from stocktake_app.documents.record import Cell, Column
from stocktake_app.documents.sheet_names import escaped
from stocktake_app.documents.workbook_looks import GENERAL, Font, Look, Looks
from stocktake_app.documents.workbook_xml import column_letters, escape

FORMULA_LIKE = ("=", "+", "-", "@", "\t")
LINE_POINTS = 15.0
MAX_ROW_POINTS = 409.0
"""Excel's limit."""

MAX_PRECISE_DIGITS = 15
PRECISE = 10**MAX_PRECISE_DIGITS
MAX_EXPONENT = 300
"""Of ten; a little beyond it a spreadsheet's numbers end."""

_DAY_ZERO = date(1899, 12, 30).toordinal()
_FIRST_TRUE_DAY = date(1900, 3, 1).toordinal() - _DAY_ZERO
"""Spreadsheets believe in a 29 February 1900; earlier dates stay text."""

_DAY_SECONDS = 86_400
_CHUNK_CHARS = 128 * 1024

MAX_KNOWN = 500
"""How many different values of a column are remembered as they are written."""

_REPEATED = frozenset({str, date})
"""Types of values that often come again: labels of choices, days."""


_FORMATS: Mapping[type, str] = {
    int: GENERAL,
    Decimal: GENERAL,
    date: "yyyy-mm-dd",
    datetime: "yyyy-mm-dd hh:mm",
    time: "hh:mm",
}


class TextPart:
    """Gathers the text of a part and gives it on as bytes, in pieces that are worth packing."""

    def __init__(self, take: TakeBytes) -> None:
        self._take = take
        self._pieces: list[str] = []
        self._chars = 0

    def write(self, text: str) -> None:
        """Add text."""
        self._pieces.append(text)
        self._chars += len(text)
        if self._chars > _CHUNK_CHARS:
            self.flush()

    def flush(self) -> None:
        """Give on what was gathered."""
        self._take("".join(self._pieces).encode())
        self._pieces.clear()
        self._chars = 0


class Body:
    """The numbers of the looks that cells below a header have."""

    def __init__(self, looks: Looks, *, rtl: bool) -> None:
        text = Look(text=True, wrapped=True, ruled=True, rtl=rtl)
        self.text = looks.number(text)
        self.quoted = looks.number(Look(text=True, wrapped=True, ruled=True, rtl=rtl, quoted=True))
        self.numbers = {
            kind: looks.number(Look(ruled=True, number_format=code))
            for kind, code in _FORMATS.items()
        }


def header_look(*, rtl: bool) -> Look:
    """Return the look of a table's header."""
    font = Font(color=palette.WHITE, bold=True)
    return Look(font, fill=palette.NAVY, text=True, wrapped=True, centred=True, rtl=rtl)


class ColumnXml:
    """Writes the cells of one column of a table; ``number`` counts from 1."""

    def __init__(self, number: int, column: Column, body: Body) -> None:
        self.title = column.title
        self.width = column.width
        self._body = body
        self._place = f'<c r="{column_letters(number)}'
        self._text = f'" s="{body.text}" t="inlineStr"><is><t>'
        self._known: dict[Cell, str] = {}

    def cell(self, value: Cell, row: int) -> str:
        """Return the element of a short value that is not blank, in this row."""
        tail = self._known.get(value) if value.__class__ in _REPEATED else None
        if tail is None:
            tail = self._tail(value)
            if value.__class__ in _REPEATED and len(self._known) < MAX_KNOWN:
                self._known[value] = tail
        return f"{self._place}{row}{tail}"

    def long_cell(self, text: str, row: int) -> str:
        """Return the element of a text that hardly comes twice, in this row."""
        return f"{self._place}{row}{self._tail(text)}"

    def _tail(self, value: Cell) -> str:
        """Return what stands behind the row's number."""
        if isinstance(value, str) and is_plain(value):
            return f"{self._text}{value}</t></is></c>"
        write = _NUMBERS.get(value.__class__)
        number = write(value) if write else None
        if number is None:
            return self._special(visible(str(value)))
        return f'" s="{self._body.numbers[value.__class__]}"><v>{number}</v></c>'

    def _special(self, text: str) -> str:
        look = self._body.quoted if text.startswith(FORMULA_LIKE) else self._body.text
        return f'" s="{look}" t="inlineStr">{inline(text)}</c>'


def is_plain(text: str) -> bool:
    """Whether a text that is not empty stands in a cell exactly as it is."""
    return (
        text.isprintable()
        and text[0] not in "=+-@ "
        and text[-1] != " "
        and "&" not in text
        and "<" not in text
        and ">" not in text
        and "_x" not in text
    )


def inline(text: str) -> str:
    """Return the element of text that is ``visible`` already, or nothing for no text."""
    if not text:
        return ""
    space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f"<is><t{space}>{escape(escaped(text))}</t></is>"


def _integer(value: int) -> int | None:
    return value if abs(value) < PRECISE else None


def _decimal(value: Decimal) -> Decimal | None:
    """Return a number as it is written, unless a spreadsheet, with 15 digits, would change it."""
    if not value.is_finite() or abs(value.adjusted()) > MAX_EXPONENT:
        return None
    digits = str(value).strip("-").replace(".", "")
    return value if len(digits) <= MAX_PRECISE_DIGITS else None


def _date(value: date) -> int | None:
    day = value.toordinal() - _DAY_ZERO
    return day if day >= _FIRST_TRUE_DAY else None


def _moment(value: datetime) -> float | None:
    day = _date(value)
    return None if day is None else day + _time(value)


def _time(value: time | datetime) -> float:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return (seconds + value.microsecond / 1_000_000) / _DAY_SECONDS


_NUMBERS: Mapping[type, Callable[[Any], object]] = {
    int: _integer,
    Decimal: _decimal,
    date: _date,
    datetime: _moment,
    time: _time,
}
"""How a spreadsheet holds a value of each type exactly; None says that it cannot."""


def row_start(number: int, lines: int = 1, padding: float = 0.0) -> str:
    """Return the beginning of a row of so many lines; ``padding`` is in points.

    LibreOffice does not fit rows to wrapped text by itself. One-line rows without ``padding``
    keep the standard height.
    """
    if lines == 1 and not padding:
        return f'<row r="{number}">'
    return high_row(number, lines * LINE_POINTS + 2 + padding)


def high_row(number: int, points: float) -> str:
    """Return the beginning of a row of this height."""
    return f'<row r="{number}" ht="{min(points, MAX_ROW_POINTS):g}" customHeight="1">'


def lines_of(text: str, width: int) -> int:
    """Return how many lines a text takes in a column of this width (characters)."""
    if "\n" not in text:
        return 1 if len(text) <= width else 1 + len(text) // max(width, 1)
    return sum(lines_of(line, width) for line in text.split("\n"))


def styled_row(start: str, number: int, cells: Iterable[tuple[str, int]]) -> str:
    """Return a row of texts with the numbers of their looks, from the first column on."""
    elements = "".join(
        f'<c r="{column_letters(place)}{number}" s="{look}" t="inlineStr">'
        f"{inline(visible(text))}</c>"
        if text
        else f'<c r="{column_letters(place)}{number}" s="{look}"/>'
        for place, (text, look) in enumerate(cells, 1)
    )
    return f"{start}{elements}</row>"
