"""Export to a signed workbook, against the same sheets by openpyxl's write-only mode alone.

Twice: against sheets of the same looks (fonts, rules, wrapped text, heights of rows), in the
fastest way that openpyxl documents, and against plain cells without any looks. The peers write
sheets and nothing else; the whole export seals the changes too, hashes while it writes, signs, and
waits for the disk. Rows and changes are ready in memory for all.

Then the same with the shipped questionnaire for regional stocktakings, one entry in ten changed by
a second person. There both read the seals, fold the changes, look up labels and make the rows; the
peer leaves the sheets to openpyxl and signs nothing. Arguments: entries, rounds.
"""

import io
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from material import NOW, change_lines, record, rows_of, sealed, signer
from material import entries as made_entries
from measure import Variant, print_ratios, rounds_of, with_huge_pages
from visible import contents_of, record_of

if TYPE_CHECKING:
    from stocktake_app.documents.record import Record, Sheet
    from stocktake_app.exchange.contents import Contents
    from stocktake_app.trust.cms import Signer

ENTRIES = 10_000
ROUNDS = 5
SHEETS_AIM = 1 / 5
EXPORT_AIM = 1 / 4

Rows = Iterable[tuple[int, tuple[Any, ...]]]


def openpyxl_plain(shown: "Record", rows: Rows) -> bytes:
    """Write the sheets with openpyxl's write-only mode and nothing else."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheets = [book.create_sheet(one.name[:31]) for one in shown.sheets]
    for sheet, one in zip(sheets, shown.sheets, strict=True):
        sheet.append([column.title for column in one.columns])
    for index, row in rows:
        sheets[index].append([None if value == "" else value for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class StyledSheet:
    """A sheet of openpyxl that looks like ours; a cell is used again for each row of its column."""

    def __init__(self, book: Any, made: "Sheet") -> None:
        from openpyxl.styles import Font, PatternFill
        from openpyxl.utils import get_column_letter

        self.sheet = book.create_sheet(made.name[:31])
        self.widths = [column.width for column in made.columns]
        self.row = 1
        for number, width in enumerate(self.widths, 1):
            self.sheet.column_dimensions[get_column_letter(number)].width = width
        self.sheet.freeze_panes = "B2"
        titles = [self.cell("text", column.title) for column in made.columns]
        for cell in titles:
            cell.font = Font(name="Calibri", bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", fgColor="0B3558")
        self.sheet.append(titles)
        self.cells = [self.cell(column.kind) for column in made.columns]

    def cell(self, kind: str, value: str = "") -> Any:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Alignment, Border, Side

        cell = WriteOnlyCell(self.sheet, value=value)
        cell.border = Border(bottom=Side("thin", color="B9CEDF"))
        cell.alignment = Alignment(vertical="top")
        if kind.endswith("text"):
            cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)
        formats = {"date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}
        cell.number_format = formats.get(kind, "General")
        return cell

    def append(self, values: Sequence[Any]) -> None:
        self.row += 1
        lines = 1
        cells = []
        for cell, value, width in zip(self.cells, values, self.widths, strict=True):
            blank = value is None or value == ""
            cells.append(None if blank else cell)
            if not blank:
                cell.value = value
            if isinstance(value, str) and len(value) > width:
                lines = max(lines, len(value) // width + 1)
        if lines > 1:
            self.sheet.row_dimensions[self.row].height = lines * 15 + 2
        self.sheet.append(cells)


def openpyxl_same_looks(shown: "Record", rows: Rows) -> bytes:
    """Write the sheets with openpyxl's write-only mode, in cells that look like ours."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheets = [StyledSheet(book, one) for one in shown.sheets]
    for index, row in rows:
        sheets[index].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def our_sheets(shown: "Record") -> bytes:
    """Write the workbook as people see it, without seals and signature."""
    from stocktake_app.documents.workbook import write_workbook

    out = io.BytesIO()
    write_workbook(shown, out)
    return out.getvalue()


def package(shown: "Record", contents: "Contents", made_by: "Signer", folder: Path) -> None:
    """Write, hash and sign the package, durably."""
    from stocktake_app.documents.workbook import write_parts
    from stocktake_app.exchange.xlsx_package import write_xlsx_package

    out = folder / "package.xlsx"
    write_xlsx_package(partial(write_parts, shown), contents, made_by, NOW, out)


def variant(name: str, run: Callable[[], object], count: int, aim: float | None = None) -> Variant:
    return Variant(name, lambda: None, lambda _: run(), count, aim)


def from_ready_rows(count: int, rounds: int, made_by: "Signer", folder: Path) -> bool:
    """Compare sheets and export with both peers; only same looks have aims."""
    found, lines = list(made_entries(count)), list(change_lines(count))
    rows = list(rows_of(found))
    shown = record(lambda: iter(rows), count)

    def whole_export() -> None:
        package(shown, sealed(lines, made_by), made_by, folder)

    looks, plain = "PEER openpyxl, same looks", "PEER openpyxl, plain cells"
    measured = rounds_of(
        [
            variant(looks, lambda: openpyxl_same_looks(shown, rows), count),
            variant(plain, lambda: openpyxl_plain(shown, rows), count),
            variant("our sheets", lambda: our_sheets(shown), count, SHEETS_AIM),
            variant("whole export", whole_export, count, EXPORT_AIM),
        ],
        rounds,
    )
    met = print_ratios(f"Export of {count:,} entries, {len(rows):,} rows", measured, looks)
    bare = [replace(one, variant=replace(one.variant, aim=None)) for one in measured]
    print_ratios("The same, over plain cells", bare, plain)
    return met


def from_seals(count: int, rounds: int, made_by: "Signer", folder: Path) -> bool:
    """Compare with an export that reads the same seals and leaves the sheets to openpyxl."""
    contents = contents_of(count, made_by)
    shown = record_of(contents)
    rows = list(shown.rows())

    def by_openpyxl() -> None:
        read = record_of(contents)
        openpyxl_same_looks(read, read.rows())

    name = "PEER the same, sheets by openpyxl, unsigned"
    measured = rounds_of(
        [
            variant(name, by_openpyxl, count),
            variant("openpyxl's sheets alone", lambda: openpyxl_same_looks(shown, rows), count),
            variant(
                "whole export",
                lambda: package(record_of(contents), contents, made_by, folder),
                count,
                EXPORT_AIM,
            ),
        ],
        rounds,
    )
    title = f"Export of {count:,} regional stocktakings from their seals, {len(rows):,} rows"
    return print_ratios(title, measured, name)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    made_by = signer()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        met = from_ready_rows(count, rounds, made_by, Path(name))
        met &= from_seals(count // 2, rounds, made_by, Path(name))
    print("\n5 times faster is a ratio of 0.2, 4 times 0.25")
    return 0 if met else 1


if __name__ == "__main__":
    with_huge_pages()
    sys.exit(main())
