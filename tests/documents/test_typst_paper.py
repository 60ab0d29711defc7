import io
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_text import text_of
from pyhanko.pdf_utils.reader import PdfFileReader
from sample_paper import ARABIC, FIRST, TITLES, sample_paper

from stocktake_app.documents.paper import Paper
from stocktake_app.documents.typst_paper import write_typst_paper

NOW = datetime(2021, 11, 15, 9, 30, tzinfo=UTC)
HOSTILE = (
    '#panic("x") $x$ *bold* _it_ `raw` @cite <label> // /* \\ #sys.inputs https://example.org ='
)


def _bytes(paper: Paper) -> bytes:
    out = io.BytesIO()
    write_typst_paper(paper, out, NOW)
    return out.getvalue()


def _words(paper: Paper) -> str:
    return " ".join(text_of(_bytes(paper)).split())


def test_it_is_tagged_accessible_and_says_its_language() -> None:
    data = _bytes(sample_paper("fr"))
    root = PdfFileReader(io.BytesIO(data)).root
    metadata = root["/Metadata"].data

    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("fr")
    assert "/StructTreeRoot" in root
    assert b"pdfuaid" in metadata
    assert b"pdfaid" in metadata


def test_it_shows_findings_with_references_and_open_versions() -> None:
    words = _words(sample_paper())

    for expected in (
        "Enrolment grew.",
        "Enrolment fell.",
        FIRST.mark,
        "1,400",
        "Where each leads.",
    ):
        assert expected in words


def test_references_lead_to_the_annex_and_back() -> None:
    reader = PdfFileReader(io.BytesIO(_bytes(sample_paper())))
    links = 0
    for page in reader.root["/Pages"]["/Kids"]:
        for note in page.get_object().get("/Annots", ()):
            links += note.get_object()["/Subtype"] == "/Link"

    contents, in_text, in_table, back = 4, 2, 1, 2
    assert links == contents + in_text + in_table + back


def test_what_people_wrote_is_never_markup() -> None:
    words = _words(sample_paper(said=HOSTILE)).replace(" ", "")

    assert HOSTILE.replace(" ", "") in words


def test_arabic_is_right_in_either_kind_of_paper() -> None:
    for language in ("ar", "en"):
        words = unicodedata.normalize("NFKC", _words(sample_paper(language)))
        assert ARABIC.partition(" (")[0] in words
    assert TITLES["ar"] in unicodedata.normalize("NFKC", _words(sample_paper("ar")))


def test_equal_papers_give_equal_bytes() -> None:
    assert _bytes(sample_paper()) == _bytes(sample_paper())


def test_a_practice_paper_says_so_on_every_page() -> None:
    pages = text_of(_bytes(sample_paper(notice="PRACTICE"))).split("\f")

    assert all("PRACTICE" in page for page in pages if page.strip())


@pytest.mark.parametrize("said", ["", " ", "\n\n", "x" * 3000, "😀", "漢" * 50, "\x00\x07\x1b"])
def test_awkward_texts_are_laid_out(said: str) -> None:
    assert _bytes(sample_paper(said=said)).startswith(b"%PDF")


@settings(max_examples=25, deadline=None)
@given(st.text() | st.text(alphabet='#$*_`@<>[]{}()\\"/=-+~^&;:.,ab اب\n\u200f\u202e\xad\u200b'))
def test_any_text_can_stand_in_a_paper(said: str) -> None:
    assert _bytes(sample_paper(said=said)).startswith(b"%PDF")
