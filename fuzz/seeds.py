"""What fuzzing begins with: small real packages and their inner parts, made anew each time."""

import re
import sys
from functools import cache
from io import BytesIO
from pathlib import Path

HELPERS = Path(__file__).parents[1] / "tests" / "helpers"
if str(HELPERS) not in sys.path:
    sys.path.append(str(HELPERS))

import forged_disclosures  # noqa: E402
from packages import (  # noqa: E402
    Made,
    bureau_contents,
    make_pdf,
    make_xlsx,
    packed,
    unpacked,
    wrongly_signed_pdf,
    wrongly_signed_xlsx,
)
from people import People, make_people  # noqa: E402
from raw_pdf import put_together, signed_anew, taken_apart  # noqa: E402

from stocktake_app.exchange import age  # noqa: E402
from stocktake_app.exchange.contents import Contents  # noqa: E402
from stocktake_app.exchange.disclosed import pack_values  # noqa: E402
from stocktake_app.trust import certificates, revocation  # noqa: E402
from stocktake_app.trust.certificates import to_pem  # noqa: E402

__all__ = ["packed", "put_together", "signed_anew", "taken_apart", "unpacked"]

LINES = (
    (
        b'{"device":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f","entry":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",'
        b'"lamport":3,"number":2,"replaces":{"group/name":["0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"]},'
        b'"set":{"@form":"regional","group/name":"caf\xc3\xa9","list[0c0c0c0c0c0c0c0c]/n":null},'
        b'"time":"2021-04-28T10:00:00+00:00"}'
    ),
    (
        b'{"device":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f","entry":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",'
        b'"lamport":1,"number":1,"replaces":{},"set":{"a":"1"},"time":"2021-04-28T10:00:00+01:00"}'
    ),
)
"""Change lines as the store reads them."""

EXPRESSIONS = (
    b"if(${a} > 3 and not(selected(../b, 'yes')), 'x', concat('y', /data/c))",
    b"count(/data/list[position() < 3 and n = current()/../n]) * -1 div 2 mod 7",
    b"regex(., '^[a-z]+$') or coalesce(., once(uuid())) = format-date(today(), '%Y-%m-%d')",
    b"instance('countries')/root/item[name = /data/country]/label",
    b"string-length(substr(normalize-space(/data/a), 0, 3)) >= 1.5e3 | //b",
)
"""Expressions of questionnaires."""


@cache
def people() -> People:
    """Return everybody, with P-256 keys: the shorter files."""
    return make_people("ec")


@cache
def workbook_package(who: str = "officer") -> Made:
    """Return an Excel package of an ``officer`` or a ``bureau``."""
    return make_xlsx(people(), who)


@cache
def pdf_package(who: str = "officer") -> Made:
    """Return a PDF package of an ``officer`` or a ``bureau``."""
    return make_pdf(people(), who)


@cache
def _contents() -> Contents:
    return bureau_contents(people())[0]


@cache
def confidential() -> list[bytes]:
    """Return packages of both kinds that carry an answer and an attachment beside the seals."""
    made = workbook_package()
    contents, signer = forged_disclosures.genuine(made)
    return [
        write(contents, signer, made.people.now)
        for write in (wrongly_signed_xlsx, wrongly_signed_pdf)
    ]


@cache
def packed_values() -> list[bytes]:
    """Return confidential answers as a package has them."""
    story, other = forged_disclosures.STORY, forged_disclosures.OTHER
    return [pack_values(forged_disclosures.by_digest(*some)) for some in ((story,), (story, other))]


AGE_SECRET = age.new_secret()


@cache
def encrypted() -> list[bytes]:
    """Return files that are encrypted to us, and to us and others."""
    made = []
    for others in ((), (age.recipient_of(age.new_secret()),)):
        out = BytesIO()
        age.encrypt(BytesIO(b"PK" * 50), out, [age.recipient_of(AGE_SECRET), *others])
        made.append(out.getvalue())
    return made


def disclosures() -> list[bytes]:
    """Return an answer and an attachment."""
    return [forged_disclosures.STORY, forged_disclosures.PICTURE]


@cache
def items() -> list[bytes]:
    """Return all kinds of custom XML."""
    parts = unpacked(confidential()[0])
    return [data for name, data in parts.items() if re.fullmatch(r"customXml/item\d+\.xml", name)]


