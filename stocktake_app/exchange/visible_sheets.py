"""The sheets of a workbook against those that its seals make: by hash, and then cell by cell.

Of a signed file the hashes in its signature say whether anything differs. Only then, and of a file
that somebody saved again always, the sheets are read, row by row, the file's and ours side by side.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from mmap import mmap

from stocktake_app.documents.parts import TakeBytes, WriteParts
from stocktake_app.documents.record import Record
from stocktake_app.exchange.contents import Limits
from stocktake_app.exchange.ooxml_signature import read_signature
from stocktake_app.exchange.opc import Archive, read_archive
from stocktake_app.exchange.visible_cells import (
    BadSheetError,
    BookSheet,
    RowReader,
    SheetRow,
    read_book,
    read_shared,
    rows_of_sheet,
    same_content,
)
from stocktake_app.exchange.visible_limits import (
    MAX_NAMED,
    Difference,
    VisibleCheck,
    differs,
    shortened,
)
from stocktake_app.exchange.xlsx_package import digest_readable
from stocktake_app.exchange.xlsx_parts import CUSTOM, SIGNATURE

THE_SHEET = "(this sheet)"
HIDDEN_ROW = "(hidden)"
SAME = VisibleCheck("same")

_ITEM = re.compile(r"customXml/item[0-9]+\.xml")
_SHEET = "xl/worksheets/"


def compare_sheets(
    data: bytes | mmap, record: Record, limits: Limits, *, saved_again: bool
) -> VisibleCheck:
    """Compare the sheets in a file with those of this record.

    Raises:
        NotCheckedError: past a limit.
        AlteredFileError: the file is not what the verifier has seen.
    """
    from stocktake_app.documents.workbook import write_parts

    archive = read_archive(data, limits)
    readable: WriteParts = partial(write_parts, record)
    if saved_again:
        found = _named(archive, readable, None)
        return differs(found) if found else SAME
    odd = _odd_parts(archive, readable, limits)
    return differs(_named(archive, readable, odd) or [_unnamed(odd)]) if odd else SAME


def _odd_parts(archive: Archive, readable: WriteParts, limits: Limits) -> set[str]:
    """Return the parts that are not as the seals make them, missing ones and added ones too."""
    signed = read_signature(archive.read(SIGNATURE, limits.parsed_bytes)).parts
    items = sum(1 for one in signed if _ITEM.fullmatch(one.name))
    ours = set(digest_readable(readable, items).parts)
    theirs = {one for one in signed if not one.name.startswith(CUSTOM)}
    return {one.name for one in ours ^ theirs}


def _unnamed(odd: set[str]) -> Difference:
    """Return a difference that is in no cell: in looks, in widths, in links."""
    return Difference(min(odd), "", "", "")


class _EnoughError(Exception):
    """Enough differences are found."""


class _Found:
    """The differences that are found; the last that is wanted ends the search."""

    def __init__(self) -> None:
        self.list: list[Difference] = []

    def add(self, place: str, cell: str, shown: str, signed: str) -> None:
        """Note a difference."""
        self.list.append(Difference(place, cell, shortened(shown), shortened(signed)))
        if len(self.list) >= MAX_NAMED:
            raise _EnoughError


def _named(archive: Archive, readable: WriteParts, odd: set[str] | None) -> list[Difference]:
    """Return the first few differences between the file's cells and ours.

    ``odd`` are the parts that differ; None for a file that was saved again, in which a sheet is
    known by its name.
    """
    found = _Found()
    try:
        book = read_book(archive)
        if odd is None:
            theirs = _by_name(digest_readable(readable, 0).sheets, book, found)
        else:
            theirs = {one.part: one for one in book if one.part in odd}
        comparing = _Comparing(archive, theirs, found, looks=odd is not None)
        ours = readable(comparing.open).sheets
        comparing.finish()
        if odd is not None:
            _compare_lists(ours, book, found)
    except _EnoughError:
        pass
    except BadSheetError as error:
        found.list.append(Difference("", "", f"({error})", ""))
    return found.list


def _by_name(ours: Mapping[str, str], book: list[BookSheet], found: _Found) -> dict[str, BookSheet]:
    """Return the file's sheet for each of our parts; note the sheets that only one side has."""
    theirs = {one.name: one for one in book}
    for name in ours.values():
        if name not in theirs:
            found.add(name, "", "", THE_SHEET)
    for one in book:
        if one.name not in ours.values() or one is not theirs[one.name]:
            found.add(one.name, "", THE_SHEET, "")
    return {part: theirs[name] for part, name in ours.items() if name in theirs}


