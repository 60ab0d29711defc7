"""What cells of a workbook look like, and the styles part that says so (ECMA-376-1, 18.8)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stocktake_app.documents import palette
from stocktake_app.documents.workbook_xml import DECLARATION, MAIN, attribute

GENERAL = "General"
_FIRST_OWN_FORMAT = 164
"""Numbers below are those of formats that every spreadsheet has."""


@dataclass(frozen=True, slots=True)
class Font:
    """A font; ``color`` is six hexadecimal digits, "" is the reader's own; ``size`` in points."""

    color: str = ""
    size: int = 11
    bold: bool = False
    underlined: bool = False
    name: str = "Calibri"

    @property
    def xml(self) -> str:
        """Its element."""
        marks = f"{'<b/>' * self.bold}{'<u/>' * self.underlined}"
        color = f'<color rgb="FF{self.color}"/>' if self.color else ""
        name = f'<name val="{attribute(self.name)}"/><family val="2"/>'
        return f'<font>{marks}<sz val="{self.size}"/>{color}{name}</font>'


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks. Text of its own direction wraps unless it may run over its neighbours.

    ``quoted`` says that text stays text whatever it begins with; ``ruled`` draws a thin line below.
    """

    font: Font = field(default_factory=Font)
    fill: str = ""
    number_format: str = GENERAL
    text: bool = False
    wrapped: bool = False
    centred: bool = False
    ruled: bool = False
    quoted: bool = False
    rtl: bool = False

    @property
    def alignment(self) -> str:
        """Its alignment element.

        Text keeps clear of the number in the next column; an indent needs a side to count from.
        """
        place = f'vertical="{"center" if self.centred else "top"}"'
        if not self.text:
            return f"<alignment {place}/>"
        side = "right" if self.rtl else "left"
        wrap = ' wrapText="1"' * self.wrapped
        order = ' readingOrder="2"' * self.rtl
        return f'<alignment horizontal="{side}" {place}{wrap} indent="1"{order}/>'


class Looks:
    """Numbers the looks of a workbook as they are used; the first is that of a bare cell."""

    def __init__(self) -> None:
        self._numbers: dict[Look, int] = {}
        self._fonts = {Font().xml: 0}
        self._fills = {_fill("none"): 0, _fill("gray125"): 1}
        self._borders = {_border(""): 0}
        self._formats = {GENERAL: 0}
        self._cells = ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>']

    def number(self, look: Look) -> int:
        """Return the number by which cells name this look."""
        found = self._numbers.get(look)
        if found is None:
            found = self._numbers[look] = len(self._cells)
            self._cells.append(self._cell(look))
        return found

    @property
    def part(self) -> bytes:
        """The styles part."""
        formats = [
            f'<numFmt numFmtId="{number}" formatCode="{attribute(code)}"/>'
            for code, number in self._formats.items()
            if number
        ]
        base = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        lists = (
            _list("numFmts", formats) if formats else "",
            _list("fonts", list(self._fonts)),
            _list("fills", list(self._fills)),
            _list("borders", list(self._borders)),
            _list("cellStyleXfs", [base]),
            _list("cellXfs", self._cells),
            _list("cellStyles", ['<cellStyle name="Normal" xfId="0" builtinId="0"/>']),
        )
        return f'{DECLARATION}<styleSheet xmlns="{MAIN}">{"".join(lists)}</styleSheet>'.encode()

    def _cell(self, look: Look) -> str:
        font = self._fonts.setdefault(look.font.xml, len(self._fonts))
        filled = _fill("solid", look.fill) if look.fill else _fill("none")
        fill = self._fills.setdefault(filled, len(self._fills))
        ruled = _border(palette.RULE if look.ruled else "")
        border = self._borders.setdefault(ruled, len(self._borders))
        code = self._formats.setdefault(
            look.number_format, _FIRST_OWN_FORMAT + len(self._formats) - 1
        )
        applied = (
            (' applyNumberFormat="1"', code),
            (' applyFont="1"', font),
            (' applyFill="1"', fill),
            (' applyBorder="1"', border),
        )
        applies = "".join(text for text, number in applied if number)
        quote = ' quotePrefix="1"' * look.quoted
        return (
            f'<xf numFmtId="{code}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"'
            f'{quote}{applies} applyAlignment="1">{look.alignment}</xf>'
        )


def _fill(pattern: str, color: str = "") -> str:
    if not color:
        return f'<fill><patternFill patternType="{pattern}"/></fill>'
    inner = f'<fgColor rgb="FF{color}"/><bgColor indexed="64"/>'
    return f'<fill><patternFill patternType="{pattern}">{inner}</patternFill></fill>'


def _border(below: str) -> str:
    bottom = f'<bottom style="thin"><color rgb="FF{below}"/></bottom>' if below else "<bottom/>"
    return f"<border><left/><right/><top/>{bottom}<diagonal/></border>"


def _list(name: str, elements: Sequence[str] | Iterable[str]) -> str:
    elements = list(elements)
    return f'<{name} count="{len(elements)}">{"".join(elements)}</{name}>'
