"""Measures, breaks and draws text with reportlab: any script of ours, either direction."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from stocktake_app.documents import bidi, palette
from stocktake_app.documents.fonts import Weight, runs

ARABIC_LEADING = 1.2
"""Amiri's letters reach further up and down than Noto's."""


@dataclass(frozen=True)
class TextStyle:
    """How a text looks; ``size`` in points, ``leading`` as a multiple of it."""

    size: float
    weight: Weight = Weight.REGULAR
    color: str = palette.INK
    leading: float = 1.45


@dataclass(frozen=True)
class Line:
    """One line in logical order, its paragraph's direction, and the side it is set against."""

    text: str
    rtl: bool
    right: bool


def lay_out(text: str, style: TextStyle, width: float, *, rtl: bool) -> list[Line]:
    """Break a text into lines of ``width`` points; each paragraph runs its own way.

    A paragraph of one line stands on the document's side, so that short values stay near their
    labels; a longer one on its own.
    """
    found = []
    for paragraph in text.split("\n"):
        direction = bidi.starts_right_to_left(paragraph, otherwise=rtl)
        broken = bidi.break_lines(paragraph, width, lambda shaped: shaped_width(shaped, style))
        right = direction if len(broken) > 1 else rtl
        found += [Line(line, direction, right) for line in broken]
    return found


def line_height(lines: list[Line], style: TextStyle) -> float:
    """Return the distance of base lines in points."""
    arabic = any(bidi.has_right_to_left(line.text) for line in lines)
    return style.size * style.leading * (ARABIC_LEADING if arabic else 1.0)


def shaped_width(shaped: str, style: TextStyle) -> float:
    """Return the width in points of a text whose letters are already joined."""
    return _unit_width(shaped, style.weight) * style.size


@lru_cache(maxsize=65_536)
def _unit_width(shaped: str, weight: Weight) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return sum(
        float(stringWidth(run.text, run.font, 1000)) * run.scale / 1000
        for run in runs(shaped, weight)
    )


def draw_line(
    canvas: Any, line: Line, x: float, y: float, *, width: float, style: TextStyle
) -> None:
    """Draw a line in the column that begins at ``x``, against its left or right side."""
    shown = bidi.visual(line.text, rtl=line.rtl)
    if not shown.strip():
        return
    if line.right:
        x += width - shaped_width(shown, style)
    pen = canvas.beginText(x, y)
    pen.setFillColor(color(style.color))
    for run in runs(shown, style.weight):
        pen.setFont(run.font, style.size * run.scale)
        pen.textOut(run.text)
    canvas.drawText(pen)


@lru_cache
def color(hexadecimal: str) -> Any:
    """Return reportlab's colour of six hexadecimal digits."""
    from reportlab.lib.colors import HexColor

    return HexColor(f"#{hexadecimal}")
