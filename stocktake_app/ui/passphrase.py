"""Asking for a passphrase, only when a key is needed and only once while the window is open."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from stocktake_app.errors import StocktakeError
from stocktake_app.ui.context import Context
from stocktake_app.ui.directed import DirectedLine
from stocktake_app.ui.jobs import Lane, Progress
from stocktake_app.ui.parts import Message, button, column, label, line, scaled
from stocktake_app.ui.texts import _

SHORTEST = 8

Signing = Callable[[str | None, Progress], Any]
"""Work that needs the key: gets the passphrase, or None to try without."""


class PassphraseDialog(QDialog):
    """Asks for the passphrase, or for a new one twice; ``given`` carries it."""

    given = Signal(str)

    def __init__(self, context: Context, parent: QWidget, *, new: bool, sentence: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Choose a passphrase") if new else _("Passphrase"))
        self._new = new
        self._message = Message(context.tokens)
        self.first = self._line(_("Passphrase"))
        self.second = self._line(_("The same again"))
        if not new:
            self.second.hide()
        text = (
            _(
                "It protects your signature: whatever you export is signed with a key that only"
                " this passphrase opens. Nobody can tell it to you later, so choose one that you"
                " remember: four words are better than one with symbols."
            )
            if new
            else _("It opens the key that signs for you.")
        )
        words = label(text, "muted", wrap=True)
        words.setMinimumWidth(scaled(self, 400))
        go = button(_("Continue"), self._give, "primary")
        cancel = button(_("Cancel"), self.reject)
        self.setLayout(
            column(
                words,
                self.first,
                self.second,
                self._message,
                line(1, cancel, go),
                spacing=12,
                margin=20,
            )
        )
        if sentence:
            self._message.say("bad", sentence)

    def _line(self, name: str) -> DirectedLine:
        made = DirectedLine()
        made.setEchoMode(QLineEdit.EchoMode.Password)
        made.setPlaceholderText(name)
        made.setAccessibleName(name)
        made.returnPressed.connect(self._give)
        return made

    def _give(self) -> None:
        text = self.first.text()
        if self._new and len(text) < SHORTEST:
            self._message.say("bad", _("At least {n} characters, please.").format(n=SHORTEST))
        elif self._new and text != self.second.text():
            self._message.say("bad", _("The two are not the same."))
        elif text:
            self.accept()
            self.given.emit(text)


class SigningJob(QObject):
    """Runs work that signs; asks for the passphrase when the work says that it needs one."""

    def __init__(
        self, context: Context, owner: QWidget, title: str, done: Callable[[Any], object]
    ) -> None:
        super().__init__(owner)
        self._context, self._owner, self._title, self._done = context, owner, title, done
        self.dialog: PassphraseDialog | None = None

    def run(
        self, work: Signing, *, lane: Lane = Lane.WRITER, passphrase: str | None = None
    ) -> None:
        """Try with what is known; ask and try again while the key stays closed."""
        known = passphrase or self._context.passphrase
        self._context.jobs.run(
            lane,
            lambda progress: work(known, progress),
            lambda result: self._succeeded(result, known),
            failed=lambda error: self._failed(error, work, lane, known),
            owner=self,
            title=self._title,
        )

    def _succeeded(self, result: object, passphrase: str | None) -> None:
        self._context.passphrase = passphrase
        self._done(result)
        self.deleteLater()

    def _failed(self, error: BaseException, work: Signing, lane: Lane, tried: str | None) -> None:
        from stocktake_app.actions.identity import PassphraseNeededError
        from stocktake_app.trust.keystore import has_keystore
        from stocktake_app.trust.slots import WrongPassphraseError

        if not isinstance(error, PassphraseNeededError | WrongPassphraseError):
            self._context.trouble.emit(error)
            self.deleteLater()
            return
        self._context.passphrase = None
        sentence = str(error) if tried and isinstance(error, StocktakeError) else ""
        new = not has_keystore(self._context.workspace.folder)
        self.dialog = PassphraseDialog(self._context, self._owner, new=new, sentence=sentence)
        self.dialog.given.connect(lambda text: self.run(work, lane=lane, passphrase=text))
        self.dialog.open()
