"""A place to drop files on, with a button for those who would rather choose them."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame

from stocktake_app.ui.files import ask_files
from stocktake_app.ui.parts import button, column, icon_label, label, line, restyle
from stocktake_app.ui.texts import _
from stocktake_app.ui.theme import Tokens

PACKAGES = "*.xlsx *.pdf *.age"


class DropFrame(QFrame):
    """Where files are dropped; gives those of this computer to ``take``."""

    def __init__(self, take: Callable[[list[Path]], object]) -> None:
        super().__init__()
        self._take = take
        self.setAcceptDrops(True)
        self.setProperty("look", "drop")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Show that files can be dropped here."""
        if _files(event):
            restyle(self, "look", "drop_over")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """Look as before."""
        restyle(self, "look", "drop")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Hand over what was dropped."""
        restyle(self, "look", "drop")
        files = _files(event)
        if files:
            event.acceptProposedAction()
            self._take(files)


class DropArea(DropFrame):
    """Hands over the files, however they were given."""

    def __init__(self, words: str, tokens: Tokens, take: Callable[[list[Path]], object]) -> None:
        super().__init__(take)
        self._words = words
        choose = button(_("Choose files…"), self._choose)
        text = line(icon_label("inbox", tokens.accent, 28), label(words), choose, 1, spacing=12)
        self.setLayout(column(text, margin=18))

    def _choose(self) -> None:
        ask_files(self, self._words, PACKAGES, self._take)


def _files(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
