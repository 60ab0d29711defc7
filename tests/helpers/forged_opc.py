"""Office packages that a dishonest author signs: every digest fits, what is signed does not."""

import hashlib
import re
from functools import partial

from forged_parts import CHARTSHEET, LINKS, MAIN, OFFICE, WORKSHEET
from forged_signing import sign_parts_anew
from forgery import Book
from packages import Made, Parts, unpacked
from part_tools import SHEET, SIGNATURE, TYPES, swap

from stocktake_app.exchange.ooxml_signature import PartDigest, read_signature, sign_parts
from stocktake_app.exchange.relationships import (
    RELATIONSHIPS_TYPE,
    XML_TYPE,
    Relationship,
    write_content_types,
    write_relationships,
)
from stocktake_app.exchange.xlsx_parts import ITEM_PROPERTIES_TYPE, UNSIGNED_TYPES

BOOK = Book("package signed by its author", "xlsx", who="author")
VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
EXTERNAL = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
MACRO = "application/vnd.ms-office.vbaProject"
MACRO_MAIN = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def links_in(parts: Parts, name: str) -> list[Relationship]:
    from forged_signing import links_of

    return list(links_of(parts[name]))


def link_to(
    parts: Parts, made: Made, *, kind: str, target: str, external: bool = False, data: bytes = b""
) -> None:
    """Add a link to the workbook, and perhaps the part that it leads to."""
    links = [*links_in(parts, LINKS), Relationship("rIdEvil", kind, target, external)]
    parts[LINKS] = write_relationships(links)
    types = {}
    if data:
        parts[f"xl/{target}"] = data
        types = {f"xl/{target}": WORKSHEET}
    sign_parts_anew(parts, made, types)


def _office(kind: str) -> str:
    return f"{OFFICE}/{kind}"


for _title, _kind, _target in (
    ("an external workbook", "externalLinkPath", "file:///C:/evil.xlsx"),
    ("an external template", "attachedTemplate", "https://evil.example/t.xltm"),
    ("an external picture", "image", "https://evil.example/seen.png"),
    ("an external sheet", "worksheet", "https://evil.example/sheet.xml"),
    ("an external style sheet", "styles", "https://evil.example/styles.xml"),
    ("an external frame", "frame", "https://evil.example/"),
    ("an external object", "oleObject", "https://evil.example/o.doc"),
):
    BOOK.add_edit(
        f"link to {_title}", partial(link_to, kind=_office(_kind), target=_target, external=True)
    )

for _kind in ("oleObject", "hyperlink", "externalLinkPath", "customXml", "xmlMaps"):
    BOOK.add_edit(
        f"link of the type {_kind} to a sheet that is there",
        partial(link_to, kind=_office(_kind), target="worksheets/sheet2.xml"),
    )

for _title, _target in (
    ("nothing", "worksheets/none.xml"),
    ("a place out of the package", "../../../../etc/passwd"),
    ("a part by percent digits", "worksheets/sheet%32.xml"),
    ("a part with a fragment", "worksheets/sheet2.xml#A1"),
    ("a part with a question", "worksheets/sheet2.xml?x=1"),
    ("a part in other case", "worksheets/SHEET2.xml"),
    ("a part with backslashes", "worksheets\\sheet2.xml"),
    ("a web address as if inside", "https://evil.example/sheet.xml"),
    ("the content types", "../[Content_Types].xml"),
    ("the signature", "../_xmlsignatures/sig1.xml"),
):
    BOOK.add_edit(f"link to {_title}", partial(link_to, kind=_office("worksheet"), target=_target))

for _kind in ("oleObject", "package", "control", "ctrlProp", "queryTable", "vmlDrawing", "evil"):
    BOOK.add_edit(
        f"part behind a link of the type {_kind}",
        partial(link_to, kind=_office(_kind), target="evil.xml", data=b"<evil/>"),
    )


def part_of_type(parts: Parts, made: Made, *, kind: str, name: str, data: bytes) -> None:
    parts[name] = data
    sign_parts_anew(parts, made, {name: kind})


