"""Driving the window as a person does: typing any script, pressing keys, waiting for what shows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from stocktake_app.ui.application import Start
from stocktake_app.ui.window import Window

PATIENCE_MS = 20_000
TURNS_MS = 100


def write(widget: QWidget, text: str) -> None:
    """Type text into a widget; QTest itself ends the process at letters that are not Latin."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def write_here(text: str) -> None:
    """Type text wherever the cursor is."""
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the focus"
    write(widget, text)


def tap(widget: QWidget | None, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    """Press a key in a widget."""
    assert widget is not None, "nothing has the focus"
    held = Qt.KeyboardModifier.NoModifier
    for one in modifiers:
        held |= one
    QTest.keyClick(widget, key, held)


def press(qtbot: QtBot, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    """Press a key where the keyboard goes: to an open list first, else where the cursor is."""
    catch_up()
    wake(qtbot)
    widget = QApplication.activePopupWidget() or QApplication.focusWidget()
    tap(widget, key, *modifiers)


def catch_up() -> None:
    """Let the window do what it has queued, as it does before it hears a person's next key.

    Widgets that were just put into a layout are shown in a later turn of the event loop, and Tab
    passes over those that are not shown.
    """
    QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, TURNS_MS)


def wake(qtbot: QtBot) -> None:
    """Give the keyboard back to the window when a list that opened over it has closed again."""
    if QApplication.activeWindow() is None and QApplication.activePopupWidget() is None:
        windows = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
        dialogs: list[QWidget] = [one for one in windows if isinstance(one, QDialog)]
        activate(qtbot, (dialogs or [one for one in windows if isinstance(one, Window)])[-1])


def until(qtbot: QtBot, condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MS)


def showing(qtbot: QtBot, window: Window, screen: str) -> None:
    """Wait until a screen is shown and everything it reads has come home."""
    until(qtbot, lambda: window.current == screen)
    quiet(qtbot, window)


def quiet(qtbot: QtBot, window: Window) -> None:
    """Wait until nothing is under way and what came home is shown."""
    until(qtbot, lambda: not window.context.jobs.busy)
    catch_up()


def dialog(qtbot: QtBot, kind: type[QDialog], window: QWidget) -> QDialog:
    """Wait for an open dialog of a kind and return it."""

    def shown() -> list[QDialog]:
        return [one for one in window.findChildren(kind) if one.isVisible()]

    until(qtbot, shown)
    return shown()[-1]


def focusable(root: QWidget) -> Iterator[QWidget]:
    """Yield every visible widget that the keyboard can reach."""
    for widget in root.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            yield widget


def activate(qtbot: QtBot, window: QWidget) -> None:
    """Give a window the keyboard; off the screen no window manager does."""
    qtbot.waitExposed(window)
    window.activateWindow()
    until(qtbot, window.isActiveWindow)


class _Flashes(QObject):
    """Notices widgets that come up as windows of their own: shown before they had their place."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Look at every widget that is shown."""
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
            popup = watched.windowType() in {Qt.WindowType.Popup, Qt.WindowType.ToolTip}
            if watched.isWindow() and not popup and not isinstance(watched, Window | QDialog):
                self.seen.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False


@contextmanager
def started(qtbot: QtBot, folder: Path | None) -> Iterator[Start]:
    """Start the program on a workspace folder, or on none, and end it as a person would."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    start = Start(application, folder)
    flashes = _Flashes()
    application.installEventFilter(flashes)
    start.window.resize(1366, 768)
    start.begin()
    activate(qtbot, start.window)
    try:
        yield start
    finally:
        settled = []
        start.window.settle(lambda: settled.append(True))
        until(qtbot, lambda: settled)
        start.window.retire()
        start.end()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        application.removeEventFilter(flashes)
    assert not flashes.seen
