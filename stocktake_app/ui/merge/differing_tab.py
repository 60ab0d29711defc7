"""Differing versions, one answer at a time: who wrote what, when and where; a person decides."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSplitter, QStackedWidget, QWidget

from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.merge.versions_panel import VersionsPanel
from stocktake_app.ui.parts import column, drop_page, label, scaled, scrolling
from stocktake_app.ui.texts import _
from stocktake_app.ui.two_lines import UNDER, TwoLines

if TYPE_CHECKING:
    from stocktake_app.ui.merge.questions import Undecided


class DifferingTab(QWidget):
    """The undecided answers on the reading side, the versions of one beside them."""

    counted = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._preferred = ""
        self._found: list[Undecided] = []
        self.list = QListWidget()
        self.list.setProperty("look", "rows")
        TwoLines(self.list, context.tokens)
        self.list.setAccessibleName(_("Answers with differing versions"))
        self.list.currentRowChanged.connect(self._show_one)
        self._detail = QStackedWidget()
        self._none = label(_("No differing versions: everything agrees."), "muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._detail.addWidget(self._none)
        self.panel: VersionsPanel | None = None
        split = QSplitter()
        split.setProperty("look", "plain")
        self._rows = QWidget()
        beside = column(self.list)
        # A splitter that runs from right to left cuts one point off its first part.
        beside.setContentsMargins(1, 0, 1, 0)
        self._rows.setLayout(beside)
        split.addWidget(self._rows)
        split.addWidget(self._detail)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 5)
        split.setHandleWidth(scaled(self, 14))
        split.setChildrenCollapsible(False)
        layout = column(split)
        layout.setContentsMargins(0, 14, 0, 16)
        self.setLayout(layout)

    def prefer(self, entry: str) -> None:
        """Show the versions of this entry first."""
        self._preferred = entry

    def refresh(self) -> None:
        """Read what is undecided."""
        from stocktake_app.ui.merge.questions import undecided

        workspace, language = self._context.workspace, self._context.preferences.language
        self._context.read(lambda: undecided(workspace, language), self._show, self)

    def _show(self, found: "list[Undecided]") -> None:
        row = max(self.list.currentRow(), 0)
        self._found = found
        self.list.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.list.clear()
        for one in found:
            item = QListWidgetItem(one.question, self.list)
            item.setData(UNDER, one.title)
        self.list.blockSignals(False)  # noqa: FBT003 - Qt's own signature
        self.counted.emit(len(found))
        self._rows.setVisible(bool(found))
        preferred = [at for at, one in enumerate(found) if one.entry == self._preferred]
        self._preferred = ""
        if found:
            self.list.setCurrentRow(preferred[0] if preferred else min(row, len(found) - 1))
            self._show_one(self.list.currentRow())
        else:
            self._detail.setCurrentIndex(0)

    def _show_one(self, at: int) -> None:
        if self._detail.count() > 1:
            drop_page(self._detail, 1)
            self.panel = None
        if 0 <= at < len(self._found):
            self.panel = VersionsPanel(self._found[at], self._context)
            self.panel.decided.connect(self._decide)
            self._detail.addWidget(scrolling(self.panel))
            self._detail.setCurrentIndex(1)

    def _decide(self, one: "Undecided", value: str | None) -> None:
        from stocktake_app.actions.conflicts import resolve

        workspace = self._context.workspace
        self._context.change(
            _("Settling…"),
            lambda _: resolve(workspace, one.entry, one.path, value, now=now()),
            lambda _: self._decided(),
            self,
        )

    def _decided(self) -> None:
        self._context.say("good", _("Settled. It travels with your next export."))
        self.refresh()
