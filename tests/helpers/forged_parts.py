"""Ways to change the parts of a signed workbook, other than its signature."""

import re
from base64 import b64encode

from forgery import Book
from packages import FORM, Made, Parts, seal_of
from part_tools import ROOT, SHEET, TYPES, add_link, add_type, swap

from stocktake_app.exchange.xlsx_parts import seal_item

LINKS = "xl/_rels/workbook.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
CHARTSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.chartsheet+xml"
MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

BOOK = Book("parts", "xlsx")


def fake_workbook(parts: Parts) -> None:
    for name, data in list(parts.items()):
        if name.startswith("xl/"):
            parts["xl2/" + name.removeprefix("xl/")] = data.replace(b"<v>9</v>", b"<v>9999</v>")
    add_type(parts, "xl2/workbook.xml", MAIN)


@BOOK.edit
def altered_cell(parts: Parts, made: Made) -> None:
    swap(parts, SHEET, "<v>9</v>", "<v>9999</v>")


@BOOK.edit
def seal_replaced_by_another_valid_one(parts: Parts, made: Made) -> None:
    other = seal_of(made.signer, made.people.now, "forged", made.contents.seals[:-1])
    number = len(made.contents.seals)
    parts[f"customXml/item{number}.xml"] = seal_item(number, other.encode()).part


@BOOK.edit
def unreferenced_part_added(parts: Parts, made: Made) -> None:
    parts["evil/extra.xml"] = b"<evil/>"


@BOOK.edit
def part_added_with_its_relationship(parts: Parts, made: Made) -> None:
    parts["evil/extra.xml"] = b"<evil/>"
    add_link(parts, ROOT, '<Relationship Id="rIdEvil" Type="urn:evil" Target="evil/extra.xml"/>')


@BOOK.edit
def second_workbook_relationship_first(parts: Parts, made: Made) -> None:
    fake_workbook(parts)
    link = f'<Relationship Id="rId9" Type="{OFFICE}/officeDocument" Target="xl2/workbook.xml"/>'
    add_link(parts, ROOT, link, first=True)


@BOOK.edit
def second_workbook_relationship_last(parts: Parts, made: Made) -> None:
    fake_workbook(parts)
    link = f'<Relationship Id="rId9" Type="{OFFICE}/officeDocument" Target="xl2/workbook.xml"/>'
    add_link(parts, ROOT, link)


@BOOK.edit
def second_workbook_relationship_that_sorts_first_placed_first(parts: Parts, made: Made) -> None:
    fake_workbook(parts)
    link = f'<Relationship Id="rId0" Type="{OFFICE}/officeDocument" Target="xl2/workbook.xml"/>'
    add_link(parts, ROOT, link, first=True)


@BOOK.edit
def second_workbook_relationship_that_sorts_first_placed_last(parts: Parts, made: Made) -> None:
    fake_workbook(parts)
    link = f'<Relationship Id="rId0" Type="{OFFICE}/officeDocument" Target="xl2/workbook.xml"/>'
    add_link(parts, ROOT, link)


@BOOK.edit
def second_workbook_by_content_type_alone(parts: Parts, made: Made) -> None:
    fake_workbook(parts)
    override = f'<Override PartName="/xl2/workbook.xml" ContentType="{MAIN}"/>'
    swap(parts, TYPES, override, "")
    swap(parts, TYPES, "<Override", f"{override}<Override")


@BOOK.edit
def workbook_relationship_retargeted(parts: Parts, made: Made) -> None:
    fake_workbook(parts)
    swap(parts, ROOT, 'Target="xl/workbook.xml"', 'Target="xl2/workbook.xml"')


@BOOK.edit
def seal_relationship_removed(parts: Parts, made: Made) -> None:
    parts[LINKS] = re.sub(rb'<Relationship Id="rIdStocktake1"[^>]*/>', b"", parts[LINKS])


@BOOK.edit
def seal_part_removed(parts: Parts, made: Made) -> None:
    del parts["customXml/item1.xml"]


@BOOK.edit
def all_custom_parts_removed(parts: Parts, made: Made) -> None:
    for name in [one for one in parts if one.startswith("customXml/")]:
        del parts[name]


@BOOK.edit
def seal_relationship_retargeted(parts: Parts, made: Made) -> None:
    parts["customXml/item99.xml"] = parts["customXml/item1.xml"]
    swap(parts, LINKS, "../customXml/item1.xml", "../customXml/item99.xml")


@BOOK.edit
def sheet_relationship_retargeted(parts: Parts, made: Made) -> None:
    swap(parts, LINKS, "worksheets/sheet2.xml", "worksheets/sheet1.xml")


@BOOK.edit
def content_type_of_a_seal_changed(parts: Parts, made: Made) -> None:
    add_type(parts, "customXml/item1.xml", "text/plain")


@BOOK.edit
def content_type_of_a_sheet_changed(parts: Parts, made: Made) -> None:
    swap(parts, TYPES, WORKSHEET, CHARTSHEET)


@BOOK.edit
def content_types_in_another_order(parts: Parts, made: Made) -> None:
    found = re.findall(rb"<Override [^>]*/>", parts[TYPES])
    swap(parts, TYPES, b"".join(found), b"".join(reversed(found)))


