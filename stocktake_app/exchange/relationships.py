"""Relationships and content types of an Office file (ECMA-376-2), in the one form we write.

Each is read by a pattern of exactly that form and written again; unequal bytes are refused. So no
XML parser, entity or comment stands between what was hashed and what is believed.
"""

import html
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stocktake_app.exchange.contents import AlteredFileError

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
SIGNATURES_TYPE = "application/vnd.openxmlformats-package.digital-signature-origin"
XML_TYPE = "application/xml"
CONTENT_TYPES_NAME = "[Content_Types].xml"

_CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_DEFAULTS = {"rels": RELATIONSHIPS_TYPE, "sigs": SIGNATURES_TYPE, "xml": XML_TYPE}
_RELATIONSHIP = re.compile(
    r'<Relationship Id="([^"<]*)" Type="([^"<]*)" Target="([^"<]*)"( TargetMode="External")?/>'
)


@dataclass(frozen=True, slots=True, order=True)
class Relationship:
    """One relationship; ``target`` is relative to the source's folder unless ``external``."""

    id: str
    type: str
    target: str
    external: bool = False


def escape(text: str) -> str:
    """Escape an attribute value as canonical XML does (C14N 1.0, section 2.3)."""
    for character, entity in _ESCAPES:
        text = text.replace(character, entity)
    return text


_ESCAPES = (
    ("&", "&amp;"),
    ("<", "&lt;"),
    ('"', "&quot;"),
    ("\t", "&#x9;"),
    ("\n", "&#xA;"),
    ("\r", "&#xD;"),
)


def write_relationships(relationships: Iterable[Relationship]) -> bytes:
    """Return a relationships part: one line, sorted by id.

    LibreOffice keeps white space between elements as text and then finds another digest.
    """
    body = "".join(
        f'<Relationship Id="{escape(one.id)}" Type="{escape(one.type)}"'
        f' Target="{escape(one.target)}"{_mode(one)}/>'
        for one in sorted(relationships)
    )
    return f'{DECLARATION}<Relationships xmlns="{RELATIONSHIPS}">{body}</Relationships>'.encode()


def _mode(relationship: Relationship) -> str:
    return ' TargetMode="External"' if relationship.external else ""


def read_relationships(data: bytes, name: str) -> tuple[Relationship, ...]:
    """Read a relationships part that must be exactly as we write it.

    Raises:
        AlteredFileError: one other byte, or two relationships with the same id.
    """
    text = data.decode("utf-8", "replace")
    found = tuple(
        Relationship(html.unescape(key), html.unescape(kind), html.unescape(target), bool(mode))
        for key, kind, target, mode in _RELATIONSHIP.findall(text)
    )
    if write_relationships(found) != data:
        raise AlteredFileError(f"the links in {name} were changed")
    if len({one.id for one in found}) != len(found):
        raise AlteredFileError(f"two links in {name} have the same name")
    return found


def transformed(relationships: Iterable[Relationship], source_ids: Iterable[str]) -> bytes:
    """Return what a signature digests of a relationships part (ECMA-376-2, 13.2.4.24)."""
    signed = set(source_ids)
    body = "".join(
        f'<Relationship Id="{escape(one.id)}" Target="{escape(one.target)}"'
        f' TargetMode="{"External" if one.external else "Internal"}"'
        f' Type="{escape(one.type)}"></Relationship>'
        for one in sorted(relationships)
        if one.id in signed
    )
    return f'<Relationships xmlns="{RELATIONSHIPS}">{body}</Relationships>'.encode()


def relationships_name(part: str) -> str:
    """Return the name of the relationships part of a part (``xl/workbook.xml``)."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def source_name(relationships: str) -> str:
    """Return the part that a relationships part belongs to; "" for the package itself."""
    folder, name = posixpath.split(relationships)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def target_name(source: str, target: str) -> str:
    """Return the part that an internal relationship leads to."""
    base = posixpath.join("/", posixpath.dirname(source))
    return posixpath.normpath(posixpath.join(base, target)).lstrip("/")


def write_content_types(types: Mapping[str, str]) -> bytes:
    """Return ``[Content_Types].xml`` for parts by name; a pure function of names and types."""
    defaults = "".join(
        f'<Default Extension="{extension}" ContentType="{kind}"/>'
        for extension, kind in _DEFAULTS.items()
    )
    overrides = "".join(
        f'<Override PartName="/{escape(name)}" ContentType="{escape(kind)}"/>'
        for name, kind in sorted(types.items())
        if _DEFAULTS.get(name.rpartition(".")[2]) != kind
    )
    return f'{DECLARATION}<Types xmlns="{_CONTENT_TYPES}">{defaults}{overrides}</Types>'.encode()
