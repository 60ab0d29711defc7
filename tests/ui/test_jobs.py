import threading
import time
from functools import partial

import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot
from window_driver import until

from stocktake_app.errors import CancelledError
from stocktake_app.ui.jobs import Jobs, Lane, Progress


def test_work_runs_elsewhere_and_its_result_comes_home(qtbot: QtBot, jobs: Jobs) -> None:
    home = QThread.currentThread()
    seen: list[object] = []
    owner = QObject()
    jobs.run(
        Lane.READS,
        lambda _: threading.current_thread() is threading.main_thread(),
        lambda result: seen.append((result, QThread.currentThread() is home)),
        owner=owner,
    )
    until(qtbot, lambda: seen)
    assert seen == [(False, True)]


def test_failure_goes_to_its_handler(qtbot: QtBot, jobs: Jobs) -> None:
    owner = QObject()
    seen: list[object] = []

    def fail(_: Progress) -> None:
        raise ValueError("seven")

    jobs.run(Lane.WRITER, fail, lambda _: seen.append(None), failed=seen.append, owner=owner)
    until(qtbot, lambda: seen)
    assert str(seen[0]) == "seven"


def test_failure_without_a_handler_goes_to_the_windows_dialog(qtbot: QtBot) -> None:
    seen: list[BaseException] = []
    jobs, owner = Jobs(seen.append), QObject()

    def fail(_: Progress) -> None:
        raise OSError

    jobs.run(Lane.READS, fail, lambda _: None, owner=owner)
    until(qtbot, lambda: seen)
    jobs.close()
    assert isinstance(seen[0], OSError)


def test_cancelled_job_stops_at_its_next_report(qtbot: QtBot, jobs: Jobs) -> None:
    owner = QObject()
    seen: list[BaseException] = []
    turns: list[int] = []

    def work(progress: Progress) -> None:
        while True:
            progress(len(turns), 0)
            turns.append(1)
            time.sleep(0.005)

    job = jobs.run(Lane.NETWORK, work, lambda _: None, failed=seen.append, owner=owner)
    until(qtbot, lambda: turns)
    job.cancel()
    until(qtbot, lambda: seen)
    assert isinstance(seen[0], CancelledError)


def test_result_for_a_widget_that_is_gone_is_dropped(qtbot: QtBot, jobs: Jobs) -> None:
    owner = QObject()
    seen: list[object] = []
    gate = threading.Event()
    jobs.run(Lane.READS, lambda _: gate.wait(5), seen.append, owner=owner)
    owner.deleteLater()
    qtbot.wait(10)
    del owner
    gate.set()
    until(qtbot, lambda: not jobs.busy)
    assert not seen


def test_writers_come_one_after_the_other_in_order(qtbot: QtBot, jobs: Jobs) -> None:
    owner, order, together = QObject(), [], []
    running: list[int] = []

    def work(number: int) -> None:
        running.append(number)
        together.append(len(running))
        time.sleep(0.01)
        running.remove(number)
        order.append(number)

    for number in range(5):
        jobs.run(Lane.WRITER, partial(lambda n, _: work(n), number), lambda _: None, owner=owner)
    until(qtbot, lambda: not jobs.busy)
    assert order == [0, 1, 2, 3, 4]
    assert set(together) == {1}


def test_typing_is_saved_while_a_writer_is_busy(qtbot: QtBot, jobs: Jobs) -> None:
    owner = QObject()
    saved: list[object] = []
    gate = threading.Event()
    jobs.run(Lane.WRITER, lambda _: gate.wait(10), lambda _: None, owner=owner)
    jobs.run(Lane.TYPING, lambda _: "saved", saved.append, owner=owner)
    until(qtbot, lambda: saved)
    assert jobs.busy_in(Lane.WRITER)
    gate.set()
    until(qtbot, lambda: not jobs.busy)


def test_progress_is_reported_to_the_window(qtbot: QtBot, jobs: Jobs) -> None:
    owner = QObject()
    gate = threading.Event()

    def work(progress: Progress) -> None:
        gate.wait(5)
        progress(3, 10)

    job = jobs.run(Lane.WRITER, work, lambda _: None, owner=owner, title="Working")
    with qtbot.waitSignal(job.progressed, timeout=5000) as told:
        gate.set()
    assert told.args == [3, 10]
    until(qtbot, lambda: not jobs.busy)


def test_closing_waits_for_writers_and_cancels_readers(qtbot: QtBot) -> None:
    jobs, owner, written = Jobs(lambda _: None), QObject(), []

    def slow(_: Progress) -> None:
        time.sleep(0.05)
        written.append(True)

    jobs.run(Lane.WRITER, slow, lambda _: None, owner=owner)
    jobs.close()
    assert written == [True]


@pytest.mark.parametrize("lane", list(Lane))
def test_every_lane_takes_work(qtbot: QtBot, jobs: Jobs, lane: Lane) -> None:
    owner = QObject()
    seen: list[object] = []
    jobs.run(lane, lambda _: lane, seen.append, owner=owner)
    until(qtbot, lambda: seen == [lane])
