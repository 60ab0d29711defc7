"""Read a PDF package in a closed world: one revision, one signature over all, our attachments.

The text of the pages is never read. Nothing but the signature's own digits lies outside of what
is signed, and these must be exactly the signature and zeros.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from mmap import mmap

from stocktake_app import settings
from stocktake_app.exchange.contents import (
    PACKAGE_FORMAT,
    AlteredFileError,
    ForeignFileError,
    Limits,
    Opened,
    check_format,
)
from stocktake_app.exchange.disclosed import joined, unpack_values
from stocktake_app.exchange.pdf_objects import (
    Dictionary,
    Document,
    Name,
    Reference,
    Value,
    inflate,
    read_document,
)
from stocktake_app.exchange.pdf_parts import (
    ATTACHMENT,
    ATTACHMENT_NAME,
    DISCLOSURES,
    DISCLOSURES_NAME,
    FIELD,
    OBJECT,
    OBJECT_NAME,
    SEAL,
    Kind,
    seal_name,
)
from stocktake_app.model.seal import MAGIC
from stocktake_app.translations import Sentence
from stocktake_app.trust.certificates import Certificate
from stocktake_app.trust.cms import BadSignatureError, open_digest

FOREIGN = Sentence(
    "This is no Stocktake package: it is an ordinary PDF without signed records. Ask the sender "
    "for the file that Stocktake exported."
)
CUT_SHORT = Sentence(
    "The file is damaged or cut short: its end is missing. Ask the sender for it again."
)
PROTECTED = Sentence("The file is protected by a password. Ask the sender for it without one.")

_CATALOG = frozenset(
    {"/Type", "/Pages", "/PageMode", "/PageLayout", "/PageLabels", "/Names", "/Dests", "/Outlines"}
    | {"/AF", "/AcroForm", "/Metadata", "/Lang", "/MarkInfo", "/StructTreeRoot", "/Version"}
    | {"/ViewerPreferences", "/OutputIntents"}
)
_SIGNATURE = frozenset(
    {"/Type", "/Filter", "/SubFilter", "/Contents", "/ByteRange", "/M", "/Reason"}
)
_FORM = frozenset({"/Fields", "/SigFlags"})
_FIELD: Dictionary = {
    "/Type": Name("/Annot"),
    "/Subtype": Name("/Widget"),
    "/FT": Name("/Sig"),
    "/T": FIELD.encode(),
    "/F": 132,  # printed, locked
    "/Rect": [0, 0, 0, 0],
}
"""The one field, which nobody sees; beside these it names its page and its signature."""

_ACTIVE = frozenset(
    {b"/AA", b"/JS", b"/JavaScript", b"/Launch", b"/OpenAction", b"/SubmitForm", b"/ResetForm"}
    | {b"/ImportData", b"/GoToE", b"/GoToR", b"/Rendition", b"/RichMedia", b"/Movie", b"/Sound"}
    | {b"/Screen", b"/3D", b"/XFA", b"/FileAttachment", b"/Collection", b"/OC", b"/OCProperties"}
    | {b"/Encrypt", b"/ObjStm", b"/XRef", b"/XRefStm", b"/Linearized", b"/PieceInfo", b"/Perms"}
    | {b"/Thread", b"/SetOCGState", b"/Hide", b"/FreeText", b"/Stamp", b"/Redact", b"/Popup"}
)
"""Names by which a PDF acts, hides, shows things over its pages or stands for another file."""

_COUNTED = frozenset({b"/AcroForm", b"/Widget", b"/ByteRange", b"/EmbeddedFile", b"/Filespec"})

_HEAD = re.compile(rb"(?:[^()<>%]++|<<|>>|<[0-9A-Fa-f]*+>|\((?:[^\\()]++|\\[\x00-\xff])*+\))*+")
_STRING = re.compile(rb"\((?:[^\\()]++|\\[\x00-\xff])*+\)")
_NAME = re.compile(rb"/[^\x00\t\n\f\r ()<>\[\]{}/%]*")
_MEDIA_TYPE = b"/application#2F"
_CONTENTS = re.compile(rb"/Contents (<[0-9A-F]*>)")
_TIME = re.compile(rb"D:(\d{14})(?:Z|\+00'00'?)")


def read_pdf(data: bytes | mmap, limits: Limits) -> Opened:
    """Read a PDF package; who signed it, and the seals themselves, are judged by the caller.

    Raises:
        ForeignFileError: it is no package, or cannot be read at all.
        AlteredFileError: it is not as it was signed.
    """
    if data.find(MAGIC) < 0 and data.find(_MEDIA_TYPE + b"vnd.stocktake.") < 0:
        raise ForeignFileError(PROTECTED if data.find(b"/Encrypt") >= 0 else FOREIGN)
    if data.rfind(b"%%EOF", max(0, len(data) - 1024)) < 0:
        raise ForeignFileError(CUT_SHORT)
    document = read_document(data)
    counted = _check_objects(document)
    catalog = document.dictionary(document.trailer["/Root"])
    if not catalog.keys() <= _CATALOG:
        raise AlteredFileError("it does something when it is opened")
    opened, attached = _carried(document, catalog, limits)
    signed = int("/AcroForm" in catalog)
    if counted != Counter(
        {b"/Filespec": attached, b"/EmbeddedFile": attached}
        | dict.fromkeys((b"/AcroForm", b"/Widget", b"/ByteRange"), signed)
    ):
        raise AlteredFileError("something stands in it that nothing leads to")
    if not signed:
        return opened
    chain, signed_at = _signature(document, catalog)
    return replace(opened, chain=chain, signed_at=signed_at)


def _check_objects(document: Document) -> Counter[bytes]:
    """Look at the names in every object: nothing acts, nothing hides, no name in disguise.

    Returns how often each of those is named that must be there as often as we need it.
    """
    counted: Counter[bytes] = Counter()
    for head in document.heads():
        if _HEAD.fullmatch(head) is None:
            raise AlteredFileError("an object in it is damaged")
        plain = _STRING.sub(b"", head)
        if b"endobj" in plain:
            raise AlteredFileError("an object in it hides another")
        names = _NAME.findall(plain)
        if not _ACTIVE.isdisjoint(names):
            raise AlteredFileError("it does something when it is read")
        if any(b"#" in one and not one.startswith(_MEDIA_TYPE) for one in names):
            raise AlteredFileError("a name in it is written in disguise")
        counted.update(_COUNTED.intersection(names))
    return counted


def _signature(document: Document, catalog: Dictionary) -> tuple[tuple[Certificate, ...], datetime]:
    """Check the one signature: it covers every byte but its own digits, and these are exact."""
    form = document.dictionary(catalog["/AcroForm"])
    fields = document.array(form.get("/Fields"))
    field = document.dictionary(fields[0]) if len(fields) == 1 else {}
    if form.keys() != _FORM or field != {**_FIELD, "/P": field.get("/P"), "/V": field.get("/V")}:
        raise AlteredFileError("it has not exactly one signature")
    signature = document.dictionary(field.get("/V"))
    start, end = _gap(document, field.get("/V"))
    reason = signature.get("/Reason")
    check_format(reason.decode("latin-1") if isinstance(reason, bytes) else "")
    if (
        signature.keys() != _SIGNATURE
        or signature["/ByteRange"] != [0, start, end, len(document.data) - end]
        or signature["/Type"] != Name("/Sig")
        or signature["/Filter"] != Name("/Adobe.PPKLite")
        or signature["/SubFilter"] != Name("/ETSI.CAdES.detached")
        or reason != PACKAGE_FORMAT.encode()
    ):
        raise AlteredFileError("its signature does not cover all of it")
    encoded = _exact(document.data[start + 1 : end - 1])
    try:
        chain = open_digest(_digest(document.data, start, end), encoded)
    except BadSignatureError as error:
        raise AlteredFileError(str(error)) from None
    return chain, _time(signature["/M"])


def _gap(document: Document, reference: Value) -> tuple[int, int]:
    """Return where the signature's digits stand, with their angle brackets."""
    start, end = document.span(reference)
    found = list(_CONTENTS.finditer(document.data, start, end))
    if len(found) != 1:
        raise AlteredFileError("its signature was changed")
    return found[0].span(1)


