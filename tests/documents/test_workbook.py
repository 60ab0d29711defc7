import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sample_record import DAY, FINGERPRINT, MOMENT, RECORD_ID, TITLES, sample_record

from stocktake_app.documents import workbook as workbook_module
from stocktake_app.documents.characters import visible
from stocktake_app.documents.record import Cell, Column, Kind, Record, Row, Sheet, Verification
from stocktake_app.documents.sheet_names import MAX_CELL_UNITS, units
from stocktake_app.documents.workbook import write_parts, write_workbook
from stocktake_app.documents.workbook_cells import FORMULA_LIKE, inline, is_plain


def _bytes(record: Record) -> bytes:
    out = io.BytesIO()
    write_workbook(record, out)
    return out.getvalue()


def _book(record: Record) -> Any:
    return load_workbook(io.BytesIO(_bytes(record)))


def _one_cell(value: Cell, kind: Kind = Kind.TEXT) -> Record:
    def rows() -> Iterator[Row]:
        yield 0, (value,)

    sheet = Sheet("Answers", (Column("Answer", kind),))
    nothing = Verification("", "", "", ())
    return Record("Title", "", "en", (), nothing, (sheet,), rows, lambda: iter(()))


def _unescaped(text: str) -> str:
    return re.sub(r"_x005F_(?=x[0-9A-Fa-f]{4}_)", "_", text)


def test_answers_keep_their_types() -> None:
    row = [cell.value for cell in _book(sample_record())["Regional stocktaking"][2]]

    assert row[0] == "WCA-1"
    assert row[1].date() == DAY
    assert row[2] == MOMENT
    assert row[3] == 120.5
    assert row[4] == "Enrolment grew."


def test_the_cover_says_what_is_inside_and_how_to_check_it() -> None:
    texts = [cell.value for row in _book(sample_record())["Cover"].iter_rows() for cell in row]

    assert {TITLES["en"], FINGERPRINT, RECORD_ID, "Call the sender.", "Findings: 3 rows"} <= set(
        texts
    )


def test_the_cover_links_to_every_sheet() -> None:
    cover = _book(sample_record())["Cover"]
    links = {c.hyperlink.location for row in cover.iter_rows() for c in row if c.hyperlink}

    assert links == {"'Regional stocktaking'!A1", "'Findings'!A1"}


def test_headers_stay_in_sight_and_can_be_filtered() -> None:
    sheet = _book(sample_record())["Regional stocktaking"]

    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:E4"
    assert sheet.column_dimensions["E"].width == 60
    assert sheet["E2"].alignment.wrap_text


def test_a_row_is_high_enough_for_its_text() -> None:
    sheet = _book(sample_record(said="word " * 100))["Regional stocktaking"]

    assert sheet.row_dimensions[2].height > 100


@pytest.mark.parametrize(("language", "mirrored"), [("ar", True), ("fr", False)])
def test_sheets_run_the_way_the_language_is_read(language: str, *, mirrored: bool) -> None:
    book = _book(sample_record(language))

    assert [bool(sheet.sheet_view.rightToLeft) for sheet in book] == [mirrored] * 3


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "=1+1", "#N/A", "\t=1"]
)
def test_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    cell = _book(_one_cell(text))["Answers"]["A2"]

    assert (cell.value, cell.data_type) == (text, "s")


def test_text_that_looks_like_an_escape_is_shown_as_typed() -> None:
    assert _book(_one_cell("a _x0041_ b"))["Answers"]["A2"].value == "a _x005F_x0041_ b"


@pytest.mark.parametrize("value", ["1234567890123456", "0.1234567890123456"])
def test_numbers_too_precise_for_a_spreadsheet_stay_as_written(value: str) -> None:
    assert _book(_one_cell(Decimal(value), Kind.NUMBER))["Answers"]["A2"].value == value


def test_dates_before_spreadsheets_stay_text() -> None:
    assert _book(_one_cell(date(1899, 12, 31), Kind.DATE))["Answers"]["A2"].value == "1899-12-31"