@BOOK.edit
def properties_changed(parts: Parts, made: Made) -> None:
    swap(parts, "docProps/core.xml", "Stocktake", "Someone else")


@BOOK.edit
def time_in_properties_changed(parts: Parts, made: Made) -> None:
    swap(parts, "docProps/core.xml", f"{made.people.now:%Y}-", "1999-")


@BOOK.edit
def properties_removed(parts: Parts, made: Made) -> None:
    del parts["docProps/app.xml"]


@BOOK.edit
def properties_retargeted(parts: Parts, made: Made) -> None:
    parts["docProps/evil.xml"] = parts["docProps/core.xml"]
    swap(parts, ROOT, "docProps/core.xml", "docProps/evil.xml")


@BOOK.edit
def relationships_with_line_breaks(parts: Parts, made: Made) -> None:
    parts[LINKS] = parts[LINKS].replace(b"/><", b"/>\n  <")


@BOOK.edit
def relationships_in_reversed_order(parts: Parts, made: Made) -> None:
    found = re.findall(rb"<Relationship [^>]*/>", parts[LINKS])
    swap(parts, LINKS, b"".join(found), b"".join(reversed(found)))


@BOOK.edit
def relationships_with_internal_mode_written_out(parts: Parts, made: Made) -> None:
    parts[LINKS] = parts[LINKS].replace(b'.xml"/>', b'.xml" TargetMode="Internal"/>')


@BOOK.edit
def relationships_with_attributes_in_another_order(parts: Parts, made: Made) -> None:
    pattern = rb'<Relationship (Id="[^"]*") (Type="[^"]*")'
    parts[LINKS] = re.sub(pattern, rb"<Relationship \2 \1", parts[LINKS])


@BOOK.edit
def relationships_with_a_comment(parts: Parts, made: Made) -> None:
    add_link(parts, LINKS, "<!-- harmless -->")


@BOOK.edit
def second_styles_part(parts: Parts, made: Made) -> None:
    parts["xl/evil.xml"] = parts["xl/styles.xml"]
    add_link(parts, LINKS, f'<Relationship Id="zzz" Type="{OFFICE}/styles" Target="evil.xml"/>')


@BOOK.edit
def second_styles_part_that_sorts_first(parts: Parts, made: Made) -> None:
    parts["xl/evil.xml"] = parts["xl/styles.xml"]
    add_link(parts, LINKS, f'<Relationship Id="rId0" Type="{OFFICE}/styles" Target="evil.xml"/>')


@BOOK.edit
def duplicate_relationship_id_last(parts: Parts, made: Made) -> None:
    parts["xl/worksheets/evil.xml"] = parts[SHEET]
    link = f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/evil.xml"/>'
    add_link(parts, LINKS, link)


@BOOK.edit
def duplicate_relationship_id_first(parts: Parts, made: Made) -> None:
    parts["xl/worksheets/evil.xml"] = parts[SHEET]
    link = f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/evil.xml"/>'
    add_link(parts, LINKS, link, first=True)


@BOOK.edit
def macro_part_added(parts: Parts, made: Made) -> None:
    parts["xl/vbaProject.bin"] = b"macro"
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    add_link(parts, LINKS, f'<Relationship Id="rIdV" Type="{kind}" Target="vbaProject.bin"/>')


@BOOK.edit
def sheet_with_links_of_its_own(parts: Parts, made: Made) -> None:
    link = (
        f'<Relationship Id="rId1" Type="{OFFICE}/hyperlink" Target="https://evil.example"'
        ' TargetMode="External"/>'
    )
    name = "xl/worksheets/_rels/sheet2.xml.rels"
    parts[name] = re.sub(rb"<Relationship .*/>", link.encode(), parts[ROOT])


@BOOK.edit
def link_to_the_web_exchanged(parts: Parts, made: Made) -> None:
    swap(parts, "xl/worksheets/_rels/sheet1.xml.rels", "www.unhcr.org", "evil.example")


@BOOK.edit
def base64_of_a_seal_with_white_space(parts: Parts, made: Made) -> None:
    swap(parts, "customXml/item1.xml", "</seal>", "\n</seal>")


@BOOK.edit
def seals_in_another_order(parts: Parts, made: Made) -> None:
    names = ("customXml/item1.xml", "customXml/item2.xml")
    parts[names[0]], parts[names[1]] = parts[names[1]], parts[names[0]]


@BOOK.edit
def form_exchanged(parts: Parts, made: Made) -> None:
    name = f"customXml/item{len(made.contents.seals) + 1}.xml"
    swap(parts, name, b64encode(FORM), b64encode(FORM.replace(b"head", b"HEAD")))


@BOOK.edit
def item_properties_changed(parts: Parts, made: Made) -> None:
    swap(parts, "customXml/itemProps1.xml", "urn:stocktake:seal:1", "urn:stocktake:seal:2")


@BOOK.edit
def part_with_a_path_out_of_the_package(parts: Parts, made: Made) -> None:
    parts["../../evil.xml"] = b"<evil/>"


@BOOK.edit
def part_with_backslashes(parts: Parts, made: Made) -> None:
    parts["xl\\worksheets\\sheet2.xml"] = b"<evil/>"


@BOOK.edit
def folder_entry_added(parts: Parts, made: Made) -> None:
    parts["xl/"] = b""
