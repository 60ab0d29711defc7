"""The line at the foot of the window while something takes long: what, how far, and a way out."""

from collections.abc import Callable

import shiboken6
from PySide6.QtWidgets import QFrame, QProgressBar

from stocktake_app.ui.jobs import Job
from stocktake_app.ui.parts import button, label, line
from stocktake_app.ui.texts import _


class BusyLine(QFrame):
    """Shows the newest long job; hidden while everything is quick."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "foot")
        self._job: Job | None = None
        self._title = label()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(260)
        self._bar.setAccessibleName(_("Progress"))
        self._cancel = button(_("Cancel"), self._stop, "quiet")
        self.setLayout(line(self._title, self._bar, self._cancel, 1, spacing=12, margin=6))
        self.hide()

    def watch(self, job: Job) -> None:
        """Show this job once it has taken longer than a moment."""
        job.slow.connect(self._alive(lambda: self._show(job)))
        job.progressed.connect(self._alive(lambda done, total: self._advance(job, done, total)))
        job.ended.connect(self._alive(lambda: self._end(job)))

    def _alive(self, act: Callable[..., None]) -> Callable[..., None]:
        """Act only while the window is still there: a job may outlive it, as when it is locked."""

        def guarded(*told: int) -> None:
            if shiboken6.isValid(self):
                act(*told)

        return guarded

    def _show(self, job: Job) -> None:
        self._job = job
        self._title.setText(job.title)
        self._bar.setRange(0, 0)
        self._cancel.setEnabled(True)
        self.show()

    def _advance(self, job: Job, done: int, total: int) -> None:
        if job is self._job:
            # Qt counts in 32 bits; bytes of a large file do not fit.
            self._bar.setRange(0, 1000 if total else 0)
            self._bar.setValue(1000 * done // total if total else 0)

    def _end(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self.hide()

    def _stop(self) -> None:
        if self._job:
            self._job.cancel()
            self._cancel.setEnabled(False)