def _compare_lists(ours: Mapping[str, str], book: list[BookSheet], found: _Found) -> None:
    """Note the sheets that are added, hidden, called otherwise or missing."""
    for one in book:
        signed = ours.get(one.part)
        if signed is None:
            found.add(one.name, "", THE_SHEET, "")
        elif one.hidden:
            found.add(signed, "", "", THE_SHEET)
        elif one.name != signed:
            found.add(signed, "", one.name, signed)
    listed = {one.part for one in book}
    for part, name in ours.items():
        if part not in listed:
            found.add(name, "", "", THE_SHEET)


class _Comparing:
    """Takes our parts as they are written and holds the sheets against the file's."""

    def __init__(
        self, archive: Archive, theirs: Mapping[str, BookSheet], found: _Found, *, looks: bool
    ) -> None:
        self._archive = archive
        self._theirs = theirs
        self._found = found
        self._looks = looks
        self._shared = read_shared(archive)
        self._sheets: list[_SheetComparison] = []

    def open(self, part: str, _content_type: str) -> TakeBytes:
        """Begin a part of ours."""
        sheet = self._theirs.get(part)
        if sheet is None or sheet.part not in self._archive.entries:
            return _ignore
        rows = rows_of_sheet(self._archive.chunks(sheet.part), self._shared)
        comparison = _SheetComparison(sheet.name, rows, self._found, looks=self._looks)
        self._sheets.append(comparison)
        return comparison.take

    def finish(self) -> None:
        """Note what the file's sheets have beyond ours."""
        for sheet in self._sheets:
            sheet.finish()


def _ignore(_: bytes) -> None:
    """Take bytes that nobody compares."""


class _SheetComparison:
    """One sheet: our rows as they are written, the file's as they are reached."""

    def __init__(
        self, name: str, theirs: Iterator[SheetRow], found: _Found, *, looks: bool
    ) -> None:
        self._name = name
        self._theirs = theirs
        self._found = found
        self._looks = looks
        self._reader = RowReader([])
        self._next = next(theirs, None)

    def take(self, data: bytes) -> None:
        """Take the next bytes of our sheet."""
        for row in self._reader.feed(data):
            self._compare(row)

    def finish(self) -> None:
        """Note the rows that only the file has."""
        while self._next is not None:
            self._compare_cells({}, self._advance())

    def _compare(self, ours: SheetRow) -> None:
        while self._next is not None and self._next.number < ours.number:
            self._compare_cells({}, self._advance())
        if self._next is None or self._next.number > ours.number:
            self._compare_cells(ours.cells, SheetRow(ours.number))
            return
        theirs = self._advance()
        if self._looks and theirs.hidden and not ours.hidden:
            self._found.add(self._name, f"{ours.number}:{ours.number}", HIDDEN_ROW, "")
        self._compare_cells(ours.cells, theirs)

    def _advance(self) -> SheetRow:
        row = self._next
        assert row is not None
        self._next = next(self._theirs, None)
        return row

    def _compare_cells(self, ours: Mapping[str, str], theirs: SheetRow) -> None:
        for cell in [*ours, *(theirs.cells.keys() - ours.keys())]:
            shown, signed = theirs.cells.get(cell, ""), ours.get(cell, "")
            if not same_content(shown, signed):
                self._found.add(self._name, cell, shown, signed)
