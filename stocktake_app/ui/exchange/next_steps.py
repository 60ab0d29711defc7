"""What a person does with a checked file: take it in, approve its sender, write to the sender."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QWidget

from stocktake_app.model.codes import Role
from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.files import ask_new_file
from stocktake_app.ui.parts import button, column, label, line, scaled
from stocktake_app.ui.texts import _

if TYPE_CHECKING:
    from stocktake_app.actions.checked import Checked
    from stocktake_app.actions.senders import ApprovedSender


class ApproveDialog(QDialog):
    """Asks whether the fingerprints are the same; only then can the sender be approved."""

    def __init__(self, checked: "Checked", parent: QWidget, approved: Callable[[], object]) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Approve the sender"))
        who = _("The file says that it comes from {name}, {office}.").format(
            name=checked.signer, office=checked.office or checked.bureau or "–"
        )
        how = _(
            "Call them on a number that you know already, not one from the file or its e-mail. Ask"
            " them to read aloud the fingerprint that Stocktake shows under Exchange, Identity."
            " It must be this one:"
        )
        mark = label(checked.fingerprint.replace("-", "  "), "fingerprint")
        mark.setAccessibleName(_("Fingerprint: {text}").format(text=checked.fingerprint))
        self.heard = QCheckBox(_("They read the same letters to me"))
        self.approve = button(_("Approve"), self.accept, "primary")
        self.approve.setEnabled(False)
        self.heard.toggled.connect(self.approve.setEnabled)
        words = [label(who, "strong", wrap=True), label(how, wrap=True)]
        words[1].setMinimumWidth(scaled(self, 440))
        buttons = line(1, button(_("Cancel"), self.reject), self.approve)
        self.setLayout(column(*words, mark, self.heard, buttons, spacing=14, margin=20))
        self.accepted.connect(approved)


class NextSteps(QObject):
    """Acts for the check tab; ``looked_again`` is called when a file's verdict may be another."""

    def __init__(
        self, context: Context, owner: QWidget, looked_again: Callable[[], object]
    ) -> None:
        super().__init__(owner)
        self.context, self._owner, self._looked_again = context, owner, looked_again

    def take_in(self, files: list[Path]) -> None:
        """Show what these files would change; nothing is taken in before a person says so."""
        if self.context.workspace.role is Role.OFFICER:
            self.context.go("exchange", ("take in", files))
        else:
            self.context.go("merge", files)

    def approve(self, path: Path, checked: "Checked") -> None:
        """Ask for the fingerprint to be compared, then trust the sender here."""
        asked = ApproveDialog(checked, self._owner, lambda: self._approve(path, checked))
        asked.open()

    def _approve(self, path: Path, checked: "Checked") -> None:
        from stocktake_app.actions.senders import approve_sender

        workspace = self.context.workspace
        self.context.change(
            _("Approving the sender…"),
            lambda _progress: approve_sender(workspace, path, checked.fingerprint, now=now()),
            self._approved,
            self,
        )

    def _approved(self, done: "ApprovedSender") -> None:
        sentence = _("{name} is known here from now on.").format(name=done.name)
        self.context.say("good", sentence)
        self._looked_again()

    def copy_letter(self, checked: "Checked") -> None:
        """Put a text for the sender where it can be pasted from."""
        from stocktake_app.actions.checking import letter

        QApplication.clipboard().setText(letter(checked, _))
        self.context.say("good", _("The text is copied: paste it into an e-mail to the sender."))

    def write_report(self, checked: "Checked") -> None:
        """Ask where, and write the one-page report."""
        proposed = f"{Path(checked.file).stem}-check.pdf"
        title = _("Where shall the report be written?")
        ask_new_file(
            self._owner, title, proposed, "*.pdf", lambda out: self._write_report(checked, out)
        )

    def _write_report(self, checked: "Checked", out: Path) -> None:
        from stocktake_app.actions.verification_report import write_report

        language = self.context.preferences.language
        self.context.change(
            _("Writing the report…"),
            lambda _progress: write_report(checked, out, language=language),
            lambda path: self.context.say("good", _("{file} is ready.").format(file=path.name)),
            self,
        )
