"""Export to a signed workbook, against the same sheets by openpyxl's write-only mode alone.

Twice: against sheets of the same looks (fonts, rules, wrapped text, heights of rows), in the
fastest way that openpyxl documents, and against plain cells without any looks. The peers write
sheets and nothing else; the whole export seals the changes too, hashes while it writes, signs, and
waits for the disk. Rows and changes are ready in memory for all. Arguments: entries, rounds.
"""

import io
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from material import FINDING_HEADERS, HEADERS, NOW, change_lines, record, rows_of, sealed, signer
from material import entries as made_entries
from measure import Variant, print_ratios, rounds_of, with_huge_pages

ENTRIES = 20_000
ROUNDS = 5
SHEETS_AIM = 1 / 5
EXPORT_AIM = 1 / 4

Found = Sequence[tuple[tuple[Any, ...], tuple[Any, ...]]]


def openpyxl_plain(found: Found) -> bytes:
    """Write the sheets with openpyxl's write-only mode and nothing else."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    first, second = book.create_sheet("Entries"), book.create_sheet("Findings")
    first.append([title for title, _kind, _width in HEADERS])
    second.append([title for title, _kind, _width in FINDING_HEADERS])
    for entry, finding in found:
        first.append(entry)
        second.append(finding)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class StyledSheet:
    """A sheet of openpyxl that looks like ours; a cell is used again for each row of its column."""

    def __init__(self, book: Any, name: str, headers: Sequence[tuple[str, str, int]]) -> None:
        from openpyxl.styles import Font, PatternFill
        from openpyxl.utils import get_column_letter

        self.sheet = book.create_sheet(name)
        self.widths = [width for _title, _kind, width in headers]
        self.row = 1
        for number, width in enumerate(self.widths, 1):
            self.sheet.column_dimensions[get_column_letter(number)].width = width
        self.sheet.freeze_panes = "B2"
        titles = [self.cell("text", title) for title, _kind, _width in headers]
        for cell in titles:
            cell.font = Font(name="Calibri", bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", fgColor="0B3558")
        self.sheet.append(titles)
        self.cells = [self.cell(kind) for _title, kind, _width in headers]

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
        for cell, value, width in zip(self.cells, values, self.widths, strict=True):
            cell.value = value
            if isinstance(value, str) and len(value) > width:
                lines = max(lines, len(value) // width + 1)
        if lines > 1:
            self.sheet.row_dimensions[self.row].height = lines * 15 + 2
        self.sheet.append(self.cells)


def openpyxl_same_looks(found: Found) -> bytes:
    """Write the sheets with openpyxl's write-only mode, in cells that look like ours."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    first = StyledSheet(book, "Entries", HEADERS)
    second = StyledSheet(book, "Findings", FINDING_HEADERS)
    for entry, finding in found:
        first.append(entry)
        second.append(finding)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def our_sheets(found: Found) -> bytes:
    """Write the workbook as people see it, without seals and signature."""
    from stocktake_app.documents.workbook import write_workbook

    out = io.BytesIO()
    write_workbook(record(lambda: rows_of(found), len(found)), out)
    return out.getvalue()


def whole_export(found: Found, lines: list[bytes], made_by: Any, out: Path) -> None:
    """Seal the changes and write, hash and sign the package, durably."""
    from stocktake_app.documents.workbook import write_parts
    from stocktake_app.exchange.xlsx_package import write_xlsx_package

    shown = record(lambda: rows_of(found), len(found))
    write_xlsx_package(partial(write_parts, shown), sealed(lines, made_by), made_by, NOW, out)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    made_by = signer()
    found, lines = list(made_entries(count)), list(change_lines(count))
    looks, plain = "PEER openpyxl, same looks", "PEER openpyxl, plain cells"
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        out = Path(folder) / "package.xlsx"

        def variant(name: str, run: Any, aim: float | None = None) -> Variant:
            return Variant(name, lambda: None, lambda _: run(), count, aim)

        variants = [
            variant(looks, lambda: openpyxl_same_looks(found)),
            variant(plain, lambda: openpyxl_plain(found)),
            variant("our sheets", lambda: our_sheets(found), SHEETS_AIM),
            variant(
                "whole export: sheets, seal, hash, sign",
                lambda: whole_export(found, lines, made_by, out),
                EXPORT_AIM,
            ),
        ]
        measured = rounds_of(variants, rounds)
        met = print_ratios(f"Export of {count:,} entries", measured, looks)
        met &= print_ratios("The same, over plain cells", measured, plain)
        size = out.stat().st_size
    print(f"\npackage {size / 1e6:.1f} MB; 5 times faster is a ratio of 0.2, 4 times 0.25")
    return 0 if met else 1


if __name__ == "__main__":
    with_huge_pages()
    sys.exit(main())
