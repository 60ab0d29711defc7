"""The parts that make a workbook a package: which there are, what they are called, what they say.

The seals come first as ``customXml/item1.xml`` and so on, in their order, then the objects by name,
the confidential answers in one part, and the attachments by digest;
programs of the Office family keep these parts when somebody saves the file again.
"""

import re
import uuid
from base64 import b64decode, b64encode
from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from itertools import chain

from stocktake_app.exchange.contents import AlteredFileError
from stocktake_app.exchange.relationships import (
    CONTENT_TYPES_NAME,
    DECLARATION,
    OFFICE_RELATIONSHIPS,
    SIGNATURES_TYPE,
    Relationship,
    write_relationships,
)

URN = b"urn:stocktake:"
"""What all namespaces begin with."""

SEAL_NAMESPACE = "urn:stocktake:seal:1"
OBJECT_NAMESPACE = "urn:stocktake:object:1"
DISCLOSURES_NAMESPACE = "urn:stocktake:disclosures:1"
ATTACHMENT_NAMESPACE = "urn:stocktake:attachment:1"

ROOT_RELATIONSHIPS = "_rels/.rels"
WORKBOOK = "xl/workbook.xml"
CORE = "docProps/core.xml"
APP = "docProps/app.xml"
SIGNATURE_FOLDER = "_xmlsignatures/"
SIGNATURE = "_xmlsignatures/sig1.xml"
SIGNATURE_ORIGIN = "_xmlsignatures/origin.sigs"
SIGNATURE_LINKS = "_xmlsignatures/_rels/origin.sigs.rels"
CUSTOM = "customXml/"

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_SHEET = f"{_OFFICE}.spreadsheetml"
_DATA = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
ITEM_PROPERTIES_TYPE = f"{_OFFICE}.customXmlProperties+xml"
WORKBOOK_TYPE = f"{_SHEET}.sheet.main+xml"
_SIGNED_ROOT = Relationship("rId1", f"{OFFICE_RELATIONSHIPS}/officeDocument", WORKBOOK)

READABLE_TYPES = frozenset(
    {
        f"{_SHEET}.{kind}+xml"
        for kind in ("sheet.main", "worksheet", "styles", "sharedStrings", "table", "comments")
    }
    | {f"{_OFFICE}.theme+xml", f"{_OFFICE}.drawing+xml", "image/png"}
)
"""What the readable part of a package consists of; no macros, no external data, no queries."""

READABLE_LINKS = frozenset(
    f"{OFFICE_RELATIONSHIPS}/{kind}"
    for kind in ("worksheet", "styles", "theme", "sharedStrings", "table", "drawing", "image")
)
"""The relationships that hold the readable part together."""

HYPERLINK = f"{OFFICE_RELATIONSHIPS}/hyperlink"
"""The only relationship that may lead out of the file."""

TO_ITEM = f"{OFFICE_RELATIONSHIPS}/customXml"
TO_ITEM_PROPERTIES = f"{OFFICE_RELATIONSHIPS}/customXmlProps"

UNSIGNED_TYPES: Mapping[str, str] = {
    CORE: "application/vnd.openxmlformats-package.core-properties+xml",
    APP: f"{_OFFICE}.extended-properties+xml",
    SIGNATURE_ORIGIN: SIGNATURES_TYPE,
    SIGNATURE: "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml",
}
"""Parts that Office never signs; each holds fixed bytes, or the signature."""

UNSIGNED_NAMES = frozenset({*UNSIGNED_TYPES, CONTENT_TYPES_NAME, SIGNATURE_LINKS})


def root_relationships() -> tuple[Relationship, ...]:
    """Return the package's own relationships, the same in every package."""
    return (
        _SIGNED_ROOT,
        Relationship("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", CORE),
        Relationship("rId3", f"{OFFICE_RELATIONSHIPS}/extended-properties", APP),
        Relationship(
            "rId4", f"{_PACKAGE}/relationships/digital-signature/origin", SIGNATURE_ORIGIN
        ),
    )


def signed_sources(name: str, links: tuple[Relationship, ...]) -> tuple[str, ...]:
    """Return the ids of the relationships that are signed of a relationships part: all of them.

    Of the package's own three are not: Office, too, leaves out properties and the signature.
    """
    if name == ROOT_RELATIONSHIPS:
        return (_SIGNED_ROOT.id,)
    return tuple(sorted(one.id for one in links))


