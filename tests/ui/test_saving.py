import threading
from datetime import UTC, datetime

from PySide6.QtCore import QElapsedTimer
from pytestqt.qtbot import QtBot
from window_driver import until

from stocktake_app.errors import MachineError
from stocktake_app.ui.capture.saved_label import SavedLabel
from stocktake_app.ui.capture.saving import Saver, SaveState, Stored
from stocktake_app.ui.jobs import Jobs, Lane
from stocktake_app.ui.theme import LIGHT

NOON = datetime(2021, 4, 28, 14, 32, 5, tzinfo=UTC)


class Disk:
    """Somewhere to save to; can be slow or full."""

    def __init__(self) -> None:
        self.steps: list[dict[str, str | None]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.full = False

    def save(self, stored: Stored, _at: datetime) -> None:
        self.gate.wait(10)
        if self.full:
            raise MachineError("The disk is full: free some space.")
        self.steps.append(dict(stored))


def saver_on(disk: Disk, jobs: Jobs) -> Saver:
    return Saver(jobs, disk.save, lambda: NOON, str)


def test_answer_is_on_the_disk_within_a_second_of_being_typed(qtbot: QtBot, jobs: Jobs) -> None:
    disk = Disk()
    saver = saver_on(disk, jobs)
    clock = QElapsedTimer()
    clock.start()
    for number in range(20):
        saver.add("text", {"text": "x" * number})
        qtbot.wait(30)
        if disk.steps:
            break
    assert disk.steps
    assert clock.elapsed() < 1000
    until(qtbot, lambda: saver.settled)


def test_nothing_is_called_saved_before_the_disk_has_it(qtbot: QtBot, jobs: Jobs) -> None:
    disk = Disk()
    saver = saver_on(disk, jobs)
    shown = SavedLabel(saver, LIGHT)
    qtbot.addWidget(shown)
    disk.gate.clear()
    saver.add("text", {"text": "words"})
    saver.flush()
    qtbot.wait(50)
    assert saver.state is SaveState.SAVING
    assert shown.words == "Saving…"
    disk.gate.set()
    until(qtbot, lambda: saver.settled)
    assert shown.words == "Saved 14:32:05"


def test_word_typed_while_saving_is_saved_next(qtbot: QtBot, jobs: Jobs) -> None:
    disk = Disk()
    saver = saver_on(disk, jobs)
    disk.gate.clear()
    saver.add("text", {"text": "one"})
    saver.flush()
    saver.add("text", {"text": "one two"})
    disk.gate.set()
    until(qtbot, lambda: saver.settled)
    assert disk.steps == [{"text": "one"}, {"text": "one two"}]


def test_each_answer_is_a_step_of_its_own_and_typing_into_one_field_is_one_step(
    qtbot: QtBot, jobs: Jobs
) -> None:
    disk = Disk()
    saver = saver_on(disk, jobs)
    saver.add("name", {"name": "D"})
    saver.add("name", {"name": "Da"})
    saver.add("place", {"place": "Dakar", "zone": "Africa/Dakar"})
    saver.flush()
    until(qtbot, lambda: saver.settled)
    assert disk.steps == [{"name": "Da"}, {"place": "Dakar", "zone": "Africa/Dakar"}]


def test_full_disk_is_said_and_what_was_typed_is_tried_again(qtbot: QtBot, jobs: Jobs) -> None:
    disk = Disk()
    disk.full = True
    saver = saver_on(disk, jobs)
    shown = SavedLabel(saver, LIGHT)
    qtbot.addWidget(shown)
    saver.add("text", {"text": "words"})
    saver.flush()
    until(qtbot, lambda: saver.state is SaveState.FAILED)
    assert shown.words == "Not saved yet"
    assert "The disk is full" in shown.accessibleName()
    assert not saver.settled
    disk.full = False
    until(qtbot, lambda: saver.settled)
    assert disk.steps == [{"text": "words"}]
    assert shown.words.startswith("Saved")


def test_saving_does_not_wait_for_an_import(qtbot: QtBot, jobs: Jobs) -> None:
    disk, gate = Disk(), threading.Event()
    saver = saver_on(disk, jobs)
    jobs.run(Lane.WRITER, lambda _: gate.wait(10), lambda _: None, owner=saver)
    saver.add("text", {"text": "words"})
    saver.flush()
    until(qtbot, lambda: saver.settled)
    assert jobs.busy_in(Lane.WRITER)
    gate.set()
    until(qtbot, lambda: not jobs.busy)
