"""Identity: how one's signature stands, and what an office does for those it approves."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QPushButton, QTableWidgetItem, QWidget

from stocktake_app.model.codes import Role
from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.flow import FlowLayout
from stocktake_app.ui.moments import day
from stocktake_app.ui.parts import Message, button, column, label, line, panel, plain_table, scaled
from stocktake_app.ui.qr_code import QrCode
from stocktake_app.ui.texts import _, _n
from stocktake_app.ui.words import role_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog, QLayout

    from stocktake_app.actions.identity import Known, Standing

WARN_DAYS = 60
"""Days before a certificate ends from which the window speaks of it."""


class IdentityTab(QWidget):
    """One's own standing above, what the office does for others, the people known here below."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._people: tuple[Known, ...] = ()
        self.standing = Message(context.tokens)
        self._fingerprint = label("", "fingerprint")
        self._fingerprint.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._fingerprint_words = label(_("Your fingerprint, to read aloud:"), "muted")
        self._code = QrCode()
        self.ask = button(_("Ask for approval…"), self._ask)
        self.take = button(_("Take in the answer…"), self._take)
        self.renew = button(_("Renew…"), self._renew)
        self.table = plain_table(
            [_("Name"), _("Office"), _("Tier"), _("Fingerprint"), _("Until")],
            _("People and offices known here"),
        )
        header = self.table.horizontalHeader()
        for at, width in enumerate((220, 230, 140, 210)):
            self.table.setColumnWidth(at, scaled(self, width))
        header.setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        self.table.setMinimumHeight(scaled(self, 200))
        cards = [self._own_card()]
        if context.workspace.role is not Role.OFFICER:
            cards.append(self._office_card())
        cards.append(self._known_card())
        layout = column(*cards, 1, spacing=16)
        layout.setContentsMargins(0, 14, 8, 16)
        self.setLayout(layout)

    def _own_card(self) -> QWidget:
        mark = column(self._fingerprint_words, self._fingerprint, 1, spacing=4)
        acts = [self.ask, self.take, self.renew]
        if self._context.workspace.role is Role.HQ:
            self.ask.hide()
            acts.remove(self.ask)
        shown = line(mark, 1, self._code, spacing=16)
        return _card(_("Your signature"), self.standing, _layout(shown), _layout(line(*acts, 1)))

    def _office_card(self) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder, 8)
        for one in self._office_buttons():
            flow.addWidget(one)
        return _card(_("For the people of this office"), holder)

    def _office_buttons(self) -> Sequence[QPushButton]:
        return (
            button(_("Answer somebody’s request…"), self._answer),
            button(_("Approve many…"), self._approve_many),
            button(_("Withdraw a certificate…"), self._withdraw),
            button(_("After a lost laptop…"), self._give_again),
            button(_("Help with a forgotten passphrase…"), self._help),
        )

    def _known_card(self) -> QWidget:
        return _card(_("People and offices known here"), self.table)

    def refresh(self) -> None:
        """Read standing and acquaintances."""
        from stocktake_app.actions import identity

        workspace, at = self._context.workspace, now()
        self._context.read(
            lambda: (identity.standing(workspace, at), identity.known(workspace)),
            lambda found: self._show(*found),
            self,
        )

    def _show(self, standing: "Standing", known: "tuple[Known, ...]") -> None:
        self._people = known
        self.standing.say(*standing_words(standing, now().date()))
        self._fingerprint.setText(standing.fingerprint.replace("-", "  "))
        named = _("Fingerprint: {text}").format(text=standing.fingerprint)
        self._fingerprint.setAccessibleName(named)
        for one in (self._fingerprint, self._fingerprint_words):
            one.setVisible(bool(standing.fingerprint))
        self._code.show_text(standing.fingerprint)
        officer = self._context.workspace.role is not Role.HQ
        self.ask.setVisible(officer and not standing.approved)
        self.renew.setVisible(standing.approved)
        self.table.setRowCount(len(known))
        for at, person in enumerate(known):
            for place, text in enumerate(_cells(person)):
                self.table.setItem(at, place, QTableWidgetItem(text))

    # Acting

    def _ask(self) -> None:
        from stocktake_app.ui.exchange.own_steps import AskApproval

        AskApproval(self._context, self, self.refresh).open()

    def _take(self) -> None:
        from stocktake_app.ui.exchange.own_steps import TakeAnswer

        TakeAnswer(self._context, self, self.refresh).open()

    def _renew(self) -> None:
        from stocktake_app.ui.exchange.own_steps import Renew

        Renew(self._context, self, self.refresh).open()

    def _answer(self) -> None:
        from stocktake_app.ui.exchange.office_steps import AnswerRequest

        AnswerRequest(self._context, self, self.refresh).open()

    def _approve_many(self) -> None:
        from stocktake_app.ui.exchange.office_steps import ApproveMany

        ApproveMany(self._context, self, self.refresh).open()

    def _help(self) -> None:
        from stocktake_app.ui.exchange.office_steps import HelpForgotten

        HelpForgotten(self._context, self, self.refresh).open()

    def _withdraw(self) -> None:
        from stocktake_app.ui.exchange.withdraw_steps import Withdraw

        self._about_people(lambda people: Withdraw(self._context, self, people, self.refresh))

    def _give_again(self) -> None:
        from stocktake_app.ui.exchange.withdraw_steps import GiveAgain

        self._about_people(lambda people: GiveAgain(self._context, self, people, self.refresh))

    def _about_people(self, make: "Callable[[Sequence[Known]], QDialog]") -> None:
        """Open steps about somebody whom this office approved; say so if there is nobody."""
        own = self._context.workspace.profile.identity
        people = [one for one in self._people if one.identity != own and not one.withdrawn]
        if people:
            make(people).open()
        else:
            self._context.say("warn", _("This office has approved nobody yet."))


def standing_words(standing: "Standing", today: date) -> tuple[str, str]:
    """Return how one's own signature stands, as a tone and a sentence."""
    if standing.withdrawn:
        return "bad", _("Your certificate was withdrawn: {reason}").format(
            reason=standing.withdrawn
        )
    if standing.approved:
        left = (date.fromisoformat(standing.valid_until) - today).days
        return _time_left(left, standing.valid_until)
    if standing.asked:
        return "warn", _(
            "Your request waits for its answer. Until you take it in, receivers see “we do not know"
            " this sender yet”."
        )
    if standing.has_key:
        return "warn", _("Not approved yet: receivers see “we do not know this sender yet”.")
    return "warn", _("You have no key yet. It is made with your first export or request.")


def _time_left(left: int, until: str) -> tuple[str, str]:
    if left < 0:
        words = _("Your certificate ended on {day}. Renew it: what you sign now is not accepted.")
        return "bad", words.format(day=day(until))
    if left <= WARN_DAYS:
        words = _n(
            "Approved for one more day, until {day}. Renew it now.",
            "Approved for {n} more days, until {day}. Renew it now.",
            left,
        )
        return "warn", words.format(n=left, day=day(until))
    return "good", _("Approved until {day}").format(day=day(until))


def _cells(person: "Known") -> tuple[str, ...]:
    until = _("withdrawn") if person.withdrawn else day(person.valid_until)
    office = person.office or person.bureau
    return person.name, office, role_words(person.role), person.fingerprint, until


def _layout(inside: "QLayout") -> QWidget:
    made = QWidget()
    made.setLayout(inside)
    return made


def _card(title: str, *content: QWidget) -> QWidget:
    return panel(column(label(title, "heading"), *content, spacing=10, margin=18))
