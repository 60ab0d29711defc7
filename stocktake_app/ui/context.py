"""What every screen is given: the workspace, the lanes, the colours, and ways to speak up."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from stocktake_app.ui.jobs import Job, Jobs, Lane, Work
from stocktake_app.ui.preferences import Preferences
from stocktake_app.ui.theme import Tokens

if TYPE_CHECKING:
    from stocktake_app.store.workspace import Workspace


class Context(QObject):
    """One window's common ground. Screens know this and their own parts, and nothing else.

    Signals: ``went(screen, argument)`` asks to show another screen; ``told(look,
    sentence)`` shows a passing notice; ``trouble(error)`` opens the problem dialog;
    ``preferred(preferences)`` asks for another look or language; ``lock_wanted`` for the passphrase
    to be asked again; ``protect_wanted(passphrase)`` for the workspace to be encrypted.
    """

    went = Signal(str, object)
    told = Signal(str, str)
    trouble = Signal(object)
    preferred = Signal(object)
    lock_wanted = Signal()
    protect_wanted = Signal(str)

    def __init__(self, jobs: Jobs, tokens: Tokens, preferences: Preferences) -> None:
        super().__init__()
        self.jobs = jobs
        self.tokens = tokens
        self.preferences = preferences
        self.passphrase: str | None = None
        """Kept in memory only, from the first time it was needed until nobody is there."""
        self._workspace: Workspace | None = None

    @property
    def workspace(self) -> "Workspace":
        """The open workspace; screens that need one exist only while there is one."""
        assert self._workspace is not None
        return self._workspace

    @property
    def has_workspace(self) -> bool:
        """Whether a workspace is open."""
        return self._workspace is not None

    def use(self, workspace: "Workspace | None") -> None:
        """Take another workspace, or none."""
        self._workspace = workspace

    def read(self, query: Callable[[], Any], done: Callable[[Any], None], owner: QObject) -> Job:
        """Run a query in the readers' lane and bring its result home."""
        return self.jobs.run(Lane.READS, lambda _: query(), done, owner=owner)

    def change(self, title: str, work: Work, done: Callable[[Any], None], owner: QObject) -> Job:
        """Run an action in the writer's lane; ``title`` is shown if it takes a while."""
        return self.jobs.run(Lane.WRITER, work, done, owner=owner, title=title)

    def go(self, screen: str, argument: object = None) -> None:
        """Show another screen."""
        self.went.emit(screen, argument)

    def say(self, look: str, sentence: str) -> None:
        """Show a passing notice: ``good``, ``warn`` or ``bad``."""
        self.told.emit(look, sentence)