def _exact(digits: bytes) -> bytes:
    """Return the DER in the digits; only zeros may follow, and digits A to F are capitals."""
    padded = bytes.fromhex(digits.decode("ascii")) if len(digits) % 2 == 0 else b""
    long_form = padded[1] & 0x7F if len(padded) > 1 and padded[1] & 0x80 else 0
    size = int.from_bytes(padded[2 : 2 + long_form], "big") + 2 + long_form
    if not long_form or size > len(padded) or padded[size:].strip(b"\0"):
        raise AlteredFileError("its signature was changed")
    return padded[:size]


def _digest(data: bytes | mmap, start: int, end: int) -> bytes:
    digest = hashlib.sha256()
    with memoryview(data) as view:
        digest.update(view[:start])
        digest.update(view[end:])
    return digest.digest()


def _time(value: Value) -> datetime:
    found = _TIME.fullmatch(value) if isinstance(value, bytes) else None
    try:
        text = found.group(1).decode() if found else ""
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise AlteredFileError("its signature names no time") from None


def _carried(document: Document, catalog: Dictionary, limits: Limits) -> tuple[Opened, int]:
    """Return what the attachments hold, exactly ours and in their order, and how many they are."""
    attached = _attached(document, catalog)
    if len(attached) > limits.seals:
        raise ForeignFileError(Sentence("The file holds more attachments than any package does."))
    kinds = _kinds(attached)
    if list(attached) != list(kinds):
        raise AlteredFileError("it carries something that no package does")
    streams = {name: _stream(document, attached[name], name, kind) for name, kind in kinds.items()}
    if len(set(streams.values())) != len(streams):
        raise AlteredFileError("two of its attachments are one")  # and might fill the memory
    stored = {name: _stored(document, streams[name], name, kind) for name, kind in kinds.items()}
    objects = _objects(stored, limits.carried(len(document.data)))
    packed = stored.get(DISCLOSURES_NAME)
    values = {} if packed is None else unpack_values(packed, limits)
    files = {
        found[1]: data
        for name, data in stored.items()
        if (found := ATTACHMENT_NAME.fullmatch(name))
    }
    seals = tuple(stored[name] for name, kind in kinds.items() if kind is SEAL)
    return Opened("pdf", seals, objects, disclosures=joined(values, files)), len(kinds)


