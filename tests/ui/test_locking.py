"""Nobody is there: the window hides everything, and comes back to where one was."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot
from window_driver import quiet, showing, started, until, write

from stocktake_app.actions import workspaces
from stocktake_app.ui.application import Start
from stocktake_app.ui.capture.screen import CaptureScreen
from stocktake_app.ui.clock import now
from stocktake_app.ui.idle import IdleWatch
from stocktake_app.ui.preferences import Preferences, save_preferences
from stocktake_app.ui.unlock_page import UnlockPage

PASSPHRASE = "four quiet green boats"
SECRET = "What a mother said in the room"
NAME, OFFICE = "Protection officer", "Country office, Niamey"


@pytest.fixture
def start(qtbot: QtBot, tmp_path: Path) -> Iterator[Start]:
    """Start on a protected workspace and open it."""
    folder = tmp_path / "protected"
    person = workspaces.Person(NAME, OFFICE, bureau="WCA", country="NER")
    workspaces.create(folder, person, now=now(), passphrase=PASSPHRASE).close()
    save_preferences(Preferences(language="en", scheme="light"))
    with started(qtbot, folder) as made:
        unlock(qtbot, made, PASSPHRASE)
        showing(qtbot, made.window, "home")
        yield made


def unlock(qtbot: QtBot, start: Start, passphrase: str) -> None:
    until(qtbot, lambda: start.window.findChild(UnlockPage))
    page = start.window.findChild(UnlockPage)
    assert page is not None
    write(page.passphrase, passphrase)
    page.open.click()


def write_something(qtbot: QtBot, start: Start) -> CaptureScreen:
    start.window.go("capture", ("form", "regional"))
    screen = start.window.screens["capture"]
    assert isinstance(screen, CaptureScreen)
    until(qtbot, lambda: screen.fill)
    assert screen.fill
    screen.fill.filling.answer("event_details/event_name", SECRET)
    screen.fill.section_list.setCurrentRow(2)
    quiet(qtbot, start.window)
    return screen


def locked(start: Start) -> bool:
    return start.workspace is None and start.window.findChild(UnlockPage) is not None


def shown_texts() -> str:
    """Return every text that a widget on the screen holds, titles included."""
    texts = []
    for widget in QApplication.allWidgets():
        if not widget.isVisible():
            continue
        texts += [widget.windowTitle(), widget.accessibleName(), widget.toolTip()]
        if isinstance(widget, QLabel | QLineEdit):
            texts.append(widget.text())
        if isinstance(widget, QPlainTextEdit):
            texts.append(widget.toPlainText())
    return "\n".join(texts)


def test_locked_window_shows_nothing_of_the_workspace_and_forgets_its_key(
    qtbot: QtBot, start: Start
) -> None:
    write_something(qtbot, start)
    workspace = start.workspace
    assert workspace is not None
    assert NAME in shown_texts()
    QTest.keyClick(start.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, lambda: locked(start))
    texts = shown_texts()
    for secret in (SECRET, NAME, OFFICE, "Capture", str(workspace.folder)):
        assert secret not in texts
    assert workspace.store.key is None
    assert start.context.passphrase is None
    unlock(qtbot, start, PASSPHRASE)
    showing(qtbot, start.window, "capture")


def test_unlocking_comes_back_to_the_same_place_with_every_letter(
    qtbot: QtBot, start: Start
) -> None:
    write_something(qtbot, start)
    start.lock()
    until(qtbot, lambda: locked(start))
    unlock(qtbot, start, PASSPHRASE)
    showing(qtbot, start.window, "capture")
    again = start.window.screens["capture"]
    assert isinstance(again, CaptureScreen)
    until(qtbot, lambda: again.fill)
    assert again.fill
    assert again.fill.filling.session.value("event_details/event_name") == SECRET
    assert again.fill.section_list.currentRow() == 2


def test_wrong_passphrase_opens_nothing(qtbot: QtBot, start: Start) -> None:
    start.lock()
    until(qtbot, lambda: locked(start))
    page = start.window.findChild(UnlockPage)
    unlock(qtbot, start, "a wrong one altogether")
    until(qtbot, lambda: start.window.findChild(UnlockPage) not in (None, page))
    assert start.workspace is None
    unlock(qtbot, start, PASSPHRASE)
    showing(qtbot, start.window, "home")


def test_nobody_there_for_the_minutes_chosen_locks_by_itself(qtbot: QtBot, start: Start) -> None:
    start.preferences = replace(start.preferences, lock_minutes=5)
    start._idle(4 * 60)
    assert not locked(start)
    start._idle(5 * 60)
    until(qtbot, lambda: locked(start))
    unlock(qtbot, start, PASSPHRASE)
    showing(qtbot, start.window, "home")


def test_key_or_mouse_begins_the_minutes_anew(qtbot: QtBot, start: Start) -> None:
    clock = [0.0]
    watch = IdleWatch(start, look_ms=10, clock=lambda: clock[0])
    told: list[float] = []
    watch.idle.connect(told.append)
    until(qtbot, lambda: told)
    clock[0] = 100.0
    until(qtbot, lambda: 100.0 in told)
    QTest.keyClick(start.window.windowHandle(), Qt.Key.Key_Shift)
    told.clear()
    until(qtbot, lambda: told)
    watch.stop()
    watch.deleteLater()
    assert told[0] == 0.0


def test_unprotected_workspace_is_not_locked_but_says_why(qtbot: QtBot, folder: Path) -> None:
    save_preferences(Preferences(language="en", scheme="light"))
    with started(qtbot, folder) as made:
        showing(qtbot, made.window, "home")
        made.lock()
        assert "protect it" in made.window.notice
        made._idle(10_000)
        assert made.workspace is not None
        quiet(qtbot, made.window)


def test_draft_that_was_frozen_meanwhile_is_opened_again_with_what_came_late(
    qtbot: QtBot, start: Start
) -> None:
    from stocktake_app.actions import capture

    screen = write_something(qtbot, start)
    assert screen.fill
    assert start.workspace is not None
    draft = screen.fill.filling.draft
    capture.leave(start.workspace, draft, now=now())
    screen.refresh()
    until(qtbot, lambda: screen.fill and screen.fill.filling.draft != draft)
    assert screen.fill
    assert screen.fill.filling.session.value("event_details/event_name") == SECRET
    quiet(qtbot, start.window)


def test_practice_has_a_frame_and_a_word_in_the_title(qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    person = workspaces.Person(NAME, OFFICE, bureau="WCA", country="NER")
    workspaces.create(folder, person, now=now(), practice=True).close()
    for scheme in ("light", "dark"):
        save_preferences(Preferences(language="en", scheme=scheme))
        with started(qtbot, folder) as made:
            showing(qtbot, made.window, "home")
            assert made.window.windowTitle().startswith("Practice – ")
            picture = made.window.grab().toImage()
            width, height = picture.width(), picture.height()
            for x, y in ((1, height // 2), (width - 2, height // 2), (width // 2, height - 2)):
                assert picture.pixelColor(x, y).name() == made.context.tokens.practice
            line = made.window.findChild(QLabel, "", Qt.FindChildOption.FindChildrenRecursively)
            assert line is not None
            assert any("Practice" in one for one in shown_texts().splitlines())


def test_real_workspace_has_no_frame(qtbot: QtBot, start: Start) -> None:
    picture = start.window.grab().toImage()
    assert picture.pixelColor(1, 1).name() != start.context.tokens.practice
    assert isinstance(start.window, QWidget)