@cache
def archives() -> list[bytes]:
    """Return Excel packages, packed in several ways; the smallest for the zip reader alone."""
    parts = unpacked(workbook_package().data)
    few = {name: parts[name][:300] for name in sorted(parts)[:3]}
    return [workbook_package().data, packed(parts, 0), packed(few), packed(few, 0)]


@cache
def workbooks() -> list[bytes]:
    """Return whole Excel packages."""
    files = [workbook_package("officer").data, workbook_package("bureau").data, confidential()[0]]
    return [packed(unpacked(one), 0) for one in files]


@cache
def pdfs() -> list[bytes]:
    """Return whole PDF packages."""
    return [*(pdf_package(who).data for who in ("officer", "bureau")), confidential()[1]]


def part_of_workbook(ending: str) -> list[bytes]:
    """Return those parts of an Excel package whose names end like this."""
    parts = unpacked(workbook_package("bureau").data)
    return [data for name, data in parts.items() if name.endswith(ending)]


@cache
def seals() -> list[bytes]:
    """Return seal files."""
    contents = _contents()
    return [seal.encode() for seal in contents.seals]


@cache
def manifests() -> list[bytes]:
    """Return manifests."""
    contents = _contents()
    return [seal.manifest.encoded for seal in contents.seals]


@cache
def signatures() -> list[bytes]:
    """Return CMS signatures, with and without a time."""
    contents = _contents()
    return [seal.cms for seal in contents.seals]


@cache
def chains() -> list[bytes]:
    """Return chains of certificates as DER, one behind the other."""
    everybody = people()
    signers = (everybody.wca_officer, everybody.wca.signer, everybody.hq.signer, everybody.stranger)
    return [b"".join(map(certificate_bytes, signer.chain)) for signer in signers]


def certificate_bytes(certificate: certificates.Certificate) -> bytes:
    """Return a certificate as DER."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


@cache
def pem_files() -> list[bytes]:
    """Return certificates as PEM text."""
    return [to_pem(people().wca_officer.chain).encode()]


@cache
def revocation_lists() -> list[bytes]:
    """Return revocation lists as DER."""
    from cryptography.hazmat.primitives.serialization import Encoding

    everybody = people()
    authority = everybody.wca.authority
    assert authority
    withdrawn = revocation.Revocation(
        everybody.wca_officer.certificate.serial_number, everybody.now
    )
    made = revocation.issue_list(authority, [withdrawn], 1, everybody.now)
    return [made.public_bytes(Encoding.DER)]


@cache
def frames() -> list[bytes]:
    """Return the lines of a seal as they are compressed, with the size they inflate to."""
    contents = _contents()
    return [seal.manifest.raw_size.to_bytes(4, "big") + seal.lines for seal in contents.seals]


def forms() -> list[bytes]:
    """Return a small questionnaire as an XForm."""
    return [_FORM]


_FORM = (
    b'<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"'
    b' xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>Small</h:title><model>'
    b'<itext><translation lang="en" default="true()"><text id="a"><value>Name <output'
    b' value="/data/n"/></value></text></translation></itext><instance><data id="small"'
    b' version="1"><n/><list jr:template=""><x/></list><c/></data></instance>'
    b'<instance id="countries"><root><item><name>sn</name><label>Senegal</label></item></root>'
    b'</instance><bind nodeset="/data/n" type="string" required="true()"'
    b' constraint="string-length(.) &gt; 1"/>'
    b'<bind nodeset="/data/c" type="int" calculate="count(/data/list)"'
    b" relevant=\"/data/n != ''\"/></model></h:head><h:body>"
    b'<input ref="/data/n"><label ref="jr:itext(\'a\')"/></input><group ref="/data/list">'
    b'<repeat nodeset="/data/list"><select1 ref="/data/list/x"><itemset'
    b' nodeset="instance(\'countries\')/root/item"><value ref="name"/><label ref="label"/>'
    b"</itemset></select1></repeat></group></h:body></h:html>"
)


@cache
def enrolment_files() -> list[bytes]:
    """Return a request for approval and its answer."""
    from people import subject, two_keys

    from stocktake_app.model.codes import Role
    from stocktake_app.trust.enrolment import approve
    from stocktake_app.trust.requests import make_request, read_request

    everybody = people()
    assert everybody.wca.authority
    keys = two_keys("ec")
    request = make_request(keys, subject(Role.OFFICER, "WCA", "Somebody"), everybody.now)
    approved = approve(
        read_request(request), everybody.wca.authority, everybody.wca.signer, everybody.now
    )
    return [request, approved]
