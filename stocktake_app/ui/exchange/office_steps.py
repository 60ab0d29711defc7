"""What a bureau and HQ do for others: approve one or many, help with a forgotten passphrase."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QTableWidget, QTableWidgetItem, QWidget

from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.exchange.own_steps import FILES, fingerprint_card
from stocktake_app.ui.files import ask_file, ask_folder, ask_new_file, read_small
from stocktake_app.ui.moments import when
from stocktake_app.ui.parts import column, plain_table, scaled
from stocktake_app.ui.texts import _, _n
from stocktake_app.ui.wizard import Question, Wizard
from stocktake_app.ui.words import outcome_words, role_words

if TYPE_CHECKING:
    from stocktake_app.actions.identity import Approved
    from stocktake_app.actions.protecting import RecoveryRead
    from stocktake_app.actions.roster import Rostered
    from stocktake_app.trust.requests import Request

REQUEST_SUFFIX = ".json"


class Compared(QWidget):
    """A fingerprint, and a tick that says that the other side read the same letters."""

    def __init__(self, fingerprint: str) -> None:
        super().__init__()
        self._same = QCheckBox(_("They read the same letters to me"))
        self.setLayout(column(fingerprint_card(fingerprint), self._same, spacing=12))

    def missing(self) -> str:
        """Say that it was not compared yet."""
        if self._same.isChecked():
            return ""
        return _("Compare the letters aloud first, on a number that you know already.")

    def tick(self) -> None:
        """Say that they are the same."""
        self._same.setChecked(True)


class AnswersFile(Wizard):
    """A wizard that answers a request which came as a file: which one, whose, where to."""

    def __init__(
        self, words: tuple[str, str], context: Context, parent: QWidget, done: Callable[[], object]
    ) -> None:
        title, whose = words
        super().__init__(title, context, parent)
        self.finished.connect(lambda _code: done())
        self.compared: Compared | None = None
        choose = _("Choose the request you received")
        go = _("Choose the file…")
        self.ask(
            Question(choose, whose, None, lambda: ask_file(self, choose, FILES, self.read), go=go)
        )

    def read(self, file: Path) -> None:
        """Read a request and show whose it is."""
        raise NotImplementedError

    def answer(self, file: Path, out: Path) -> None:
        """Write the answer."""
        raise NotImplementedError

    def ask_where(self, file: Path) -> None:
        """Ask where the answer to this request goes, and write it there."""
        proposed = f"{file.stem}-answer.json"
        title = _("Where shall the answer be written?")
        ask_new_file(self, title, proposed, FILES, lambda out: self.answer(file, out))


class AnswerRequest(AnswersFile):
    """Shows who asks, has the fingerprint compared, writes the answer."""

    def __init__(self, context: Context, parent: QWidget, done: Callable[[], object]) -> None:
        whose = _("It is a small file that somebody of yours sent you.")
        super().__init__((_("Answer a request"), whose), context, parent, done)

    def read(self, file: Path) -> None:
        """Read a request and show who asks."""
        self.work(
            _("Reading the request…"),
            lambda _progress: _read_request(file),
            lambda request: self._show(file, request),
        )

    def _show(self, file: Path, request: "Request") -> None:
        who = request.subject
        words = _("{name}, {office}: {tier}").format(
            name=who.name, office=who.office or who.bureau or "–", tier=role_words(who.role.value)
        )
        where = lambda: self.ask_where(file)  # noqa: E731 - asked from two places
        if request.renews:
            same = _("The present signature vouches for it: nothing has to be compared.")
            go = _("Write the answer…")
            self.ask(Question(_("Somebody renews"), f"{words}. {same}", None, where, go=go))
            return
        self.compared = Compared(request.fingerprint)
        self.ask(
            Question(
                _("Is it really {name}?").format(name=who.name),
                words
                + ". "
                + _(
                    "Call them on a number that you know already and have them read their letters"
                    " aloud."
                ),
                self.compared,
                where,
                missing=self.compared.missing,
                go=_("Write the answer…"),
            )
        )

    def answer(self, file: Path, out: Path) -> None:
        """Write the answer."""
        from stocktake_app.actions import identity

        workspace = self.context.workspace
        self.sign(
            _("Answering the request…"),
            lambda passphrase, _progress: identity.approve(
                workspace, read_small(file), out, passphrase=passphrase, now=now()
            ),
            self._answered,
        )

    def _answered(self, done: "Approved") -> None:
        words = _(
            "Send {file} back. What {name} signed so far counts from now on, and so does what"
            " comes."
        )
        self.finish(
            _("{name} is approved").format(name=done.name),
            words.format(file=done.path.name, name=done.name),
        )


class ApproveMany(Wizard):
    """A folder of requests against a list of people; whoever is not on it stays out."""

    def __init__(self, context: Context, parent: QWidget, done: Callable[[], object]) -> None:
        super().__init__(_("Approve many"), context, parent)
        self.finished.connect(lambda _code: done())
        self.ask(
            Question(
                _("Choose the list of people"),
                _(
                    "A table saved as CSV with the columns name, office, bureau and fingerprint."
                    " Only those whose fingerprint stands there as they read it aloud are approved;"
                    " where it is blank you are told what to compare."
                ),
                None,
                lambda: ask_file(self, _("Choose the list of people"), "*.csv", self._ask_requests),
                go=_("Choose the file…"),
            )
        )

    def _ask_requests(self, roster: Path) -> None:
        title = _("Choose the folder with their requests")
        self.ask(
            Question(
                title,
                _("The answers are written beside them, in the folder “answers”."),
                None,
                lambda: ask_folder(self, title, lambda folder: self.approve(roster, folder)),
                go=_("Choose the folder…"),
            )
        )

    def approve(self, roster: Path, folder: Path) -> None:
        """Answer those whose fingerprints stand on the list."""
        from stocktake_app.actions.roster import approve_roster

        workspace = self.context.workspace
        self.sign(
            _("Answering the requests…"),
            lambda passphrase, _progress: approve_roster(
                workspace,
                _requests_in(folder),
                read_small(roster),
                folder / "answers",
                passphrase=passphrase,
                now=now(),
            ),
            self._approved,
        )

    def _approved(self, done: "Rostered") -> None:
        count = sum(one.outcome.value == "approved" for one in done.rows)
        title = _n("{n} person is approved", "{n} people are approved", count).format(n=count)
        words = (
            _("Send each of them their answer.")
            if done.complete
            else _("Some are not: see why, put it right, and do it again.")
        )
        self.finish(title, words, _outcomes(done))


class HelpForgotten(AnswersFile):
    """Answers somebody's recovery request after comparing the fingerprint."""

    def __init__(self, context: Context, parent: QWidget, done: Callable[[], object]) -> None:
        whose = _("Somebody whom this office approved forgot the passphrase and sent a request.")
        super().__init__((_("Help with a forgotten passphrase"), whose), context, parent, done)

    def read(self, file: Path) -> None:
        """Read a request and show whose it is."""
        from stocktake_app.actions.protecting import read_recovery

        workspace = self.context.workspace
        self.sign(
            _("Reading the request…"),
            lambda passphrase, _progress: read_recovery(workspace, read_small(file), passphrase),
            lambda found: self._show(file, found),
        )

    def _show(self, file: Path, found: "RecoveryRead") -> None:
        self.compared = Compared(found.fingerprint)
        words = _(
            "The request was made on {time}, for {name}. Whoever gets the answer can open that"
            " laptop: call {name} on a number that you know already and have the letters read"
            " aloud."
        ).format(time=when(found.created), name=found.name)
        self.ask(
            Question(
                _("Is it really {name}?").format(name=found.name),
                " ".join([words, *found.notes]),
                self.compared,
                lambda: self.ask_where(file),
                missing=self.compared.missing,
                go=_("Write the answer…"),
            )
        )

    def answer(self, file: Path, out: Path) -> None:
        """Write the answer."""
        from stocktake_app.actions.protecting import answer_recovery

        workspace = self.context.workspace
        self.sign(
            _("Answering the request…"),
            lambda passphrase, _progress: answer_recovery(
                workspace, read_small(file), out, passphrase=passphrase, now=now()
            ),
            lambda found: self.finish(
                _("The answer is written"),
                _("Send {file} to {name}; it opens nothing but that one laptop.").format(
                    file=out.name, name=found.name
                ),
            ),
        )


def _read_request(file: Path) -> "Request":
    from stocktake_app.trust.requests import read_request

    return read_request(read_small(file))


def _requests_in(folder: Path) -> list[tuple[str, bytes]]:
    files = sorted(one for one in folder.iterdir() if one.suffix.lower() == REQUEST_SUFFIX)
    return [(one.name, read_small(one)) for one in files if one.is_file()]


def _outcomes(done: "Rostered") -> QTableWidget:
    heads = [_("Name"), _("Office"), _("Result"), _("Fingerprint")]
    table = plain_table(heads, _("What became of each"))
    table.setRowCount(len(done.rows))
    for at, one in enumerate(done.rows):
        result = one.reason or outcome_words(one.outcome.value)
        for place, text in enumerate((one.name, one.office, result, one.fingerprint)):
            table.setItem(at, place, QTableWidgetItem(text))
    table.setMinimumHeight(scaled(table, 180))
    table.resizeColumnsToContents()
    return table
