"""The capture screen: choosing a questionnaire, or filling the one that is open."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget

from stocktake_app.ui.capture.choose_page import ChoosePage
from stocktake_app.ui.capture.fill_page import FillPage
from stocktake_app.ui.capture.filling import Filling
from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.jobs import Lane
from stocktake_app.ui.parts import column
from stocktake_app.ui.screen import Screen
from stocktake_app.ui.texts import _

if TYPE_CHECKING:
    from stocktake_app.actions.capture import Finished
    from stocktake_app.questionnaire.session import FormSession


class CaptureScreen(Screen):
    """Opens with nothing, ``("form", key)``, ``("draft", id)`` or ``("entry", id)``."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._stack = QStackedWidget()
        self.choose = ChoosePage(context)
        self._stack.addWidget(self.choose)
        self.fill: FillPage | None = None
        self.setLayout(column(self._stack))

    def refresh(self, argument: object = None) -> None:
        """Show what is asked for; without a wish, the form that is open, or the choice."""
        if isinstance(argument, tuple):
            self._open(*argument)
        elif self.fill is None:
            self.choose.refresh()

    def _open(self, what: str, which: str) -> None:
        if self.fill is not None:
            self.fill.filling.saver.flush()
        self.context.jobs.run(
            Lane.TYPING,
            lambda _: _open_draft(self.context, what, which),
            lambda opened: self._show(*opened),
            owner=self,
            title=_("Opening the form…"),
        )

    def _show(self, draft: str, session: "FormSession") -> None:
        self._drop_fill()
        self.fill = FillPage(Filling(self.context, draft, session))
        self.fill.closed.connect(self._closed)
        self._stack.addWidget(self.fill)
        self._stack.setCurrentWidget(self.fill)
        self.fill.page.begin()

    def _drop_fill(self) -> None:
        if self.fill is not None:
            self._stack.removeWidget(self.fill)
            self.fill.deleteLater()
            self.fill = None

    def _closed(self, result: "Finished") -> None:
        self._drop_fill()
        if result.entry and result.change:
            self.context.say("good", _("Kept. It will be in your next export."))
        self.context.go("home")

    def settled(self) -> bool:
        """Whether every letter typed is on the disk."""
        if self.fill is None:
            return True
        self.fill.filling.saver.flush()
        return self.fill.filling.settled

    def place(self) -> object:
        """The draft that is open."""
        return ("draft", self.fill.filling.draft) if self.fill else None

    def leave(self) -> None:
        """Bring what was typed to the disk at once."""
        if self.fill is not None:
            self.fill.filling.saver.flush()


def _open_draft(context: Context, what: str, which: str) -> "tuple[str, FormSession]":
    from stocktake_app.actions import capture

    workspace = context.workspace
    draft = which
    if what == "form":
        draft = capture.begin(workspace, which, now=now())
    elif what == "entry":
        draft = capture.edit(workspace, which, now=now())
    language = context.preferences.language or workspace.profile.language
    return draft, capture.open_session(workspace, draft, now=now, language=language)
