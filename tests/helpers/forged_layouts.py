"""PDF packages that a dishonest author lays out and signs: every digest fits.

What PDF allows beyond what our writer writes is refused, whether it would do harm or not.
"""

import re
import zlib
from collections.abc import Callable
from functools import partial

from forgery import Book
from packages import Made
from raw_pdf import Objects, put_together, signed_anew, taken_apart

from stocktake_app.exchange.pdf_objects import HEADER

BOOK = Book("PDF signed by its author", "pdf", who="author")
FRAME = Book("PDF, frame", "pdf")
BOOKS = (BOOK, FRAME)

Change = Callable[[bytes], bytes]


def authored(made: Made, objects: Objects, trailer: bytes, **frame: bytes) -> bytes:
    """Put the objects together and sign as the author."""
    return signed_anew(put_together(objects, trailer, **frame), made.signer)


def place_of(objects: Objects, pattern: bytes) -> int:
    for place, (_, body) in enumerate(objects):
        if re.search(pattern, body, re.DOTALL):
            return place
    raise AssertionError(pattern)


def object_changed(made: Made, *, where: bytes, old: bytes, new: bytes) -> bytes:
    objects, trailer = taken_apart(made.data)
    place = place_of(objects, where)
    number, body = objects[place]
    changed = re.sub(old, lambda _: new, body, count=1, flags=re.DOTALL)
    assert changed != body, (old, body[:300])
    objects[place] = (number, changed)
    return authored(made, objects, trailer)


def object_added(made: Made, *, body: bytes) -> bytes:
    objects, trailer = taken_apart(made.data)
    objects.append((max(number for number, _ in objects) + 1, body))
    return authored(made, objects, trailer)


CATALOG = rb"/Type /Catalog"
PAGE = rb"/Type /Page\b"
FIELD = rb"/FT /Sig"
SPEC = rb"/F \(record"
STREAM = rb"/Subtype /application#2Fvnd.stocktake.seal"
SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"

# Keys put in front of an object's own.
ADDED = {
    "script on opening": (CATALOG, b"/OpenAction " + SCRIPT),
    "jump on opening": (CATALOG, b"/OpenAction [ 5 0 R /Fit ]"),
    "actions of the document": (CATALOG, b"/AA << /WC " + SCRIPT + b" >>"),
    "address of the document": (CATALOG, b"/URI << /Base (https://evil.example) >>"),
    "permissions": (CATALOG, b"/Perms << /DocMDP 1 0 R >>"),
    "a portfolio": (CATALOG, b"/Collection << /Type /Collection >>"),
    "layers": (CATALOG, b"/OCProperties << /OCGs [] /D << >> >>"),
    "legal notes": (CATALOG, b"/Legal << >>"),
    "extensions": (CATALOG, b"/Extensions << >>"),
    "a security store": (CATALOG, b"/DSS << >>"),
    "threads": (CATALOG, b"/Threads [ ]"),
    "requirements": (CATALOG, b"/Requirements [ ]"),
    "another catalogue key": (CATALOG, b"/Evil true"),
    "script when a page opens": (PAGE, b"/AA << /O " + SCRIPT + b" >>"),
    "private data of a page": (PAGE, b"/PieceInfo << >>"),
    "launch of a program": (PAGE, b"/Annots [ << /A << /S /Launch /F (cmd.exe) >> >> ]"),
    "jump to another file": (PAGE, b"/Annots [ << /A << /S /GoToR /F (x.pdf) >> >> ]"),
    "jump into an attachment": (PAGE, b"/Annots [ << /A << /S /GoToE >> >> ]"),
    "form that is sent": (PAGE, b"/Annots [ << /A << /S /SubmitForm >> >> ]"),
    "data that is fetched": (PAGE, b"/Annots [ << /A << /S /ImportData >> >> ]"),
    "film": (PAGE, b"/Annots [ << /Subtype /Movie >> ]"),
    "sound": (PAGE, b"/Annots [ << /Subtype /Sound >> ]"),
    "rich media": (PAGE, b"/Annots [ << /Subtype /RichMedia >> ]"),
    "text drawn over a page": (PAGE, b"/Annots [ << /Subtype /FreeText /Contents (9999) >> ]"),
    "stamp over a page": (PAGE, b"/Annots [ << /Subtype /Stamp /Name /Approved >> ]"),
    "second widget": (PAGE, b"/Annots [ << /Subtype /Widget /FT /Tx /V (9999) >> ]"),
    "attachment of a page": (PAGE, b"/Annots [ << /Subtype /FileAttachment >> ]"),
    "page in a layer": (PAGE, b"/OC << /Type /OCG /Name (x) >>"),
    "name in disguise": (PAGE, b"/Annots [ << /A << /S /J#61vaScript /#4aS (x) >> >> ]"),
    "lock of the field": (FIELD, b"/Lock << /Action /All >>"),
    "seed of the field": (FIELD, b"/SV << >>"),
    "action of the field": (FIELD, b"/A " + SCRIPT),
    "look of the field": (FIELD, b"/AP << /N 1 0 R >>"),
    "other name of the field": (FIELD, b"/TU (Approved by HQ)"),
    "children of the field": (FIELD, b"/Kids [ ]"),
    "third name of an attachment": (SPEC, b"/DOS (evil)"),
    "identity of an attachment": (SPEC, b"/ID [ <00> <01> ]"),
    "related files of an attachment": (SPEC, b"/RF << /F [ ] >>"),
    "file system of an attachment": (SPEC, b"/FS /URL"),
    "volatile attachment": (SPEC, b"/V true"),
    "attachment from outside": (STREAM, b"/F (https://evil.example/x)"),
    "filters of an attachment": (STREAM, b"/Filter [ /ASCIIHexDecode /FlateDecode ]"),
    "filter of a seal": (STREAM, b"/Filter /FlateDecode"),
    "filter from outside": (STREAM, b"/FFilter /FlateDecode"),
    "decoding of an attachment": (STREAM, b"/DecodeParms << /Predictor 12 >>"),
    "length of an attachment decoded": (STREAM, b"/DL 9"),
    "second length": (STREAM, b"/Length 1"),
}
for _title, (_where, _keys) in ADDED.items():
    BOOK.add(
        f"{_title} added",
        partial(object_changed, where=_where, old=rb"<<\n", new=b"<<\n" + _keys + b"\n"),
    )

