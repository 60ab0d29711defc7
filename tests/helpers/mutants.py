"""Random changes at every layer of a package: bytes, entries, XML, links, objects, DER, JSON.

Each function takes a chance and something whole, and gives the same with one change; the layers
around are packed again, so that no checksum or table gives the change away.
"""

import json
import random
import re
from base64 import b64decode, b64encode
from collections.abc import Callable

from forged_cms import Node, node
from packages import Parts, packed, unpacked
from part_tools import SIGNATURE, TYPES
from raw_pdf import put_together, signature_in, taken_apart, with_signature
from raw_zip import entries_of, joined

from stocktake_app.model.seal import MAGIC

Chance = random.Random
Mutate = Callable[[Chance, bytes], bytes]

_TAG = re.compile(rb"<[^<>?!]+>")
_ELEMENT = re.compile(rb"<([\w:]+)[^<>]*/>|<([\w:]+)[^<>]*>[^<>]*</\2>")
_ATTRIBUTE = re.compile(rb' [\w:]+="[^"<]*"')
_LINK = re.compile(rb"<Relationship [^<>]*/>")


def bytes_changed(chance: Chance, data: bytes) -> bytes:
    """Flip a bit, or set, insert, delete, double or swap bytes."""
    if not data:
        return b"x"
    place, other = chance.randrange(len(data)), chance.randrange(len(data))
    length = chance.choice((1, 1, 2, 4, 16, 64))
    piece = data[other : other + length]
    return chance.choice(
        (
            data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :],
            data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :],
            data[:place] + chance.randbytes(length) + data[place:],
            data[:place] + data[place + length :],
            data[:place] + piece + data[place:],
            data[:place] + piece + data[place + len(piece) :],
        )
    )


def entries_changed(chance: Chance, data: bytes) -> bytes:
    """Drop, double, rename or exchange an entry of a zip file, or change its bytes as stored."""
    entries = entries_of(data)
    place, other = chance.randrange(len(entries)), chance.randrange(len(entries))
    one, two = entries[place], entries[other]
    from dataclasses import replace

    changes = (
        [*entries[:place], *entries[place + 1 :]],
        [*entries, one],
        [*entries, replace(one, name=bytes_changed(chance, one.name))],
        [replace(one, name=bytes_changed(chance, one.name)) if e is one else e for e in entries],
        [replace(e, name=two.name) if e is one else e for e in entries],
        [
            replace(e, name={one.name: two.name, two.name: one.name}.get(e.name, e.name))
            for e in entries
        ],
        [replace(e, body=bytes_changed(chance, e.body)) if e is one else e for e in entries],
        [replace(e, crc=e.crc ^ 1 << chance.randrange(32)) if e is one else e for e in entries],
        [
            replace(e, size=abs(e.size + chance.randrange(-2, 3))) if e is one else e
            for e in entries
        ],
        [replace(e, offset=chance.randrange(len(data))) if e is one else e for e in entries],
        chance.sample(entries, len(entries)),
    )
    return joined(chance.choice(changes))


def part_changed(chance: Chance, data: bytes) -> bytes:
    """Change bytes of one part."""
    parts = unpacked(data)
    name = chance.choice(sorted(parts))
    parts[name] = bytes_changed(chance, parts[name])
    return packed(parts, 0)


def xml_changed(chance: Chance, data: bytes) -> bytes:
    """Change an element or an attribute of a part of XML; most often one that is not digested."""
    parts = unpacked(data)
    names = [SIGNATURE, TYPES, "docProps/core.xml", "_rels/.rels", *sorted(parts)]
    name = chance.choice([one for one in names if parts[one]])
    parts[name] = _markup(chance, parts[name])
    return packed(parts, 0)


def _markup(chance: Chance, data: bytes) -> bytes:
    pattern = chance.choice((_TAG, _ELEMENT, _ATTRIBUTE))
    found = list(pattern.finditer(data))
    if not found:
        return bytes_changed(chance, data)
    one, two = chance.choice(found), chance.choice(found)
    before, behind = data[: one.start()], data[one.end() :]
    return chance.choice(
        (
            before + behind,
            before + one[0] + one[0] + behind,
            before + two[0] + behind,
            before + two[0] + one[0] + behind,
            before + bytes_changed(chance, one[0]) + behind,
            before + one[0].replace(b'"', b"'") + behind,
            before + one[0].replace(b" ", b"  ", 1) + behind,
        )
    )


def links_changed(chance: Chance, data: bytes) -> bytes:
    """Drop, double, move or retarget a relationship."""
    parts = unpacked(data)
    names = [name for name in parts if name.endswith(".rels")]
    name = chance.choice(names)
    found = _LINK.findall(parts[name])
    if not found:
        return part_changed(chance, data)
    one = chance.choice(found)
    other = chance.choice(_LINK.findall(parts[chance.choice(names)]) or [one])
    new = chance.choice((b"", one + one, other, one + other, bytes_changed(chance, one)))
    parts[name] = parts[name].replace(one, new, 1)
    if chance.random() < 0.2:
        found = _LINK.findall(parts[name])
        for number, link in enumerate(found):
            parts[name] = parts[name].replace(link, b"<%d>" % number, 1)
        for number, link in enumerate(chance.sample(found, len(found))):
            parts[name] = parts[name].replace(b"<%d>" % number, link, 1)
    return packed(parts, 0)


