"""The window's fonts: the bundled ones, before whatever the system has."""

from PySide6.QtGui import QFont, QFontDatabase

from stocktake_app.settings import resource
from stocktake_app.ui.theme import BASE_POINTS

FAMILIES = ("Noto Sans", "Noto Sans Arabic", "Segoe UI", "Amiri", "DejaVu Sans")
"""Tried in order, letter by letter; Amiri is bundled and has Arabic and Latin."""


def load_fonts() -> None:
    """Make the bundled fonts known to Qt; without them the system's own are used."""
    try:
        folder = resource("resources/fonts")
    except FileNotFoundError:
        return
    for path in sorted(folder.glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))


def window_font(text_size: int) -> QFont:
    """Return the font of the window at ``text_size`` per cent."""
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPointSizeF(BASE_POINTS * text_size / 100)
    return font
