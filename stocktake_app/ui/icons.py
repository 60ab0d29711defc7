"""Our own icons: SVG files in ``resources/icons``, drawn in the colour of the text beside them."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from stocktake_app.settings import resource

DIRECTIONAL = frozenset({"next", "back", "undo", "redo", "exchange", "jump"})
"""Icons that point along the reading direction, so are mirrored in Arabic."""

SIZES = (20, 40, 64)
"""Pixels each icon is drawn at; Qt scales the next larger one down."""


@cache
def _source(name: str) -> str:
    return resource(f"resources/icons/{name}.svg").read_text("utf-8")


def icon(name: str, colour: str, checked: str | None = None) -> QIcon:
    """Return an icon in ``colour``; ``checked`` is its colour on a button that is pressed in."""
    made = QIcon()
    for size in SIZES:
        made.addPixmap(pixmap(name, colour, size))
        if checked:
            made.addPixmap(pixmap(name, checked, size), QIcon.Mode.Normal, QIcon.State.On)
    return made


def pixmap(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Return the icon drawn at ``size`` points for a screen of this pixel ratio."""
    mirrored = (
        name in DIRECTIONAL and QApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    )
    return _draw(name, colour, round(size * ratio), mirrored=mirrored, ratio=ratio)


@cache
def _draw(name: str, colour: str, pixels: int, *, mirrored: bool, ratio: float) -> QPixmap:
    picture = QPixmap(pixels, pixels)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if mirrored:
        painter.translate(pixels, 0)
        painter.scale(-1, 1)
    text = _source(name).replace("currentColor", QColor(colour).name())
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture
