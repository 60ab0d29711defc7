"""One's own signature: asking for approval, taking in the answer, renewing in time."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QLabel, QWidget

from stocktake_app.model.codes import Role
from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.files import ask_file, ask_new_file, read_small
from stocktake_app.ui.moments import day
from stocktake_app.ui.parts import at_edge, column, label, line
from stocktake_app.ui.qr_code import QrCode
from stocktake_app.ui.texts import _
from stocktake_app.ui.wizard import Question, Wizard

if TYPE_CHECKING:
    from stocktake_app.actions.identity import Installed, Requested, Rotated

FILES = "*.json"


def fingerprint_label(fingerprint: str) -> QLabel:
    """Return a fingerprint in groups, large enough to read aloud from."""
    made = at_edge(label(fingerprint.replace("-", "  "), "fingerprint"))
    made.setAccessibleName(_("Fingerprint: {text}").format(text=fingerprint))
    return made


def fingerprint_card(fingerprint: str) -> QWidget:
    """Return a fingerprint to read aloud, and the same as a QR code."""
    code, made = QrCode(), QWidget()
    made.setLayout(line(fingerprint_label(fingerprint), code, 1, spacing=18))
    code.show_text(fingerprint)  # shown only now, else it would be a window of its own first
    return made


class AskApproval(Wizard):
    """From nothing to a request file whose fingerprint is read aloud."""

    def __init__(self, context: Context, parent: QWidget, done: Callable[[], object]) -> None:
        super().__init__(_("Ask for approval"), context, parent)
        self.finished.connect(lambda _code: done())
        self._helped = QCheckBox(_("They may help me if I forget my passphrase"))
        self._helped.setChecked(True)
        self.ask(
            Question(
                _("Who approves you?"),
                self._who(),
                None,
                self._ask_help,
            )
        )

    def _who(self) -> str:
        if self.context.workspace.role is Role.OFFICER:
            return _(
                "Your regional bureau does. You write a small file, send it to them and read them"
                " your fingerprint aloud. They send back an answer. Until then you can work and"
                " send as always; what you sent counts as soon as they approve you."
            )
        return _(
            "Headquarters does. You write a small file, send it to them and read them your"
            " fingerprint aloud. They send back an answer."
        )

    def _ask_help(self) -> None:
        from stocktake_app.actions.escrow import SAID_ALOUD, SAID_WITHOUT

        without = label(_(SAID_WITHOUT), "warn", wrap=True)
        without.setVisible(not self._helped.isChecked())
        self._helped.toggled.connect(lambda on: without.setVisible(not on))
        content = QWidget()
        content.setLayout(column(self._helped, without, spacing=10))
        words = _(SAID_ALOUD)
        title = _("What if you forget your passphrase?")
        self.ask(Question(title, words, content, self._ask_where, go=_("Write the request…")))

    def _ask_where(self) -> None:
        title = _("Where shall the request be written?")
        ask_new_file(self, title, "request.json", FILES, self._write)

    def _write(self, out: Path) -> None:
        from stocktake_app.actions import identity

        workspace, helped = self.context.workspace, self._helped.isChecked()
        self.sign(
            _("Making the request…"),
            lambda passphrase, _progress: identity.request(
                workspace, out, escrow=helped, passphrase=passphrase, now=now()
            ),
            self._written,
        )

    def _written(self, done: "Requested") -> None:
        self.finish(
            _("Now send it, and read this aloud"),
            _(
                "Send {file} to those who approve you. Then call them and read them these letters;"
                " they see the same if nobody changed the file on the way."
            ).format(file=done.path.name),
            fingerprint_card(done.fingerprint),
        )


class TakeAnswer(Wizard):
    """Takes in the answer to a request, a list or a renewed root."""

    def __init__(self, context: Context, parent: QWidget, done: Callable[[], object]) -> None:
        super().__init__(_("Take in the answer"), context, parent)
        self.finished.connect(lambda _code: done())
        self.ask(
            Question(
                _("Choose the answer you received"),
                _("It is a small file that your bureau or headquarters sent you."),
                None,
                lambda: ask_file(self, _("Choose the answer you received"), "", self._take),
                go=_("Choose the file…"),
            )
        )

    def _take(self, file: Path) -> None:
        from stocktake_app.actions import identity

        workspace = self.context.workspace
        self.sign(
            _("Taking in the answer…"),
            lambda passphrase, _progress: identity.install(
                workspace, read_small(file), passphrase=passphrase, now=now()
            ),
            self._taken,
        )

    def _taken(self, done: "Installed") -> None:
        if done.kind != "certificate":
            self.finish(_("Taken in"), _("It is in use from now on."))
            return
        sentences = [
            _(
                "One thing is left: these letters stand for headquarters. Compare them aloud with"
                " your bureau, once."
            )
        ]
        if done.escrow:
            helped = _("{office} can help you if you forget your passphrase.")
            sentences.append(helped.format(office=done.escrow))
        self.finish(
            _("You are approved until {day}").format(day=day(done.valid_until)),
            " ".join([*sentences, *done.notes]),
            fingerprint_card(done.root_fingerprint),
        )


class Renew(Wizard):
    """Renews one's certificate before it ends: at once, or by a request to the bureau."""

    def __init__(self, context: Context, parent: QWidget, done: Callable[[], object]) -> None:
        super().__init__(_("Renew"), context, parent)
        self.finished.connect(lambda _code: done())
        officer = context.workspace.role is Role.OFFICER
        words = (
            _(
                "You write a request that your present signature vouches for, so nothing has to be"
                " read aloud. Your present signature works until the answer is taken in."
            )
            if officer
            else _("This office can do it at once. What was signed before stays good.")
        )
        self.ask(
            Question(
                _("Renew your signature"),
                words,
                None,
                self._ask_where if officer else lambda: self._renew(None),
                go=_("Write the request…") if officer else _("Renew now"),
            )
        )

    def _ask_where(self) -> None:
        title = _("Where shall the request be written?")
        ask_new_file(self, title, "renewal.json", FILES, self._renew)

    def _renew(self, out: Path | None) -> None:
        from stocktake_app.actions import identity

        workspace = self.context.workspace
        self.sign(
            _("Renewing…"),
            lambda passphrase, _progress: identity.rotate(
                workspace, out, passphrase=passphrase, now=now()
            ),
            self._renewed,
        )

    def _renewed(self, done: "Rotated") -> None:
        if done.path is None:
            title = _("Renewed until {day}").format(day=day(done.valid_until))
            self.finish(title, _("Your new fingerprint:"), fingerprint_card(done.fingerprint))
        else:
            words = _("Send {file} to your bureau and take in their answer when it comes.")
            self.finish(_("The request is written"), words.format(file=done.path.name))
