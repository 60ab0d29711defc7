"""A protected workspace: asking for its passphrase, at the start and after it was locked."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from stocktake_app.ui.context import Context
from stocktake_app.ui.new_passphrase import secret_line
from stocktake_app.ui.parts import (
    Message,
    button,
    column,
    heading,
    icon_label,
    line,
    panel,
    scaled,
)
from stocktake_app.ui.texts import _


class UnlockPage(QWidget):
    """One field; ``given`` carries the passphrase. Shows nothing of what is in the workspace."""

    given = Signal(str)

    def __init__(self, folder: Path, context: Context, *, locked: bool = False) -> None:
        super().__init__()
        self._folder, self._context = folder, context
        self._message = Message(context.tokens)
        self.passphrase = secret_line(_("Passphrase"))
        self.passphrase.returnPressed.connect(self._give)
        self.open = button(_("Open"), self._give, "primary")
        self.forgotten = button(_("Forgotten the passphrase?"), self._help, "link")
        words = (
            heading(_("Locked"), _("Everything you typed is saved. Type the passphrase to go on."))
            if locked
            else heading(_("This workspace is protected"), str(folder))
        )
        picture = icon_label("locked", context.tokens.accent, scaled(self, 28))
        top = line(picture, words, spacing=12)
        top.setStretch(1, 1)
        card = panel(
            column(
                top,
                self.passphrase,
                self._message,
                line(self.forgotten, 1, self.open),
                spacing=16,
                margin=28,
            )
        )
        card.setFixedWidth(scaled(self, 480))
        self.setLayout(column(1, line(1, card, 1), 2))

    def _give(self) -> None:
        if self.passphrase.text() and self.open.isEnabled():
            self.open.setEnabled(False)
            self.given.emit(self.passphrase.text())

    def _help(self) -> None:
        from stocktake_app.ui.forgotten import Forgotten

        Forgotten(self._folder, self._context, self, self.given.emit).open()

    def refuse(self, sentence: str) -> None:
        """Say that it was the wrong one."""
        self.open.setEnabled(True)
        self._message.say("bad", sentence)
        self.passphrase.selectAll()
        self.passphrase.setFocus()
