"""Filling one questionnaire: sections on the reading side, one page of fields, the saved state."""

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QComboBox, QStackedWidget, QWidget

from stocktake_app.ui.capture.filling import Filling
from stocktake_app.ui.capture.languages import code_of, direction_of, language_name
from stocktake_app.ui.capture.problem_list import ProblemList
from stocktake_app.ui.capture.saved_label import SavedLabel
from stocktake_app.ui.capture.section_list import SectionList
from stocktake_app.ui.capture.section_page import SectionPage
from stocktake_app.ui.capture.sections import section_of, sections_of
from stocktake_app.ui.clock import now
from stocktake_app.ui.parts import button, column, icon_button, label, line, panel, scaled
from stocktake_app.ui.texts import _
from stocktake_app.ui.titles import form_name

if TYPE_CHECKING:
    from stocktake_app.actions.capture import Finished
    from stocktake_app.questionnaire.session import Changes

PAGES_KEPT = 5
ROOMY = 700
"""Points of width, at the text size chosen, from which the sections stand beside the page."""


class FillPage(QWidget):
    """Everything for one draft. Ctrl+PgUp and Ctrl+PgDown change the section."""

    closed = Signal(object)
    """The draft is put away; carries what became of it, or None if nothing was typed."""

    def __init__(self, filling: Filling) -> None:
        super().__init__()
        self.filling = filling
        self.sections = sections_of(filling.session.form)
        self._pages: OrderedDict[int, SectionPage] = OrderedDict()
        self._stack = QStackedWidget()
        self.section_list = SectionList(self.sections, filling)
        self.section_list.chosen.connect(self._show_section)
        self.problem_list = ProblemList(filling)
        self.problem_list.jumped.connect(lambda path: self.jump(path, problem=True))
        self.saved = SavedLabel(filling.saver, filling.context.tokens)
        self._build()
        filling.changed.connect(self._changed)
        filling.reopened.connect(self._reopened)
        filling.nothing_more.connect(
            lambda: filling.context.say("warn", _("There is nothing more to take back."))
        )
        self._direct()
        self.section_list.setCurrentRow(0)

    # Building

    def _build(self) -> None:
        self._aside = QWidget()
        self._aside.setLayout(column(self.section_list, margin=8))
        right = column(self.problem_list, self._stack, spacing=0)
        right.setStretch(1, 1)
        self._right = QWidget()
        self._right.setLayout(right)
        self._middle = QWidget()
        middle = line(self._aside, self._right, spacing=0)
        middle.setStretch(1, 1)
        self._middle.setLayout(middle)
        page = column(self._head(), self._middle, self._foot(), spacing=0)
        page.setStretch(1, 1)
        self.setLayout(page)
        for keys, act in (
            ("Ctrl+Z", self.filling.undo),
            ("Ctrl+Shift+Z", self.filling.redo),
            ("Ctrl+Y", self.filling.redo),
            ("Ctrl+PgDown", lambda: self._step(1)),
            ("Ctrl+PgUp", lambda: self._step(-1)),
            ("Ctrl+Return", self.finish),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    def _head(self) -> QWidget:
        filling, tokens = self.filling, self.filling.context.tokens
        form = filling.session.form
        back = icon_button(_("Put this form away"), "back", tokens, self.put_away)
        self._title = label("", "heading")
        self._name()
        self._language = QComboBox()
        self._language.setAccessibleName(_("Language of the questionnaire"))
        self._language.setToolTip(_("Language of the questionnaire"))
        for language in form.languages:
            self._language.addItem(language_name(language), language)
        self._language.setCurrentIndex(self._language.findData(filling.session.language))
        if len(form.languages) <= 1:
            self._language.hide()
        self._language.activated.connect(self._switch_language)
        undo = icon_button(_("Undo (Ctrl+Z)"), "undo", tokens, filling.undo)
        redo = icon_button(_("Redo (Ctrl+Shift+Z)"), "redo", tokens, filling.redo)
        finish = button(_("Finish"), self.finish, "primary")
        finish.setToolTip(_("Check everything and finish (Ctrl+Enter)"))
        self._section_box = QComboBox()
        self._section_box.setAccessibleName(_("Sections"))
        self._section_box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._section_box.setMinimumContentsLength(6)
        self._section_box.activated.connect(self.section_list.setCurrentRow)
        self._section_box.hide()
        self._fill_section_box()
        front = (back, self._title, self._section_box, 1, self.saved)
        layout = line(*front, undo, redo, self._language, finish, spacing=8)
        layout.setContentsMargins(12, 8, 16, 8)
        return panel(layout, "bar")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the sections into the head where the list would take too much of the room."""
        super().resizeEvent(event)
        narrow = self.width() < scaled(self, ROOMY)
        self._aside.setVisible(not narrow)
        self._title.setVisible(not narrow)
        self._section_box.setVisible(narrow)

    def _foot(self) -> QWidget:
        self._previous = button(_("Previous section"), lambda: self._step(-1))
        self._next = button(_("Next section"), lambda: self._step(1))
        self._where = label("", "small")
        layout = line(self._previous, 1, self._where, 1, self._next)
        layout.setContentsMargins(24, 8, 24, 8)
        return panel(layout, "foot")

    def _name(self) -> None:
        session = self.filling.session
        name = form_name(session.form.form_id, code_of(session.language))
        self._title.setText(session.form.title if name == session.form.form_id else name)

    # Sections

    def _fill_section_box(self) -> None:
        self._section_box.clear()
        for at in range(self.section_list.count()):
            self._section_box.addItem(self.section_list.item(at).text())
        self._section_box.setCurrentIndex(max(self.section_list.currentRow(), 0))

    def _show_section(self, number: int) -> None:
        if not 0 <= number < len(self.sections):
            return
        if number not in self._pages:
            self._pages[number] = SectionPage(self.sections[number], self.filling)
            self._stack.addWidget(self._pages[number])
            self._forget_oldest(number)
        self._pages.move_to_end(number)
        self._stack.setCurrentWidget(self._pages[number])
        self._section_box.setCurrentIndex(number)
        visible = self._visible_sections()
        at = visible.index(number) if number in visible else 0
        self._previous.setEnabled(at > 0)
        self._next.setEnabled(at < len(visible) - 1)
        self._where.setText(
            _("Section {number} of {count}").format(number=at + 1, count=len(visible))
        )

    def _forget_oldest(self, keep: int) -> None:
        for number in list(self._pages)[:-PAGES_KEPT]:
            if number != keep:
                old = self._pages.pop(number)
                self._stack.removeWidget(old)
                old.deleteLater()

    def _visible_sections(self) -> list[int]:
        items = range(len(self.sections))
        return [at for at in items if not self.section_list.item(at).isHidden()]

    def _step(self, step: int) -> None:
        visible = self._visible_sections()
        at = visible.index(self.number) + step if self.number in visible else 0
        if 0 <= at < len(visible):
            self.section_list.setCurrentRow(visible[at])
            self.page.begin()

    @property
    def number(self) -> int:
        """Which section is shown, from 0."""
        return self.section_list.currentRow()

    @property
    def page(self) -> SectionPage:
        """The section shown."""
        return self._pages[self.number]

    def jump(self, path: str, *, problem: bool = False) -> None:
        """Go to the field of an answer."""
        self.section_list.setCurrentRow(section_of(self.sections, path))
        self.page.reveal(path, problem=problem)

    # Following

    def _changed(self, changes: "Changes") -> None:
        self._apply(changes)
        self.section_list.recount_soon()

    def _apply(self, changes: "Changes") -> None:
        for page in self._pages.values():
            page.apply(changes)
        if changes.labels:
            self._name()
        if self.problem_list.isVisible() and changes.states:
            self.problem_list.show_problems(self.filling.session.problems())

    def _reopened(self, paths: frozenset[str]) -> None:
        for page in self._pages.values():
            page.show_all()
        self.section_list.recount()
        plain = sorted(path for path in paths if "@" not in path)
        if plain:
            self.jump(plain[0])

    def _switch_language(self) -> None:
        self.filling.set_language(self._language.currentData())
        self._direct()
        for page in self._pages.values():
            page.show_all()
        self.section_list.recount()
        self._fill_section_box()

    def _direct(self) -> None:
        direction = direction_of(self.filling.session.language)
        self._middle.setLayoutDirection(direction)

    # Leaving

    def finish(self) -> None:
        """Check everything; with problems show them, else freeze the entry."""
        problems = self.filling.session.problems()
        if problems:
            self.section_list.show_problems()
            self.problem_list.show_problems(problems)
            self.problem_list.list.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._end(finish=True)

    def put_away(self) -> None:
        """Leave the form as it is; it can be continued at any time."""
        self._end(finish=False)

    def _end(self, *, finish: bool) -> None:
        self.filling.saver.flush()
        if not self.filling.settled:
            self.filling.saver.settled_down.connect(
                lambda: self._end(finish=finish), Qt.ConnectionType.SingleShotConnection
            )
            return
        from stocktake_app.actions import capture

        workspace, draft = self.filling.context.workspace, self.filling.draft
        act = capture.finish if finish else capture.leave
        self.filling.context.change(
            _("Keeping the form…"),
            lambda _: act(workspace, draft, now=now()),
            self._ended,
            self,
        )

    def _ended(self, result: "Finished") -> Any:
        if result.problems:
            self.problem_list.show_problems(list(result.problems))
        else:
            self.closed.emit(result)
