"""The readers that are fuzzed: what each is given, and what it may answer.

A target returns for good input and for input that is refused in the way its reader promises;
whatever else is raised is a finding.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from backports import zstd

from fuzz import mutators, seeds
from stocktake_app.errors import UserFileError
from stocktake_app.exchange import age
from stocktake_app.exchange.contents import (
    AlteredFileError,
    BadContentsError,
    ForeignFileError,
    Limits,
)
from stocktake_app.exchange.disclosed import unpack_values
from stocktake_app.exchange.ooxml_signature import read_signature
from stocktake_app.exchange.opc import read_archive
from stocktake_app.exchange.pdf_objects import parse
from stocktake_app.exchange.pdf_reader import read_pdf
from stocktake_app.exchange.relationships import read_relationships
from stocktake_app.exchange.seals import _decompress, _split, open_seal, seal_lines
from stocktake_app.exchange.verify import verify_package
from stocktake_app.exchange.xlsx_parts import read_item
from stocktake_app.exchange.xlsx_reader import read_xlsx
from stocktake_app.model.change import BadChangeError, parse_line
from stocktake_app.model.codes import Verdict
from stocktake_app.model.disclosure import (
    BadDisclosureError,
    digest_of,
    pack,
    read_disclosure,
)
from stocktake_app.model.seal import BadSealError, decode_seal, parse_manifest
from stocktake_app.questionnaire.form import read_form
from stocktake_app.questionnaire.xml_tree import BadFormError
from stocktake_app.questionnaire.xpath.errors import XPathSyntaxError
from stocktake_app.questionnaire.xpath.parser import parse as parse_expression
from stocktake_app.store.lines import read_line
from stocktake_app.trust import der
from stocktake_app.trust.certificates import BadCertificateError, from_pem, load_certificate
from stocktake_app.trust.chain import Trust, judge_chain
from stocktake_app.trust.cms import BadSignatureError, open_digest
from stocktake_app.trust.enrolment import read_approval
from stocktake_app.trust.requests import read_request
from stocktake_app.trust.revocation import list_number, newest_list, read_list

LIMITS = Limits(file_bytes=4 * 1024**2, inflated_bytes=64 * 1024**2)


@dataclass(frozen=True)
class Target:
    """One reader: ``check`` is called with changed ``seeds``, which ``mutate`` changes."""

    check: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    mutate: mutators.Mutator = mutators.plain


def _archive(data: bytes) -> None:
    try:
        archive = read_archive(data, LIMITS)
        for name in archive.entries:
            for _ in archive.chunks(name):
                pass
    except (ForeignFileError, AlteredFileError):
        return
    if not archive.oddities:
        _compare_with_python(data, {name: archive.read(name, 2**26) for name in archive.entries})


def _compare_with_python(data: bytes, parts: dict[str, bytes]) -> None:
    """What passes here must read alike in Python's own module."""
    try:
        with ZipFile(BytesIO(data)) as other:
            found = {name: other.read(name) for name in other.namelist()}
    except (BadZipFile, NotImplementedError) as error:
        raise AssertionError(f"Python's zipfile refuses it: {error}") from None
    assert found == parts, "Python's zipfile reads something else"


def _relationships(data: bytes) -> None:
    try:
        read_relationships(data, "x.rels")
    except AlteredFileError:
        return


def _signature(data: bytes) -> None:
    try:
        read_signature(data)
    except AlteredFileError:
        return


def _pdf_object(data: bytes) -> None:
    try:
        parse(data)
    except AlteredFileError:
        return


def _pdf(data: bytes) -> None:
    try:
        read_pdf(data, LIMITS)
    except (ForeignFileError, AlteredFileError, BadContentsError):
        return


def _workbook(data: bytes) -> None:
    try:
        read_xlsx(data, LIMITS)
    except (ForeignFileError, AlteredFileError, BadContentsError):
        return


def _seal(data: bytes) -> None:
    people = seeds.people()
    try:
        seal = decode_seal(data)
        report = open_seal(seal, people.trust, people.now)
        for _ in seal_lines(seal):
            pass
    except BadSealError:
        return
    assert seal.encode() == data
    assert report.verdict is not Verdict.VALID or data in seeds.seals(), "a forged seal is valid"


def _manifest(data: bytes) -> None:
    try:
        manifest = parse_manifest(data)
    except BadSealError:
        return
    assert manifest.encoded == data


def _frame(data: bytes) -> None:
    try:
        for _ in _split(_decompress(data[4:], int.from_bytes(data[:4], "big"))):
            pass
    except BadSealError:
        return


def _signed(data: bytes) -> None:
    try:
        open_digest(b"\0" * 32, data)
    except BadSignatureError:
        return


def _der(data: bytes) -> None:
    try:
        pending = [data]
        while pending:
            one = pending.pop()
            if one and one[0] & 0x20:
                pending += der.members(one)
            der.content(one)
        der.read_time(data)
    except (der.BadDerError, IndexError):
        return


