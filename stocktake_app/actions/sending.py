"""The outbox: packages leave it only against HQ's signed receipt."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stocktake_app.actions.result import Result
from stocktake_app.store.workspace import Workspace


@dataclass(frozen=True)
class OutboxRow(Result):
    """One package on its way: ``state`` is ``waiting``, ``copied`` or ``received``."""

    package: str
    name: str
    state: str
    attempts: int
    note: str
    received: str


@dataclass(frozen=True)
class Sent(Result):
    """What a round of sending did."""

    received: tuple[str, ...]
    waiting: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is left waiting."""
        return not self.waiting

    def sentence(self) -> str:
        """Return what was done, for people."""
        done = f"{len(self.received)} received by HQ, {len(self.waiting)} waiting."
        return "\n".join([done, *self.notes])


def outbox(workspace: Workspace) -> tuple[OutboxRow, ...]:
    """Return the packages made here, oldest first, with where they stand."""
    raise NotImplementedError


def send(
    workspace: Workspace,
    url: str,
    *,
    passphrase: str | None,
    now: Callable[[], datetime],
    progress: Callable[[int, int], None] | None = None,
) -> Sent:
    """Send every waiting package to HQ's address and keep the receipts; ``progress`` gets bytes."""
    raise NotImplementedError


def send_to_folder(workspace: Workspace, folder: Path, *, now: datetime) -> Sent:
    """Copy every waiting package to a USB stick or shared folder and read receipts found there."""
    raise NotImplementedError
