"""Write an Excel package: a readable workbook, the seals beside it, one signature over all."""

import hashlib
import mmap
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from stocktake_app.exchange.contents import Contents, Limits, check_contents, check_signer
from stocktake_app.exchange.ooxml_signature import PartDigest, sign_parts
from stocktake_app.exchange.opc import Archive, ArchiveWriter, read_archive
from stocktake_app.exchange.relationships import (
    CONTENT_TYPES_NAME,
    RELATIONSHIPS_TYPE,
    XML_TYPE,
    Relationship,
    relationships_name,
    source_name,
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
    fixed_parts,
    item_properties_name,
    object_item,
    root_relationships,
    seal_item,
    signed_sources,
)
from stocktake_app.store.files import atomic_file
from stocktake_app.trust.cms import Signer

_CONTENT_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MAX_LIST_BYTES = 16 * 1024 * 1024


class BadWorkbookError(ValueError):
    """The readable workbook has something in it that no package carries."""


def write_xlsx_package(
    workbook: Path | BinaryIO, contents: Contents, signer: Signer, now: datetime, out: Path
) -> None:
    """Write the package to ``out``, whole and durably or not at all.

    ``workbook`` is a readable xlsx file; ``signer`` is the author of the closing seal, and
    ``now`` the time that the signature claims. Equal arguments with an RSA key give equal bytes.

    Raises:
        BadContentsError: seals, objects and signer do not fit together.
        BadWorkbookError: the workbook holds more than sheets, styles, pictures and comments.
        MachineError: the file cannot be written there.
    """
    check_contents(contents)
    check_signer(contents, signer)
    _write(workbook, contents, signer, now.replace(microsecond=0), out)


def _write(
    workbook: Path | BinaryIO, contents: Contents, signer: Signer, now: datetime, out: Path
) -> None:
    with _mapped(workbook) as data, atomic_file(out) as file:
        archive = read_archive(data, Limits())
        _Package(archive, signer, now).write(
            _items(contents), len(contents.seals) + len(contents.objects), file
        )


@contextmanager
def _mapped(workbook: Path | BinaryIO) -> Iterator[bytes | mmap.mmap]:
    if not isinstance(workbook, Path):
        workbook.seek(0)
        yield workbook.read()
        return
    with (
        workbook.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        yield data


def _items(contents: Contents) -> Iterator[Item]:
    """Wrap the seals and objects, one at a time: together they may be large."""
    for number, seal in enumerate(contents.seals, 1):
        yield seal_item(number, seal.encode())
    for number, name in enumerate(sorted(contents.objects), len(contents.seals) + 1):
        yield object_item(number, name, contents.objects[name])


class _Package:
    """A package being written: parts go out as they are hashed, the signature comes last."""

    def __init__(self, archive: Archive, signer: Signer, now: datetime) -> None:
        self._archive = archive
        self._signer = signer
        self._now = now
        self._types = _content_types(archive)
        self._links = _relationships(archive)
        self._digests: list[PartDigest] = []

    def write(self, items: Iterator[Item], count: int, file: BinaryIO) -> None:
        """Write everything; ``count`` is how many items will come."""
        self._zip = ArchiveWriter(file)
        self._zip.add(CONTENT_TYPES_NAME, write_content_types(self._all_types(count)))
        for name in sorted(self._types):
            self._copy(name)
        of_workbook = [self._add_item(item) for item in items]
        self._links[WORKBOOK] = (*self._links[WORKBOOK], *of_workbook)
        for source, links in sorted(self._links.items()):
            self._add_links(relationships_name(source), links)
        self._add_signature()
        self._zip.close()

    def _all_types(self, count: int) -> dict[str, str]:
        properties = {
            item_properties_name(one): ITEM_PROPERTIES_TYPE for one in range(1, count + 1)
        }
        return self._types | properties | dict(UNSIGNED_TYPES)

    def _copy(self, name: str) -> None:
        digest = hashlib.sha256()
        for chunk in self._archive.chunks(name):
            digest.update(chunk)
        self._zip.copy(self._archive, name)
        self._digests.append(PartDigest(name, self._types[name], digest.digest()))

    def _add(self, name: str, content_type: str, data: bytes, strategy: int = 0) -> None:
        self._zip.add(name, data, strategy=strategy)
        self._digests.append(PartDigest(name, content_type, hashlib.sha256(data).digest()))

    def _add_item(self, item: Item) -> Relationship:
        self._add(item.name, XML_TYPE, item.part, zlib.Z_HUFFMAN_ONLY)
        self._add(item_properties_name(item.number), ITEM_PROPERTIES_TYPE, item.properties)
        self._add_links(relationships_name(item.name), (item.link,))
        return item.from_workbook

    def _add_links(self, name: str, links: tuple[Relationship, ...]) -> None:
        self._zip.add(name, write_relationships(links))
        ids = signed_sources(name, links)
        digest = hashlib.sha256(transformed(links, ids)).digest()
        self._digests.append(PartDigest(name, RELATIONSHIPS_TYPE, digest, ids))

    def _add_signature(self) -> None:
        for name, data in fixed_parts(self._now).items():
            self._zip.add(name, data)
        parts = sorted(self._digests, key=lambda part: part.name)
        signature = sign_parts(parts, self._signer.key, self._signer.chain, self._now)
        self._zip.add(SIGNATURE, signature)


def _content_types(archive: Archive) -> dict[str, str]:
    """Return the types of the workbook's parts by name, without what every package has anew."""
    listed = _elements(archive.read(CONTENT_TYPES_NAME, _MAX_LIST_BYTES))
    kinds = {one.get("PartName") or one.get("Extension"): one.get("ContentType") for one in listed}
    types = {}
    for name in archive.entries:
        if name == CONTENT_TYPES_NAME or name.startswith("docProps/") or name.endswith(".rels"):
            continue
        kind = kinds.get(f"/{name}") or kinds.get(name.rpartition(".")[2]) or "nothing known"
        if kind not in READABLE_TYPES:
            raise BadWorkbookError(f"the part {name} is {kind}; a package does not carry that")
        types[name] = kind
    return types


def _relationships(archive: Archive) -> dict[str, tuple[Relationship, ...]]:
    """Return the relationships of the workbook's parts by their source."""
    found = {
        source_name(name): tuple(map(_relationship, _elements(archive.read(name, _MAX_LIST_BYTES))))
        for name in archive.entries
        if name.endswith(".rels")
    }
    for source, links in found.items():
        for one in links:
            if one.external and one.type != HYPERLINK:
                raise BadWorkbookError(f"{source} draws on something outside: {one.target}")
    return {WORKBOOK: ()} | found | {"": root_relationships()}


def _relationship(element: "Element") -> Relationship:
    external = element.get("TargetMode") == "External"
    key, kind, target = (element.get(name) or "" for name in ("Id", "Type", "Target"))
    return Relationship(key, kind, target, external)


def _elements(data: bytes) -> list["Element"]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return list(etree.fromstring(data, parser))