# Values in place of others.
CHANGED = {
    "field that is drawn over a page": (FIELD, rb"/Rect \[ 0 0 0 0 \]", b"/Rect [ 0 0 600 800 ]"),
    "field that is not locked": (FIELD, rb"/F 132", b"/F 4"),
    "field by another name": (FIELD, rb"\(Stocktake\)", b"(Stocktaken)"),
    "field of text": (FIELD, rb"/FT /Sig", b"/FT /Tx"),
    "form with two fields": (rb"/SigFlags", rb"(?<=/Fields \[ )", b"1 0 R "),
    "form that wants new looks": (
        rb"/SigFlags",
        rb"/SigFlags 3",
        b"/SigFlags 3\n/NeedAppearances true",
    ),
    "form of XFA": (rb"/SigFlags", rb"/SigFlags 3", b"/SigFlags 3\n/XFA []"),
    "attachment by another name in one place": (SPEC, rb"/UF \(record", b"/UF (recore"),
    "attachment with another relationship": (SPEC, rb"/Source", b"/Data"),
    "attachment with another description": (SPEC, rb"Signed record", b"Signed by HQ!"),
    "attachment said to be longer": (STREAM, rb"/Length \d+", b"/Length 99999"),
    "attachment said to be shorter": (STREAM, rb"/Length \d+", b"/Length 1"),
    "attachment with a length elsewhere": (STREAM, rb"/Length \d+", b"/Length 1 0 R"),
    "attachment of another type": (STREAM, rb"stocktake\.seal", b"stocktake.text"),
    "attachment hidden from the catalogue": (CATALOG, rb"/AF \d+ 0 R", b"/AF []"),
    "names of scripts": (CATALOG, rb"/Names \d+ 0 R", b"/Names << /JavaScript << /Names [] >> >>"),
    "signature by another filter": (rb"/ByteRange", rb"/Adobe\.PPKLite", b"/Adobe.PPKMS"),
    "signature of another format": (
        rb"/ByteRange",
        rb"ETSI\.CAdES\.detached",
        b"adbe.pkcs7.detached ",
    ),
    "signature of SHA-1": (rb"/ByteRange", rb"ETSI\.CAdES\.detached", b"adbe.pkcs7.sha1     "),
    "signature with a place": (
        rb"/ByteRange",
        rb"/Type /Sig\n",
        b"/Type /Sig\n/Location (Geneva)\n",
    ),
    "signature with a name": (rb"/ByteRange", rb"/Type /Sig\n", b"/Type /Sig\n/Name (HQ)\n"),
    "signature with a reference": (
        rb"/ByteRange",
        rb"/Type /Sig\n",
        b"/Type /Sig\n/Reference []\n",
    ),
    "signature with certificates": (rb"/ByteRange", rb"/Type /Sig\n", b"/Type /Sig\n/Cert <00>\n"),
    "signature without a time": (rb"/ByteRange", rb"/M \([^)]*\)", b"/M (now)"),
    "signature with a local time": (rb"/ByteRange", rb"Z\)", b"+05'45')"),
    "signature with an impossible time": (rb"/ByteRange", rb"\(D\\072\d{4}\d\d", b"(D\\072202199"),
    "signature with another remark": (rb"/ByteRange", rb"package\\0571\)", b"package\\0571 )"),
}
for _title, (_where, _old, _new) in CHANGED.items():
    BOOK.add(_title, partial(object_changed, where=_where, old=_old, new=_new))

