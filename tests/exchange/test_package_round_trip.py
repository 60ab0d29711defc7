import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from packages import (
    FORM,
    FORM_ID,
    Made,
    bureau_contents,
    make_pdf,
    make_xlsx,
    officer_contents,
    packed,
    parts_of,
    readable_pdf,
    seal_of,
    unpacked,
    workbook,
    wrongly_signed_pdf,
    wrongly_signed_xlsx,
    xlsx_of,
)
from people import People, enrol_officer
from sample_record import sample_record

from stocktake_app.documents.record_pdf import write_record_pdf
from stocktake_app.documents.workbook import write_parts
from stocktake_app.errors import MachineError
from stocktake_app.exchange.contents import BadContentsError, Contents
from stocktake_app.exchange.pdf_package import write_pdf_package
from stocktake_app.exchange.verify import verify_package
from stocktake_app.exchange.xlsx_package import BadWorkbookError, write_xlsx_package
from stocktake_app.model.codes import Verdict
from stocktake_app.trust.chain import Trust

MAKERS = {"xlsx": make_xlsx, "pdf": make_pdf}


@pytest.fixture(scope="session", params=["ec", "rsa"])
def both_people(request: pytest.FixtureRequest) -> People:
    name = {"ec": "people", "rsa": "rsa_people"}[request.param]
    found: People = request.getfixturevalue(name)
    return found


@pytest.fixture(scope="session", params=["officer", "bureau"])
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session", params=["xlsx", "pdf"])
def made(request: pytest.FixtureRequest, both_people: People, who: str) -> Made:
    return MAKERS[request.param](both_people, who)


def test_package_is_valid_and_gives_back_its_contents_byte_for_byte(made: Made) -> None:
    people = made.people
    report = verify_package(made.data, people.trust, people.now)
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert [one.seal.encode() for one in report.seals] == [
        seal.encode() for seal in made.contents.seals
    ]
    assert {one.verdict for one in report.seals} == {Verdict.VALID}
    assert report.objects == {FORM_ID: FORM}
    assert report.signed_at == people.now
    assert report.subject == report.seals[-1].subject
    assert report.subject is not None
    assert report.kind == ("pdf" if made.data.startswith(b"%PDF") else "xlsx")


def test_package_of_somebody_unknown_still_gives_its_seals(made: Made) -> None:
    report = verify_package(made.data, Trust(()), made.people.now)
    assert report.verdict is Verdict.SIGNER_UNKNOWN
    assert len(report.reasons) == 1
    assert {one.verdict for one in report.seals} == {Verdict.SIGNER_UNKNOWN}
    assert report.objects == {FORM_ID: FORM}


def test_package_is_expired_once_its_signer_is(made: Made) -> None:
    later = made.people.now + timedelta(days=30 * 365)
    report = verify_package(made.data, made.people.trust, later)
    assert report.verdict is Verdict.SIGNER_EXPIRED
    assert {one.verdict for one in report.seals} == {Verdict.SIGNER_EXPIRED}


def test_officer_unknown_in_a_valid_package_of_a_bureau_is_reported_by_seal(
    people: People,
) -> None:
    stranger = seal_of(people.stranger, people.now)
    closing = seal_of(people.wca.signer, people.now, others=(stranger,))
    contents = Contents((stranger, closing), {FORM_ID: FORM})
    data = xlsx_of(contents, people.wca.signer, people.now)
    report = verify_package(data, people.trust, people.now)
    assert report.verdict is Verdict.VALID
    assert [one.verdict for one in report.seals] == [Verdict.SIGNER_UNKNOWN, Verdict.VALID]


def test_package_by_somebody_nobody_approved_shows_a_fingerprint(people: People) -> None:
    contents = Contents((seal_of(people.stranger, people.now),), {FORM_ID: FORM})
    data = write_pdf_package(readable_pdf(), contents, people.stranger, people.now)
    report = verify_package(data, people.trust, people.now)
    assert report.verdict is Verdict.SIGNER_UNKNOWN
    assert report.fingerprint in report.reasons[0]


def test_time_in_any_zone_is_the_same_moment(people: People) -> None:
    contents, signer = officer_contents(people)
    local = people.now.astimezone(timezone(timedelta(hours=5, minutes=45)))
    for data in (
        xlsx_of(contents, signer, local),
        write_pdf_package(readable_pdf(), contents, signer, local),
    ):
        assert verify_package(data, people.trust, people.now).signed_at == people.now


def test_workbook_package_can_be_packed_again_in_any_order_and_compression(people: People) -> None:
    data = make_xlsx(people, "bureau").data
    again = packed(dict(reversed(unpacked(data).items())), zipfile.ZIP_STORED)
    assert len(again) > len(data)
    assert verify_package(again, people.trust, people.now).verdict is Verdict.VALID


def test_same_contents_and_rsa_key_give_the_same_bytes(rsa_people: People) -> None:
    contents, signer = officer_contents(rsa_people)
    assert xlsx_of(contents, signer, rsa_people.now) == xlsx_of(contents, signer, rsa_people.now)


