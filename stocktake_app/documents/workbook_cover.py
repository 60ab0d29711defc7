"""The first sheet of a workbook: what this is, whose, when, what is inside, how to check it."""

from copy import copy
from dataclasses import dataclass
from typing import Any

from stocktake_app.documents import palette
from stocktake_app.documents.record import Record
from stocktake_app.documents.workbook_cells import CellMaker, row_attributes, set_up_page
from stocktake_app.translations import Translator

LABEL_WIDTH = 34
TEXT_WIDTH = 88
PADDING = 5.0
"""Air around a line, in points."""


@dataclass(frozen=True)
class Contents:
    """A sheet of the workbook, its full title, and how many rows it has under its header."""

    sheet: str
    title: str
    rows: int


def write_cover(sheet: Any, record: Record, contents: list[Contents], _: Translator) -> None:
    """Write the cover into an empty write-only sheet."""
    _set_up(sheet, record)
    cells = CellMaker(sheet, rtl=record.rtl)
    cover = _Cover(sheet, cells)
    if record.notice:
        cover.band(record.notice, palette.AMBER_TINT, bold=True, size=14, color=palette.AMBER)
    cover.band(record.title, palette.NAVY, bold=True, size=20, color=palette.WHITE)
    cover.band(record.subtitle, palette.NAVY, size=12, color=palette.WHITE)
    cover.blank()
    for label, text in record.cover:
        cover.fact(label, text)
    cover.heading(_("What is inside"))
    for one in contents:
        count = _.plural("{n} row", "{n} rows", one.rows).format(n=f"{one.rows:,}")
        cover.link(one.sheet, f"{one.title}: {count}")
    cover.heading(_("How to check this record"))
    if record.verification.fingerprint:
        cover.fact(_("Fingerprint of the signer"), record.verification.fingerprint, name="Consolas")
    if record.verification.record_id:
        cover.fact(_("Number of this record"), record.verification.record_id, name="Consolas")
    for number, step in enumerate(record.verification.steps, 1):
        cover.fact(f"{number}.", step)


def _set_up(sheet: Any, record: Record) -> None:
    sheet.sheet_view.rightToLeft = record.rtl
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = LABEL_WIDTH
    sheet.column_dimensions["B"].width = TEXT_WIDTH
    set_up_page(sheet, "portrait")
    sheet.sheet_properties.tabColor = palette.AMBER if record.notice else palette.BLUE


class _Cover:
    """Writes the cover from top to bottom."""

    def __init__(self, sheet: Any, cells: CellMaker) -> None:
        self._sheet = sheet
        self._cells = cells
        self._row = 1

    def band(self, text: str, fill: str, **font: Any) -> None:
        """Write a line on a coloured ground across both columns."""
        self._sheet.row_dimensions = {
            self._row: {"ht": f"{font['size'] * 2.2:g}", "customHeight": "1"}
        }
        left = self._cells.styled(text, fill=fill, **font)
        left.alignment = _changed(left.alignment, wrap_text=False)
        self._append(left, self._cells.styled("", fill=fill, **font))

    def heading(self, text: str) -> None:
        """Write a small heading with room above it."""
        self.blank()
        self._sheet.row_dimensions = {self._row: row_attributes([], 2 * PADDING)}
        self._append(
            self._cells.styled(text, fill=palette.TINT, bold=True, size=13, color=palette.NAVY),
            self._cells.styled("", fill=palette.TINT),
        )

    def fact(self, label: str, text: str, name: str = "") -> None:
        """Write a label and its text; ``name`` is a font for what is compared letter by letter."""
        cell = self._cells.styled(text, size=11, color=palette.INK)
        if name:
            cell.font = _changed(cell.font, name=name, bold=True)
        texts = [(label, LABEL_WIDTH - 2), (text, TEXT_WIDTH - 4)]
        self._sheet.row_dimensions = {self._row: row_attributes(texts, PADDING)}
        self._append(self._cells.styled(label, size=11, color=palette.MUTED), cell)

    def link(self, sheet: str, text: str) -> None:
        """Write the name of a sheet as a link to it."""
        from openpyxl.worksheet.hyperlink import Hyperlink

        cell = self._cells.styled(sheet, size=11, color=palette.BLUE, underline="single")
        quoted = sheet.replace("'", "''")
        self._sheet.row_dimensions = {self._row: row_attributes([], PADDING)}
        cell.hyperlink = Hyperlink(ref="", location=f"'{quoted}'!A1")
        self._append(cell, self._cells.styled(text, size=11, color=palette.INK))

    def blank(self) -> None:
        """Leave one row free."""
        self._append()

    def _append(self, *cells: Any) -> None:
        self._sheet.append(list(cells))
        self._row += 1


def _changed(style: Any, **values: Any) -> Any:
    """Return a copy of an openpyxl style with other values: its styles are shared."""
    changed = copy(style)
    for name, value in values.items():
        setattr(changed, name, value)
    return changed
