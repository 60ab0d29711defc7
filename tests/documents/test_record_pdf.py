import io
import unicodedata
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_text import text_of
from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.reader import PdfFileReader
from sample_record import FINGERPRINT, TITLES, sample_record

from stocktake_app.documents.record import EntryText, Item, Record, Section, Verification
from stocktake_app.documents.record_pdf import write_record_pdf


def _bytes(record: Record) -> bytes:
    out = io.BytesIO()
    write_record_pdf(record, out)
    return out.getvalue()


def _said(text: str) -> Record:
    entry = EntryText(
        "A-1", text, (("x", text),), (Section(text, ((text, text),), (Item("F1", text, text),)),)
    )
    nothing = Verification("", "", "", ())
    return Record(text, text, "en", (), nothing, (), lambda: iter(()), lambda: iter((entry,)))


def _resolved(value: Any) -> Any:
    return cast("Any", value).get_object() if isinstance(value, IndirectObject) else value


def test_it_shows_cover_entries_versions_and_how_to_check() -> None:
    text = text_of(_bytes(sample_record()))

    for words in (
        "Dakar",
        "Enrolment grew.",
        "Differing versions",
        "135",
        "How to check",
        FINGERPRINT,
    ):
        assert words in text


def test_pages_are_numbered_with_their_total() -> None:
    text = text_of(_bytes(sample_record()))
    total = len(list(PdfFileReader(io.BytesIO(_bytes(sample_record()))).root["/Pages"]["/Kids"]))

    assert f"2/{total}" in text.replace(" ", "")


def test_bookmarks_lead_to_cover_entries_and_check() -> None:
    root = PdfFileReader(io.BytesIO(_bytes(sample_record()))).root
    found = []
    item = _resolved(root["/Outlines"]["/First"])
    while item is not None:
        found.append(str(item["/Title"]))
        item = _resolved(item.get("/Next")) if "/Next" in item else None

    assert found[0] == "Cover"
    assert found[-1] == "How to check this record"
    assert [title.partition(" ")[0] for title in found[1:-1]] == ["WCA-1", "WCA-2", "WCA-3"]


def test_every_font_is_embedded() -> None:
    reader = PdfFileReader(io.BytesIO(_bytes(sample_record("ar"))))
    fonts = [
        _resolved(font)
        for page in reader.root["/Pages"]["/Kids"]
        for font in _resolved(_resolved(page)["/Resources"]["/Font"]).values()
    ]

    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_arabic_is_joined_and_reads_from_the_right() -> None:
    data = _bytes(sample_record("ar", said="الأطفال اللاجئون (double shift) في المدارس"))
    text = unicodedata.normalize("NFKC", text_of(data))

    assert TITLES["ar"] in text
    assert "الأطفال اللاجئون" in text
    root = PdfFileReader(io.BytesIO(data)).root
    assert root["/Lang"] == "ar"
    assert root["/ViewerPreferences"]["/Direction"] == "/R2L"


def test_equal_records_give_equal_bytes() -> None:
    assert _bytes(sample_record()) == _bytes(sample_record())


def test_characters_without_a_glyph_are_spelled_out_and_listed() -> None:
    text = " ".join(text_of(_bytes(sample_record(said="Well done 😀"))).split())

    assert "Well done [U+1F600]" in text
    assert "U+1F600 GRINNING FACE" in text


def test_a_practice_record_says_so_on_every_page() -> None:
    pages = text_of(_bytes(sample_record(notice="PRACTICE"))).split("\f")

    assert all("PRACTICE" in page for page in pages if page.strip())


def test_a_text_longer_than_a_page_goes_on() -> None:
    words = [f"word{number}" for number in range(3000)]
    text = text_of(_bytes(sample_record(said=" ".join(words), entries=1)))

    assert [word for word in text.split() if word.startswith("word")] == words


@pytest.mark.parametrize("text", ["x" * 5000, "ا" * 3000, "\n" * 200, " " * 500, "\u202e\u2067abc"])
def test_awkward_texts_are_laid_out(text: str) -> None:
    assert _bytes(_said(text)).startswith(b"%PDF")


@settings(max_examples=60, deadline=None)
@given(st.text() | st.text(alphabet="اب(2)[] a\u200f\u202e\u064e\x00\n\t漢😀"))
def test_any_text_can_be_printed(text: str) -> None:
    assert PdfFileReader(io.BytesIO(_bytes(_said(text)))).root["/Type"] == "/Catalog"
