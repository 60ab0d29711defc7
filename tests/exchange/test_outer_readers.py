"""What other people's programs say of our packages; RSA, as the product makes them."""

import io
import subprocess
from functools import partial
from pathlib import Path

import outer_readers
import pytest
from forged_disclosures import genuine as confidential
from packages import (
    MAKERS,
    Made,
    bureau_contents,
    make_pdf,
    make_xlsx,
    packed,
    readable_pdf,
    unpacked,
    xlsx_of,
)
from people import People
from sample_record import sample_record

from stocktake_app.documents.workbook import write_parts
from stocktake_app.exchange.pdf_package import write_pdf_package
from stocktake_app.exchange.xlsx_package import write_xlsx_package
from stocktake_app.trust.certificates import to_pem

NO_UNO = not outer_readers.has_uno() or outer_readers.missing("certutil")
NO_PDFSIG = outer_readers.missing("pdfsig", "certutil")
NO_XMLSEC = outer_readers.missing("xmlsec1")


OWN_SHEETS, CONFIDENTIAL = "sheets of our own", "officer with confidential content"
WHOSE = (*MAKERS, OWN_SHEETS, CONFIDENTIAL)


@pytest.fixture(scope="module")
def xlsx_packages(rsa_people: People, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """Return workbooks of all makers: countersigned ones, Arabic sheets, confidential content."""
    found = {whose: make_xlsx(rsa_people, whose) for whose in MAKERS}
    contents, signer = bureau_contents(rsa_people)
    out = tmp_path_factory.mktemp("package") / "package.xlsx"
    readable = partial(write_parts, sample_record("ar", said="=1 & <long> " * 9_000))
    write_xlsx_package(readable, contents, signer, rsa_people.now, out)
    found[OWN_SHEETS] = Made(out.read_bytes(), contents, signer, rsa_people)
    contents, signer = confidential(found["officer"])
    data = xlsx_of(contents, signer, rsa_people.now)
    found[CONFIDENTIAL] = Made(data, contents, signer, rsa_people)
    return found


@pytest.fixture(scope="module", params=WHOSE)
def xlsx(request: pytest.FixtureRequest, xlsx_packages: dict[str, Made]) -> Made:
    return xlsx_packages[request.param]


@pytest.fixture(scope="module", params=[*MAKERS, CONFIDENTIAL])
def pdf(request: pytest.FixtureRequest, rsa_people: People) -> Made:
    if request.param != CONFIDENTIAL:
        return make_pdf(rsa_people, request.param)
    contents, signer = confidential(make_pdf(rsa_people, "officer"))
    data = write_pdf_package(readable_pdf(), contents, signer, rsa_people.now)
    return Made(data, contents, signer, rsa_people)


def written(data: bytes, path: Path) -> Path:
    path.write_bytes(data)
    return path


def root_of(people: People, folder: Path) -> Path:
    return written(to_pem([people.hq.anchor]).encode(), folder / "root.pem")


@pytest.fixture
def store(rsa_people: People, tmp_path: Path) -> Path:
    return outer_readers.trust_store(tmp_path / "nss", root_of(rsa_people, tmp_path))


@pytest.mark.skipif(bool(NO_UNO), reason="LibreOffice with Python, or certutil, is not installed")
def test_libreoffice_calls_workbooks_valid_and_their_chains_trusted(
    xlsx_packages: dict[str, Made], store: Path, tmp_path: Path
) -> None:
    """In one process, as it takes long to start; a changed one is asked about in its own below."""
    files = [
        written(xlsx_packages[whose].data, tmp_path / f"{number}.xlsx")
        for number, whose in enumerate(WHOSE)
    ]
    for said in outer_readers.libreoffice_says(files, store, tmp_path):
        assert not isinstance(said, str), said
        (found,) = said
        assert found["signature_is_valid"] is True
        assert found["certificate_status"] == 0
        assert found["partial"] is True, "the yellow bar that the documentation speaks of"
        assert "O=GCR Stocktaking" in found["subject"]


@pytest.mark.skipif(bool(NO_UNO), reason="LibreOffice with Python, or certutil, is not installed")
def test_libreoffice_calls_workbooks_with_p_256_keys_valid_too(
    people: People, tmp_path: Path
) -> None:
    files = [
        written(make_xlsx(people, whose).data, tmp_path / f"{number}.xlsx")
        for number, whose in enumerate(("officer", "bureau"))
    ]
    store = outer_readers.trust_store(tmp_path / "nss", root_of(people, tmp_path))
    for said in outer_readers.libreoffice_says(files, store, tmp_path):
        assert not isinstance(said, str), said
        assert [(one["signature_is_valid"], one["certificate_status"]) for one in said] == [
            (True, 0)
        ]


@pytest.mark.skipif(bool(NO_UNO), reason="LibreOffice with Python, or certutil, is not installed")
def test_libreoffice_notices_a_changed_cell_and_an_unknown_root(
    rsa_people: People, tmp_path: Path
) -> None:
    parts = unpacked(make_xlsx(rsa_people, "officer").data)
    sheet = "xl/worksheets/sheet2.xml"
    parts[sheet] = parts[sheet].replace(b"<v>9</v>", b"<v>9999</v>")
    file = written(packed(parts), tmp_path / "package.xlsx")
    rogue = written(to_pem([rsa_people.rogue_hq.anchor]).encode(), tmp_path / "rogue.pem")
    store = outer_readers.trust_store(tmp_path / "nss", rogue)
    (found,) = outer_readers.libreoffice_signatures(file, store, tmp_path)
    assert found["signature_is_valid"] is False
    assert found["certificate_status"] == 1


@pytest.mark.skipif(bool(NO_PDFSIG), reason="poppler-utils or libnss3-tools are not installed")
def test_pdfsig_calls_the_pdf_valid_trusted_and_signed_as_a_whole(
    pdf: Made, store: Path, tmp_path: Path
) -> None:
    said = outer_readers.pdfsig(written(pdf.data, tmp_path / "package.pdf"), store)
    assert said.count("Signature #") == 1
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


@pytest.mark.skipif(bool(NO_XMLSEC), reason="xmlsec1 is not installed")
def test_xmlsec_finds_every_part_as_it_was_signed(xlsx: Made, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    parts = unpacked(xlsx.data)
    for name, data in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    said = outer_readers.xmlsec(folder, root_of(xlsx.people, tmp_path))
    unsigned = {"[Content_Types].xml", "docProps/core.xml", "docProps/app.xml"}
    signed = len([name for name in parts if not name.startswith("_xmlsig")]) - len(unsigned)
    assert "SignedInfo References (ok/all): 3/3" in said
    assert f"Manifests References (ok/all): {signed}/{signed}" in said


def test_pyhanko_calls_the_pdf_intact_trusted_and_covered_as_a_whole(pdf: Made) -> None:
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    root = x509.Certificate.load(pdf.people.hq.anchor.public_bytes(Encoding.DER))
    reader = PdfFileReader(io.BytesIO(pdf.data))
    (embedded,) = reader.embedded_signatures
    status = validate_pdf_signature(embedded, ValidationContext(trust_roots=[root]))
    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    names = {one["type"].native for one in embedded.signer_info["signed_attrs"]}
    assert names == {"content_type", "message_digest", "signing_certificate_v2"}


def test_attachments_can_be_taken_out_with_ordinary_tools(
    rsa_people: People, tmp_path: Path
) -> None:
    if outer_readers.missing("pdfdetach"):
        pytest.skip("poppler-utils are not installed")
    contents, _ = bureau_contents(rsa_people)
    made = make_pdf(rsa_people, "bureau")
    file = written(made.data, tmp_path / "package.pdf")
    (tmp_path / "out").mkdir()
    subprocess.run(["pdfdetach", "-saveall", "-o", str(tmp_path / "out"), str(file)], check=True)
    out = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert len(out) == len(contents.seals) + 1
    assert out["record-00003.seal"] == made.contents.closing.encode()