for _title, _kind, _name, _data in (
    ("a sheet that nothing leads to", WORKSHEET, "xl/worksheets/evil.xml", b"<worksheet/>"),
    ("a second workbook that nothing leads to", MAIN, "xl2/workbook.xml", b"<workbook/>"),
    ("a chart sheet", CHARTSHEET, "xl/chartsheets/sheet1.xml", b"<chartsheet/>"),
    ("macros", MACRO, "xl/vbaProject.bin", b"macro"),
    ("a drawing in VML", VML, "xl/drawings/evil.vml", b"<xml/>"),
    ("a link to another workbook", EXTERNAL, "xl/externalLinks/evil.xml", b"<externalLink/>"),
    ("a picture in SVG", "image/svg+xml", "xl/media/evil.svg", b"<svg/>"),
    ("a web page", "text/html", "xl/evil.html", b"<script/>"),
    ("custom XML that is not ours", XML_TYPE, "customXml/item99.xml", b"<evil/>"),
    ("an item that is not ours", XML_TYPE, "evil.xml", b"<evil/>"),
    ("another signature", XML_TYPE, "_xmlsignatures/sig2.xml", b"<Signature/>"),
    ("custom properties", XML_TYPE, "docProps/custom.xml", b"<Properties/>"),
    ("a thumbnail", "image/png", "docProps/thumbnail.png", b"\x89PNG\r\n\x1a\n"),
    ("links of links", RELATIONSHIPS_TYPE, "xl/_rels/_rels/workbook.xml.rels.rels", b"<x/>"),
    ("links of a part that is not there", RELATIONSHIPS_TYPE, "xl/_rels/evil.xml.rels", b"<x/>"),
    ("links said to be a sheet", WORKSHEET, "xl/worksheets/_rels/evil.xml.rels", b"<x/>"),
    ("a sheet said to be links", RELATIONSHIPS_TYPE, "xl/worksheets/evil.xml", b"<x/>"),
):
    BOOK.add_edit(f"{_title} added", partial(part_of_type, kind=_kind, name=_name, data=_data))


def retyped(parts: Parts, made: Made, *, name: str, kind: str) -> None:
    sign_parts_anew(parts, made, {name: kind})


for _title, _name, _kind in (
    ("a sheet said to be a chart sheet", SHEET, CHARTSHEET),
    ("a sheet said to be a workbook", SHEET, MAIN),
    ("the workbook said to hold macros", "xl/workbook.xml", MACRO_MAIN),
    ("the workbook said to be a sheet", "xl/workbook.xml", WORKSHEET),
    ("a sheet said to be a picture", SHEET, "image/png"),
    ("a seal said to be a sheet", "customXml/item1.xml", WORKSHEET),
    ("properties of a seal said to be plain XML", "customXml/itemProps1.xml", XML_TYPE),
    ("a type with a parameter", SHEET, f"{WORKSHEET}; charset=utf-7"),
    ("a type in capitals", SHEET, WORKSHEET.upper()),
):
    BOOK.add_edit(_title, partial(retyped, name=_name, kind=_kind))


@BOOK.edit
def second_workbook_in_place_of_the_first(parts: Parts, made: Made) -> None:
    parts["xl2/workbook.xml"] = parts["xl/workbook.xml"]
    swap(parts, "_rels/.rels", 'Target="xl/workbook.xml"', 'Target="xl2/workbook.xml"')
    sign_parts_anew(parts, made, {"xl2/workbook.xml": MAIN})


@BOOK.edit
def second_workbook_behind_a_link_of_the_first(parts: Parts, made: Made) -> None:
    parts["xl/workbook2.xml"] = parts["xl/workbook.xml"]
    links = [*links_in(parts, LINKS), Relationship("rId99", _office("worksheet"), "workbook2.xml")]
    parts[LINKS] = write_relationships(links)
    sign_parts_anew(parts, made, {"xl/workbook2.xml": MAIN})


@BOOK.edit
def links_of_the_package_more_than_ours(parts: Parts, made: Made) -> None:
    links = [*links_in(parts, "_rels/.rels"), Relationship("rId9", "urn:evil", "xl/styles.xml")]
    parts["_rels/.rels"] = write_relationships(links)
    sign_parts_anew(parts, made)


@BOOK.edit
def two_links_of_the_same_id(parts: Parts, made: Made) -> None:
    links = links_in(parts, LINKS)
    again = Relationship(links[0].id, _office("styles"), "styles.xml")
    parts[LINKS] = write_relationships([*links, again])
    sign_parts_anew(parts, made)


@BOOK.edit
def seal_not_tied_to_the_workbook(parts: Parts, made: Made) -> None:
    links = [one for one in links_in(parts, LINKS) if one.id != "rIdStocktake1"]
    parts[LINKS] = write_relationships(links)
    sign_parts_anew(parts, made)


@BOOK.edit
def seal_without_its_properties(parts: Parts, made: Made) -> None:
    del parts["customXml/itemProps1.xml"]
    sign_parts_anew(parts, made)


@BOOK.edit
def seal_without_links(parts: Parts, made: Made) -> None:
    del parts["customXml/_rels/item1.xml.rels"]
    sign_parts_anew(parts, made)


