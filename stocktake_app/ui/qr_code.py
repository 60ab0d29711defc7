"""A fingerprint as a QR code, to be held before a camera instead of being read aloud."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from stocktake_app.ui.parts import scaled
from stocktake_app.ui.texts import _

POINTS = 116
QUIET = 3
"""Modules of white round the code; readers need some."""


class QrCode(QWidget):
    """Dark on white in every scheme, as readers expect it."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[bytes] = []
        self.setFixedSize(scaled(self, POINTS), scaled(self, POINTS))
        self.hide()

    def show_text(self, text: str) -> None:
        """Show a text; an empty one hides the code."""
        import segno

        self._rows = []
        if text:
            self._rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
        self.setVisible(bool(text))
        self.setAccessibleName(_("QR code of {text}").format(text=text))
        self.setToolTip(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """Draw the modules as whole pixels, so that none is blurred."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#ffffff"))
        modules = len(self._rows) + 2 * QUIET
        side = min(self.width(), self.height()) // modules
        left = (self.width() - side * len(self._rows)) // 2
        top = (self.height() - side * len(self._rows)) // 2
        painter.setPen(Qt.PenStyle.NoPen)
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    place = QRect(left + x * side, top + y * side, side, side)
                    painter.fillRect(place, QColor("#000000"))
        painter.end()
