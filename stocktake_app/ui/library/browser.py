"""A search line over a table that reads its rows as they are scrolled to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from stocktake_app.ui.context import Context
from stocktake_app.ui.directed import DirectedLine
from stocktake_app.ui.library.paged_model import PAGE, PagedModel, TableColumn
from stocktake_app.ui.parts import column, label, line, scaled
from stocktake_app.ui.texts import _

TYPING_MS = 150


@dataclass(frozen=True)
class Found:
    """The answer to a query: how many, how to read a page, and the first page."""

    count: int
    fetch: Callable[[int, int], Sequence[Any]]
    first: Sequence[Any]


Query = Callable[[str, Any, bool], tuple[int, Callable[[int, int], Sequence[Any]]]]
"""Gets text, sort key and whether descending; returns count and page reader. Runs in a worker."""


class Browser(QWidget):
    """Asks ``query`` anew when the words or the order change; late answers are dropped."""

    opened = Signal(object)
    """A row was double-clicked, or Enter pressed on it."""

    def __init__(
        self,
        context: Context,
        columns: Sequence[TableColumn],
        query: Query,
        counted: Callable[[int], str],
    ) -> None:
        super().__init__()
        self._context, self._query, self._counted = context, query, counted
        self._generation = 0
        self._sort: tuple[Any, bool] = (columns[0].sort, False)
        self.model = PagedModel(context, columns)
        self.search = DirectedLine()
        self.search.setPlaceholderText(_("Search"))
        self.search.setAccessibleName(_("Search"))
        self.search.setClearButtonEnabled(True)
        self._timer = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._timer.timeout.connect(self.refresh)
        self.search.textChanged.connect(lambda _text: self._timer.start())
        self.table = self._make_table(columns)
        self._said = label("", "small")
        self.tools = line(spacing=8)
        top = line(self.search, self._said, 1, self.tools, spacing=12)
        top.setStretch(0, 2)
        self.setLayout(column(top, self.table, spacing=10))
        QShortcut(QKeySequence.StandardKey.Find, self).activated.connect(self.search.setFocus)

    def _make_table(self, columns: Sequence[TableColumn]) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName(_("Results"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        # One height for all: Qt would measure every row of a hundred thousand otherwise.
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(scaled(self, 30))
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.sortIndicatorChanged.connect(self._sort_by)
        for at, one in enumerate(columns):
            table.setColumnWidth(at, scaled(self, one.width))
        widest = max(range(len(columns)), key=lambda at: columns[at].width)
        header.setSectionResizeMode(widest, QHeaderView.ResizeMode.Stretch)
        table.activated.connect(self._open)
        return table

    def sort_first_by(self, number: int, *, descending: bool) -> None:
        """Sort by a column before anybody asked."""
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self._sort = (self.model.columns[number].sort, descending)
        header = self.table.horizontalHeader()
        header.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        header.setSortIndicator(number, order)
        header.blockSignals(False)  # noqa: FBT003 - Qt's own signature

    def _sort_by(self, number: int, order: Qt.SortOrder) -> None:
        if not 0 <= number < len(self.model.columns):
            return
        key = self.model.columns[number].sort
        if key is None:
            self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            return
        self._sort = (key, order == Qt.SortOrder.DescendingOrder)
        self.refresh()

    def refresh(self) -> None:
        """Ask anew."""
        self._generation += 1
        generation, text, (key, descending) = self._generation, self.search.text(), self._sort

        def ask() -> Found:
            count, fetch = self._query(text.strip(), key, descending)
            return Found(count, fetch, fetch(0, PAGE))

        self._context.read(ask, lambda found: self._show(found, generation), self)

    def _show(self, found: Found, generation: int) -> None:
        if generation != self._generation:
            return
        self.model.show(found.count, found.fetch, found.first)
        self._said.setText(self._counted(found.count))

    def _open(self, index: QModelIndex) -> None:
        row = self.model.row(index.row())
        if row is not None:
            self.opened.emit(row)

    def chosen(self) -> list[Any]:
        """Return the rows that are selected and read."""
        numbers = {index.row() for index in self.table.selectionModel().selectedRows()}
        rows = [self.model.row(number) for number in sorted(numbers)]
        return [row for row in rows if row is not None]

    @property
    def said(self) -> str:
        """How many were found, in words."""
        return self._said.text()
