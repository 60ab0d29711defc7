"""Bars, drawn by hand: no charting library is worth its start-up time here."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from stocktake_app.ui.parts import scaled
from stocktake_app.ui.theme import Tokens

LABEL_SHARE = 0.55
NUMBER_POINTS = 44


@dataclass(frozen=True)
class Bar:
    """One bar; a quiet one is drawn in grey."""

    label: str
    value: int
    quiet: bool = False


class BarChart(QWidget):
    """Horizontal bars with their labels and numbers; a screen reader gets them as one text."""

    def __init__(self, title: str, bars: Sequence[Bar], tokens: Tokens) -> None:
        super().__init__()
        self._bars, self._tokens = tuple(bars), tokens
        said = "; ".join(f"{bar.label}: {bar.value}" for bar in bars)
        self.setAccessibleName(title)
        self.setAccessibleDescription(said)
        self.setToolTip("\n".join(f"{bar.label}: {bar.value}" for bar in bars))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(self.sizeHint().height())

    def _row(self) -> int:
        return scaled(self, 24)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for every bar."""
        return QSize(scaled(self, 320), max(1, len(self._bars)) * self._row())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw label, bar and number of each."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max((bar.value for bar in self._bars), default=0) or 1
        for at, bar in enumerate(self._bars):
            self._draw(painter, bar, at * self._row(), bar.value / most)

    def _draw(self, painter: QPainter, bar: Bar, top: int, share: float) -> None:
        tokens, row = self._tokens, self._row()
        names = self._room_for_names()
        number = scaled(self, NUMBER_POINTS)
        room = self.width() - names - number
        along = Qt.AlignmentFlag.AlignVCenter
        text = self.fontMetrics().elidedText(
            bar.label, Qt.TextElideMode.ElideRight, names - scaled(self, 10)
        )
        painter.setPen(QColor(tokens.muted if bar.quiet else tokens.ink))
        end = self._side(QRect(0, top, names - scaled(self, 10), row))
        painter.drawText(end, along | Qt.AlignmentFlag.AlignLeading, text)
        painter.setPen(Qt.PenStyle.NoPen)
        thick = round(row * 0.58)
        painter.setBrush(QColor(tokens.line))
        track = QRect(names, top + (row - thick) // 2, room, thick)
        painter.drawRoundedRect(self._side(track), 3, 3)
        if bar.value:
            painter.setBrush(QColor(tokens.frame if bar.quiet else tokens.accent))
            filled = QRect(track.left(), track.top(), max(4, round(room * share)), thick)
            painter.drawRoundedRect(self._side(filled), 3, 3)
        painter.setPen(QColor(tokens.ink))
        place = QRect(names + room + scaled(self, 8), top, number - scaled(self, 8), row)
        painter.drawText(self._side(place), along | Qt.AlignmentFlag.AlignLeading, str(bar.value))

    def _room_for_names(self) -> int:
        longest = max(
            (self.fontMetrics().horizontalAdvance(bar.label) for bar in self._bars), default=0
        )
        return min(longest + scaled(self, 14), round(self.width() * LABEL_SHARE))

    def _side(self, rect: QRect) -> QRect:
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            return rect.translated(self.width() - rect.right() - 1 - rect.left(), 0)
        return rect
