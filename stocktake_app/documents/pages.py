"""Fills pages from top to bottom with blocks of text, and goes on to the next page by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, BinaryIO

from stocktake_app.documents.characters import visible
from stocktake_app.documents.fonts import (
    Weight,
    latin,
    missing_characters,
    printable,
    register_fonts,
)
from stocktake_app.documents.pictures import Printed
from stocktake_app.documents.text_layout import (
    Line,
    TextStyle,
    color,
    draw_line,
    lay_out,
    line_height,
)

MILLIMETRE = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MILLIMETRE, 297 * MILLIMETRE
MARGIN = 20 * MILLIMETRE
TOP = PAGE_HEIGHT - 24 * MILLIMETRE
BOTTOM = 22 * MILLIMETRE
BAR_WIDTH = 3.0
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN


@dataclass(frozen=True)
class Column:
    """A column of a block: text and look; ``start`` and ``width`` as shares of the block's."""

    text: str
    style: TextStyle
    start: float = 0.0
    width: float = 1.0


@dataclass(frozen=True)
class Block:
    """Columns of text side by side, with room around them.

    Lengths are points. ``ground`` colours the block, ``bar`` draws a bar along its edge. A block is
    put on the next page unless ``keep`` points are free, so that a heading stays with its text.
    """

    columns: tuple[Column, ...]
    before: float = 0.0
    after: float = 0.0
    padding: float = 0.0
    indent: float = 0.0
    ground: str = ""
    bar: str = ""
    keep: float = 0.0


@dataclass
class _Piece:
    """The lines of one column that still wait to be drawn."""

    column: Column
    lines: list[Line]
    height: float


@dataclass
class Pages:
    """A PDF being written. ``decorate`` draws header and footer of each page."""

    canvas: Any
    rtl: bool
    decorate: Callable[["Pages"], None]
    y: float = TOP
    number: int = 1
    missing: dict[str, None] = field(default_factory=dict)
    pictures: int = 0

    def place(self, block: Block) -> None:
        """Draw a block, on as many pages as it takes."""
        pieces = [self._piece(column, block) for column in block.columns]
        if self.y - block.before - block.keep < BOTTOM:
            self.new_page()
        else:
            self.y -= block.before
        while any(piece.lines for piece in pieces):
            self._place_what_fits(block, pieces)
        self.y -= block.after

    def _place_what_fits(self, block: Block, pieces: list[_Piece]) -> None:
        free = self.y - BOTTOM - 2 * block.padding
        counts = [min(len(one.lines), max(int(free / one.height), 0)) for one in pieces]
        if not any(counts):
            self.new_page()
            return
        used = max(n * one.height for n, one in zip(counts, pieces, strict=True))
        self._draw_ground(block, used + 2 * block.padding)
        for count, piece in zip(counts, pieces, strict=True):
            self._draw_piece(block, piece, count)
            del piece.lines[:count]
        self.y -= used + 2 * block.padding
        if any(piece.lines for piece in pieces):
            self.new_page()

    def new_page(self) -> None:
        """Finish this page and begin the next."""
        self.canvas.showPage()
        self.number += 1
        self.y = TOP
        self.decorate(self)

    def picture(self, picture: Printed, width: float, block: Block) -> None:
        """Draw a picture where the block's first column begins, then the block below it.

        ``width`` is in points.
        """
        height = width * picture.height / picture.width
        if self.y - block.before - height - block.keep < BOTTOM:
            self.new_page()
        self._draw_ground(block, block.before + height)
        self.y -= block.before + height
        x = self._left(block.columns[0], block, width)
        self.canvas.drawImage(_reader(picture.data), x, self.y, width, height)
        self.place(replace(block, before=0.0))

    def rule(self, thickness: float, ink: str, y: float | None = None) -> None:
        """Draw a line across the text, at ``y`` or where the next block would begin."""
        y = self.y if y is None else y
        self.canvas.setStrokeColor(color(ink))
        self.canvas.setLineWidth(thickness)
        self.canvas.line(MARGIN, y, PAGE_WIDTH - MARGIN, y)

    def note(self, text: str) -> str:
        """Make a text printable, remembering characters for which there is no glyph."""
        text = visible(text)
        self.missing.update(dict.fromkeys(missing_characters(text)))
        return printable(text)

    def _piece(self, column: Column, block: Block) -> _Piece:
        width = self._width(column, block)
        lines = lay_out(self.note(column.text), column.style, width, rtl=self.rtl)
        return _Piece(column, lines, line_height(lines, column.style))

    def _width(self, column: Column, block: Block) -> float:
        return column.width * (TEXT_WIDTH - block.indent - 2 * self._inset(block))

    def _inset(self, block: Block) -> float:
        return block.padding if block.ground else 0.0

    def _draw_piece(self, block: Block, piece: _Piece, count: int) -> None:
        width = self._width(piece.column, block)
        x = self._left(piece.column, block, width)
        y = self.y - block.padding - piece.height * 0.5 - piece.column.style.size * 0.35
        for line in piece.lines[:count]:
            draw_line(self.canvas, line, x, y, width=width, style=piece.column.style)
            y -= piece.height

    def _left(self, column: Column, block: Block, width: float) -> float:
        """Return the left edge of what is this wide and begins where a column does."""
        inner = TEXT_WIDTH - block.indent - 2 * self._inset(block)
        offset = block.indent + self._inset(block) + column.start * inner
        return MARGIN + (TEXT_WIDTH - offset - width if self.rtl else offset)

    def _draw_ground(self, block: Block, height: float) -> None:
        left = MARGIN if self.rtl else MARGIN + (block.indent if not block.bar else 0)
        width = TEXT_WIDTH - (block.indent if not block.bar else 0)
        if block.ground:
            self.canvas.setFillColor(color(block.ground))
            self.canvas.rect(left, self.y - height, width, height, stroke=0, fill=1)
        if block.bar:
            self.canvas.setFillColor(color(block.bar))
            x = MARGIN + TEXT_WIDTH - BAR_WIDTH if self.rtl else MARGIN
            self.canvas.rect(x, self.y - height, BAR_WIDTH, height, stroke=0, fill=1)


def _reader(data: bytes) -> Any:
    from reportlab.lib.utils import ImageReader

    return ImageReader(BytesIO(data))


def new_canvas(out: BinaryIO, title: str, language: str, *, rtl: bool) -> Any:
    """Return a reportlab canvas whose bytes depend on nothing but what is drawn."""
    from reportlab.pdfgen.canvas import Canvas

    register_fonts()
    # Without a font of ours here, each page would name one that is not embedded.
    canvas = Canvas(
        out,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        invariant=1,
        lang=language,
        initialFontName=latin(Weight.REGULAR),  # type: ignore[arg-type]  # a name, not a number
    )
    canvas.setTitle(title)
    canvas.setAuthor("")
    canvas.setSubject("")
    canvas.setCreator("Stocktake")
    canvas.setProducer("Stocktake")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    if rtl:
        canvas.setViewerPreference("Direction", "R2L")
    return canvas
