"""Read an Excel package in a closed world: every part and every link signed, every byte ours.

What stands in the sheets is never read, only hashed. What is read is what the signature covers.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from mmap import mmap

from stocktake_app.exchange.contents import (
    PACKAGE_FORMAT,
    SWELLS,
    AlteredFileError,
    ForeignFileError,
    Limits,
    Opened,
    check_format,
)
from stocktake_app.exchange.disclosed import joined, unpack_values
from stocktake_app.exchange.ooxml_signature import PackageSignature, PartDigest, read_signature
from stocktake_app.exchange.opc import Archive, read_archive
from stocktake_app.exchange.relationships import (
    CONTENT_TYPES_NAME,
    RELATIONSHIPS_TYPE,
    XML_TYPE,
    Relationship,
    read_relationships,
    relationships_name,
    source_name,
    target_name,
    transformed,
    write_content_types,
)
from stocktake_app.exchange.xlsx_parts import (
    CUSTOM,
    HYPERLINK,
    ITEM_PROPERTIES_TYPE,
    NAMED,
    PARTS,
    READABLE_LINKS,
    READABLE_TYPES,
    ROOT_RELATIONSHIPS,
    SIGNATURE,
    SIGNATURE_FOLDER,
    TO_ITEM,
    UNSIGNED_NAMES,
    UNSIGNED_TYPES,
    URN,
    WORKBOOK,
    WORKBOOK_TYPE,
    Found,
    Part,
    find_resaved,
    fixed_parts,
    item_link,
    item_name,
    item_properties,
    item_properties_name,
    properties_link,
    read_item,
    root_relationships,
    signed_sources,
)
from stocktake_app.translations import Sentence

FOREIGN = Sentence(
    "This is no Stocktake package: it is an ordinary workbook without signed records. Ask the "
    "sender for the file that Stocktake exported."
)


NO_WORKBOOK = Sentence(
    "This is no Stocktake package: it is neither an Excel file nor a PDF but some other archive or "
    "document. Ask the sender for the file that Stocktake exported."
)


def read_xlsx(data: bytes | mmap, limits: Limits) -> Opened:
    """Read an Excel package; who signed it, and the seals themselves, are judged by the caller.

    Without any outer signature, the seals and objects that are left are returned and
    ``Opened.chain`` is empty: somebody saved the file again.

    Raises:
        ForeignFileError: it is no package, or cannot be read at all.
        AlteredFileError: it is not as it was signed.
    """
    archive = read_archive(data, limits)
    _check_carried_size(archive, limits)
    if not any(one.lower().startswith(SIGNATURE_FOLDER) for one in archive.entries):
        return _read_resaved(archive, limits)
    if not _claims_to_be_ours(archive, limits):
        raise ForeignFileError(FOREIGN)
    if archive.oddities:
        raise AlteredFileError(archive.oddities[0])
    return _SignedWorkbook(archive, limits).read()


def _check_carried_size(archive: Archive, limits: Limits) -> None:
    """Bound what is held in memory: encoded seals can hardly be compressed."""
    carried = sum(archive.entries[name].size for name in _custom_parts(archive))
    if carried > limits.carried(len(archive.data)):
        raise ForeignFileError(SWELLS)


def _custom_parts(archive: Archive) -> list[str]:
    return [one for one in archive.entries if one.startswith(CUSTOM) and one.endswith(".xml")]


def _claims_to_be_ours(archive: Archive, limits: Limits) -> bool:
    signature = ""
    if SIGNATURE in archive.entries:
        signature = archive.read(SIGNATURE, limits.parsed_bytes).decode("latin-1")
    check_format(signature)
    named = PACKAGE_FORMAT in signature
    return named or any(URN in next(archive.chunks(one), b"") for one in _custom_parts(archive))


def _read_resaved(archive: Archive, limits: Limits) -> Opened:
    found = [
        one
        for name in _custom_parts(archive)
        if (one := find_resaved(archive.read(name, limits.file_bytes)))
    ]
    if not any(one.kind is Part.SEAL for one in found):
        raise ForeignFileError(FOREIGN if WORKBOOK in archive.entries else NO_WORKBOOK)
    return _opened(found, limits)


def _opened(found: Sequence[Found], limits: Limits) -> Opened:
    """Return what a package carries, sorted by what it is; nothing may be there twice."""
    named = {
        kind: {one.name: one.data for one in found if one.kind is kind} for kind in sorted(NAMED)
    }
    packed = [one.data for one in found if one.kind is Part.DISCLOSURES]
    seals = tuple(one.data for one in found if one.kind is Part.SEAL)
    if len(packed) > 1 or len(found) != len(seals) + len(packed) + sum(map(len, named.values())):
        raise AlteredFileError("it carries something twice")
    values = unpack_values(packed[0], limits) if packed else {}
    disclosures = joined(values, named[Part.ATTACHMENT])
    return Opened("xlsx", seals, named[Part.OBJECT], disclosures=disclosures)


Links = Mapping[str, tuple[Relationship, ...]]


class _SignedWorkbook:
    """One pass over a signed workbook; each step closes one way of changing it unseen."""

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._signature = self._read_signature()
        self._parts = {part.name: part for part in self._signature.parts}

    def read(self) -> Opened:
        self._check_coverage()
        self._check_unsigned_parts()
        links = {source: self._links(source) for source in self._sources()}
        items = list(self._items(links))
        carried = {part for item in items for part in item.parts}
        self._check_links(links, carried, len(items))
        self._check_readable(carried, self._led_to(links))
        order = [(PARTS.index(item.found.kind), item.found.name) for item in items]
        if order != sorted(order):
            raise AlteredFileError("its signed records are not in their order")
        signature = self._signature
        return replace(
            _opened([item.found for item in items], self._limits),
            chain=signature.certificates,
            signed_at=signature.signed_at,
        )

    def _read_signature(self) -> PackageSignature:
        if SIGNATURE not in self._archive.entries:
            raise AlteredFileError("its signature is missing")
        signature = read_signature(self._archive.read(SIGNATURE, self._limits.parsed_bytes))
        names = [part.name for part in signature.parts]
        if names != sorted(set(names)):
            raise AlteredFileError("its signature was changed")
        return signature

    def _check_coverage(self) -> None:
        """Every part is signed or one of the fixed few; every signed part is there."""
        present = set(self._archive.entries)
        for name in sorted(present - self._parts.keys() - UNSIGNED_NAMES):
            raise AlteredFileError(f"the part {name} was added after signing")
        for name in sorted((self._parts.keys() | UNSIGNED_NAMES) - present):
            raise AlteredFileError(f"the part {name} is missing")
        for name in sorted(self._parts.keys() & UNSIGNED_NAMES):
            raise AlteredFileError(f"the part {name} should not be signed")

    def _check_unsigned_parts(self) -> None:
        """What is not signed follows from what is: nothing of it can vary."""
        types = {name: part.content_type for name, part in self._parts.items()}
        expected = fixed_parts(self._signature.signed_at)
        expected[CONTENT_TYPES_NAME] = write_content_types(types | dict(UNSIGNED_TYPES))
        for name, data in expected.items():
            if self._read(name) != data:
                raise AlteredFileError(f"the part {name} was changed")

    def _read(self, name: str) -> bytes:
        return self._archive.read(name, self._limits.parsed_bytes)

    def _sources(self) -> Iterator[str]:
        for name, part in self._parts.items():
            is_links = name.endswith(".rels")
            if (part.content_type == RELATIONSHIPS_TYPE) != is_links or (
                part.sources is not None
            ) != is_links:
                raise AlteredFileError(f"the part {name} is signed as something else")
            if is_links:
                yield source_name(name)

    def _links(self, source: str) -> tuple[Relationship, ...]:
        name = relationships_name(source)
        part = self._parts.get(name)
        if part is None or (source and source not in self._parts):
            raise AlteredFileError(f"the links {name} belong to nothing")
        links = read_relationships(self._read(name), name)
        signed = signed_sources(name, links)
        if part.sources != signed:
            raise AlteredFileError(f"a link in {name} is not signed")
        if hashlib.sha256(transformed(links, signed)).digest() != part.sha256:
            raise AlteredFileError(f"the links in {name} were changed")
        return links

    def _check_links(self, links: Links, carried: set[str], items: int) -> None:
        """Nothing of the readable part leads anywhere else; the items' own links are exact."""
        if links.get("") != root_relationships():
            raise AlteredFileError(f"the links in {ROOT_RELATIONSHIPS} were changed")
        for source in links.keys() - carried - {""}:
            of_source = links[source]
            if source == WORKBOOK:
                of_source = tuple(one for one in of_source if one.type != TO_ITEM)
                if len(links[source]) - len(of_source) != items:
                    raise AlteredFileError("a link to a signed record is there twice")
            for one in of_source:
                self._check_link(source, one)

    def _check_link(self, source: str, link: Relationship) -> None:
        if link.external and link.type == HYPERLINK:
            return
        if link.external:
            raise AlteredFileError(f"{source} draws on something outside the file")
        if link.type not in READABLE_LINKS:
            raise AlteredFileError(f"a link of {source} is of a kind that no package has")
        if target_name(source, link.target) not in self._parts:
            raise AlteredFileError(f"a link of {source} leads nowhere")

    @staticmethod
    def _led_to(links: Links) -> set[str]:
        """Return the parts of the readable part: the workbook and what links lead to."""
        return {WORKBOOK} | {
            target_name(source, one.target)
            for source, of_source in links.items()
            for one in of_source
            if one.type in READABLE_LINKS and not one.external
        }

    def _items(self, by_source: Links) -> Iterator["_Carried"]:
        of_workbook = frozenset(by_source.get(WORKBOOK, ()))
        number = 1
        while item_name(number) in self._parts:
            name, properties = item_name(number), item_properties_name(number)
            limit, links = self._limits.parsed_bytes, relationships_name(name)
            found = read_item(number, self._verified(name, XML_TYPE, self._limits.file_bytes))
            told = b"".join(self._verified(properties, ITEM_PROPERTIES_TYPE, limit))
            if (
                told != item_properties(number, found.namespace)
                or by_source.get(name) != (properties_link(number),)
                or item_link(number) not in of_workbook
            ):
                raise AlteredFileError(f"the part {name} is not tied in as it should be")
            yield _Carried(found, frozenset({name, properties, links}))
            number += 1

    def _verified(self, name: str, content_type: str, limit: int) -> Iterator[bytes]:
        """Yield a part's bytes piece by piece; the end is reached if they are those signed."""
        part = self._parts.get(name)
        if part is None or part.content_type != content_type:
            raise AlteredFileError(f"the part {name} is missing or is something else")
        if self._archive.entries[name].size > limit:
            raise AlteredFileError(f"the part {name} is too large to be read")
        digest = hashlib.sha256()
        for chunk in self._archive.chunks(name):
            digest.update(chunk)
            yield chunk
        if digest.digest() != part.sha256:
            raise AlteredFileError(f"the part {name} was changed")

    def _check_readable(self, carried: set[str], led_to: set[str]) -> None:
        """Hash the readable part, piece by piece; none of it is believed to be data."""
        for name, part in self._parts.items():
            if name in carried or part.sources is not None:
                continue
            if part.content_type not in READABLE_TYPES or name not in led_to:
                raise AlteredFileError(f"the part {name} is nothing that a package carries")
            if (part.content_type == WORKBOOK_TYPE) != (name == WORKBOOK):
                raise AlteredFileError("it has not exactly one workbook")
            if self._hash(part) != part.sha256:
                raise AlteredFileError(f"the part {name} was changed after signing")

    def _hash(self, part: PartDigest) -> bytes:
        digest = hashlib.sha256()
        begins = _BEGINS.get(part.content_type, _XML_BEGINS)
        for number, chunk in enumerate(self._archive.chunks(part.name)):
            if number == 0 and not begins.match(chunk):
                raise AlteredFileError(f"the part {part.name} begins with what no package has")
            digest.update(chunk)
        return digest.digest()


# An element comes first: so there is no document type, and with it no entity. And it is UTF-8.
_XML_BEGINS = re.compile(
    rb"(?:<\?xml version=[\"']1\.0[\"'](?: encoding=[\"'](?:UTF|utf)-8[\"'])?"
    rb"(?: standalone=[\"']yes[\"'])?\?>\s*)?<[A-Za-z]"
)
_BEGINS = {"image/png": re.compile(rb"\x89PNG\r\n\x1a\n")}


@dataclass(frozen=True, slots=True)
class _Carried:
    """What an item holds, and the parts that it takes."""

    found: Found
    parts: frozenset[str]