def fixed_parts(signed_at: datetime) -> dict[str, bytes]:
    """Return the unsigned parts that follow from the time of signing alone."""
    link = f"{_PACKAGE}/relationships/digital-signature/signature"
    return {
        CORE: _core_properties(signed_at),
        APP: _app_properties(),
        SIGNATURE_ORIGIN: b"",
        SIGNATURE_LINKS: write_relationships([Relationship("rId1", link, "sig1.xml")]),
    }


def _core_properties(signed_at: datetime) -> bytes:
    time = signed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    dates = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{time}</dcterms:{name}>'
        for name in ("created", "modified")
    )
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:creator>Stocktake</dc:creator>{dates}</cp:coreProperties>"
    ).encode()


def _app_properties() -> bytes:
    return (
        f'{DECLARATION}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'extended-properties"><Application>Stocktake</Application></Properties>'
    ).encode()


@dataclass(frozen=True)
class Item:
    """A seal, an object or a disclosure as custom XML, with what Office wants beside it.

    ``number`` counts from 1; ``namespace`` is that of its one element.
    """

    number: int
    namespace: str
    part: bytes

    @property
    def name(self) -> str:
        """The part's name."""
        return item_name(self.number)

    @property
    def from_workbook(self) -> Relationship:
        """The workbook's relationship to it."""
        return item_link(self.number)

    @property
    def link(self) -> Relationship:
        """Its own relationship, to its properties."""
        return properties_link(self.number)

    @property
    def properties(self) -> bytes:
        """Its properties part."""
        return item_properties(self.number, self.namespace)


def item_name(number: int) -> str:
    """Return the name of the part of the n-th seal or object, from 1."""
    return f"{CUSTOM}item{number}.xml"


def item_link(number: int) -> Relationship:
    """Return the workbook's relationship to the n-th item, from 1."""
    key = f"rIdStocktake{number}"
    return Relationship(key, TO_ITEM, f"../{item_name(number)}")


def item_properties_name(number: int) -> str:
    """Return the name of the properties part of the n-th item, from 1."""
    return f"{CUSTOM}itemProps{number}.xml"


def properties_link(number: int) -> Relationship:
    """Return the relationship of the n-th item to its properties."""
    target = item_properties_name(number).removeprefix(CUSTOM)
    return Relationship("rId1", f"{OFFICE_RELATIONSHIPS}/customXmlProps", target)


def item_properties(number: int, namespace: str) -> bytes:
    """Return the properties part of the n-th item, whose element is of this namespace."""
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{namespace}#{number}")).upper()
    return (
        f'{DECLARATION}<ds:datastoreItem ds:itemID="{{{key}}}" xmlns:ds="{_DATA}">'
        f'<ds:schemaRefs><ds:schemaRef ds:uri="{namespace}"/></ds:schemaRefs>'
        "</ds:datastoreItem>"
    ).encode()


def seal_item(number: int, encoded: bytes) -> Item:
    """Wrap a seal file's bytes."""
    return Item(number, SEAL_NAMESPACE, _wrapped(_SEAL_HEAD, encoded, b"</seal>"))


def object_item(number: int, name: str, data: bytes) -> Item:
    """Wrap an object; ``name`` is its SHA-256."""
    head = _OBJECT_HEAD % name.encode()
    return Item(number, OBJECT_NAMESPACE, _wrapped(head, data, b"</object>"))


_SEAL_HEAD = f'{DECLARATION}<seal xmlns="{SEAL_NAMESPACE}">'.encode()
_OBJECT_HEAD = f'{DECLARATION}<object xmlns="{OBJECT_NAMESPACE}" sha256="%b">'.encode()


def _wrapped(head: bytes, data: bytes, tail: bytes) -> bytes:
    return b"".join((head, b64encode(data), tail))


def disclosures_item(number: int, data: bytes) -> Item:
    """Wrap the confidential answers, packed."""
    part = _wrapped(_DISCLOSURES_HEAD, data, b"</disclosures>")
    return Item(number, DISCLOSURES_NAMESPACE, part)


def attachment_item(number: int, digest: str, data: bytes) -> Item:
    """Wrap the disclosure of an attachment."""
    head = _ATTACHMENT_HEAD % digest.encode()
    return Item(number, ATTACHMENT_NAMESPACE, _wrapped(head, data, b"</attachment>"))


_DISCLOSURES_HEAD = f'{DECLARATION}<disclosures xmlns="{DISCLOSURES_NAMESPACE}">'.encode()
_ATTACHMENT_HEAD = f'{DECLARATION}<attachment xmlns="{ATTACHMENT_NAMESPACE}" sha256="%b">'.encode()


