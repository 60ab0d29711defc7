"""The capture screen: choosing a questionnaire, or filling the one that is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    from stocktake_app.store.drafts import Draft
    from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class Wish:
    """What to open: a form, a draft (of this entry) or an entry, and at which section.

    ``unsaved`` are answers that came too late for the draft they were typed into.
    """

    what: str
    which: str
    entry: str = ""
    section: int = 0
    unsaved: Mapping[str, str | None] = field(default_factory=dict)


class CaptureScreen(Screen):
    """Opens with nothing, ``("form", key)``, ``("entry", id)`` or ``("draft", id, entry)``.

    A draft may be frozen behind the screen's back: by an export, or as nothing was typed for long.
    Its entry is opened again then, and what was not saved yet goes into the new draft.
    """

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
            self._open(Wish(*argument))
        elif self.fill is None:
            self.choose.refresh()
        else:
            self._look_after(self.fill)

    def _look_after(self, fill: FillPage) -> None:
        """Open the entry again if its draft was frozen meanwhile."""
        workspace, draft = self.context.workspace, fill.filling.draft
        wish = Wish("entry", fill.filling.entry, section=fill.section_list.currentRow())

        def gone(found: bool) -> None:  # noqa: FBT001 - the answer of a query
            if not found and self.fill is fill:
                self._open(replace(wish, unsaved=fill.filling.saver.take_unsaved()))

        self.context.jobs.run(Lane.TYPING, lambda _: _is_draft(workspace, draft), gone, owner=self)

    def _open(self, wish: Wish) -> None:
        if self.fill is not None:
            self.fill.filling.saver.flush()
        self.context.jobs.run(
            Lane.TYPING,
            lambda _: _open_draft(self.context, wish),
            lambda opened: self._show(opened[0], opened[1], wish.section),
            owner=self,
            title=_("Opening the form…"),
        )

    def _show(self, draft: "Draft", session: "FormSession", section: int) -> None:
        self._drop_fill()
        self.fill = FillPage(Filling(self.context, draft.id, session, draft.entry))
        self.fill.closed.connect(self._closed)
        self._stack.addWidget(self.fill)
        self._stack.setCurrentWidget(self.fill)
        self.fill.section_list.setCurrentRow(section)
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
        """The draft that is open, its entry and the section."""
        if self.fill is None:
            return None
        filling = self.fill.filling
        return ("draft", filling.draft, filling.entry, self.fill.section_list.currentRow())

    def leave(self) -> None:
        """Bring what was typed to the disk at once."""
        if self.fill is not None:
            self.fill.filling.saver.flush()


def _open_draft(context: Context, wish: Wish) -> "tuple[Draft, FormSession]":
    from stocktake_app.actions import capture
    from stocktake_app.store.drafts import get_draft

    workspace = context.workspace
    draft = _draft_for(workspace, wish)
    if wish.unsaved:
        capture.save(workspace, draft, wish.unsaved, now=now())
    language = context.preferences.language or workspace.profile.language
    session = capture.open_session(workspace, draft, now=now, language=language)
    return get_draft(workspace, draft), session


def _draft_for(workspace: "Workspace", wish: Wish) -> str:
    from stocktake_app.actions import capture

    if wish.what == "form":
        return capture.begin(workspace, wish.which, now=now())
    if wish.what == "draft" and (not wish.entry or _is_draft(workspace, wish.which)):
        return wish.which
    return capture.edit(workspace, wish.entry or wish.which, now=now())


def _is_draft(workspace: "Workspace", draft: str) -> bool:
    from stocktake_app.store.drafts import list_drafts

    return any(one.id == draft for one in list_drafts(workspace))
