"""What python-docx lacks: bookmarks, links, shading, right-to-left text, a list of contents."""

import re
from typing import Any

from stocktake_app.documents.bidi import has_right_to_left
from stocktake_app.documents.characters import visible

MAX_BOOKMARK_CHARS = 40

# Word calls a file damaged when properties stand in another order (ECMA-376, CT_PPr, CT_RPr).
_PARAGRAPH_ORDER = (
    *("pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr"),
    *("pBdr", "shd", "tabs", "suppressAutoHyphens", "bidi", "adjustRightInd", "snapToGrid"),
    *("spacing", "ind", "contextualSpacing", "jc", "textAlignment", "outlineLvl", "rPr", "sectPr"),
)
_RUN_ORDER = (
    *("rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "color"),
    *("spacing", "kern", "position", "sz", "szCs", "highlight", "u", "shd", "vertAlign"),
    *("rtl", "cs", "lang"),
)


def element(tag: str, **attributes: str) -> Any:
    """Return a new element such as ``shd`` with attributes, in WordprocessingML's namespace."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def put(properties: Any, child: Any) -> None:
    """Put an element into paragraph or run properties at its place, instead of one of its kind."""
    order = _RUN_ORDER if _name(properties) == "rPr" else _PARAGRAPH_ORDER
    drop(properties, _name(child))
    rank = order.index(_name(child))
    behind = [one for one in properties if _name(one) in order[rank + 1 :]]
    if behind:
        behind[0].addprevious(child)
    else:
        properties.append(child)


def drop(properties: Any, name: str) -> None:
    """Take a property away, if it is there."""
    for one in [one for one in properties if _name(one) == name]:
        properties.remove(one)


def _name(one: Any) -> str:
    return str(one.tag).rpartition("}")[2]


def of_paragraph(paragraph: Any) -> Any:
    """Return the properties of a paragraph or of a paragraph style."""
    return paragraph._element.get_or_add_pPr()  # noqa: SLF001 - no public way


def of_run(run: Any) -> Any:
    """Return the properties of a run or of a style."""
    return run._element.get_or_add_rPr()  # noqa: SLF001 - no public way


def add_text(paragraph: Any, text: str, **look: Any) -> Any:
    """Add a run to a paragraph; ``look`` is ``bold``, ``size`` (points), ``color`` (six digits)."""
    run = paragraph.add_run(visible(text))
    dress(run, **look)
    if has_right_to_left(text):
        put(of_run(run), element("rtl"))
    return run


def dress(target: Any, *, bold: bool = False, size: float = 0.0, color: str = "") -> None:
    """Give a run or a style its look, for Latin and for Arabic letters."""
    properties = of_run(target)
    if bold:
        put(properties, element("b"))
        put(properties, element("bCs"))
    if size:
        for name in ("sz", "szCs"):
            put(properties, element(name, val=str(round(size * 2))))
    if color:
        put(properties, element("color", val=color))


def add_bookmark(paragraph: Any, anchor: str, number: int) -> None:
    """Make a paragraph the target of links; ``number`` is unique in the document."""
    inside = paragraph._element  # noqa: SLF001 - no public way
    start = element("bookmarkStart", id=str(number), name=bookmark_name(anchor))
    inside.insert(1 if inside.pPr is not None else 0, start)
    inside.append(element("bookmarkEnd", id=str(number)))


def add_link(paragraph: Any, text: str, anchor: str, **look: Any) -> None:
    """Add a link to a bookmark."""
    run = add_text(paragraph, text, **look)._element  # noqa: SLF001 - no public way
    link = element("hyperlink", anchor=bookmark_name(anchor), history="1")
    run.addprevious(link)
    link.append(run)


def bookmark_name(anchor: str) -> str:
    """Return a bookmark name that Word accepts: letters, digits and underscores, 40 at most."""
    return re.sub(r"\W", "_", anchor, flags=re.ASCII)[:MAX_BOOKMARK_CHARS]


def shade(paragraph: Any, fill: str) -> None:
    """Colour the ground of a paragraph."""
    put(of_paragraph(paragraph), element("shd", val="clear", color="auto", fill=fill))


def shade_cell(cell: Any, fill: str) -> None:
    """Colour the ground of a table cell."""
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - no public way
    properties.append(element("shd", val="clear", color="auto", fill=fill))


def rule(paragraph: Any, side: str, color: str, eighths: int) -> None:
    """Draw a line along a side (``left``, ``right``, ``bottom``), in eighths of a point."""
    borders = element("pBdr")
    borders.append(element(side, val="single", sz=str(eighths), space="8", color=color))
    put(of_paragraph(paragraph), borders)


def set_direction(paragraph: Any, *, rtl: bool) -> None:
    """Say which way a paragraph, or every paragraph of a style, runs."""
    put(of_paragraph(paragraph), element("bidi", val="1" if rtl else "0"))


def rule_table(table: Any, color: str) -> None:
    """Draw thin lines between the rows of a table and under it, and no others."""
    borders = element("tblBorders")
    for side in ("bottom", "insideH"):
        borders.append(element(side, val="single", sz="4", space="0", color=color))
    table._tbl.tblPr.append(borders)  # noqa: SLF001 - no public way


def mirror_table(table: Any) -> None:
    """Make a table's columns run from right to left."""
    table._tbl.tblPr.insert(1, element("bidiVisual"))  # noqa: SLF001 - no public way


def repeat_header(row: Any) -> None:
    """Repeat a table's row on every page and tell screen readers that it is the header."""
    row._tr.get_or_add_trPr().append(element("tblHeader"))  # noqa: SLF001 - no public way


def add_field(paragraph: Any, instruction: str, shown: str) -> None:
    """Add a field such as ``PAGE`` that Word brings up to date itself."""
    for kind in ("begin", "instr", "separate", "text", "end"):
        run = paragraph.add_run()._element  # noqa: SLF001 - no public way
        if kind == "instr":
            text = element("instrText")
            text.text = instruction
            run.append(text)
        elif kind == "text":
            run.text = shown
        else:
            run.append(element("fldChar", fldCharType=kind))
