"""The pages of a PDF package against those that its seals make, object by object.

The same code makes the same objects in the same order. Only how well streams are packed may
differ between two machines, so these are compared unpacked.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from mmap import mmap

from stocktake_app.documents.record import Record
from stocktake_app.exchange.contents import AlteredFileError, Contents
from stocktake_app.exchange.pdf_objects import (
    Dictionary,
    Document,
    Name,
    Reference,
    Value,
    inflate,
    read_document,
)
from stocktake_app.exchange.pdf_package import without_signature
from stocktake_app.exchange.verify import Report
from stocktake_app.exchange.visible_limits import (
    MAX_NAMED,
    Difference,
    VisibleCheck,
    differs,
)
from stocktake_app.translations import Sentence

MAX_STREAM_BYTES = 256 * 1024 * 1024
MAX_PAGES = 20_000
_DEPTH = 12
_NOT_OF_THE_PAGE = frozenset({"/Parent", "/P", "/V", "/Length"})
"""What leads from a page to other pages or to the signature, or only says how well it is packed."""

_CONTENTS = re.compile(rb"/Contents <[0-9A-Fa-f]*>")
_BYTE_RANGE = re.compile(rb"/ByteRange ?\[[^\]]*\]")
_STREAM = re.compile(rb"\nstream\n")


def compare_pages(
    data: bytes | mmap, report: Report, contents: Contents, record: Record
) -> VisibleCheck:
    """Compare the pages in a file, and all around them, with those of this record.

    Raises:
        NotCheckedError: from the record, past a limit.
        AlteredFileError: the file is not what the verifier has seen.
    """
    from stocktake_app.documents.record_pdf import record_pdf

    when = report.signed_at or datetime.fromisoformat(contents.closing.manifest.created)
    chain = report.seals[-1].chain
    made = without_signature(record_pdf(record), contents, chain, when)
    ours, theirs = read_document(made), read_document(data)
    if report.signed_at is not None and _same_objects(ours, theirs):
        return VisibleCheck("same")
    found = list(islice(_odd_pages(ours, theirs), MAX_NAMED))
    if report.signed_at is None and not found:
        return VisibleCheck("same")
    return differs(found or [Difference("", "", "", "")])


def _same_objects(ours: Document, theirs: Document) -> bool:
    """Say whether two files have the same objects, but for what the signature's digits are."""
    if len(ours.offsets) != len(theirs.offsets) or ours.trailer != theirs.trailer:
        return False
    numbers = range(1, len(ours.offsets))
    return all(_same_object(ours, theirs, Reference(number)) for number in numbers)


def _same_object(ours: Document, theirs: Document, name: Reference) -> bool:
    one, other = _bytes_of(ours, name), _bytes_of(theirs, name)
    if one == other:
        return True
    if _CONTENTS.search(one):
        blank = _CONTENTS.sub(b"", one, count=1)
        return _BYTE_RANGE.sub(b"", blank) == _BYTE_RANGE.sub(
            b"", _CONTENTS.sub(b"", other, count=1)
        )
    if not (_STREAM.search(one) and _STREAM.search(other)):
        return False
    try:
        return _unpacked(ours, name) == _unpacked(theirs, name)
    except AlteredFileError:
        return False


def _bytes_of(document: Document, name: Reference) -> bytes:
    start, end = document.span(name)
    return bytes(document.data[start:end])


def _unpacked(document: Document, name: Reference) -> tuple[Dictionary, bytes]:
    """Return a stream without its length, unpacked if it is deflated."""
    head, data = document.stream(name)
    rest = {key: value for key, value in head.items() if key != "/Length"}
    filters = head.get("/Filter")
    names = filters if isinstance(filters, list) else [filters]
    if names[:1] == [Name("/ASCII85Decode")]:
        data, names = _from_ascii85(data), names[1:]
    return rest, inflate(data, MAX_STREAM_BYTES) if names == [Name("/FlateDecode")] else data


def _from_ascii85(data: bytes) -> bytes:
    try:
        return base64.a85decode(data.removesuffix(b"~>"))
    except ValueError:
        raise AlteredFileError("a page in it cannot be unpacked") from None


def _odd_pages(ours: Document, theirs: Document) -> Iterator[Difference]:
    """Name the pages that differ, that are missing, and that are too many."""
    signed, shown = list(_pages(ours)), list(_pages(theirs))
    of_ours, of_theirs = _Prints(ours), _Prints(theirs)
    for number, (one, other) in enumerate(zip(signed, shown, strict=False), 1):
        if of_ours.of(one) != of_theirs.of(other):
            yield Difference(_place(number), "", "", "")
    for number in range(len(shown) + 1, len(signed) + 1):
        yield Difference(_place(number), "", "", THIS_PAGE)
    for number in range(len(signed) + 1, len(shown) + 1):
        yield Difference(_place(number), "", THIS_PAGE, "")


THIS_PAGE = Sentence("(this page)")


def _place(number: int) -> Sentence:
    return Sentence("page {n}", n=number)


def _pages(document: Document) -> Iterator[Reference]:
    """Give the pages of a document in their order."""
    catalog = document.dictionary(document.trailer["/Root"])
    waiting: list[Value] = [catalog.get("/Pages")]
    seen: set[int] = set()
    while waiting:
        name = waiting.pop()
        if not isinstance(name, Reference) or name.number in seen or len(seen) > MAX_PAGES:
            raise AlteredFileError("its pages are not listed as they should be")
        seen.add(name.number)
        node = document.dictionary(name)
        if node.get("/Type") == Name("/Page"):
            yield name
        else:
            waiting += reversed(document.array(node.get("/Kids")))


class _Prints:
    """Makes one digest of a page and all that it is drawn from, whatever its objects' numbers."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, bytes] = {}

    def of(self, page: Reference) -> bytes:
        """Return the digest of a page."""
        return self._value(self._document.get(page), 0)

    def _value(self, value: Value, depth: int) -> bytes:
        if depth > _DEPTH:
            return b"deep"
        if isinstance(value, Reference):
            return self._object(value, depth)
        if isinstance(value, dict):
            kept = sorted(value.keys() - _NOT_OF_THE_PAGE)
            parts = [b"%b:%b" % (key.encode(), self._value(value[key], depth + 1)) for key in kept]
            return _digest(b"dict", *parts)
        if isinstance(value, list):
            return _digest(b"list", *(self._value(one, depth + 1) for one in value))
        return _digest(b"plain", repr(value).encode())

    def _object(self, name: Reference, depth: int) -> bytes:
        known = self._known.get(name.number)
        if known is None:
            self._known[name.number] = b"circle"
            known = self._known[name.number] = self._made(name, depth)
        return known

    def _made(self, name: Reference, depth: int) -> bytes:
        if not _STREAM.search(_bytes_of(self._document, name)):
            return self._value(self._document.get(name), depth + 1)
        head, data = _unpacked(self._document, name)
        return _digest(b"stream", self._value(dict(head), depth + 1), data)


def _digest(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d " % len(part))
        digest.update(part)
    return digest.digest()
