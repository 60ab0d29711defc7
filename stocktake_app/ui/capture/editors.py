"""What an answer is typed into: one small widget per kind of text."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from stocktake_app.questionnaire.session import Choice
from stocktake_app.ui.capture.reading_typed import read_number
from stocktake_app.ui.directed import DirectedLine, DirectedText
from stocktake_app.ui.parts import column, restyle, scaled


class Editor(QWidget):
    """Base of all editors. ``edited`` carries the answer as the form writes it, or None."""

    edited = Signal(object)
    left = Signal()

    def show_value(self, value: str | None) -> None:
        """Show an answer without saying that it was edited."""
        raise NotImplementedError

    def show_choices(self, choices: tuple[Choice, ...]) -> None:
        """Offer these choices; editors without choices do nothing."""

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001 - one switch, named by itself
        """Allow or forbid typing."""
        self.setEnabled(not read_only)

    def set_wrong(self, wrong: bool) -> None:  # noqa: FBT001 - same
        """Draw the frame of a field with a problem, or of one without."""
        for part in self.inputs():
            restyle(part, "wrong", wrong)

    def inputs(self) -> list[QWidget]:
        """Return the parts that take the focus, first one first."""
        raise NotImplementedError

    def describe(self, name: str, description: str) -> None:
        """Tell a screen reader what is asked and what is wrong."""
        for part in self.inputs():
            part.setAccessibleName(name)
            part.setAccessibleDescription(description)

    def complaint(self) -> str:
        """Return why what stands in the field is no answer yet, or an empty text."""
        return ""

    def watch(self, *parts: QWidget) -> None:
        """Tell when the focus leaves one of these parts for another field."""
        for part in parts:
            part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Hear of the focus leaving; keep undo for the whole questionnaire."""
        if event.type() == QEvent.Type.FocusOut and _really_left(event):
            self.left.emit()
        if event.type() == QEvent.Type.ShortcutOverride and is_undo(event):
            # The questionnaire undoes answer by answer, also in fields long left.
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def is_undo(event: QEvent) -> bool:
    """Say whether a key event asks for undo or redo."""
    return isinstance(event, QKeyEvent) and (
        event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
    )


def _really_left(event: QEvent) -> bool:
    passing = {Qt.FocusReason.PopupFocusReason, Qt.FocusReason.MenuBarFocusReason}
    return isinstance(event, QFocusEvent) and event.reason() not in passing


class LineEditor(Editor):
    """One line of text; a number if told so."""

    def __init__(self, *, number: bool = False) -> None:
        super().__init__()
        self._number = number
        self.box = DirectedLine()
        if number:
            self.box.setFixedWidth(scaled(self, 200))
            self.box.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        self.box.textEdited.connect(self._typed)
        self.watch(self.box)
        self.setLayout(column(self.box))

    def _typed(self, text: str) -> None:
        self.edited.emit((read_number(text) if self._number else text) or None)

    def show_value(self, value: str | None) -> None:
        """Show an answer; what is being typed is left alone while it says the same."""
        if self.box.text().rstrip() != (value or ""):
            self.box.setText(value or "")

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001 - one switch
        """Allow or forbid typing; a read-only text can still be selected and copied."""
        self.box.setReadOnly(read_only)

    def inputs(self) -> list[QWidget]:
        """Return the line."""
        return [self.box]


class TextEditor(Editor):
    """Several lines of text."""

    def __init__(self) -> None:
        super().__init__()
        self.box = DirectedText()
        self._shown: str | None = None
        self.box.textChanged.connect(self._typed)
        self.watch(self.box)
        self.setLayout(column(self.box))

    def _typed(self) -> None:
        text = self.box.toPlainText() or None
        if text != self._shown:
            self._shown = text
            self.edited.emit(text)

    def show_value(self, value: str | None) -> None:
        """Show an answer; what is being typed is left alone while it says the same."""
        if self.box.toPlainText().rstrip() != (value or ""):
            self._shown = value
            self.box.setPlainText(value or "")

    def set_read_only(self, read_only: bool) -> None:  # noqa: FBT001 - one switch
        """Allow or forbid typing; a read-only text can still be selected and copied."""
        self.box.setReadOnly(read_only)

    def inputs(self) -> list[QWidget]:
        """Return the text."""
        return [self.box]
