"""Just enough of PDF (ISO 32000-2, 7.3 and 7.5) to find what our own writer put into a file.

One cross-reference table, one revision, no object streams, direct lengths: whatever else PDF
allows is refused, so nothing can stand behind, before or instead of what was signed.
"""

import re
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from mmap import mmap

from stocktake_app.exchange.contents import AlteredFileError

MAX_DEPTH = 16
MAX_OBJECT_BYTES = 4 * 1024 * 1024
TAIL_BYTES = 4096
HEADER = b"%PDF-2.0\n%\xc2\xa5\xc2\xb1\xc3\xab\n"
"""What our writer begins with: the version, then bytes that show a file to be binary."""

_TAIL = re.compile(rb"trailer\n(<<.{1,2000}>>)\nstartxref\n(\d{1,10})\n%%EOF\n\Z", re.DOTALL)
_TABLE = re.compile(rb"xref\n0 (\d{1,6})\n")
_TABLE_LINE = 20
_TABLE_ENTRY = re.compile(rb"(\d{10}) 00000 n \n")
_TABLE_FREE = b"0000000000 65535 f \n"
_OBJECT_END = b"\nendobj\n"
_LENGTH = re.compile(rb"/Length (\d{1,10})(?![\d.])(?! \d+ R)")
_STREAM = b"\nstream\n"
_STREAM_END = b"\nendstream\nendobj\n"


class Name(str):
    """A name such as ``/Type``, with its slash."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to an object by its number; generations are always 0."""

    number: int


Value = None | bool | int | float | bytes | Name | Reference | list["Value"] | dict[str, "Value"]
Dictionary = Mapping[str, Value]


@dataclass(frozen=True)
class Document:
    """A PDF of one revision: its bytes, its trailer, where its objects begin."""

    data: bytes | mmap
    trailer: Dictionary
    offsets: tuple[int, ...]
    table: int

    @cached_property
    def _starts(self) -> list[int]:
        return sorted({*self.offsets[1:], self.table})

    def span(self, reference: Value) -> tuple[int, int]:
        """Return where an object begins and where the next one does.

        Raises:
            AlteredFileError: there is no such object.
        """
        if not isinstance(reference, Reference) or not 0 < reference.number < len(self.offsets):
            raise AlteredFileError("an object in it is missing")
        start = self.offsets[reference.number]
        place = bisect_right(self._starts, start)
        if place == len(self._starts):
            raise AlteredFileError("an object in it lies outside of the file")
        return start, self._starts[place]

    def get(self, reference: Value) -> Value:
        """Return the object behind a reference; a value that is none is returned as it is."""
        if not isinstance(reference, Reference):
            return reference
        start, end = self.span(reference)
        if end - start > MAX_OBJECT_BYTES:
            raise AlteredFileError("an object in it is far too large")
        body = self._body(reference, bytes(self.data[start:end]))
        if not body.endswith(_OBJECT_END):
            raise AlteredFileError("an object in it is damaged")
        return parse(body.removesuffix(_OBJECT_END))

    def dictionary(self, reference: Value) -> Dictionary:
        """Return the dictionary behind a reference."""
        found = self.get(reference)
        if not isinstance(found, dict):
            raise AlteredFileError("an object in it is not what it should be")
        return found

    def array(self, reference: Value) -> list[Value]:
        """Return the array behind a reference."""
        found = self.get(reference)
        if not isinstance(found, list):
            raise AlteredFileError("an object in it is not what it should be")
        return found

    def stream(self, reference: Value) -> tuple[Dictionary, bytes]:
        """Return the dictionary of a stream and its bytes as they are stored."""
        start, end = self.span(reference)
        head_end = self.data.find(_STREAM, start, min(end, start + TAIL_BYTES))
        if head_end < 0 or not isinstance(reference, Reference):
            raise AlteredFileError("an attachment is damaged")
        head = parse(self._body(reference, bytes(self.data[start:head_end])))
        length = head.get("/Length") if isinstance(head, dict) else None
        begin = head_end + len(_STREAM)
        if type(length) is not int or begin + length + len(_STREAM_END) != end:
            raise AlteredFileError("an attachment is damaged")
        if self.data[end - len(_STREAM_END) : end] != _STREAM_END or not isinstance(head, dict):
            raise AlteredFileError("an attachment is damaged")
        return head, self.data[begin : begin + length]

    def heads(self) -> Iterator[bytes]:
        """Give every object without its stream; together they must be the whole file.

        Raises:
            AlteredFileError: bytes belong to no object, or an object is not closed.
        """
        by_place = sorted((place, number) for number, place in enumerate(self.offsets) if number)
        ends = [place for place, _ in by_place[1:]] + [self.table]
        if not by_place or self.data[: by_place[0][0]] != HEADER:
            raise AlteredFileError("there are bytes before its first object")
        for (start, number), end in zip(by_place, ends, strict=True):
            yield self._head(number, start, end)

    def _head(self, number: int, start: int, end: int) -> bytes:
        begin = b"%d 0 obj\n" % number
        if self.data[start : start + len(begin)] != begin:
            raise AlteredFileError("an object in it is not where it should be")
        start += len(begin)
        stop = self.data.find(_STREAM, start, end)
        closed = _OBJECT_END if stop < 0 else _STREAM_END
        if self.data[end - len(closed) : end] != closed:
            raise AlteredFileError("an object in it is damaged")
        head = self.data[start : end - len(closed) if stop < 0 else stop]
        if len(head) > MAX_OBJECT_BYTES:
            raise AlteredFileError("an object in it is far too large")
        if stop >= 0:
            _check_length(head, end - len(closed) - stop - len(_STREAM))
        return head

    @staticmethod
    def _body(reference: Reference, data: bytes) -> bytes:
        head = b"%d 0 obj\n" % reference.number
        if not data.startswith(head):
            raise AlteredFileError("an object in it is not where it should be")
        return data[len(head) :]