def object_changed(chance: Chance, data: bytes) -> bytes:
    """Change, drop, double or exchange objects of a PDF, with a table that fits."""
    objects, trailer = taken_apart(data)
    place, other = chance.randrange(len(objects)), chance.randrange(len(objects))
    number, body = objects[place]
    step = chance.randrange(6)
    if step == 0:
        del objects[place]
    elif step == 1:
        objects.insert(other, objects[place])
    elif step == 2:
        objects[place], objects[other] = (number, objects[other][1]), (objects[other][0], body)
    elif step == 3:
        trailer = bytes_changed(chance, trailer)
    elif step == 4:
        objects.append((len(objects) + chance.randrange(1, 9), body))
    else:
        objects[place] = (number, bytes_changed(chance, body))
    return put_together(objects, trailer)


def der_changed(chance: Chance, encoded: bytes) -> bytes:
    """Change, drop, double or exchange elements of DER, all lengths made to fit."""
    top = node(encoded)
    inner = [one for one in _all(top) if one.children]
    parent = chance.choice(inner)
    place = chance.randrange(len(parent.children))
    child, other = parent.children[place], chance.choice(list(_all(top)))
    step = chance.randrange(6)
    if step == 0:
        del parent.children[place]
    elif step == 1:
        parent.children.insert(place, child)
    elif step == 2 and child not in _all(other):
        parent.children[place] = other
    elif step == 3:
        chance.shuffle(parent.children)
    elif step == 4:
        child.tag = (child.tag ^ 1 << chance.choice((0, 1, 2, 3, 4, 7))) & 0xDF | child.tag & 0x20
    else:
        leaf = chance.choice([one for one in _all(top) if not one.children])
        leaf.content = bytes_changed(chance, leaf.content)
    return top.encode()


def _all(top: Node) -> list[Node]:
    found, pending = [], [top]
    while pending:
        one = pending.pop()
        found.append(one)
        pending += one.children
    return found


def seal_changed(chance: Chance, data: bytes) -> bytes:
    """Change the manifest, the signature or the lines of a seal file, with lengths that fit."""
    parts = []
    position = len(MAGIC)
    for _ in range(3):
        size = int.from_bytes(data[position : position + 8], "big")
        parts.append(data[position + 8 : position + 8 + size])
        position += 8 + size
    place = chance.randrange(4)
    change = (manifest_changed, der_changed, bytes_changed, bytes_changed)[place]
    parts[place % 3] = change(chance, parts[place % 3])
    return MAGIC + b"".join(len(one).to_bytes(8, "big") + one for one in parts)


def manifest_changed(chance: Chance, data: bytes) -> bytes:
    """Change a member of a manifest, canonically."""
    body = json.loads(data)
    name, other = chance.choice(sorted(body)), chance.choice(sorted(body))
    step = chance.randrange(5)
    if step == 0:
        del body[name]
    elif step == 1:
        body[name] = body[other]
    elif step == 2:
        body[name + "x"] = body[name]
    elif step == 3:
        body[name] = chance.choice((None, True, 0, -1, 2**60, "", "x", [], ["x"], {}))
    else:
        return bytes_changed(chance, data)
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def carried_seal_changed(chance: Chance, data: bytes) -> bytes:
    """Change one of the seals that a package carries; the container fits again."""
    parts = unpacked(data)
    names = [one for one in parts if b"<seal " in parts[one]]
    name = chance.choice(names)
    found = re.search(rb">([A-Za-z0-9+/=]+)</seal>", parts[name])
    assert found
    forged = b64encode(seal_changed(chance, b64decode(found[1])))
    parts[name] = parts[name].replace(found[1], forged)
    return packed(parts, 0)


def without_signature(change: Mutate) -> Mutate:
    """Change a workbook and take its signature off, as if another program had saved it."""

    def changed(chance: Chance, data: bytes) -> bytes:
        parts: Parts = unpacked(change(chance, data))
        return packed({name: one for name, one in parts.items() if "_xmlsig" not in name}, 0)

    return changed


def pdf_signature_changed(chance: Chance, data: bytes) -> bytes:
    """Change an element of a PDF's signature."""
    return with_signature(data, der_changed(chance, signature_in(data)))


WORKBOOK: dict[str, Mutate] = {
    "bytes": bytes_changed,
    "entries": entries_changed,
    "parts": part_changed,
    "XML": xml_changed,
    "links": links_changed,
    "seals": carried_seal_changed,
}
DOCUMENT: dict[str, Mutate] = {
    "bytes": bytes_changed,
    "objects": object_changed,
    "signature": pdf_signature_changed,
}
