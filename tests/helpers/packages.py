"""Packages of both kinds and all makers, and the tools to take them apart and forge them."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

from people import People

from stocktake_app.documents.parts import Link, OpenPart, WriteParts, Written
from stocktake_app.exchange import pdf_package, xlsx_package
from stocktake_app.exchange.contents import Contents
from stocktake_app.exchange.pdf_package import write_pdf_package
from stocktake_app.exchange.relationships import source_name
from stocktake_app.exchange.seals import Header, make_seal
from stocktake_app.exchange.xlsx_package import write_xlsx_package
from stocktake_app.model.seal import Seal
from stocktake_app.trust.cms import Signer

FORM = b'<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:head/><h:body/></h:html>'
FORM_ID = hashlib.sha256(FORM).hexdigest()
Parts = dict[str, bytes]


@dataclass(frozen=True)
class Made:
    """A package with its maker; ``data`` is the whole file."""

    data: bytes
    contents: Contents
    signer: Signer
    people: People


@cache
def workbook() -> bytes:
    """Return an ordinary workbook of two sheets with a link to the web and a real number."""
    from openpyxl import Workbook

    book = Workbook()
    cover = book.create_sheet("Cover", 0)
    cover["A1"] = "Regional stocktaking, Dakar"
    cover["A1"].hyperlink = "https://www.unhcr.org/global-compact-refugees"
    findings = book.create_sheet("Constatations")
    findings.append(["Type", "Texte", "Réfugiés"])
    findings.append(["progress", "Schools opened their doors", 9])
    book.remove(book["Sheet"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parts_of(data: bytes) -> WriteParts:
    """Return what writes the parts of an ordinary workbook of any program."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    types = {
        one.get("PartName") or one.get("Extension"): str(one.get("ContentType"))
        for one in _elements(archive, "[Content_Types].xml")
    }

    def write(open_part: OpenPart) -> Written:
        for name in archive.namelist():
            if not name.startswith(("docProps/", "[")) and not name.endswith(".rels"):
                kind = types.get(f"/{name}") or types.get(name.rpartition(".")[2])
                open_part(name, kind or "nothing known")(archive.read(name))
        links = {
            source_name(name): tuple(map(_link, _elements(archive, name)))
            for name in archive.namelist()
            if name.endswith(".rels")
        }
        return Written(links, {})

    return write


def _elements(archive: zipfile.ZipFile, name: str) -> Iterable[ET.Element]:
    return ET.fromstring(archive.read(name))  # noqa: S314  we wrote it ourselves


def _link(element: ET.Element) -> Link:
    external = element.get("TargetMode") == "External"
    key, kind, target = (element.get(name, "") for name in ("Id", "Type", "Target"))
    return Link(key, kind, target, external)


@cache
def readable_pdf() -> bytes:
    """Return an ordinary PDF of two pages with a bookmark."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for number in (1, 2):
        canvas.bookmarkPage(f"page{number}")
        canvas.addOutlineEntry(f"Page {number}", f"page{number}")
        canvas.drawString(100, 700, f"Regional stocktaking, Dakar: page {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def seal_of(
    signer: Signer, now: datetime, text: str = "progress", others: tuple[Seal, ...] = ()
) -> Seal:
    """Return a seal with a few lines that nobody looks into here."""
    lines = [b'{"n":%d,"text":"%b"}' % (number, text.encode()) for number in range(20)]
    named = tuple(one.id for one in others)
    header = Header(device="0f" * 16, number=1, forms=(FORM_ID,), seals=named)
    return make_seal(lines, header, signer, now)


def officer_contents(people: People, text: str = "progress") -> tuple[Contents, Signer]:
    """Return what an officer's package carries, and its signer."""
    signer = people.wca_officer
    return Contents((seal_of(signer, people.now, text),), {FORM_ID: FORM}), signer


def bureau_contents(people: People) -> tuple[Contents, Signer]:
    """Return what a bureau's package carries: two officers' seals and its own."""
    first = seal_of(people.wca_officer, people.now, "one")
    second = seal_of(people.second_wca_officer, people.now, "two")
    signer = people.wca.signer
    closing = seal_of(signer, people.now, "three", (first, second))
    return Contents((first, second, closing), {FORM_ID: FORM}), signer


def hq_contents(people: People) -> tuple[Contents, Signer]:
    """Return what HQ's package carries: a bureau's with its officers' seals, and HQ's own."""
    bureau, _ = bureau_contents(people)
    signer = people.hq.signer
    closing = seal_of(signer, people.now, "four", bureau.seals)
    return Contents((*bureau.seals, closing), bureau.objects), signer


MAKERS = {"officer": officer_contents, "bureau": bureau_contents, "HQ": hq_contents}


def xlsx_of(contents: Contents, signer: Signer, now: datetime) -> bytes:
    """Return an Excel package."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "package.xlsx"
        write_xlsx_package(parts_of(workbook()), contents, signer, now, out)
        return out.read_bytes()


def wrongly_signed_xlsx(contents: Contents, signer: Signer, now: datetime) -> bytes:
    """Return an Excel package as only a forger makes it: nothing is checked before signing."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "package.xlsx"
        xlsx_package._write(parts_of(workbook()), contents, signer, now, out)
        return out.read_bytes()


def wrongly_signed_pdf(contents: Contents, signer: Signer, now: datetime) -> bytes:
    """Return a PDF package as only a forger makes it: nothing is checked before signing."""
    return pdf_package._write(readable_pdf(), contents, signer, now)


def make_xlsx(people: People, who: str) -> Made:
    """Return the Excel package of an officer, a bureau or HQ."""
    contents, signer = MAKERS[who](people)
    return Made(xlsx_of(contents, signer, people.now), contents, signer, people)


def make_pdf(people: People, who: str) -> Made:
    """Return the PDF package of an officer, a bureau or HQ."""
    contents, signer = MAKERS[who](people)
    data = write_pdf_package(readable_pdf(), contents, signer, people.now)
    return Made(data, contents, signer, people)


def unpacked(data: bytes) -> Parts:
    """Return the parts of a zip file by name, in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file of these parts, as Python's own module writes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2021, 4, 28, 9, 0, 0)), data, compression)
    return out.getvalue()
