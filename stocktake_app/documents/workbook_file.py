"""A workbook as a file of its own, without seals and signature: a copy to share."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from stocktake_app.documents.fixed_zip import PackedPart, ZipWriter
from stocktake_app.documents.parts import Link, TakeBytes, WriteParts
from stocktake_app.documents.spool import Spool
from stocktake_app.documents.workbook_xml import DECLARATION, WORKBOOK, attribute

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINKS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_ROOT = (Link("rId1", f"{_OFFICE}/officeDocument", WORKBOOK),)


def save_workbook(write_parts: WriteParts, out: BinaryIO) -> None:
    """Write a workbook as a file; nothing in it tells when or by whom."""
    with Spool() as spool:
        parts = _Parts(spool)
        links = {"": _ROOT, **write_parts(parts.open).links}
        file = ZipWriter(out)
        file.add("[Content_Types].xml", _content_types(parts.types))
        for source, of_source in sorted(links.items()):
            file.add(_links_name(source), _links(of_source))
        for name in sorted(parts.packed):
            file.add_packed(parts.packed[name])
        file.close()


class _Parts:
    """Packs the parts of a workbook while they are written."""

    def __init__(self, spool: Spool) -> None:
        self.types: dict[str, str] = {}
        self.packed: dict[str, PackedPart] = {}
        self._spool = spool

    def open(self, name: str, content_type: str) -> TakeBytes:
        """Begin a part."""
        self.types[name] = content_type
        part = self.packed[name] = PackedPart(name, self._spool)
        return part.take


def _content_types(types: Mapping[str, str]) -> bytes:
    overrides = "".join(
        f'<Override PartName="/{attribute(name)}" ContentType="{kind}"/>'
        for name, kind in sorted(types.items())
    )
    return (
        f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{_LINKS_TYPE}"/>{overrides}</Types>'
    ).encode()


def _links_name(source: str) -> str:
    folder, _, name = source.rpartition("/")
    return f"{folder}/_rels/{name}.rels".lstrip("/")


def _links(links: Sequence[Link]) -> bytes:
    elements = "".join(
        f'<Relationship Id="{one.id}" Type="{one.type}" Target="{attribute(one.target)}"/>'
        for one in links
    )
    return (
        f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{elements}</Relationships>'
    ).encode()
