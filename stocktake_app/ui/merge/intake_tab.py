"""Taking packages in: first a plan with counts per file, then, if a person says so, the import."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from stocktake_app.translations import said
from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.drop_area import DropArea
from stocktake_app.ui.icons import icon
from stocktake_app.ui.jobs import Progress
from stocktake_app.ui.parts import Message, button, clear, column, label, line, panel, scaled
from stocktake_app.ui.passphrase import SigningJob
from stocktake_app.ui.texts import _, _n
from stocktake_app.ui.words import judged_words

if TYPE_CHECKING:
    from stocktake_app.actions.importing import FileOutcome, Imported


class IntakeTab(QWidget):
    """``taken`` follows every import."""

    taken = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._files: list[Path] = []
        self.area = DropArea(
            _("Drop the packages you received here; nothing is changed before you say so"),
            context.tokens,
            self.plan,
        )
        self.table = self._make_table()
        self.message = Message(context.tokens)
        self._reasons = column(spacing=4)
        self.take = button(_("Take them in"), self._import, "primary")
        self._drop = button(_("Put them away"), lambda: self._show_nothing(""))
        self._plan = panel(
            column(
                label(_("What they would change"), "heading"),
                self.table,
                self._reasons,
                line(self.take, self._drop, 1),
                spacing=10,
                margin=18,
            )
        )
        self._plan.hide()
        layout = column(self.area, self.message, self._plan, 1, spacing=16)
        layout.setContentsMargins(0, 14, 8, 16)
        self.setLayout(layout)

    def _make_table(self) -> QTableWidget:
        heads = (
            _("File"),
            _("Sender"),
            _("New"),
            _("Newer"),
            _("Same"),
            _("Differing"),
            _("Set aside"),
        )
        table = QTableWidget(0, len(heads))
        table.setHorizontalHeaderLabels(list(heads))
        table.setAccessibleName(_("What they would change"))
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        for at in range(2, len(heads)):
            table.setColumnWidth(at, scaled(self, 86))
        table.setColumnWidth(1, scaled(self, 200))
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        return table

    def plan(self, files: list[Path]) -> None:
        """Say what these files would change; changes nothing."""
        from stocktake_app.actions.importing import import_files

        self._files = files
        workspace = self._context.workspace
        SigningJob(self._context, self, _("Reading the packages…"), self._show_plan).run(
            lambda passphrase, progress: import_files(
                workspace,
                files,
                dry_run=True,
                passphrase=passphrase,
                now=now(),
                progress=progress,
            )
        )

    def _show_plan(self, plan: "Imported") -> None:
        self.message.say("good", "")
        self.table.setRowCount(len(plan.files))
        for at, one in enumerate(plan.files):
            self._show_file(at, one)
        row = self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight((min(len(plan.files), 10) + 1) * row + scaled(self, 12))
        clear(self._reasons)
        for one in plan.files:
            for reason in one.reasons:
                self._reasons.addWidget(label(f"{one.name}: {said(reason, _)}", "warn", wrap=True))
        self.take.setEnabled(any(one.new or one.newer or one.conflicting for one in plan.files))
        self._plan.show()
        self.take.setFocus()

    def _show_file(self, at: int, one: "FileOutcome") -> None:
        words, look = judged_words(one.verdict.value)
        counts = (one.new, one.newer, one.same, one.conflicting, one.refused)
        cells = (one.name, one.signer, *(str(count or "–") for count in counts))
        for column_at, text in enumerate(cells):
            item = QTableWidgetItem(text)
            if column_at == 0:
                item.setIcon(icon(look, getattr(self._context.tokens, look)))
                item.setToolTip(words)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one.name}, {words}")
            self.table.setItem(at, column_at, item)

    def _import(self) -> None:
        from stocktake_app.actions.importing import import_files

        workspace, files = self._context.workspace, self._files

        def work(passphrase: str | None, progress: Progress) -> "Imported":
            return import_files(
                workspace,
                files,
                dry_run=False,
                passphrase=passphrase,
                now=now(),
                progress=progress,
            )

        SigningJob(self._context, self, _("Taking the packages in…"), self._imported).run(work)

    def _imported(self, done: "Imported") -> None:
        changed = sum(one.new + one.newer + one.conflicting for one in done.files)
        differing = sum(one.conflicting for one in done.files)
        parts = [
            _n(
                "One entry was added or brought up to date.",
                "{n} entries were added or brought up to date.",
                changed,
            ).format(n=changed)
        ]
        if differing:
            parts.append(
                _n(
                    "One has differing versions to settle.",
                    "{n} have differing versions to settle.",
                    differing,
                ).format(n=differing)
            )
        self._show_nothing(" ".join(parts))
        self.taken.emit()

    def _show_nothing(self, sentence: str) -> None:
        self._plan.hide()
        self._files = []
        self.message.say("good", sentence)