@pytest.mark.parametrize("letter", ["word ", "é", "😀"])
def test_long_text_is_continued_and_said_so(letter: str) -> None:
    text = letter * (100_000 // len(letter))
    book = _book(_one_cell(text))
    first = book["Answers"]["A2"].value
    shown, _, note = first.rpartition(" … [")
    rest = "".join(row[3] for row in book["Long texts"].iter_rows(min_row=2, values_only=True))

    assert shown + rest == text
    assert note == "continued on the sheet “Long texts”, row 2]"
    assert all(units(cell.value) <= MAX_CELL_UNITS for cell in book["Long texts"]["D"])


def test_a_full_sheet_is_continued_on_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "MAX_ROWS", 3)
    book = _book(sample_record(entries=3))

    assert book.sheetnames[1:] == [
        "Regional stocktaking",
        "Findings",
        "Regional stocktaking (2)",
        "Findings (2)",
    ]
    assert book["Regional stocktaking (2)"]["A2"].value == "WCA-3"


def test_equal_records_give_equal_bytes_that_tell_nothing_of_the_writer() -> None:
    data = _bytes(sample_record())

    assert data == _bytes(sample_record())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in archive.namelist() if name.startswith("docProps/")]


def test_a_practice_record_says_so_on_every_sheet() -> None:
    book = _book(sample_record(notice="PRACTICE"))

    assert book["Cover"]["A1"].value == "PRACTICE"
    assert book["Findings"].oddHeader.center.text == "PRACTICE"


def test_an_empty_record_can_be_opened() -> None:
    record = replace(sample_record(entries=0), sheets=())

    assert _book(record).sheetnames == ["Cover"]


def _read_only(record: Record) -> Any:
    return load_workbook(io.BytesIO(_bytes(record)), read_only=True)


@settings(max_examples=80, deadline=None)
@given(st.text() | st.text(alphabet='=+-@_x0041\r\n\t &<>"]\x00\x07\ufeff\u200f\u202e\ud800😀اب'))
def test_any_text_is_written_and_reads_back(text: str) -> None:
    for book in (_book(_one_cell(text)), _read_only(_one_cell(text))):
        value = book["Answers"]["A2"].value
        assert _unescaped(value or "") == visible(text)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 20), st.text(alphabet="=@ a\n_x0041&😀é\x07", min_size=1, max_size=30))
