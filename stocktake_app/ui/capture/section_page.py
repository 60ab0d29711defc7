"""One section on the screen: its title, and its fields, rows or quick notes."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QScrollArea, QWidget

from stocktake_app.questionnaire.form import Kind, Repeat
from stocktake_app.ui.capture.field import Field
from stocktake_app.ui.capture.filling import Filling
from stocktake_app.ui.capture.group_page import Block, GroupPage
from stocktake_app.ui.capture.quick_findings import QuickFindings, is_findings
from stocktake_app.ui.capture.repeat_panel import RepeatPanel, make_repeat
from stocktake_app.ui.capture.sections import Section
from stocktake_app.ui.parts import column, kept_narrow, label, scrolling

if TYPE_CHECKING:
    from stocktake_app.questionnaire.session import Changes

READING_WIDTH = 720


class SectionPage(QWidget):
    """Shows one section of a filling and follows it."""

    def __init__(self, section: Section, filling: Filling) -> None:
        super().__init__()
        self.section, self._filling = section, filling
        self._quick: QuickFindings | None = None
        self._scroll: QScrollArea | None = None
        self._title = label("", "heading", wrap=True)
        self._block = self._make_repeat(section.repeat) if section.repeat else self._make_group()
        self.show_words()

    def _make_group(self) -> Block:
        section = self.section
        base = section.nodes[0].path.rpartition("/")[0]
        block = GroupPage(base, section.nodes, self._filling, make_repeat)
        inner = QWidget()
        inner.setLayout(column(self._title, block, spacing=14))
        holder = QWidget()
        page = column(kept_narrow(inner, READING_WIDTH), 1)
        page.setContentsMargins(24, 18, 24, 24)
        holder.setLayout(page)
        self._scroll = scrolling(holder)
        self.setLayout(column(self._scroll))
        return block

    def _make_repeat(self, repeat: Repeat) -> Block:
        panel = RepeatPanel(repeat, repeat.path, self._filling)
        parts: list[QWidget] = [self._title]
        if is_findings(repeat):
            self._quick = QuickFindings(repeat.path, self._filling)
            self._quick.noted.connect(panel.choose)
            parts.append(self._quick)
        page = column(*parts, panel, spacing=12)
        page.setStretch(len(parts), 1)
        page.setContentsMargins(24, 18, 24, 12)
        holder = QWidget()
        holder.setLayout(page)
        # A low or enlarged window scrolls; otherwise list and row take the height there is.
        self.setLayout(column(scrolling(holder)))
        return panel

    @property
    def quick(self) -> QuickFindings | None:
        """The quick entry, in a section of findings."""
        return self._quick

    @property
    def block(self) -> Block:
        """The fields or rows shown."""
        return self._block

    def show_words(self) -> None:
        """Show the title in the questionnaire's language."""
        session = self._filling.session
        self._title.setText(
            session.label(self.section.path) if self.section.path else session.form.title
        )

    def apply(self, changes: "Changes") -> None:
        """Bring to the screen what an answer changed."""
        self.setUpdatesEnabled(False)
        self._block.apply(changes)
        if self._quick:
            self._quick.apply(changes)
        if changes.labels:
            self.show_words()
        self.setUpdatesEnabled(True)

    def show_all(self) -> None:
        """Show everything anew, after an undo."""
        self._block.show_all()
        if self._quick:
            self._quick.forget_row()

    def begin(self) -> None:
        """Put the cursor where one begins to type."""
        if self._quick:
            self._quick.box.setFocus()
            return
        for field in self._block.fields():
            if field.question.kind is not Kind.NOTE and not field.isHidden():
                field.take_focus()
                return

    def reveal(self, path: str, *, problem: bool = False) -> Field | None:
        """Bring the field of an answer into view and put the cursor there."""
        field = self._block.reveal(path)
        if field is None:
            return None
        if problem:
            field.reveal_problem()
        field.take_focus()
        # A part that was just opened has no place yet.
        QTimer.singleShot(0, field, lambda: _scroll_to(field))
        return field


def _scroll_to(field: Field) -> None:
    above = field.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(field, 0, 60)
        above = above.parentWidget()
