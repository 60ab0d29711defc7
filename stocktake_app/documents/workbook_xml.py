"""The frame of a workbook in SpreadsheetML: what stands around the rows (ECMA-376-1, 18.2, 18.3).

Elements stand in the order that the standard gives; Excel repairs a file in which they do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from stocktake_app.documents.characters import visible
from stocktake_app.documents.parts import Link

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORKBOOK = "xl/workbook.xml"
STYLES = "xl/styles.xml"

_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
WORKBOOK_TYPE = f"{_OFFICE}.sheet.main+xml"
SHEET_TYPE = f"{_OFFICE}.worksheet+xml"
STYLES_TYPE = f"{_OFFICE}.styles+xml"

MAX_HEADER_CHARS = 120
"""Of a printed header; Excel takes 255, and ``&`` counts twice."""

_A4 = 9
_LETTERS = 26


def attribute(text: str) -> str:
    """Escape text for an attribute in double quotes."""
    return escape(text).replace('"', "&quot;")


def escape(text: str) -> str:
    """Escape text for an element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def column_letters(number: int) -> str:
    """Return the letters of the n-th column, from 1: A, B, …, Z, AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True)
class SheetFrame:
    """What is said of a sheet around its rows; widths are in characters, of each column.

    A ``table`` keeps its header row and first column in sight and on every printed page, and can
    be filtered. ``header`` is printed above every page; ``pages`` is how many stand side by side.
    """

    widths: tuple[int, ...]
    rtl: bool
    tab: str = ""
    table: bool = True
    header: str = ""
    pages: int = 1

    @property
    def head(self) -> str:
        """The text before the first row."""
        tab = f'<tabColor rgb="FF{self.tab}"/>' if self.tab else ""
        columns = "".join(
            f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
            for place, width in enumerate(self.widths, 1)
        )
        return (
            f'{DECLARATION}<worksheet xmlns="{MAIN}">'
            f'<sheetPr>{tab}<pageSetUpPr fitToPage="1"/></sheetPr>{self._view}'
            f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
        )

    def tail(self, last_row: int, links: Sequence[tuple[str, str]] = ()) -> str:
        """Return the text behind the last row; ``links`` are cells and the sheets they lead to."""
        orientation, pages = ("landscape", self.pages) if self.table else ("portrait", 1)
        return (
            f"</sheetData>{self._filter(last_row)}{_links(links)}"
            '<pageMargins left="0.75" right="0.75" top="1" bottom="1" header="0.5" footer="0.5"/>'
            f'<pageSetup paperSize="{_A4}" fitToWidth="{pages}" fitToHeight="0"'
            f' orientation="{orientation}"/>{self._print_header}</worksheet>'
        )

    def area(self, last_row: int) -> tuple[str, str]:
        """Return the first and the last cell of the table."""
        return "A1", f"{column_letters(len(self.widths))}{last_row}"

    @property
    def _view(self) -> str:
        mirrored = ' rightToLeft="1"' * self.rtl
        if not self.table:
            return (
                f'<sheetViews><sheetView showGridLines="0"{mirrored} tabSelected="1"'
                ' workbookViewId="0"/></sheetViews>'
            )
        return (
            f'<sheetViews><sheetView{mirrored} workbookViewId="0">'
            '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>'
            '<selection pane="topRight"/><selection pane="bottomLeft"/>'
            '<selection pane="bottomRight" activeCell="B2" sqref="B2"/></sheetView></sheetViews>'
        )

    @property
    def _print_header(self) -> str:
        if not self.table:
            return ""
        text = visible(self.header).replace("\n", " ")[:MAX_HEADER_CHARS].replace("&", "&&")
        header = f"<oddHeader>&amp;C{escape(text)}</oddHeader>" if text else ""
        return f"<headerFooter>{header}<oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter>"

    def _filter(self, last_row: int) -> str:
        return f'<autoFilter ref="{":".join(self.area(last_row))}"/>' if self.table else ""


def _links(links: Sequence[tuple[str, str]]) -> str:
    if not links:
        return ""
    elements = "".join(
        f'<hyperlink ref="{cell}" location="{attribute(quoted(sheet))}!A1"/>'
        for cell, sheet in links
    )
    return f"<hyperlinks>{elements}</hyperlinks>"


def quoted(sheet: str) -> str:
    """Return the name of a sheet as references to it have it."""
    return "'{}'".format(sheet.replace("'", "''"))


@dataclass(frozen=True)
class SheetEntry:
    """A finished sheet: its part's name, what people call it, its frame, its last row."""

    part: str
    name: str
    frame: SheetFrame
    last_row: int


def sheet_part(number: int) -> str:
    """Return the name of the part of the n-th sheet, from 1."""
    return f"xl/worksheets/sheet{number}.xml"


def workbook_part(sheets: Sequence[SheetEntry]) -> bytes:
    """Return the part that lists the sheets, in the order in which they are shown."""
    listed = "".join(
        f'<sheet name="{attribute(one.name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, one in enumerate(sheets, 1)
    )
    names = [_names(place, one) for place, one in enumerate(sheets) if one.frame.table]
    defined = f"<definedNames>{''.join(names)}</definedNames>" if names else ""
    return (
        f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{_RELATIONSHIPS}"><workbookPr/>'
        f"<bookViews><workbookView/></bookViews><sheets>{listed}</sheets>{defined}</workbook>"
    ).encode()


def _names(place: int, sheet: SheetEntry) -> str:
    """Name what is filtered and what is printed on every page, as Excel wants it."""
    name = escape(quoted(sheet.name))
    column, row = column_letters(len(sheet.frame.widths)), sheet.last_row
    return (
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{place}" hidden="1">'
        f"{name}!$A$1:${column}${row}</definedName>"
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{place}">'
        f"{name}!$A:$A,{name}!$1:$1</definedName>"
    )


def workbook_links(sheets: Sequence[SheetEntry]) -> tuple[Link, ...]:
    """Return the links from the workbook to its sheets and styles."""
    links = [
        Link(f"rId{number}", f"{_RELATIONSHIPS}/worksheet", one.part.removeprefix("xl/"))
        for number, one in enumerate(sheets, 1)
    ]
    styles = STYLES.removeprefix("xl/")
    return (*links, Link(f"rId{len(sheets) + 1}", f"{_RELATIONSHIPS}/styles", styles))
