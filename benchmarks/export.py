"""Export of 100,000 entries to a signed workbook, against the same sheets by openpyxl alone.

The floor writes the same sheets with openpyxl's write-only mode: the same values in cells of the
same looks; no cover, no seal, no signature. The second table has plain cells without any looks as
its floor. The last rows say what it would be with a faster writer of sheets: here one of thirty
lines that writes inline strings itself, without looks. Arguments: entries, rounds.
"""

import io
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from measure import Variant, measure, peak_memory_mb, print_table, with_huge_pages

ENTRIES = 100_000
ROUNDS = 2
AIM = 1.3
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = date(2021, 4, 28)
MOMENT = datetime(2021, 4, 28, 15, 30)  # noqa: DTZ001 - a cell holds local time
SAID = (
    "Enrolment of refugee children in national schools grew in the north after the first pledge, ",
    "L'accès aux services de santé reste difficile dans les zones frontalières; il faut plus de ",
    "تحسنت فرص كسب العيش للاجئين والمجتمعات المضيفة خلال العام الماضي بفضل الشراكات الجديدة ",
)
COLUMNS = 12
FORM = b"<html/>"


def entry_cells(number: int) -> tuple[object, ...]:
    """Return what one entry shows on its sheet."""
    said = f"{SAID[number % 3]}{number}"
    who = (f"WCA-{number}", DAY, MOMENT, "West and Central Africa", "SEN NER MLI", "online")
    return (*who, Decimal(number % 500), "yes", "fr", said, "progress", f"pledge-{number % 800}")


def finding_cells(number: int) -> tuple[object, ...]:
    """Return what one finding of that entry shows on its sheet."""
    return (f"WCA-{number}", 1, "good_practice", f"{SAID[(number + 1) % 3]}{number}")


def lines(entries: int) -> Iterator[bytes]:
    """Give the changes that made these entries."""
    from stocktake_app.model.change import Change

    for number in range(1, entries + 1):
        answers = {
            f"event/answer{place}": str(cell) for place, cell in enumerate(entry_cells(number))
        }
        answers[f"findings[k3x{number}]/text"] = str(finding_cells(number)[-1])
        yield Change(
            "0f" * 16, number, f"{number:032x}", number, "2021-04-28T15:30:00+00:00", answers
        ).line


def plain_openpyxl(entries: int) -> bytes:
    """Write the sheets with openpyxl's write-only mode and nothing else."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    first, second = book.create_sheet("Entries"), book.create_sheet("Findings")
    for number in range(1, entries + 1):
        first.append(entry_cells(number))
        second.append(finding_cells(number))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def openpyxl_with_looks(entries: int) -> bytes:
    """Write the sheets with openpyxl's write-only mode, in cells that look like a package's."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    pairs = [
        (book.create_sheet("Entries"), entry_cells),
        (book.create_sheet("Findings"), finding_cells),
    ]
    looks = [[ruled_cell(sheet, value) for value in cells(1)] for sheet, cells in pairs]
    for number in range(1, entries + 1):
        for (sheet, cells), row in zip(pairs, looks, strict=True):
            for cell, value in zip(row, cells(number), strict=True):
                cell.value = value
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ruled_cell(sheet: Any, value: object) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Border, Side

    cell = WriteOnlyCell(sheet)
    cell.border = Border(bottom=Side("thin", color="A9C4DB"))
    cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def our_workbook(entries: int) -> bytes:
    """Write the sheets as a package shows them."""
    from stocktake_app.documents.record import Column, Record, Sheet, Verification
    from stocktake_app.documents.workbook import write_workbook

    def rows() -> Iterator[tuple[int, tuple[object, ...]]]:
        for number in range(1, entries + 1):
            yield 0, entry_cells(number)
            yield 1, finding_cells(number)

    sheets = tuple(
        Sheet(name, tuple(Column(f"Question {place}") for place in range(count)))
        for name, count in (("Entries", COLUMNS), ("Findings", 4))
    )
    record = Record(
        title="Regional stocktaking",
        subtitle=f"{entries} entries",
        language="en",
        cover=(("Office", "Dakar"),),
        verification=Verification("K7QF-2M9P-XWA3-9TRE", "3f" * 32, "3f" * 32, ("Check it.",)),
        sheets=sheets,
        rows=rows,  # type: ignore[arg-type]  # cells are those of the plain writer too
        entries=lambda: iter(()),
    )
    out = io.BytesIO()
    write_workbook(record, out)
    return out.getvalue()


