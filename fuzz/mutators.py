"""Ways to change a file that keep its outer layers whole, so that changes reach the inner ones.

``mutate`` is atheris's own change of bytes; each function here takes a file, lets ``mutate`` change
one part of it, and packs the file again.
"""

import random
import re
import struct
from collections.abc import Callable
from dataclasses import replace

from fuzz.seeds import packed, people, unpacked
from stocktake_app.exchange.contents import AlteredFileError
from stocktake_app.exchange.ooxml_signature import read_signature, sign_parts
from stocktake_app.trust.cms import sign_digest

Mutate = Callable[[bytes, int], bytes]
Mutator = Callable[[bytes, int, random.Random, Mutate], bytes]

MOST_DIGITS = 4
SIGNATURE = "_xmlsignatures/sig1.xml"


def plain(data: bytes, size: int, _chance: random.Random, mutate: Mutate) -> bytes:
    """Change any bytes."""
    return mutate(data, size)


def archive(data: bytes, size: int, chance: random.Random, mutate: Mutate) -> bytes:
    """Change one part of a zip file, drop one, copy one, or any bytes."""
    try:
        parts = unpacked(data)
    except Exception:  # noqa: BLE001 - no zip file any more: Python's reader has many ways to say it
        return mutate(data, size)
    if not parts or chance.random() < 0.2:  # noqa: PLR2004
        return mutate(data, size)
    names = sorted(parts)
    name = chance.choice(names)
    step = chance.random()
    if step < 0.05:  # noqa: PLR2004
        del parts[name]
    elif step < 0.1:  # noqa: PLR2004
        parts[name] = parts[chance.choice(names)]
    elif step < 0.15:  # noqa: PLR2004
        parts[mutate(name.encode(), 60).decode("latin-1") or "x"] = parts[name]
    else:
        parts[name] = mutate(parts[name], len(parts[name]) + 2000)
    if chance.random() < 0.5:  # noqa: PLR2004
        _sign_workbook(parts)
    return _packed(parts, data, size, mutate)


def _packed(parts: dict[str, bytes], data: bytes, size: int, mutate: Mutate) -> bytes:
    try:
        made = packed(parts, 0)
    except (ValueError, struct.error, UnicodeError):
        return mutate(data, size)
    return made if len(made) <= size else mutate(data, size)


def _sign_workbook(parts: dict[str, bytes]) -> None:
    """Sign the digests of a stranger's parts anew, where the signature can still be read."""
    import hashlib

    try:
        found = read_signature(parts.get(SIGNATURE, b""))
    except AlteredFileError:
        return
    digests = [
        replace(one, sha256=hashlib.sha256(parts.get(one.name, b"")).digest())
        if one.sources is None
        else one
        for one in found.parts
    ]
    signer = people().stranger
    parts[SIGNATURE] = sign_parts(digests, signer.key, signer.chain, people().now)


def document(data: bytes, size: int, chance: random.Random, mutate: Mutate) -> bytes:
    """Change one object of a PDF, write its table anew and, at times, sign it anew."""
    objects = re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj\n", data, re.DOTALL)
    trailer = re.search(rb"trailer\n(<<.*?>>)\nstartxref", data, re.DOTALL)
    if not objects or trailer is None or chance.random() < 0.2:  # noqa: PLR2004
        return mutate(data, size)
    place = chance.randrange(len(objects))
    number, body = objects[place]
    objects[place] = (number, mutate(body, len(body) + 500))
    made = rebuilt(objects, trailer[1])
    if chance.random() < 0.7:  # noqa: PLR2004
        made = signed_by_a_stranger(made)
    return made if len(made) <= size else mutate(data, size)


def rebuilt(objects: list[tuple[bytes, bytes]], trailer: bytes) -> bytes:
    """Return a PDF of these objects, by number, with a table that fits.

    Numbers that would make the table huge are left out of it.
    """
    out = bytearray(b"%PDF-2.0\n%\xc2\xa5\xc2\xb1\xc3\xab\n")
    places = {}
    for number, body in objects:
        if len(number) <= MOST_DIGITS:
            places[int(number)] = len(out)
        out += b"%b 0 obj\n%b\nendobj\n" % (number, body)
    table = len(out)
    count = max(places, default=0) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % count
    for number in range(1, count):
        out += b"%010d 00000 n \n" % places.get(number, 0)
    trailer = re.sub(rb"/Size \d+", b"/Size %d" % count, trailer)
    out += b"trailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (trailer, table)
    return bytes(out)


def signed_by_a_stranger(data: bytes) -> bytes:
    """Make range and signature of a PDF fit its bytes, if there is room."""
    import hashlib

    contents = re.search(rb"/Contents (<[0-9A-F]{500,}>)", data)
    reach = re.search(rb"/ByteRange \[[0-9 ]*\]", data)
    if contents is None or reach is None:
        return data
    start, end = contents.span(1)
    fitting = b"/ByteRange [0 %d %d %d]" % (start, end, len(data) - end)
    if len(fitting) > len(reach[0]):
        return data
    data = data.replace(reach[0], fitting.ljust(len(reach[0])), 1)
    digest = hashlib.sha256(data[:start] + data[end:]).digest()
    digits = sign_digest(digest, people().stranger).hex().upper().encode()
    room = end - start - 2
    if len(digits) > room:
        return data
    return data[: start + 1] + digits.ljust(room, b"0") + data[end - 1 :]
