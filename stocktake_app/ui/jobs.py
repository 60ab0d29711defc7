"""The only module with threads: work goes out in lanes, results come home by signal.

Four lanes. ``TYPING`` saves answers to the drafts file and must never wait for anything else;
``WRITER`` changes the store, one after the other; ``READS`` is a small pool of queries;
``NETWORK`` talks to HQ. A job is a plain function; it gets a ``Progress`` to report to, which
is also how it learns that the person cancelled.
"""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from stocktake_app.errors import CancelledError


class Lane(StrEnum):
    """Where a job runs."""

    TYPING = "typing"
    WRITER = "writer"
    READS = "reads"
    NETWORK = "network"


WORKERS = {Lane.TYPING: 1, Lane.WRITER: 1, Lane.READS: 3, Lane.NETWORK: 1}
SLOW_AFTER_MS = 400


class Progress:
    """What a running job reports to: ``progress(done, total)``; total 0 while it is unknown.

    Raises:
        CancelledError: from the call, once the person asked to stop.
    """

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self._tell = tell
        self._cancelled = threading.Event()

    def __call__(self, done: int, total: int = 0) -> None:
        """Report, and stop here if the person asked to."""
        if self._cancelled.is_set():
            raise CancelledError
        self._tell(done, total)

    def cancel(self) -> None:
        """Ask the job to stop at its next report."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether the person asked to stop."""
        return self._cancelled.is_set()


Work = Callable[[Progress], Any]


class Job(QObject):
    """One piece of work under way; lives in the window's thread."""

    progressed = Signal(int, int)
    slow = Signal()
    ended = Signal()

    def __init__(self, lane: Lane, title: str, parent: QObject) -> None:
        super().__init__(parent)
        self.lane = lane
        self.title = title
        self.progress = Progress(self.progressed.emit)

    def cancel(self) -> None:
        """Ask the work to stop; its failure handler hears a ``CancelledError``."""
        self.progress.cancel()


class Jobs(QObject):
    """The lanes. ``started`` tells of jobs with a title, for the line that shows long work."""

    started = Signal(object)
    _home = Signal(object)

    def __init__(
        self, on_error: Callable[[BaseException], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._on_error = on_error
        self._pools = {
            lane: ThreadPoolExecutor(count, thread_name_prefix=lane)
            for lane, count in WORKERS.items()
        }
        self._running: set[Job] = set()
        self._home.connect(_call, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        lane: Lane,
        work: Work,
        done: Callable[[Any], None],
        *,
        owner: QObject,
        failed: Callable[[BaseException], None] | None = None,
        title: str = "",
    ) -> Job:
        """Run ``work`` in ``lane`` and call ``done(result)`` here, while ``owner`` still lives.

        Without ``failed``, an error is shown by the window's problem dialog.
        """
        job = Job(lane, title, self)
        self._running.add(job)
        future = self._pools[lane].submit(work, job.progress)
        handler = failed or self._on_error

        def home() -> None:
            self._finish(job, owner, lambda: _deliver(future, done, handler))

        future.add_done_callback(lambda _: self._send_home(home))
        if title:
            self._watch(job)
        return job

    def _send_home(self, home: Callable[[], None]) -> None:
        # The window may be gone already when the last job of a closing program ends.
        with contextlib.suppress(RuntimeError):
            self._home.emit(home)

    def _watch(self, job: Job) -> None:
        self.started.emit(job)
        QTimer.singleShot(SLOW_AFTER_MS, job, lambda: self._tell_slow(job))

    def _tell_slow(self, job: Job) -> None:
        if job in self._running:
            job.slow.emit()

    def _finish(self, job: Job, owner: QObject, deliver: Callable[[], None]) -> None:
        self._running.discard(job)
        job.ended.emit()
        job.deleteLater()
        if shiboken6.isValid(owner):
            deliver()

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._running)

    def busy_in(self, lane: Lane) -> bool:
        """Whether anything is under way in this lane."""
        return any(job.lane is lane for job in self._running)

    def close(self) -> None:
        """Stop what can be stopped and wait for the rest; changes under way are finished."""
        for job in list(self._running):
            if job.lane in {Lane.READS, Lane.NETWORK}:
                job.cancel()
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=False)


def _call(home: Callable[[], None]) -> None:
    home()


def _deliver(
    future: Future[Any],
    done: Callable[[Any], None],
    failed: Callable[[BaseException], None],
) -> None:
    error = future.exception()
    if error is None:
        done(future.result())
    else:
        failed(error)
