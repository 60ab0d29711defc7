"""A list that opens, and narrows to what is typed: accents, case and place do not matter."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QSignalBlocker, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit

from stocktake_app.ui.directed import DirectedLine
from stocktake_app.ui.folding import folded
from stocktake_app.ui.texts import _

SHOWN = 12


class FoldedCompleter(QCompleter):
    """Finds ``Sénégal`` when somebody types ``senegal``, anywhere in the label."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._all: list[str] = []
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setMaxVisibleItems(SHOWN)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(QStringListModel(self))
        popup = self.popup()
        assert popup is not None
        popup.setProperty("look", "popup")

    def offer(self, labels: Sequence[str]) -> None:
        """Search among these."""
        model = self.model()
        assert isinstance(model, QStringListModel)
        self._all = list(labels)
        model.setStringList(self._all)

    def later(self, what: Callable[[], object]) -> None:
        """Do something once Qt has written the completion into the line."""
        QTimer.singleShot(0, self, what)

    def splitPath(self, path: str) -> list[str]:  # noqa: N802 - Qt's name
        """Narrow the list by our own folding, then let everything that is left match."""
        model = self.model()
        assert isinstance(model, QStringListModel)
        wanted = folded(path)
        model.setStringList([one for one in self._all if wanted in folded(one)])
        return [""]


class SearchCombo(QComboBox):
    """Chooses one (code, label); ``picked`` carries the code, or None when it was taken back."""

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._pairs: list[tuple[str, str]] = []
        self._code: str | None = None
        self.setEditable(True)
        self.setLineEdit(DirectedLine())
        self.line.setPlaceholderText(_("Type to search"))
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(SHOWN)
        self.setMinimumContentsLength(16)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._completer = FoldedCompleter(self)
        self.setCompleter(self._completer)
        self._completer.activated.connect(self._completed)
        self.activated.connect(self._activated)
        self.line.editingFinished.connect(self._settle)

    @property
    def line(self) -> QLineEdit:
        """The line one types into."""
        edit = self.lineEdit()
        assert edit is not None
        return edit

    @property
    def code(self) -> str | None:
        """The code chosen."""
        return self._code

    def offer(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Offer these (code, label)."""
        self._pairs = list(pairs)
        with QSignalBlocker(self):
            self.clear()
            for code, text in self._pairs:
                self.addItem(text, code)
        self._completer.offer([text for _code, text in self._pairs])
        self.choose(self._code)

    def choose(self, code: str | None) -> None:
        """Show the label of a code, or the code itself if it is not offered."""
        self._code = code
        codes = [one for one, _text in self._pairs]
        with QSignalBlocker(self):
            self.setCurrentIndex(codes.index(code) if code in codes else -1)
            if code not in codes:
                self.setEditText(code or "")
        self.line.setCursorPosition(0)

    def unknown(self) -> str:
        """Return what was typed, if it is nothing that is offered."""
        text = self.currentText().strip()
        return "" if not text or text == self._code or self._code_of(text) else text

    def describe(self, name: str, description: str = "") -> None:
        """Tell a screen reader what is chosen here."""
        for part in (self, self.line):
            part.setAccessibleName(name)
            part.setAccessibleDescription(description)

    def _code_of(self, text: str) -> str | None:
        return next((code for code, one in self._pairs if folded(one) == folded(text)), None)

    def _activated(self, at: int) -> None:
        self._take(self._pairs[at][0] if 0 <= at < len(self._pairs) else None)

    def _completed(self, text: str) -> None:
        self._take(self._code_of(text))

    def _settle(self) -> None:
        text = self.currentText().strip()
        if not text:
            self._take(None)
            return
        near = [code for code, one in self._pairs if folded(text) in folded(one)]
        code = self._code_of(text) or (near[0] if len(near) == 1 else None)
        if code:
            self._take(code)

    def _take(self, code: str | None) -> None:
        different = code != self._code
        self.choose(code)
        if different:
            self.picked.emit(code)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Let a turning wheel scroll the page instead of changing an answer."""
        event.ignore()
