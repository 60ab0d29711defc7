"""Starting the window: on the screen first, then the workspace in a worker."""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QTranslator
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QFileDialog

from stocktake_app import settings
from stocktake_app.errors import StocktakeError, WrongUseError
from stocktake_app.ui.context import Context
from stocktake_app.ui.dressing import wear
from stocktake_app.ui.first_run import FirstRun, Newcomer
from stocktake_app.ui.fonts import load_fonts
from stocktake_app.ui.handover import Handover, hand_over
from stocktake_app.ui.idle import IdleWatch
from stocktake_app.ui.jobs import Jobs, Lane
from stocktake_app.ui.opening import (
    bring_to_rest,
    create_workspace,
    default_folder,
    encrypt,
    is_protected,
    load_ahead,
    open_workspace,
)
from stocktake_app.ui.parts import waiting
from stocktake_app.ui.preferences import Preferences, load_preferences, save_preferences
from stocktake_app.ui.problem_dialog import sentence_for
from stocktake_app.ui.texts import _
from stocktake_app.ui.unlock_page import UnlockPage
from stocktake_app.ui.window import Window

if TYPE_CHECKING:
    from stocktake_app.store.workspace import Workspace
    from stocktake_app.ui.screen import Screen

SIZE = (1240, 700)
RETRY_MS = 100


def run(workspace_folder: Path | None, files: Sequence[Path] = ()) -> int:
    """Show the window until it is closed and return the exit code.

    Without a folder: the one opened last, or the first run. ``files`` are checked; a window that
    is open already takes them over.
    """
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Stocktake")
    application.setWindowIcon(QIcon(str(settings.resource("resources/icons/stocktake.svg"))))
    if files and hand_over(files):
        return 0
    start = Start(application, workspace_folder, files)
    # A fault in a slot would end in the console, where nobody reads it.
    sys.excepthook = lambda _kind, error, _trace: start.context.trouble.emit(error)
    start.begin()
    code = application.exec()
    start.end()
    return code


@dataclass(frozen=True)
class Place:
    """Where a person was: a screen and what its ``refresh`` needs to come back there."""

    screen: str
    argument: object


