"""Withdrawing a certificate, and giving a lost laptop's identity to a new one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QButtonGroup, QComboBox, QRadioButton, QWidget

from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.exchange.office_steps import Compared
from stocktake_app.ui.exchange.own_steps import FILES
from stocktake_app.ui.files import ask_file, ask_new_file, read_small
from stocktake_app.ui.moments import day
from stocktake_app.ui.parts import column, day_field
from stocktake_app.ui.texts import _, _n
from stocktake_app.ui.wizard import Question, Wizard
from stocktake_app.ui.words import reason_words

if TYPE_CHECKING:
    from stocktake_app.actions.identity import Known
    from stocktake_app.actions.withdrawing import Recovered, Withdrawn
    from stocktake_app.trust.requests import Request


class Withdraw(Wizard):
    """Whose, since when, and why."""

    def __init__(
        self,
        context: Context,
        parent: QWidget,
        people: "Sequence[Known]",
        done: Callable[[], object],
    ) -> None:
        super().__init__(_("Withdraw a certificate"), context, parent)
        self.finished.connect(lambda _code: done())
        self.person = _people(people)
        self.since = day_field(_("Since"))
        self._reasons = QButtonGroup(self)
        self.ask(
            Question(
                _("Whose certificate?"),
                _("What they signed from a day on that you say does not count any more."),
                self.person,
                self._ask_since,
            )
        )

    def _ask_since(self) -> None:
        self.ask(
            Question(
                _("Since when?"),
                _(
                    "What was here before that day stays good. What came later waits until you say"
                    " of it that it is good."
                ),
                self.since,
                self._ask_why,
            )
        )

    def _ask_why(self) -> None:
        self.ask(
            Question(
                _("Why?"),
                _("The reason travels with the list, to everybody who gets your files."),
                self._reason_choice(),
                self._withdraw,
                missing=lambda: "" if self._reason() else _("Choose a reason."),
                go=_("Withdraw it"),
            )
        )

    def _reason_choice(self) -> QWidget:
        from stocktake_app.actions.withdrawing import Reason

        made = QWidget()
        buttons = []
        for one in Reason:
            chosen = QRadioButton(reason_words(one.value))
            chosen.setProperty("name", one.value)
            self._reasons.addButton(chosen)
            buttons.append(chosen)
        made.setLayout(column(*buttons, spacing=6))
        return made

    def _reason(self) -> str:
        chosen = self._reasons.checkedButton()
        return str(chosen.property("name")) if chosen else ""

    def _withdraw(self) -> None:
        from stocktake_app.actions.withdrawing import Reason, revoke

        workspace, who = self.context.workspace, str(self.person.currentData())
        since, reason = _moment(self.since.date()), Reason(self._reason())
        self.sign(
            _("Withdrawing…"),
            lambda passphrase, _progress: revoke(
                workspace, who, since=since, reason=reason, passphrase=passphrase, now=now()
            ),
            self._withdrawn,
        )

    def _withdrawn(self, done: "Withdrawn") -> None:
        words = [
            _("It is known to others with the next file that you send them."),
            _n("{n} signed record stays good.", "{n} signed records stay good.", done.kept).format(
                n=done.kept
            ),
        ]
        if done.waiting:
            waits = _n("{n} waits for you.", "{n} wait for you.", done.waiting)
            words.append(waits.format(n=done.waiting))
        title = _("The certificate of {name} is withdrawn since {day}")
        self.finish(title.format(name=done.name, day=day(done.since)), " ".join(words))


class GiveAgain(Wizard):
    """The request of a new laptop takes the place of the lost one."""

    def __init__(
        self,
        context: Context,
        parent: QWidget,
        people: "Sequence[Known]",
        done: Callable[[], object],
    ) -> None:
        super().__init__(_("After a lost laptop"), context, parent)
        self.finished.connect(lambda _code: done())
        self.person, self.since = _people(people), day_field(_("Lost on"))
        self.compared: Compared | None = None
        self._file = Path()
        self.ask(
            Question(
                _("Who lost the laptop?"),
                _("They have made a new workspace and sent you its request."),
                self.person,
                self._ask_since,
            )
        )

    def _ask_since(self) -> None:
        choose = _("Choose the request you received")
        self.ask(
            Question(
                _("When was it lost?"),
                _("What the old laptop signed from that day on does not count any more."),
                self.since,
                lambda: ask_file(self, choose, FILES, self.read),
                go=_("Choose the request…"),
            )
        )

    def read(self, file: Path) -> None:
        """Read the new laptop's request."""
        self._file = file
        self.work(_("Reading the request…"), lambda _progress: _read_request(file), self._show)

    def _show(self, request: "Request") -> None:
        self.compared = Compared(request.fingerprint)
        self.ask(
            Question(
                _("Is it really {name}?").format(name=self.person.currentText()),
                _("Call them on a number that you know already; have the letters read aloud."),
                self.compared,
                self._ask_where,
                missing=self.compared.missing,
                go=_("Write the answer…"),
            )
        )

    def _ask_where(self) -> None:
        proposed = f"{self._file.stem}-answer.json"
        title = _("Where shall the answer be written?")
        ask_new_file(self, title, proposed, FILES, self.give)

    def give(self, out: Path) -> None:
        """Withdraw the old certificate and write the answer for the new laptop."""
        from stocktake_app.actions.withdrawing import recover

        workspace, who, file = self.context.workspace, str(self.person.currentData()), self._file
        since = _moment(self.since.date())
        self.sign(
            _("Answering the request…"),
            lambda passphrase, _progress: recover(
                workspace,
                read_small(file),
                who,
                out,
                since=since,
                passphrase=passphrase,
                now=now(),
            ),
            self._given,
        )

    def _given(self, done: "Recovered") -> None:
        words = _("Send {file} to them. The old laptop’s signature counts no more.")
        self.finish(
            _("{name} can go on").format(name=done.approved.name),
            words.format(file=done.approved.path.name),
        )


def _people(people: "Sequence[Known]") -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(_("Person or office"))
    for one in people:
        office = one.office or one.bureau
        made.addItem(f"{one.name}, {office}" if office else one.name, one.identity)
    return made


def _moment(chosen: QDate) -> datetime:
    """Return the beginning of a day here, with its offset; never later than now."""
    begin = datetime(chosen.year(), chosen.month(), chosen.day()).astimezone()
    return min(begin, now())


def _read_request(file: Path) -> "Request":
    from stocktake_app.trust.requests import read_request

    return read_request(read_small(file))
