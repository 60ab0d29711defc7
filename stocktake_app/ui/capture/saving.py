"""Bringing answers to the disk: soon, in order, and never said to be saved before they are."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from PySide6.QtCore import QObject, QTimer, Signal

from stocktake_app.ui.jobs import Jobs, Lane

DELAY_MS = 400
RETRY_MS = 2000

Stored = Mapping[str, str | None]
Save = Callable[[Stored, datetime], None]


class SaveState(StrEnum):
    """What can be said of everything typed so far."""

    SAVED = "saved"
    SAVING = "saving"
    FAILED = "failed"


class Saver(QObject):
    """Collects what changed and saves it at most ``DELAY_MS`` after the first of it was typed.

    ``state_changed(state, sentence)``: the sentence says why not, when it failed. What failed is
    kept and tried again every two seconds. Each answer is saved by itself, so it is one step of
    undo; what is typed into one field within the delay is one answer.
    """

    state_changed = Signal(object, str)
    settled_down = Signal()

    def __init__(
        self,
        jobs: Jobs,
        save: Save,
        now: Callable[[], datetime],
        explain: Callable[[BaseException], str],
    ) -> None:
        super().__init__()
        self._jobs, self._save, self._now, self._explain = jobs, save, now, explain
        self._waiting: list[tuple[str, dict[str, str | None]]] = []
        self._under_way: list[tuple[str, dict[str, str | None]]] = []
        self.state = SaveState.SAVED
        self.saved_at: datetime | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.flush)

    def add(self, path: str, stored: Stored) -> None:
        """Take what answering the question at ``path`` changed."""
        if not stored:
            return
        if self._waiting and self._waiting[-1][0] == path:
            self._waiting[-1][1].update(stored)
        else:
            self._waiting.append((path, dict(stored)))
        if self.state is SaveState.SAVED:
            self._say(SaveState.SAVING)
        if not self._timer.isActive() and not self._under_way:
            self._timer.start(DELAY_MS)

    def flush(self) -> None:
        """Save what waits, now; one batch at a time so that later answers win."""
        if not self._waiting or self._under_way:
            return
        self._timer.stop()
        batch = self._under_way = self._waiting
        self._waiting = []
        at = self._now()

        def save_batch(_: object) -> None:
            for _path, stored in batch:
                self._save(stored, at)

        self._jobs.run(
            Lane.TYPING, save_batch, lambda _: self._done(), failed=self._failed, owner=self
        )

    def take_unsaved(self) -> dict[str, str | None]:
        """Hand over what is not on the disk yet; from now on it is somebody else's to save."""
        self._timer.stop()
        unsaved: dict[str, str | None] = {}
        for _path, stored in [*self._under_way, *self._waiting]:
            unsaved |= stored
        self._under_way, self._waiting = [], []
        return unsaved

    @property
    def settled(self) -> bool:
        """Whether everything is on the disk."""
        return not self._waiting and not self._under_way

    def _done(self) -> None:
        self._under_way = []
        self.saved_at = self._now()
        if self._waiting:
            self.flush()
            return
        self._say(SaveState.SAVED)
        self.settled_down.emit()

    def _failed(self, error: BaseException) -> None:
        self._waiting = self._under_way + self._waiting
        self._under_way = []
        self._say(SaveState.FAILED, self._explain(error))
        self._timer.start(RETRY_MS)

    def _say(self, state: SaveState, sentence: str = "") -> None:
        self.state = state
        self.state_changed.emit(state, sentence)