def handmade(entries: int) -> bytes:
    """Write the sheets as XML text, row by row, into the frame of an openpyxl workbook."""
    frame = zipfile.ZipFile(io.BytesIO(plain_openpyxl(0)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in frame.namelist():
            if not name.startswith("xl/worksheets/"):
                archive.writestr(name, frame.read(name))
        for name, cells in (("sheet1", entry_cells), ("sheet2", finding_cells)):
            with archive.open(f"xl/worksheets/{name}.xml", "w") as sheet:
                head = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
                sheet.write(f'<worksheet xmlns="{head}"><sheetData>'.encode())
                for start in range(1, entries + 1, 500):
                    block = range(start, min(start + 500, entries + 1))
                    sheet.write("".join(xml_row(cells(number)) for number in block).encode())
                sheet.write(b"</sheetData></worksheet>")
    return out.getvalue()


def xml_row(cells: tuple[object, ...]) -> str:
    return f"<row>{''.join(map(xml_cell, cells))}</row>"


def xml_cell(value: object) -> str:
    if isinstance(value, int | Decimal):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def signer() -> object:
    from stocktake_app.model.codes import Role
    from stocktake_app.trust.certificates import Subject, issue_leaf, make_hq
    from stocktake_app.trust.cms import Signer
    from stocktake_app.trust.keys import new_key

    hq = make_hq(new_key(), Subject("0" * 32, "Stocktaking team", Role.HQ), NOW)
    key = new_key()
    leaf = issue_leaf(hq, key.public_key(), Subject("1" * 32, "HQ desk", Role.HQ), NOW)
    return Signer(key, (leaf,))


def seal(changes: list[bytes], made_by: object) -> object:
    """Seal these changes; the store keeps them as the lines that they are."""
    import hashlib

    from stocktake_app.exchange.seals import Header, make_seal

    header = Header("0f" * 16, 1, forms=(hashlib.sha256(FORM).hexdigest(),))
    return make_seal(changes, header, made_by, NOW)  # type: ignore[arg-type]


def package(workbook: bytes, sealed: object, made_by: object, folder: Path) -> Path:
    """Sign the workbook with the seal inside."""
    import hashlib

    from stocktake_app.exchange.contents import Contents
    from stocktake_app.exchange.xlsx_package import write_xlsx_package

    contents = Contents((sealed,), {hashlib.sha256(FORM).hexdigest(): FORM})  # type: ignore[arg-type]
    out = folder / "package.xlsx"
    write_xlsx_package(io.BytesIO(workbook), contents, made_by, NOW, out)  # type: ignore[arg-type]
    return out


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    made_by = signer()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        changes = list(lines(entries))
        sealed, book = seal(changes, made_by), plain_openpyxl(entries)

        def whole(writer: object) -> object:
            written = writer(entries)  # type: ignore[operator]
            return package(written, seal(changes, made_by), made_by, folder)

        looks, plain = "openpyxl write-only, same looks", "openpyxl write-only, plain"
        variants = [
            Variant(looks, lambda: None, lambda _: openpyxl_with_looks(entries), entries),
            Variant(plain, lambda: None, lambda _: plain_openpyxl(entries), entries),
            Variant("our sheets, unsigned", lambda: None, lambda _: our_workbook(entries), entries),
            Variant("seal", lambda: None, lambda _: seal(changes, made_by), entries),
            Variant(
                "package: hash, copy, sign, fsync",
                lambda: None,
                lambda _: package(book, sealed, made_by, folder),
                entries,
            ),
            Variant("export: our sheets, seal, package", lambda: our_workbook, whole, entries, AIM),
            Variant("hand-made XML, no looks", lambda: None, lambda _: handmade(entries), entries),
            Variant("export with hand-made XML", lambda: handmade, whole, entries),
        ]
        measured = measure(variants, rounds)
        met = print_table(f"Export of {entries} entries", measured, looks)
        without_aims = [replace(one, variant=replace(one.variant, aim=None)) for one in measured]
        print_table("The same, over plain cells", without_aims, plain)
        size = (folder / "package.xlsx").stat().st_size
        print(f"\npackage {size / 1e6:.1f} MB, peak memory {peak_memory_mb():.0f} MB")
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    with_huge_pages()
    main()
