"""The outbox: packages of ours that wait until their receiver's signed receipt is here."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stocktake_app.store.workspace import Workspace


class OutboxState(StrEnum):
    """Where a package stands."""

    WAITING = "waiting"
    SENDING = "sending"
    RECEIVED = "received"
    """A signed receipt names it."""
    REFUSED = "refused"


@dataclass(frozen=True)
class OutboxRow:
    """One package. ``file`` is its name in ``packages/``; times are RFC 3339, "" when not yet.

    ``offset`` is how many bytes the receiver is known to have; ``problem`` the last trouble.
    """

    sha256: str
    file: str
    size: int
    target: str
    state: OutboxState
    created: str
    offset: int
    attempts: int
    next_try: str
    problem: str
    receipt: str
    """SHA-256 of the stored receipt, or ""."""


def list_outbox(workspace: Workspace, *, waiting: bool = False) -> list[OutboxRow]:
    """Return the outbox, oldest first; with ``waiting`` only what has no receipt yet."""
    raise NotImplementedError


def note_attempt(
    workspace: Workspace, sha256: str, *, offset: int, next_try: datetime, problem: str
) -> None:
    """Note that a package was tried and how far it got."""
    raise NotImplementedError


def note_receipt(workspace: Workspace, sha256: str, receipt: bytes, *, accepted: bool) -> None:
    """Store the receiver's receipt (verified by the caller) and close the row."""
    raise NotImplementedError