def _kinds(attached: Iterable[str]) -> dict[str, Kind]:
    """Return what each attachment of such names would be, in the order of our writer."""
    names = sorted(attached)
    files = [one for one in names if ATTACHMENT_NAME.fullmatch(one)]
    packed = [one for one in names if one == DISCLOSURES_NAME]
    objects = [one for one in names if OBJECT_NAME.fullmatch(one)]
    count = len(names) - len(files) - len(packed) - len(objects)
    return {
        **dict.fromkeys(files, ATTACHMENT),
        **dict.fromkeys(packed, DISCLOSURES),
        **dict.fromkeys(objects, OBJECT),
        **dict.fromkeys(map(seal_name, range(1, count + 1)), SEAL),
    }


def _objects(stored: Mapping[str, bytes], room: int) -> dict[str, bytes]:
    objects: dict[str, bytes] = {}
    for name, packed in stored.items():
        found = OBJECT_NAME.fullmatch(name)
        if found is not None:
            objects[found[1]] = inflate(packed, min(room, settings.MAX_FORM_BYTES))
            room -= len(objects[found[1]])
    return objects


def _attached(document: Document, catalog: Dictionary) -> dict[str, Value]:
    """Return what is attached by name, in order: name tree and catalogue must say the same."""
    names = document.dictionary(catalog.get("/Names"))
    tree = document.dictionary(names.get("/EmbeddedFiles"))
    if not names.keys() <= {"/EmbeddedFiles", "/Dests"} or tree.keys() != {"/Names"}:
        raise AlteredFileError("it carries something else than signed records")
    pairs = document.array(tree["/Names"])
    keys = [one.decode("latin-1") for one in pairs[::2] if isinstance(one, bytes)]
    if pairs[1::2] != document.array(catalog.get("/AF")) or 2 * len(set(keys)) != len(pairs):
        raise AlteredFileError("its attachments are not those that it names")
    return dict(zip(keys, pairs[1::2], strict=True))


def _stream(document: Document, reference: Value, name: str, kind: Kind) -> Reference:
    """Return the stream of an attachment; all that is said of it must be as we say it."""
    spec = document.dictionary(reference)
    stream = document.dictionary(spec.get("/EF")).get("/F")
    expected: Dictionary = {
        "/Type": Name("/Filespec"),
        "/F": name.encode(),
        "/UF": name.encode(),
        "/EF": {"/F": stream, "/UF": stream},
        "/Desc": kind.description.encode(),
        "/AFRelationship": Name(kind.relationship),
    }
    if spec != expected or not isinstance(stream, Reference):
        raise AlteredFileError(f"the attachment {name} has two faces")
    return stream


def _stored(document: Document, stream: Reference, name: str, kind: Kind) -> bytes:
    """Return an attachment as it is stored: objects are deflated, seals are not."""
    head, data = document.stream(stream)
    said = head.get("/Params")
    params = said if isinstance(said, dict) else {}
    expected: Dictionary = {
        "/Type": Name("/EmbeddedFile"),
        "/Subtype": Name("/" + kind.media_type.replace("/", "#2F")),
        "/Params": {"/Size": params.get("/Size"), "/ModDate": params.get("/ModDate")},
        "/Length": len(data),
    }
    if kind.packed:
        expected = {**expected, "/Filter": Name("/FlateDecode")}
    if head != expected:
        raise AlteredFileError(f"the attachment {name} is packed in a way that no package is")
    return data
