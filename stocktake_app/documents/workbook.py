"""A readable record as an Excel workbook, written row by row.

A cover first, then the record's sheets, then what was too long for one cell. Text is always text:
a formula cannot come in through an answer.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from stocktake_app.documents import palette
from stocktake_app.documents.characters import visible
from stocktake_app.documents.fixed_zip import save_workbook
from stocktake_app.documents.parts import Link, OpenPart, Written
from stocktake_app.documents.record import Cell, Column, Kind, Record, Sheet
from stocktake_app.documents.sheet_names import MAX_CELL_UNITS, SheetNames, pieces, units
from stocktake_app.documents.workbook_cells import CellMaker, row_attributes, set_up_page
from stocktake_app.documents.workbook_cover import Contents, write_cover
from stocktake_app.translations import Translator, translator

if TYPE_CHECKING:
    from openpyxl import Workbook

MAX_ROWS = 1_048_576
PAGE_CHARS = 190
HEADER_PADDING = 12.0
_ROOM_FOR_NOTE = 300


def write_workbook(record: Record, out: BinaryIO) -> None:
    """Write the record as an xlsx file; equal records give equal bytes."""
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    names = SheetNames()
    _ = translator(record.language)
    cover = workbook.create_sheet(names.take(_("Cover")))
    book = _Book(workbook, names, record, _)
    writers = [_SheetWriter(book, sheet) for sheet in record.sheets]
    for index, row in record.rows():
        writers[index].append(row)
    contents = [one for writer in writers for one in writer.finish()] + book.finish()
    write_cover(cover, record, contents, _)
    save_workbook(workbook, out)


def write_parts(record: Record, open_part: OpenPart) -> Written:
    """Write the parts of the record's workbook, sheet by sheet as rows come.

    Equal records give equal names, types, bytes and links. Use it as ``partial(write_parts,
    record)`` wherever ``WriteParts`` is wanted.
    """
    import io
    import zipfile

    from lxml import etree

    out = io.BytesIO()
    write_workbook(record, out)
    archive = zipfile.ZipFile(out)
    kinds = {
        one.get("PartName"): str(one.get("ContentType"))
        for one in etree.fromstring(archive.read("[Content_Types].xml"))
    }
    for name in archive.namelist():
        if f"/{name}" in kinds and not name.startswith("docProps/"):
            open_part(name, kinds[f"/{name}"])(archive.read(name))
    links = tuple(
        Link(str(one.get("Id")), str(one.get("Type")), str(one.get("Target")))
        for one in etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    )
    book = etree.fromstring(archive.read("xl/workbook.xml"))
    sheets = book.findall("{*}sheets/{*}sheet")
    names = {
        f"xl/worksheets/sheet{number}.xml": str(one.get("name"))
        for number, one in enumerate(sheets, 1)
    }
    return Written({"xl/workbook.xml": links}, names)


class _Book:
    """The workbook being written, and its sheet of long texts, made when the first one comes."""

    def __init__(
        self, workbook: "Workbook", names: SheetNames, record: Record, _: Translator
    ) -> None:
        self.record = record
        self._workbook = workbook
        self._names = names
        self._ = _
        self._long: _SheetWriter | None = None

    def new_sheet(self, name: str) -> Any:
        """Make an empty sheet, set up for reading and for printing."""
        sheet = self._workbook.create_sheet(self._names.take(name))
        sheet.sheet_view.rightToLeft = self.record.rtl
        sheet.sheet_view.zoomScale = 100
        set_up_page(sheet, "landscape")
        sheet.oddHeader.center.text = _printable(self.record.notice or self.record.title)
        sheet.oddFooter.center.text = "&P / &N"
        if self.record.notice:
            sheet.sheet_properties.tabColor = palette.AMBER
        return sheet

    def carry_on(self, place: str, column: str, text: str) -> str:
        """Put what does not fit into one cell on the sheet of long texts; return what fits."""
        if self._long is None:
            self._long = _SheetWriter(self, self._long_sheet())
        first, *rest = pieces(text, MAX_CELL_UNITS - _ROOM_FOR_NOTE)
        note = self._("continued on the sheet “{sheet}”, row {row}")
        note = note.format(sheet=self._long.name, row=self._long.next_row)
        for number, piece in enumerate(rest, 2):
            self._long.append((place, column, number, piece))
        return f"{first} … [{note}]"

    def finish(self) -> list[Contents]:
        """Close the sheet of long texts, if there is one."""
        return self._long.finish() if self._long else []

    def _long_sheet(self) -> Sheet:
        _ = self._
        return Sheet(
            _("Long texts"),
            (
                Column(_("Sheet and row"), Kind.TEXT, 26),
                Column(_("Question"), Kind.TEXT, 30),
                Column(_("Part"), Kind.NUMBER, 8),
                Column(_("Text"), Kind.LONG_TEXT, 100),
            ),
        )


class _SheetWriter:
    """Writes one sheet, and goes on with a second when a spreadsheet has no more rows."""

    def __init__(self, book: _Book, sheet: Sheet) -> None:
        self._book = book
        self._definition = sheet
        self._done: list[Contents] = []
        self._begin()

    def _begin(self) -> None:
        sheet = self._sheet = self._book.new_sheet(self._definition.name)
        self.name: str = sheet.title
        self.next_row = 2
        self._cells = CellMaker(sheet, rtl=self._book.record.rtl)
        # The library's own makes a new cell and raises an exception for every cell it is given.
        sheet._values_to_row = _placed  # noqa: SLF001 - half the time of writing
        for number, column in enumerate(self._definition.columns, 1):
            sheet.column_dimensions[_letter(number)].width = column.width
        sheet.freeze_panes = "B2"
        sheet.print_title_rows, sheet.print_title_cols = "1:1", "A:A"
        # A sheet too wide to be read on one page is printed on several side by side.
        total = sum(column.width for column in self._definition.columns)
        sheet.page_setup.fitToWidth = -(-total // PAGE_CHARS)
        titles = [(column.title, column.width - 3) for column in self._definition.columns]
        sheet.row_dimensions = {1: row_attributes(titles, HEADER_PADDING)}
        sheet.append([self._cells.header(title) for title, _width in titles])

    def append(self, row: tuple[Cell, ...]) -> None:
        """Write one row."""
        if self.next_row > MAX_ROWS:
            self._close()
            self._begin()
        columns = self._definition.columns
        texts = [
            (value, column.width)
            for column, value in zip(columns, row, strict=True)
            if isinstance(value, str) and len(value) > column.width
        ]
        # The writer asks for the look of this row only; keeping all would grow with the rows.
        self._sheet.row_dimensions = {self.next_row: row_attributes(texts)}
        # A generator: each cell is written before the next is made, which may be the same object.
        self._sheet.append(self._cell(*pair) for pair in zip(columns, row, strict=True))
        self.next_row += 1

    def finish(self) -> list[Contents]:
        """Close the sheet; return the name and number of rows of every sheet that was needed."""
        self._close()
        return self._done

    def _close(self) -> None:
        last = _letter(len(self._definition.columns))
        self._sheet.auto_filter.ref = f"A1:{last}{max(self.next_row - 1, 1)}"
        self._done.append(Contents(self.name, self._definition.name, self.next_row - 2))

    def _cell(self, column: Column, value: Cell) -> Any:
        if isinstance(value, str) and len(value) * 2 > MAX_CELL_UNITS:
            return self._cells.text(self._shortened(column, visible(value)))
        return self._cells.body(value)

    def _shortened(self, column: Column, text: str) -> str:
        if units(text) <= MAX_CELL_UNITS:
            return text
        return self._book.carry_on(f"{self.name}, {self.next_row}", column.title, text)


def _placed(cells: Iterable[Any], row: int) -> Iterator[Any]:
    """Yield the cells of a row at their places, blank ones left out."""
    for column, cell in enumerate(cells, 1):
        if cell is not None:
            cell.column, cell.row = column, row
            yield cell


def _printable(text: str) -> str:
    """Return text for a printed header, where ``&`` begins a code."""
    return visible(text).replace("&", "&&").replace("\n", " ")[:200]


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(number)
