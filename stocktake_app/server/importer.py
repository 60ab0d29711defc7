"""Behind the counter: judging what has arrived, signing receipts, importing; one at a time.

Apart from receiving, so that a sender never waits for an import. Whatever was not done when the
process ended is found in the ledger and done at the next start.
"""

import logging
from collections.abc import Callable
from functools import partial
from threading import Event, Thread

from stocktake_app.errors import MachineError, RefusedError
from stocktake_app.server.ledger import Waiting
from stocktake_app.server.mailbox import Importer, Judge, Mailbox

log = logging.getLogger(__name__)

PAUSE = 30.0
"""Seconds until work that this machine could not do is tried again."""


class ImporterThread:
    """The one thread that judges and imports; ``wake`` tells it that something has arrived."""

    def __init__(self, mailbox: Mailbox, judge: Judge, importer: Importer | None) -> None:
        self._stop = Event()
        self._arrived = Event()
        self._work = partial(work_off, mailbox, judge, importer, stopped=self._stop.is_set)
        self._thread = Thread(target=self._run, name="importer")

    def start(self) -> None:
        """Begin, with what was left over."""
        self._arrived.set()
        self._thread.start()

    def wake(self) -> None:
        """Say that a package has arrived."""
        self._arrived.set()

    def stop(self) -> None:
        """End after the package in hand."""
        self._stop.set()
        self._arrived.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._arrived.wait(PAUSE)
            self._arrived.clear()
            try:
                self._work()
            except MachineError as error:
                log.warning("waiting: %s", error)


def work_off(
    mailbox: Mailbox,
    judge: Judge,
    importer: Importer | None,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Judge all that is waiting and import it, oldest first.

    A package over which our own code stumbles is logged and stays; the next ones go on.

    Raises:
        MachineError: this machine cannot do it now; the rest keeps waiting.
    """
    for waiting in mailbox.ledger.waiting():
        if stopped():
            return
        try:
            _judge(mailbox, waiting, judge)
            if importer:
                _import(mailbox, waiting, importer)
        except MachineError:
            raise
        except Exception:
            log.exception("the package %s is waiting for a cure of this fault", waiting.sha256)


def _judge(mailbox: Mailbox, waiting: Waiting, judge: Judge) -> None:
    if not waiting.judged:
        position = mailbox.ledger.next_position()
        data = mailbox.read(waiting.sha256, waiting.size)
        judged = judge(data, waiting.sha256, position, waiting.received)
        mailbox.ledger.note_judged(waiting.sha256, position, judged)


def _import(mailbox: Mailbox, waiting: Waiting, importer: Importer) -> None:
    problem = ""
    try:
        importer(mailbox.read(waiting.sha256, waiting.size), waiting.sha256)
    except RefusedError as error:
        problem = str(error)
        log.warning("%s was not imported: %s", waiting.sha256, problem)
    mailbox.ledger.note_imported(waiting.sha256, mailbox.now(), problem)
