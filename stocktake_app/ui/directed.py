"""Text fields that follow the direction of the page; Qt leaves theirs at the left edge."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from stocktake_app.ui.parts import scaled

TALL_LINES = (3, 10)


def reading_edge(widget: QWidget) -> Qt.AlignmentFlag:
    """Return the edge where a line begins; Qt keeps text fields at the left otherwise."""
    if widget.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
    return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute


class DirectedLine(QLineEdit):
    """A line edit whose text begins at the reading edge."""

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(reading_edge(self) | Qt.AlignmentFlag.AlignVCenter)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the direction of the page."""
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self.setAlignment(reading_edge(self) | Qt.AlignmentFlag.AlignVCenter)
        super().changeEvent(event)


class DirectedText(QPlainTextEdit):
    """A text of several lines that begins at the reading edge and grows with what is typed."""

    def __init__(self, least_lines: int = TALL_LINES[0]) -> None:
        super().__init__()
        self._least = least_lines
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self._direct()
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self._grow()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the direction of the page and the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._direct()
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._grow()

    def _direct(self) -> None:
        option = QTextOption(reading_edge(self))
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDefaultTextOption(option)

    def _grow(self) -> None:
        most = TALL_LINES[1]
        lines = min(max(int(self.document().size().height()), self._least), most)
        height = lines * self.fontMetrics().lineSpacing() + scaled(self, 24)
        if height != self.height():
            self.setFixedHeight(height)
