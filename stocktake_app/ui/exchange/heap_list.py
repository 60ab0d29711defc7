"""Checked files in three heaps, by what a person does with them next."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from stocktake_app.ui.icons import icon
from stocktake_app.ui.texts import _
from stocktake_app.ui.theme import Tokens
from stocktake_app.ui.two_lines import UNDER, TwoLines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stocktake_app.actions.checked import Checked

FILE = Qt.ItemDataRole.UserRole
LOOKS = {"take_in": "good", "ask_the_sender": "warn", "do_not_use": "bad"}
"""The heaps in order, each with its tone."""


class HeapList(QListWidget):
    """One list with a heading per heap, so that the arrow keys go through all files."""

    chosen = Signal(object)
    """Carries the path of the file that is looked at now."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens
        self.setProperty("look", "rows")
        self.setAccessibleName(_("Checked files, in three heaps"))
        TwoLines(self, tokens)
        self.currentItemChanged.connect(self._tell)

    def show_files(self, found: "Mapping[Path, Checked]") -> None:
        """Show these, and go on looking at the same file."""
        from stocktake_app.actions.judgement import HEAPS

        current = self.current
        counts = Counter(one.judged.heap.value for one in found.values())
        self.blockSignals(True)  # noqa: FBT003 - Qt's own switch
        self.clear()
        for heap, words in HEAPS.items():
            self._add_heading(heap.value, _(words), counts[heap.value])
            for path, one in found.items():
                if one.judged.heap is heap:
                    self._add_file(path, one)
        self.blockSignals(False)  # noqa: FBT003 - Qt's own switch
        self.look_at(current if current in found else next(iter(found), None))

    def _add_heading(self, heap: str, words: str, count: int) -> None:
        text = _("{heap}: {n}").format(heap=words, n=count)
        made = QListWidgetItem(text)
        made.setFlags(Qt.ItemFlag.NoItemFlags)
        bold = QFont(self.font())
        bold.setBold(True)
        made.setFont(bold)
        look = LOOKS[heap]
        made.setIcon(icon(look, getattr(self._tokens, look)))
        made.setData(Qt.ItemDataRole.AccessibleTextRole, text)
        self.addItem(made)

    def _add_file(self, path: Path, one: "Checked") -> None:
        judged = one.judged
        made = QListWidgetItem(one.file)
        made.setData(FILE, path)
        made.setData(UNDER, _(judged.headline))
        made.setIcon(icon(judged.icon, getattr(self._tokens, judged.tone)))
        made.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one.file}, {_(judged.headline)}")
        self.addItem(made)

    @property
    def current(self) -> Path | None:
        """The file that is looked at."""
        item = self.currentItem()
        return item.data(FILE) if item else None

    def look_at(self, path: Path | None) -> None:
        """Choose a file's row."""
        for at in range(self.count()):
            if path is not None and self.item(at).data(FILE) == path:
                self.setCurrentRow(at)

    def _tell(self) -> None:
        if self.current is not None:
            self.chosen.emit(self.current)
