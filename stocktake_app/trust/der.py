"""The little of DER (ITU-T X.690) that a signature of ours needs, written and read.

asn1crypto takes 35 ms to build one signature and a package may hold hundreds, so the bytes are
put together here; the tests read them with asn1crypto, OpenSSL and pyHanko.
"""

from datetime import UTC, datetime

INTEGER, OCTETS, NULL, OID, UTC_TIME, GENERALIZED_TIME = 0x02, 0x04, 0x05, 0x06, 0x17, 0x18
SEQUENCE, SET, CONTEXT_0 = 0x30, 0x31, 0xA0

LONG_FORM = 0x80
MAX_LENGTH_BYTES = 4
FIRST_GENERALIZED_YEAR = 2050  # RFC 5652, 11.3: UTCTime from 1950 to 2049, then GeneralizedTime


class BadDerError(ValueError):
    """Bytes that are not DER."""


def element(tag: int, *contents: bytes) -> bytes:
    """Return one element: tag, length, contents one after the other."""
    content = b"".join(contents)
    size = len(content)
    if size < LONG_FORM:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, LONG_FORM | len(length))) + length + content


def sequence(*members: bytes) -> bytes:
    """Return a SEQUENCE of encoded members."""
    return element(SEQUENCE, *members)


def set_of(*members: bytes, tag: int = SET) -> bytes:
    """Return a SET OF encoded members, sorted as DER wants it (X.690, 11.6)."""
    return element(tag, *sorted(members))


def integer(number: int) -> bytes:
    """Return an INTEGER; only positive ones occur here."""
    return element(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER such as ``1.2.840.113549.1.7.2``."""
    first, second, *rest = (int(one) for one in dotted.split("."))
    return element(OID, *(_base128(number) for number in (40 * first + second, *rest)))


def _base128(number: int) -> bytes:
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | LONG_FORM)
    return bytes(reversed(groups))


def time(moment: datetime) -> bytes:
    """Return the moment as UTCTime up to 2049 and as GeneralizedTime afterwards, whole seconds."""
    moment = moment.astimezone(UTC)
    text = moment.strftime("%Y%m%d%H%M%SZ").encode("ascii")
    if moment.year < FIRST_GENERALIZED_YEAR:
        return element(UTC_TIME, text[2:])
    return element(GENERALIZED_TIME, text)


def read_time(encoded: bytes) -> datetime:
    """Read what ``time`` wrote.

    Raises:
        BadDerError: it is no such time.
    """
    text = content(encoded).decode("ascii", "replace")
    try:
        if encoded[0] == UTC_TIME:
            text = ("20" if text[:2] < "50" else "19") + text
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise BadDerError(f"{text!r} is not a time") from None


def content(encoded: bytes) -> bytes:
    """Return what stands behind tag and length of one element.

    Raises:
        BadDerError: it is not exactly one element.
    """
    start, end = _bounds(encoded, 0)
    if end != len(encoded):
        raise BadDerError("there are bytes behind the end")
    return encoded[start:end]


def members(encoded: bytes) -> list[bytes]:
    """Return the encoded members of a SEQUENCE, SET or tagged element.

    Raises:
        BadDerError: it is not exactly one element, or its contents are not elements.
    """
    inner = content(encoded)
    found = []
    position = 0
    while position < len(inner):
        _, end = _bounds(inner, position)
        found.append(inner[position:end])
        position = end
    return found


def _bounds(data: bytes, position: int) -> tuple[int, int]:
    """Return where the contents of the element at ``position`` start and end."""
    start = position + 2
    if start > len(data):
        raise BadDerError("it ends too early")
    size = data[position + 1]
    if size >= LONG_FORM:
        count = size & 0x7F
        if not 0 < count <= MAX_LENGTH_BYTES or start + count > len(data):
            raise BadDerError("a length is not in definite form")
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + size > len(data):
        raise BadDerError("it ends too early")
    return start, start + size