# Objects that nothing leads to, or that hold others.
_PACKED = zlib.compress(b"99 0 << /Type /Page >>")
for _title, _body in {
    "an object stream": b"<<\n/Type /ObjStm\n/N 1\n/First 5\n/Filter /FlateDecode\n/Length %d\n>>"
    b"\nstream\n%b\nendstream" % (len(_PACKED), _PACKED),
    "a table in a stream": b"<<\n/Type /XRef\n/Size 1\n/Length 0\n>>\nstream\n\nendstream",
    "a second catalogue of forms": b"<< /AcroForm << /Fields [] >> >>",
    "a second signature": b"<< /Type /Sig /ByteRange [ 0 1 2 3 ] /Contents <00> >>",
    "a second field": b"<< /FT /Sig /T (Two) /Subtype /Widget >>",
    "an attachment that nothing names": b"<< /Type /Filespec /F (evil) >>",
    "a stream that nothing names": (
        b"<<\n/Type /EmbeddedFile\n/Length 4\n>>\nstream\nevil\nendstream"
    ),
    "a script that nothing calls": SCRIPT,
    "an object behind the end of a stream": b"<<\n/Length 4\n>>\nstream\nevil\nendstream\nendobj\n"
    b"5 0 obj\n<< /Evil true >>\nstream\n\nendstream",
    "a stream with two lengths": b"<<\n/Length 4\n/Length 9\n>>\nstream\nevil\nendstream",
    "an open string": b"(open",
    "a comment": b"<< /A 1 % >> endobj evil\n>>",
    "an object in an object": b"1\nendobj\n5 0 obj\n<< /Evil true >>",
    "a stream without its end": b"<<\n/Length 4\n>>\nstream\nevil",
    "a string that hides a stream": b"<< /A (\nstream\n) /JS (x) >>",
}.items():
    BOOK.add(f"{_title} added", partial(object_added, body=_body))


# The frame, by the author.
def framed(made: Made, *, header: bytes, between: bytes) -> bytes:
    objects, trailer = taken_apart(made.data)
    return authored(made, objects, trailer, header=header, between=between)


for _title, _header, _between in (
    ("bytes before its first object", HEADER + b"evil\n", b""),
    ("another version", HEADER.replace(b"2.0", b"1.3"), b""),
    ("no version", b"%PDF-\n", b""),
    ("an object that the table hides", HEADER, b"1 0 obj\n<< /Evil true >>\nendobj\n"),
    ("a comment between objects and table", HEADER, b"% harmless\n"),
    ("a zip file between objects and table", HEADER, b"PK\x05\x06" + bytes(18)),
):
    BOOK.add(_title, partial(framed, header=_header, between=_between))


def trailed(made: Made, *, old: bytes, new: bytes) -> bytes:
    objects, trailer = taken_apart(made.data)
    changed = re.sub(old, lambda _: new, trailer, count=1, flags=re.DOTALL)
    assert changed != trailer
    return authored(made, objects, changed)


for _title, _old, _new in (
    ("an earlier table", rb"<<", b"<<\n/Prev 9"),
    ("a table in a stream beside it", rb"<<", b"<<\n/XRefStm 9"),
    ("encryption", rb"<<", b"<<\n/Encrypt 1 0 R"),
    ("another key", rb"<<", b"<<\n/Evil true"),
    ("no identity", rb"/ID \[.*\]", b""),
    ("no description", rb"/Info \d+ 0 R", b""),
    ("a root that is not there", rb"/Root 1 0 R", b"/Root 9999 0 R"),
    ("a root of another generation", rb"/Root 1 0 R", b"/Root 1 1 R"),
    ("two roots", rb"/Root 1 0 R", b"/Root 1 0 R /Root 2 0 R"),
):
    BOOK.add(f"trailer with {_title}", partial(trailed, old=_old, new=_new))


