"""The one window: rail, screen, notices. Built at once, filled when the workspace is open."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QMainWindow, QStackedWidget, QWidget

from stocktake_app.errors import CancelledError, StocktakeError
from stocktake_app.ui.busy_line import BusyLine
from stocktake_app.ui.context import Context
from stocktake_app.ui.navigation import Navigation, title_of
from stocktake_app.ui.parts import Message, column, label, line, panel, restyle, scaled
from stocktake_app.ui.problem_dialog import ProblemDialog
from stocktake_app.ui.screen import Screen
from stocktake_app.ui.texts import _

if TYPE_CHECKING:
    from stocktake_app.store.workspace import Workspace

NOTICE_MS = 9000
ROOMY = 900
"""Points of width, at the text size chosen, from which the rail shows words."""
PRACTICE_EDGE = 5
SETTLE_MS = 50
SETTLE_TRIES = 200

_CLASSES = {
    "home": ("stocktake_app.ui.home", "HomeScreen"),
    "capture": ("stocktake_app.ui.capture.screen", "CaptureScreen"),
    "library": ("stocktake_app.ui.library.screen", "LibraryScreen"),
    "exchange": ("stocktake_app.ui.exchange.screen", "ExchangeScreen"),
    "merge": ("stocktake_app.ui.merge.screen", "MergeScreen"),
    "consolidate": ("stocktake_app.ui.consolidate.screen", "ConsolidateScreen"),
    "settings": ("stocktake_app.ui.settings_screen", "SettingsScreen"),
}


class Window(QMainWindow):
    """Shows one screen at a time; makes each when it is first needed."""

    restyled = Signal(object)
    """Somebody chose other preferences; carries them."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.screens: dict[str, Screen] = {}
        self.current = ""
        self._closing = False
        self._rail: Navigation | None = None
        self._alone: QWidget | None = None
        self._stack = QStackedWidget()
        self._notice = Message(context.tokens)
        self._busy = BusyLine()
        self._practice = self._practice_line()
        self._build()
        self._connect()

    def _build(self) -> None:
        self.setWindowTitle("Stocktake")
        self.setAcceptDrops(True)
        self._notice_timer = QTimer(self, singleShot=True, interval=NOTICE_MS)
        self._notice_timer.timeout.connect(self._notice.hide)
        notice = QWidget()
        notice.setLayout(line(self._notice))
        self._notice_holder = notice
        right = column(self._stack, notice, self._busy, spacing=0)
        self._body = line(right, spacing=0)
        centre = QWidget()
        centre.setLayout(column(self._practice, self._body, spacing=0))
        centre.setProperty("look", "page")
        centre.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._centre = centre
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        context = self.context
        context.went.connect(self.go)
        context.told.connect(self.notify)
        context.trouble.connect(self.trouble)
        context.preferred.connect(self.restyled)
        context.jobs.started.connect(self._busy.watch)
        for keys, step in (("Ctrl++", 1), ("Ctrl+=", 1), ("Ctrl+-", -1), ("Ctrl+0", 0)):
            action = QAction(_("Text size"), self)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda _checked=False, step=step: self._text_size(step))
            self.addAction(action)
        lock = QAction(_("Lock"), self)
        lock.setShortcut(QKeySequence("Ctrl+L"))
        lock.triggered.connect(lambda _checked=False: self.context.lock_wanted.emit())
        self.addAction(lock)

    def _practice_line(self) -> QFrame:
        words = _("Practice: nothing made here counts, and nobody will import it")
        text = label(words, "practice")
        made = panel(line(1, text, 1, margin=4), "practice")
        made.setAccessibleName(text.text())
        made.hide()
        return made

    # Screens

    def show_alone(self, widget: QWidget) -> None:
        """Show a widget without the rail: opening, first run."""
        self._drop_alone()
        self._alone = widget
        self._stack.addWidget(widget)
        self._stack.setCurrentWidget(widget)
        self.current = ""

    def _drop_alone(self) -> None:
        if self._alone is not None:
            self._stack.removeWidget(self._alone)
            self._alone.deleteLater()
            self._alone = None

    def open_workspace(
        self, workspace: "Workspace", screen: str = "home", place: object = None
    ) -> None:
        """Take a workspace that is open and show one of its screens."""
        self.context.use(workspace)
        profile = workspace.profile
        self._rail = Navigation(profile.role, self.context.tokens, self.go)
        self._rail.sign(profile.name, profile.office)
        self._body.insertWidget(0, self._rail)
        self._fit_rail()
        self._mark_practice(on=workspace.practice)
        self.go(screen, place)
        self._drop_alone()

    def _mark_practice(self, *, on: bool) -> None:
        """Put a coloured frame round everything in a practice workspace, and say so."""
        self._practice.setVisible(on)
        restyle(self._centre, "practice", on)
        edge = scaled(self, PRACTICE_EDGE) if on else 0
        self._centre.layout().setContentsMargins(edge, 0, edge, edge)  # type: ignore[union-attr]

    def go(self, name: str, argument: object = None) -> None:
        """Show a screen, made now if this is its first time."""
        if self._rail is None or name not in self._rail.buttons:
            return
        if self.current and self.current != name:
            self.screens[self.current].leave()
        if name not in self.screens:
            self.screens[name] = self._make(name)
            self._stack.addWidget(self.screens[name])
        self.current = name
        self._stack.setCurrentWidget(self.screens[name])
        self._rail.mark(name)
        # One Tab from here is the first thing on the screen.
        self._rail.buttons[name].setFocus(Qt.FocusReason.ShortcutFocusReason)
        kind = _("Practice") if self.context.workspace.practice else ""
        self.setWindowTitle(" – ".join(filter(None, (kind, title_of(name), "Stocktake"))))
        self.screens[name].refresh(argument)

    def _make(self, name: str) -> Screen:
        module, kind = _CLASSES[name]
        made: Screen = getattr(import_module(module), kind)(self.context)
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fold the rail to icons where the words would take too much of the room."""
        super().resizeEvent(event)
        self._fit_rail()

    def _fit_rail(self) -> None:
        if self._rail:
            self._rail.set_compact(self.width() < scaled(self, ROOMY))

    # Speaking up

    def notify(self, look: str, sentence: str) -> None:
        """Show a passing notice at the foot."""
        self._notice_holder.layout().setContentsMargins(16, 4, 16, 10)  # type: ignore[union-attr]
        self._notice.say(look, sentence)
        self._notice_timer.start()

    def trouble(self, error: BaseException) -> None:
        """Tell a person about an error: one sentence, in a dialog that does not block."""
        if isinstance(error, CancelledError):
            self.notify("warn", _("Stopped. Nothing was changed."))
            return
        ProblemDialog(error, self.context.tokens, self).open()

    @property
    def notice(self) -> str:
        """The notice shown now, empty if none."""
        return self._notice.sentence if self._notice.isVisible() else ""

    # Text size

    def _text_size(self, step: int) -> None:
        from dataclasses import replace

        from stocktake_app.ui.theme import TEXT_SIZES

        old = self.context.preferences
        at = TEXT_SIZES.index(old.text_size) if old.text_size in TEXT_SIZES else 2
        size = TEXT_SIZES[max(0, min(len(TEXT_SIZES) - 1, at + step))] if step else 100
        self.restyled.emit(replace(old, text_size=size))

    # Files dropped anywhere

    def dragEnterEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: N802, ANN001 - Qt's name
        """Take files, once a workspace is open."""
        if self.context.has_workspace and event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: N802, ANN001 - Qt's name
        """Check what was dropped."""
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.go("merge" if self.current == "merge" else "exchange", files)

    # Closing

    def settle(self, then: Callable[[], object], tries: int = SETTLE_TRIES) -> None:
        """Call ``then`` once everything typed is on the disk, or after ten seconds of trying."""
        if all(screen.settled() for screen in self.screens.values()):
            then()
        elif tries:
            QTimer.singleShot(SETTLE_MS, self, lambda: self.settle(then, tries - 1))
        else:
            self.trouble(
                StocktakeError(
                    _(
                        "The last words could not be saved, so the window stays open. Copy them"
                        " somewhere else, or free some space on the disk."
                    )
                )
            )

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Close only after the last word is saved."""
        if self._closing:
            event.accept()
            return
        event.ignore()
        self.put_away()
        self.settle(self._close_now)

    def put_away(self) -> None:
        """Bring what is open on every screen to the disk."""
        for screen in self.screens.values():
            screen.leave()

    def look_again(self) -> None:
        """Let the screen that is shown read anew."""
        if self.current:
            self.screens[self.current].refresh()

    def take_place_of(self, old: "Window") -> None:
        """Stand where another window stood, which goes."""
        self.setGeometry(old.geometry())
        self.setWindowState(old.windowState())
        self.show()
        old.retire()

    def retire(self) -> None:
        """Disappear without a question: another window has taken this one's place."""
        self._closing = True
        self.close()
        self.deleteLater()

    def _close_now(self) -> None:
        self._closing = True
        self.close()
        QApplication.quit()
