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


class DropArea(QFrame):
    """Hands over the files, however they were given."""

    def __init__(self, words: str, tokens: Tokens, take: Callable[[list[Path]], object]) -> None:
        super().__init__()
        self._words, self._take = words, take
        self.setAcceptDrops(True)
        self.setProperty("look", "drop")
        choose = button(_("Choose files…"), self._choose)
        text = line(icon_label("inbox", tokens.accent, 28), label(words), choose, 1, spacing=12)
        self.setLayout(column(text, margin=18))

    def _choose(self) -> None:
        ask_files(self, self._words, PACKAGES, self._take)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take files."""
        if event.mimeData().hasUrls():
            restyle(self, "look", "drop_over")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """Look as before."""
        restyle(self, "look", "drop")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Hand over what was dropped."""
        restyle(self, "look", "drop")
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self._take(files)
