"""Protecting the workspace: its passphrase, the printed recovery key, this computer's keyring."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QFontDatabase
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit, QTextEdit, QWidget

from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.files import ask_new_file
from stocktake_app.ui.new_passphrase import NewPassphrase, secret_line
from stocktake_app.ui.parts import button, column, line, scaled
from stocktake_app.ui.texts import _
from stocktake_app.ui.wizard import Question, Wizard

if TYPE_CHECKING:
    from stocktake_app.actions.protecting import RecoveryKey


class Protect(Wizard):
    """Asks for the passphrase; the window then closes the workspace, encrypts and opens it again.

    ``chosen`` gets the passphrase.
    """

    def __init__(
        self, context: Context, parent: QWidget, *, new: bool, chosen: Callable[[str], object]
    ) -> None:
        super().__init__(_("Protect this workspace"), context, parent)
        self._chosen = chosen
        profile = context.workspace.profile
        self.new = NewPassphrase((profile.name, profile.office))
        self.known = secret_line(_("Passphrase"))
        self.ask(
            Question(
                _("What protection means"),
                _(
                    "Everything in this workspace is encrypted: whoever finds or steals the laptop"
                    " reads nothing without the passphrase. You type it whenever you open the"
                    " workspace. It takes a minute or two and can be interrupted safely."
                ),
                None,
                self._ask_new if new else self._ask_known,
            )
        )

    def _ask_new(self) -> None:
        self.ask(
            Question(
                _("Choose a passphrase"),
                _("Nobody can tell it to you later. Print a recovery key afterwards."),
                self.new,
                lambda: self._go(self.new.text),
                missing=self.new.missing,
                go=_("Protect it now"),
            )
        )

    def _ask_known(self) -> None:
        self.ask(
            Question(
                _("Type your passphrase"),
                _("The one with which you sign what you export."),
                self.known,
                lambda: self._go(self.known.text()),
                missing=lambda: "" if self.known.text() else _("Type the passphrase first."),
                go=_("Protect it now"),
            )
        )

    def _go(self, passphrase: str) -> None:
        self.accept()
        self._chosen(passphrase)


class ChangePassphrase(Wizard):
    """The old one, then a new one twice."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(_("Change the passphrase"), context, parent)
        profile = context.workspace.profile
        self.old = secret_line(_("Passphrase until now"))
        self.new = NewPassphrase((profile.name, profile.office))
        self.ask(
            Question(
                _("Type the passphrase that you have until now"),
                "",
                self.old,
                self._ask_new,
                missing=lambda: "" if self.old.text() else _("Type the passphrase first."),
            )
        )

    def _ask_new(self) -> None:
        self.ask(
            Question(
                _("Choose a new passphrase"),
                _("The old one opens nothing any more."),
                self.new,
                self._change,
                missing=self.new.missing,
                go=_("Change it"),
            )
        )

    def _change(self) -> None:
        from stocktake_app.actions.protecting import change_passphrase

        folder, old, new = self.context.workspace.folder, self.old.text(), self.new.text
        self.work(
            _("Changing…"),
            lambda _progress: change_passphrase(folder, old, new),
            lambda _ways: self._changed(new),
        )

    def _changed(self, passphrase: str) -> None:
        self.context.passphrase = passphrase
        self.finish(_("The passphrase is changed"), _("From now on only the new one opens it."))


class MakeRecoveryKey(Wizard):
    """Makes a recovery key and shows it once, to print, to save or to write down."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(_("Recovery key"), context, parent)
        self.page: QPlainTextEdit | None = None
        self.ask(
            Question(
                _("A key for the day you forget the passphrase"),
                _(
                    "It is shown once. Print it and lock it away, never in the bag of the laptop:"
                    " whoever has both can open everything. A key printed earlier opens nothing any"
                    " more."
                ),
                None,
                self._make,
                go=_("Make the key"),
            )
        )

    def _make(self) -> None:
        from stocktake_app.actions.protecting import make_recovery_key

        folder, language = self.context.workspace.folder, self.context.preferences.language
        self.sign(
            _("Making the key…"),
            lambda passphrase, _progress: make_recovery_key(
                folder, passphrase, language=language, now=now()
            ),
            self._show_key,
        )

    def _show_key(self, made: "RecoveryKey") -> None:
        self.page = QPlainTextEdit(made.page)
        self.page.setReadOnly(True)
        self.page.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.page.setMinimumHeight(scaled(self, 220))
        self.page.setAccessibleName(_("Recovery key"))
        tools = line(
            button(_("Print…"), lambda: self._print(made.page)),
            button(_("Save…"), lambda: self._save(made.page)),
            1,
        )
        content = QWidget()
        content.setLayout(column(self.page, tools, spacing=10))
        self.finish(_("Print it or write it down now"), _("It cannot be shown again."), content)
        self.resize(max(self.width(), scaled(self, 640)), max(self.height(), scaled(self, 520)))

    def _print(self, text: str) -> None:
        asked = QPrintDialog(self)
        asked.accepted.connect(lambda: _printed(text).print_(asked.printer()))
        QDialog.open(asked)

    def _save(self, text: str) -> None:
        title = _("Where shall the key be saved? A stick that you lock away is best.")
        ask_new_file(self, title, "recovery-key.txt", "*.txt", lambda out: self._write(out, text))

    def _write(self, out: Path, text: str) -> None:
        from stocktake_app.trust.private_file import write_private

        self.work(
            _("Saving…"),
            lambda _progress: write_private(out, text.encode()),
            lambda _none: self._saved(out),
        )

    def _saved(self, out: Path) -> None:
        self.refuse("")
        self.context.say("good", _("{file} is ready.").format(file=out.name))


def _printed(text: str) -> QTextEdit:
    made = QTextEdit()
    made.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    made.setPlainText(text)
    made.setLayoutDirection(QApplication.layoutDirection())
    return made