class Start(QObject):
    """Makes the window, opens or creates the workspace, and makes the window anew when restyled."""

    def __init__(
        self, application: QApplication, folder: Path | None, files: Sequence[Path] = ()
    ) -> None:
        super().__init__()
        self._application = application
        self._files = list(files)
        self._locked_at: Place | None = None
        self._handover: Handover | None = None
        self._closed_folder: Path | None = None
        self._held = ExitStack()
        self._translator = QTranslator(self)
        self.preferences = load_preferences()
        self.folder = folder or _remembered(self.preferences)
        self.jobs = Jobs(self._trouble, self)
        self.watch = IdleWatch(self)
        self.watch.idle.connect(self._idle)
        self._rested = False
        self.workspace: Workspace | None = None
        load_fonts()
        application.setStyle("Fusion")
        self._dress()

    def _trouble(self, error: BaseException) -> None:
        # The window of now, which may not be the one that the job was begun in.
        self.context.trouble.emit(error)

    def _dress(self) -> None:
        """Make a window in the language, colours and sizes that are preferred now."""
        worn = wear(self._application, self._translator, self.preferences)
        self.context = Context(self.jobs, worn.tokens, worn.preferences)
        self.window = Window(self.context)
        self.window.restyled.connect(self.restyle)
        self.context.lock_wanted.connect(self.lock)
        self.context.protect_wanted.connect(self.protect)
        self.window.resize(*SIZE)

    def begin(self) -> None:
        """Show the window and go on in a worker."""
        self.show_first()
        self.window.show()
        then = self._warm_up if self.folder is None else self._open_remembered
        QTimer.singleShot(0, self, then)
        QTimer.singleShot(0, self, self._listen)

    def _listen(self) -> None:
        self._handover = Handover(self)
        self._handover.received.connect(self.check_files)

    def check_files(self, files: list[Path]) -> None:
        """Show what is to be said of files that came from outside, once a workspace is open."""
        self.window.raise_()
        self.window.activateWindow()
        self._files = files
        if self.workspace is not None and self._locked_at is None:
            self._files = []
            self.window.go("exchange", files)

    def show_first(self) -> None:
        """Put into the window what is there to see before anything is opened."""
        if self.folder:
            self.window.show_alone(waiting(_("Opening…")))
        else:
            self._ask(Newcomer(language=self.context.preferences.language))

    def _open_remembered(self) -> None:
        self.open_folder(self.folder)

    def _warm_up(self) -> None:
        """Load the store's libraries while somebody types the name."""
        self.jobs.run(
            Lane.READS,
            lambda _: load_ahead(),
            lambda _: None,
            owner=self,
            failed=lambda _: None,
        )

    # First run

    def _ask(self, given: Newcomer) -> None:
        self._closed_folder = None
        page = FirstRun(given, self.context.tokens)
        page.decided.connect(lambda person: self._create(person, page))
        page.reworded.connect(self._reword)
        page.elsewhere.connect(self._choose_folder)
        self.window.show_alone(page)
        page.name.setFocus()

    def _reword(self, given: Newcomer) -> None:
        self.preferences = replace(self.preferences, language=given.language)
        old = self.window
        self._dress()
        self._ask(given)
        self.window.take_place_of(old)

    def _create(self, person: Newcomer, page: FirstRun) -> None:
        folder = self.folder or default_folder()
        self.jobs.run(
            Lane.WRITER,
            lambda _: create_workspace(folder, person),
            lambda workspace: self._opened(workspace, person.language),
            failed=lambda error: page.refuse(sentence_for(error)),
            owner=page,
        )

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self.window, _("Choose the workspace's folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda chosen: self.open_folder(Path(chosen)))
        dialog.open()

    # Opening

    def open_folder(self, folder: Path | None, passphrase: str | None = None) -> None:
        """Open a workspace in a worker; one that is being locked first comes to rest."""
        assert folder is not None
        if self._locked_at is not None and self.workspace is not None:
            again = lambda: self.open_folder(folder, passphrase)  # noqa: E731 - called once, later
            QTimer.singleShot(RETRY_MS, self, again)
            return
        self.jobs.run(
            Lane.WRITER,
            lambda _: open_workspace(folder, passphrase),
            self._opened,
            failed=lambda error: self._not_opened(folder, error, tried=passphrase is not None),
            owner=self,
        )

    def _not_opened(self, folder: Path, error: BaseException, *, tried: bool) -> None:
        if isinstance(error, WrongUseError) or tried:
            self._ask_passphrase(folder, sentence_for(error) if tried else "")
            return
        self._ask(Newcomer(language=self.context.preferences.language))
        self.context.trouble.emit(error)

    def _ask_passphrase(self, folder: Path, sentence: str = "") -> None:
        self._closed_folder = folder
        page = UnlockPage(folder, self.context, locked=self._locked_at is not None)
        page.given.connect(lambda passphrase: self.open_folder(folder, passphrase))
        self.window.show_alone(page)
        page.passphrase.setFocus()
        if sentence:
            page.refuse(sentence)

    def _opened(self, workspace: "Workspace", language: str = "") -> None:
        from stocktake_app.store.workspace import window_lock

        self._closed_folder = None
        if self._locked_at is not None:
            self._unlocked(workspace, self._locked_at)
            return
        try:
            self._held.enter_context(window_lock(workspace))
        except StocktakeError as error:
            workspace.close()
            self.context.trouble.emit(error)
            return
        self.workspace = workspace
        chosen = language or self.preferences.language or workspace.profile.language
        before = self.context.preferences.language
        self._remember(replace(self.preferences, workspace=str(workspace.folder), language=chosen))
        if chosen != before:
            self._rebuild("home", None)
        else:
            self.context.preferences = self.preferences
            self.window.open_workspace(workspace)
        if self._files:
            self.check_files(self._files)

    # Locking

    def _idle(self, seconds: float) -> None:
        """Lock after the minutes chosen; bring to rest what nobody has typed into for long."""
        minutes = seconds / 60
        if minutes >= self.preferences.lock_minutes:
            self.context.passphrase = None
            self.lock(by_itself=True)
        if minutes < settings.FREEZE_AFTER_MINUTES:
            self._rested = False
        elif not self._rested and self._locked_at is None and self.workspace is not None:
            self._rested = True
            self._rest(self.workspace)

    def _rest(self, workspace: "Workspace") -> None:
        self.jobs.run(
            Lane.TYPING,
            lambda _: bring_to_rest(workspace),
            lambda _: self.window.look_again(),
            owner=self.window,
        )

    def lock(self, *, by_itself: bool = False) -> None:
        """Hide everything until the passphrase is given again; only a protected workspace can."""
        if self.workspace is None or self._locked_at is not None:
            return
        if not is_protected(self.workspace):
            if not by_itself:
                words = _("This workspace has no passphrase yet: protect it in the settings.")
                self.context.say("warn", words)
            return
        self.window.put_away()
        self.window.settle(self._lock_now)

    def _lock_now(self) -> None:
        if self.workspace is None or self._locked_at is not None:
            return
        screen = self.window.screens.get(self.window.current)
        self._locked_at = Place(self.window.current, screen.place() if screen else None)
        old, folder = self.window, self.workspace.folder
        self._dress()
        self._ask_passphrase(folder)
        self.window.take_place_of(old)
        self._when_quiet(self._forget_key)

    def _when_quiet(self, then: Callable[[], object]) -> None:
        """Call ``then`` as soon as nothing is under way that needs the workspace."""
        if self.jobs.busy:
            QTimer.singleShot(RETRY_MS, self, lambda: self._when_quiet(then))
        else:
            then()

    def _forget_key(self) -> None:
        from stocktake_app.actions.protecting import lock

        if self.workspace is not None:
            lock(self.workspace)
            self.workspace = None

    def protect(self, passphrase: str) -> None:
        """Close the workspace, encrypt it, and open it again."""
        self.window.put_away()
        self.window.settle(lambda: self._protect_now(passphrase))

    def _protect_now(self, passphrase: str) -> None:
        assert self.workspace is not None
        old, folder = self.window, self.workspace.folder
        self._dress()
        self.window.show_alone(waiting(_("Encrypting the workspace…")))
        self.window.take_place_of(old)
        self._when_quiet(lambda: self._encrypt(folder, passphrase))

    def _encrypt(self, folder: Path, passphrase: str) -> None:
        self._let_go()
        self.jobs.run(
            Lane.WRITER,
            lambda progress: encrypt(folder, passphrase, progress),
            lambda _done: self.open_folder(folder, passphrase),
            failed=lambda error: self._not_protected(folder, error),
            owner=self,
            title=_("Encrypting the workspace…"),
        )

    def _not_protected(self, folder: Path, error: BaseException) -> None:
        self.open_folder(folder)
        self.context.trouble.emit(error)

    def _let_go(self) -> None:
        """Close the workspace and give up the right to be its window."""
        self._held.close()
        if self.workspace:
            self.workspace.close()
        self.workspace = None

    def _unlocked(self, workspace: "Workspace", place: "Place") -> None:
        self.workspace, self._locked_at = workspace, None
        self.context.preferences = replace(
            self.preferences, language=self.context.preferences.language
        )
        self.window.open_workspace(workspace, place.screen or "home", place.argument)
        if self._files:
            self.check_files(self._files)

    # Restyling

    def restyle(self, preferences: Preferences) -> None:
        """Show everything in other colours, another size or another language."""
        self._remember(preferences)
        current = self.window.current
        screen: Screen | None = self.window.screens.get(current)
        if screen is None:
            self._dress_again()
            return
        self.window.settle(lambda: self._rebuild(current, screen.place()))

    def _dress_again(self) -> None:
        old = self.window
        self._dress()
        if self._closed_folder is not None:
            self._ask_passphrase(self._closed_folder)
        else:
            self._ask(Newcomer(language=self.context.preferences.language))
        self.window.take_place_of(old)

    def _rebuild(self, screen: str, place: object) -> None:
        assert self.workspace is not None
        old = self.window
        self._dress()
        self.window.open_workspace(self.workspace, screen, place)
        self.window.take_place_of(old)

    def _remember(self, preferences: Preferences) -> None:
        self.preferences = preferences
        try:
            save_preferences(preferences)
        except OSError:
            self.context.say("warn", _("Your settings hold until the window is closed."))

    def end(self) -> None:
        """Wait for what is under way and let go of the workspace."""
        self.watch.stop()
        self.watch.deleteLater()
        if self._handover is not None:
            # Here and now: left to the collector of garbage, it could go in another thread.
            self._handover.close()
            self._handover.deleteLater()
        self.jobs.close()
        self._let_go()


def _remembered(preferences: Preferences) -> Path | None:
    folder = Path(preferences.workspace) if preferences.workspace else None
    return folder if folder and folder.is_dir() else None
