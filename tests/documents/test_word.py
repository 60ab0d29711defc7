import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_paper import ARABIC, FIRST, SECOND, sample_paper

from stocktake_app.documents.characters import visible
from stocktake_app.documents.paper import Paper
from stocktake_app.documents.word import write_word_paper
from stocktake_app.documents.word_parts import bookmark_name

NOW = datetime(2021, 11, 15, 9, 30, tzinfo=UTC)


def _bytes(paper: Paper) -> bytes:
    out = io.BytesIO()
    write_word_paper(paper, out, NOW)
    return out.getvalue()


def _document(paper: Paper) -> Any:
    return docx.Document(io.BytesIO(_bytes(paper)))


def _xml(paper: Paper, part: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(_bytes(paper))) as archive:
        return archive.read(part).decode()


def _styled(document: Any, style: str) -> list[str]:
    return [one.text for one in document.paragraphs if one.style.name == style]


def test_it_has_real_headings() -> None:
    document = _document(sample_paper())

    assert _styled(document, "Title") == ["Background paper"]
    assert _styled(document, "Heading 1") == [
        "1. How to read", "2. Figures", "3. Pledge follow-up", "References",
    ]  # fmt: skip
    assert _styled(document, "Heading 2") == ["Progress"]


def test_findings_stand_in_it_with_their_open_versions() -> None:
    document = _document(sample_paper())

    assert _styled(document, "Finding") == ["Enrolment grew.", ARABIC]
    assert any("Enrolment fell." in text for text in _styled(document, "Notice"))


def test_every_link_has_its_bookmark_and_references_lead_both_ways() -> None:
    xml = _xml(sample_paper())
    targets = re.findall(r'w:anchor="([^"]+)"', xml)
    bookmarks = re.findall(r'w:bookmarkStart [^>]*w:name="([^"]+)"', xml)

    assert len(bookmarks) == len(set(bookmarks))
    assert set(targets) <= set(bookmarks)
    for reference in (FIRST, SECOND):
        assert {bookmark_name(f"{way}-{reference.anchor}") for way in "rs"} <= set(targets)


def test_tables_repeat_their_header() -> None:
    assert _xml(sample_paper()).count("w:tblHeader") == len(_document(sample_paper()).tables) == 2


@pytest.mark.parametrize(("language", "kind"), [("fr", "val"), ("ar", "bidi")])
def test_the_language_is_said(language: str, kind: str) -> None:
    assert f'<w:lang w:{kind}="{language}"' in _xml(sample_paper(language), "word/styles.xml")


def test_an_arabic_paper_runs_from_the_right() -> None:
    paper = sample_paper("ar")

    assert '<w:bidi w:val="1"/>' in _xml(paper, "word/styles.xml")
    assert _xml(paper).count("w:bidiVisual") == 2


def test_an_arabic_finding_runs_from_the_right_in_any_paper() -> None:
    finding = next(p for p in _document(sample_paper()).paragraphs if p.text == ARABIC)
    xml = finding._p.xml

    assert '<w:bidi w:val="1"/>' in xml
    assert "<w:rtl/>" in xml


def test_properties_stand_in_the_order_that_word_wants() -> None:
    for xml in (_xml(sample_paper("ar")), _xml(sample_paper("ar"), "word/styles.xml")):
        assert not re.search(r"<w:shd [^>]*/>(?:(?!</w:pPr>).)*<w:pBdr>", xml, re.DOTALL)
        for properties in re.findall(r"<w:rPr>(.*?)</w:rPr>", xml, re.DOTALL):
            names = re.findall(r"<w:(rFonts|b|bCs|color|sz|szCs|rtl|lang)\b", properties)
            order = ["rFonts", "b", "bCs", "color", "sz", "szCs", "rtl", "lang"]
            assert names == sorted(names, key=order.index)


@settings(max_examples=25, deadline=None)
@given(st.text())
def test_any_text_can_stand_in_it(said: str) -> None:
    finding = _styled(_document(sample_paper(said=said)), "Finding")[0]

    assert finding == visible(said)
