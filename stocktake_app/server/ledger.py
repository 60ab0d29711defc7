"""The mailbox's own book: who is logged in, what was received, where it stands, the receipts."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from stocktake_app.exchange.wire import MAX_INBOX_ROWS, InboxRow
from stocktake_app.model.codes import Role
from stocktake_app.model.scope import Author
from stocktake_app.store.database import Database

_TABLES = """
create table if not exists secret (name text primary key, value text not null);
create table if not exists session (
    token text primary key, nonce text not null unique, expires text not null,
    identity text not null, role text not null, bureau text not null);
create table if not exists person (
    identity text primary key, role text not null, bureau text not null);
create table if not exists package (
    sha256 text primary key, size integer not null, sender text not null, received text not null,
    position integer unique, verdict text not null default '', receipt blob,
    identity text not null default '', role text not null default '',
    bureau text not null default '', recipient text not null default '',
    imported text not null default '', problem text not null default '');
create index if not exists package_recipient on package (recipient, position);
create index if not exists package_waiting on package (received) where imported = '';
"""

NOBODY = "\n"
"""An identity that no package can be for: manifests name readers in one line."""


@dataclass(frozen=True)
class Judged:
    """What the judge says of a received package.

    ``author`` is its signer, None if unknown; ``recipient`` is whom it is meant for: an identity, a
    role, or "" for nobody; ``receipt`` is HQ's signed receipt.
    """

    verdict: str
    author: Author | None
    recipient: str
    receipt: bytes


@dataclass(frozen=True)
class Waiting:
    """A received package with work to do on it."""

    sha256: str
    size: int
    received: datetime
    judged: bool


class Ledger:
    """The book, in one database; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.writing() as connection:
            for statement in filter(str.strip, _TABLES.split(";")):
                connection.execute(statement)

    def secret(self) -> bytes:
        """Return the mailbox's own secret, made at the first call; nonces are made with it."""
        with self.database.writing() as connection:
            connection.execute(
                "insert into secret values ('nonce', ?) on conflict do nothing",
                (secrets.token_hex(32),),
            )
            row = connection.row("select value from secret where name = 'nonce'")
        assert row is not None
        return bytes.fromhex(row[0])

    def open_session(self, author: Author, nonce: str, now: datetime, life: float) -> str | None:
        """Log a sender in and return the token, or None if the nonce was used before.

        Who comes first with an identity is whom it belongs to: another bureau could issue a
        certificate with anybody's, and is not to read what is theirs.
        """
        token = secrets.token_urlsafe(32)
        expires = _utc(now + timedelta(seconds=life))
        values = (_hash(token), nonce, expires, author.identity, author.role.value, author.bureau)
        with self.database.writing() as connection:
            connection.execute("delete from session where expires < ?", (_utc(now),))
            done = connection.execute(
                "insert into session (token, nonce, expires, identity, role, bureau)"
                " values (?, ?, ?, ?, ?, ?) on conflict do nothing",
                values,
            )
            if done.rowcount != 1:
                return None
            connection.execute(
                "insert into person (identity, role, bureau) values (?, ?, ?)"
                " on conflict do nothing",
                (author.identity, author.role.value, author.bureau),
            )
            return token

    def sender(self, token: str, now: datetime) -> Author | None:
        """Return who holds a token, or None if it is unknown or too old."""
        with self.database.reading() as connection:
            row = connection.row(
                "select identity, role, bureau from session where token = ? and expires >= ?",
                (_hash(token), _utc(now)),
            )
        return Author(row[0], Role(row[1]), row[2]) if row else None

    def note_received(self, sha256: str, size: int, sender: str, now: datetime) -> None:
        """Write down that a package is on the disk; a second time changes nothing."""
        with self.database.writing() as connection:
            connection.execute(
                "insert into package (sha256, size, sender, received) values (?, ?, ?, ?)"
                " on conflict do nothing",
                (sha256, size, sender, _utc(now)),
            )

    def is_received(self, sha256: str) -> bool:
        """Say whether the package was received whole."""
        return self._value("select 1 from package where sha256 = ?", sha256) is not None

    def waiting(self) -> list[Waiting]:
        """Return what is still to be judged or imported, oldest first."""
        with self.database.reading() as connection:
            rows = connection.rows(
                "select sha256, size, received, receipt is not null from package"
                " where imported = '' order by received, sha256"
            )
        return [
            Waiting(row[0], row[1], datetime.fromisoformat(row[2]), bool(row[3])) for row in rows
        ]

    def next_position(self) -> int:
        """Return the place in the log that the next judged package gets."""
        with self.database.reading() as connection:
            row = connection.row("select coalesce(max(position), 0) + 1 from package")
        assert row is not None
        return int(row[0])

    def note_judged(self, sha256: str, position: int, judged: Judged) -> None:
        """Give a package its place in the log with its verdict and receipt, once."""
        author = judged.author
        values = (
            position,
            judged.verdict,
            judged.receipt,
            author.identity if author else "",
            author.role.value if author else "",
            author.bureau if author else "",
            judged.recipient,
            sha256,
        )
        with self.database.writing() as connection:
            connection.execute(
                "update package set position = ?, verdict = ?, receipt = ?, identity = ?,"
                " role = ?, bureau = ?, recipient = ? where sha256 = ? and receipt is null",
                values,
            )

    def note_imported(self, sha256: str, now: datetime, problem: str = "") -> None:
        """Write down that the importer is done with a package, or why it would not take it."""
        with self.database.writing() as connection:
            connection.execute(
                "update package set imported = ?, problem = ? where sha256 = ?",
                (_utc(now), problem, sha256),
            )

    def receipt(self, sha256: str) -> bytes | None:
        """Return the signed receipt, or None while there is none."""
        value = self._value("select receipt from package where sha256 = ?", sha256)
        return bytes(value) if isinstance(value, (bytes, memoryview)) else None

    def may_read(self, sha256: str, reader: Author) -> bool:
        """Say whether a reader may fetch a package: HQ, who sent it, or whom it is meant for."""
        if reader.role is Role.HQ:
            return self.is_received(sha256)
        reader = self._as_known(reader)
        clause, values = _addressed_to(reader)
        query = f"select 1 from package where sha256 = ? and ({clause} or sender = ?)"  # noqa: S608 - our words
        return self._value(query, sha256, *values, reader.identity) is not None

    def inbox(self, reader: Author, after: int) -> list[InboxRow]:
        """Return the valid packages meant for a reader behind a place in the log."""
        clause, values = _addressed_to(self._as_known(reader))
        query = (
            "select position, sha256, size from package"  # noqa: S608 - our words
            f" where position > ? and verdict = 'valid' and {clause}"
            " order by position limit ?"
        )
        with self.database.reading() as connection:
            rows = connection.rows(query, (after, *values, MAX_INBOX_ROWS))
        return [InboxRow(*row) for row in rows]

    def _as_known(self, reader: Author) -> Author:
        """Return the reader, without the identity if that is somebody's of another office."""
        with self.database.reading() as connection:
            row = connection.row(
                "select role, bureau from person where identity = ?", (reader.identity,)
            )
        same = row is None or tuple(row) == (reader.role.value, reader.bureau)
        return reader if same else replace(reader, identity=NOBODY)

    def _value(self, query: str, *parameters: object) -> object:
        with self.database.reading() as connection:
            row = connection.row(query, parameters)
        return row[0] if row else None


def _addressed_to(reader: Author) -> tuple[str, tuple[str, ...]]:
    """Return the condition that a package is meant for this reader.

    What is addressed to a role stays within the bureau of who signed it; only HQ reaches all, and
    what is for HQ reaches it from everywhere.
    """
    if reader.role is Role.HQ:
        return "recipient in (?, ?)", (reader.identity, reader.role.value)
    near = "(role = 'hq' or (bureau = ? and bureau <> ''))"
    clause = f"(recipient = ? or (recipient = ? and {near}))"
    return clause, (reader.identity, reader.role.value, reader.bureau)


def _hash(token: str) -> str:
    """Return what is stored of a token, so that the book alone lets nobody in."""
    return hashlib.sha256(token.encode()).hexdigest()


def _utc(time: datetime) -> str:
    """Return the time as text that sorts."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
