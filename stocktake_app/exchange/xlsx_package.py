"""Write an Excel package: a readable workbook, the seals beside it, one signature over all.

The workbook's parts are packed and hashed while they are written; nothing is read again.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from stocktake_app.documents.fixed_zip import PackedPart, ZipWriter
from stocktake_app.documents.parts import Link, TakeBytes, WriteParts
from stocktake_app.documents.spool import Spool
from stocktake_app.exchange.contents import Contents, check_contents, check_signer
from stocktake_app.exchange.disclosed import pack_values
from stocktake_app.exchange.ooxml_signature import PartDigest, sign_parts
from stocktake_app.exchange.relationships import (
    CONTENT_TYPES_NAME,
    RELATIONSHIPS_TYPE,
    XML_TYPE,
    Relationship,
    relationships_name,
    transformed,
    write_content_types,
    write_relationships,
)
from stocktake_app.exchange.xlsx_parts import (
    HYPERLINK,
    ITEM_PROPERTIES_TYPE,
    READABLE_TYPES,
    SIGNATURE,
    UNSIGNED_TYPES,
    WORKBOOK,
    Item,
    attachment_item,
    disclosures_item,
    fixed_parts,
    item_link,
    item_properties_name,
    object_item,
    root_relationships,
    seal_item,
    signed_sources,
)
from stocktake_app.model.seal import Seal
from stocktake_app.store.files import outlet
from stocktake_app.trust.cms import Signer

Links = Mapping[str, tuple[Relationship, ...]]
MakeItem = Callable[[int], Item]


class BadWorkbookError(ValueError):
    """The readable workbook has something in it that no package carries."""


def write_xlsx_package(
    readable: WriteParts, contents: Contents, signer: Signer, now: datetime, out: Path | BinaryIO
) -> None:
    """Write the package to ``out``, a path whole and durably or not at all.

    ``readable`` writes the parts of the workbook that people see, once. ``signer`` is the author
    of the closing seal, and ``now`` the time that the signature claims. Equal arguments with an
    RSA key give equal bytes.

    Raises:
        BadContentsError: seals, objects and signer do not fit together.
        BadWorkbookError: the workbook holds more than sheets, styles, pictures and comments.
        MachineError: the file cannot be written there.
        RefusedError: it would be larger than 4 GB.
    """
    check_contents(contents)
    check_signer(contents, signer)
    _write(readable, contents, signer, now.replace(microsecond=0), out)


@dataclass(frozen=True)
class Digested:
    """What a signature says of the readable part of a package, and the sheets' names by part."""

    parts: tuple[PartDigest, ...]
    sheets: Mapping[str, str]


def digest_readable(readable: WriteParts, items: int) -> Digested:
    """Return the digests of a workbook as it stands in a package of so many items, by name.

    These are the references of the package's signature to all but ``customXml``. Items are seals,
    objects and whatever else is carried as custom XML. Nothing is packed and nothing is kept.

    Raises:
        BadWorkbookError: as ``write_xlsx_package``.
    """
    parts = _HashedParts()
    written = readable(parts.open)
    links = _all_links(written.links, items)
    digests = [*parts.digests(), *(_link_digest(name, of) for name, of in links.items())]
    return Digested(tuple(sorted(digests, key=_name)), written.sheets)


def _name(part: PartDigest) -> str:
    return part.name


def _write(
    readable: WriteParts, contents: Contents, signer: Signer, now: datetime, out: Path | BinaryIO
) -> None:
    room = out.parent if isinstance(out, Path) else None
    with outlet(out) as file, Spool(room) as spool:
        parts = _PackedParts(spool)
        written = readable(parts.open)
        items = _items(contents)
        package = _Package(file)
        package.add_types(parts.types, len(items))
        package.add_readable(parts)
        package.add_items(items)
        package.add_links(_all_links(written.links, len(items)))
        package.add_signature(signer, now)


def _items(contents: Contents) -> list[MakeItem]:
    """Say how to make each item from its number, in order; together they may be large."""
    objects = contents.objects
    return [
        *(partial(_seal_item, seal) for seal in contents.seals),
        *(partial(_object_item, name, objects[name]) for name in sorted(objects)),
        *([partial(_disclosures_item, contents.values)] if contents.values else []),
        *(partial(_attachment_item, one, data) for one, data in contents.attachments.items()),
    ]


def _seal_item(seal: Seal, number: int) -> Item:
    return seal_item(number, seal.encode())


def _object_item(name: str, data: bytes, number: int) -> Item:
    return object_item(number, name, data)


