"""A repeat: its rows as a list, and the row that is chosen beside it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSplitter, QStackedWidget, QWidget

from stocktake_app.model import paths
from stocktake_app.questionnaire.form import Repeat
from stocktake_app.ui.capture.field import Field
from stocktake_app.ui.capture.filling import Filling
from stocktake_app.ui.capture.group_page import Block, GroupPage
from stocktake_app.ui.capture.row_words import row_words
from stocktake_app.ui.parts import (
    button,
    column,
    drop_page,
    icon_button,
    label,
    line,
    scaled,
    scrolling,
)
from stocktake_app.ui.texts import _
from stocktake_app.ui.two_lines import UNDER, TwoLines

if TYPE_CHECKING:
    from stocktake_app.questionnaire.session import Changes

SIDE_BY_SIDE = 560
"""Points of width, at the text size chosen, that list and row need beside each other."""


def make_repeat(repeat: Repeat, path: str, filling: Filling) -> Block:
    """Return the panel of a repeat that lies inside another group."""
    return RepeatPanel(repeat, path, filling)


class RepeatPanel(Block):
    """Rows on the reading side, the chosen one beside them. Alt+Up and Alt+Down move it."""

    def __init__(self, repeat: Repeat, path: str, filling: Filling) -> None:
        super().__init__()
        self.path = path
        self.repeat, self._filling = repeat, filling
        self._page: GroupPage | None = None
        self.list = QListWidget()
        self.list.setProperty("look", "rows")
        TwoLines(self.list, filling.context.tokens)
        self.list.currentItemChanged.connect(lambda *_: self._show_chosen())
        self._detail = QStackedWidget()
        self._empty = label("", "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._detail.addWidget(self._empty)
        self._build()
        self._relabel = QTimer(self, singleShot=True, interval=150)
        self._relabel.timeout.connect(self._show_words)
        self.show_all()

    def _build(self) -> None:
        tokens = self._filling.context.tokens
        self._add = button(_("&Add"), self.add_row)
        self._remove = icon_button(_("Remove this row"), "trash", tokens, self._remove_chosen)
        self._up = icon_button(_("Move up"), "up", tokens, lambda: self._move(-1))
        self._down = icon_button(_("Move down"), "down", tokens, lambda: self._move(1))
        tools = line(self._add, 1, self._up, self._down, self._remove, spacing=2)
        rows = QWidget()
        beside = column(tools, self.list, spacing=6)
        # A splitter that runs from right to left cuts one point off its first part.
        beside.setContentsMargins(1, 0, 1, 0)
        rows.setLayout(beside)
        rows.setMinimumWidth(scaled(self, 190))
        split = QSplitter()
        split.addWidget(rows)
        split.addWidget(self._detail)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setHandleWidth(scaled(self, 12))
        split.setChildrenCollapsible(False)
        split.setProperty("look", "plain")
        self.split = split
        self.setMinimumHeight(scaled(self, 180))
        self.setLayout(column(split))
        for keys, step in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self._move(step))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the row under the list where both do not fit side by side."""
        super().resizeEvent(event)
        narrow = self.width() < scaled(self, SIDE_BY_SIDE)
        wanted = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if self.split.orientation() != wanted:
            self.split.setOrientation(wanted)

    # Rows

    def add_row(self) -> None:
        """Add a row and go to its first question."""
        self.choose(self._filling.add_row(self.path))
        if self._page:
            for field in self._page.fields():
                if field.editor and not field.isHidden():
                    field.take_focus()
                    return

    def choose(self, row: str) -> None:
        """Show this row beside the list."""
        for at in range(self.list.count()):
            if self.list.item(at).data(Qt.ItemDataRole.UserRole) == row:
                self.list.setCurrentRow(at)

    @property
    def chosen(self) -> str:
        """The path of the row shown, empty if there is none."""
        item = self.list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item else ""

    def _remove_chosen(self) -> None:
        if self.chosen:
            self._filling.remove_row(self.chosen)
            self._filling.context.say("good", _("Removed. Ctrl+Z brings it back."))

    def _move(self, step: int) -> None:
        rows = self._filling.session.row_paths(self.path)
        row = self.chosen
        if row and 0 <= rows.index(row) + step < len(rows):
            self._filling.move_row(row, rows.index(row) + step)
            self.choose(row)

    # Showing

    def apply(self, changes: "Changes") -> None:
        """Bring to the screen what an answer changed."""
        if self.path in changes.structure:
            self._show_rows()
        if self._page:
            self._page.apply(changes)
        touched = changes.values | changes.labels | changes.relevance
        if any(path.startswith(self.path) for path in touched):
            self._relabel.start()

    def show_all(self) -> None:
        """Show everything anew."""
        self._show_rows()
        if self._page:
            self._page.show_all()

    def _show_rows(self) -> None:
        session = self._filling.session
        rows = session.row_paths(self.path)
        chosen = self.chosen
        at = self.list.currentRow()
        self.list.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.list.clear()
        for row in rows:
            item = QListWidgetItem(self.list)
            item.setData(Qt.ItemDataRole.UserRole, row)
        if rows:
            number = rows.index(chosen) if chosen in rows else min(max(at, 0), len(rows) - 1)
            self.list.setCurrentRow(number)
        self.list.blockSignals(False)  # noqa: FBT003 - Qt's own signature
        self._show_words()
        self._show_chosen()

    def _show_words(self) -> None:
        session = self._filling.session
        title = session.label(self.path) or self.repeat.name
        self._add.setAccessibleName(_("Add to “{title}”").format(title=title))
        self._add.setToolTip(self._add.accessibleName())
        self._add.setVisible(session.can_add_row(self.path))
        self.list.setAccessibleName(title)
        for at in range(self.list.count()):
            item = self.list.item(at)
            row = item.data(Qt.ItemDataRole.UserRole)
            words = row_words(self.repeat, row, session) or [_("(empty)")]
            item.setText(f"{at + 1}.  {words[0]}")
            item.setData(UNDER, "\n".join(words[1:]))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{at + 1}. {', '.join(words)}")
        self._empty.setText(_("Nothing here yet. Add the first one."))

    def _show_chosen(self) -> None:
        row = self.chosen
        for tool in (self._remove, self._up, self._down):
            tool.setEnabled(bool(row) and not self.repeat.fixed)
        if self._page and self._page.path == row:
            return
        if self._page:
            drop_page(self._detail, 1)
            self._page = None
        if row:
            self._page = GroupPage(row, self.repeat.children, self._filling, make_repeat)
            holder = QWidget()
            holder.setLayout(column(self._page, 1))
            self._detail.addWidget(scrolling(holder))
        self._detail.setCurrentIndex(1 if row else 0)

    def fields(self) -> Iterator[Field]:
        """Yield the fields of the row that is shown."""
        if self._page:
            yield from self._page.fields()

    def reveal(self, path: str) -> Field | None:
        """Choose the row of an answer and bring its field into view."""
        for row in paths.rows_above(path):
            if paths.generic(row) == paths.generic(self.path):
                self.choose(row)
        return self._page.reveal(path) if self._page else None
