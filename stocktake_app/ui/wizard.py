"""A few questions one after the other, one per page, then the answer: keys and recovery."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from stocktake_app.errors import CancelledError
from stocktake_app.ui.context import Context
from stocktake_app.ui.jobs import Lane, Work
from stocktake_app.ui.parts import Message, at_edge, button, column, drop_page, label, line, scaled
from stocktake_app.ui.passphrase import Signing, SigningJob
from stocktake_app.ui.problem_dialog import sentence_for
from stocktake_app.ui.texts import _

WIDTH, HEIGHT = 560, 380


def _fine() -> str:
    """Say that nothing is missing."""
    return ""


@dataclass(frozen=True)
class Question:
    """One page: a title, a few words, what there is to fill in, and what comes after it.

    ``missing`` gives the sentence that says what is still to be done, or "". ``go`` is what stands
    on the button that leads on.
    """

    title: str
    words: str
    content: QWidget | None
    then: Callable[[], object]
    missing: Callable[[], str] = _fine
    go: str = ""


class Wizard(QDialog):
    """Asks questions; ``Escape`` and Cancel leave everything as it was."""

    def __init__(self, title: str, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.context = context
        self._questions: list[Question] = []
        self._stack = QStackedWidget()
        self._message = Message(context.tokens)
        self._back = button(_("Back"), self._go_back, "quiet")
        self._cancel = button(_("Cancel"), self.reject)
        self.go = button(_("Continue"), self._go_on, "primary")
        self.go.setDefault(True)
        buttons = line(self._back, 1, self._cancel, self.go)
        layout = column(self._stack, self._message, buttons, spacing=14, margin=22)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.resize(scaled(self, WIDTH), scaled(self, HEIGHT))

    @property
    def title(self) -> str:
        """What is asked now."""
        return self._questions[-1].title if self._questions else ""

    @property
    def problem(self) -> str:
        """The sentence that says what is wrong, if something is."""
        return self._message.sentence if self._message.isVisible() else ""

    def ask(self, question: Question) -> None:
        """Show a question."""
        self._questions.append(question)
        self._stack.addWidget(_page(question))
        self._turn()

    def finish(self, title: str, words: str, content: QWidget | None = None) -> None:
        """Show the end: what was done and what comes next. There is no way back from it."""
        self._questions = []
        self.ask(Question(title, words, content, self.accept, go=_("Close")))
        self._cancel.hide()
        self.go.setFocus()

    def _turn(self) -> None:
        question = self._questions[-1]
        self._stack.setCurrentIndex(self._stack.count() - 1)
        self._message.say("bad", "")
        self._back.setVisible(len(self._questions) > 1)
        self.go.setText(question.go or _("Continue"))
        self.go.setAccessibleName(self.go.text())
        self._enable(on=True)
        first = next(focusable(question.content), self.go) if question.content else self.go
        first.setFocus()

    def _go_on(self) -> None:
        question = self._questions[-1]
        if missing := question.missing():
            self.refuse(missing)
        else:
            self._message.say("bad", "")
            question.then()

    def _go_back(self) -> None:
        left = self._questions.pop()
        if left.content is not None:
            left.content.setParent(None)  # it may be asked again, with what was typed
        drop_page(self._stack, self._stack.currentIndex())
        self._turn()

    def refuse(self, sentence: str) -> None:
        """Say what is wrong or missing, and let the person try again."""
        self._enable(on=True)
        self._message.say("bad", sentence)

    def _enable(self, *, on: bool) -> None:
        for one in (self._back, self._cancel, self.go):
            one.setEnabled(on)
        self._stack.setEnabled(on)

    def work(
        self, words: str, work: Work, done: Callable[[Any], None], lane: Lane = Lane.WRITER
    ) -> None:
        """Do something that takes a moment; an error becomes a sentence on the page."""
        self._enable(on=False)
        self._message.say("info", words)
        self.context.jobs.run(
            lane,
            work,
            done,
            owner=self,
            failed=self._failed,
            title=words,
        )

    def sign(self, words: str, work: Signing, done: Callable[[Any], object]) -> None:
        """Do something that needs the key, asking for its passphrase where it is not known yet."""
        self._enable(on=False)
        self._message.say("info", words)
        SigningJob(self.context, self, words, done, failed=self._failed).run(work)

    def _failed(self, error: BaseException) -> None:
        self.refuse("" if isinstance(error, CancelledError) else sentence_for(error))

    def closeEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, N802 - Qt's
        """Stay while something is under way that cannot be left halfway."""
        if self.go.isEnabled():
            super().closeEvent(event)
        else:
            event.ignore()

    def reject(self) -> None:
        """Leave, unless something is under way."""
        if self.go.isEnabled():
            super().reject()


def focusable(root: QWidget) -> Iterator[QWidget]:
    """Yield what the keyboard can reach, the widget itself first."""
    for one in (root, *root.findChildren(QWidget)):
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isEnabled():
            yield one


def _page(question: Question) -> QWidget:
    title = at_edge(label(question.title, "heading", wrap=True))
    words = at_edge(label(question.words, "muted", wrap=True))
    page = QWidget()
    content = [question.content] if question.content else []
    page.setLayout(column(title, words, *content, 1, spacing=12))
    page.setAccessibleName(question.title)
    return page
