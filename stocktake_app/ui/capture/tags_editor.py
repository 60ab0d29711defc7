"""Several of very many, in little room: type to find, Enter adds, a cross takes away."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from stocktake_app.questionnaire.session import Choice
from stocktake_app.ui.capture.choice_editors import SeveralEditor
from stocktake_app.ui.directed import DirectedLine
from stocktake_app.ui.flow import FlowLayout
from stocktake_app.ui.folding import folded
from stocktake_app.ui.icons import icon
from stocktake_app.ui.parts import button, clear, column
from stocktake_app.ui.search_combo import FoldedCompleter
from stocktake_app.ui.texts import _
from stocktake_app.ui.theme import Tokens


class TagsEditor(SeveralEditor):
    """What is chosen stands as tags over a search line; the arrow down opens the whole list."""

    def __init__(self, tokens: Tokens, *, ranked: bool = False) -> None:
        super().__init__()
        self.ranked = ranked
        self._tokens = tokens
        self.search = DirectedLine()
        self.search.setPlaceholderText(_("Type to search; the arrow down shows all"))
        self._completer = FoldedCompleter(self.search)
        self._completer.activated.connect(self._found)
        self.search.setCompleter(self._completer)
        self.search.returnPressed.connect(self._enter)
        self._tags = QWidget()
        self._flow = FlowLayout(self._tags)
        self._tags.hide()
        self.watch(self.search)
        self.setLayout(column(self._tags, self.search, spacing=6))

    def show_choices(self, choices: tuple[Choice, ...]) -> None:
        """Offer these."""
        if choices != self._choices:
            self._choices = choices
            self._show()

    def show_value(self, value: str | None) -> None:
        """Show what is chosen."""
        self._chosen = (value or "").split()
        self._show()

    def _show(self) -> None:
        clear(self._flow)
        labels = {one.name: one.label for one in self._choices}
        for name in self._chosen:
            self._flow.addWidget(self._tag(Choice(name, labels.get(name, name))))
        self._tags.setVisible(bool(self._chosen))
        self._completer.offer([one.label for one in self._choices if one.name not in self._chosen])

    def _tag(self, choice: Choice) -> QPushButton:
        name = _("Take away {name}").format(name=choice.label)
        made = button(
            choice.label.replace("&", "&&"), lambda: self._drop(choice.name), "tag", name=name
        )
        made.setToolTip(name)
        made.setIcon(icon("cross", self._tokens.ink))
        made.setLayoutDirection(
            Qt.LayoutDirection.LeftToRight
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            else Qt.LayoutDirection.RightToLeft
        )
        return made

    def _drop(self, name: str) -> None:
        self.toggle(name, on=False)
        self._show()
        self.search.setFocus()

    def _found(self, text: str) -> None:
        names = [one.name for one in self._choices if one.label == text]
        if names:
            self.toggle(names[0], on=True)
            self._show()
        # Qt writes the completion into the line after this signal.
        self._completer.later(self.search.clear)

    def _enter(self) -> None:
        wanted = folded(self.search.text())
        free = [one for one in self._choices if one.name not in self._chosen]
        near = [one for one in free if wanted and wanted in folded(one.label)]
        exact = [one for one in near if folded(one.label) == wanted]
        if len(exact or near) == 1:
            self._found((exact or near)[0].label)

    def complaint(self) -> str:
        """Say that what was typed is not in the list."""
        text = self.search.text().strip()
        return _("“{text}” is not in the list and is not saved.").format(text=text) if text else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Open the whole list with the arrow down; take the last tag away with Backspace."""
        if (
            watched is self.search
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and not self.search.text()
        ):
            if event.key() == Qt.Key.Key_Down:
                self._completer.setCompletionPrefix("")
                self._completer.complete()
                return True
            if event.key() == Qt.Key.Key_Backspace and self._chosen:
                self._drop(self._chosen[-1])
                return True
        return super().eventFilter(watched, event)

    def inputs(self) -> list[QWidget]:
        """Return the search line; the tags name themselves."""
        return [self.search]