def _check_length(head: bytes, length: int) -> None:
    """Nothing stands behind the end of a stream: it is as long as it says, once."""
    if _LENGTH.findall(head) != [b"%d" % length]:
        raise AlteredFileError("a stream in it has another length than it says")


def read_document(data: bytes | mmap) -> Document:
    """Read the end of a PDF, its trailer and its one table of objects.

    Raises:
        AlteredFileError: it has several revisions, or is not laid out as our writer does it.
    """
    tail = _TAIL.search(data, max(0, len(data) - TAIL_BYTES))
    if tail is None:
        raise AlteredFileError("its end was written by another program")
    trailer = parse(tail.group(1))
    if not isinstance(trailer, dict) or trailer.keys() != {"/Root", "/Info", "/ID", "/Size"}:
        raise AlteredFileError("something was added to it after it was signed")
    table = int(tail.group(2))
    head = _TABLE.match(data, table)
    if head is None or trailer["/Size"] != int(head.group(1)):
        raise AlteredFileError("its table of objects is damaged")
    end = head.end() + int(head.group(1)) * _TABLE_LINE
    if end != tail.start():
        raise AlteredFileError("its table of objects is damaged")
    return Document(data, trailer, _offsets(bytes(data[head.end() : end]), table), table)


def _offsets(lines: bytes, table: int) -> tuple[int, ...]:
    if lines[:_TABLE_LINE] != _TABLE_FREE:
        raise AlteredFileError("its table of objects is damaged")
    offsets = [0]
    for position in range(_TABLE_LINE, len(lines), _TABLE_LINE):
        line = _TABLE_ENTRY.fullmatch(lines, position, position + _TABLE_LINE)
        if line is None or int(line.group(1)) >= table:
            raise AlteredFileError("its table of objects is damaged")
        offsets.append(int(line.group(1)))
    return tuple(offsets)


