"""Cells of a workbook: real types, looks, and text that never becomes a formula."""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from stocktake_app.documents import palette
from stocktake_app.documents.characters import visible
from stocktake_app.documents.record import Cell, Kind
from stocktake_app.documents.sheet_names import escaped

if TYPE_CHECKING:
    from openpyxl.cell import Cell as SheetCell

FONT = "Calibri"
A4 = 9
"""ECMA-376's number for the paper size."""

FORMULA_LIKE = ("=", "+", "-", "@", "\t")
LINE_POINTS = 15.0
MAX_ROW_POINTS = 409.0
"""Excel's limit."""

RowLook = dict[str, str]
"""Attributes of a row element: ``ht`` in points and ``customHeight``."""

MAX_PRECISE_DIGITS = 15
FIRST_TRUE_DATE = date(1900, 3, 1)
"""Spreadsheets believe in a 29 February 1900; earlier dates stay text."""

_FORMATS = {
    Kind.DATE: "yyyy-mm-dd",
    Kind.TIME: "hh:mm",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
    Kind.NUMBER: "General",
}


def set_up_page(sheet: Any, orientation: str) -> None:
    """Make a sheet print on A4, as wide as one page."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def row_attributes(texts: Iterable[tuple[str, int]], padding: float = 0.0) -> RowLook:
    """Return the height of a row that holds these texts in columns of these widths (characters).

    LibreOffice does not fit rows to wrapped text by itself. One-line rows without
    ``padding`` (points) keep the standard height.
    """
    lines = max((_lines(text, width) for text, width in texts), default=1)
    if lines == 1 and not padding:
        return {}
    height = min(lines * LINE_POINTS + 2 + padding, MAX_ROW_POINTS)
    return {"ht": f"{height:g}", "customHeight": "1"}


def _lines(text: str, width: int) -> int:
    if len(text) <= width and "\n" not in text:
        return 1
    return sum(1 + len(line) // max(width, 1) for line in text.split("\n"))


class CellMaker:
    """Makes the cells of one sheet. A cell is used again for the next row of its column.

    The writer has written a row before it asks for the next, so one cell per look is enough.
    """

    def __init__(self, sheet: Any, *, rtl: bool) -> None:
        self._sheet = sheet
        self._rtl = rtl
        self._cells: dict[object, SheetCell] = {}

    def body(self, value: Cell) -> "SheetCell | None":
        """Return the cell of an answer, or None for a blank one."""
        if value is None or value == "":
            return None
        kind = _kind_of(value)
        if kind is None:
            return self.text(visible(str(value)))
        cell = self._cells.get(kind)
        if cell is None:
            cell = self._cells[kind] = self._new(_FORMATS[kind], ruled=True)
        cell.value = value
        return cell

    def text(self, text: str) -> "SheetCell":
        """Return a cell with exactly this text (already ``visible``), whatever it looks like."""
        quoted = text.startswith(FORMULA_LIKE)
        cell = self._cells.get(("text", quoted))
        if cell is None:
            cell = self._cells["text", quoted] = self._new(wrap=True, quoted=quoted, ruled=True)
        return _say(cell, text)

    def header(self, text: str) -> "SheetCell":
        """Return a cell of the header row."""
        return self.styled(text, bold=True, color=palette.WHITE, fill=palette.NAVY, size=11)

    def styled(self, text: str, *, fill: str = "", **font: Any) -> "SheetCell":
        """Return a new cell with a look of its own; ``font`` as openpyxl's Font takes it."""
        from openpyxl.styles import Font, PatternFill

        cell = self._new(wrap=True, centred=True)
        cell.font = Font(name=FONT, **font)
        if fill:
            cell.fill = PatternFill("solid", fgColor=fill)
        return _say(cell, visible(text))

    def _new(
        self,
        number_format: str = "General",
        *,
        wrap: bool = False,
        quoted: bool = False,
        centred: bool = False,
        ruled: bool = False,
    ) -> "SheetCell":
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Alignment, Border, Side

        cell = WriteOnlyCell(self._sheet)
        cell.number_format = number_format
        # Text keeps clear of the number in the next column; an indent needs a side to count from.
        cell.alignment = Alignment(
            horizontal=("right" if self._rtl else "left") if wrap else "general",
            vertical="center" if centred else "top",
            wrap_text=wrap,
            indent=1 if wrap else 0,
            readingOrder=2 if self._rtl and wrap else 0,
        )
        if ruled:
            cell.border = Border(bottom=Side("thin", color=palette.RULE))
        if quoted:
            cell.quotePrefix = True
        return cell


def _say(cell: "SheetCell", text: str) -> "SheetCell":
    # Set as ``value`` the library would take "=1+1" for a formula and "#N/A" for an error.
    cell._value = escaped(text)  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    cell.data_type = "s"
    return cell


def _kind_of(value: Cell) -> Kind | None:
    """Return the kind of a value that a spreadsheet can hold exactly, or None for text."""
    match value:
        case datetime():
            return Kind.MOMENT if value.date() >= FIRST_TRUE_DATE else None
        case date():
            return Kind.DATE if value >= FIRST_TRUE_DATE else None
        case time():
            return Kind.TIME
        case int() | Decimal() if len(str(value).strip("-").replace(".", "")) <= MAX_PRECISE_DIGITS:
            return Kind.NUMBER
        case _:
            return None
