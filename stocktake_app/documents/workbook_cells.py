"""Cells and rows of a workbook as XML: real types, and text that never becomes a formula.

A row costs a few string operations per cell: what is the same for all cells of a column is made
once, and text without anything special is written as it is.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal

from stocktake_app.documents import palette
from stocktake_app.documents.characters import visible
from stocktake_app.documents.parts import TakeBytes
from stocktake_app.documents.record import Cell, Column
from stocktake_app.documents.sheet_names import escaped
from stocktake_app.documents.workbook_looks import Font, Look, Looks
from stocktake_app.documents.workbook_xml import column_letters, escape

FORMULA_LIKE = ("=", "+", "-", "@", "\t")
LINE_POINTS = 15.0
MAX_ROW_POINTS = 409.0
"""Excel's limit."""

MAX_PRECISE_DIGITS = 15
MAX_EXPONENT = 300
"""Of ten; a little beyond it a spreadsheet's numbers end."""

FIRST_TRUE_DATE = date(1900, 3, 1)
"""Spreadsheets believe in a 29 February 1900; earlier dates stay text."""

_DAY_ZERO = date(1899, 12, 30).toordinal()
_DAY_SECONDS = 86_400
_CHUNK_CHARS = 128 * 1024
_TEXT_END = "</t></is></c>"


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
        self.number = looks.number(Look(ruled=True))
        self.date = looks.number(Look(ruled=True, number_format="yyyy-mm-dd"))
        self.time = looks.number(Look(ruled=True, number_format="hh:mm"))
        self.moment = looks.number(Look(ruled=True, number_format="yyyy-mm-dd hh:mm"))


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

    def cell(self, value: Cell, row: int) -> str:
        """Return the element of a value that is not blank, in this row."""
        if value.__class__ is str and is_plain(value):
            return f"{self._place}{row}{self._text}{value}{_TEXT_END}"
        found = self._number(value)
        if found is None:
            return self._special(visible(str(value)), row)
        look, number = found
        return f'{self._place}{row}" s="{look}"><v>{number}</v></c>'

    def _special(self, text: str, row: int) -> str:
        look = self._body.quoted if text.startswith(FORMULA_LIKE) else self._body.text
        return f'{self._place}{row}" s="{look}" t="inlineStr">{inline(text)}</c>'

    def _number(self, value: Cell) -> tuple[int, object] | None:
        """Return look and number of what a spreadsheet can hold exactly, or None for text."""
        match value:
            case datetime() if value.date() >= FIRST_TRUE_DATE:
                return self._body.moment, _day(value) + _fraction(value.time())
            case date() if not isinstance(value, datetime) and value >= FIRST_TRUE_DATE:
                return self._body.date, _day(value)
            case time():
                return self._body.time, _fraction(value)
            case int() | Decimal() if is_precise(value):
                return self._body.number, value
        return None


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


def is_precise(value: int | Decimal) -> bool:
    """Whether a spreadsheet, which knows 15 digits, keeps a number as it is written."""
    if isinstance(value, Decimal) and not (
        value.is_finite() and abs(value.adjusted()) < MAX_EXPONENT
    ):
        return False
    return len(str(value).strip("-").replace(".", "")) <= MAX_PRECISE_DIGITS


def _day(value: date) -> int:
    return value.toordinal() - _DAY_ZERO


def _fraction(value: time) -> float:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return (seconds + value.microsecond / 1_000_000) / _DAY_SECONDS


def row_start(number: int, lines: int = 1, padding: float = 0.0) -> str:
    """Return the beginning of a row of so many lines; ``padding`` is in points.

    LibreOffice does not fit rows to wrapped text by itself. One-line rows without ``padding``
    keep the standard height.
    """
    if lines == 1 and not padding:
        return f'<row r="{number}">'
    height = min(lines * LINE_POINTS + 2 + padding, MAX_ROW_POINTS)
    return high_row(number, height)


def high_row(number: int, points: float) -> str:
    """Return the beginning of a row of this height."""
    return f'<row r="{number}" ht="{points:g}" customHeight="1">'


def lines_of(text: str, width: int) -> int:
    """Return how many lines a text takes in a column of this width (characters)."""
    if len(text) <= width and "\n" not in text:
        return 1
    return sum(1 + len(line) // max(width, 1) for line in text.split("\n"))


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
