"""A protected workspace: asking for its passphrase."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from stocktake_app.ui.directed import DirectedLine
from stocktake_app.ui.parts import Message, button, column, heading, line, panel, scaled
from stocktake_app.ui.texts import _
from stocktake_app.ui.theme import Tokens


class UnlockPage(QWidget):
    """One field; ``given`` carries the passphrase."""

    given = Signal(str)

    def __init__(self, folder: str, tokens: Tokens) -> None:
        super().__init__()
        self._message = Message(tokens)
        self.passphrase = DirectedLine()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName(_("Passphrase"))
        self.passphrase.returnPressed.connect(self._give)
        unlock = button(_("Open"), self._give, "primary")
        card = panel(
            column(
                heading(_("This workspace is protected"), folder),
                self.passphrase,
                self._message,
                line(1, unlock),
                spacing=16,
                margin=28,
            )
        )
        card.setFixedWidth(scaled(self, 460))
        self.setLayout(column(1, line(1, card, 1), 2))

    def _give(self) -> None:
        if self.passphrase.text():
            self.given.emit(self.passphrase.text())

    def refuse(self, sentence: str) -> None:
        """Say that it was the wrong one."""
        self._message.say("bad", sentence)
        self.passphrase.selectAll()
        self.passphrase.setFocus()
