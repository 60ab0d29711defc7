import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sample_record import DAY, FINGERPRINT, MOMENT, RECORD_ID, TITLES, sample_record

from stocktake_app.documents import workbook as workbook_module
from stocktake_app.documents.characters import visible
from stocktake_app.documents.record import Cell, Column, Kind, Record, Row, Sheet, Verification
from stocktake_app.documents.sheet_names import MAX_CELL_UNITS, units
from stocktake_app.documents.workbook import write_workbook


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
    from decimal import Decimal

    assert _book(_one_cell(Decimal(value), Kind.NUMBER))["Answers"]["A2"].value == value


def test_dates_before_spreadsheets_stay_text() -> None:
    from datetime import date

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


@settings(max_examples=60, deadline=None)
@given(st.text() | st.text(alphabet="=+-@_x0041\r\n\t \x00\x07\ufeff\u200f\u202e😀اب"))
def test_any_text_is_written_and_reads_back(text: str) -> None:
    value = _book(_one_cell(text))["Answers"]["A2"].value

    assert _unescaped(value or "") == visible(text)


@settings(max_examples=30, deadline=None)
@given(st.text(), st.text())
def test_any_sheet_names_give_a_workbook(first: str, second: str) -> None:
    record = _one_cell("x")
    sheets = tuple(Sheet(name, record.sheets[0].columns) for name in (first, second, first))

    assert len(_book(replace(record, sheets=sheets)).sheetnames) == 4
