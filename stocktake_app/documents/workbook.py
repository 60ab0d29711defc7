"""A readable record as an Excel workbook, written row by row.

A cover first, then the record's sheets, then what was too long for one cell. Text is always text:
a formula cannot come in through an answer. The XML is our own: no library writes these looks while
rows of several sheets come mixed, and the fastest way of the one that was used took eight times as
long (``benchmarks/sheets.py``).
"""

from functools import partial
from typing import BinaryIO, NamedTuple

from stocktake_app.documents import palette
from stocktake_app.documents.characters import visible
from stocktake_app.documents.parts import OpenPart, TakeBytes, Written
from stocktake_app.documents.record import Cell, Column, Kind, Record, Sheet
from stocktake_app.documents.sheet_names import MAX_CELL_UNITS, SheetNames, pieces, units
from stocktake_app.documents.workbook_cells import (
    Body,
    ColumnXml,
    TextPart,
    header_look,
    lines_of,
    row_start,
    styled_row,
)
from stocktake_app.documents.workbook_cover import Contents, cover_frame, write_cover
from stocktake_app.documents.workbook_file import save_workbook
from stocktake_app.documents.workbook_looks import Looks
from stocktake_app.documents.workbook_xml import (
    SHEET_TYPE,
    STYLES,
    STYLES_TYPE,
    WORKBOOK,
    WORKBOOK_TYPE,
    SheetEntry,
    SheetFrame,
    sheet_part,
    workbook_links,
    workbook_part,
)
from stocktake_app.translations import Translator, translator

MAX_ROWS = 1_048_576
PAGE_CHARS = 190
HEADER_PADDING = 12.0
_ROOM_FOR_NOTE = 300


def write_workbook(record: Record, out: BinaryIO) -> None:
    """Write the record as an xlsx file; equal records give equal bytes."""
    save_workbook(partial(write_parts, record), out)


def write_parts(record: Record, open_part: OpenPart) -> Written:
    """Write the parts of the record's workbook, sheet by sheet as rows come.

    Equal records give equal names, types, bytes and links. Use it as ``partial(write_parts,
    record)`` wherever ``WriteParts`` is wanted.
    """
    book = _Book(record, open_part, translator(record.language))
    writers = [_SheetWriter(book, sheet) for sheet in record.sheets]
    for index, row in record.rows():
        writers[index].append(row)
    return book.finish([one for writer in writers for one in writer.finish()])


class _Place(NamedTuple):
    """A sheet that was begun: its part, its name, and what takes its bytes."""

    part: str
    name: str
    take: TakeBytes


class _Book:
    """The workbook being written: its sheets, its looks, and its sheet of long texts."""

    def __init__(self, record: Record, open_part: OpenPart, _: Translator) -> None:
        self.record = record
        self.looks = Looks()
        self.body = Body(self.looks, rtl=record.rtl)
        self.header = self.looks.number(header_look(rtl=record.rtl))
        self._open = open_part
        self._names = SheetNames()
        self._ = _
        self._places: list[_Place] = []
        self._entries: dict[str, SheetEntry] = {}
        self._long: _SheetWriter | None = None
        self._cover = self.begin(_("Cover"))

    def begin(self, wanted: str) -> _Place:
        """Begin a sheet; sheets stand in the order in which they are begun."""
        part = sheet_part(len(self._places) + 1)
        place = _Place(part, self._names.take(wanted), self._open(part, SHEET_TYPE))
        self._places.append(place)
        return place

    def end(self, place: _Place, frame: SheetFrame, last_row: int) -> None:
        """Note what the workbook says of a sheet that is whole."""
        self._entries[place.part] = SheetEntry(place.part, place.name, frame, last_row)

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

    def finish(self, contents: list[Contents]) -> Written:
        """Close the sheet of long texts, then write the cover, the looks and the list of sheets."""
        contents = contents + (self._long.finish() if self._long else [])
        write_cover(self._cover.take, self.record, contents, self.looks, self._)
        self.end(self._cover, cover_frame(self.record), 1)
        entries = [self._entries[place.part] for place in self._places]
        self._open(STYLES, STYLES_TYPE)(self.looks.part)
        self._open(WORKBOOK, WORKBOOK_TYPE)(workbook_part(entries))
        names = {place.part: place.name for place in self._places}
        return Written({WORKBOOK: workbook_links(entries)}, names)

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
        self._columns = [
            ColumnXml(number, column, book.body) for number, column in enumerate(sheet.columns, 1)
        ]
        self._frame = _table_frame(book.record, sheet)
        self._begin()

    @property
    def name(self) -> str:
        """The name of the sheet that is being written."""
        return self._place.name

    def append(self, row: tuple[Cell, ...]) -> None:
        """Write one row."""
        if self.next_row > MAX_ROWS:
            self._close()
            self._begin()
        number, lines = self.next_row, 1
        cells = []
        for column, value in zip(self._columns, row, strict=True):
            if value is None or value == "":
                continue
            if isinstance(value, str) and (len(value) > column.width or "\n" in value):
                lines = max(lines, lines_of(value, column.width))
                cells.append(column.long_cell(self._fitting(column.title, value), number))
            else:
                cells.append(column.cell(value, number))
        self._part.write(f"{row_start(number, lines)}{''.join(cells)}</row>")
        self.next_row += 1

    def finish(self) -> list[Contents]:
        """Close the sheet; return the name and number of rows of every sheet that was needed."""
        self._close()
        return self._done

    def _begin(self) -> None:
        self._place = self._book.begin(self._definition.name)
        self._part = TextPart(self._place.take)
        self.next_row = 2
        columns = self._definition.columns
        lines = max((lines_of(one.title, one.width - 3) for one in columns), default=1)
        titles = [(column.title, self._book.header) for column in columns]
        start = row_start(1, lines, HEADER_PADDING)
        self._part.write(f"{self._frame.head}{styled_row(start, 1, titles)}")

    def _close(self) -> None:
        last = self.next_row - 1
        self._part.write(self._frame.tail(last))
        self._part.flush()
        self._book.end(self._place, self._frame, last)
        self._done.append(Contents(self.name, self._definition.name, last - 1))

    def _fitting(self, title: str, value: str) -> str:
        if len(value) * 2 <= MAX_CELL_UNITS:
            return value
        text = visible(value)
        if units(text) <= MAX_CELL_UNITS:
            return text
        return self._book.carry_on(f"{self.name}, {self.next_row}", title, text)


def _table_frame(record: Record, sheet: Sheet) -> SheetFrame:
    widths = tuple(column.width for column in sheet.columns)
    # A sheet too wide to be read on one page is printed on several side by side.
    return SheetFrame(
        widths,
        record.rtl,
        palette.AMBER if record.notice else "",
        header=record.notice or record.title,
        pages=max(1, -(-sum(widths) // PAGE_CHARS)),
    )
