"""A PDF taken apart into its objects, to be put together again with any lie in it."""

import hashlib
import re
from collections.abc import Sequence

from stocktake_app.exchange.pdf_objects import HEADER
from stocktake_app.trust.cms import Signer, sign_digest

Objects = list[tuple[int, bytes]]

_OBJECT = re.compile(rb"(?:^|\n)(\d{1,4}) 0 obj\n(.*?)\nendobj(?=\n)", re.DOTALL)
_TRAILER = re.compile(rb"trailer\n(<<.*?>>)\nstartxref", re.DOTALL)


def taken_apart(data: bytes) -> tuple[Objects, bytes]:
    """Return the objects by number, in their order in the file, and the trailer.

    Raises:
        ValueError: it is not laid out as our writer does it.
    """
    objects = [(int(number), body) for number, body in _OBJECT.findall(data)]
    trailer = _TRAILER.search(data)
    if trailer is None or not objects:
        raise ValueError("this is no PDF of ours")
    return objects, trailer[1]


def put_together(
    objects: Sequence[tuple[int, bytes]],
    trailer: bytes,
    *,
    header: bytes = HEADER,
    between: bytes = b"",
) -> bytes:
    """Return a PDF with a table that fits; ``between`` stands before the table."""
    out = bytearray(header)
    places: dict[int, int] = {}
    for number, body in objects:
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    out += between
    table = len(out)
    count = max(places, default=0) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % count
    for number in range(1, count):
        out += b"%010d 00000 n \n" % places.get(number, 0)
    trailer = re.sub(rb"/Size \d+", b"/Size %d" % count, trailer)
    out += b"trailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (trailer, table)
    return bytes(out)


def signed_anew(data: bytes, signer: Signer) -> bytes:
    """Make the range and the signature of a PDF fit its bytes; as it is if there is no room."""
    contents = re.search(rb"/Contents <([0-9A-Fa-f]{500,})>", data)
    reach = re.search(rb"/ByteRange \[[0-9 ]*\] *", data)
    if contents is None or reach is None:
        return data
    start, end = contents.start(1) - 1, contents.end(1) + 1
    fitting = b"/ByteRange [0 %d %d %d]" % (start, end, len(data) - end)
    if len(fitting) > len(reach[0]):
        return data
    data = data.replace(reach[0], fitting.ljust(len(reach[0])), 1)
    return with_signature(data, sign_digest(digest_of(data), signer))


def digest_of(data: bytes) -> bytes:
    """Return the digest of all but the signature's digits."""
    contents = re.search(rb"/Contents <[0-9A-Fa-f]{500,}>", data)
    assert contents
    start, end = contents.start() + len(b"/Contents "), contents.end()
    return hashlib.sha256(data[:start] + data[end:]).digest()


def with_signature(data: bytes, cms: bytes) -> bytes:
    """Put other signature bytes in, if there is room for them."""
    contents = re.search(rb"/Contents <([0-9A-Fa-f]{500,})>", data)
    assert contents
    digits = cms.hex().upper().encode()
    if len(digits) > len(contents[1]):
        return data
    start, end = contents.span(1)
    return data[:start] + digits.ljust(end - start, b"0") + data[end:]


def signature_in(data: bytes) -> bytes:
    """Return the DER of the signature without the zeros behind it."""
    contents = re.search(rb"/Contents <([0-9A-Fa-f]{500,})>", data)
    assert contents
    padded = bytes.fromhex(contents[1].decode())
    return padded[: int.from_bytes(padded[2:4], "big") + 4]
