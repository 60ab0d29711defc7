"""The one page about a checked file: always one page, readable, in four languages."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pdf_text import text_of
from pyhanko.pdf_utils.reader import PdfFileReader

from stocktake_app.reports.verification import RecordLine, Verification, write_verification

NOW = datetime(2021, 4, 28, 14, 0, tzinfo=UTC)
PAGE = Verification(
    file="WCA-SEN-2021-04-28-L07-0012.xlsx",
    sha256="9" * 64,
    heap="Take in",
    headline="This file is whole and we know who signed it",
    next_step="Take it in.",
    tone="good",
    signer="Field officer",
    office="Country office, Dakar",
    fingerprint="BDW8-PERH-7T4V-BF47",
    issuers=("Regional bureau", "Headquarters"),
    signed_at="2021-04-28T13:00:00+00:00",
    shown="Exactly what was signed",
    remarks=(),
    records=(RecordLine("Field officer", "Dakar", 1, "2021-04-28T13:00:00+00:00", 3, ""),),
    practice=False,
    checked_at="2021-04-28T14:00:00+00:00",
)


def written(page: Verification, language: str = "en") -> bytes:
    out = io.BytesIO()
    write_verification(page, out, language=language, now=NOW)
    return out.getvalue()


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_report_is_one_tagged_page_in_every_language(language: str) -> None:
    root = PdfFileReader(io.BytesIO(written(PAGE, language))).root
    assert root["/Pages"]["/Count"] == 1
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith(language)


def test_report_names_file_signer_fingerprint_and_who_stands_behind() -> None:
    text = text_of(written(PAGE))
    for words in (PAGE.file, PAGE.headline, "Field officer", "BDW8 PERH 7T4V BF47", "Headquarters"):
        assert words in text
    assert "PRACTICE" not in text


def test_report_shows_every_sign_and_a_remark_of_the_checker_in_full() -> None:
    remark = (
        "Somebody saved this file again with another program, which removed the sender's "
        "signature. The signed records inside are whole; what the sheets or pages show may have "
        "been changed."
    )
    text = " ".join(text_of(written(replace(PAGE, remarks=(remark,)))).split())
    assert "Regional bureau; Headquarters" in text
    assert remark in text
    assert "U+" not in text


def test_report_on_a_practice_file_says_so() -> None:
    assert "PRACTICE" in text_of(written(replace(PAGE, practice=True)))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_whatever_the_file_held_the_report_stays_on_one_page(language: str) -> None:
    long = "the longest name that anybody has thought of " * 40
    record = RecordLine(long, long, 99999, PAGE.signed_at, 10**9, long)
    flood = replace(
        PAGE,
        file=long,
        signer=long,
        office=long,
        issuers=(long, long),
        remarks=tuple(f"{number} {long}" for number in range(200)),
        records=(record,) * 5000,
    )
    root = PdfFileReader(io.BytesIO(written(flood, language))).root
    assert root["/Pages"]["/Count"] == 1


def test_markup_in_a_name_stays_text() -> None:
    text = text_of(written(replace(PAGE, signer="#panic(1) *bold* <b>")))
    assert "#panic(1) *bold* <b>" in text


def test_same_page_is_the_same_bytes() -> None:
    assert written(PAGE) == written(PAGE)