@BOOK.edit
def seal_with_links_of_another_type(parts: Parts, made: Made) -> None:
    name = "customXml/_rels/item1.xml.rels"
    parts[name] = write_relationships([Relationship("rId1", "urn:evil", "itemProps1.xml")])
    sign_parts_anew(parts, made)


@BOOK.edit
def properties_of_a_seal_by_another_id(parts: Parts, made: Made) -> None:
    name = "customXml/itemProps1.xml"
    parts[name] = re.sub(rb"\{[0-9A-F]{8}", b"{00000000", parts[name])
    sign_parts_anew(parts, made)


@BOOK.edit
def gap_in_the_numbers_of_its_items(parts: Parts, made: Made) -> None:
    last = len(made.contents.seals) + 1
    kinds = {}
    for stem, kind in (("item{}.xml", XML_TYPE), ("itemProps{}.xml", ITEM_PROPERTIES_TYPE)):
        old, new = (f"customXml/{stem.format(number)}" for number in (last, last + 1))
        parts[new] = parts.pop(old)
        kinds[new] = kind
    old, new = (f"customXml/_rels/item{number}.xml.rels" for number in (last, last + 1))
    parts[new] = parts.pop(old).replace(b"Props%d" % last, b"Props%d" % (last + 1))
    kinds[new] = RELATIONSHIPS_TYPE
    swap(parts, LINKS, f"item{last}.xml", f"item{last + 1}.xml")
    sign_parts_anew(parts, made, kinds)


@BOOK.edit
def object_before_a_seal(parts: Parts, made: Made) -> None:
    names = [f"customXml/item{number}.xml" for number in (1, len(made.contents.seals) + 1)]
    parts[names[0]], parts[names[1]] = parts[names[1]], parts[names[0]]
    sign_parts_anew(parts, made)


def wrapped_otherwise(parts: Parts, made: Made, *, old: bytes, new: bytes) -> None:
    name = "customXml/item1.xml"
    assert old in parts[name]
    parts[name] = parts[name].replace(old, new, 1)
    sign_parts_anew(parts, made)


for _title, _old, _new in (
    ("a newer namespace", b"urn:stocktake:seal:1", b"urn:stocktake:seal:2"),
    ("white space in its digits", b"</seal>", b"\n</seal>"),
    ("other digits", b"</seal>", b"-_</seal>"),
    ("digits behind their end", b"</seal>", b"AAAA</seal>"),
    ("a comment", b"</seal>", b"<!-- --></seal>"),
    ("a child", b"</seal>", b"<x/></seal>"),
    ("an attribute", b"<seal ", b'<seal a="b" '),
    ("the name of an object", b"<seal ", b'<seal sha256="%b" ' % (b"0" * 64)),
    ("bytes behind it", b"</seal>", b"</seal> "),
):
    BOOK.add_edit(f"seal wrapped with {_title}", partial(wrapped_otherwise, old=_old, new=_new))


def signed_list(
    parts: Parts, made: Made, *, drop: str = "", add: tuple[PartDigest, ...] = ()
) -> None:
    """Sign another list of parts than those that are there."""
    signature = read_signature(parts[SIGNATURE])
    digests = [one for one in signature.parts if one.name != drop]
    digests = sorted([*digests, *add], key=lambda one: one.name)
    signer = made.signer
    parts[SIGNATURE] = sign_parts(digests, signer.key, signer.chain, signature.signed_at)


BOOK.add_edit("a sheet left out of the signature", partial(signed_list, drop=SHEET))
BOOK.add_edit("a seal left out of the signature", partial(signed_list, drop="customXml/item1.xml"))
BOOK.add_edit("the links left out of the signature", partial(signed_list, drop=LINKS))
BOOK.add_edit(
    "a signed part that is not there",
    partial(signed_list, add=(PartDigest("xl/none.xml", WORKSHEET, bytes(32)),)),
)


@BOOK.edit
def properties_in_the_signature(parts: Parts, made: Made) -> None:
    name = "docProps/core.xml"
    digest = hashlib.sha256(parts[name]).digest()
    signed_list(parts, made, add=(PartDigest(name, UNSIGNED_TYPES[name], digest),))


@BOOK.edit
def other_properties_than_follow(parts: Parts, made: Made) -> None:
    parts["docProps/app.xml"] = parts["docProps/app.xml"].replace(b"Stocktake", b"Excel")
    sign_parts_anew(parts, made)


@BOOK.edit
def content_types_that_the_signature_does_not_name(parts: Parts, made: Made) -> None:
    signature = read_signature(unpacked(made.data)[SIGNATURE])
    types = {one.name: one.content_type for one in signature.parts} | {"xl/none.xml": MAIN}
    parts[TYPES] = write_content_types({**types, **UNSIGNED_TYPES})
