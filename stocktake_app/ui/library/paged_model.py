"""A table of any length: row numbers at once, rows in pages of 200 as they come into view."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from stocktake_app.ui.context import Context
from stocktake_app.ui.texts import right_to_left

PAGE = 200
PAGES_KEPT = 50
ISOLATE = "\u2068"
"""First strong isolate: what follows is laid out by its own first letter (Unicode, annex 9)."""

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class TableColumn:
    """One column: its title, what it shows of a row, and the key the store sorts it by, if any."""

    title: str
    text: Callable[[Any], str]
    sort: Any = None
    width: int = 120
    tip: Callable[[Any], str] | None = None
    """What the tool tip and a screen reader say, where the cell only has room for a code."""


class PagedModel(QAbstractTableModel):
    """Shows what ``fetch(offset, limit)`` reads; rows that are on their way are shown as dots."""

    def __init__(self, context: Context, columns: Sequence[TableColumn]) -> None:
        super().__init__()
        self._context, self.columns = context, tuple(columns)
        self._count = 0
        self._fetch: Callable[[int, int], Sequence[Any]] = lambda _offset, _limit: ()
        self._pages: OrderedDict[int, Sequence[Any]] = OrderedDict()
        self._asked: set[int] = set()
        self._generation = 0

    def show(
        self, count: int, fetch: Callable[[int, int], Sequence[Any]], first: Sequence[Any]
    ) -> None:
        """Show another list; ``first`` is its first page, read already."""
        self.beginResetModel()
        self._count, self._fetch = count, fetch
        self._generation += 1
        self._pages = OrderedDict({0: first})
        self._asked.clear()
        self.endResetModel()

    def row(self, number: int) -> Any:
        """Return one row, or None while it is on its way."""
        page, at = divmod(number, PAGE)
        if page not in self._pages:
            self._ask(page)
            return None
        self._pages.move_to_end(page)
        rows = self._pages[page]
        return rows[at] if at < len(rows) else None

    def _ask(self, page: int) -> None:
        if page in self._asked:
            return
        self._asked.add(page)
        fetch, generation = self._fetch, self._generation
        self._context.read(
            lambda: fetch(page * PAGE, PAGE),
            lambda rows: self._arrived(page, rows, generation),
            self,
        )

    def _arrived(self, page: int, rows: Sequence[Any], generation: int) -> None:
        if generation != self._generation:
            return
        self._asked.discard(page)
        self._pages[page] = rows
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        first, last = page * PAGE, min(page * PAGE + PAGE, self._count) - 1
        if last >= first:
            edge = self.index(last, len(self.columns) - 1)
            self.dataChanged.emit(self.index(first, 0), edge)

    # Qt's own questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Return how many rows there are."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what one cell shows."""
        wanted = {
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        }
        if not index.isValid() or role not in wanted:
            return None
        row, column = self.row(index.row()), self.columns[index.column()]
        if row is None:
            return "…"
        shown = role == Qt.ItemDataRole.DisplayRole
        text = column.text(row) if shown or column.tip is None else column.tip(row)
        # A name in Latin letters keeps its own direction in an Arabic table.
        return f"{ISOLATE}{text}" if shown and right_to_left() else text

    def headerData(  # noqa: N802 - Qt's name
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's title."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return None
