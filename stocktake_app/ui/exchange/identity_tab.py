"""Identity: how one's signature stands, asking for approval, and answering those who ask."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from stocktake_app.model.codes import Role
from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.files import ask_file, ask_new_file
from stocktake_app.ui.moments import day
from stocktake_app.ui.parts import Message, button, column, label, line, panel, scaled
from stocktake_app.ui.passphrase import SigningJob
from stocktake_app.ui.texts import _
from stocktake_app.ui.words import role_words

if TYPE_CHECKING:
    from stocktake_app.actions.identity import Approved, Installed, Known, Requested, Standing

REQUESTS = "*.json"


class IdentityTab(QWidget):
    """One's own standing above, the people and offices known here below."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.standing = Message(context.tokens)
        self._fingerprint = label("", "fingerprint")
        self._fingerprint.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._fingerprint.setAccessibleName(_("Your fingerprint"))
        self._result = Message(context.tokens)
        self.table = self._make_table()
        layout = column(self._own_card(), self._known_card(), 1, spacing=16)
        layout.setContentsMargins(0, 14, 8, 16)
        self.setLayout(layout)

    def _own_card(self) -> QWidget:
        request = button(_("Ask for approval…"), self._request)
        install = button(_("Take in the answer…"), self._install)
        approve = button(_("Answer somebody’s request…"), self._approve)
        role = self._context.workspace.role
        acts = {Role.OFFICER: (request, install), Role.BUREAU: (request, install, approve)}.get(
            role, (approve,)
        )
        return panel(
            column(
                label(_("Your signature"), "heading"),
                self.standing,
                self._fingerprint,
                self._result,
                line(*acts, 1),
                spacing=10,
                margin=18,
            )
        )

    def _known_card(self) -> QWidget:
        return panel(
            column(
                label(_("People and offices known here"), "heading"),
                self.table,
                spacing=10,
                margin=18,
            )
        )

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, 4)
        table.setHorizontalHeaderLabels([_("Name"), _("Office"), _("Tier"), _("Fingerprint")])
        table.setAccessibleName(_("People and offices known here"))
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        for at, width in enumerate((240, 260, 150)):
            table.setColumnWidth(at, scaled(self, width))
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        table.setMinimumHeight(scaled(self, 180))
        return table

    def refresh(self) -> None:
        """Read standing and acquaintances."""
        from stocktake_app.actions import identity

        workspace = self._context.workspace
        self._context.read(
            lambda: (identity.standing(workspace), identity.known(workspace)),
            lambda found: self._show(*found),
            self,
        )

    def _show(self, standing: "Standing", known: "tuple[Known, ...]") -> None:
        if standing.approved:
            self.standing.say(
                "good", _("Approved until {day}").format(day=day(standing.valid_until))
            )
        elif standing.has_key:
            self.standing.say(
                "warn", _("Not approved yet: receivers see “we do not know this sender yet”.")
            )
        else:
            self.standing.say(
                "warn", _("You have no key yet. It is made with your first export or request.")
            )
        self._fingerprint.setText(standing.fingerprint)
        self._fingerprint.setVisible(bool(standing.fingerprint))
        self.table.setRowCount(len(known))
        for at, one in enumerate(known):
            cells = (one.name, one.office or one.bureau, role_words(one.role), one.fingerprint)
            for column_at, text in enumerate(cells):
                self.table.setItem(at, column_at, QTableWidgetItem(text))

    # Acting

    def _request(self) -> None:
        title = _("Where shall the request be written?")
        ask_new_file(self, title, "request.json", REQUESTS, self._write_request)

    def _write_request(self, out: Path) -> None:
        from stocktake_app.actions import identity

        workspace = self._context.workspace
        SigningJob(self._context, self, _("Making the request…"), self._requested).run(
            lambda passphrase, _progress: identity.request(
                workspace, out, passphrase=passphrase, now=now()
            )
        )

    def _requested(self, done: "Requested") -> None:
        sentence = _(
            "{file} is ready. Send it to your bureau and read them this fingerprint aloud:"
            " {fingerprint}"
        )
        self._result.say("good", sentence.format(file=done.path.name, fingerprint=done.fingerprint))
        self.refresh()

    def _install(self) -> None:
        ask_file(self, _("Choose the answer you received"), REQUESTS, self._take_answer)

    def _take_answer(self, file: Path) -> None:
        from stocktake_app.actions import identity

        workspace = self._context.workspace
        SigningJob(self._context, self, _("Taking in the answer…"), self._installed).run(
            lambda passphrase, _progress: identity.install(
                workspace, read_small(file), passphrase=passphrase, now=now()
            )
        )

    def _installed(self, done: "Installed") -> None:
        sentence = _(
            "You are approved until {day}. Compare headquarters’ fingerprint aloud with your"
            " bureau: {fingerprint}"
        )
        self._result.say(
            "good", sentence.format(day=day(done.valid_until), fingerprint=done.root_fingerprint)
        )
        self.refresh()

    def _approve(self) -> None:
        ask_file(self, _("Choose the request you received"), REQUESTS, self._ask_where)

    def _ask_where(self, request: Path) -> None:
        proposed = request.with_name(f"{request.stem}-answer.json").name
        title = _("Where shall the answer be written?")
        ask_new_file(self, title, proposed, REQUESTS, lambda out: self._answer(request, out))

    def _answer(self, request: Path, out: Path) -> None:
        from stocktake_app.actions import identity

        workspace = self._context.workspace
        SigningJob(self._context, self, _("Answering the request…"), self._approved).run(
            lambda passphrase, _progress: identity.approve(
                workspace, read_small(request), out, passphrase=passphrase, now=now()
            )
        )

    def _approved(self, done: "Approved") -> None:
        sentence = _(
            "The answer for {name} ({office}) is in {file}. Compare this fingerprint aloud before"
            " you send it: {fingerprint}"
        )
        self._result.say(
            "good",
            sentence.format(
                name=done.name,
                office=done.office,
                file=done.path.name,
                fingerprint=done.fingerprint,
            ),
        )
        self.refresh()


def read_small(path: Path) -> bytes:
    """Read a request or an answer.

    Raises:
        UserFileError: unreadable, or far too large to be one.
    """
    from stocktake_app.errors import UserFileError

    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise UserFileError(
            _("{file} cannot be read: {reason}").format(file=path.name, reason=error.strerror)
        ) from error
    if len(data) > LARGEST:
        raise UserFileError(_("{file} is far too large to be one.").format(file=path.name))
    return data


LARGEST = 16 * 1024 * 1024
