"""Files that are no package, or none that can be read: one clear sentence, nothing else."""

import io
import mmap
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from packages import (
    Made,
    make_pdf,
    make_xlsx,
    packed,
    readable_pdf,
    unpacked,
    workbook,
)
from people import People, authority_of

from stocktake_app.exchange.contents import Limits
from stocktake_app.exchange.verify import Report, verify_package
from stocktake_app.model.codes import Verdict
from stocktake_app.trust.chain import Trust
from stocktake_app.trust.revocation import Revocation, issue_list

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def encrypted_pdf() -> bytes:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer: Any = copy_into_new_writer(PdfFileReader(io.BytesIO(readable_pdf())))
    writer.encrypt("owner", "reader")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def encrypted_zip() -> bytes:
    data = bytearray(packed({"[Content_Types].xml": b"<Types/>"}))
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def sharepoint_workbook() -> bytes:
    return packed(unpacked(workbook()) | {"customXml/item1.xml": b"<properties/>"})


def workbook_signed_by_office() -> bytes:
    parts = unpacked(sharepoint_workbook())
    parts |= {"_xmlsignatures/origin.sigs": b"", "_xmlsignatures/sig1.xml": b"<Signature/>"}
    return packed(parts)


FOREIGN = {
    "empty": (b"", "The file is empty"),
    "text": (b"Dear colleague, please find attached", "neither an Excel file (.xlsx) nor a PDF"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "neither an Excel file (.xlsx) nor a PDF"),
    "old Excel file": (OLE + b"\0" * 5000, "file of an old Excel (.xls)"),
    "Excel file with a password": (
        OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "protected by a password",
    ),
    "PDF with a password": (encrypted_pdf(), "protected by a password"),
    "zip with a password": (encrypted_zip(), "protected by a password"),
    "ordinary workbook": (workbook(), "ordinary workbook without signed records"),
    "workbook with custom XML": (sharepoint_workbook(), "ordinary workbook"),
    "workbook signed by Office": (workbook_signed_by_office(), "ordinary workbook"),
    "ordinary PDF": (readable_pdf(), "ordinary PDF without signed records"),
    "zip of something else": (packed({"a.txt": b"a"}), "some other archive"),
    "empty zip": (packed({}), "some other archive"),
    "Word file": (packed({"word/document.xml": b"<w/>"}), "some other archive"),
    "only the beginning of a zip": (b"PK\x03\x04", "its end is missing"),
    "only the beginning of a PDF": (b"%PDF-1.7\n", "ordinary PDF"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_file_gets_one_sentence(people: People, name: str) -> None:
    data, sentence = FOREIGN[name]
    report = verify_package(data, people.trust, people.now)
    assert report.verdict is Verdict.UNREADABLE
    assert len(report.reasons) == 1
    assert sentence in report.reasons[0]
    assert report.reasons[0].endswith(".")


@pytest.mark.parametrize("make", [make_xlsx, make_pdf])
def test_package_cut_short_is_said_to_be(
    people: People, make: Callable[[People, str], Made]
) -> None:
    data = make(people, "officer").data
    report = verify_package(data[: len(data) * 3 // 4], people.trust, people.now)
    assert report.verdict is Verdict.UNREADABLE
    assert "cut short" in report.reasons[0]


@pytest.fixture(scope="module")
def made(people: People) -> Made:
    return make_xlsx(people, "bureau")


def judged(made: Made, limits: Limits) -> Report:
    return verify_package(made.data, made.people.trust, made.people.now, limits)


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(file_bytes=1000), "larger than any package may be"),
        (Limits(entries=10), "more parts than any package"),
        (Limits(inflated_bytes=10_000), "swell beyond all measure"),
        (Limits(seals=2), "more signed records than any package"),
        (Limits(carried_bytes=1000, carried_ratio=0), "swell beyond all measure"),
    ],
)
def test_file_beyond_a_limit_is_not_read(made: Made, limits: Limits, sentence: str) -> None:
    report = judged(made, limits)
    assert report.verdict is Verdict.UNREADABLE
    assert sentence in report.reasons[0]


def test_part_too_large_to_be_parsed_is_not_parsed(made: Made) -> None:
    assert "too large to be read" in judged(made, Limits(parsed_bytes=1000)).reasons[0]


def test_limits_of_a_pdf(people: People) -> None:
    made = make_pdf(people, "bureau")
    assert judged(made, Limits(seals=2)).verdict is not Verdict.VALID
    assert judged(made, Limits(file_bytes=1000)).verdict is Verdict.UNREADABLE
    assert judged(made, Limits(carried_bytes=10, carried_ratio=0)).verdict is Verdict.ALTERED
    assert judged(made, Limits()).verdict is Verdict.VALID


def test_zip_bomb_is_told_from_its_directory(people: People) -> None:
    bomb = packed({"xl/workbook.xml": b"\0" * 50_000_000})
    assert len(bomb) < 100_000
    report = verify_package(bomb, people.trust, people.now)
    assert report.verdict is Verdict.UNREADABLE
    assert "swell beyond all measure" in report.reasons[0]


def test_part_that_swells_beyond_what_the_directory_says_is_stopped(made: Made) -> None:
    """A directory that lies about a size must not make us inflate more than it says."""
    parts = unpacked(made.data)
    name = "customXml/item1.xml"
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    stored = deflater.compress(b"\0" * 50_000_000) + deflater.flush()
    data = packed(parts | {name: stored}, zipfile.ZIP_STORED)
    directory = data.rfind(name.encode()) - 46
    local = struct.unpack_from("<I", data, directory + 42)[0]
    forged = bytearray(data)
    for place in (local + 8, directory + 10):
        struct.pack_into("<H", forged, place, 8)
        struct.pack_into("<I", forged, place + 14, 1000)
    report = verify_package(bytes(forged), made.people.trust, made.people.now)
    assert report.verdict is Verdict.ALTERED
    assert "is damaged" in report.reasons[0]


def test_names_of_parts_never_become_paths(people: People) -> None:
    report = verify_package(packed({"../../../etc/passwd": b"x"}), people.trust, people.now)
    assert report.verdict is Verdict.UNREADABLE


def test_file_may_be_mapped_instead_of_read(made: Made, tmp_path: Path) -> None:
    pdf = make_pdf(made.people, "officer")
    for one in (made, pdf):
        path = tmp_path / "package"
        path.write_bytes(one.data)
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            report = verify_package(data, one.people.trust, one.people.now)
        assert report.verdict is Verdict.VALID


def test_revoked_signer_is_named_with_the_date(made: Made) -> None:
    people = made.people
    since = people.now - timedelta(hours=1)
    revoked = Revocation(made.signer.certificate.serial_number, since)
    crl = issue_list(authority_of(people.hq), [revoked], 1, people.now)
    pdf = make_pdf(people, "officer")
    assert people.wca.authority
    of_officer = Revocation(pdf.signer.certificate.serial_number, since)
    crls = (crl, issue_list(people.wca.authority, [of_officer], 1, people.now))
    trust = Trust(people.trust.anchors, crls)
    report = verify_package(pdf.data, trust, people.now)
    assert report.verdict is Verdict.SIGNER_REVOKED
    assert f"{since:%Y-%m-%d}" in report.reasons[0]
    assert [one.verdict for one in report.seals] == [Verdict.SIGNER_REVOKED]
    in_bureau = verify_package(made.data, trust, people.now)
    assert in_bureau.seals[0].verdict is Verdict.SIGNER_REVOKED
    before = people.now - timedelta(hours=2)
    assert verify_package(pdf.data, trust, before).verdict is Verdict.VALID


@pytest.mark.parametrize("name", ["a" * 60_000, "\u202egnp.exe" * 5_000, "x\n\0\x1b[31m" * 5_000])
def test_name_by_a_forger_is_shortened_and_made_harmless(made: Made, name: str) -> None:
    """Found by fuzzing: a sentence of sixty thousand characters."""
    data = packed(unpacked(made.data) | {name: b"x"})
    report = verify_package(data, made.people.trust, made.people.now)
    assert report.verdict is Verdict.ALTERED
    assert len(report.reasons[0]) < 600
    assert report.reasons[0].isprintable()
    assert report.reasons[0].endswith("Ask the sender for it again.")