def _disclosures_item(values: Mapping[str, bytes], number: int) -> Item:
    return disclosures_item(number, pack_values(values))


def _attachment_item(digest: str, data: bytes, number: int) -> Item:
    return attachment_item(number, digest, data)


class _HashedParts:
    """Hashes the parts of a workbook while they are written."""

    def __init__(self) -> None:
        self.types: dict[str, str] = {}
        self._hashes: dict[str, hashlib._Hash] = {}

    def open(self, name: str, content_type: str) -> TakeBytes:
        """Begin a part."""
        if content_type not in READABLE_TYPES:
            raise BadWorkbookError(
                f"the part {name} is {content_type}; a package does not carry that"
            )
        self.types[name] = content_type
        self._hashes[name] = hashlib.sha256()
        return self._hashes[name].update

    def digests(self) -> Iterable[PartDigest]:
        """Return the digests of all parts; called when they are whole."""
        for name, digest in self._hashes.items():
            yield PartDigest(name, self.types[name], digest.digest())


class _PackedParts(_HashedParts):
    """Hashes and packs the parts of a workbook while they are written."""

    def __init__(self, spool: Spool) -> None:
        super().__init__()
        self._spool = spool
        self.packed: dict[str, PackedPart] = {}

    def open(self, name: str, content_type: str) -> TakeBytes:
        """Begin a part."""
        update = super().open(name, content_type)
        take = self.packed.setdefault(name, PackedPart(name, self._spool)).take

        def take_and_hash(data: bytes) -> None:
            update(data)
            take(data)

        return take_and_hash


class _Package:
    """A package being written: what goes out is noted, the signature over it comes last."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = ZipWriter(file)
        self._digests: list[PartDigest] = []

    def add_types(self, readable: Mapping[str, str], items: int) -> None:
        """Write the list of content types: programs know an Office file by its first part."""
        properties = {
            item_properties_name(one): ITEM_PROPERTIES_TYPE for one in range(1, items + 1)
        }
        types = {**readable, **properties, **UNSIGNED_TYPES}
        self._zip.add(CONTENT_TYPES_NAME, write_content_types(types))

    def add_readable(self, parts: _PackedParts) -> None:
        """Write the workbook's parts."""
        for name in sorted(parts.packed):
            self._zip.add_packed(parts.packed[name])
        self._digests += parts.digests()

    def add_items(self, items: Iterable[MakeItem]) -> None:
        """Write seals, objects and so on, one at a time."""
        for number, make in enumerate(items, 1):
            item = make(number)
            self._add(item.name, XML_TYPE, item.part, zlib.Z_HUFFMAN_ONLY)
            self._add(item_properties_name(number), ITEM_PROPERTIES_TYPE, item.properties)
            self.add_links({relationships_name(item.name): (item.link,)})

    def add_links(self, links: Links) -> None:
        """Write relationships parts by name."""
        for name, of_source in sorted(links.items()):
            self._zip.add(name, write_relationships(of_source))
            self._digests.append(_link_digest(name, of_source))

    def add_signature(self, signer: Signer, now: datetime) -> None:
        """Sign all that was written, and end the file."""
        for name, data in fixed_parts(now).items():
            self._zip.add(name, data)
        parts = sorted(self._digests, key=_name)
        self._zip.add(SIGNATURE, sign_parts(parts, signer.key, signer.chain, now))
        self._zip.close()

    def _add(self, name: str, content_type: str, data: bytes, strategy: int = 0) -> None:
        self._zip.add(name, data, strategy=strategy)
        self._digests.append(PartDigest(name, content_type, hashlib.sha256(data).digest()))


def _all_links(of_workbook: Mapping[str, Iterable[Link]], items: int) -> Links:
    """Return the links of the package, of its workbook and its sheets, by relationships part."""
    found = {source: tuple(map(_relationship, links)) for source, links in of_workbook.items()}
    carried = tuple(item_link(number) for number in range(1, items + 1))
    found[WORKBOOK] = (*found.get(WORKBOOK, ()), *carried)
    found[""] = root_relationships()
    return {relationships_name(source): links for source, links in found.items()}


def _relationship(link: Link) -> Relationship:
    if link.external and link.type != HYPERLINK:
        raise BadWorkbookError(f"the workbook draws on something outside: {link.target}")
    return Relationship(link.id, link.type, link.target, link.external)


def _link_digest(name: str, links: tuple[Relationship, ...]) -> PartDigest:
    ids = signed_sources(name, links)
    digest = hashlib.sha256(transformed(links, ids)).digest()
    return PartDigest(name, RELATIONSHIPS_TYPE, digest, ids)
