"""The first sheet of a workbook: what this is, whose, when, what is inside, how to check it."""

from dataclasses import dataclass

from stocktake_app.documents import palette
from stocktake_app.documents.parts import TakeBytes
from stocktake_app.documents.record import Record
from stocktake_app.documents.workbook_cells import (
    TextPart,
    high_row,
    lines_of,
    row_start,
    styled_row,
)
from stocktake_app.documents.workbook_looks import Font, Look, Looks
from stocktake_app.documents.workbook_xml import SheetFrame
from stocktake_app.translations import Translator

LABEL_WIDTH = 34
TEXT_WIDTH = 88
PADDING = 5.0
"""Air around a line, in points."""

_BAND_LEADING = 2.2
"""Height of a band, by the size of its letters."""

_PLAIN = Font(color=palette.INK)
_CODE = Font(color=palette.INK, bold=True, name="Consolas")
_LABEL = Font(color=palette.MUTED)
_LINK = Font(color=palette.BLUE, underlined=True)
_HEADING = Font(color=palette.NAVY, size=13, bold=True)


@dataclass(frozen=True)
class Contents:
    """A sheet of the workbook, its full title, and how many rows it has under its header."""

    sheet: str
    title: str
    rows: int


def cover_frame(record: Record) -> SheetFrame:
    """Return what stands around the cover's rows."""
    tab = palette.AMBER if record.notice else palette.BLUE
    return SheetFrame((LABEL_WIDTH, TEXT_WIDTH), record.rtl, tab, table=False)


def write_cover(
    take: TakeBytes, record: Record, contents: list[Contents], looks: Looks, _: Translator
) -> None:
    """Write the cover's part."""
    cover = _Cover(looks, rtl=record.rtl)
    if record.notice:
        cover.band(record.notice, palette.AMBER_TINT, Font(palette.AMBER, size=14, bold=True))
    cover.band(record.title, palette.NAVY, Font(palette.WHITE, size=20, bold=True))
    cover.band(record.subtitle, palette.NAVY, Font(palette.WHITE, size=12))
    cover.blank()
    for label, text in record.cover:
        cover.fact(label, text)
    cover.heading(_("What is inside"))
    for one in contents:
        count = _.plural("{n} row", "{n} rows", one.rows).format(n=f"{one.rows:,}")
        cover.link(one.sheet, f"{one.title}: {count}")
    cover.heading(_("How to check this record"))
    if record.verification.fingerprint:
        cover.fact(_("Fingerprint of the signer"), record.verification.fingerprint, _CODE)
    if record.verification.record_id:
        cover.fact(_("Number of this record"), record.verification.record_id, _CODE)
    for number, step in enumerate(record.verification.steps, 1):
        cover.fact(f"{number}.", step)
    cover.write(take, cover_frame(record))


class _Cover:
    """Sets the cover from top to bottom."""

    def __init__(self, looks: Looks, *, rtl: bool) -> None:
        self._looks = looks
        self._rtl = rtl
        self._rows: list[str] = []
        self._links: list[tuple[str, str]] = []

    def band(self, text: str, fill: str, font: Font) -> None:
        """Add a line on a coloured ground across both columns."""
        left = self._look(font, fill, wrapped=False)
        start = high_row(self._next, font.size * _BAND_LEADING)
        self._add(start, (text, left), ("", self._look(font, fill)))

    def heading(self, text: str) -> None:
        """Add a small heading with room above it."""
        self.blank()
        look = self._look(_HEADING, palette.TINT)
        self._add(row_start(self._next, 1, 2 * PADDING), (text, look), ("", look))

    def fact(self, label: str, text: str, font: Font = _PLAIN) -> None:
        """Add a label and its text."""
        lines = max(lines_of(label, LABEL_WIDTH - 2), lines_of(text, TEXT_WIDTH - 4))
        start = row_start(self._next, lines, PADDING)
        self._add(start, (label, self._look(_LABEL)), (text, self._look(font)))

    def link(self, sheet: str, text: str) -> None:
        """Add the name of a sheet as a link to it."""
        self._links.append((f"A{self._next}", sheet))
        start = row_start(self._next, 1, PADDING)
        self._add(start, (sheet, self._look(_LINK)), (text, self._look(_PLAIN)))

    def blank(self) -> None:
        """Leave one row free."""
        self._add(row_start(self._next))

    def write(self, take: TakeBytes, frame: SheetFrame) -> None:
        """Write the whole part."""
        part = TextPart(take)
        for text in (frame.head, *self._rows, frame.tail(len(self._rows), self._links)):
            part.write(text)
        part.flush()

    @property
    def _next(self) -> int:
        return len(self._rows) + 1

    def _look(self, font: Font, fill: str = "", *, wrapped: bool = True) -> int:
        look = Look(font, fill, text=True, wrapped=wrapped, centred=True, rtl=self._rtl)
        return self._looks.number(look)

    def _add(self, start: str, *cells: tuple[str, int]) -> None:
        self._rows.append(styled_row(start, self._next, cells))