@BOOK.whole
def object_twice_in_the_file(made: Made) -> bytes:
    objects, trailer = taken_apart(made.data)
    return authored(made, [objects[0], *objects], trailer)


@BOOK.whole
def objects_without_a_number_of_their_own(made: Made) -> bytes:
    objects, trailer = taken_apart(made.data)
    objects.append((max(number for number, _ in objects) + 5, b"<< /Evil true >>"))
    return authored(made, objects, trailer)


@BOOK.whole
def one_stream_for_two_attachments(made: Made) -> bytes:
    objects, trailer = taken_apart(made.data)
    first, other = (place_of(objects, pattern) for pattern in (SPEC, rb"/F \(object"))
    reference = re.search(rb"/F (\d+ 0 R)", objects[first][1])
    assert reference
    number, body = objects[other]
    objects[other] = (number, re.sub(rb"\d+ 0 R", reference[1], body))
    return authored(made, objects, trailer)


# The frame, by anybody.
def shifted(made: Made, *, old: bytes, new: bytes, count: int = 1) -> bytes:
    changed = re.sub(old, lambda _: new, made.data, count=count, flags=re.DOTALL)
    assert changed != made.data
    return changed


for _title, _old, _new in (
    ("startxref of nought", rb"startxref\n\d+", b"startxref\n0"),
    ("startxref of another place", rb"startxref\n\d", b"startxref\n9"),
    ("startxref twice", rb"startxref\n", b"startxref\n9\nstartxref\n"),
    ("two ends", rb"%%EOF\n\Z", b"%%EOF\n%%EOF\n"),
    ("other line end", rb"%%EOF\n\Z", b"%%EOF\r\n"),
    ("no line end", rb"%%EOF\n\Z", b"%%EOF"),
    ("comment behind its end", rb"%%EOF\n\Z", b"%%EOF\n%harmless\n"),
    ("null bytes behind its end", rb"%%EOF\n\Z", b"%%EOF\n" + bytes(100)),
    ("zip file behind its end", rb"%%EOF\n\Z", b"%%EOF\nPK\x05\x06" + bytes(18)),
    ("free entry in its table", rb"00000 n \n", b"00000 f \n"),
    ("generation in its table", rb"00000 n \n", b"00001 n \n"),
    ("table in two parts", rb"xref\n0 (\d+)\n", b"xref\n0 1\n"),
    ("table that begins at one", rb"xref\n0 ", b"xref\n1 "),
    ("number of objects smaller", rb"/Size \d+", b"/Size 9"),
    ("white space in the signature's digits", rb"(?<=/Contents <30)", b" "),
    ("signature's digits as text", rb"/Contents <", b"/Contents ("),
    ("signature without its last digit", rb"0>(?=\n/ByteRange)", b">"),
    ("bytes between signature and range", rb"0>(?=\n/ByteRange)", b"> "),
):
    FRAME.add(_title, partial(shifted, old=_old, new=_new))


def ranged(made: Made, *, change: Callable[[list[int]], list[int]]) -> bytes:
    found = re.search(rb"/ByteRange \[([0-9 ]+)\] *", made.data)
    assert found
    numbers = change([int(one) for one in found[1].split()])
    forged = b"/ByteRange [%b]" % b" ".join(b"%d" % one for one in numbers)
    return made.data.replace(found[0], forged.ljust(len(found[0])), 1)


RANGES: dict[str, Callable[[list[int]], list[int]]] = {
    "that begins later": lambda r: [1, r[1] - 1, r[2], r[3]],
    "whose gap is larger to the left": lambda r: [r[0], r[1] - 8, r[2], r[3]],
    "whose gap is larger to the right": lambda r: [r[0], r[1], r[2] + 8, r[3] - 8],
    "whose gap is smaller": lambda r: [r[0], r[1] + 2, r[2] - 2, r[3] + 2],
    "without a gap": lambda r: [0, r[1] + r[3], 0, 0],
    "that ends earlier": lambda r: [r[0], r[1], r[2], r[3] - 1],
    "that ends later": lambda r: [r[0], r[1], r[2], r[3] + 1],
    "of negative numbers": lambda r: [-1, *r[1:]],
    "of three pieces": lambda r: [*r, r[2], 1],
    "of one piece": lambda r: r[:2],
    "in another order": lambda r: [r[2], r[3], r[0], r[1]],
}
for _title, _range in RANGES.items():
    FRAME.add(f"range {_title}", partial(ranged, change=_range))
