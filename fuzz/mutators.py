"""Ways to change a file that keep its outer layers whole, so that changes reach the inner ones.

``mutate`` is atheris's own change of bytes; each function here takes a file, lets ``mutate`` change
one part of it, and packs the file again.
"""

import random
import struct
from collections.abc import Callable
from dataclasses import replace

from backports import zstd

from fuzz.seeds import packed, people, put_together, signed_anew, taken_apart, unpacked
from stocktake_app.exchange.contents import AlteredFileError
from stocktake_app.exchange.ooxml_signature import read_signature, sign_parts

Mutate = Callable[[bytes, int], bytes]
Mutator = Callable[[bytes, int, random.Random, Mutate], bytes]

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


def compressed(data: bytes, size: int, chance: random.Random, mutate: Mutate) -> bytes:
    """Change what stands inside of a zstd frame, or the frame itself."""
    try:
        inside = zstd.decompress(data)
    except zstd.ZstdError:
        return mutate(data, size)
    if chance.random() < 0.2:  # noqa: PLR2004
        return mutate(data, size)
    return zstd.compress(mutate(inside, 4 * size))


def document(data: bytes, size: int, chance: random.Random, mutate: Mutate) -> bytes:
    """Change one object of a PDF, write its table anew and, at times, sign it anew."""
    try:
        objects, trailer = taken_apart(data)
    except ValueError:
        return mutate(data, size)
    if chance.random() < 0.2:  # noqa: PLR2004
        return mutate(data, size)
    place = chance.randrange(len(objects))
    number, body = objects[place]
    objects[place] = (number, mutate(body, len(body) + 500))
    made = put_together(objects, trailer)
    if chance.random() < 0.7:  # noqa: PLR2004
        made = signed_anew(made, people().stranger)
    return made if len(made) <= size else mutate(data, size)
