"""Export: what goes out, as which file, and whether it arrived."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHeaderView,
    QRadioButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from stocktake_app.model.codes import Role
from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.directed import DirectedLine
from stocktake_app.ui.files import ask_folder, show_folder
from stocktake_app.ui.jobs import Lane, Progress
from stocktake_app.ui.moments import when
from stocktake_app.ui.parts import Message, button, column, label, line, panel, scaled
from stocktake_app.ui.passphrase import SigningJob
from stocktake_app.ui.texts import _, _n
from stocktake_app.ui.words import outbox_words

if TYPE_CHECKING:
    from stocktake_app.actions.exporting import Exported
    from stocktake_app.actions.sending import OutboxRow, Sent

SHOWN_ROWS = 7


class SendTab(QWidget):
    """Makes packages and follows them until their receipt is here."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._chosen: tuple[str, ...] | None = None
        self._made: Path | None = None
        self._what = label("", "strong")
        self._all = button(_("All that is not exported yet"), lambda: self.choose(None), "link")
        self.make = button(_("Make the file"), self._export, "primary")
        self._done = Message(context.tokens)
        self._show = button(_("Show the folder"), self._show_made)
        self._show.hide()
        self.table = self._make_table()
        self.address = DirectedLine()
        self.address.setPlaceholderText("https://…")
        self.address.setAccessibleName(_("Address of headquarters"))
        self.address.setMaximumWidth(scaled(self, 340))
        layout = column(self._export_card(), self._outbox_card(), 1, spacing=16)
        layout.setContentsMargins(0, 14, 8, 16)
        self.setLayout(layout)

    def _export_card(self) -> QWidget:
        self._formats = QButtonGroup(self)
        self._xlsx = QRadioButton(_("Excel workbook: to read, sort and count"))
        self._pdf = QRadioButton(_("PDF: to read and print"))
        self._xlsx.setChecked(True)
        for one in (self._xlsx, self._pdf):
            self._formats.addButton(one)
        self.redact = QCheckBox(_("Leave out confidential answers and attachments"))
        self.locked = QCheckBox(_("Lock it, so that only headquarters can open it"))
        self.locked.hide()
        note = label(
            _(
                "Both carry the exact data and your signature. Everybody can read them; nobody"
                " can change them unseen."
            ),
            "small",
            wrap=True,
        )
        done = line(self._done, self._show)
        return panel(
            column(
                label(_("Export"), "heading"),
                line(self._what, self._all, 1),
                self._xlsx,
                self._pdf,
                note,
                self.redact,
                self.locked,
                done,
                line(self.make, 1),
                spacing=10,
                margin=18,
            )
        )

    def _outbox_card(self) -> QWidget:
        self._send = button(_("Send to headquarters"), self._send_now)
        self._copy = button(_("Copy to a USB stick…"), self._copy_to)
        tools = line(self.address, self._send, self._copy, 1)
        self._empty = label(_("Nothing was exported from this laptop yet."), "muted")
        return panel(
            column(
                label(_("Outbox"), "heading"),
                label(_("A file leaves the outbox when headquarters has receipted it."), "small"),
                self._empty,
                self.table,
                tools,
                spacing=10,
                margin=18,
            )
        )

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, 4)
        table.setHorizontalHeaderLabels([_("File"), _("Made"), _("State"), _("Note")])
        table.setAccessibleName(_("Outbox"))
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        for at, width in enumerate((330, 150, 180)):
            table.setColumnWidth(at, scaled(self, width))
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        return table

    def choose(self, entries: tuple[str, ...] | None) -> None:
        """Export these entries; None means all that is not exported yet."""
        self._chosen = entries
        self.refresh()

    def refresh(self) -> None:
        """Read what is unsent and what is in the outbox."""
        self._context.read(self._read, lambda found: self._show_state(*found), self)

    def _read(self) -> "tuple[int, tuple[OutboxRow, ...], bool]":
        from stocktake_app.actions.recipients import list_offices
        from stocktake_app.actions.sending import outbox
        from stocktake_app.store.entries import EntryFilter, count_entries

        workspace = self._context.workspace
        unsent = count_entries(workspace, EntryFilter(unsent=True, deleted=None))
        offices = list_offices(workspace, now())
        return unsent, outbox(workspace), any(one.office == "HQ" for one in offices)

    def _show_state(
        self,
        unsent: int,
        rows: "tuple[OutboxRow, ...]",
        lockable: bool,  # noqa: FBT001 - one of three findings
    ) -> None:
        self.locked.setVisible(lockable and self._context.workspace.role is not Role.HQ)
        count = unsent if self._chosen is None else len(self._chosen)
        if self._chosen is None:
            text = _n("One entry is not exported yet.", "{n} entries are not exported yet.", count)
        else:
            text = _n("One entry chosen.", "{n} entries chosen.", count)
        nothing = _("Everything here is exported already.")
        self._what.setText(text.format(n=count) if count else nothing)
        self._all.setVisible(self._chosen is not None)
        self.make.setEnabled(count > 0)
        self._show_rows(rows)

    def _show_rows(self, rows: "tuple[OutboxRow, ...]") -> None:
        newest = rows[::-1]
        self.table.setRowCount(len(newest))
        for at, row in enumerate(newest):
            cells = (row.name, when(row.created), outbox_words(row.state), row.note)
            for column_at, text in enumerate(cells):
                self.table.setItem(at, column_at, QTableWidgetItem(text))
        self._empty.setVisible(not rows)
        self.table.setVisible(bool(rows))
        height = self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight((min(len(rows), SHOWN_ROWS) + 1) * height + scaled(self, 12))
        waiting = any(row.state in {"waiting", "sending"} for row in rows)
        to_somebody = self._context.workspace.role is not Role.HQ
        self.address.setVisible(to_somebody)
        self._send.setVisible(to_somebody)
        self._send.setEnabled(waiting)
        self._copy.setEnabled(waiting)

    # Acting

    def _export(self) -> None:
        from stocktake_app.actions.exporting import export
        from stocktake_app.actions.packing import Kind

        workspace, chosen = self._context.workspace, self._chosen
        checked = self._formats.checkedButton()
        form: Literal["xlsx", "pdf"] = "pdf" if checked is self._pdf else "xlsx"
        kind = Kind(form, self._context.preferences.language, redact=self.redact.isChecked())
        locked = self.locked.isVisible() and self.locked.isChecked()
        SigningJob(self._context, self, _("Making the file…"), self._exported).run(
            lambda passphrase, _progress: export(
                workspace,
                chosen,
                kind,
                encrypt_to=("HQ",) if locked else (),
                passphrase=passphrase,
                now=now(),
            )
        )

    def _exported(self, done: "Exported") -> None:
        from stocktake_app.actions.expiry import expiry

        self._made = done.path.parent
        self._chosen = None
        text = _n(
            "{file} is ready. It holds one entry. Your fingerprint, to read aloud: {fingerprint}",
            "{file} is ready. It holds {n} entries. Your fingerprint, to read aloud: {fingerprint}",
            done.entries,
        )
        text = text.format(file=done.name, n=done.entries, fingerprint=done.fingerprint)
        ending = expiry(self._context.workspace, now()).sentence(_) if done.warning else ""
        self._done.say("warn" if ending else "good", f"{text}\n{ending}".strip())
        # In a protected workspace the file lies encrypted: it leaves by the outbox below.
        self._show.setVisible(done.path.name == done.name)
        self.refresh()

    def _show_made(self) -> None:
        if self._made:
            show_folder(self._made)

    def _send_now(self) -> None:
        from stocktake_app.actions.sending import send

        workspace, address = self._context.workspace, self.address.text().strip()
        if not address:
            self._context.say("warn", _("Type the address of headquarters first."))
            self.address.setFocus()
            return

        def work(passphrase: str | None, progress: Progress) -> "Sent":
            return send(workspace, address, passphrase=passphrase, now=now, progress=progress)

        SigningJob(self._context, self, _("Sending…"), self._sent).run(work, lane=Lane.NETWORK)

    def _copy_to(self) -> None:
        ask_folder(self, _("Choose the stick or shared folder"), self._copy_into)

    def _copy_into(self, folder: Path) -> None:
        from stocktake_app.actions.sending import send_to_folder

        workspace = self._context.workspace
        self._context.change(
            _("Copying…"),
            lambda _: send_to_folder(workspace, folder, now=now()),
            self._sent,
            self,
        )

    def _sent(self, done: "Sent") -> None:
        received = _n("One file was received.", "{n} files were received.", len(done.received))
        waiting = _n("One is waiting.", "{n} are waiting.", len(done.waiting))
        words = [received.format(n=len(done.received)), waiting.format(n=len(done.waiting))]
        if done.refused:
            refused = _n("One was not accepted.", "{n} were not accepted.", len(done.refused))
            words.append(refused.format(n=len(done.refused)))
        self._context.say("good" if done.complete else "warn", " ".join([*words, *done.notes]))
        self.refresh()
