"""Noticing that nobody is there: no key and no mouse for a while."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow

LOOK_MS = 2000
TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)


class IdleWatch(QObject):
    """``idle(seconds)`` goes out now and then while nobody touches keyboard or mouse.

    Only what reaches a window from outside is looked at, not every event of every widget.
    """

    idle = Signal(float)

    def __init__(
        self,
        parent: QObject,
        *,
        look_ms: int = LOOK_MS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._touched = clock()
        self._watched: list[QWindow] = []
        self._timer = QTimer(self, interval=look_ms)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def touch(self) -> None:
        """Somebody is there."""
        self._touched = self._clock()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def _look(self) -> None:
        windows = QGuiApplication.topLevelWindows()
        for window in windows:
            if window not in self._watched:
                window.installEventFilter(self)
        self._watched = windows
        self.idle.emit(self._clock() - self._touched)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002, N802 - Qt's
        """Look at what comes from outside, and let it pass."""
        if event.type() in TOUCHES:
            self.touch()
        return False