def test_content_types_come_first_and_every_part_is_listed(people: People) -> None:
    parts = unpacked(make_xlsx(people, "officer").data)
    assert next(iter(parts)) == "[Content_Types].xml"
    types = parts["[Content_Types].xml"].decode()
    unlisted = {
        name
        for name in parts
        if f'PartName="/{name}"' not in types and not name.endswith((".rels", ".sigs"))
    }
    assert unlisted == {"[Content_Types].xml", "customXml/item1.xml", "customXml/item2.xml"}


def test_another_program_reads_the_same_cells_from_the_package(people: People) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(make_xlsx(people, "officer").data))
    assert book["Constatations"]["C2"].value == 9


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_readable_records_become_valid_packages(people: People, language: str) -> None:
    contents, signer = bureau_contents(people)
    record = sample_record(language, entries=5)
    pages = io.BytesIO()
    write_record_pdf(record, pages)
    with TemporaryDirectory() as folder:
        out = Path(folder) / "package.xlsx"
        write_xlsx_package(partial(write_parts, record), contents, signer, people.now, out)
        xlsx = out.read_bytes()
    pdf = write_pdf_package(pages.getvalue(), contents, signer, people.now)
    for data in (xlsx, pdf):
        assert verify_package(data, people.trust, people.now).verdict is Verdict.VALID


def test_closing_seal_must_name_the_others(people: People) -> None:
    contents, signer = bureau_contents(people)
    unnamed = Contents((contents.seals[0], seal_of(signer, people.now)), {FORM_ID: FORM})
    with pytest.raises(BadContentsError, match="not those that its last one names"):
        write_pdf_package(readable_pdf(), unnamed, signer, people.now)


@pytest.mark.parametrize(
    ("objects", "sentence"),
    [
        ({}, "that a signed record names is missing"),
        ({FORM_ID: FORM + b" "}, "is not the one that was signed"),
        ({FORM_ID: FORM, "0" * 64: b""}, "that no signed record names"),
    ],
)
def test_objects_must_be_the_forms_that_seals_name(
    people: People, objects: dict[str, bytes], sentence: str
) -> None:
    contents, signer = officer_contents(people)
    with pytest.raises(BadContentsError, match=sentence):
        xlsx_of(Contents(contents.seals, objects), signer, people.now)


def test_signer_of_the_file_must_be_the_one_of_the_closing_seal(people: People) -> None:
    contents, _ = officer_contents(people)
    for other in (people.second_wca_officer, people.wca.signer):
        with pytest.raises(BadContentsError, match="somebody else than the signer"):
            xlsx_of(contents, other, people.now)
        data = wrongly_signed_xlsx(contents, other, people.now)
        report = verify_package(data, people.trust, people.now)
        assert report.verdict is Verdict.ALTERED
        assert "signed by somebody else than its last signed record" in report.reasons[0]


def test_renewed_certificate_of_the_same_key_is_another_signer(people: People) -> None:
    contents, signer = officer_contents(people)
    renewed = enrol_officer(people.wca, signer.key, "Agente de terrain, Sénégal", people.now)
    data = wrongly_signed_pdf(contents, renewed, people.now)
    assert verify_package(data, people.trust, people.now).verdict is Verdict.ALTERED


def test_workbook_with_macros_is_not_made_into_a_package(people: People, tmp_path: Path) -> None:
    parts = unpacked(workbook())
    parts["xl/vbaProject.bin"] = b"macro"
    contents, signer = officer_contents(people)
    out = tmp_path / "package.xlsx"
    with pytest.raises(BadWorkbookError, match="vbaProject"):
        write_xlsx_package(parts_of(packed(parts)), contents, signer, people.now, out)
    assert list(tmp_path.iterdir()) == []


def test_package_that_cannot_be_written_leaves_nothing_behind(
    people: People, tmp_path: Path
) -> None:
    contents, signer = officer_contents(people)
    out = tmp_path / "missing" / "package.xlsx"
    with pytest.raises(MachineError):
        write_xlsx_package(parts_of(workbook()), contents, signer, people.now, out)
    assert list(tmp_path.iterdir()) == []


def test_older_package_of_the_same_name_is_replaced(people: People, tmp_path: Path) -> None:
    contents, signer = officer_contents(people)
    out = tmp_path / "package.xlsx"
    out.write_bytes(b"older")
    write_xlsx_package(parts_of(workbook()), contents, signer, people.now, out)
    report = verify_package(out.read_bytes(), people.trust, people.now)
    assert report.verdict is Verdict.VALID
    assert [one.name for one in tmp_path.iterdir()] == ["package.xlsx"]


def test_times_before_1980_do_not_matter(people: People) -> None:
    contents, signer = officer_contents(people)
    early = datetime(1975, 1, 1, tzinfo=UTC)
    report = verify_package(xlsx_of(contents, signer, early), people.trust, people.now)
    assert (report.verdict, report.signed_at) == (Verdict.VALID, early)