def inflate(data: bytes, limit: int) -> bytes:
    """Return the bytes of a FlateDecode stream, no more than ``limit``.

    Raises:
        AlteredFileError: it is larger or damaged.
    """
    inflater = zlib.decompressobj()
    try:
        inflated = inflater.decompress(data, limit + 1)  # 0 would mean without limit
    except zlib.error:
        raise AlteredFileError("an attachment is damaged") from None
    if not inflater.eof or inflater.unused_data or len(inflated) > limit:
        raise AlteredFileError("an attachment is damaged or too large")
    return inflated


def parse(data: bytes) -> Value:
    """Parse one object that takes all of ``data``.

    Raises:
        AlteredFileError: it is no object, or nested too deeply.
    """
    parser = _Parser(data)
    value = parser.value(0)
    if parser.peek() is not None:
        raise AlteredFileError("an object in it is damaged")
    return value


_TOKEN = re.compile(
    rb"[\x00\t\n\f\r ]*(?:(<<|>>|\[|\]|\()|<([0-9A-Fa-f]*)>|(/[^\x00\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|(\d{1,10}) 0 R(?![A-Za-z0-9])|([+-]?\d{1,15}(?:\.\d{1,15})?)|(true|false|null))"
)
_STRING = re.compile(rb"((?:[^\\()]++|\\(?:[0-7]{3}|[nrtbf()\\]))*+)\)")
_ESCAPE = re.compile(rb"\\([0-7]{3}|[nrtbf()\\])")
_ESCAPED = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
}
_WORDS: Mapping[bytes, Value] = {b"true": True, b"false": False, b"null": None}


class _Parser:
    """Reads one object from left to right; each byte is looked at a bounded number of times."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def peek(self) -> re.Match[bytes] | None:
        """Return the next token without taking it; None at the end.

        Raises:
            AlteredFileError: there is something, but it is no token.
        """
        token = _TOKEN.match(self._data, self._position)
        if token is None and self._data[self._position :].strip(b"\x00\t\n\f\r "):
            raise AlteredFileError("an object in it is damaged")
        return token

    def value(self, depth: int) -> Value:
        token = self.peek()
        if token is None or depth > MAX_DEPTH:
            raise AlteredFileError("an object in it is damaged")
        self._position = token.end()
        mark, digits, name, number, figure, word = token.groups()
        if mark is not None:
            return self._compound(mark, depth)
        if digits is not None:
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
        if name is not None:
            return Name(name.decode("latin-1"))
        if number is not None:
            return Reference(int(number))
        if figure is not None:
            return float(figure) if b"." in figure else int(figure)
        return _WORDS[word]

    def _compound(self, mark: bytes, depth: int) -> Value:
        if mark == b"(":
            return self._string()
        if mark == b"[":
            return self._items(b"]", depth)
        if mark != b"<<":
            raise AlteredFileError("an object in it is damaged")
        items = self._items(b">>", depth)
        keys = items[::2]
        names = [key for key in keys if isinstance(key, Name)]
        if len(items) % 2 or len(set(names)) != len(keys):
            raise AlteredFileError("an object in it names the same thing twice")
        return dict(zip(names, items[1::2], strict=True))

    def _items(self, end: bytes, depth: int) -> list[Value]:
        items: list[Value] = []
        while True:
            token = self.peek()
            if token is not None and token.group(1) == end:
                self._position = token.end()
                return items
            items.append(self.value(depth + 1))

    def _string(self) -> bytes:
        token = _STRING.match(self._data, self._position)
        if token is None:
            raise AlteredFileError("an object in it is damaged")
        self._position = token.end()
        return _ESCAPE.sub(_unescaped, token.group(1))


def _unescaped(found: re.Match[bytes]) -> bytes:
    escape = found.group(1)
    if escape[:1].isdigit():
        return bytes([int(escape, 8) & 0xFF])
    return _ESCAPED.get(escape, escape)
