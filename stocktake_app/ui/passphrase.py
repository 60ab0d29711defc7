"""Asking for a passphrase, only when a key is needed and only once while the window is open."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from stocktake_app.errors import CancelledError, StocktakeError
from stocktake_app.ui.context import Context
from stocktake_app.ui.jobs import Lane, Progress
from stocktake_app.ui.new_passphrase import NewPassphrase, secret_line
from stocktake_app.ui.parts import Message, button, column, label, line, scaled
from stocktake_app.ui.texts import _

Signing = Callable[[str | None, Progress], Any]
"""Work that needs the key: gets the passphrase, or None to try without."""


class PassphraseDialog(QDialog):
    """Asks for the passphrase, or for a new one twice; ``given`` carries it."""

    given = Signal(str)

    def __init__(self, context: Context, parent: QWidget, *, new: bool, sentence: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Choose a passphrase") if new else _("Passphrase"))
        self._message = Message(context.tokens)
        profile = context.workspace.profile
        self._chosen = NewPassphrase((profile.name, profile.office)) if new else None
        self.first = self._chosen.first if self._chosen else secret_line(_("Passphrase"))
        fields: list[QWidget] = [self._chosen or self.first]
        text = (
            _(
                "It protects your signature: whatever you export is signed with a key that only"
                " this passphrase opens. Nobody can tell it to you later, so choose one that you"
                " remember."
            )
            if new
            else _("It opens the key that signs for you.")
        )
        words = label(text, "muted", wrap=True)
        words.setMinimumWidth(scaled(self, 400))
        go = button(_("Continue"), self._give, "primary")
        cancel = button(_("Cancel"), self.reject)
        buttons = line(1, cancel, go)
        self.setLayout(column(words, *fields, self._message, buttons, spacing=12, margin=20))
        for one in (self.first, *([self._chosen.second] if self._chosen else [])):
            one.returnPressed.connect(self._give)
        if sentence:
            self._message.say("bad", sentence)

    def _give(self) -> None:
        text = self.first.text()
        if self._chosen and (missing := self._chosen.missing()):
            self._message.say("bad", missing)
        elif text:
            self.accept()
            self.given.emit(text)


class SigningJob(QObject):
    """Runs work that signs; asks for the passphrase when the work says that it needs one."""

    def __init__(
        self,
        context: Context,
        owner: QWidget,
        title: str,
        done: Callable[[Any], object],
        *,
        failed: Callable[[BaseException], object] | None = None,
    ) -> None:
        """Make it; without ``failed``, an error is shown by the window's problem dialog."""
        super().__init__(owner)
        self._context, self._owner, self._title, self._done = context, owner, title, done
        self._failed_here = failed
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
            (self._failed_here or self._context.trouble.emit)(error)
            self.deleteLater()
            return
        self._context.passphrase = None
        sentence = str(error) if tried and isinstance(error, StocktakeError) else ""
        new = not has_keystore(self._context.workspace.folder)
        self.dialog = PassphraseDialog(self._context, self._owner, new=new, sentence=sentence)
        self.dialog.given.connect(lambda text: self.run(work, lane=lane, passphrase=text))
        self.dialog.rejected.connect(self._given_up)
        self.dialog.open()

    def _given_up(self) -> None:
        if self._failed_here is not None:
            self._failed_here(CancelledError())
