"""One questionnaire being filled: the form's rules on one side, the disk on the other."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from stocktake_app.model import paths
from stocktake_app.ui.capture.saving import Saver, Stored
from stocktake_app.ui.clock import now
from stocktake_app.ui.context import Context
from stocktake_app.ui.jobs import Lane
from stocktake_app.ui.problem_dialog import sentence_for

if TYPE_CHECKING:
    from datetime import datetime

    from stocktake_app.questionnaire.session import Changes, FormSession
    from stocktake_app.store.workspace import Workspace


class Filling(QObject):
    """Holds the session of one draft. Widgets answer through it and listen to ``changed``.

    ``changed(Changes)`` follows every answer; ``reopened(paths)`` an undo or redo, with the
    answers that are different now; ``nothing_more`` an undo or redo that found nothing to do.
    """

    changed = Signal(object)
    reopened = Signal(object)
    nothing_more = Signal()

    def __init__(
        self, context: Context, draft: str, session: "FormSession", entry: str = ""
    ) -> None:
        super().__init__()
        self.context, self.draft, self.session, self.entry = context, draft, session, entry
        self.saver = Saver(context.jobs, self._save, now, sentence_for)

    def _save(self, stored: Stored, at: "datetime") -> None:
        from stocktake_app.actions import capture

        capture.save(self.context.workspace, self.draft, stored, now=at)

    def answer(self, path: str, value: str | None) -> None:
        """Answer one question."""
        self._take(path, self.session.answer(path, value))

    def add_row(self, repeat: str) -> str:
        """Add a row at the end of a repeat and return its path."""
        row = self.session.add_row(repeat)
        self._take(row, self.session.changes)
        return row

    def remove_row(self, row: str) -> None:
        """Remove a row; undo brings it back."""
        self._take(row, self.session.remove_row(row))

    def move_row(self, row: str, to_index: int) -> None:
        """Move a row within its repeat."""
        self._take(f"{row}/{paths.ORDER}", self.session.move_row(row, to_index))

    def set_language(self, language: str) -> None:
        """Show the questionnaire in another of its languages."""
        self.changed.emit(self.session.set_language(language))

    def _take(self, path: str, changes: "Changes") -> None:
        self.saver.add(path, changes.stored)
        self.changed.emit(changes)

    def undo(self) -> None:
        """Take back the last answer that was saved."""
        from stocktake_app.actions import capture
        from stocktake_app.store.drafts import get_draft

        def undo(workspace: "Workspace", draft: str, *, now: "datetime") -> object:
            changed = capture.undo(workspace, draft, now=now)
            if changed and not get_draft(workspace, draft).answers:
                # What the questionnaire fills in when it is opened is nobody's answer.
                capture.redo(workspace, draft, now=now)
                return None
            return changed

        self._step(undo)

    def redo(self) -> None:
        """Do again what was taken back."""
        from stocktake_app.actions import capture

        self._step(capture.redo)

    def _step(self, step: Callable[..., object]) -> None:
        self.saver.flush()
        workspace, draft, language = self.context.workspace, self.draft, self.session.language

        def take(_: object) -> "FormSession | None":
            from stocktake_app.actions import capture

            if not step(workspace, draft, now=now()):
                return None
            return capture.open_session(workspace, draft, now=now, language=language)

        # The typing lane does one thing at a time, so what is being saved comes first.
        self.context.jobs.run(Lane.TYPING, take, self._reopen, owner=self)

    def _reopen(self, session: "FormSession | None") -> None:
        if session is None:
            self.nothing_more.emit()
            return
        before, after = self.session.answers(), session.answers()
        self.session = session
        different = {path for path in before | after if before.get(path) != after.get(path)}
        self.reopened.emit(frozenset(different))

    @property
    def settled(self) -> bool:
        """Whether everything typed is on the disk."""
        return self.saver.settled