def test_any_long_text_reads_back_from_its_pieces(times: int, text: str) -> None:
    said = text * (times * 40_000 // len(text))
    book = _read_only(_one_cell(said))
    first = _unescaped(book["Answers"]["A2"].value or "")
    if "Long texts" in book.sheetnames:
        first = first.rpartition(" … [")[0]
        pieces = book["Long texts"].iter_rows(min_row=2, values_only=True)
        first += "".join(_unescaped(row[3] or "") for row in pieces)

    assert first == visible(said)


@settings(max_examples=60, deadline=None)
@given(
    st.integers()
    | st.decimals(allow_nan=True)
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.sampled_from([Decimal("1E+400"), Decimal("sNaN"), Decimal("-0.10"), 10**15])
)
def test_any_value_keeps_its_type_or_stays_as_it_is_written(value: Cell) -> None:
    found = _book(_one_cell(value))["Answers"]["A2"].value

    if isinstance(found, str):
        assert found == str(value)
    elif isinstance(value, time):
        assert abs(_seconds(found) - _seconds(value)) < 0.01
    elif isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        assert abs((found - moment).total_seconds()) < 0.01
    else:
        assert isinstance(value, int | Decimal)
        assert found == (int(value) if isinstance(found, int) else float(value))


def _seconds(value: time) -> float:
    return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6


@pytest.mark.parametrize(
    "value",
    [0, -120, Decimal("120.50"), Decimal(123456789012345), DAY, MOMENT, time(9, 30)],
)
def test_values_that_a_spreadsheet_holds_exactly_are_no_text(value: Cell) -> None:
    assert not isinstance(_book(_one_cell(value))["Answers"]["A2"].value, str)


@given(st.text(min_size=1))
def test_text_written_as_it_is_is_what_escaping_would_have_written(text: str) -> None:
    if is_plain(text):
        assert inline(visible(text)) == f"<is><t>{text}</t></is>"
        assert not text.startswith(FORMULA_LIKE)


def test_space_around_a_text_is_kept() -> None:
    assert _book(_one_cell("  two  "))["Answers"]["A2"].value == "  two  "


@pytest.mark.parametrize("text", ["=1+1", "-2", "@x", "\t="])
def test_text_that_looks_like_a_formula_is_marked_as_text(text: str) -> None:
    book = _book(_one_cell(text))

    assert book["Answers"]["A2"].quotePrefix
    assert not _book(_one_cell("plain"))["Answers"]["A2"].quotePrefix


def test_a_value_that_comes_again_is_written_as_the_first_time() -> None:
    def rows() -> Iterator[Row]:
        for value in ("a&b", DAY, "a&b", DAY, 1, Decimal("1.0"), "x" * 50, "x" * 50):
            yield 0, (value,)

    record = replace(_one_cell(""), rows=rows)
    values = [row[0] for row in _book(record)["Answers"].iter_rows(min_row=2, values_only=True)]

    assert values[0::2][:2] == [values[0], values[0]] == ["a&b", "a&b"]
    assert values[1] == values[3] == datetime.combine(DAY, time())
    assert values[4:6] == [1, 1.0]
    assert values[6] == values[7] == "x" * 50


def test_short_lines_below_each_other_make_a_row_higher() -> None:
    assert _book(_one_cell("a\nb\nc"))["Answers"].row_dimensions[2].height == 47


def test_header_and_first_column_are_printed_on_every_page() -> None:
    sheet = _book(sample_record())["Regional stocktaking"]

    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$1", "$A:$A")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.oddFooter.center.text == "&P / &N"


def test_a_sheet_too_wide_for_a_page_is_printed_on_several() -> None:
    columns = tuple(Column(f"Question {number}", Kind.TEXT, 60) for number in range(40))
    sheet = Sheet("Wide", columns)
    record = replace(_one_cell(""), sheets=(sheet,), rows=lambda: iter(()))
    found = _book(record)["Wide"]

    assert found.page_setup.fitToWidth == 13
    assert found.auto_filter.ref == "A1:AN1"


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="&<>'\"\n é12", max_size=300))
def test_any_title_is_printed_above_the_pages(title: str) -> None:
    record = replace(_one_cell("x"), title=title)
    with zipfile.ZipFile(io.BytesIO(_bytes(record))) as archive:
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet2.xml"))  # noqa: S314  ours
    header = sheet.findtext(".//{*}oddHeader") or "&C"

    assert header.startswith("&C")
    assert len(header) <= 255
    assert header[2:].replace("&&", "").count("&") == 0
    assert header[2:].replace("&&", "&") == visible(title).replace("\n", " ")[:120]


@settings(max_examples=30, deadline=None)
@given(st.text(), st.text())
def test_any_sheet_names_give_a_workbook(first: str, second: str) -> None:
    record = _one_cell("x")
    sheets = tuple(Sheet(name, record.sheets[0].columns) for name in (first, second, first))
    book = _book(replace(record, sheets=sheets))
    links = {c.hyperlink.location for row in book["Cover"].iter_rows() for c in row if c.hyperlink}

    assert len(book.sheetnames) == 4
    assert links == {f"'{name.replace(chr(39), chr(39) * 2)}'!A1" for name in book.sheetnames[1:]}


def test_parts_are_what_the_file_holds_and_their_links_lead_to_them() -> None:
    parts: dict[str, list[bytes]] = {}
    record = sample_record()

    def open_part(name: str, content_type: str) -> Any:
        assert content_type.startswith("application/vnd.openxmlformats")
        parts[name] = []
        return parts[name].append

    written = write_parts(record, open_part)
    with zipfile.ZipFile(io.BytesIO(_bytes(record))) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if ".rels" not in name}
    del held["[Content_Types].xml"]

    assert held == {name: b"".join(chunks) for name, chunks in parts.items()}
    assert {f"xl/{link.target}" for link in written.links["xl/workbook.xml"]} == (
        parts.keys() - {"xl/workbook.xml"}
    )
    assert list(written.sheets.values()) == ["Cover", "Regional stocktaking", "Findings"]


def test_bytes_do_not_depend_on_the_process_and_openpyxl_stays_out_of_it() -> None:
    script = (
        "import hashlib, io, sys\n"
        "from sample_record import sample_record\n"
        "from stocktake_app.documents.workbook import write_workbook\n"
        "out = io.BytesIO()\n"
        "write_workbook(sample_record('ar', said='=1 &' * 20_000), out)\n"
        "assert not {'openpyxl', 'lxml'} & sys.modules.keys()\n"
        "print(hashlib.sha256(out.getvalue()).hexdigest())\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(found) == 1
