"""The outbox: packages of ours that wait until their receiver's signed receipt is here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stocktake_app.errors import RefusedError
from stocktake_app.store.database import Connection
from stocktake_app.store.objects import insert_object
from stocktake_app.store.rows import set_setting, setting
from stocktake_app.store.workspace import Workspace

RECEIPT = "receipt"
_ENCRYPTED = "encrypted packages"


class OutboxState(StrEnum):
    """Where a package stands."""

    WAITING = "waiting"
    SENDING = "sending"
    RECEIVED = "received"
    """A signed receipt names it."""
    REFUSED = "refused"


@dataclass(frozen=True)
class OutgoingPackage:
    """A package file of ours that stands in ``packages/`` and goes to the outbox with its seal."""

    sha256: str
    file: str
    kind: str
    size: int
    target: str


@dataclass(frozen=True)
class OutboxRow:
    """One package. ``file`` is its name in ``packages/``; times are RFC 3339, "" when not yet.

    ``offset`` is how many bytes the receiver is known to have; ``problem`` the last trouble;
    ``receipt`` the SHA-256 of the stored receipt, or "".
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


_COLUMNS = (
    "sha256, file, size, target, state, created, offset, attempts, next_try, problem, receipt"
)


def list_outbox(workspace: Workspace, *, waiting: bool = False) -> list[OutboxRow]:
    """Return the outbox, oldest first; with ``waiting`` only what has no receipt yet."""
    which = "WHERE state IN ('waiting', 'sending')" if waiting else ""
    with workspace.store.reading() as connection:
        found = connection.rows(f"SELECT {_COLUMNS} FROM outbox {which} ORDER BY key")  # noqa: S608 - constants
    return [
        OutboxRow(sha256, file, size, target, OutboxState(state), *rest)
        for sha256, file, size, target, state, *rest in found
    ]


def note_attempt(
    workspace: Workspace, sha256: str, *, offset: int, next_try: datetime, problem: str
) -> None:
    """Note that a package was tried, how far it got (bytes), and when to try again.

    Raises:
        RefusedError: there is no such package in the outbox.
    """
    with workspace.store.writing() as connection:
        cursor = connection.execute(
            "UPDATE outbox SET state = 'sending', offset = ?, attempts = attempts + 1,"
            " next_try = ?, problem = ? WHERE sha256 = ? AND state IN ('waiting', 'sending')",
            (offset, next_try.isoformat(timespec="seconds"), problem, sha256),
        )
        if not cursor.rowcount:
            _require(connection, sha256)


def note_receipt(workspace: Workspace, sha256: str, receipt: bytes, *, accepted: bool) -> None:
    """Store the receiver's receipt (verified by the caller) and close the row.

    Raises:
        RefusedError: there is no such package in the outbox.
    """
    state = OutboxState.RECEIVED if accepted else OutboxState.REFUSED
    with workspace.store.writing() as connection:
        _require(connection, sha256)
        name = insert_object(connection, RECEIPT, receipt)
        connection.execute(
            "UPDATE outbox SET state = ?, offset = size, next_try = '', problem = '', receipt = ?"
            " WHERE sha256 = ?",
            (state, name, sha256),
        )


def note_encrypted(workspace: Workspace, file: str, offices: Sequence[str]) -> None:
    """Note that copies of a package leave encrypted to these offices and never otherwise."""
    with workspace.store.writing() as connection:
        known = setting(connection, _ENCRYPTED) or {}
        set_setting(connection, _ENCRYPTED, {**known, file: list(offices)})


def encrypted_offices(workspace: Workspace, file: str) -> tuple[str, ...]:
    """Return the offices to which copies of a package are encrypted, or ()."""
    with workspace.store.reading() as connection:
        known = setting(connection, _ENCRYPTED) or {}
    return tuple(known.get(file, ()))


def insert_outgoing(
    connection: Connection, package: OutgoingPackage, seal: int, now: datetime
) -> None:
    """Put a package into the outbox, inside the transaction that stores its seal (key)."""
    connection.execute(
        "INSERT INTO outbox (sha256, file, kind, size, target, state, created, offset, attempts,"
        " next_try, problem, receipt, seal)"
        " VALUES (?, ?, ?, ?, ?, 'waiting', ?, 0, 0, '', '', '', ?)",
        (
            package.sha256,
            package.file,
            package.kind,
            package.size,
            package.target,
            now.isoformat(timespec="seconds"),
            seal,
        ),
    )


def _require(connection: Connection, sha256: str) -> None:
    if connection.value("SELECT 1 FROM outbox WHERE sha256 = ?", (sha256,)) is None:
        raise RefusedError(f"There is no package {sha256[:12]}… in the outbox.")
