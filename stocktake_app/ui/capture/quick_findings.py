"""Noting findings while people speak: a key chooses the kind, Enter begins the next one."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from stocktake_app.model import paths
from stocktake_app.model.codes import FindingKind
from stocktake_app.questionnaire.form import Kind, Question, Repeat
from stocktake_app.ui.capture.editors import is_undo
from stocktake_app.ui.capture.filling import Filling
from stocktake_app.ui.directed import DirectedText
from stocktake_app.ui.flow import FlowLayout
from stocktake_app.ui.parts import button, column, label, line, panel
from stocktake_app.ui.texts import _

if TYPE_CHECKING:
    from stocktake_app.questionnaire.session import Changes

FIRST_KEY = 2
"""F1 is help; the kinds begin at F2 and at Ctrl+1."""


def is_findings(repeat: Repeat) -> bool:
    """Say whether a repeat is one of findings: a kind to choose and a text (docs/vocabulary.md)."""
    kinds = {child.name: child.kind for child in repeat.children if isinstance(child, Question)}
    return (
        repeat.name == "findings"
        and kinds.get("kind") is Kind.SELECT_ONE
        and kinds.get("text") in {Kind.TEXT, Kind.LONG_TEXT}
    )


class QuickFindings(QWidget):
    """The row exists from the first letter on, so what is typed here is saved like any answer."""

    noted = Signal(str)
    """A finding is complete and the next can begin; carries its row."""

    def __init__(self, path: str, filling: Filling) -> None:
        super().__init__()
        self._path, self._filling = path, filling
        self._row = ""
        self._kind: str | None = None
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._kinds = QWidget()
        self._flow = FlowLayout(self._kinds)
        self.box = DirectedText(least_lines=2)
        self.box.setAccessibleName(_("What was said"))
        self.box.setPlaceholderText(
            _("Type what is being said. F2 to F8 choose its kind, Enter begins the next finding.")
        )
        self.box.textChanged.connect(self._typed)
        self.box.installEventFilter(self)
        self._next = button(_("Next finding"), self.finish_one, "primary")
        self._said = label("", "small")
        self._said.setText(_("Enter: next finding    Shift+Enter: new line"))
        foot = line(self._said, 1, self._next)
        self.setLayout(column(panel(column(self._kinds, self.box, foot, spacing=8, margin=12))))
        self._make_kinds()

    def _make_kinds(self) -> None:
        for number, kind in enumerate(FindingKind):
            self._add_kind(number, kind.value)
        self._reword()

    def _label(self, name: str) -> str:
        session = self._filling.session
        question = paths.generic(paths.join(self._path, "kind"))
        return session.form.choice_label(question, name, session.language) or name

    def _add_kind(self, number: int, name: str) -> None:
        made = QPushButton()
        made.setProperty("look", "kind")
        made.setProperty("name", name)
        made.setCheckable(True)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(lambda: self.choose_kind(name))
        self._group.addButton(made, number)
        self._flow.addWidget(made)
        for keys in (f"F{FIRST_KEY + number}", f"Ctrl+{number + 1}"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(lambda: self.choose_kind(name))

    def choose_kind(self, name: str) -> None:
        """Say what kind the finding being typed is; the next ones begin with the same."""
        self._kind = name
        self._mark()
        if self._row:
            self._filling.answer(paths.join(self._row, "kind"), name)
        self.box.setFocus()

    def _mark(self) -> None:
        for one in self._group.buttons():
            one.setChecked(one.property("name") == self._kind)

    def _typed(self) -> None:
        text = self.box.toPlainText()
        if not text.strip():
            self._give_up()
            return
        if not self._row:
            self._row = self._empty_row() or self._filling.add_row(self._path)
            if self._kind:
                self._filling.answer(paths.join(self._row, "kind"), self._kind)
        self._filling.answer(paths.join(self._row, "text"), text)

    def _empty_row(self) -> str:
        """Return the last row if nothing is in it: a questionnaire may begin with an empty one."""
        session = self._filling.session
        rows = session.row_paths(self._path)
        answers = [paths.join(rows[-1], name) for name in ("kind", "text")] if rows else []
        return rows[-1] if rows and not any(session.value(path) for path in answers) else ""

    def _give_up(self) -> None:
        row, self._row = self._row, ""
        if row:
            self._filling.remove_row(row)

    def finish_one(self) -> None:
        """Leave the finding as it is and begin the next one."""
        row, self._row = self._row, ""
        self.box.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.box.clear()
        self.box.blockSignals(False)  # noqa: FBT003 - Qt's own signature
        self.box.setFocus()
        if row:
            self._filling.saver.flush()
            self.noted.emit(row)

    def forget_row(self) -> None:
        """Begin anew after an undo: the row may be gone."""
        self._row = ""
        self.finish_one()

    def apply(self, changes: "Changes") -> None:
        """Follow the questionnaire's language; let go of a row somebody removed."""
        if changes.labels:
            self._reword()
        gone = self._row and self._row not in self._filling.session.row_paths(self._path)
        if gone:
            self.forget_row()

    def _reword(self) -> None:
        for one in self._group.buttons():
            number = self._group.id(one)
            words = self._label(one.property("name"))
            key = f"F{FIRST_KEY + number}"
            one.setText(f"{words.replace('&', '&&')}  {key}")
            one.setAccessibleName(words)
            one.setToolTip(
                _("{kind}: {key} or Ctrl+{number}").format(kind=words, key=key, number=number + 1)
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take Enter as the end of a finding, Shift+Enter as a new line."""
        if event.type() == QEvent.Type.ShortcutOverride and is_undo(event):
            event.ignore()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
            if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.finish_one()
                return True
        return super().eventFilter(watched, event)
