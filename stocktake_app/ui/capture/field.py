"""One question on a page: its words, its editor, and what is wrong with the answer."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QWidget

from stocktake_app.questionnaire.form import Kind, Question
from stocktake_app.questionnaire.nodes import ATTACHED
from stocktake_app.questionnaire.session import Choice
from stocktake_app.ui.capture.attachment_editor import AttachmentEditor
from stocktake_app.ui.capture.choice_editors import (
    FEW,
    CheckListEditor,
    ChecksEditor,
    ComboEditor,
    RadioEditor,
)
from stocktake_app.ui.capture.editors import Editor, LineEditor, TextEditor
from stocktake_app.ui.capture.filling import Filling
from stocktake_app.ui.capture.moment_editors import DateEditor, DateTimeEditor, TimeEditor
from stocktake_app.ui.capture.tags_editor import TagsEditor
from stocktake_app.ui.parts import column, icon_label, label, line
from stocktake_app.ui.texts import _
from stocktake_app.ui.theme import Tokens

if TYPE_CHECKING:
    from stocktake_app.questionnaire.session import FormSession

ACKNOWLEDGED = "OK"
"""What an acknowledged question holds (ODK XForms, trigger control)."""
COMPACT = ("minimal", "autocomplete")
NOT_HERE = frozenset({Kind.VIDEO, Kind.GEOTRACE, Kind.GEOSHAPE})
"""Kinds that need a device; the question is shown and stays open."""


_SIMPLE: dict[Kind, Callable[[Tokens], Editor]] = {
    Kind.INTEGER: lambda _: LineEditor(number=True),
    Kind.DECIMAL: lambda _: LineEditor(number=True),
    Kind.RANGE: lambda _: LineEditor(number=True),
    Kind.LONG_TEXT: lambda _: TextEditor(),
    Kind.DATE: DateEditor,
    Kind.TIME: lambda _: TimeEditor(),
    Kind.DATE_TIME: DateTimeEditor,
    Kind.ACKNOWLEDGE: lambda _: ChecksEditor(),
}


def editor_for(question: Question, choices: int, tokens: Tokens) -> Editor | None:
    """Return the editor for a question; None for one that is only read (a note)."""
    compact = any(word in question.appearance.split() for word in COMPACT)
    if question.kind is Kind.NOTE or question.kind in NOT_HERE:
        return None
    if question.kind is Kind.SELECT_ONE:
        return ComboEditor() if compact or choices > FEW else RadioEditor()
    if question.kind is Kind.RANK:
        return TagsEditor(tokens, ranked=True)
    if question.kind is Kind.SELECT_MULTIPLE:
        if compact:
            return TagsEditor(tokens)
        return CheckListEditor() if choices > FEW else ChecksEditor()
    return _SIMPLE[question.kind](tokens) if question.kind in _SIMPLE else LineEditor()


class Field(QWidget):
    """A question at one place of one entry; what is typed goes to the filling at once."""

    def __init__(self, path: str, question: Question, filling: Filling) -> None:
        super().__init__()
        tokens = filling.context.tokens
        self.path, self.question = path, question
        self._filling = filling
        self._touched = False
        self._label = label("", "strong", wrap=True)
        self._hint = label("", "small", wrap=True)
        self._problem = label("", "bad", wrap=True)
        self._problem_icon = icon_label("bad", tokens.bad, 18)
        self._problem_line = QWidget()
        self._problem_line.setLayout(line(self._problem_icon, self._problem, spacing=6))
        self._problem_line.layout().setStretch(1, 1)  # type: ignore[union-attr]
        self.editor: Editor | None
        if question.kind in ATTACHED:
            self.editor = AttachmentEditor(question.kind, filling)
        else:
            self.editor = editor_for(question, len(self._session.choices(path)), tokens)
        parts: list[QWidget] = [self._label, self._hint]
        if self.editor:
            self.editor.edited.connect(lambda value: filling.answer(path, value))
            self.editor.left.connect(self._left)
            parts.append(self.editor)
        self.setLayout(column(*parts, self._problem_line, spacing=4))
        self.show_all()

    @property
    def _session(self) -> "FormSession":
        return self._filling.session

    def show_all(self) -> None:
        """Show everything anew."""
        self.show_words()
        self.show_choices()
        self.show_value()
        self.show_state()

    def show_words(self) -> None:
        """Show label and hint in the questionnaire's language."""
        words = self._session.label(self.path) or self.question.name
        mark = " *" if self._session.is_required(self.path) else ""
        self._label.setText(words + mark)
        elsewhere = _("This kind of question is not answered here; it stays open.")
        not_here = elsewhere if self.question.kind in NOT_HERE else ""
        self._hint.setText(self._session.hint(self.path) or not_here)
        self._hint.setVisible(bool(self._hint.text()))
        if self.question.kind is Kind.NOTE:
            self._label.setProperty("look", "muted")

    def show_choices(self) -> None:
        """Offer the choices that the answers so far leave open."""
        if self.editor:
            self.editor.show_choices(self._choices())
            self._describe()

    def _choices(self) -> "tuple[Choice, ...]":
        if self.question.kind is Kind.ACKNOWLEDGE:
            return (Choice(ACKNOWLEDGED, _("Yes")),)
        return self._session.choices(self.path)

    def show_value(self) -> None:
        """Show the answer."""
        if self.editor:
            self.editor.show_value(self._session.value(self.path))

    def show_state(self) -> None:
        """Show whether it may be typed in, must be answered, and what is wrong."""
        self.show_words()
        if self.editor:
            self.editor.set_read_only(self._session.is_readonly(self.path))
        self._show_problem()

    def reveal_problem(self) -> None:
        """Show what is wrong even though nobody has been here yet."""
        self._touched = True
        self._show_problem()

    @property
    def problem(self) -> str:
        """The sentence under the field, empty if there is none."""
        return self._problem.text()

    def take_focus(self) -> None:
        """Put the cursor here."""
        inputs = self.editor.inputs() if self.editor else []
        if inputs:
            inputs[0].setFocus()

    def _left(self) -> None:
        self._touched = True
        self._show_problem()

    def _show_problem(self) -> None:
        if not self.editor:
            self._problem_line.hide()
            return
        found = self.editor.complaint() or (self._session.problem(self.path) or "")
        text = found if self._touched else ""
        said = self._problem.text()
        self._problem.setText(text)
        self._problem_line.setVisible(bool(text))
        self.editor.set_wrong(bool(text))
        self._describe()
        if text and text != said:
            QAccessible.updateAccessibility(
                QAccessibleEvent(self._problem, QAccessible.Event.Alert)
            )

    def _describe(self) -> None:
        assert self.editor
        name = self._session.label(self.path) or self.question.name
        if self._session.is_required(self.path):
            name = _("{question}, required").format(question=name)
        parts = (self._problem.text(), self._hint.text())
        self.editor.describe(name, " ".join(part for part in parts if part))