class Part(StrEnum):
    """What a part of custom XML is; they stand in this order."""

    SEAL = "seal"
    OBJECT = "object"
    DISCLOSURES = "disclosures"
    ATTACHMENT = "attachment"


PARTS = tuple(Part)
NAMED = frozenset({Part.OBJECT, Part.ATTACHMENT})
_NAMESPACES = {
    Part.SEAL: SEAL_NAMESPACE,
    Part.OBJECT: OBJECT_NAMESPACE,
    Part.DISCLOSURES: DISCLOSURES_NAMESPACE,
    Part.ATTACHMENT: ATTACHMENT_NAMESPACE,
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a part of custom XML holds; ``name`` is an object's or an attachment's, else ""."""

    kind: Part
    name: str
    data: bytes

    @property
    def namespace(self) -> str:
        """The namespace of the part's one element."""
        return _NAMESPACES[self.kind]

    def item(self, number: int) -> Item:
        """Return it as our writer wraps it."""
        if self.kind is Part.SEAL:
            return seal_item(number, self.data)
        if self.kind is Part.DISCLOSURES:
            return disclosures_item(number, self.data)
        wrap = object_item if self.kind is Part.OBJECT else attachment_item
        return wrap(number, self.name, self.data)


def read_item(number: int, pieces: Iterable[bytes]) -> Found:
    """Read a part of custom XML, given piece by piece, that must be exactly as we write it.

    All pieces are taken before anything is returned, and no more than one is held.

    Raises:
        AlteredFileError: it is wrapped in another way.
    """
    rest = iter(pieces)
    begin = _beginning(rest)
    head = _HEAD.match(begin)
    if head is None:
        raise AlteredFileError(f"the part {item_name(number)} was written by another program")
    kind, name = Part(head.group(1).decode()), (head.group(2) or b"").decode()
    if not Found(kind, name, b"").item(number).part.startswith(head.group()):
        raise AlteredFileError(f"the part {item_name(number)} was written by another program")
    body = chain((begin[head.end() :],), rest)
    try:
        data = _decoded(body, f"</{kind}>".encode())
    except ValueError:
        raise AlteredFileError(f"the part {item_name(number)} is damaged") from None
    return Found(kind, name, data)


def _beginning(pieces: Iterator[bytes]) -> bytes:
    begin = b""
    while len(begin) < _MAX_HEAD_BYTES and (piece := next(pieces, None)) is not None:
        begin += piece
    return begin


def _decoded(pieces: Iterable[bytes], tail: bytes) -> bytes:
    """Decode base64 as ``b64encode`` writes it, and ``tail`` behind it.

    Raises:
        ValueError: it is written in any other way.
    """
    found, held = BytesIO(), b""
    for piece in pieces:
        held += piece
        whole = max(0, len(held) - len(tail) - _LETTERS) // _LETTERS * _LETTERS
        data = a2b_base64(memoryview(held)[:whole], strict_mode=True)
        if len(data) * _LETTERS != whole * _BYTES:
            raise ValueError("there is padding in the middle")
        found.write(data)
        held = held[whole:]
    last = a2b_base64(held.removesuffix(tail), strict_mode=True)
    if b64encode(last) + tail != held:
        raise ValueError("bits are hidden, or something else stands at the end")
    found.write(last)
    return found.getvalue()


_LETTERS, _BYTES = 4, 3
"""So many letters of base64 stand for so many bytes."""

_MAX_HEAD_BYTES = 512
_HEAD = re.compile(
    re.escape(DECLARATION.encode())
    + rb'<(seal|object|disclosures|attachment) xmlns="[^"]{1,60}"(?: sha256="([0-9a-f]{64})")?>'
)


def find_resaved(part: bytes) -> Found | None:
    """Find what is ours in custom XML that another program saved again; None if nothing is."""
    found = _RESAVED.search(part)
    if found is None:
        return None
    tag, attributes, body = found.groups()
    kind = Part(tag.decode())
    name = _RESAVED_NAME.search(attributes)
    if _NAMESPACES[kind].encode() not in attributes or (kind in NAMED) != bool(name):
        return None
    try:
        data = b64decode(b"".join(body.split()), validate=True)
    except ValueError:
        return None
    return Found(kind, name.group(1).decode() if name else "", data)


_RESAVED = re.compile(
    rb"<(?:\w+:)?(seal|object|disclosures|attachment)\s([^<>]*)>([A-Za-z0-9+/=\s]*)</"
)
_RESAVED_NAME = re.compile(rb"sha256=[\"']([0-9a-f]{64})[\"']")
