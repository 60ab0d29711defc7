"""A forgotten passphrase: by the printed recovery key, or with the help of the bureau."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.directed import DirectedLine
from stocktake_app.ui.files import ask_file, ask_new_file, read_small
from stocktake_app.ui.new_passphrase import NewPassphrase, secret_line
from stocktake_app.ui.parts import column, label
from stocktake_app.ui.texts import _
from stocktake_app.ui.wizard import Question, Wizard

if TYPE_CHECKING:
    from stocktake_app.actions.protecting import RecoveryAsked, Ways

FILES = "*.json"

Offer = tuple[str, Callable[[], object]]
"""A way to get in again: its words, and what is asked then."""


class Forgotten(Wizard):
    """Leads to a new passphrase and hands it to ``opened``."""

    def __init__(
        self, folder: Path, context: Context, parent: QWidget, opened: Callable[[str], object]
    ) -> None:
        super().__init__(_("Forgotten passphrase"), context, parent)
        self._folder, self._opened = folder, opened
        self._choices = QButtonGroup(self)
        self._key = DirectedLine()
        self._key.setAccessibleName(_("Recovery key"))
        self._chosen = NewPassphrase()
        self._given = secret_line(_("The passphrase that you chose for the request"))
        context.read(lambda: _ways(folder), self._ask_how, self)

    def _ask_how(self, ways: "Ways") -> None:
        offers: list[Offer] = []
        if "recovery" in ways.ways:
            offers.append((_("I have the printed recovery key"), self._ask_key))
        if "escrow" in ways.ways:
            office = ways.keeper
            ask = _("{office} can help me: I want to ask them").format(office=office)
            offers.append((ask, self._ask_bureau))
            answered = _("{office} has sent me an answer").format(office=office)
            offers.append((answered, self._ask_answer))
        if not offers:
            self.finish(
                _("Nobody can open this workspace"),
                _(
                    "No recovery key was printed and no office can help. What you sent is safe with"
                    " those who received it; what was only here is lost. Try again to remember."
                ),
            )
            return
        self.ask(
            Question(
                _("How do you want to get in again?"),
                _("Nothing is lost while you try."),
                self._radio([words for words, _then in offers]),
                lambda: self._choose(offers),
            )
        )

    def _choose(self, offers: Sequence[Offer]) -> None:
        _words, then = offers[self._choices.checkedId()]
        then()

    def _radio(self, words: list[str]) -> QWidget:
        made = QWidget()
        buttons = [QRadioButton(one) for one in words]
        for at, one in enumerate(buttons):
            self._choices.addButton(one, at)
        buttons[0].setChecked(True)
        made.setLayout(column(*buttons, spacing=10))
        return made

    # By the printed key

    def _ask_key(self) -> None:
        self.ask(
            Question(
                _("Type the recovery key"),
                _("Group by group, as it is printed. Capital or small letters do not matter."),
                self._key,
                self._ask_new,
                missing=lambda: "" if self._key.text().strip() else _("Type the key first."),
            )
        )

    def _ask_new(self) -> None:
        self.ask(
            Question(
                _("Choose a new passphrase"),
                _("The old one opens nothing any more."),
                self._chosen,
                self._use_key,
                missing=self._chosen.missing,
            )
        )

    def _use_key(self) -> None:
        from stocktake_app.actions.protecting import use_recovery_key

        folder, key, text = self._folder, self._key.text(), self._chosen.text
        self.work(
            _("Opening…"),
            lambda _progress: use_recovery_key(folder, key, text),
            lambda _ways: self._done(text),
        )

    def _done(self, passphrase: str) -> None:
        self.accept()
        self._opened(passphrase)

    # With the bureau's help

    def _ask_bureau(self) -> None:
        self.ask(
            Question(
                _("Choose a new passphrase"),
                _(
                    "You need it when the answer comes, so remember it. The office that helps you"
                    " never learns it."
                ),
                self._chosen,
                self._ask_where,
                missing=self._chosen.missing,
                go=_("Write the request…"),
            )
        )

    def _ask_where(self) -> None:
        title = _("Where shall the request be written?")
        ask_new_file(self, title, "recovery-request.json", FILES, self._write_request)

    def _write_request(self, out: Path) -> None:
        from stocktake_app.actions.protecting import request_recovery

        folder, text = self._folder, self._chosen.text
        self.work(
            _("Writing the request…"),
            lambda _progress: request_recovery(folder, out, text, now=now()),
            self._requested,
        )

    def _requested(self, done: "RecoveryAsked") -> None:
        mark = label(done.fingerprint.replace("-", "  "), "fingerprint")
        mark.setAccessibleName(_("Fingerprint: {text}").format(text=done.fingerprint))
        self.finish(
            _("Send the request to {office}").format(office=done.keeper),
            _(
                "Send them {file}, then call them and read these letters aloud. When their answer"
                " comes, open “Forgotten the passphrase?” once more and choose the answer."
            ).format(file=done.path.name),
            mark,
        )

    def _ask_answer(self) -> None:
        self.ask(
            Question(
                _("Take in the answer"),
                _("Type the passphrase that you chose when you asked; it is the new one then."),
                self._given,
                lambda: ask_file(self, _("Choose the answer you received"), FILES, self._take),
                missing=lambda: "" if self._given.text() else _("Type the passphrase first."),
                go=_("Choose the answer…"),
            )
        )

    def _take(self, file: Path) -> None:
        from stocktake_app.actions.protecting import open_recovery

        folder, text = self._folder, self._given.text()
        self.work(
            _("Opening…"),
            lambda _progress: open_recovery(folder, read_small(file), text),
            lambda _ways: self._done(text),
        )


def _ways(folder: Path) -> "Ways":
    from stocktake_app.actions.protecting import ways

    return ways(folder)