def _chain(data: bytes) -> None:
    people = seeds.people()
    chain = []
    try:
        for one in der.members(der.sequence(data))[:4]:
            chain.append(load_certificate(one))  # noqa: PERF401 - those before a bad one stay
    except (der.BadDerError, BadCertificateError):
        pass
    if not chain:
        return
    trust = Trust((people.hq.anchor, chain[-1]), (), (people.wca_officer.chain, tuple(chain)))
    judge_chain(tuple(chain), people.trust, people.now)
    judge_chain(tuple(chain), trust, people.now)


def _pem(data: bytes) -> None:
    try:
        from_pem(data)
    except UserFileError:
        return


def _revocation_list(data: bytes) -> None:
    people = seeds.people()
    try:
        found = read_list(data)
    except UserFileError:
        return
    list_number(found)
    newest_list([found], people.wca_officer.chain[1])
    judge_chain(people.wca_officer.chain, Trust((people.hq.anchor,), (found,)), people.now)


def _line(data: bytes) -> None:
    """The fast reader of the store and the plain one of the model must agree."""
    try:
        line = read_line(data)
    except BadChangeError:
        line = None
    try:
        change = parse_line(data)
    except BadChangeError:
        change = None
    assert (line is None) == (change is None), "the two readers of lines disagree"
    assert line is None or change is None or line.id == change.id


def _values(data: bytes) -> None:
    try:
        found = unpack_values(data, LIMITS)
        again = pack(found)
        for digest, one in found.items():
            assert digest_of(one) == digest
            read_disclosure(one)
    except (AlteredFileError, ForeignFileError, BadDisclosureError):
        return
    assert zstd.decompress(data) == again


def _disclosure(data: bytes) -> None:
    try:
        found = read_disclosure(data)
    except BadDisclosureError:
        return
    assert found.encoded == data


def _item(data: bytes) -> None:
    """Whole or in pieces, an item is read as the same thing, and is what we would write of it."""
    pieces = [data[place : place + 7] for place in range(0, len(data), 7)]
    try:
        found = read_item(1, [data])
    except AlteredFileError:
        found = None
    try:
        again = read_item(1, pieces)
    except AlteredFileError:
        again = None
    assert found == again
    assert found is None or found.item(1).part == data


def _age(data: bytes) -> None:
    try:
        age.decrypt(data, [seeds.AGE_SECRET], "package.xlsx.age")
    except UserFileError:
        return


def _form(data: bytes) -> None:
    try:
        read_form(data)
    except BadFormError:
        return


def _expression(data: bytes) -> None:
    try:
        parse_expression(data.decode("utf-8", "replace"))
    except XPathSyntaxError:
        return


def _enrolment(data: bytes) -> None:
    people = seeds.people()
    for read in (read_request, lambda one: read_approval(one, people.trust, people.now)):
        try:
            read(data)
        except UserFileError:
            continue


def _verify(data: bytes) -> None:
    """The verdict on any file: never an exception, never valid but for the packages themselves."""
    people = seeds.people()
    report = verify_package(data, people.trust, people.now, LIMITS)
    assert report.reasons or report.verdict is Verdict.VALID
    if report.fault:
        raise report.fault
    if report.verdict is Verdict.VALID:
        genuine = seeds.workbooks() if report.kind == "xlsx" else seeds.pdfs()
        assert any(_same(data, one) for one in genuine), "a changed file is valid"


def _same(data: bytes, genuine: bytes) -> bool:
    if data.startswith(b"%PDF"):
        return data == genuine
    return seeds.unpacked(data) == seeds.unpacked(genuine)


TARGETS = {
    "archive": Target(_archive, seeds.archives),
    "relationships": Target(_relationships, lambda: seeds.part_of_workbook(".rels")),
    "signature": Target(_signature, lambda: seeds.part_of_workbook("sig1.xml")),
    "workbook": Target(_workbook, seeds.workbooks, mutators.archive),
    "pdf object": Target(_pdf_object, lambda: [b"<< /A [ 1 0 R (x) <4A> ] /B 1.5 >>"]),
    "pdf": Target(_pdf, seeds.pdfs, mutators.document),
    "seal": Target(_seal, seeds.seals),
    "manifest": Target(_manifest, seeds.manifests),
    "frame": Target(_frame, seeds.frames),
    "cms": Target(_signed, seeds.signatures),
    "der": Target(_der, lambda: seeds.signatures() + seeds.chains()),
    "chain": Target(_chain, seeds.chains),
    "pem": Target(_pem, seeds.pem_files),
    "values": Target(_values, seeds.packed_values, mutators.compressed),
    "disclosure": Target(_disclosure, seeds.disclosures),
    "item": Target(_item, seeds.items),
    "age": Target(_age, seeds.encrypted),
    "revocation list": Target(_revocation_list, seeds.revocation_lists),
    "line": Target(_line, lambda: list(seeds.LINES)),
    "form": Target(_form, seeds.forms),
    "expression": Target(_expression, lambda: list(seeds.EXPRESSIONS)),
    "enrolment": Target(_enrolment, seeds.enrolment_files),
    "verify workbook": Target(_verify, seeds.workbooks, mutators.archive),
    "verify pdf": Target(_verify, seeds.pdfs, mutators.document),
}
warnings.simplefilter("ignore")  # cryptography's words on odd certificates, in any number
